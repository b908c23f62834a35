//! The terminal's echo of control characters.

use rustix::process::getpgrp;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// As long as this lives, the terminal does not show `^C` when somebody presses Ctrl-C: it would begin a new line in the
/// middle of what is drawn, and a part of that would stay. Nor does it throw away what was drawn and is still on its way
/// (termios(3), `NOFLSH`), which would leave the cursor elsewhere than where it is taken to be.
pub(crate) struct SilentControls {
    before: Termios,
}

impl SilentControls {
    /// Switches the terminal on standard input, where this process is in its foreground: in the background it may not.
    pub(crate) fn take() -> Option<Self> {
        if tcgetpgrp(stdin()).ok()? != getpgrp() {
            return None;
        }
        let before = tcgetattr(stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHOCTL);
        silent.local_modes.insert(LocalModes::NOFLSH);
        tcsetattr(stdin(), OptionalActions::Now, &silent).ok()?;
        Some(Self { before })
    }
}

impl Drop for SilentControls {
    fn drop(&mut self) {
        // A terminal that is gone has no modes to put back.
        let _gone = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}
