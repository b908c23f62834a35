//! Kustomizations, with the places of what they list.

mod reference;

use std::collections::BTreeSet;

use memchr::memmem;

use super::word::{Span, Word};
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::{Document, Node, parse};

/// A kustomization.
#[derive(Clone, Debug)]
pub struct Kustomize<'text> {
    /// Its file.
    pub path: &'text RepoPath,
    /// Its text.
    pub text: &'text str,
    /// What it builds: its `resources`, and the older `bases`.
    pub resources: Vec<Word<'text>>,
    /// The folders of its `components`.
    pub components: Vec<Word<'text>>,
    /// The files of its patches.
    pub patches: Vec<Word<'text>>,
    /// Every other file that it refers to: for generators, transformers, Helm charts and the like.
    pub others: Vec<Word<'text>>,
    /// Its `secretGenerator`.
    pub generators: Vec<Generator<'text>>,
    /// Whether it is a component, which only changes or adds to what others build.
    pub is_component: bool,
    /// What it says beside the names of files: inline patches, common annotations, generators.
    says: String,
}

/// An entry of a kustomization's `secretGenerator`.
#[derive(Clone, Debug)]
pub struct Generator<'text> {
    /// Where a finding about it is shown: its name, else its first key.
    pub head: Span,
    /// The Secret's name.
    pub name: Option<Word<'text>>,
    /// The Secret's type.
    pub secret_type: Option<Word<'text>>,
    /// `key=value` in clear.
    pub literals: Vec<Word<'text>>,
    /// `key=file` or `file`.
    pub files: Vec<Word<'text>>,
    /// Files of lines `key=value`.
    pub envs: Vec<Word<'text>>,
}

impl<'text> Kustomize<'text> {
    /// Reads a kustomization; none where the file is something else of that name, such as Flux's object.
    pub(super) fn of(
        path: &'text RepoPath,
        text: &'text str,
        documents: &[Document<'text>],
    ) -> Option<Self> {
        let root = &documents.first()?.root;
        let version = root.get("apiVersion").and_then(Node::as_str);
        if version.is_some_and(|version| !version.starts_with("kustomize.config.k8s.io/")) {
            return None;
        }
        let words = |key: &str| words(root.get(key));
        let mut resources = words("resources");
        resources.extend(words("bases"));
        let mut patches = words("patchesStrategicMerge");
        patches.extend(below(root, &["patches", "patchesJson6902"], &["path"]));
        Some(Self {
            path,
            text,
            resources,
            components: words("components"),
            patches,
            others: others(root),
            generators: items(root, "secretGenerator").map(Generator::of).collect(),
            is_component: root.get("kind").and_then(Node::as_str) == Some("Component"),
            says: said(root),
        })
    }

    /// The path that a word of it means; none where it is a URL, leaves the repository or is a placeholder.
    pub fn resolve(&self, word: &Word<'_>) -> Option<RepoPath> {
        reference::path(&self.path.parent(), word.known()?)
    }

    /// The path of the file that a word of it means, with or without the key that a generator gives it: `key=file`.
    pub fn resolve_file(&self, word: &Word<'_>) -> Option<RepoPath> {
        let text = word.known()?;
        let file = text.split_once('=').map_or(text, |(_, file)| file);
        reference::path(&self.path.parent(), file)
    }

    /// Whether it, or the file of one of its patches, speaks of something.
    pub fn mentions(&self, needle: &str, snapshot: &Snapshot) -> bool {
        let holds = |text: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
        let mut files = self.patches.iter().chain(&self.others);
        holds(&self.says)
            || files.any(|word| {
                let path = self.resolve(word);
                path.and_then(|path| snapshot.text(&path))
                    .is_some_and(holds)
            })
    }
}

impl<'text> Generator<'text> {
    fn of(node: &Node<'text>) -> Self {
        let name = Word::at(node, &["name"]);
        let mut envs = words(node.get("envs"));
        envs.extend(Word::at(node, &["env"]));
        Self {
            head: name.as_ref().map_or_else(
                || Span::new(node.span.start, node.span.start),
                |name| name.span,
            ),
            name,
            secret_type: Word::at(node, &["type"]),
            literals: words(node.get("literals")),
            files: words(node.get("files")),
            envs,
        }
    }
}

/// The files and folders of the repository that kustomizations list as their resources and that are not in the snapshot: a
/// run has to know which of them are not there.
pub fn references(snapshot: &Snapshot) -> BTreeSet<RepoPath> {
    let files = snapshot.files();
    let kustomizations = files.filter(|(path, _)| KUSTOMIZATION_NAMES.contains(&path.file_name()));
    let mut found = BTreeSet::new();
    for (path, text) in kustomizations {
        let Ok(stream) = parse(text) else { continue };
        let Some(kustomize) = Kustomize::of(path, text, &stream.documents) else {
            continue;
        };
        let listed = kustomize
            .resources
            .iter()
            .chain(&kustomize.components)
            .chain(&kustomize.patches);
        let resolved = listed.filter_map(|word| kustomize.resolve(word));
        found.extend(resolved.filter(|path| snapshot.text(path).is_none()));
    }
    found
}

/// The keys whose values are names of files, or say nothing of objects.
const FILES: [&str; 8] = [
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "patchesStrategicMerge",
    "path",
];

/// All keys and texts of a kustomization, but names of files.
fn said(node: &Node<'_>) -> String {
    let mut said = String::new();
    say(node, &mut said);
    said
}

fn say(node: &Node<'_>, said: &mut String) {
    if let Some(text) = node.as_str() {
        said.push_str(text);
        said.push('\n');
    }
    for (key, value) in node.entries() {
        let name = key.as_str().unwrap_or_default();
        if !FILES.contains(&name) {
            say(key, said);
            say(value, said);
        }
    }
    for item in node.items() {
        say(item, said);
    }
}

/// The words of a list.
fn words<'text>(list: Option<&Node<'text>>) -> Vec<Word<'text>> {
    let items = list.map_or(&[][..], Node::items);
    items.iter().filter_map(Word::of).collect()
}

/// The items of a list.
fn items<'node, 'text>(
    root: &'node Node<'text>,
    key: &str,
) -> impl Iterator<Item = &'node Node<'text>> {
    root.get(key).map_or(&[][..], Node::items).iter()
}

/// The words at a path in each item of some lists.
fn below<'text>(root: &Node<'text>, lists: &[&str], path: &[&str]) -> Vec<Word<'text>> {
    lists
        .iter()
        .flat_map(|list| items(root, list))
        .filter_map(|item| Word::at(item, path))
        .collect()
}

/// Every file that a kustomization refers to, but resources, components and patches.
fn others<'text>(root: &Node<'text>) -> Vec<Word<'text>> {
    let mut found: Vec<Word<'text>> = [
        "generators",
        "transformers",
        "validators",
        "configurations",
        "crds",
    ]
    .iter()
    .flat_map(|key| words(root.get(key)))
    .collect();
    found.extend(below(root, &["replacements"], &["path"]));
    found.extend(below(root, &["helmCharts"], &["valuesFile"]));
    found.extend(Word::at(root, &["openapi", "path"]));
    for generator in ["configMapGenerator", "secretGenerator"] {
        for item in items(root, generator) {
            found.extend(words(item.get("files")));
            found.extend(words(item.get("envs")));
            found.extend(Word::at(item, &["env"]));
        }
    }
    found
}
