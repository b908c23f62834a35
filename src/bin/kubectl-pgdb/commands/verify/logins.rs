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

/// Tries each app's database as those that were granted something there, and as some that were not.
pub(super) async fn try_users(session: &Session, apps: &[Expected], facts: &mut Facts) {
    let attempts = Attempt::of_users(apps, facts);
    let trials = stream::iter(attempts).map(|(app, user, attempt)| async move {
        match attempt {
            Ok(attempt) => (app, user, session.try_out(&attempt).await),
            Err(problem) => (app, user, Err(problem)),
        }
    });
    let trials: Vec<_> = trials.buffer_unordered(AT_ONCE).collect().await;
    // An app without users was tried as well.
    for app in apps {
        facts.trials.entry(app.app.clone()).or_default();
    }
    for (app, user, outcome) in trials {
        facts.trials.entry(app).or_default().insert(user, outcome);
    }
}
