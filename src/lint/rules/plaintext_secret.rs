//! A Secret with a database's credentials in clear.

use std::collections::BTreeSet;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::clear::{Exposure, shown_key};
use crate::lint::repository::credential::Credential;
use crate::lint::repository::neighbourhood::{Neighbourhood, is_sample};
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB401",
    name: "plaintext-secret",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A Secret in the repository holds a database's credentials in clear; base64 is no encryption.",
    why: "Whoever can read the repository, a fork, a clone or its history can log in to the database, and removing the file \
          does not take that back.",
    mend: "Seal the Secret, with `kubectl pgdb new-app` or `kubeseal`, and commit the SealedSecret in its place. Then change the \
           password, since it stays in the history.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("plaintext_secret/bad.yaml"),
        good: include_str!("plaintext_secret/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let neighbourhood = Neighbourhood::of(repository);
    for credential in &repository.credentials {
        let Some(first) = credential.clear.first() else {
            continue;
        };
        let severity = severity(repository, &neighbourhood, credential);
        let Some(severity) = severity.filter(|_| !credential.is_encrypted) else {
            continue;
        };
        let keys: BTreeSet<String> = credential
            .clear
            .iter()
            .map(|value| shown_key(&value.key.text))
            .collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let message = format!("this Secret holds {} in clear", keys.join(", "));
        let mut finding = Finding::of(&credential.object, first.key.span, message);
        if let Some(user) = repository.user_of(credential) {
            finding = finding.related(user, user.head, "this uses it");
        }
        found.push_as(severity, finding);
    }
}

/// How much a Secret in clear matters; none where it is hardly a database's.
fn severity(
    repository: &Repository<'_>,
    neighbourhood: &Neighbourhood<'_>,
    credential: &Credential<'_>,
) -> Option<Severity> {
    let object = &credential.object;
    let is_login = credential.has_key("username") && credential.has_key("password");
    let secret_type = credential.secret_type.as_ref();
    let is_basic = secret_type.is_some_and(|word| word.text == "kubernetes.io/basic-auth");
    let is_connection = credential
        .clear
        .iter()
        .any(|value| value.exposure == Exposure::Connection);
    let severity = if is_connection || repository.is_of_database(credential) {
        Severity::Error
    } else if !is_login && !is_basic {
        return None;
    } else if neighbourhood.holds(object) {
        Severity::Error
    } else {
        // A login to something; whether it is a database nobody can tell.
        Severity::Info
    };
    // Samples are not deployed.
    Some(if is_sample(object.path) {
        Severity::Info
    } else {
        severity
    })
}
