//! Names that are longer than the system that keeps them takes.

use crate::domain::postgres_name::LONGEST;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB705",
    name: "name-too-long",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The name of a role, a database or an object is too long.",
    why: "PostgreSQL cuts names after 63 bytes. CNPG then looks for the long name, does not find it, and tries to \
          make it again without end. CNPG takes at most 50 characters as a Cluster's name, and Kubernetes 253 as \
          that of any object.",
    mend: "Choose a shorter name.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("name_too_long/bad.yaml"),
        good: include_str!("name_too_long/good.yaml"),
        beside: &[],
    },
    check,
};

/// The most characters of a Cluster's name: CloudNativePG `internal/webhook/v1/cluster_webhook.go`, `validateName`.
const CLUSTER: usize = 50;
/// The most characters of an object's name: RFC 1123, a subdomain.
const OBJECT: usize = 253;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut check = |object: &Object<'_>, what: &str, name: Option<&Word<'_>>, most: usize| {
        let Some(name) = name.filter(|name| !name.is_placeholder() && name.text.len() > most)
        else {
            return;
        };
        let length = name.text.len();
        let message =
            format!("the name of this {what} has {length} bytes, and {most} is the limit");
        found.push(Finding::of(object, name.span, message));
    };
    for role in &repository.roles {
        check(&role.object, "role", role.name.as_ref(), LONGEST);
        if role.entry.is_none() {
            check(&role.object, "object", role.object.name.as_ref(), OBJECT);
        }
    }
    for database in &repository.databases {
        let object = &database.object;
        check(object, "database", database.field("name"), LONGEST);
        check(object, "object", object.name.as_ref(), OBJECT);
    }
    for cluster in &repository.clusters {
        let object = &cluster.object;
        check(object, "Cluster", object.name.as_ref(), CLUSTER);
    }
    for credential in &repository.credentials {
        let object = &credential.object;
        check(object, "object", object.name.as_ref(), OBJECT);
    }
}
