//! Proves on the live cluster that an app's database works, or names the link of the chain that is broken.
//!
//! The binary gathers [`Facts`], the repository or the flags give what is [`Expected`], and [`run`] compares the two.
//! Old news is told from new by generations and resource versions, so that an old success does not pass for a new one.

mod attempt;
mod chain;
mod checks;
mod expected;
mod facts;
mod report;
#[cfg(test)]
mod tests;
mod users;

pub use crate::live::login::{Grantee, LoginProblem, Refusal};
pub use attempt::Attempt;
pub use checks::Link;
pub use expected::{
    Expected, ExpectedAccess, ExpectedDatabase, ExpectedServer, ExpectedService, MirrorsTo,
};
pub use facts::{Facts, Login, POOLER_NAME, Seen};
pub use report::{AppReport, Broken, Report, Summary};
pub use users::{ExpectedUser, add_users};

use chain::Chain;
use checks::CHECKS;
use facts::Index;

/// Compares what is expected of each app with the facts, link by link.
///
/// A link in `skip` (its word for programs, such as `argo-cd`) is not looked at.
pub fn run(expected: &[Expected], facts: &Facts, skip: &[Link]) -> Report {
    let index = Index::of(facts);
    let apps = expected
        .iter()
        .map(|app| verify_app(app, facts, &index, skip));
    Report::of(apps.collect())
}

fn verify_app<'facts>(
    app: &'facts Expected,
    facts: &'facts Facts,
    index: &'facts Index<'facts>,
    skip: &'facts [Link],
) -> AppReport {
    let mut chain = Chain::new(app, facts, index, skip);
    for (link, check) in CHECKS.iter().filter(|(link, _)| link.is_of(app)) {
        let checks = if skip.contains(link) {
            vec![link.subject().skipped("not-asked", "left out as asked")]
        } else {
            check(&chain)
        };
        chain.checks.extend(checks);
    }
    AppReport::of(app, chain.checks)
}
