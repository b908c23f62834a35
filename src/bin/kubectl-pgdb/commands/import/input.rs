//! The file that `import` reads, or standard input. It may hold passwords: what was read is wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::Failure;

/// What stands for standard input instead of a file.
pub(super) const STANDARD_INPUT: &str = "-";

/// A larger input is none that anybody wrote, in bytes.
const LIMIT: usize = 64 * 1024 * 1024;
/// What is read at first, in bytes.
const FIRST: usize = 64 * 1024;

/// The text of a file, or of standard input, without a byte order mark.
///
/// # Errors
/// When it cannot be read, is no UTF-8 or too large.
pub(super) fn read(name: &str) -> Result<Zeroizing<String>, Failure> {
    let bytes = if name == STANDARD_INPUT {
        bytes(io::stdin().lock(), "standard input", FIRST)?
    } else {
        let refuse = |error: io::Error| refused(name, &error);
        let path = Path::new(name);
        let size = path.metadata().map_err(refuse)?.len();
        let file = File::open(path).map_err(refuse)?;
        let size = usize::try_from(size).unwrap_or(LIMIT).min(LIMIT);
        // One byte more, so that the end is seen without growing.
        bytes(file, name, size.saturating_add(1).max(FIRST))?
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Failure::usage(
            format!("{name}: this is not UTF-8"),
            "write YAML or JSON in UTF-8",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Zeroizing::new(text.to_owned()))
}

/// All bytes of a stream; what a buffer that grows leaves behind is wiped.
fn bytes(
    mut stream: impl Read,
    name: &str,
    capacity: usize,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut buffer = Zeroizing::new(vec![0; capacity]);
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            if filled > LIMIT {
                return Err(Failure::usage(
                    format!("{name}: this has more than 64 MiB"),
                    "import the apps in several files",
                ));
            }
            let mut larger = Zeroizing::new(vec![0; filled * 2]);
            if let Some(front) = larger.get_mut(..filled) {
                front.copy_from_slice(&buffer);
            }
            buffer = larger;
        }
        let rest = buffer.get_mut(filled..).unwrap_or_default();
        match stream.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refused(name, &error)),
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

fn refused(name: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Failure::usage(
            format!("{name} is not there"),
            "give the path of a YAML or JSON file, or `-` for standard input",
        ),
        io::ErrorKind::IsADirectory => Failure::usage(
            format!("{name}: this is a folder, not a file"),
            "give the path of a YAML or JSON file, or `-` for standard input",
        ),
        _ => Failure::unknown(
            format!("{name}: {error}"),
            "check the path and its permissions",
        ),
    }
}
