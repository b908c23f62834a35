//! A value that a field of CNPG does not take.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::cnpg_fields::{DATABASE, DATABASE_ROLE, Field, ROLE};
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB714",
    name: "invalid-field",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The value of a field of a role or a Database is of the wrong type, or none of those that CNPG takes.",
    why: "Kubernetes refuses the whole object: for a role in the Cluster's list, that is the Cluster, so that no \
          change of it is applied any more.",
    mend: "Write a value that the field takes: `true` and `false` and numbers without quotes, names that look like \
           numbers with quotes.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("invalid_field/bad.yaml"),
        good: include_str!("invalid_field/good.yaml"),
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
        check_fields(&role.object, &role.fields, &[own, &ROLE], found);
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
    for (key, value) in fields {
        let Some(value) = value.as_ref().filter(|value| !value.is_placeholder()) else {
            continue;
        };
        // What a DatabaseRole says differently comes first.
        let mut known = known.iter().copied().flatten();
        let field = known.find(|field| field.name == key.text);
        if let Some(wanted) = field.and_then(|field| field.takes.refusal(value)) {
            let message = format!("`{}` does not take this: it wants {wanted}", key.text);
            found.push(Finding::of(object, value.span, message));
        }
    }
}
