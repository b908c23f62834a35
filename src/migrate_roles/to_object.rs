//! The first stage to DatabaseRole objects: they are written, with all that the Cluster's entries say.

use serde::Deserialize;
use serde_yaml::Value;

use super::Inputs;
use super::attributes;
use super::declaration::silenced;
use super::error::MigrateError;
use super::fields::{Fields, ROLES, Trouble};
use super::inventory::{Place, Role, RoleMove};
use crate::domain::app::{App, AppOptions, Share};
use crate::domain::kubernetes_name::AppName;
use crate::domain::kubernetes_name::ObjectName;
use crate::domain::name::NameError;
use crate::domain::postgres_name::{DatabaseName, RoleName};
use crate::render::Template;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, append, apply, extents};
use crate::repo::kustomization::Kustomization;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};
use crate::target::own::managed_roles;

/// The labels by which the product knows what it made.
const OWN_LABELS: [&str; 2] = ["app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"];

/// Writes a DatabaseRole for each role.
pub(super) fn declare(
    inputs: &Inputs<'_>,
    roles: &[&Role<'_>],
    draft: &mut Draft<'_>,
) -> Result<Vec<RoleMove>, MigrateError> {
    let Some(manifest) = &inputs.target.manifest else {
        return Err(no_manifest(inputs));
    };
    let text = inputs.snapshot.text(&manifest.path).unwrap_or_default();
    let objects = crate::repo::object::objects_in(&manifest.path, text);
    let objects = objects.map_err(|source| MigrateError::NotYaml {
        path: manifest.path.clone(),
        source,
    })?;
    let cluster = objects
        .iter()
        .find(|object| object.document == manifest.document);
    let entries = cluster.map(managed_roles).unwrap_or_default();
    let extents =
        extents(text, manifest.document, &ROLES).map_err(|source| MigrateError::Edit {
            path: manifest.path.clone(),
            source,
        })?;
    let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = serde_yaml::Deserializer::from_str(without_mark).nth(manifest.document);
    let document = document.and_then(|document| Value::deserialize(document).ok());
    let (mut moves, mut files) = (Vec::new(), Vec::new());
    for role in roles {
        let Some((place, number)) = role
            .entry
            .as_ref()
            .and_then(|place| Some((place, place.entry?)))
        else {
            continue;
        };
        let (Some(node), Some(extent)) = (entries.get(number), extents.get(number)) else {
            continue;
        };
        let fields =
            Fields::of_entry(text, node, extent).map_err(|why| trouble(role, place, why))?;
        let said = document
            .as_ref()
            .and_then(|document| attributes::of(document, place));
        let said =
            said.ok_or_else(|| unclear(role, place, "a second YAML parser does not read it"))?;
        let path = inputs
            .target
            .directory
            .join(&format!("{}.yaml", role.object_name))?;
        if draft.text(&path).is_some() {
            return Err(MigrateError::FileTaken { path });
        }
        let written = written(inputs, role, &fields)?;
        let new = Place {
            place: crate::declared::Place {
                path: path.clone(),
                line: 1,
            },
            document: 0,
            entry: None,
        };
        if attributes::at(&written, &new).as_ref() != Some(&said) {
            return Err(unclear(
                role,
                place,
                "it would not be the same in another file",
            ));
        }
        draft.write(&path, written);
        moves.push(RoleMove {
            app: role.app.name.clone(),
            role: role.name.clone(),
            object: role.object_name.clone(),
            from: place.place.clone(),
            to: path.clone(),
        });
        files.push(path);
    }
    list(inputs, &files, draft)?;
    Ok(moves)
}

/// The manifest of a DatabaseRole: that of the template, with the fields as they were written.
fn written(inputs: &Inputs<'_>, role: &Role<'_>, fields: &Fields) -> Result<String, MigrateError> {
    let rendered =
        inputs
            .templates
            .render(Template::DatabaseRole, &app(role)?, inputs.target, &[], &[])?;
    let unfit = || MigrateError::Unclear {
        role: role.name.clone(),
        place: role.app.role.as_ref().map_or_else(
            || crate::declared::Place {
                path: RepoPath::root(),
                line: 1,
            },
            |role| role.place.clone(),
        ),
        problem: "the template of a DatabaseRole has no plain `spec` to put its fields in",
    };
    let stream = parse(&rendered).map_err(|_| unfit())?;
    let root = stream.documents.first().map(|document| &document.root);
    let root = root.ok_or_else(unfit)?;
    let mut edits = Vec::new();
    for (key, _) in root.get("spec").map_or(&[][..], Node::entries) {
        let key = key.as_str().unwrap_or_default();
        if !matches!(key, "cluster" | "databaseRoleReclaimPolicy") {
            edits.push(Edit::remove(&["spec", key]));
        }
    }
    if !role.app.is_own {
        edits.extend(without_labels(root));
    }
    let retain = Addition::Text("retain".to_owned());
    edits.push(Edit::set(&["spec", "databaseRoleReclaimPolicy"], retain));
    let head = apply(&rendered, 0, &edits).map_err(|_| unfit())?;
    let stream = parse(&head).map_err(|_| unfit())?;
    let root = stream.documents.first().map(|document| &document.root);
    let number = root.and_then(|root| {
        root.entries()
            .iter()
            .position(|(key, _)| key.as_str() == Some("spec"))
    });
    let column = root
        .and_then(|root| root.get("spec"))
        .map(|spec| spec.column);
    let extents = extents(&head, 0, &[]).map_err(|_| unfit())?;
    let extent = number.and_then(|number| extents.get(number));
    let (extent, column) = extent.zip(column).ok_or_else(unfit)?;
    let indent = " ".repeat(column);
    let (before, after) = head.split_at_checked(extent.own.end).ok_or_else(unfit)?;
    let above: String = fields
        .above
        .iter()
        .map(|line| format!("\n{indent}{line}"))
        .collect();
    let body = fields.at(column, "\n");
    let text = format!("{before}{above}\n{indent}{body}{after}");
    silenced(&text, 0).ok_or_else(unfit)
}

/// Takes the product's labels out, which an app made by hand does not have.
fn without_labels<'keys>(root: &Node<'_>) -> Vec<Edit<'keys>> {
    let labels = root
        .at(&["metadata", "labels"])
        .map_or(&[][..], Node::entries);
    let is_own = |key: &Node<'_>| OWN_LABELS.iter().any(|own| key.as_str() == Some(own));
    if !labels.is_empty() && labels.iter().all(|(key, _)| is_own(key)) {
        return vec![Edit::remove(&["metadata", "labels"])];
    }
    let found = OWN_LABELS
        .into_iter()
        .filter(|own| labels.iter().any(|(key, _)| key.as_str() == Some(own)));
    found
        .map(|own| Edit::remove(&["metadata", "labels", own]))
        .collect()
}

/// The app as far as the template of a DatabaseRole needs it; what it says of the role is replaced.
fn app(role: &Role<'_>) -> Result<App, NameError> {
    let name: AppName = role.app.name.parse()?;
    Ok(App {
        namespaces: Vec::new(),
        secret: ObjectName::of_app(&name, "-db-creds"),
        database_object: ObjectName::of_app(&name, "-db"),
        role_object: ObjectName::of_app(&name, "-role"),
        role: role.name.parse().or_else(|_| RoleName::of_app(&name))?,
        database: DatabaseName::of_app(&name).or_else(|_| "app".parse())?,
        name,
        options: AppOptions {
            share: Share::Database,
            ..AppOptions::default()
        },
    })
}

/// Enters new files where a kustomization lists the folder's resources.
fn list(
    inputs: &Inputs<'_>,
    files: &[RepoPath],
    draft: &mut Draft<'_>,
) -> Result<(), MigrateError> {
    let found = Kustomization::of_folder(inputs.snapshot, &inputs.target.directory);
    let found = found.map_err(|(path, source)| MigrateError::NotYaml { path, source })?;
    let Some(kustomization) = found else {
        return Ok(());
    };
    let folder = kustomization.path.parent();
    let missing = files.iter().filter(|file| !kustomization.lists(file));
    let missing = missing.filter_map(|file| file.relative_to(&folder));
    let entries: Vec<Addition> = missing
        .map(|file| Addition::Text(file.to_owned()))
        .collect();
    let text = draft.text(&kustomization.path).unwrap_or_default();
    let edited =
        append(text, 0, &["resources"], &entries).map_err(|source| MigrateError::Edit {
            path: kustomization.path.clone(),
            source,
        })?;
    draft.write(&kustomization.path, edited);
    Ok(())
}

/// The refusal of a role whose fields cannot be taken from where they are.
pub(super) fn trouble(role: &Role<'_>, place: &Place, why: Trouble) -> MigrateError {
    match why {
        Trouble::Edit(source) => MigrateError::Edit {
            path: place.place.path.clone(),
            source,
        },
        Trouble::Unclear(problem) => unclear(role, place, problem),
    }
}

/// The refusal of a role that is written in a way that is not carried over.
pub(super) fn unclear(role: &Role<'_>, place: &Place, problem: &'static str) -> MigrateError {
    MigrateError::Unclear {
        role: role.name.clone(),
        place: place.place.clone(),
        problem,
    }
}

/// The refusal where the Cluster's manifest is not known.
pub(super) fn no_manifest(inputs: &Inputs<'_>) -> MigrateError {
    MigrateError::NoManifest {
        cluster: inputs.target.cluster.to_string(),
    }
}
