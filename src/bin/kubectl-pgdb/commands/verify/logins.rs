//! Logging in as several apps.

use futures_util::stream::{self, StreamExt};
use pgdb::verify::{Attempt, Expected, Facts};

use crate::cluster::Session;

/// How many logins are tried at the same time: each opens a session on the primary.
const AT_ONCE: usize = 8;

/// Logs in as each app, and takes what PostgreSQL said into the facts.
pub(super) async fn log_in(session: &Session, apps: &[Expected], facts: &mut Facts) {
    let attempts = Attempt::of_all(apps, facts);
    let logins = stream::iter(attempts).map(|(app, attempt)| async move {
        match attempt {
            Ok(attempt) => (app, session.log_in(&attempt).await),
            Err(problem) => (app, Err(problem)),
        }
    });
    let logins: Vec<_> = logins.buffer_unordered(AT_ONCE).collect().await;
    facts.logins.extend(logins);
}
