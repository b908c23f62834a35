//! What `lint --explain` says of a rule.

use pgdb::lint::rules::rule;
use pgdb::lint::selection::UnknownRule;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Says what a rule looks for, why that matters, and how to mend it.
pub(super) fn explain(name: &str, output: &Output) -> Result<Exit, Failure> {
    match (rule(name), UnknownRule::of(name)) {
        (Some(rule), _) => {
            output.data(&rule.explanation())?;
            Ok(Exit::Done)
        }
        (None, unknown) => {
            let help = unknown.map(|unknown| unknown.help());
            let message = format!("there is no rule {name:?}");
            Err(Failure::usage(message, help.unwrap_or_default()))
        }
    }
}
