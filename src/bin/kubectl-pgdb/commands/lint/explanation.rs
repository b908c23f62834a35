//! What `lint --explain` says of a rule.

use pgdb::lint::explanation::overview;
use pgdb::lint::rules::rule;
use pgdb::lint::selection::UnknownRule;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Says what a rule looks for, why that matters, and how to mend it; of no rule, which rules there are.
pub(super) fn explain(name: Option<&str>, output: &Output) -> Result<Exit, Failure> {
    let text = match name {
        None => overview(),
        Some(name) => match rule(name) {
            Some(rule) => rule.explanation(),
            None => return Err(unknown(name)),
        },
    };
    output.data(&text)?;
    Ok(Exit::Done)
}

fn unknown(name: &str) -> Failure {
    let help = UnknownRule::of(name).map(|unknown| unknown.help());
    Failure::usage(
        format!("there is no rule {name:?}"),
        help.unwrap_or_default(),
    )
}
