//! A field that CNPG does not know, and that is near to one that it knows.

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cnpg_fields::{DATABASE, DATABASE_ROLE, Field, ROLE};
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB713",
    name: "unknown-field",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A field of a role or a Database is misspelt.",
    why: "Kubernetes drops a field that the kind does not have, or refuses the object, depending on who applies it. \
          What the field was to say is not in effect: with `disablePastword` the role keeps its password.",
    mend: "Write the field as CNPG has it. Fields that are near to none are left alone, since later versions may \
           have more.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("unknown_field/bad.yaml"),
        good: include_str!("unknown_field/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for role in &repository.roles {
        let own = match role.entry {
            Some(_) => &[][..],
            None => &DATABASE_ROLE,
        };
        check_fields(&role.object, &role.fields, &[&ROLE, own], found);
    }
    for database in &repository.databases {
        check_fields(&database.object, &database.fields, &[&DATABASE], found);
    }
}

fn check_fields(
    object: &Object<'_>,
    fields: &[(Word<'_>, Option<Word<'_>>)],
    known: &[&[Field]],
    found: &mut Findings,
) {
    let known = || known.iter().copied().flatten().map(|field| field.name);
    for (key, _) in fields {
        if key.is_placeholder() || known().any(|name| name == key.text) {
            continue;
        }
        if let Some(near) = nearest(&key.text, known()) {
            let message = format!("CNPG knows no field {:?} here", key.text);
            let finding = Finding::of(object, key.span, message);
            found.push(finding.help(format!("did you mean {near:?}?")));
        }
    }
}
