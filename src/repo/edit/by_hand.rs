//! What a person puts in where an edit is refused.

use super::Addition;
use super::block::{BlockStyle, BlockWriter, DashStyle};
use super::change::{Changes, outline};

/// What the changes add or set, as YAML from a document's top level down.
pub(super) fn snippet(changes: &Changes<'_>) -> String {
    let mut writer = BlockWriter::new(BlockStyle {
        step: 2,
        list_offset: 2,
        line_break: "\n",
    });
    match outline(changes) {
        Some(Addition::List(entries)) => writer.entries(&entries, &DashStyle::at(0)),
        Some(Addition::Map(pairs)) => writer.pairs(&pairs, 0),
        _ => {}
    }
    writer.finish()
}
