//! What may go when entries are taken out: judged for each entry and each comment by itself, without regard to how the
//! edit was made.

use std::ops::Range;

use crate::repo::yaml::Comment;

use super::entries::entries;
use super::extent::is_flow;
use super::lines::Lines;
use super::target::Target;

/// The bytes of entries that are to go, and of the comments that belong to them.
pub(super) struct Gone {
    /// In order, none inside of another one.
    ranges: Vec<Range<usize>>,
    /// Whether some of the entries stand in brackets, so that commas may go.
    with_commas: bool,
}

impl Gone {
    /// What may go for the sake of some targets; nothing where it cannot be told where entries stand.
    pub(super) fn of(
        lines: Lines<'_>,
        comments: &[Comment],
        targets: &[Target<'_, '_>],
    ) -> Option<Self> {
        let mut gone = Self {
            ranges: Vec::new(),
            with_commas: false,
        };
        let comments = Comments { lines, comments };
        for target in targets.iter().filter(|target| !target.removed.is_empty()) {
            let entries = entries(lines, target.node)?;
            gone.with_commas |= is_flow(target.node);
            for number in &target.removed {
                let entry = entries.get(*number)?;
                gone.ranges.push(entry.clone());
                let next = entries.get(number + 1).map(|next| next.start);
                gone.ranges.extend(comments.behind(entry, next));
                let above = comments.above(entry);
                let others = || entries.iter().skip(1);
                if *number > 0 || others().any(|other| !comments.above(other).is_empty()) {
                    gone.ranges.extend(above);
                }
            }
        }
        gone.ranges.sort_by_key(|range| range.start);
        Some(gone)
    }

    /// Whether bytes are white space, entries that go with their comments, and commas between these in brackets.
    pub(super) fn may_go(&self, text: &str, bytes: &Range<usize>) -> bool {
        let mut at = bytes.start;
        while at < bytes.end {
            if let Some(range) = self.around(at) {
                at = range.end;
                continue;
            }
            match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(' ' | '\t' | '\r' | '\n') => at += 1,
                Some(',') if self.with_commas => at += 1,
                _ => return false,
            }
        }
        at == bytes.end
    }

    /// Whether a comment is one that may go.
    pub(super) fn holds(&self, comment: &Range<usize>) -> bool {
        self.around(comment.start)
            .is_some_and(|range| comment.end <= range.end)
    }

    fn around(&self, at: usize) -> Option<&Range<usize>> {
        let later = self.ranges.partition_point(|range| range.start <= at);
        let range = self.ranges.get(later.checked_sub(1)?)?;
        (at < range.end).then_some(range)
    }
}

/// A text's comments.
struct Comments<'text> {
    lines: Lines<'text>,
    comments: &'text [Comment],
}

impl Comments<'_> {
    /// The comments right above an entry, at its column, without a blank line between.
    fn above(&self, entry: &Range<usize>) -> Vec<Range<usize>> {
        let column = entry.start - self.lines.start(entry.start);
        let later = self
            .comments
            .partition_point(|comment| comment.span.start < entry.start);
        let before = self.comments.get(..later).unwrap_or_default();
        let mut next = entry.start;
        let mut above = Vec::new();
        for comment in before.iter().rev() {
            let span = &comment.span;
            let between = self.lines.between(span.end, next);
            let is_own_line = self.lines.is_first(span.start);
            let is_beside = span.start - self.lines.start(span.start) == column;
            let is_above = between.trim().is_empty() && breaks(between) == 1;
            if !(is_own_line && is_beside && is_above) {
                break;
            }
            above.push(span.clone());
            next = span.start;
        }
        above
    }

    /// The comment that ends an entry's last line, and those below it that are deeper than it, up to the next entry.
    fn behind(&self, entry: &Range<usize>, next: Option<usize>) -> Vec<Range<usize>> {
        let column = entry.start - self.lines.start(entry.start);
        let first = self
            .comments
            .partition_point(|comment| comment.span.start < entry.end);
        let after = self.comments.get(first..).unwrap_or_default();
        let mut end = entry.end;
        let mut behind = Vec::new();
        for comment in after {
            let span = &comment.span;
            let between = self.lines.between(end, span.start);
            let is_bare = between.chars().all(|c| c.is_whitespace() || c == ',');
            let is_trailing = end == entry.end && breaks(between) == 0;
            let is_deeper = self.lines.is_first(span.start)
                && span.start - self.lines.start(span.start) > column;
            let is_before_next = next.is_none_or(|next| span.start < next);
            if !(is_bare && is_before_next && (is_trailing || is_deeper)) {
                break;
            }
            behind.push(span.clone());
            end = span.end;
        }
        behind
    }
}

/// How many line ends a text has.
fn breaks(text: &str) -> usize {
    let single = text.chars().filter(|c| matches!(c, '\n' | '\r')).count();
    single - text.matches("\r\n").count()
}
