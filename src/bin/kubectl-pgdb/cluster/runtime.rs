//! Where asynchronous work is waited for.

use std::future::Future;
use std::pin::pin;

use futures_util::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::files::Interrupts;

/// Does the work on this thread, until it is done or the user ends it from the keyboard.
///
/// What the work began and did not finish is dropped, connections included.
///
/// # Errors
/// The work's own, and an interruption.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::unknown(format!("cannot begin to ask the cluster: {error}"), "")
    };
    // The runtime's handlers stay for good and do nothing by themselves: these end the process again afterwards.
    let interrupts = Interrupts::hold().map_err(cannot)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot)?;
    let result = runtime.block_on(async {
        match select(pin!(interrupted()), pin!(work)).await {
            Either::Left((Ok(()), _)) => Err(Failure::stopped()),
            Either::Left((Err(error), _)) => Err(cannot(error)),
            Either::Right((result, _)) => result,
        }
    });
    // A look-up of a name or a credential plugin may hang on a thread of its own.
    runtime.shutdown_background();
    if interrupts.release() {
        return Err(Failure::stopped());
    }
    result
}

/// Returns when SIGINT or SIGTERM comes.
async fn interrupted() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    select(pin!(interrupt.recv()), pin!(terminate.recv())).await;
    Ok(())
}
