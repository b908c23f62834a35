//! What is read of files of apps, and what is said of those with mistakes.

mod allowed;
mod formats;
mod mistakes;
mod random;
mod secrecy;
mod texts;

use super::{Entry, Grant, Said, read};

/// An entry as it can be compared: with the password's text.
type Seen = (String, String, Said, Option<String>, Option<Grant>);

/// The entries of a text, which must be right.
fn entries(text: &str) -> Vec<Seen> {
    match read(text) {
        Ok(entries) => entries.into_iter().map(seen).collect(),
        Err(problems) => panic!("{problems:#?}\n{text}"),
    }
}

fn seen(entry: Entry) -> Seen {
    let password = entry.password.map(|password| password.reveal().to_owned());
    let position = entry.position.to_string();
    (
        position,
        entry.name.to_string(),
        entry.said,
        password,
        entry.grant,
    )
}

/// All that is wrong with a text: the places with the messages, and what to do.
fn problems(text: &str) -> Vec<(String, String)> {
    let Err(problems) = read(text) else {
        panic!("this was read:\n{text}");
    };
    let problems = problems.into_iter();
    problems
        .map(|problem| (problem.to_string(), problem.help.unwrap_or_default()))
        .collect()
}

/// The only thing that is wrong with a text.
fn problem(text: &str) -> (String, String) {
    let mut problems = problems(text);
    assert_eq!(problems.len(), 1, "{problems:#?}\n{text}");
    problems.remove(0)
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}
