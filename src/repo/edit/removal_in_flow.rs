//! Takes entries out of a list in brackets or a mapping in braces, with their commas.

use std::ops::Range;

use super::entries::comma_after;
use super::into_block::NoPlace;
use super::into_flow::in_place_of_last;
use super::lines::is_blank;
use super::removal::{Removal, runs};
use super::splice::Splice;

/// What goes; `added` is what is put behind the last entry if that stays.
pub(super) fn splices(
    removal: &Removal<'_, '_, '_>,
    added: Vec<Splice>,
) -> Result<Vec<Splice>, NoPlace> {
    let mut removed = removal.target.removed.clone();
    let mut splices = Vec::new();
    let last = removal.entries.len() - 1;
    if removal.target.has_additions() && removed.last() == Some(&last) {
        removed.pop();
        splices.extend(instead_of_last(removal, last)?);
    } else {
        splices.extend(added);
    }
    if removal.target.is_emptied()
        && let Some(splice) = all(removal)?
    {
        return Ok(vec![splice]);
    }
    for (first, last) in runs(&removed) {
        if (first..=last).all(|entry| has_own_lines(removal, entry)) {
            let run = removal.run(first, last);
            splices.extend(run.into_iter().map(Splice::remove));
            splices.extend(dangling_comma(removal, first, last).map(Splice::remove));
        } else {
            splices.push(Splice::remove(on_one_line(removal, first, last)?));
        }
    }
    Ok(splices)
}

/// The bytes of all that is in the brackets, unless a comment of it stays.
fn all(removal: &Removal<'_, '_, '_>) -> Result<Option<Splice>, NoPlace> {
    let span = &removal.target.node.span;
    let (open, close) = (span.start + 1, span.end - 1);
    let count = removal.entries.len();
    let own_lines = (0..count).all(|entry| has_own_lines(removal, entry));
    let is_bare = (0..=count).all(|entry| {
        let start = match entry.checked_sub(1) {
            None => open,
            Some(before) if own_lines => removal.last_line_end(before),
            Some(before) => removal.end(before),
        };
        let end = match (entry == count, own_lines) {
            (true, _) => close,
            (false, true) => removal.lead(entry),
            (false, false) => removal.start(entry),
        };
        !removal.lines.between(start, end).contains('#')
    });
    match (is_bare, own_lines) {
        (true, _) => Ok(Some(Splice::remove(open..close))),
        (false, true) => Ok(None),
        (false, false) => Err(NoPlace::Unclear),
    }
}

/// Whether no line of an entry holds anything else than its comma and a comment.
fn has_own_lines(removal: &Removal<'_, '_, '_>, entry: usize) -> bool {
    let lines = removal.lines;
    let end = removal.end(entry);
    let after = comma_after(lines, end).unwrap_or(end);
    let rest = lines.between(after, lines.end(after));
    let rest = rest.trim_start_matches(is_blank);
    lines.is_first(removal.start(entry)) && (rest.is_empty() || rest.starts_with('#'))
}

/// The comma before a run of entries that goes, where it would be the last one and was not before.
fn dangling_comma(
    removal: &Removal<'_, '_, '_>,
    first: usize,
    last: usize,
) -> Option<Range<usize>> {
    let lines = removal.lines;
    let had_comma = comma_after(lines, removal.end(last)).is_some();
    if !removal.is_last(last) || had_comma {
        return None;
    }
    let comma = comma_after(lines, removal.end(first.checked_sub(1)?))?;
    Some(comma - 1..comma)
}

/// The bytes of a run of entries that shares its lines with others, with a comma.
fn on_one_line(
    removal: &Removal<'_, '_, '_>,
    first: usize,
    last: usize,
) -> Result<Range<usize>, NoPlace> {
    let range = match first.checked_sub(1) {
        _ if !removal.is_last(last) => removal.start(first)..removal.start(last + 1),
        Some(before) => removal.end(before)..removal.end(last),
        None => removal.start(first)..removal.end(last),
    };
    let entries = removal.entries.get(first..=last).unwrap_or_default();
    let mut at = range.start;
    for entry in entries {
        if removal.lines.between(at, entry.start).contains('#') {
            return Err(NoPlace::Unclear);
        }
        at = entry.end;
    }
    if removal.lines.between(at, range.end).contains('#') {
        return Err(NoPlace::Unclear);
    }
    Ok(range)
}

/// Puts what is added in the place of the last entry, whose comments go.
fn instead_of_last(removal: &Removal<'_, '_, '_>, last: usize) -> Result<Vec<Splice>, NoPlace> {
    let lines = removal.lines;
    let inserted = in_place_of_last(lines, removal.target).ok_or(NoPlace::Unfit)?;
    let (start, end) = (removal.start(last), removal.end(last));
    let mut splices = vec![Splice {
        removed: start..end,
        inserted,
    }];
    if !has_own_lines(removal, last) {
        return Ok(splices);
    }
    let lead = removal.lead(last);
    if lead < lines.start(start) {
        splices.push(Splice::remove(lead..lines.start(start)));
    }
    let after = comma_after(lines, end).unwrap_or(end);
    let own_end = removal.last_line_end(last);
    if after < own_end {
        splices.push(Splice::remove(after..own_end));
    }
    Ok(splices)
}
