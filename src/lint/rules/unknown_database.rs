//! An access to a database that nothing declares, or for another owner.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::access::Access;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB755",
    name: "unknown-database",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The access to a database is declared, and no Database of that name and owner is.",
    why: "The Job waits for the database, or for its owner, and fails. It is for your information where the repository declares no Database beside it.",
    mend: "Make the Database with `kubectl pgdb new-app`, write the access anew with `kubectl pgdb grant`, or take its file out of the repository.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("unknown_database/bad.yaml"),
        good: include_str!("unknown_database/good.yaml"),
        beside: &[(
            "infra/databases/postgres/kustomization.yaml",
            include_str!("unreadable_access/kustomization.yaml"),
        )],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let declares = |access: &Access<'_>| {
        let mut databases = repository.databases.iter();
        databases.any(|database| database.object.may_be_beside(&access.object))
    };
    let is_open = repository
        .databases
        .iter()
        .any(|database| database.known_name().is_none());
    for access in &repository.accesses {
        let Ok(declared) = &access.access else {
            continue;
        };
        let object = &access.object;
        let name = declared.database.as_str();
        match repository.database_of(access) {
            None => {
                let message =
                    format!("no Database is called {name:?}, to which this is the access");
                let is_sure = !is_open && !repository.is_in_unread(name) && declares(access);
                let severity = if is_sure {
                    Severity::Error
                } else {
                    Severity::Info
                };
                found.push_as(severity, Finding::of(object, access.declaration, message));
            }
            Some(database) => {
                let owner = database
                    .known_owner()
                    .filter(|owner| *owner != declared.owner.as_str());
                let is_said = owner.is_some() && !database.object.is_patch && !database.is_absent();
                if let Some(owner) = owner.filter(|_| is_said) {
                    let message = format!(
                        "the database {name:?} belongs to {owner:?}, and this access was made for {:?}",
                        declared.owner.as_str()
                    );
                    let finding = Finding::of(object, access.declaration, message);
                    found.push(finding.related(
                        &database.object,
                        database.object.head,
                        "the Database",
                    ));
                }
            }
        }
    }
}
