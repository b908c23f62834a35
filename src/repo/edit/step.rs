//! The way from a document's top level down to a node.

use crate::repo::yaml::Node;

/// One step of a path down a document. A `&str` is a step to that key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Step<'path> {
    /// To the value of a mapping's key.
    Key(&'path str),
    /// To an item of a list, from 0.
    Item(usize),
}

impl<'path> From<&'path str> for Step<'path> {
    fn from(key: &'path str) -> Self {
        Self::Key(key)
    }
}

/// The steps of a path that may be one of keys alone.
pub(super) fn steps<'path>(path: &[impl Into<Step<'path>> + Copy]) -> Vec<Step<'path>> {
    path.iter().map(|step| (*step).into()).collect()
}

/// The node at the end of a path; the first one, where a key is there twice.
pub(super) fn node_at<'tree, 'text>(
    root: &'tree Node<'text>,
    path: &[Step<'_>],
) -> Option<&'tree Node<'text>> {
    path.iter().try_fold(root, |node, step| match *step {
        Step::Key(key) => node.get(key),
        Step::Item(number) => node.items().get(number),
    })
}

/// A path as people write it: `spec.managed.roles[2]`, `metadata.annotations["argocd.argoproj.io/sync-wave"]`.
pub(super) fn shown(path: &[Step<'_>]) -> String {
    let mut out = String::new();
    for step in path {
        let simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        match step {
            Step::Key(key) if !key.is_empty() && key.chars().all(simple) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => out.push_str(&format!("[{key:?}]")),
            Step::Item(number) => out.push_str(&format!("[{number}]")),
        }
    }
    if out.is_empty() {
        out.push_str("the top level");
    }
    out
}
