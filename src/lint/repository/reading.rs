//! Reads manifests, and keeps what rules ask for.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::Input;
use super::access::{Access, Job};
use super::cluster::Cluster;
use super::credential::Credential;
use super::database::Database;
use super::kustomize::Kustomize;
use super::object::Object;
use super::role::Role;
use super::word::is_placeholder;
use crate::declared::manifests::unlisted;
use crate::lint::finding::Step;
use crate::repo::header::{KUSTOMIZATION_NAMES, is_named_as_yaml, is_relevant};
use crate::repo::kustomization::index::Kustomizations;
use crate::repo::object::Object as Manifest;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Document, YamlError, parse};
use crate::target::own::managed_roles;
use crate::target::{CNPG, template_in};

/// What was found in some files, in their order.
#[derive(Default)]
pub(super) struct Found<'text> {
    pub(super) clusters: Vec<Cluster<'text>>,
    pub(super) roles: Vec<Role<'text>>,
    pub(super) databases: Vec<Database<'text>>,
    pub(super) accesses: Vec<Access<'text>>,
    pub(super) jobs: Vec<Job<'text>>,
    pub(super) credentials: Vec<Credential<'text>>,
    pub(super) kustomizes: Vec<Kustomize<'text>>,
    pub(super) invalid: Vec<(&'text RepoPath, YamlError)>,
    pub(super) templates: Vec<&'text RepoPath>,
    pub(super) manifests: usize,
}

/// A file and its text.
type File<'text> = (&'text RepoPath, &'text str);

/// Fewer files than this are not worth a second thread.
const FILES_FOR_A_THREAD: usize = 200;
/// More threads than this gain little: the rules themselves run on one.
const MOST_THREADS: usize = 8;

/// What tells where an object ends up.
struct Surroundings<'run> {
    kustomizations: &'run Kustomizations,
    patches: BTreeSet<RepoPath>,
}

/// Reads every file that may hold what the rules look at, on as many cores as there are.
pub(super) fn read<'text>(input: &Input<'text>, kustomizations: &Kustomizations) -> Found<'text> {
    let (lists, manifests): (Vec<File<'text>>, Vec<File<'text>>) = input
        .snapshot
        .files()
        .filter(|(path, text)| is_kustomization(path) || is_manifest(path, text, input.named))
        .partition(|(path, _)| is_kustomization(path));
    let mut found = Found::default();
    for (path, text) in lists {
        found.read_kustomization(path, text);
    }
    let patched = found.kustomizes.iter().flat_map(|kustomize| {
        let patches = kustomize.patches.iter();
        patches.filter_map(|word| kustomize.resolve(word))
    });
    let surroundings = Surroundings {
        kustomizations,
        patches: patched.collect(),
    };
    let threads = manifests.len() / FILES_FOR_A_THREAD;
    let threads = threads.min(MOST_THREADS).min(cores()).max(1);
    let size = manifests.len().div_ceil(threads).max(1);
    let surroundings = &surroundings;
    thread::scope(|scope| {
        let mut chunks = manifests.chunks(size);
        let own = chunks.next().unwrap_or_default();
        let handles: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || read_files(chunk, surroundings)))
            .collect();
        found.append(read_files(own, surroundings));
        for handle in handles {
            // What a thread would have found must not be missing in silence.
            found.append(handle.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
    });
    found
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn is_kustomization(path: &RepoPath) -> bool {
    KUSTOMIZATION_NAMES.contains(&path.file_name())
}

fn is_manifest(path: &RepoPath, text: &str, named: &BTreeSet<RepoPath>) -> bool {
    is_named_as_yaml(path) && (named.contains(path) || is_relevant(path, text.as_bytes()))
}

fn read_files<'text>(files: &[File<'text>], surroundings: &Surroundings<'_>) -> Found<'text> {
    let mut found = Found::default();
    for (path, text) in files {
        found.read_manifests(path, text, surroundings);
    }
    found
}

impl<'text> Found<'text> {
    fn append(&mut self, mut other: Self) {
        self.clusters.append(&mut other.clusters);
        self.roles.append(&mut other.roles);
        self.databases.append(&mut other.databases);
        self.accesses.append(&mut other.accesses);
        self.jobs.append(&mut other.jobs);
        self.credentials.append(&mut other.credentials);
        self.kustomizes.append(&mut other.kustomizes);
        self.invalid.append(&mut other.invalid);
        self.templates.append(&mut other.templates);
        self.manifests += other.manifests;
    }

    /// The documents of a file; none where it is no YAML, or a template.
    fn documents(&mut self, path: &'text RepoPath, text: &'text str) -> Vec<Document<'text>> {
        match parse(text) {
            Ok(stream) if stream.documents.iter().any(is_template) => self.templates.push(path),
            Ok(stream) => {
                self.manifests += 1;
                return stream.documents;
            }
            Err(_) if looks_like_template(text) => self.templates.push(path),
            Err(error) => self.invalid.push((path, error)),
        }
        Vec::new()
    }

    fn read_kustomization(&mut self, path: &'text RepoPath, text: &'text str) {
        let documents = self.documents(path, text);
        self.kustomizes
            .extend(Kustomize::of(path, text, &documents));
    }

    fn read_manifests(
        &mut self,
        path: &'text RepoPath,
        text: &'text str,
        surroundings: &Surroundings<'_>,
    ) {
        for (document, parsed) in self.documents(path, text).into_iter().enumerate() {
            let manifest = Manifest {
                path,
                document,
                root: parsed.root,
            };
            let is_list = manifest.is("", "List");
            for (number, item) in unlisted(manifest).into_iter().enumerate() {
                let mut object = Object::of(&item, text);
                if is_list {
                    object.steps = vec![Step::from("items"), Step::Item(number)];
                }
                object.is_patch = surroundings.patches.contains(path);
                object.namespaces = surroundings.namespaces(&object);
                self.read_object(object, &item);
            }
        }
    }

    fn read_object(&mut self, object: Object<'text>, manifest: &Manifest<'text>) {
        let object = Arc::new(object);
        let spec = manifest.root.get("spec");
        if manifest.is(CNPG, "Cluster") {
            self.clusters.push(Cluster::of(&object, manifest));
            let entries = managed_roles(manifest).iter().enumerate();
            self.roles
                .extend(entries.map(|(number, entry)| Role::of_entry(&object, number, entry)));
        } else if manifest.is(CNPG, "Database") {
            self.databases.push(Database::of(&object, spec));
        } else if manifest.is(CNPG, "DatabaseRole") {
            self.roles
                .extend(spec.map(|spec| Role::of_object(&object, spec)));
        } else {
            self.accesses.extend(Access::of(&object, manifest));
            self.jobs.extend(Job::of(&object, manifest));
            self.credentials.extend(Credential::of(&object, manifest));
        }
    }
}

impl Surroundings<'_> {
    /// The namespaces that an object ends up in; none where something is still to be filled in.
    fn namespaces(&self, object: &Object<'_>) -> Vec<String> {
        // A patch goes to where the object is that it is put on, whatever it says itself.
        let own = object.namespace.as_ref().filter(|_| !object.is_patch);
        let own = own.map(|word| &*word.text);
        let set = self.kustomizations.namespaces(object.path, own);
        let all = if set.is_empty() {
            own.into_iter().map(str::to_owned).collect()
        } else {
            set
        };
        if all.iter().any(|namespace| is_placeholder(namespace)) {
            return Vec::new();
        }
        all
    }
}

/// Whether YAML that could be read holds `{{ }}` without quotes, which is a mapping as a key.
fn is_template(document: &Document<'_>) -> bool {
    template_in(&document.root).is_some()
}

/// Whether a text that is no YAML looks like a template of Helm or Jinja.
fn looks_like_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}
