//! The password that somebody gives on standard input.

use pgdb::domain::password::Password;
use rustix::io::Errno;
use rustix::stdio::stdin;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// More than the longest password and its line end, in bytes, so that one that is too long is seen.
const BUFFER: usize = 4096 + 3;

/// Reads the password for `command` from the standard input's descriptor, into a buffer that is wiped and never grows.
///
/// # Errors
/// When standard input is a terminal or cannot be read, or what it holds is refused.
pub(crate) fn from_stdin(command: &str) -> Result<Password, Failure> {
    if rustix::termios::isatty(stdin()) {
        return Err(Failure::usage(
            "--password-stdin: standard input is a terminal, which would show the password",
            format!("pipe it in, as in `kubectl pgdb {command} ... --password-stdin < FILE`"),
        ));
    }
    let mut bytes = Zeroizing::new(vec![0; BUFFER]);
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match rustix::io::read(stdin(), rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(error) => {
                let message = format!("--password-stdin: standard input cannot be read: {error}");
                return Err(Failure::unknown(message, ""));
            }
        }
    }
    bytes.truncate(filled);
    Password::from_bytes(bytes)
        .map_err(|error| Failure::usage(format!("--password-stdin: {error}"), error.help()))
}
