//! A manifest that its folder's kustomization does not build.

use std::collections::{BTreeMap, HashSet};

use crate::declared::CredentialSource;
use crate::lint::finding::{Finding, Fix, FixEdit, Operation, Severity, Step};
use crate::lint::repository::Repository;
use crate::lint::repository::kustomize::Kustomize;
use crate::lint::repository::neighbourhood::is_sample;
use crate::lint::repository::object::Object;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;
use crate::repo::header::is_named_as_yaml;
use crate::repo::path::RepoPath;

pub(super) const RULE: Rule = Rule {
    code: "PGDB801",
    name: "not-listed",
    severity: Severity::Warning,
    is_fixable: true,
    summary: "A SealedSecret, Database or DatabaseRole is not listed in the kustomization that builds its folder.",
    why: "Argo CD applies what kustomize builds, and nothing else of the folder: the object is never made, and nobody says so.",
    mend: "Add the file to `resources` of the folder's kustomization. If it is left out on purpose, say so there in a comment that \
           names the file.",
    example: Example {
        path: "infra/databases/postgres/kustomization.yaml",
        bad: include_str!("not_listed/bad.yaml"),
        good: include_str!("not_listed/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let listed = listed(repository);
    for (file, object) in files(repository) {
        let folder = file.parent();
        let Some(kustomize) = repository.kustomize_in(&folder) else {
            continue;
        };
        let name = file.file_name();
        let is_mentioned = listed.contains(file) || kustomize.text.contains(name);
        if is_mentioned || is_sample(file) || !builds_files_of(kustomize, &folder) {
            continue;
        }
        let message = format!(
            "{} does not list this file, so that it is never applied",
            kustomize.path.file_name()
        );
        let append = FixEdit {
            path: kustomize.path.clone(),
            document: 0,
            steps: vec![Step::Key("resources".to_owned())],
            operation: Operation::Append(Addition::Text(name.to_owned())),
        };
        found.push(Finding::of(object, object.head, message).fix(Fix {
            title: format!("add {name} to {}", kustomize.path),
            edits: vec![append],
        }));
    }
}

/// The files of the apps' objects, each with the first of them.
fn files<'run, 'text>(
    repository: &'run Repository<'text>,
) -> BTreeMap<&'text RepoPath, &'run Object<'text>> {
    let databases = repository.databases.iter().map(|database| &database.object);
    let roles = repository.roles.iter().filter(|role| role.entry.is_none());
    let sealed = repository.credentials.iter().filter(|credential| {
        credential.source == CredentialSource::SealedSecret && repository.is_of_database(credential)
    });
    let objects = databases
        .chain(roles.map(|role| &role.object))
        .chain(repository.accesses.iter().map(|access| &access.object))
        .chain(sealed.map(|credential| &credential.object));
    let mut files = BTreeMap::new();
    for object in objects {
        let first: &mut &Object<'_> = files.entry(object.path).or_insert(object);
        if object.document < first.document {
            *first = object;
        }
    }
    files
}

/// All files and folders that some kustomization refers to, in whatever way.
fn listed(repository: &Repository<'_>) -> HashSet<RepoPath> {
    let words = repository.kustomizes.iter().flat_map(|kustomize| {
        let words = kustomize.resources.iter().chain(&kustomize.components);
        let words = words.chain(&kustomize.patches).chain(&kustomize.others);
        words.filter_map(|word| kustomize.resolve_file(word))
    });
    words.collect()
}

/// Whether a kustomization is there to build the files of its folder, one by one.
fn builds_files_of(kustomize: &Kustomize<'_>, folder: &RepoPath) -> bool {
    let mut resources = kustomize.resources.iter();
    !kustomize.is_component
        && resources.any(|word| {
            let path = kustomize.resolve(word);
            path.is_some_and(|path| path.parent() == *folder && is_named_as_yaml(&path))
        })
}
