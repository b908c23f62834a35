//! A kustomization that lists what is not there.

use std::collections::BTreeSet;

use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::path::RepoPath;

pub(super) const RULE: Rule = Rule {
    code: "PGDB802",
    name: "listed-file-missing",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A kustomization lists a file or folder that is not in the repository.",
    why: "kustomize refuses to build anything then, so Argo CD applies nothing of the whole folder: no role, no database, no \
          change to the cluster.",
    mend: "Correct the path, add the file, or remove the line. A file that is only made before kustomize runs is a reason to ignore \
           the finding.",
    example: Example {
        path: "infra/databases/postgres/kustomization.yaml",
        bad: include_str!("listed_file_missing/bad.yaml"),
        good: include_str!("listed_file_missing/good.yaml"),
        beside: &[],
    },
    check,
};

/// How many findings say what was probably meant, which takes a look at every file.
const HINTS: usize = 20;

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let concerned = concerned(repository);
    let mut hints = 0;
    for kustomize in &repository.kustomizes {
        if !concerned.contains(kustomize.path) {
            continue;
        }
        let words = kustomize.resources.iter().chain(&kustomize.components);
        for word in words.chain(&kustomize.patches) {
            let path = kustomize.resolve(word);
            let Some(path) = path.filter(|path| repository.missing.contains(path)) else {
                continue;
            };
            let message = format!("there is no {path}, which this lists");
            let mut finding = Finding::at(kustomize.path, word.span, message);
            hints += 1;
            let near = (hints <= HINTS).then(|| neighbour(repository, &path));
            if let Some(near) = near.flatten() {
                finding = finding.help(format!("did you mean {near}?"));
            }
            found.push(finding);
        }
    }
}

/// The kustomizations that build objects of databases, or stand beside them.
fn concerned<'run>(repository: &'run Repository<'_>) -> BTreeSet<&'run RepoPath> {
    let clusters = repository.clusters.iter().map(|cluster| &cluster.object);
    let databases = repository.databases.iter().map(|database| &database.object);
    let roles = repository.roles.iter().map(|role| &role.object);
    let credentials = repository.credentials.iter();
    let credentials = credentials
        .filter(|credential| repository.is_of_database(credential))
        .map(|credential| &credential.object);
    let objects = clusters.chain(databases).chain(roles).chain(credentials);
    let files: BTreeSet<&RepoPath> = objects.map(|object| object.path).collect();
    let folders: BTreeSet<RepoPath> = files.iter().map(|file| file.parent()).collect();
    let beside = folders
        .iter()
        .filter_map(|folder| repository.kustomize_in(folder));
    let mut found: BTreeSet<&RepoPath> = beside.map(|kustomize| kustomize.path).collect();
    for file in files {
        let building = repository.building(file);
        found.extend(
            building
                .into_iter()
                .map(|kustomization| &kustomization.path),
        );
    }
    found
}

/// The file of the same folder whose name is nearest.
fn neighbour<'run>(repository: &'run Repository<'_>, missing: &RepoPath) -> Option<&'run str> {
    let folder = missing.parent();
    let files = repository.snapshot.files();
    let names = files.filter(|(path, _)| path.parent() == folder);
    nearest(missing.file_name(), names.map(|(path, _)| path.file_name()))
}
