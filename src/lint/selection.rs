//! Which rules are run.

use thiserror::Error;

use super::rule::Rule;
use super::rules::{RULES, rule};
use crate::domain::nearest::nearest;

/// A word that is no rule's code or name.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("there is no rule {name:?}")]
pub struct UnknownRule {
    name: String,
}

impl UnknownRule {
    /// The word, where it is no rule's code or name.
    pub fn of(name: &str) -> Option<Self> {
        let unknown = || Self {
            name: name.to_owned(),
        };
        rule(name).is_none().then(unknown)
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        let known = RULES.iter().flat_map(|rule| [rule.code, rule.name]);
        match nearest(&self.name, known) {
            Some(near) => format!("did you mean {near}?"),
            None => "`kubectl pgdb lint --explain` lists the rules, with their codes and names"
                .to_owned(),
        }
    }
}

/// The rules that are run: those of `only`, all where nothing is said, without those of `skip`.
///
/// # Errors
/// At the first word that is no rule's code or name.
pub fn select(only: &[String], skip: &[String]) -> Result<Vec<&'static Rule>, UnknownRule> {
    let only = codes(only)?;
    let skip = codes(skip)?;
    let rules = RULES
        .iter()
        .filter(|rule| only.is_empty() || only.contains(&rule.code));
    Ok(rules.filter(|rule| !skip.contains(&rule.code)).collect())
}

/// The codes of rules that are given by code or name.
fn codes(names: &[String]) -> Result<Vec<&'static str>, UnknownRule> {
    let code = |name: &String| match rule(name.trim()) {
        Some(rule) => Ok(rule.code),
        None => Err(UnknownRule { name: name.clone() }),
    };
    names.iter().map(code).collect()
}
