//! Two Database objects for one database.

use std::collections::HashMap;

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::database::Database;
use crate::lint::repository::deployment::Deployment;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB703",
    name: "duplicate-database",
    severity: Severity::Error,
    is_fixable: false,
    summary: "Two Database objects are for the same database of the same Cluster, or have the same name.",
    why: "CNPG applies one of them and refuses the other (\"is already managed by object\"), and which one that is \
          depends on which came first. Deleting one may drop the database that the other is for. Of two objects of \
          one name only one can exist.",
    mend: "Keep one of them. If they are for different places, put them into different folders, each with its \
           kustomization.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("duplicate_database/bad.yaml"),
        good: include_str!("duplicate_database/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let mut objects: HashMap<(Deployment, &str), &Database<'_>> = HashMap::new();
    let mut databases: HashMap<(Deployment, &str, &str), &Database<'_>> = HashMap::new();
    let whole = repository.databases.iter();
    for database in whole.filter(|database| !database.object.is_patch) {
        let deployments = repository.deployments(&database.object);
        let name = database.object.known_name();
        let objects_key = |deployment: &Deployment| Some((deployment.clone(), name?));
        let names = database.known_cluster().zip(database.known_name());
        let databases_key = |deployment: &Deployment| {
            let (cluster, name) = names?;
            Some((deployment.clone(), cluster, name))
        };
        let keys = deployments.iter().filter_map(objects_key);
        let same_object = keys.clone().find_map(|key| objects.get(&key).copied());
        let names = deployments.iter().filter_map(databases_key);
        let same_database = names.clone().find_map(|key| databases.get(&key).copied());
        if let Some(other) = same_object {
            found.push(of_same_object(database, other));
        } else if let Some(other) = same_database {
            found.push(of_same_database(database, other));
        }
        for key in keys {
            objects.entry(key).or_insert(database);
        }
        for key in names {
            databases.entry(key).or_insert(database);
        }
    }
}

fn of_same_object(database: &Database<'_>, other: &Database<'_>) -> Finding {
    let object = &database.object;
    let message = format!("there is another {} beside this one", object.title());
    let finding = Finding::of(object, object.head, message);
    finding.related(&other.object, other.object.head, "the other one")
}

fn of_same_database(database: &Database<'_>, other: &Database<'_>) -> Finding {
    let object = &database.object;
    let name = database.field("name");
    let message = format!(
        "the {} is for the database {:?} too",
        other.object.title(),
        database.known_name().unwrap_or_default()
    );
    let finding = Finding::of(object, name.map_or(object.head, |name| name.span), message);
    finding.related(&other.object, other.object.head, "the other one")
}
