//! Signals while files are being written.
//!
//! Without this, Ctrl-C between two renames would leave some files new and others old. The same command completes
//! them, but whoever pressed Ctrl-C did not want that. So SIGINT and SIGTERM only set a flag here: before the first
//! rename it makes the work stop and be undone, afterwards the work is finished, which takes milliseconds.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The process's one pair of handlers. They stay for good: without any, the signal would be ignored from then on.
static HANDLERS: OnceLock<Handlers> = OnceLock::new();

/// What the handlers know.
#[derive(Clone, Debug, Default)]
struct Handlers {
    /// Whether a signal came.
    came: Arc<AtomicBool>,
    /// Whether a signal ends the process, as by default.
    deadly: Arc<AtomicBool>,
}

/// As long as this lives, SIGINT and SIGTERM do not end the process.
#[derive(Debug)]
pub(crate) struct Interrupts(Handlers);

impl Interrupts {
    /// Holds the signals off.
    pub(crate) fn hold() -> io::Result<Self> {
        let handlers = match HANDLERS.get() {
            Some(handlers) => handlers.clone(),
            None => {
                let handlers = Handlers::default();
                for signal in [SIGINT, SIGTERM] {
                    flag::register(signal, Arc::clone(&handlers.came))?;
                    flag::register_conditional_default(signal, Arc::clone(&handlers.deadly))?;
                }
                HANDLERS.get_or_init(|| handlers).clone()
            }
        };
        handlers.came.store(false, Ordering::SeqCst);
        handlers.deadly.store(false, Ordering::SeqCst);
        Ok(Self(handlers))
    }

    /// Ends the holding off, and says whether a signal came meanwhile; one that comes later ends the process.
    pub(crate) fn release(self) -> bool {
        self.0.deadly.store(true, Ordering::SeqCst);
        self.came()
    }

    /// Whether a signal came.
    pub(crate) fn came(&self) -> bool {
        self.0.came.load(Ordering::SeqCst)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.0.deadly.store(true, Ordering::SeqCst);
    }
}
