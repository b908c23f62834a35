//! The Service in each of the app's namespaces that leads to the database's host.

use std::collections::BTreeSet;

use super::Inputs;
use super::comparison::Comparison;
use super::credential::connection;
use super::error::{Conflict, NewAppError};
use super::inventory::{Findings, Found, Surroundings};
use crate::domain::kubernetes_name::Namespace;
use crate::repo::header::holds_own_service;
use crate::repo::kustomization::Kustomization;
use crate::repo::object::{Object, objects_in};

/// What the name is called in a message: no value is sealed for it.
const NAME: &str = "the Service's name";

/// Looks for the Service in the app's file of it.
pub(super) fn inspect<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let inputs = around.inputs;
    let app = inputs.app;
    findings.conflicts.extend(taken(around));
    let Some((path, text)) = inputs.snapshot.file(&around.files.service) else {
        return Found::Missing;
    };
    let objects = objects_in(path, text).unwrap_or_default();
    let is_own =
        |object: &Object<'_>| object.is("", "Service") && object.app() == Some(app.name.as_str());
    let own = !objects.is_empty() && objects.iter().all(is_own);
    match &app.options.service {
        None if own => {
            for object in objects.iter().take(1) {
                let mut comparison = Comparison::new(path, object.root.line);
                comparison.scalar(NAME, object.root.at(&["metadata", "name"]), None);
                findings.differences.extend(comparison.into_differences());
            }
            Found::There(path, 0)
        }
        None => Found::Missing,
        Some(_) if own => {
            compare(inputs, &objects, findings);
            Found::There(path, 0)
        }
        Some(_) => {
            findings
                .conflicts
                .extend(around.file_conflict(&around.files.service));
            Found::Missing
        }
    }
}

/// The conflicts with Services of the name that other apps have in the same namespaces.
fn taken(around: &Surroundings<'_, '_>) -> Vec<Conflict> {
    let app = around.inputs.app;
    let Some(service) = &app.options.service else {
        return Vec::new();
    };
    let mut conflicts = Vec::new();
    let files = around.inputs.snapshot.files();
    for (path, text) in files.filter(|(_, text)| holds_own_service(text)) {
        for object in objects_in(path, text).unwrap_or_default() {
            let namespace = object.namespace().unwrap_or_default();
            let is_same = object.is("", "Service")
                && object.name() == Some(service.as_str())
                && app.namespaces.iter().any(|own| own.as_str() == namespace);
            let other = object.app().filter(|other| *other != app.name.as_str());
            if let (true, Some(other)) = (is_same, other) {
                conflicts.push(Conflict {
                    place: object.place(),
                    problem: format!(
                        "the Service {service} in {namespace} is that of the app {other:?}"
                    ),
                    flag: "--service",
                });
            }
        }
    }
    conflicts
}

/// What of the Services differs from what was asked for.
fn compare(inputs: &Inputs<'_>, objects: &[Object<'_>], findings: &mut Findings) {
    let app = inputs.app;
    let name = app.options.service.as_ref().map(|name| name.as_str());
    let host = connection(inputs).fully_qualified_host();
    let mut namespaces = BTreeSet::new();
    for object in objects {
        let root = &object.root;
        let mut comparison = Comparison::new(object.path, root.line);
        comparison.scalar(NAME, root.at(&["metadata", "name"]), name);
        comparison.scalar(
            "spec.type",
            root.at(&["spec", "type"]),
            Some("ExternalName"),
        );
        let found = root.at(&["spec", "externalName"]);
        comparison.scalar("spec.externalName", found, Some(&host));
        findings.differences.extend(comparison.into_differences());
        namespaces.extend(object.namespace().map(str::to_owned));
    }
    if let Some(first) = objects.first() {
        let mut comparison = Comparison::new(first.path, first.root.line);
        let asked = app.namespaces.iter().map(Namespace::to_string).collect();
        let names = namespaces.into_iter().collect();
        comparison.list("the list of the Services' namespaces", None, names, asked);
        findings.differences.extend(comparison.into_differences());
    }
}

/// Refuses where a kustomization puts all that it builds into one namespace, the Service among it.
pub(super) fn check_namespaces(inputs: &Inputs<'_>) -> Result<(), NewAppError> {
    let Inputs {
        app,
        target,
        snapshot,
        ..
    } = inputs;
    let Some(service) = &app.options.service else {
        return Ok(());
    };
    let own = Kustomization::of_folder(snapshot, &target.directory);
    let own = own.map_err(|(path, source)| NewAppError::NotYaml { path, source })?;
    let manifest = target.manifest.as_ref().map(|manifest| &manifest.path);
    let start = own.as_ref().map(|own| own.path.parent());
    let further = [manifest, start.as_ref()].into_iter().flatten();
    let further = further.flat_map(|file| Kustomization::reaching(snapshot, file));
    let moving = own
        .iter()
        .cloned()
        .chain(further)
        .find_map(|found| Some((found.path, found.namespace?)));
    match moving {
        Some((path, namespace)) => Err(NewAppError::MovesService {
            path,
            namespace,
            service: service.clone(),
        }),
        None => Ok(()),
    }
}
