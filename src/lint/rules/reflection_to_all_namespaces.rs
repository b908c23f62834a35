//! A credential that Reflector may mirror to every namespace.

use crate::domain::reflection::REFLECTOR;
use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::reflected::{Reflected, is_open_list};
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;

pub(super) const RULE: Rule = Rule {
    code: "PGDB603",
    name: "reflection-to-all-namespaces",
    severity: Severity::Error,
    is_fixable: true,
    summary: "A credential may be mirrored to every namespace of the cluster.",
    why: "An empty or absent list of allowed namespaces means all of them, as `.*` does. Who may make a Secret in \
          any namespace gets the password by asking for a mirror, and where mirrors are made by themselves, every \
          namespace has it already.",
    mend: "Name the application's namespace: `reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: \
           \"shop\"`. Several are separated by commas.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_to_all_namespaces/bad.yaml"),
        good: include_str!("reflection_to_all_namespaces/good.yaml"),
        beside: &[],
    },
    check,
};

/// The annotation that holds the list.
const LIST: &str = "reflection-allowed-namespaces";

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let asked = repository.asked_for();
    for reflected in repository.reflected() {
        let reflection = &reflected.credential.reflection;
        if !reflection.allowed || !reflection.allowed_namespaces.is_everything() {
            continue;
        }
        let list = reflected.made.reflector(LIST);
        let (span, reason) = match list {
            Some((_, value)) if value.text.trim().is_empty() => (value.span, "is empty"),
            Some((_, value)) => (value.span, "allows all"),
            None if is_hidden(&reflected) => continue,
            None => (reflected.first.0.span, "is not there"),
        };
        let mut finding = Finding::of(
            &reflected.credential.object,
            span,
            format!("every namespace may get this password: `{LIST}` {reason}"),
        );
        let secret = reflected.credential.secret.as_deref();
        if !secret.is_some_and(|secret| asked.contains(secret)) {
            finding.fix = fix(&reflected);
        }
        found.push(finding);
    }
}

/// Whether a key is still to be filled in, which may be the list's.
fn is_hidden(reflected: &Reflected<'_, '_>) -> bool {
    let mut annotations = reflected.made.annotations.iter();
    annotations.any(|(key, _)| key.is_placeholder())
}

/// Allows the namespaces that mirrors are made in by themselves, where these are named: mirrors in others go away.
fn fix(reflected: &Reflected<'_, '_>) -> Option<Fix> {
    let credential = reflected.credential;
    let automatic = &credential.reflection.automatic_namespaces;
    let is_sure = credential.reflection.is_automatic()
        && automatic.is_names_alone()
        && automatic.names().next().is_some()
        && !is_open_list(&automatic.text)
        && !credential.is_encrypted;
    if !is_sure {
        return None;
    }
    let key = format!("{REFLECTOR}/{LIST}");
    let mut keys = credential.made_keys.to_vec();
    keys.push("annotations");
    let text = automatic.text.clone();
    let operation = match reflected.made.reflector(LIST) {
        Some(_) => {
            keys.push(&key);
            Operation::SetText(text)
        }
        None => Operation::Insert(key.clone(), Addition::Text(text)),
    };
    let title = format!("allow mirrors in {} alone", automatic.text);
    Some(Fix::of(title, &credential.object, &keys, operation))
}
