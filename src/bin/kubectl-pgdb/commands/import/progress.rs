//! How far the sealing is, for whoever looks on.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;
use crate::prompt::SilentControls;

/// Fewer credentials than this are sealed in no time.
const WORTH_A_BAR: usize = 200;

/// A bar on a terminal; gone when dropped.
pub(super) struct Progress {
    bar: Option<(ProgressBar, Option<SilentControls>)>,
}

impl Progress {
    /// A bar for so many credentials, where somebody looks on and it is worth one.
    pub(super) fn new(count: usize, output: &Output) -> Self {
        if count < WORTH_A_BAR || output.is_quiet() || !output.is_watched() {
            return Self { bar: None };
        }
        let length = u64::try_from(count).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("sealing {bar:40} {pos}/{len}") {
            bar.set_style(style);
        }
        Self {
            bar: Some((bar, SilentControls::take())),
        }
    }

    /// One more is sealed.
    pub(super) fn step(&self) {
        if let Some((bar, _)) = &self.bar {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((bar, _)) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
