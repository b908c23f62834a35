//! The time that is left to wait.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// How often something is drawn while waiting.
const FRAME: Duration = Duration::from_millis(100);
/// A wait without a limit: longer than any process lives.
const FOREVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Why a wait ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Woken {
    /// Something happened.
    Change,
    /// Nothing did for a while.
    Tick,
    /// The time is over.
    Late,
}

/// The time that is left to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    end: Instant,
}

impl Timer {
    /// So long from now; without end for none.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self {
            end: Instant::now() + limit.unwrap_or(FOREVER).min(FOREVER),
        }
    }

    /// Waits until something happens or a tick is over; calls `draw` meanwhile.
    pub(crate) async fn wait_for(
        &self,
        happens: impl Future<Output = ()>,
        tick: Duration,
        mut draw: impl FnMut(),
    ) -> Woken {
        let mut happens = pin!(happens);
        let mut ticked = pin!(tokio::time::sleep(tick));
        let mut frames = interval(FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = sleep_until(self.end) => return Woken::Late,
                () = &mut happens => return Woken::Change,
                () = &mut ticked => return Woken::Tick,
                _ = frames.tick() => draw(),
            }
        }
    }

    /// What the work gives, where it is done before the time is over.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.end, work).await.ok()
    }
}
