//! The line of a finding, with carets below what was found.

use console::measure_text_width;
use pgdb::lint::finding::Finding;

use crate::output::visible;

/// So many columns of a line are shown at most; of a longer one those around what was found.
const WIDEST: usize = 160;
/// A line is not cut to fewer columns, however narrow the terminal is.
const NARROWEST: usize = 40;
/// What stands in place of what is cut off.
const CUT: &str = "...";

/// A line as it is shown, and the line of carets below it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Excerpt {
    pub(super) line: String,
    pub(super) carets: String,
}

/// The line of a finding; none where it may hold a secret, or there is nothing to show.
pub(super) fn excerpt(finding: &Finding, line: &str, room: Option<usize>) -> Option<Excerpt> {
    let line = line.trim_start_matches('\u{feff}');
    if finding.is_secret || line.trim().is_empty() {
        return None;
    }
    let place = &finding.place;
    let cells: Vec<Cell> = line.trim_end().chars().map(Cell::of).collect();
    let start = place.start.column.saturating_sub(1);
    let end = if place.end.line == place.start.line {
        place.end.column.saturating_sub(1)
    } else {
        cells.len()
    };
    let room = room.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST);
    Some(around(&cells, start, end.max(start), room))
}

/// A character as it is shown.
struct Cell {
    text: String,
    width: usize,
}

impl Cell {
    fn of(character: char) -> Self {
        let text = match character {
            '\t' => " ".to_owned(),
            other => visible(&other.to_string()).into_owned(),
        };
        let width = measure_text_width(&text);
        Self { text, width }
    }
}

/// The cells in so many columns, those from `start` to `end` among them.
fn around(cells: &[Cell], start: usize, end: usize, room: usize) -> Excerpt {
    let fits = width(cells, 0, cells.len()) <= room;
    let within = room - CUT.len();
    let first = if fits || width(cells, 0, end) <= within {
        0
    } else {
        let mut first = start.min(cells.len());
        while first > 0 && width(cells, first - 1, start) <= room / 4 {
            first -= 1;
        }
        first
    };
    let before = if first > 0 { CUT } else { "" };
    let last = if fits {
        cells.len()
    } else {
        let mut last = first;
        while last < cells.len() && width(cells, first, last + 1) <= within - before.len() {
            last += 1;
        }
        last
    };
    let after = if last < cells.len() { CUT } else { "" };
    let shown = cells.iter().take(last).skip(first);
    let shown: String = shown.map(|cell| cell.text.as_str()).collect();
    let pad = before.len() + width(cells, first, start.min(last));
    let carets = width(cells, start, end.min(last)).max(1);
    Excerpt {
        line: format!("{before}{shown}{after}"),
        carets: format!("{}{}", " ".repeat(pad), "^".repeat(carets)),
    }
}

/// The columns of the cells from one number to another.
fn width(cells: &[Cell], from: usize, to: usize) -> usize {
    let cells = cells.iter().take(to).skip(from);
    cells.map(|cell| cell.width).sum()
}
