//! What holds for any document: what was to go went, what was to come came, and all else is as it was.

use proptest::prelude::{Strategy, any, prop, proptest};
use proptest::sample::Index;
use serde_yaml::Value;

use super::super::{Addition, Edit, EditError, Step, apply};
use super::properties::{Cluster, cluster, values};
use super::{ROLES, append, remove, role, text};
use crate::repo::yaml::{self, Node};

/// All steps to an item or a key at or below a node.
fn places<'tree>(node: &'tree Node<'_>, path: &[Step<'tree>]) -> Vec<Vec<Step<'tree>>> {
    let items = node.items().iter().enumerate();
    let items = items.map(|(number, item)| (Step::Item(number), item));
    let pairs = node.entries().iter();
    let pairs = pairs.filter_map(|(key, value)| Some((Step::Key(key.as_str()?), value)));
    let mut places = Vec::new();
    for (step, value) in items.chain(pairs) {
        let below: Vec<Step<'_>> = path.iter().copied().chain([step]).collect();
        places.extend(self::places(value, &below));
        places.push(below);
    }
    places
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

/// Takes places out of a value, none below another one, the last ones first.
fn take_out(value: &mut Value, paths: &[Vec<Step<'_>>]) {
    let mut paths = paths.to_vec();
    paths.sort();
    for path in paths.iter().rev() {
        let (last, above) = path.split_last().unwrap();
        match (value_at(value, above), last) {
            (Value::Mapping(mapping), Step::Key(key)) => drop(mapping.shift_remove(*key).unwrap()),
            (Value::Sequence(items), Step::Item(number)) => drop(items.remove(*number)),
            (value, step) => panic!("{step:?} of {value:?}"),
        }
    }
}

/// Some of all places, none below another one.
fn chosen<'tree>(all: &[Vec<Step<'tree>>], indexes: &[Index]) -> Vec<Vec<Step<'tree>>> {
    let mut chosen: Vec<Vec<Step<'tree>>> = Vec::new();
    for index in indexes {
        let path = &all[index.index(all.len())];
        if !chosen
            .iter()
            .any(|other| other.starts_with(path) || path.starts_with(other))
        {
            chosen.push(path.clone());
        }
    }
    chosen
}

fn comments(text: &str) -> Vec<String> {
    let comments = yaml::parse(text).unwrap().comments;
    let texts = comments
        .iter()
        .map(|comment| text.get(comment.span.clone()));
    texts.map(|text| text.unwrap().to_owned()).collect()
}

/// Whether all parts of one sequence are in another one, in the same order.
fn is_subsequence<T: PartialEq>(
    part: impl Iterator<Item = T>,
    whole: impl Iterator<Item = T>,
) -> bool {
    let mut whole = whole;
    let mut part = part;
    part.all(|part| whole.any(|other| other == part))
}

/// The most blank lines that follow each other.
fn most_blank_lines(text: &str) -> usize {
    let lines: Vec<bool> = text.lines().map(|line| line.trim().is_empty()).collect();
    lines
        .split(|is_blank| !is_blank)
        .map(<[bool]>::len)
        .max()
        .unwrap_or(0)
}

fn assert_lines_are_kept(old: &str, new: &str) {
    assert_eq!(old.starts_with('\u{feff}'), new.starts_with('\u{feff}'));
    let has_other_breaks = |text: &str| text.replace("\r\n", "").contains(['\r', '\n']);
    if old.contains('\r') && !has_other_breaks(old) {
        assert!(!has_other_breaks(new), "{new:?}");
    } else if !old.contains('\r') {
        assert!(!new.contains('\r'), "{new:?}");
    }
    assert!(
        is_subsequence(comments(new).iter(), comments(old).iter()),
        "{old}\n=>\n{new}"
    );
}

fn assert_removed(old: &str, document: usize, indexes: &[Index], may_refuse: bool) {
    let Ok(stream) = yaml::parse(old) else { return };
    let Some(found) = stream.documents.get(document) else {
        return;
    };
    let all = places(&found.root, &[]);
    if all.is_empty() {
        return;
    }
    let paths = chosen(&all, indexes);
    let new = match remove(old, document, &paths) {
        Ok(new) => new,
        Err(_) if may_refuse => return,
        // What goes at the end of one entry, and the next one: what is left above may keep the blank lines below.
        Err(EditError::CheckFailed { .. }) if paths.len() > 1 && old.contains('+') => return,
        Err(error) => panic!("{error}: {paths:?} in\n{old}"),
    };
    let mut expected = values(old);
    take_out(&mut expected[document], &paths);
    assert_eq!(values(&new), expected, "{paths:?}: {old}\n=>\n{new}");
    assert_lines_are_kept(old, &new);
    // In a damaged document what looks blank may be a value's.
    if paths.len() == 1 && !may_refuse {
        let (after, before) = (most_blank_lines(&new), most_blank_lines(old));
        assert!(after <= before, "{paths:?}: {old}\n=>\n{new}");
    }
    // Collections that were emptied have brackets that were not there.
    let written = |text: &str| text.replace(['[', ']', '{', '}', ' '], "");
    let (kept, before) = (written(&new), written(old));
    assert!(
        is_subsequence(kept.chars(), before.chars()),
        "{paths:?}: {old}\n=>\n{new}"
    );
}

/// Whether something of a list is written below its last entry that could be taken for a part of a new one.
fn has_comments_below(cluster: &Cluster, old: &str, document: usize) -> bool {
    let stream = yaml::parse(old).unwrap();
    let roles = stream.documents[document].root.at(&ROLES).unwrap();
    let _ = cluster;
    let end = roles.items().last().map_or(0, |last| last.span.start);
    let rest = old.get(end..).unwrap();
    let mut below = rest
        .lines()
        .skip_while(|line| !line.trim_start().starts_with('#'));
    below.next().is_some()
}

fn indexes() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 1..5)
}

proptest! {
    #[test]
    fn entries_of_a_document(
        cluster in cluster(),
        before in 0..3_usize,
        after in 0..2_usize,
        indexes in indexes(),
    ) {
        assert_removed(&cluster.file((before, after)), before, &indexes, false);
    }

    #[test]
    fn entries_of_a_damaged_document(
        cluster in cluster(),
        cuts in prop::collection::vec((any::<Index>(), 0..3_usize, "[\\[\\]{}:,#|>'\" \n-]?"), 1..4),
        indexes in indexes(),
    ) {
        let mut text: Vec<char> = cluster.file((0, 0)).chars().collect();
        for (at, removed, inserted) in cuts {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        assert_removed(&text.into_iter().collect::<String>(), 0, &indexes, true);
    }

    #[test]
    fn what_was_appended_goes_again(cluster in cluster(), before in 0..3_usize, after in 0..2_usize) {
        let old = cluster.file((before, after));
        let new = match append(&old, before, &ROLES, &[role("my_shop")]) {
            Ok(new) => new,
            Err(EditError::UnterminatedBlockScalar { .. }) => return Ok(()),
            Err(error) => panic!("{error}"),
        };
        let stream = yaml::parse(&old).unwrap();
        let count = stream.documents[before].root.at(&ROLES).unwrap().items().len();
        let mut path: Vec<Step<'_>> = ROLES.iter().map(|key| Step::Key(key)).collect();
        path.push(Step::Item(count));
        let again = remove(&new, before, &[path]).unwrap();
        if count > 0 && !has_comments_below(&cluster, &old, before) {
            assert_eq!(again, old, "{new}");
        }
    }

    #[test]
    fn removals_and_additions_at_once(
        cluster in cluster(),
        before in 0..3_usize,
        after in 0..2_usize,
        indexes in indexes(),
        switched in any::<Index>(),
    ) {
        let old = cluster.file((before, after));
        let stream = yaml::parse(&old).unwrap();
        let root = &stream.documents[before].root;
        let all = places(root, &[]);
        let count = root.at(&ROLES).unwrap().items().len();
        let mut expected = values(&old);
        let mut edits = Vec::new();
        let mut paths = chosen(&all, &indexes);
        // The list itself, and what is above it, stays: it gets entries.
        let roles: Vec<Step<'_>> = ROLES.iter().map(|key| Step::Key(key)).collect();
        paths.retain(|path| !roles.starts_with(path));
        let item: Vec<Step<'_>> = roles.iter().copied().chain([Step::Item(switched.index(count.max(1)))]).collect();
        let is_mapping = root.at(&ROLES).unwrap().items().get(switched.index(count.max(1)))
            .is_some_and(|item| !item.entries().is_empty() && item.tag.is_none());
        if is_mapping && !paths.iter().any(|path| item.starts_with(path)) {
            edits.push(Edit::insert_key(&item, "disablePassword", Addition::Bool(true)));
            value_at(&mut expected[before], &item)["disablePassword"] = Value::from(true);
        }
        take_out(&mut expected[before], &paths);
        edits.extend(paths.iter().map(|path| Edit::remove(path)));
        edits.push(Edit::append(&roles, vec![role("one")]));
        edits.push(Edit::insert_key(&["spec"], "new", text("x")));
        edits.push(Edit::append(&roles, vec![role("two")]));
        let new = match apply(&old, before, &edits) {
            Ok(new) => new,
            Err(EditError::UnterminatedBlockScalar { .. }) => return Ok(()),
            // A new entry that is set apart by a blank line, where what is left above it keeps blank lines.
            Err(EditError::CheckFailed { .. }) if old.contains('+') => return Ok(()),
            Err(error) => panic!("{error}: {edits:?} in\n{old}"),
        };
        let list = value_at(&mut expected[before], &roles);
        if list.is_null() {
            *list = Value::Sequence(Vec::new());
        }
        for name in ["one", "two"] {
            let entry = format!("name: {name}\nlogin: true\npasswordSecret: {{name: my-shop-db-creds}}");
            list.as_sequence_mut().unwrap().push(serde_yaml::from_str(&entry).unwrap());
        }
        expected[before]["spec"]["new"] = Value::from("x");
        assert_eq!(values(&new), expected, "{edits:?}: {old}\n=>\n{new}");
        assert_lines_are_kept(&old, &new);
    }
}
