//! The system's generator of random numbers.

use rand::TryRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use crate::failure::Failure;

/// The system's generator.
///
/// Asked once here, because it can only fail before it is initialised (getrandom(2)): what is handed out cannot.
///
/// # Errors
/// When the system has no random numbers.
pub(crate) fn system() -> Result<UnwrapErr<SysRng>, Failure> {
    SysRng.try_next_u64().map_err(|error| {
        Failure::unknown(format!("the system gives no random numbers: {error}"), "")
    })?;
    Ok(UnwrapErr(SysRng))
}
