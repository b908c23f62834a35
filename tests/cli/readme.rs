//! Every session in the documents, run in the guide's repository: what they show is what is printed.

use std::fs;
use std::path::Path;

use crate::support::{Repository, without_sealed_values};

/// A command in a document, and what it is said to print: standard output, then standard error.
struct Step {
    command: String,
    printed: String,
}

/// The steps of a document's `console` blocks, in order.
fn steps(document: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step {
                    command: command.to_owned(),
                    printed: String::new(),
                }),
                None => steps
                    .last_mut()
                    .unwrap()
                    .printed
                    .push_str(&format!("{line}\n")),
            },
            (false, _) => {}
        }
    }
    steps
}

fn check(document: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let steps = steps(&fs::read_to_string(path).unwrap());
    assert!(!steps.is_empty(), "{document} shows no session");
    let repository = Repository::guide();
    for step in steps {
        let line = step.command.strip_prefix("kubectl pgdb ").unwrap();
        let outcome = repository.run(line);
        let printed = without_sealed_values(&(outcome.stdout + &outcome.stderr))
            .replace("<sealed>", "AgB...");
        assert_eq!(printed, step.printed, "{document}: {}", step.command);
    }
}

#[test]
fn the_readme_shows_what_is_printed() {
    check("README.md");
}

#[test]
fn the_reference_of_new_app_shows_what_is_printed() {
    check("docs/new-app.md");
}
