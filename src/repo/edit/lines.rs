//! A text seen as lines, by byte offsets.

/// A text, and where its lines begin and end. Line ends are `\n`, `\r\n` and `\r`; a byte order mark belongs to no
/// line. An offset outside the text counts as the text's end.
#[derive(Clone, Copy)]
pub(super) struct Lines<'text> {
    text: &'text str,
}

/// Which comments after a node's last line still belong to it, by the column of their `#`.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// The column of the node's dashes or keys. A comment that is deeper belongs to the node, one that is shallower
    /// belongs to what follows.
    pub(super) column: usize,
    /// A comment at that very column.
    pub(super) level: Level,
}

/// To whom a comment belongs that stands at the column of the dashes or keys.
#[derive(Clone, Copy)]
pub(super) enum Level {
    /// To the node: nothing else in the document has that column.
    Own,
    /// Both have that column, as in a list that is not indented: to what follows, and to the node only when nothing
    /// but comments follows up to the text's end and no blank line stands between.
    OwnAtEnd,
}

impl<'text> Lines<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'text str {
        self.text
    }

    /// The text between two offsets; nothing where they are no such pair.
    pub(super) fn between(&self, start: usize, end: usize) -> &'text str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text from an offset on.
    pub(super) fn from(&self, start: usize) -> &'text str {
        self.text.get(start..).unwrap_or_default()
    }

    /// Where the line of an offset begins.
    pub(super) fn start(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        match before.rfind(['\n', '\r']) {
            Some(end) => end + 1,
            None if self.text.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
            None => 0,
        }
    }

    /// Where the line before the one that begins at an offset begins.
    pub(super) fn previous(&self, start: usize) -> Option<usize> {
        let before = self.text.get(..start)?;
        let line_break = break_at_end(before)?;
        Some(self.start(start - line_break.len()))
    }

    /// Where the line of an offset ends: before its line end.
    pub(super) fn end(&self, offset: usize) -> usize {
        let rest = self.from(offset);
        offset.min(self.text.len()) + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// Where the line after the one of an offset begins; the text's length when there is none.
    pub(super) fn next(&self, offset: usize) -> usize {
        let end = self.end(offset);
        end + break_at(self.from(end)).map_or(0, str::len)
    }

    /// The line that begins at an offset, without its line end.
    pub(super) fn line(&self, start: usize) -> &'text str {
        self.between(start, self.end(start))
    }

    /// Where the line end before an offset begins, if the offset is a line's begin.
    pub(super) fn before_break(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or_default();
        start - break_at_end(before).map_or(0, str::len)
    }

    /// Whether the text's last line has a line end.
    pub(super) fn are_ended(&self) -> bool {
        break_at_end(self.text).is_some()
    }

    /// Whether the line that begins at an offset holds blanks alone.
    pub(super) fn is_blank_line(&self, start: usize) -> bool {
        start < self.text.len() && self.line(start).chars().all(is_blank)
    }

    /// The column of the `#` in the line that begins at an offset, if the line is a comment.
    pub(super) fn comment_column(&self, start: usize) -> Option<usize> {
        let line = self.line(start);
        let column = leading_blanks(line);
        let rest = line.get(column..).unwrap_or_default();
        rest.starts_with('#').then_some(column)
    }

    /// The blanks that the line of an offset begins with.
    pub(super) fn indent(&self, offset: usize) -> &'text str {
        let start = self.start(offset);
        let line = self.line(start);
        self.between(start, start + leading_blanks(line))
    }

    /// Whether nothing but blanks stands before an offset in its line.
    pub(super) fn is_first(&self, offset: usize) -> bool {
        self.between(self.start(offset), offset)
            .chars()
            .all(is_blank)
    }

    /// The line end in use at an offset: that of its line, else the text's first one, else `\n`.
    pub(super) fn line_break(&self, offset: usize) -> &'static str {
        break_at(self.from(self.end(offset)))
            .or_else(|| break_at(self.from(self.end(0))))
            .unwrap_or("\n")
    }

    /// The number of the line of an offset, from 1.
    pub(super) fn number(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let (mut at, mut number, lines) = (0, 1, Lines::new(before));
        while lines.next(at) > lines.end(at) {
            at = lines.next(at);
            number += 1;
        }
        number
    }

    /// The end of the last line that belongs to content which ends at `end`: its own line, or that of the last comment
    /// within `reach`. Blank lines after that belong to nobody.
    pub(super) fn own_end(&self, end: usize, reach: Reach) -> usize {
        let (mut own, mut own_at_end) = (self.end(end), self.end(end));
        let (mut at, mut unsure, mut blank) = (self.next(end), false, false);
        while at < self.text.len() {
            let line = self.line(at);
            let column = leading_blanks(line);
            let rest = line.get(column..).unwrap_or_default();
            if rest.is_empty() {
                blank = true;
            } else if rest.starts_with('#') && column >= reach.column {
                match reach.level {
                    Level::OwnAtEnd if column == reach.column && blank => return own,
                    Level::OwnAtEnd if column == reach.column => unsure = true,
                    _ => {}
                }
                own_at_end = self.end(at);
                if !unsure {
                    own = own_at_end;
                }
                blank = false;
            } else {
                return own;
            }
            at = self.next(at);
        }
        own_at_end
    }
}

/// Whether a character is a space or a tab.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// How many spaces and tabs a line begins with.
fn leading_blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(is_blank).len()
}

/// The line end that a text begins with.
fn break_at(text: &str) -> Option<&'static str> {
    ["\r\n", "\n", "\r"]
        .into_iter()
        .find(|line_break| text.starts_with(line_break))
}

/// The line end that a text ends with.
fn break_at_end(text: &str) -> Option<&'static str> {
    ["\r\n", "\n", "\r"]
        .into_iter()
        .find(|line_break| text.ends_with(line_break))
}
