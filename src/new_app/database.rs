//! The object of kind Database.

use super::comparison::Comparison;
use super::error::{Conflict, NAME};
use super::inventory::{Findings, Found, Surroundings};
use crate::domain::database_option::Extension;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::object::Object;
use crate::repo::yaml::Node;
use crate::target::CNPG;
use crate::target::own::is_on_cluster;

const DATABASE_FLAG: &str = "--database";

/// Looks for the Database in the repository.
pub(super) fn inspect<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let app = around.inputs.app;
    let cluster = around.inputs.target.cluster.as_str();
    let found: Vec<_> = around
        .of_kind(CNPG, "Database")
        .filter(|object| {
            is_on_cluster(object, cluster) && database(object) == Some(app.database.as_str())
        })
        .collect();
    let namesakes: Vec<_> = around
        .of_kind(CNPG, "Database")
        .filter(|object| object.name() == Some(app.database_object.as_str()))
        .filter(|object| {
            !is_on_cluster(object, cluster) || database(object) != Some(app.database.as_str())
        })
        .collect();
    let own = namesakes
        .iter()
        .find(|object| is_on_cluster(object, cluster) && around.is_own(object));
    if let (Some(object), []) = (own, found.as_slice()) {
        findings.differences.extend(compare(around, object));
        return Found::There(object.path, object.document);
    }
    findings
        .conflicts
        .extend(namesakes.into_iter().map(|object| namesake(around, object)));
    match found.as_slice() {
        [] => {
            findings
                .conflicts
                .extend(around.file_conflict(&around.files.database));
            Found::Missing
        }
        [object, others @ ..] => {
            findings
                .conflicts
                .extend(around.owner_conflict(object, DATABASE_FLAG));
            let again = others
                .iter()
                .map(|other| declared_again(around, object, other));
            findings.conflicts.extend(again);
            match foreign_owner(around, object) {
                Some(conflict) => findings.conflicts.push(conflict),
                None => findings.differences.extend(compare(around, object)),
            }
            Found::There(object.path, object.document)
        }
    }
}

fn declared_again(
    around: &Surroundings<'_, '_>,
    first: &Object<'_>,
    other: &Object<'_>,
) -> Conflict {
    Conflict {
        place: other.place(),
        problem: format!(
            "the database {:?} is declared at {} too",
            around.inputs.app.database.as_str(),
            first.place()
        ),
        flag: DATABASE_FLAG,
    }
}

/// The conflict with a database that nobody marked as an app's and that belongs to another role.
fn foreign_owner(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Option<Conflict> {
    let app = around.inputs.app;
    let owner = object.root.at(&["spec", "owner"]).and_then(Node::as_str);
    (owner != Some(app.role.as_str()) && object.app().is_none()).then(|| Conflict {
        place: object.place(),
        problem: format!(
            "the database {:?} is there and belongs to the role {:?}",
            app.database.as_str(),
            owner.unwrap_or_default()
        ),
        flag: DATABASE_FLAG,
    })
}

/// The conflict with a Database that has the name of the app's object and declares another database.
fn namesake(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Conflict {
    let declared = object.root.at(&["spec", "cluster", "name"]);
    Conflict {
        place: object.place(),
        problem: format!(
            "Database {} declares another one, {:?} on the Cluster {:?}",
            around.inputs.app.database_object,
            database(object).unwrap_or_default(),
            declared.and_then(Node::as_str).unwrap_or_default()
        ),
        flag: NAME,
    }
}

fn database<'object>(object: &'object Object<'_>) -> Option<&'object str> {
    object.root.at(&["spec", "name"])?.as_str()
}

/// What of a Database differs from what was asked for. Fields that the product does not ask about are left alone.
fn compare(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Vec<super::Difference> {
    let app = around.inputs.app;
    let options = &app.options;
    let mut comparison = Comparison::new(object.path, object.root.line);
    let wave = around.inputs.target.waves.database().to_string();
    comparison.scalar(
        "metadata.annotations[sync-wave]",
        object.annotation(SYNC_WAVE),
        Some(&wave),
    );
    let spec = |key: &str| object.root.at(&["spec", key]);
    comparison.scalar("spec.name", spec("name"), Some(app.database.as_str()));
    comparison.scalar("spec.owner", spec("owner"), Some(app.role.as_str()));
    comparison.with_default("spec.ensure", spec("ensure"), "present", "present");
    let policy = spec("databaseReclaimPolicy");
    comparison.with_default(
        "spec.databaseReclaimPolicy",
        policy,
        options.reclaim.as_str(),
        "retain",
    );
    let encoding = options.encoding.as_ref().map(|encoding| encoding.as_str());
    comparison.scalar("spec.encoding", spec("encoding"), encoding);
    comparison.scalar(
        "spec.locale",
        spec("locale"),
        options.locale.as_ref().map(|locale| locale.as_str()),
    );
    let limit = options
        .connection_limit
        .map(|limit| limit.get().to_string());
    comparison.scalar(
        "spec.connectionLimit",
        spec("connectionLimit"),
        limit.as_deref(),
    );
    let extensions = options
        .extensions
        .iter()
        .map(Extension::to_string)
        .collect();
    comparison.list(
        "spec.extensions",
        spec("extensions"),
        entries(spec("extensions"), "version"),
        extensions,
    );
    let schemas = options
        .schemas
        .iter()
        .map(|schema| format!("{schema}@{}", app.role))
        .collect();
    comparison.list(
        "spec.schemas",
        spec("schemas"),
        entries(spec("schemas"), "owner"),
        schemas,
    );
    comparison.into_differences()
}

/// The names in a list of objects, each with `@` and a second key's value where it has one.
fn entries(list: Option<&Node<'_>>, second: &str) -> Vec<String> {
    let entry = |item: &Node<'_>| {
        let name = item.get("name")?.as_str()?;
        Some(match item.get(second).and_then(Node::as_str) {
            Some(value) => format!("{name}@{value}"),
            None => name.to_owned(),
        })
    };
    list.map_or(&[][..], Node::items)
        .iter()
        .filter_map(entry)
        .collect()
}
