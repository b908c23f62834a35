//! Takes entries out of a list or a mapping, with the lines and the comments that belong to them.
//!
//! What belongs to an entry is told at the top of [`super`]. The lines of each entry are found first; then runs of
//! neighbours that go are taken out together, so that the blank lines between what stays are right.

use std::ops::Range;

use crate::repo::yaml::{Comment, Node, Value};

use super::entries::{colon_after, comma_after, entries};
use super::extent::{dash, is_flow, keeps_blank_lines};
use super::into_block::NoPlace;
use super::lines::{Lines, is_blank};
use super::splice::Splice;
use super::target::Target;

/// The bytes of a text that belong to an entry of a list or a mapping, as [`super::remove`] takes them out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extent {
    /// The lines of the comments above it; empty where there are none.
    pub above: Range<usize>,
    /// From its dash or key to the end of its last line, with the comments there and deeper ones below; in brackets, and
    /// beside a dash, the entry alone.
    pub own: Range<usize>,
}

/// A list or a mapping of which entries go.
pub(super) struct Removal<'removal, 'tree, 'text> {
    pub(super) lines: Lines<'removal>,
    pub(super) comments: &'removal [Comment],
    pub(super) target: &'removal Target<'tree, 'text>,
    /// The bytes of each entry.
    pub(super) entries: Vec<Range<usize>>,
    /// Whether another entry than the first one has a comment above it.
    pub(super) each_has_comment: bool,
}

/// Takes a target's entries out; `added` is what is put behind the last one.
pub(super) fn remove(
    lines: Lines<'_>,
    comments: &[Comment],
    target: &Target<'_, '_>,
    added: Vec<Splice>,
) -> Result<Vec<Splice>, NoPlace> {
    let removal = Removal::of(lines, comments, target).ok_or(NoPlace::Unclear)?;
    if is_flow(target.node) {
        super::removal_in_flow::splices(&removal, added)
    } else {
        removal.block(added)
    }
}

/// Neighbours in a list of numbers, each as the first and the last of them.
pub(super) fn runs(numbers: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

impl<'removal, 'tree, 'text> Removal<'removal, 'tree, 'text> {
    /// The entries of a target.
    pub(super) fn of(
        lines: Lines<'removal>,
        comments: &'removal [Comment],
        target: &'removal Target<'tree, 'text>,
    ) -> Option<Self> {
        let mut removal = Self {
            lines,
            comments,
            target,
            entries: entries(lines, target.node)?,
            each_has_comment: false,
        };
        removal.each_has_comment = (1..removal.entries.len()).any(|entry| {
            let start = removal.start(entry);
            lines.is_first(start) && removal.above(entry) < lines.start(start)
        });
        Some(removal)
    }

    /// What of the text belongs to an entry.
    pub(super) fn extent(&self, entry: usize) -> Extent {
        let start = self.start(entry);
        let own_line = self.lines.start(start);
        let has_own_lines = self.lines.is_first(start) && !self.is_in_brackets();
        if !has_own_lines {
            return Extent {
                above: start..start,
                own: start..self.end(entry),
            };
        }
        Extent {
            above: self.lead(entry)..own_line,
            own: start..self.last_line_end(entry),
        }
    }

    pub(super) fn start(&self, entry: usize) -> usize {
        self.entries.get(entry).map_or(0, |range| range.start)
    }

    pub(super) fn end(&self, entry: usize) -> usize {
        self.entries.get(entry).map_or(0, |range| range.end)
    }

    pub(super) fn is_last(&self, entry: usize) -> bool {
        entry + 1 == self.entries.len()
    }

    /// Where the line of what stands before an entry begins, if there is something: the entry before, or the key or dash
    /// of the collection.
    fn floor(&self, entry: usize) -> Option<usize> {
        match entry.checked_sub(1) {
            Some(before) => Some(self.lines.start(self.end(before))),
            None if self.is_in_brackets() => Some(self.lines.start(self.target.node.span.start)),
            None if self.target.parents.is_empty() => None,
            None => Some(self.lines.start(self.holder().unwrap_or(self.start(entry)))),
        }
    }

    /// Where the first line begins that belongs to an entry which has its lines for itself.
    pub(super) fn lead(&self, entry: usize) -> usize {
        let own = self.lines.start(self.start(entry));
        if entry == 0 && !self.each_has_comment {
            return own;
        }
        let above = self.above(entry);
        if above < own && self.begins_paragraph(entry, above) && self.heads_others(entry) {
            return own;
        }
        above
    }

    /// Whether nothing or a blank line is above an entry's comments.
    fn begins_paragraph(&self, entry: usize, above: usize) -> bool {
        let previous = self.lines.previous(above);
        entry == 0 || previous.is_some_and(|previous| self.lines.is_blank_line(previous))
    }

    /// Whether an entry of one line is followed, without a blank line or a comment between, by such entries of which one
    /// stays.
    fn heads_others(&self, entry: usize) -> bool {
        let has_one_line = |entry: usize| {
            let (start, end) = (self.start(entry), self.end(entry));
            self.lines.start(start) == self.lines.start(end)
        };
        let mut at = entry;
        while has_one_line(at) && !self.is_last(at) {
            let next = self.lines.next(self.end(at));
            at += 1;
            if next != self.lines.start(self.start(at)) || !has_one_line(at) {
                return false;
            }
            if self.target.removed.binary_search(&at).is_err() {
                return true;
            }
        }
        false
    }

    /// Where the comments begin that stand right above an entry, at its column.
    fn above(&self, entry: usize) -> usize {
        let mut lead = self.lines.start(self.start(entry));
        let column = self.start(entry) - lead;
        let floor = self.floor(entry);
        while let Some(previous) = self.lines.previous(lead) {
            let is_above = floor.is_none_or(|floor| previous > floor);
            if !is_above || self.lines.comment_column(previous) != Some(column) {
                break;
            }
            lead = previous;
        }
        lead
    }

    /// Where the last line ends that belongs to an entry: its own, or that of a deeper comment below.
    pub(super) fn last_line_end(&self, entry: usize) -> usize {
        let start = self.start(entry);
        let column = start - self.lines.start(start);
        let comma = comma_after(self.lines, self.end(entry)).filter(|_| self.is_in_brackets());
        let mut end = self.lines.end(comma.unwrap_or(self.end(entry)));
        let mut at = self.lines.next(end);
        while at < self.lines.text().len() {
            match self.lines.comment_column(at) {
                Some(comment) if comment > column => end = self.lines.end(at),
                None if self.lines.is_blank_line(at) => {}
                _ => break,
            }
            at = self.lines.next(at);
        }
        end
    }

    /// Where the first line begins that does not belong to an entry any more.
    pub(super) fn tail(&self, entry: usize) -> usize {
        self.lines.next(self.last_line_end(entry))
    }

    fn is_in_brackets(&self) -> bool {
        is_flow(self.target.node)
    }

    /// Where the collection's key or dash ends, with its colon, tag and anchor.
    fn holder(&self) -> Option<usize> {
        let Target {
            key, node, parents, ..
        } = self.target;
        let mut end = match key {
            Some(key) => colon_after(self.lines, key)?,
            None if parents.is_empty() => return None,
            None => dash(self.lines, node)? + 1,
        };
        loop {
            let rest = self.lines.from(end);
            let token = rest.trim_start_matches(is_blank);
            if !token.starts_with(['&', '!']) {
                return Some(end);
            }
            let length = token.find(|c: char| c.is_ascii_whitespace());
            end += rest.len() - token.len() + length.unwrap_or(token.len());
        }
    }

    /// What goes, and comes, in block YAML.
    fn block(&self, added: Vec<Splice>) -> Result<Vec<Splice>, NoPlace> {
        let mut splices = Vec::new();
        let mut added = added;
        for (first, last) in runs(&self.target.removed) {
            let goes_on = !self.is_last(last);
            if !self.lines.is_first(self.start(first)) {
                splices.extend(self.beside_dash(first, last, &mut added)?);
                continue;
            }
            let lines = self.run(first, last);
            if !goes_on {
                self.drop_blank_line(&mut added, first, &lines);
            }
            splices.extend(lines.into_iter().map(Splice::remove));
        }
        splices.append(&mut added);
        if self.target.is_emptied() && self.lines.is_first(self.start(0)) {
            splices.push(self.empty()?);
        }
        Ok(splices)
    }

    /// The empty collection in the place of one that lost all its entries.
    fn empty(&self) -> Result<Splice, NoPlace> {
        let empty = self.brackets();
        if self.target.parents.is_empty() {
            let at = self.lead(0);
            let line_break = self.lines.line_break(at);
            return Ok(Splice::insert(at, format!("{empty}{line_break}")));
        }
        let at = self.holder().ok_or(NoPlace::Unclear)?;
        Ok(Splice::insert(at, format!(" {empty}")))
    }

    fn brackets(&self) -> &'static str {
        match self.target.node.value {
            Value::Sequence { .. } => "[]",
            _ => "{}",
        }
    }

    /// A run that begins beside a dash, as in `- name: a`.
    fn beside_dash(
        &self,
        first: usize,
        last: usize,
        added: &mut Vec<Splice>,
    ) -> Result<Vec<Splice>, NoPlace> {
        let lines = self.lines;
        let start = self.start(first);
        let before = lines.between(lines.start(start), start);
        let is_beside_dash = before.trim_end_matches(is_blank).ends_with('-')
            && before.chars().all(|c| c == '-' || is_blank(c));
        if first > 0 || !is_beside_dash {
            return Err(NoPlace::Unclear);
        }
        let is_bare = (first..last).all(|entry| self.is_blank_between(entry));
        if !self.is_last(last) && is_bare && self.is_blank_between(last) {
            return Ok(vec![Splice::remove(start..self.start(last + 1))]);
        }
        let own_end = self.last_line_end(first);
        if self.target.is_emptied() {
            let mut splices = vec![Splice {
                removed: start..own_end,
                inserted: self.brackets().to_owned(),
            }];
            if last > first {
                let others = self.run(first + 1, last);
                splices.extend(others.into_iter().map(Splice::remove));
            }
            return Ok(splices);
        }
        let tail = self.tail(last);
        if let ([new], true, true) = (added.as_mut_slice(), self.is_last(last), is_bare)
            && new.removed == (tail..tail)
        {
            let text = new.inserted.trim_start_matches([' ', '\r', '\n']);
            let splice = Splice {
                removed: start..tail,
                inserted: text.to_owned(),
            };
            added.clear();
            return Ok(vec![splice]);
        }
        let dash_end = lines.start(start) + before.trim_end_matches(is_blank).len();
        let mut splices = vec![Splice::remove(dash_end..own_end)];
        if last > first {
            let others = self.run(first + 1, last);
            splices.extend(others.into_iter().map(Splice::remove));
        }
        Ok(splices)
    }

    /// Whether nothing but white space stands between an entry, with its line, and the next one.
    fn is_blank_between(&self, entry: usize) -> bool {
        let next = self.start(entry + 1);
        let between = self.lines.between(self.last_line_end(entry), next);
        between.trim().is_empty()
    }

    /// The lines that go with a run of entries that have theirs for themselves: their own, and blank lines that would be
    /// doubled.
    pub(super) fn run(&self, first: usize, last: usize) -> Vec<Range<usize>> {
        let lines = self.lines;
        let is_last = self.is_last(last);
        let mut dropped = Dropped::default();
        let above = self.blank_lines_above(first);
        let has_entry_above = first
            .checked_sub(1)
            .filter(|before| above == self.tail(*before));
        let keeps = has_entry_above.is_some_and(|before| self.keeps_blank_lines(before));
        let opens = first == 0 && !self.has_comment_above(above);
        let own_above = above..self.lead(first);
        let goes_on = self.target.has_additions();
        let is_nested = !self.target.parents.is_empty();
        let is_closing = is_last
            && (has_entry_above.is_some() || (opens && is_nested && self.target.is_emptied()));
        let mut after_blank = opens || keeps || !own_above.is_empty();
        let mut kept_comments = false;
        for entry in first..=last {
            dropped.add(self.lead(entry)..self.tail(entry));
            let gap_end = match self.is_last(entry) {
                false => self.lead(entry + 1),
                true if goes_on => continue,
                true if keeps => lines.text().len(),
                true if after_blank && (!is_closing || kept_comments) => lines.text().len(),
                true => continue,
            };
            let mut at = self.tail(entry);
            let mut is_joined = true;
            while at < gap_end {
                let next = lines.next(at);
                let is_blank = lines.is_blank_line(at);
                if !is_blank && self.is_last(entry) {
                    break;
                }
                if is_blank && is_joined && after_blank {
                    dropped.add(at..next);
                } else {
                    kept_comments |= !is_blank;
                    after_blank = is_blank;
                    is_joined = false;
                }
                at = next;
            }
        }
        if is_closing && !kept_comments && !own_above.is_empty() {
            dropped.add_before(own_above);
        }
        dropped.ranges
    }

    /// Where the blank lines begin that stand above an entry and its comments.
    fn blank_lines_above(&self, entry: usize) -> usize {
        let mut at = self.lead(entry);
        let floor = match entry.checked_sub(1) {
            Some(before) => self.tail(before),
            None => self.floor(entry).map_or(0, |floor| self.lines.next(floor)),
        };
        while let Some(previous) = self.lines.previous(at) {
            if previous < floor || !self.lines.is_blank_line(previous) {
                break;
            }
            at = previous;
        }
        at
    }

    /// Whether the line before an offset is a comment.
    fn has_comment_above(&self, at: usize) -> bool {
        let previous = self.lines.previous(at);
        previous.is_some_and(|previous| self.lines.comment_column(previous).is_some())
    }

    fn keeps_blank_lines(&self, entry: usize) -> bool {
        self.node(entry)
            .is_some_and(|node| keeps_blank_lines(self.lines, self.comments, node))
    }

    /// The item or the value of an entry.
    fn node(&self, entry: usize) -> Option<&Node<'_>> {
        let node = self.target.node;
        let item = node.items().get(entry);
        item.or_else(|| node.entries().get(entry).map(|(_, value)| value))
    }

    /// Takes the blank line away that an addition begins with, where no entry or a blank line is left above it.
    fn drop_blank_line(&self, added: &mut [Splice], first: usize, dropped: &[Range<usize>]) {
        let ([addition], [range]) = (added, dropped) else {
            return;
        };
        let line_break = self.lines.line_break(addition.removed.start);
        let count = if self.lines.are_ended() { 1 } else { 2 };
        let above = self.lines.previous(range.start);
        let is_apart = first == 0 || above.is_some_and(|above| self.lines.is_blank_line(above));
        let is_beside = addition.removed.start == range.end;
        if is_apart && is_beside && addition.inserted.starts_with(&line_break.repeat(count)) {
            addition.inserted.drain(..line_break.len());
        }
    }
}

/// Lines that go, in order, where neighbours are one range.
#[derive(Default)]
struct Dropped {
    ranges: Vec<Range<usize>>,
}

impl Dropped {
    fn add(&mut self, range: Range<usize>) {
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// Adds lines right before all others.
    fn add_before(&mut self, range: Range<usize>) {
        if let Some(first) = self.ranges.first_mut() {
            first.start = range.start;
        }
    }
}
