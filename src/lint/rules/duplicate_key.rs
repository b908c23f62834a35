//! A key that is there twice in one mapping.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB716",
    name: "duplicate-key",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A role, a Database, or the sealed values or annotations of a credential have one key twice.",
    why: "YAML forbids it. Kustomize refuses the file; others take the last one, and what the first one says is \
          lost.",
    mend: "Remove one of the two.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("duplicate_key/bad.yaml"),
        good: include_str!("duplicate_key/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for role in &repository.roles {
        let keys = role.fields.iter().map(|(key, _)| key);
        check_keys(&role.object, keys, found);
    }
    for database in &repository.databases {
        let keys = database.fields.iter().map(|(key, _)| key);
        check_keys(&database.object, keys, found);
    }
    for credential in &repository.credentials {
        let keys = credential.sealed.iter().map(|(key, _)| key);
        check_keys(&credential.object, keys, found);
        if let Some(made) = &credential.made {
            let keys = made.annotations.iter().map(|(key, _)| key);
            check_keys(&credential.object, keys, found);
        }
    }
}

fn check_keys<'a, 'text: 'a>(
    object: &Object<'_>,
    keys: impl Iterator<Item = &'a Word<'text>>,
    found: &mut Findings,
) {
    let mut known = HashMap::new();
    for key in keys {
        let first = *known.entry(&*key.text).or_insert(key.span);
        if first == key.span || key.is_placeholder() || key.text == "<<" {
            continue;
        }
        let message = format!("the key {:?} is there twice", key.text);
        let finding = Finding::of(object, key.span, message);
        // What the line holds may be a sealed value.
        found.push(finding.related(object, first, "the first one").secret());
    }
}
