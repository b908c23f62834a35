//! The first stage to DatabaseRole objects: they are written, with all that the Cluster's entries say.

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
use crate::repo::edit::{Addition, Edit, Extent, append, apply, extents};
use crate::repo::kustomization::Kustomization;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};
use crate::target::own::managed_roles;

/// Why fields are not carried over of which nothing is known.
pub(super) const UNREAD: &str = "a second YAML parser does not read it";
/// Why fields are not carried over that are something else where they would stand.
const ELSEWHERE: &str = "it would not be the same in another file";

/// The labels by which the product knows what it made.
const OWN_LABELS: [&str; 2] = ["app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"];

/// Writes a DatabaseRole for each role.
pub(super) fn declare(
    inputs: &Inputs<'_>,
    roles: &[&Role<'_>],
    draft: &mut Draft<'_>,
) -> Result<Vec<RoleMove>, MigrateError> {
    let entries = Entries::of(inputs)?;
    let (mut moves, mut files, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for role in roles {
        let Some(place) = &role.entry else { continue };
        let name = format!("{}.yaml", role.object_name);
        let path = inputs.target.directory.join(&name)?;
        if draft.text(&path).is_some() {
            return Err(MigrateError::FileTaken { path });
        }
        written.push(entries.object(inputs, role, place)?);
        moves.push(RoleMove {
            app: role.app.name.clone(),
            role: role.name.clone(),
            object: role.object_name.clone(),
            from: place.place.clone(),
            to: path.clone(),
        });
        files.push(path);
    }
    // Before the files: of a run that was killed in between, the roles whose files are missing tell what is left to do.
    list(inputs, &files, draft)?;
    for (path, text) in files.iter().zip(written) {
        draft.write(path, text);
    }
    Ok(moves)
}

/// The entries of the Cluster's manifest.
struct Entries<'text> {
    text: &'text str,
    /// The manifest, as the first parser reads it.
    cluster: Object<'text>,
    /// The manifest, as the second parser reads it.
    document: Value,
    /// Where each entry stands.
    extents: Vec<Extent>,
}

impl<'text> Entries<'text> {
    fn of(inputs: &Inputs<'text>) -> Result<Self, MigrateError> {
        let manifest = inputs.target.manifest.as_ref();
        let manifest = manifest.ok_or_else(|| no_manifest(inputs))?;
        let text = inputs.snapshot.text(&manifest.path).unwrap_or_default();
        let objects = objects_in(&manifest.path, text).map_err(|source| MigrateError::NotYaml {
            path: manifest.path.clone(),
            source,
        })?;
        let mut objects = objects.into_iter();
        let cluster = objects.find(|object| object.document == manifest.document);
        let extents = extents(text, manifest.document, &ROLES);
        let document = attributes::document(text, manifest.document);
        Ok(Self {
            text,
            cluster: cluster.ok_or_else(|| no_manifest(inputs))?,
            document: document.unwrap_or_default(),
            extents: extents.map_err(|source| MigrateError::Edit {
                path: manifest.path.clone(),
                source,
            })?,
        })
    }

    /// The manifest of the DatabaseRole that says what an entry says.
    fn object(
        &self,
        inputs: &Inputs<'_>,
        role: &Role<'_>,
        place: &Place,
    ) -> Result<String, MigrateError> {
        let number = place.entry.unwrap_or_default();
        let node = managed_roles(&self.cluster).get(number);
        let found = node.zip(self.extents.get(number));
        let (node, extent) = found.ok_or_else(|| unclear(role, place, "it is no entry"))?;
        let fields = Fields::of_entry(self.text, node, extent);
        let fields = fields.map_err(|why| trouble(role, place, why))?;
        let said = attributes::of(&self.document, place);
        let said = said.ok_or_else(|| unclear(role, place, UNREAD))?;
        let written = written(inputs, role, place, &fields)?;
        let new = Place {
            entry: None,
            document: 0,
            ..place.clone()
        };
        if attributes::at(&written, &new).as_ref() == Some(&said) {
            Ok(written)
        } else {
            Err(unclear(role, place, ELSEWHERE))
        }
    }
}

/// The manifest of a DatabaseRole: that of the template, with the fields as they were written.
fn written(
    inputs: &Inputs<'_>,
    role: &Role<'_>,
    place: &Place,
    fields: &Fields,
) -> Result<String, MigrateError> {
    let rendered =
        inputs
            .templates
            .render(Template::DatabaseRole, &app(role)?, inputs.target, &[], &[])?;
    let unfit = || {
        let problem = "the template of a DatabaseRole has no plain `spec` to put its fields in";
        unclear(role, place, problem)
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
    // An alias, say, has no anchor there.
    silenced(&text, 0).ok_or_else(|| unclear(role, place, ELSEWHERE))
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
