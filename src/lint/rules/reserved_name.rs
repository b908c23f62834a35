//! Names of roles and databases that CNPG or PostgreSQL keep for themselves.

use crate::domain::postgres_name::{is_reserved_database, is_reserved_role};
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB704",
    name: "reserved-name",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A role or a database has a name that is reserved.",
    why: "CNPG refuses roles called `postgres` or `streaming_replica` and those that begin with `pg_` or `cnpg_`, \
          and databases called `postgres`, `template0` or `template1`. PostgreSQL refuses roles called `public` or \
          `none`.",
    mend: "Choose another name.",
    example: Example {
        path: "infra/databases/postgres/postgres-cluster.yaml",
        bad: include_str!("reserved_name/bad.yaml"),
        good: include_str!("reserved_name/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let reserved = |name: Option<&Word<'_>>, is_reserved: fn(&str) -> bool| {
        let name = name?;
        let text = name.known().filter(|text| is_reserved(text))?;
        Some((name.span, format!("the name {text:?} is reserved")))
    };
    for role in &repository.roles {
        if let Some((span, message)) = reserved(role.name.as_ref(), is_reserved_role) {
            found.push(Finding::of(&role.object, span, message));
        }
    }
    for database in &repository.databases {
        if let Some((span, message)) = reserved(database.field("name"), is_reserved_database) {
            found.push(Finding::of(&database.object, span, message));
        }
    }
}
