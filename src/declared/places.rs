//! Where declared pieces stand in the files: their documents, and the steps down to them.

use std::collections::HashMap;

use super::Place;
use crate::repo::edit::Step;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;
use crate::target::CNPG;

/// The files that were looked into, each parsed once.
pub struct Places<'text> {
    snapshot: &'text Snapshot,
    files: HashMap<&'text RepoPath, File<'text>>,
}

/// A file's objects, and what begins on each line.
struct File<'text> {
    objects: Vec<Object<'text>>,
    lines: HashMap<usize, Vec<Spot>>,
}

/// A piece in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spot {
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// The steps from the document's top level down to it.
    pub steps: Vec<Step<'static>>,
}

impl Spot {
    /// The steps down to something below it.
    pub fn below(&self, path: &[&'static str]) -> Vec<Step<'static>> {
        let path = path.iter().map(|key| Step::Key(key));
        self.steps.iter().copied().chain(path).collect()
    }
}

impl<'text> Places<'text> {
    /// Nothing is parsed yet.
    pub fn new(snapshot: &'text Snapshot) -> Self {
        Self {
            snapshot,
            files: HashMap::new(),
        }
    }

    /// The piece that begins at a place; none where several do, as in JSON on one line.
    pub fn find(&mut self, place: &Place) -> Option<(Spot, &Node<'text>)> {
        let (path, text) = self.snapshot.file(&place.path)?;
        let file = self
            .files
            .entry(path)
            .or_insert_with(|| File::of(path, text));
        let [spot] = file.lines.get(&place.line)?.as_slice() else {
            return None;
        };
        let objects = file.objects.iter();
        let object = objects
            .into_iter()
            .find(|object| object.document == spot.document)?;
        let node = spot
            .steps
            .iter()
            .try_fold(&object.root, |node, step| match step {
                Step::Key(key) => node.get(key),
                Step::Item(number) => node.items().get(*number),
            })?;
        Some((spot.clone(), node))
    }
}

impl<'text> File<'text> {
    fn of(path: &'text RepoPath, text: &'text str) -> Self {
        let objects = objects_in(path, text).unwrap_or_default();
        let mut lines: HashMap<usize, Vec<Spot>> = HashMap::new();
        let mut note = |line: usize, document: usize, steps: Vec<Step<'static>>| {
            lines
                .entry(line)
                .or_default()
                .push(Spot { document, steps });
        };
        for object in &objects {
            let document = object.document;
            if object.is("", "List") {
                let items = object.root.get("items").map_or(&[][..], Node::items);
                for (number, item) in items.iter().enumerate() {
                    let steps = vec![Step::Key("items"), Step::Item(number)];
                    note(item.line, document, steps);
                }
                continue;
            }
            note(object.root.line, document, Vec::new());
            if object.is(CNPG, "Cluster") {
                let path = ["spec", "managed", "roles"];
                let roles = object.root.at(&path).map_or(&[][..], Node::items);
                for (number, role) in roles.iter().enumerate() {
                    let steps = path.iter().map(|key| Step::Key(key));
                    let steps = steps.chain([Step::Item(number)]).collect();
                    note(role.line, document, steps);
                }
            }
        }
        Self { objects, lines }
    }
}
