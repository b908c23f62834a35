//! What holds for any document and any text: the scalars that were to change are that string, and nothing else changed.

use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::Index;
use serde_yaml::Value;

use super::super::Step;
use super::properties::{cluster, values};
use super::set_text;
use crate::repo::yaml::{self, Node, ScalarStyle};

/// A scalar of a document: the steps to it, and the node.
type Scalar<'tree, 'text> = (Vec<Step<'tree>>, &'tree Node<'text>);

/// All scalars at or below a node that have a text and no tag.
fn scalars<'tree, 'text>(
    node: &'tree Node<'text>,
    path: &[Step<'tree>],
) -> Vec<Scalar<'tree, 'text>> {
    let below = |step| path.iter().copied().chain([step]).collect::<Vec<_>>();
    let items = node.items().iter().enumerate();
    let items = items.flat_map(|(number, item)| scalars(item, &below(Step::Item(number))));
    let pairs = node
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?, value)));
    let pairs = pairs.flat_map(|(key, value)| scalars(value, &below(Step::Key(key))));
    let own = (node.as_str().is_some() && node.tag.is_none()).then(|| (path.to_vec(), node));
    own.into_iter().chain(items).chain(pairs).collect()
}

/// The value at the end of a path, below tags.
fn value_at<'value>(value: &'value mut Value, path: &[Step<'_>]) -> &'value mut Value {
    let value = match value {
        Value::Tagged(tagged) => return value_at(&mut tagged.value, path),
        value => value,
    };
    match path.split_first() {
        Some((Step::Key(key), rest)) => value_at(&mut value[*key], rest),
        Some((Step::Item(number), rest)) => value_at(&mut value[*number], rest),
        None => value,
    }
}

/// Checks that the texts around some scalars, in their order, are the same in another text.
fn assert_kept(old: &str, scalars: &[&Scalar<'_, '_>], new: &str) {
    let (mut at, mut rest) = (0, new);
    for (path, node) in scalars {
        let start = match &node.value {
            yaml::Value::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded) => {
                // Without text, the place of a scalar at the document's end is its header's.
                let at_header = text.chars().all(|c| c == '\n')
                    && old.get(node.span.start..).unwrap().starts_with(['|', '>']);
                let end = node.span.start + usize::from(at_header);
                old.get(..end).unwrap().rfind(['|', '>'])
            }
            _ => Some(node.span.start),
        };
        let before = old.get(at..start.unwrap()).unwrap();
        let found = rest.find(before);
        let found = found.unwrap_or_else(|| panic!("{path:?}: {before:?} in {rest}"));
        assert!(at > 0 || found == 0, "{path:?}: {new}");
        rest = rest.get(found + before.len()..).unwrap();
        at = node.span.end;
    }
    let after = old.get(at..).unwrap();
    assert!(rest.ends_with(after), "{after:?} in {rest}");
}

/// Another text for a scalar; without one, the scalar's own.
type Change = (Index, Option<String>);

/// Sets some of a document's scalars, and compares what the second parser reads.
fn assert_set(old: &str, document: usize, changes: &[Change], may_refuse: bool) {
    let Ok(stream) = yaml::parse(old) else { return };
    let Some(found) = stream.documents.get(document) else {
        return;
    };
    let scalars = scalars(&found.root, &[]);
    if scalars.is_empty() {
        return;
    }
    let mut chosen: Vec<(usize, &str)> = changes
        .iter()
        .map(|(index, text)| {
            let number = index.index(scalars.len());
            let own = scalars[number].1.as_str().unwrap();
            (number, text.as_deref().unwrap_or(own))
        })
        .collect();
    chosen.sort_by_key(|(number, _)| *number);
    chosen.dedup_by_key(|(number, _)| *number);
    let changes: Vec<(&[Step<'_>], &str)> = chosen
        .iter()
        .map(|(number, text)| (scalars[*number].0.as_slice(), *text))
        .collect();
    let new = match set_text(old, document, &changes) {
        // What is not changed is not shown to the second parser.
        Ok(new) if may_refuse && new == old => return,
        Ok(new) => new,
        Err(_) if may_refuse => return,
        Err(error) => panic!("{error}: {changes:?} in\n{old}"),
    };
    let mut expected = values(old);
    for (path, text) in &changes {
        *value_at(&mut expected[document], path) = Value::from(*text);
    }
    assert_eq!(values(&new), expected, "{changes:?}: {old}\n=>\n{new}");
    let nodes: Vec<&Scalar<'_, '_>> = chosen.iter().map(|(number, _)| &scalars[*number]).collect();
    assert_kept(old, &nodes, &new);
    let again = set_text(&new, document, &changes);
    assert_eq!(again.as_deref(), Ok(new.as_str()), "{changes:?}");
    let comments = |text: &str| -> Vec<String> {
        let comments = yaml::parse(text).unwrap().comments;
        let comments = comments
            .iter()
            .map(|comment| text.get(comment.span.clone()));
        comments
            .map(|comment| comment.unwrap().to_owned())
            .collect()
    };
    assert_eq!(comments(&new), comments(old), "{old}\n=>\n{new}");
}

/// Texts that are hard to write, and those that real documents have.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[-+0-9a-fxo_.:eTZ ]{0,12}",
        "[ -~]{0,12}",
        "[ab #:\n]{0,8}\n?",
        "[a-z#:,\\[\\]{}&*!|>'\"%@`?\\- \n\t\r]{0,10}",
        "(yes|NO|on|~|null|True|\\.inf|<<|=|---|\\.\\.\\.)[ :#]?",
        any::<String>(),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let text = prop::option::weighted(0.8, texts());
    prop::collection::vec((any::<Index>(), text), 1..4)
}

/// JSON of keys, texts, numbers and booleans.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        "[ -~\n\té😀]{0,8}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::hash_map("[a-c:\"-]", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Value>()),
        ]
    })
}

/// A path as JSON pointers write it.
fn pointer(path: &[Step<'_>]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Key(key) => format!("/{key}"),
        Step::Item(number) => format!("/{number}"),
    });
    steps.collect()
}

proptest! {
    #[test]
    fn scalars_of_a_document(
        cluster in cluster(),
        before in 0..3_usize,
        after in 0..2_usize,
        changes in changes(),
    ) {
        assert_set(&cluster.file((before, after)), before, &changes, false);
    }

    #[test]
    fn scalars_of_a_damaged_document(
        cluster in cluster(),
        cuts in prop::collection::vec((any::<Index>(), 0..3_usize, "[\\[\\]{}:,#|>'\" \n-]?"), 1..4),
        changes in changes(),
    ) {
        let mut text: Vec<char> = cluster.file((0, 0)).chars().collect();
        for (at, removed, inserted) in cuts {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        assert_set(&text.into_iter().collect::<String>(), 0, &changes, true);
    }

    #[test]
    fn json_stays_json(value in json(), pretty in any::<bool>(), index in any::<Index>(), text in texts()) {
        let old = if pretty { format!("{value:#}") } else { value.to_string() };
        let stream = yaml::parse(&old).unwrap();
        let scalars = scalars(&stream.documents[0].root, &[]);
        if scalars.is_empty() {
            return Ok(());
        }
        let (path, _) = &scalars[index.index(scalars.len())];
        let new = set_text(&old, 0, &[(path, text.as_str())]).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(&old).unwrap();
        *expected.pointer_mut(&pointer(path)).unwrap() = serde_json::Value::from(text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&new).unwrap(), expected, "{old}");
    }
}
