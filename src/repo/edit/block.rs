//! Writes additions as block YAML: one key or dash a line.

use crate::repo::scalar;

use super::Addition;
use super::flow::{self, FlowStyle};

/// How new block YAML is laid out, taken from what stands beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockStyle {
    /// How many columns the keys of a nested mapping stand right of the key that holds it; at least 1.
    pub(super) step: usize,
    /// How many columns the dashes of a list stand right of the key that holds it.
    pub(super) list_offset: usize,
    /// The line end.
    pub(super) line_break: &'static str,
}

/// How an entry of a list begins.
#[derive(Clone, Debug)]
pub(super) struct DashStyle {
    /// The column of the dash.
    pub(super) column: usize,
    /// How many spaces stand between the dash and the entry; at least 1.
    pub(super) gap: usize,
    /// The column of the keys where they begin below the dash instead of beside it.
    pub(super) keys_below: Option<usize>,
    /// How an entry is written in braces beside the dash, where its siblings are.
    pub(super) flow: Option<FlowStyle>,
    /// Whether a blank line stands before each entry.
    pub(super) blank_line: bool,
}

impl DashStyle {
    /// The style of a list that has no entries yet.
    pub(super) fn at(column: usize) -> Self {
        Self {
            column,
            gap: 1,
            keys_below: None,
            flow: None,
            blank_line: false,
        }
    }
}

/// Block YAML in the making. Each line ends with a line end.
pub(super) struct BlockWriter {
    out: String,
    style: BlockStyle,
}

impl BlockWriter {
    pub(super) fn new(style: BlockStyle) -> Self {
        Self {
            out: String::new(),
            style,
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Writes the entries of a list.
    pub(super) fn entries(&mut self, entries: &[Addition], dash: &DashStyle) {
        for entry in entries {
            if dash.blank_line {
                self.end_line();
            }
            self.indent(dash.column);
            self.out.push('-');
            self.entry(entry, dash);
        }
    }

    /// Writes the pairs of a mapping with their keys at a column.
    pub(super) fn pairs(&mut self, pairs: &[(String, Addition)], column: usize) {
        for (key, value) in pairs {
            self.indent(column);
            self.pair(key, value, column);
        }
    }

    /// Writes what follows a dash.
    fn entry(&mut self, entry: &Addition, dash: &DashStyle) {
        let column = dash.column + 1 + dash.gap;
        match (entry, dash.keys_below, &dash.flow) {
            (Addition::Map(_), _, Some(style)) => {
                self.indent(dash.gap);
                flow::write_inline(&mut self.out, entry, style);
                self.end_line();
            }
            (Addition::Map(pairs), Some(column), _) if !pairs.is_empty() => {
                self.end_line();
                self.pairs(pairs, column);
            }
            (Addition::Map(pairs), None, _) if !pairs.is_empty() => {
                self.indent(dash.gap);
                if let Some(((key, value), others)) = pairs.split_first() {
                    self.pair(key, value, column);
                    self.pairs(others, column);
                }
            }
            (Addition::List(entries), ..) if !entries.is_empty() => {
                self.end_line();
                self.entries(entries, &DashStyle::at(column));
            }
            _ => self.scalar(entry, dash.gap),
        }
    }

    /// Writes a pair whose key begins where the line ends now, at the given column.
    fn pair(&mut self, key: &str, value: &Addition, column: usize) {
        self.out.push_str(&scalar::quote(key));
        self.out.push(':');
        match value {
            Addition::Map(pairs) if !pairs.is_empty() => {
                self.end_line();
                self.pairs(pairs, column + self.style.step);
            }
            Addition::List(entries) if !entries.is_empty() => {
                self.end_line();
                let dash = DashStyle::at(column + self.style.list_offset);
                self.entries(entries, &dash);
            }
            _ => self.scalar(value, 1),
        }
    }

    /// Writes a scalar or an empty collection after some spaces, and ends the line.
    fn scalar(&mut self, value: &Addition, gap: usize) {
        self.indent(gap);
        match value {
            Addition::Text(text) => self.out.push_str(&scalar::quote(text)),
            Addition::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Addition::Integer(value) => self.out.push_str(&value.to_string()),
            Addition::List(_) => self.out.push_str("[]"),
            Addition::Map(_) => self.out.push_str("{}"),
        }
        self.end_line();
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn end_line(&mut self) {
        self.out.push_str(self.style.line_break);
    }
}
