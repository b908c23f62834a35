//! The keyboard while a question is open.

use std::io;

use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// As long as this lives, keys arrive as bytes: unechoed, at once, and Ctrl-C too.
///
/// The prompts switch the terminal for one key at a time. What is typed between two keys, or pasted, would be echoed by
/// the terminal besides, and a Ctrl-C would become a signal that no read is waiting for.
pub(super) struct KeysAsBytes {
    before: Termios,
}

impl KeysAsBytes {
    /// Switches the terminal on standard input.
    pub(super) fn take() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut bytes = before.clone();
        bytes
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        tcsetattr(stdin(), OptionalActions::Drain, &bytes)?;
        Ok(Self { before })
    }
}

impl Drop for KeysAsBytes {
    fn drop(&mut self) {
        // A terminal that is gone has no modes to put back.
        let _gone = tcsetattr(stdin(), OptionalActions::Drain, &self.before);
    }
}
