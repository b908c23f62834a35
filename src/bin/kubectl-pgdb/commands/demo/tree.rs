//! A folder as a tree.

use std::fs;
use std::io;
use std::path::Path;

use crate::failure::Failure;

/// The files and folders below a folder, but `.git`, drawn as `tree` does.
pub(super) fn of(folder: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    draw(folder, "", &mut text)
        .map_err(|error| Failure::unknown(format!("{}: {error}", folder.display()), ""))?;
    Ok(text)
}

fn draw(folder: &Path, indent: &str, text: &mut String) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.retain(|entry| entry.file_name() != ".git");
    entries.sort_by_key(fs::DirEntry::file_name);
    let count = entries.len();
    for (position, entry) in entries.iter().enumerate() {
        let is_last = position + 1 == count;
        let name = entry.file_name();
        let branch = if is_last { "└── " } else { "├── " };
        text.push_str(&format!("{indent}{branch}{}\n", name.to_string_lossy()));
        if entry.file_type()?.is_dir() {
            let deeper = if is_last { "    " } else { "│   " };
            draw(&entry.path(), &format!("{indent}{deeper}"), text)?;
        }
    }
    Ok(())
}
