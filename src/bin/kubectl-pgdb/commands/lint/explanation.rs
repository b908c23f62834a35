//! What `lint --explain` says of a rule.

use pgdb::lint::rules::rule;
use pgdb::lint::selection::select;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Says what a rule looks for, why that matters, and how to mend it.
pub(super) fn explain(name: &str, output: &Output) -> Result<Exit, Failure> {
    let Some(rule) = rule(name) else {
        let error = select(&[name.to_owned()], &[]).err();
        let help = error.as_ref().map(|error| error.help()).unwrap_or_default();
        return Err(Failure::usage(format!("there is no rule {name:?}"), help));
    };
    output.data(&rule.explanation())?;
    Ok(Exit::Done)
}
