//! Every session in the documents, run in the guide's repository: what they show is what is printed. Of the shell's own
//! programs `sed -i` may change a file, and `echo` write one.

use std::fs;
use std::path::Path;

use std::process::Command;

use crate::apiserver::ApiServer;
use crate::postgres::{self, Postgres, Tls};
use crate::support::{self, Outcome, Repository, without_sealed_values};
use crate::world::World;

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
    let mut cluster = Cluster::default();
    for step in steps {
        if let Some(deleted) = step.command.strip_prefix("kubectl delete secret ") {
            assert_eq!(cluster.delete_secret(deleted), step.printed);
            continue;
        }
        if ["sed -i ", "echo "]
            .iter()
            .any(|word| step.command.starts_with(word))
        {
            let mut shell = Command::new("sh");
            shell.args(["-c", &step.command]);
            shell.current_dir(repository.path());
            let outcome = support::run(shell, b"");
            assert_eq!(outcome.code, 0, "{document}: {}", outcome.stderr);
            assert_eq!(outcome.stdout + &outcome.stderr, step.printed);
            continue;
        }
        let line = step.command.strip_prefix("kubectl pgdb ").unwrap();
        let outcome = if LIVE.iter().any(|command| line.starts_with(command)) {
            if line.contains("--login") && !postgres::is_usable() {
                continue;
            }
            cluster.run(&repository, line)
        } else {
            repository.run(line)
        };
        let printed = without_sealed_values(&(outcome.stdout + &outcome.stderr))
            .replace("<sealed>", "AgB...");
        assert_eq!(
            without_versions(&printed),
            without_versions(&step.printed),
            "{document}: {}",
            step.command
        );
    }
}

/// The commands that talk to a cluster.
const LIVE: [&str; 3] = ["verify", "doctor", "fetch-cert"];

/// The cluster that the documents' sessions talk to: what the repository asks for works there.
#[derive(Default)]
struct Cluster {
    server: Option<(ApiServer, Postgres)>,
}

impl Cluster {
    fn run(&mut self, repository: &Repository, line: &str) -> Outcome {
        let (server, _) = self.server.get_or_insert_with(|| {
            let server = ApiServer::start();
            let postgres = Postgres::start(Tls::Offered);
            World::of(&server, repository.path()).log_in_to(&server, &postgres);
            (server, postgres)
        });
        let words = line.split_whitespace();
        let mut command: Command = repository.command(words);
        command.env("KUBECONFIG", server.kubeconfig());
        support::run(command, b"")
    }
}

impl Cluster {
    /// Does as kubectl does with `NAME --namespace NAMESPACE`, and says what it says.
    fn delete_secret(&mut self, words: &str) -> String {
        let (name, namespace) = words.split_once(" --namespace ").unwrap();
        let (server, _) = self.server.as_ref().unwrap();
        server.delete("secrets", namespace, name);
        format!("secret \"{name}\" deleted\n")
    }
}

/// The text without the version of PostgreSQL, which is the machine's.
fn without_versions(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.split_once("to PostgreSQL ") {
            Some((before, after)) => {
                let rest = after.split_once(' ').unwrap().1;
                format!("{before}to PostgreSQL <version> {rest}\n")
            }
            None => format!("{line}\n"),
        });
    lines.collect()
}

#[test]
fn the_readme_shows_what_is_printed() {
    check("README.md");
}

#[test]
fn the_reference_of_verify_shows_what_is_printed() {
    check("docs/verify.md");
}

#[test]
fn the_reference_of_list_shows_what_is_printed() {
    check("docs/list.md");
}

#[test]
fn the_reference_of_lint_shows_what_is_printed() {
    check("docs/lint.md");
}

#[test]
fn the_reference_of_new_app_shows_what_is_printed() {
    check("docs/new-app.md");
}

#[test]
fn the_reference_of_import_shows_what_is_printed() {
    check("docs/import.md");
}

#[test]
fn the_page_of_connections_shows_what_is_printed() {
    check("docs/connections.md");
}

#[test]
fn the_page_of_rights_shows_what_is_printed() {
    check("docs/rbac.md");
}
