//! Passwords in the text of manifests, SQL and other files beside them.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::neighbourhood::Neighbourhood;
use crate::lint::repository::password::{Form, passwords};
use crate::lint::repository::values::{is_values_file, passwords_in_values};
use crate::lint::repository::word::Span;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::path::RepoPath;

pub(super) const RULE: Rule = Rule {
    code: "PGDB403",
    name: "password-in-text",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A file beside the databases' manifests holds a password: in a connection URI or string, in SQL, as `PGPASSWORD`, \
              or in a chart's values.",
    why: "Whoever can read the repository or its history can log in to the database. A comment is as readable as the rest.",
    mend: "Let the program take the password from a Secret: by `secretKeyRef`, or the Secret's key `uri`. Roles get theirs by \
           `passwordSecret`, not by SQL. Then change the password, since it stays in the history.",
    example: Example {
        path: "infra/databases/postgres/my-shop-grants.sql",
        bad: include_str!("password_in_text/bad.sql"),
        good: include_str!("password_in_text/good.sql"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let neighbourhood = Neighbourhood::of(repository);
    let others = of_other_rules(repository);
    for (path, text) in repository.snapshot.files() {
        if !neighbourhood.reaches(path) {
            continue;
        }
        for password in passwords(text) {
            let span = Span::new(password.bytes.start, password.bytes.end).beginning();
            let mut known = others.get(path).into_iter().flatten();
            if known.any(|known| known.start <= span.start && span.start < known.end) {
                continue;
            }
            let finding = Finding::at(path, span, message(password.form)).secret();
            if password.form == Form::Verifier {
                found.push_as(Severity::Info, finding);
            } else {
                found.push(finding);
            }
        }
        if is_values_file(path) {
            // Whether it is the database's nobody can tell.
            for span in passwords_in_values(text) {
                let message = "a values file holds a password in clear";
                let finding = Finding::at(path, span.beginning(), message).secret();
                found.push_as(Severity::Warning, finding);
            }
        }
    }
}

fn message(form: Form) -> &'static str {
    match form {
        Form::Uri => "a connection URI holds a password in clear",
        Form::ConnectionString => "a connection string holds a password in clear",
        Form::Environment => "PGPASSWORD is given in clear",
        Form::Sql => "SQL sets the password of a role in clear",
        Form::Verifier => {
            "SQL sets the password of a role by its SCRAM verifier, with which guesses can be tried offline"
        }
    }
}

/// The places that other rules are about: Secrets, and what kustomizations make Secrets of.
fn of_other_rules<'text>(repository: &Repository<'text>) -> HashMap<&'text RepoPath, Vec<Span>> {
    let mut found: HashMap<&RepoPath, Vec<Span>> = HashMap::new();
    for credential in &repository.credentials {
        let object = &credential.object;
        if object.holds_values {
            found.entry(object.path).or_default().push(object.whole);
        }
    }
    for kustomize in &repository.kustomizes {
        let generators = kustomize.generators.iter();
        for word in generators.flat_map(|generator| &generator.literals) {
            found.entry(kustomize.path).or_default().push(word.span);
        }
    }
    found
}
