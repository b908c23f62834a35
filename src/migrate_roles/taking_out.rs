//! The second stage: the old declarations go.

use std::collections::{BTreeMap, HashMap};

use serde_yaml::Value;

use super::Inputs;
use super::attributes;
use super::declaration::without_comment;
use super::error::MigrateError;
use super::fields::ROLES;
use super::inventory::{Place, Role, RoleMove};
use super::patches;
use crate::domain::choice::RoleStyle;
use crate::repo::draft::Draft;
use crate::repo::edit::{Edit, Step, apply, remove_document};
use crate::repo::kustomization::listings;
use crate::repo::path::RepoPath;
use crate::repo::yaml::parse;

/// Takes the old declarations of roles out.
pub(super) fn take_out(
    inputs: &Inputs<'_>,
    roles: &[&Role<'_>],
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<RoleMove>, MigrateError> {
    patches::refuse(inputs, roles)?;
    let mut moves = Vec::new();
    let mut known = Known::new();
    let mut going: BTreeMap<&RepoPath, Vec<&Place>> = BTreeMap::new();
    for role in roles {
        let (Some(old), Some(new)) = (role.going(inputs.to), role.staying(inputs.to)) else {
            continue;
        };
        refuse_difference(role, old, new, draft, &mut known)?;
        going.entry(&old.place.path).or_default().push(old);
        moves.push(RoleMove {
            app: role.app.name.clone(),
            role: role.name.clone(),
            object: role.object_name.clone(),
            from: old.place.clone(),
            to: new.place.path.clone(),
        });
    }
    for role in roles {
        if let (RoleStyle::DatabaseRole, Some(object)) = (inputs.to, &role.object) {
            let text = draft.text(&object.place.path).unwrap_or_default();
            if let Some(text) = without_comment(text, object.document) {
                draft.write(&object.place.path, text);
            }
        }
    }
    let mut gone = Vec::new();
    for (path, places) in going {
        match inputs.to {
            RoleStyle::DatabaseRole => entries_out(path, &places, draft)?,
            RoleStyle::Managed => gone.extend(objects_out(path, &places, draft)?),
        }
    }
    unlist(&gone, draft, warnings)?;
    Ok(moves)
}

/// Documents that were read already: many entries are in one.
type Known<'place> = HashMap<(&'place RepoPath, usize), Value>;

/// Refuses to take out what says something else than what stays.
fn refuse_difference<'place>(
    role: &Role<'_>,
    old: &'place Place,
    new: &'place Place,
    draft: &Draft<'_>,
    known: &mut Known<'place>,
) -> Result<(), MigrateError> {
    let mut said = |place: &'place Place| {
        let path = &place.place.path;
        let document = known.entry((path, place.document)).or_insert_with(|| {
            let text = draft.text(path).unwrap_or_default();
            attributes::document(text, place.document).unwrap_or_default()
        });
        attributes::of(document, place).unwrap_or_default()
    };
    let fields = attributes::differences(&said(old), &said(new));
    if fields.is_empty() {
        return Ok(());
    }
    Err(MigrateError::Differs {
        role: role.name.clone(),
        place: old.place.clone(),
        other: new.place.clone(),
        fields,
    })
}

/// Takes entries out of the Cluster.
fn entries_out(
    path: &RepoPath,
    places: &[&Place],
    draft: &mut Draft<'_>,
) -> Result<(), MigrateError> {
    let Some(first) = places.first() else {
        return Ok(());
    };
    let numbers = places.iter().filter_map(|place| place.entry);
    let edits: Vec<Edit<'_>> = numbers
        .map(|number| Edit::remove(&[ROLES.as_slice(), &[Step::Item(number)]].concat()))
        .collect();
    let text = draft.text(path).unwrap_or_default();
    let edited = apply(text, first.document, &edits);
    let edited = edited.map_err(|source| MigrateError::Edit {
        path: path.clone(),
        source,
    })?;
    draft.write(path, edited);
    Ok(())
}

/// Takes objects out of a file; one with nothing else in it goes, and is told.
fn objects_out<'path>(
    path: &'path RepoPath,
    places: &[&Place],
    draft: &mut Draft<'_>,
) -> Result<Option<&'path RepoPath>, MigrateError> {
    let mut documents: Vec<usize> = places.iter().map(|place| place.document).collect();
    documents.sort_unstable();
    let mut text = draft.text(path).unwrap_or_default().to_owned();
    for document in documents.into_iter().rev() {
        let left = remove_document(&text, document).map_err(|source| MigrateError::Edit {
            path: path.clone(),
            source,
        })?;
        match left {
            Some(left) => text = left,
            None => {
                draft.delete(path);
                return Ok(Some(path));
            }
        }
    }
    draft.write(path, text);
    Ok(None)
}

/// Takes files that are gone out of every kustomization that lists them.
fn unlist(
    gone: &[&RepoPath],
    draft: &mut Draft<'_>,
    warnings: &mut Vec<String>,
) -> Result<(), MigrateError> {
    let mut entries: BTreeMap<RepoPath, Vec<usize>> = BTreeMap::new();
    for listing in gone
        .iter()
        .flat_map(|file| listings(draft.snapshot(), file))
    {
        entries
            .entry(listing.path)
            .or_default()
            .extend(listing.entries);
    }
    for (path, entries) in entries {
        let edits: Vec<Edit<'_>> = entries
            .iter()
            .map(|entry| Edit::remove(&[Step::Key("resources"), Step::Item(*entry)]))
            .collect();
        let text = draft.text(&path).unwrap_or_default();
        let edited = apply(text, 0, &edits).map_err(|source| MigrateError::Edit {
            path: path.clone(),
            source,
        })?;
        if lists_nothing(&edited) {
            warnings.push(format!(
                "{path}: this kustomization lists nothing any more, which kustomize refuses to build: take it out of what deploys it"
            ));
        }
        draft.write(&path, edited);
    }
    Ok(())
}

/// Whether a kustomization has no resources, and says nothing but what it is.
fn lists_nothing(text: &str) -> bool {
    let stream = parse(text).ok();
    let document = stream.as_ref().and_then(|stream| stream.documents.first());
    document.is_some_and(|document| {
        let mut entries = document.root.entries().iter();
        entries.all(|(key, value)| match key.as_str() {
            Some("resources") => value.items().is_empty(),
            Some("apiVersion" | "kind" | "metadata") => true,
            _ => false,
        })
    })
}
