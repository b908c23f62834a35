//! Walks the paths of changes down a document, and refuses what makes an edit there unsafe.

use std::collections::BTreeMap;

use crate::repo::yaml::{Document, Node, Value};

use super::Addition;
use super::anchors::Anchors;
use super::change::{Change, Changes, can_be_made, outline, refuse_conflict};
use super::error::{EditError, Place};
use super::step::Step;

/// A node that is there and changes, and what is to become of it.
pub(super) struct Target<'tree, 'text> {
    /// A list, a mapping or an untagged null; for a `Text`, a `Bool` or an `Integer`, a scalar.
    pub(super) node: &'tree Node<'text>,
    /// The node's key, unless it is the document's root or a list's item.
    pub(super) key: Option<&'tree Node<'text>>,
    /// The mappings and lists above the node, the root first.
    pub(super) parents: Vec<&'tree Node<'text>>,
    /// The steps down to the node.
    pub(super) path: Vec<Step<'tree>>,
    /// The numbers of the entries of the list or mapping that go, in order.
    pub(super) removed: Vec<usize>,
    /// A `List` whose entries are to be added to the node, a `Map` whose pairs are, or the `Text`, `Bool` or `Integer`
    /// that a scalar is to be.
    pub(super) content: Addition,
}

impl Target<'_, '_> {
    /// Whether something is added to the list or mapping.
    pub(super) fn has_additions(&self) -> bool {
        match &self.content {
            Addition::List(entries) => !entries.is_empty(),
            Addition::Map(pairs) => !pairs.is_empty(),
            _ => false,
        }
    }

    /// Whether a scalar is to be another one.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self.content, Addition::List(_) | Addition::Map(_))
    }

    /// How many entries the list or mapping has.
    pub(super) fn count(&self) -> usize {
        self.node.items().len() + self.node.entries().len()
    }

    /// Whether all entries go and none comes.
    pub(super) fn is_emptied(&self) -> bool {
        !self.removed.is_empty() && self.removed.len() == self.count() && !self.has_additions()
    }
}

/// Finds the nodes that change, each with all that happens to it.
pub(super) fn find<'tree, 'text>(
    document: &'tree Document<'text>,
    changes: &Changes<'tree>,
) -> Result<Vec<Target<'tree, 'text>>, EditError> {
    refuse_conflict(&document.root, changes, &[])?;
    if matches!(changes.own.first(), Some(Change::Removal)) {
        return Err(EditError::WrongKind {
            place: Place::new(document.root.line, &[]),
            found: "the whole document",
            needed: "an entry of a list or a mapping",
        });
    }
    let mut finder = Finder {
        anchors: Anchors::of(&document.root),
        parents: Vec::new(),
        path: Vec::new(),
        targets: Vec::new(),
    };
    finder.visit(None, &document.root, changes)?;
    finder.anchors.refuse_lost()?;
    Ok(finder.targets)
}

/// The list or mapping at a path, of which nothing changes.
pub(super) fn at<'tree, 'text>(
    document: &'tree Document<'text>,
    path: &[Step<'tree>],
) -> Option<Target<'tree, 'text>> {
    let mut target = Target {
        node: &document.root,
        key: None,
        parents: Vec::new(),
        path: path.to_vec(),
        removed: Vec::new(),
        content: Addition::List(Vec::new()),
    };
    for step in path {
        let (key, node) = match *step {
            Step::Key(key) => {
                let mut entries = target.node.entries().iter();
                let (key, value) = entries.find(|(name, _)| name.as_str() == Some(key))?;
                (Some(key), value)
            }
            Step::Item(number) => (None, target.node.items().get(number)?),
        };
        target.parents.push(target.node);
        (target.key, target.node) = (key, node);
    }
    Some(target)
}

/// A walk down a document.
struct Finder<'tree, 'text> {
    anchors: Anchors<'tree>,
    /// The nodes above the one that is visited.
    parents: Vec<&'tree Node<'text>>,
    /// The steps to it.
    path: Vec<Step<'tree>>,
    /// What was found.
    targets: Vec<Target<'tree, 'text>>,
}

/// A node, with its key if it has one.
type Child<'tree, 'text> = (Option<&'tree Node<'text>>, &'tree Node<'text>);

impl<'tree, 'text> Finder<'tree, 'text> {
    /// Looks at a node that is on the path of some changes.
    fn visit(
        &mut self,
        key: Option<&'tree Node<'text>>,
        node: &'tree Node<'text>,
        changes: &Changes<'tree>,
    ) -> Result<(), EditError> {
        self.refuse_alias(node)?;
        let child = (key, node);
        match (&node.value, changes.own.first()) {
            (Value::Scalar(..), Some(change @ (Change::Text(_) | Change::Value(_)))) => {
                self.scalar(child, *change)
            }
            // Where nothing is written behind a dash, there is nothing that could give way.
            (_, None | Some(Change::Entries(_)))
                if node.is_null() && node.tag.is_none() && !self.is_bare_item(child) =>
            {
                self.fill(child, changes)
            }
            (Value::Mapping { entries, .. }, None) if are_keys(changes) => {
                self.mapping(child, entries, changes)
            }
            (Value::Sequence { items, .. }, None | Some(Change::Entries(_)))
                if are_items(changes) =>
            {
                self.list(child, items, changes)
            }
            _ => Err(self.wrong_kind(node, changes)),
        }
    }

    /// Sets a scalar.
    fn scalar(&mut self, child: Child<'tree, 'text>, change: Change<'_>) -> Result<(), EditError> {
        let (_, node) = child;
        if let Some(tag) = &node.tag {
            return Err(EditError::Tagged {
                place: Place::new(node.line, &self.path),
                tag: tag.replacen("tag:yaml.org,2002:", "!!", 1),
            });
        }
        let content = match change {
            Change::Text(text) if !node.is_null() => Addition::Text(text.to_owned()),
            Change::Value(value) if node.is_null() && !self.is_bare_item(child) => value.clone(),
            Change::Value(value) if !node.is_null() && is_scalar(value) => value.clone(),
            _ => {
                let needed = match change {
                    Change::Value(value) if !is_scalar(value) => "a null, or missing",
                    _ => "a text, number or boolean",
                };
                return Err(self.is_not(node, needed));
            }
        };
        self.found(child, Vec::new(), content);
        Ok(())
    }

    /// Makes something of a null.
    fn fill(
        &mut self,
        child: Child<'tree, 'text>,
        changes: &Changes<'tree>,
    ) -> Result<(), EditError> {
        let (_, node) = child;
        for (step, branch) in changes.in_order() {
            if matches!(step, Step::Item(_)) || !can_be_made(branch) {
                return Err(self.missing(node, step));
            }
        }
        if let Some(content) = outline(changes) {
            self.found(child, Vec::new(), content);
        }
        Ok(())
    }

    /// Goes on below a mapping.
    fn mapping(
        &mut self,
        child: Child<'tree, 'text>,
        entries: &'tree [(Node<'text>, Node<'text>)],
        changes: &Changes<'tree>,
    ) -> Result<(), EditError> {
        let (_, node) = child;
        self.refuse_merge_key(node)?;
        let found = self.keys(entries, changes)?;
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for (step, branch) in changes.in_order() {
            let entry = found.get(&step).copied();
            let pair = entry.and_then(|number| Some((number, entries.get(number)?)));
            match (pair, branch.own.first()) {
                (Some((number, (key, value))), Some(Change::Removal)) => {
                    self.remove(key, step);
                    self.remove(value, step);
                    removed.push(number);
                }
                (Some((_, (key, _))), Some(Change::New(_))) => {
                    return Err(EditError::KeyExists {
                        place: Place::new(key.line, &self.below(step)),
                    });
                }
                (Some((_, (key, value))), _) => {
                    self.descend(node, step, (Some(key), value), branch)?
                }
                (None, _) => match (step, outline(branch)) {
                    (Step::Key(key), Some(content)) if can_be_made(branch) => {
                        added.push((key.to_owned(), content));
                    }
                    _ => return Err(self.missing(node, step)),
                },
            }
        }
        removed.sort_unstable();
        if !removed.is_empty() || !added.is_empty() {
            self.found(child, removed, Addition::Map(added));
        }
        Ok(())
    }

    /// Goes on below a list.
    fn list(
        &mut self,
        child: Child<'tree, 'text>,
        items: &'tree [Node<'text>],
        changes: &Changes<'tree>,
    ) -> Result<(), EditError> {
        let (_, node) = child;
        let mut removed = Vec::new();
        for (step, branch) in changes.in_order() {
            let Step::Item(number) = step else { continue };
            match (items.get(number), branch.own.first()) {
                (None, _) => return Err(self.missing(node, step)),
                (Some(item), Some(Change::Removal)) => {
                    self.remove(item, step);
                    removed.push(number);
                }
                (Some(item), _) => self.descend(node, step, (None, item), branch)?,
            }
        }
        let mut entries = Vec::new();
        for change in &changes.own {
            if let Change::Entries(more) = change {
                entries.extend_from_slice(more);
            }
        }
        removed.sort_unstable();
        if !removed.is_empty() || !entries.is_empty() {
            self.found(child, removed, Addition::List(entries));
        }
        Ok(())
    }

    /// Which of a mapping's entries have the keys that changes name.
    fn keys(
        &self,
        entries: &'tree [(Node<'text>, Node<'text>)],
        changes: &Changes<'tree>,
    ) -> Result<BTreeMap<Step<'tree>, usize>, EditError> {
        let mut found: BTreeMap<Step<'tree>, usize> = BTreeMap::new();
        for (number, (key, _)) in entries.iter().enumerate() {
            let Some(name) = key.as_str() else { continue };
            let step = Step::Key(name);
            if !changes.below.contains_key(&step) {
                continue;
            }
            if let Some(first) = found.insert(step, number) {
                return Err(EditError::DuplicateKey {
                    place: Place::new(key.line, &self.below(step)),
                    first_line: entries.get(first).map_or(key.line, |(key, _)| key.line),
                });
            }
        }
        Ok(found)
    }

    fn descend(
        &mut self,
        node: &'tree Node<'text>,
        step: Step<'tree>,
        (key, value): Child<'tree, 'text>,
        changes: &Changes<'tree>,
    ) -> Result<(), EditError> {
        self.parents.push(node);
        self.path.push(step);
        self.visit(key, value, changes)?;
        self.parents.pop();
        self.path.pop();
        Ok(())
    }

    fn found(&mut self, (key, node): Child<'tree, 'text>, removed: Vec<usize>, content: Addition) {
        self.targets.push(Target {
            node,
            key,
            parents: self.parents.clone(),
            path: self.path.clone(),
            removed,
            content,
        });
    }

    /// Notes that the node below a step goes.
    fn remove(&mut self, node: &Node<'_>, step: Step<'tree>) {
        let path = self.below(step);
        self.anchors.remove(node, &path);
    }

    /// The path to the node that is visited, and one step more.
    fn below(&self, step: Step<'tree>) -> Vec<Step<'tree>> {
        self.path.iter().copied().chain([step]).collect()
    }

    /// Whether the node is a list's item of which nothing but an anchor is written.
    fn is_bare_item(&self, (key, node): Child<'_, '_>) -> bool {
        key.is_none() && !self.parents.is_empty() && node.span.is_empty()
    }

    fn missing(&self, node: &Node<'_>, step: Step<'tree>) -> EditError {
        EditError::Missing {
            place: Place::new(node.line, &self.below(step)),
        }
    }

    /// Refuses an alias, and an anchored node that an alias of the document repeats.
    fn refuse_alias(&self, node: &Node<'_>) -> Result<(), EditError> {
        let place = || Place::new(node.line, &self.path);
        if matches!(node.value, Value::Alias(_)) {
            return Err(EditError::Alias { place: place() });
        }
        match self.anchors.alias_of(node) {
            Some(alias_line) => Err(EditError::SharedAnchor {
                place: place(),
                alias_line,
            }),
            None => Ok(()),
        }
    }

    /// Refuses a mapping with `<<`. Quoted as well: go-yaml, which Kubernetes' tools use, merges that too.
    fn refuse_merge_key(&self, mapping: &Node<'_>) -> Result<(), EditError> {
        let mut keys = mapping.entries().iter().map(|(key, _)| key);
        match keys.find(|key| key.as_str() == Some("<<")) {
            Some(key) => Err(EditError::MergeKey {
                place: Place::new(key.line, &self.path),
            }),
            None => Ok(()),
        }
    }

    /// The refusal of a node that is no list or mapping as changes need it.
    fn wrong_kind(&self, node: &Node<'_>, changes: &Changes<'_>) -> EditError {
        let first_step = changes.in_order().first().map(|(step, _)| *step);
        let needed = match (changes.own.first(), first_step) {
            (Some(Change::Text(_) | Change::Value(_)), _) => "a text, number or boolean",
            (Some(Change::Entries(_)), _) | (_, Some(Step::Item(_))) => "a list",
            _ => "a mapping",
        };
        self.is_not(node, needed)
    }

    fn is_not(&self, node: &Node<'_>, needed: &'static str) -> EditError {
        let found = match &node.value {
            Value::Scalar(..) if node.is_null() && node.tag.is_some() => "a null with a tag",
            Value::Scalar(..) if node.is_null() => "a null",
            Value::Scalar(..) => "a scalar",
            Value::Sequence { .. } => "a list",
            Value::Mapping { .. } => "a mapping",
            Value::Alias(_) => "an alias",
        };
        EditError::WrongKind {
            place: Place::new(node.line, &self.path),
            found,
            needed,
        }
    }
}

fn are_keys(changes: &Changes<'_>) -> bool {
    let mut steps = changes.below.keys();
    steps.all(|step| matches!(step, Step::Key(_)))
}

fn are_items(changes: &Changes<'_>) -> bool {
    let mut steps = changes.below.keys();
    steps.all(|step| matches!(step, Step::Item(_)))
}

fn is_scalar(value: &Addition) -> bool {
    !matches!(value, Addition::List(_) | Addition::Map(_))
}
