//! Things that are told of by paths, put in the order of the tree that the paths lead through.

use std::collections::BTreeMap;

use super::step::Step;

/// What is told of a node, and of the nodes below it.
pub(super) struct Branch<'path, T> {
    /// What is told of the node itself.
    pub(super) own: Vec<T>,
    /// What is told of the nodes below it, by the next step.
    pub(super) below: BTreeMap<Step<'path>, Branch<'path, T>>,
    /// The number of the first thing that is told of the node or below it.
    pub(super) first: usize,
}

impl<'path, T> Branch<'path, T> {
    /// Things with the paths of their nodes.
    pub(super) fn of(things: impl IntoIterator<Item = (Vec<Step<'path>>, T)>) -> Self {
        let mut root = Self::new(0);
        for (number, (path, thing)) in things.into_iter().enumerate() {
            let mut branch = &mut root;
            for step in path {
                let below = branch.below.entry(step);
                branch = below.or_insert_with(|| Self::new(number));
            }
            branch.own.push(thing);
        }
        root
    }

    fn new(first: usize) -> Self {
        Self {
            own: Vec::new(),
            below: BTreeMap::new(),
            first,
        }
    }

    /// The branches below, in the order in which things were told of them.
    pub(super) fn in_order(&self) -> Vec<(Step<'path>, &Self)> {
        let mut below: Vec<_> = self
            .below
            .iter()
            .map(|(step, branch)| (*step, branch))
            .collect();
        below.sort_by_key(|(_, branch)| branch.first);
        below
    }
}
