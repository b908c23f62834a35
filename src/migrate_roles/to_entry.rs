//! The first stage to entries of the Cluster: they are added, with all that the DatabaseRole objects say.

use serde::Deserialize;
use serde_yaml::Value;

use super::Inputs;
use super::attributes;
use super::declaration::silenced;
use super::error::MigrateError;
use super::fields::{Fields, ROLES};
use super::inventory::{Place, Role, RoleMove};
use super::to_object::{UNREAD, no_manifest, trouble, unclear};
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, append, apply, extents};
use crate::repo::yaml::{Node, parse};
use crate::target::ClusterManifest;

/// Adds an entry for each role, and has the data of each object stay when it goes.
pub(super) fn declare(
    inputs: &Inputs<'_>,
    roles: &[&Role<'_>],
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<RoleMove>, MigrateError> {
    let manifest = inputs
        .target
        .manifest
        .as_ref()
        .ok_or_else(|| no_manifest(inputs))?;
    let (mut moves, mut entries, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for role in roles {
        let Some(place) = &role.object else { continue };
        let text = draft.text(&place.place.path).unwrap_or_default();
        refuse_certificate(role, place, text)?;
        let said = attributes::at(text, place);
        let said = said.ok_or_else(|| unclear(role, place, UNREAD))?;
        let entry = attributes::addition(&said);
        entries
            .push(entry.ok_or_else(|| unclear(role, place, "it has a value of an unknown kind"))?);
        all.push(Fields::of_object(text, place).map_err(|why| trouble(role, place, why))?);
        retain(place, draft)?;
        moves.push(RoleMove {
            app: role.app.name.clone(),
            role: role.name.clone(),
            object: role.object_name.clone(),
            from: place.place.clone(),
            to: manifest.path.clone(),
        });
    }
    let before = draft.text(&manifest.path).unwrap_or_default();
    let appended = append(before, manifest.document, &ROLES, &entries);
    let appended = appended.map_err(|source| MigrateError::Edit {
        path: manifest.path.clone(),
        source,
    })?;
    let text = match as_written(&appended, manifest, &all) {
        Some(text) => text,
        None => {
            if all.iter().any(Fields::has_comments) {
                warnings.push(format!(
                    "{}: comments of the DatabaseRole objects have no place among the Cluster's entries, and go with the objects",
                    manifest.path
                ));
            }
            appended
        }
    };
    draft.write(&manifest.path, text);
    Ok(moves)
}

/// Refuses a role with a client certificate.
fn refuse_certificate(role: &Role<'_>, place: &Place, text: &str) -> Result<(), MigrateError> {
    let stream = parse(text).map_err(|source| MigrateError::NotYaml {
        path: place.place.path.clone(),
        source,
    })?;
    let root = stream
        .documents
        .get(place.document)
        .map(|document| &document.root);
    let certificate = root.and_then(|root| root.at(&["spec", "clientCertificate"]));
    let enabled = |node: &Node<'_>| node.get("enabled").and_then(Node::as_str) != Some("false");
    if certificate.is_some_and(enabled) {
        return Err(MigrateError::ClientCertificate {
            role: role.name.clone(),
            place: place.place.clone(),
        });
    }
    Ok(())
}

/// Has the role stay when its object goes, and silences `lint`.
fn retain(place: &Place, draft: &mut Draft<'_>) -> Result<(), MigrateError> {
    let path = &place.place.path;
    let text = draft.text(path).unwrap_or_default();
    let policy = Edit::set(
        &["spec", "databaseRoleReclaimPolicy"],
        Addition::Text("retain".to_owned()),
    );
    let text = apply(text, place.document, &[policy]).map_err(|source| MigrateError::Edit {
        path: path.clone(),
        source,
    })?;
    let text = silenced(&text, place.document).unwrap_or(text);
    draft.write(path, text);
    Ok(())
}

/// The text with the last entries as they were written in the objects, comments included; none where that would be something
/// else.
fn as_written(text: &str, manifest: &ClusterManifest, all: &[Fields]) -> Option<String> {
    let stream = parse(text).ok()?;
    let root = &stream.documents.get(manifest.document)?.root;
    let items = root.at(&["spec", "managed", "roles"])?.items();
    let extents = extents(text, manifest.document, &ROLES).ok()?;
    let first = items.len().checked_sub(all.len())?;
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut new = text.to_owned();
    for (number, fields) in all.iter().enumerate().rev() {
        let (item, extent) = (items.get(first + number)?, extents.get(first + number)?);
        let start = item.entries().first()?.0.span.start;
        let dash = text.get(..extent.own.start)?;
        let indent = dash.get(dash.rfind('\n').map_or(0, |at| at + 1)..)?;
        new.replace_range(start..extent.own.end, &fields.at(item.column, line_break));
        let above = fields.above.iter();
        let above: String = above
            .map(|line| format!("{line}{line_break}{indent}"))
            .collect();
        new.insert_str(extent.own.start, &above);
    }
    (values(&new)? == values(text)?).then_some(new)
}

/// All documents of a text.
fn values(text: &str) -> Option<Vec<Value>> {
    parse(text).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let documents = serde_yaml::Deserializer::from_str(text);
    documents
        .map(|document| Value::deserialize(document).ok())
        .collect()
}
