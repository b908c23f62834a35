//! The password, or the connection, that somebody gives on standard input.

use pgdb::domain::dsn::Dsn;
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
    let bytes = bytes_of_stdin("--password-stdin", "the password", command)?;
    Password::from_bytes(bytes)
        .map_err(|error| Failure::usage(format!("--password-stdin: {error}"), error.help()))
}

/// Reads the connection of a server's administrator in the same way.
///
/// # Errors
/// When standard input is a terminal or cannot be read, or what it holds is refused.
pub(crate) fn dsn_from_stdin(command: &str, allows_plaintext: bool) -> Result<Dsn, Failure> {
    let bytes = bytes_of_stdin("--dsn-stdin", "the DSN", command)?;
    Dsn::from_bytes(bytes, allows_plaintext)
        .map_err(|error| Failure::usage(format!("--dsn-stdin: {error}"), error.help()))
}

/// All of standard input, as far as the buffer reaches.
fn bytes_of_stdin(flag: &str, what: &str, command: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if rustix::termios::isatty(stdin()) {
        return Err(Failure::usage(
            format!("{flag}: standard input is a terminal, which would show {what}"),
            format!("pipe it in, as in `kubectl pgdb {command} ... {flag} < FILE`"),
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
                let message = format!("{flag}: standard input cannot be read: {error}");
                return Err(Failure::unknown(message, ""));
            }
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
