//! `--wait`: the chain is looked at again whenever something changes, until it holds or waiting is in vain.

use std::time::Duration;

use pgdb::report::Status;
use pgdb::verify::{Expected, Facts, Link, Report};

use super::expectation::Expectation;
use super::logins::log_in;
use super::progress::Progress;
use crate::cluster::{Changes, Session, Timer};
use crate::failure::Failure;
use crate::workspace::now;

/// How often it is looked at without a change: time passes too, and a login is tried again.
const TICK: Duration = Duration::from_secs(5);

/// What is waited for, and for how long.
pub(super) struct Waiting<'call> {
    /// What is expected.
    pub(super) expectation: &'call Expectation,
    /// The links that are left out.
    pub(super) skip: &'call [Link],
    /// Whether logging in is one of them.
    pub(super) login: bool,
    /// How long it is waited.
    pub(super) limit: Option<Duration>,
    /// Whether it is waited for what waiting cannot mend.
    pub(super) keep: bool,
}

/// How waiting ended.
pub(super) enum Ended {
    /// Every link holds.
    Well,
    /// Something is broken that waiting cannot mend.
    InVain,
    /// The time is over.
    Late,
}

impl Waiting<'_> {
    /// Waits; gives the last report.
    ///
    /// # Errors
    /// When it cannot be told what is expected.
    pub(super) async fn run(
        &self,
        session: &Session,
        mut facts: Facts,
        progress: &mut Progress<'_>,
    ) -> Result<(Report, Ended), Failure> {
        let timer = Timer::new(self.limit);
        let mut changes = Changes::of(session, &self.expectation.sight(), &facts);
        loop {
            let apps = self.expectation.apps(&facts)?;
            let report = self.look(session, &apps, &mut facts).await;
            progress.show(&report);
            if report.status == Status::Pass {
                return Ok((report, Ended::Well));
            }
            if report.is_in_vain() && !self.keep {
                return Ok((report, Ended::InVain));
            }
            if !timer
                .wait_for(changes.take(&mut facts), TICK, || progress.tick())
                .await
            {
                return Ok((report, Ended::Late));
            }
            facts.now = now();
        }
    }

    /// Looks at the chain; logs in once all that comes before holds.
    async fn look(&self, session: &Session, apps: &[Expected], facts: &mut Facts) -> Report {
        facts.logins.clear();
        let report = pgdb::verify::run(apps, facts, self.skip);
        if report.status != Status::Pass || !self.login {
            return report;
        }
        log_in(session, apps, facts).await;
        pgdb::verify::run(apps, facts, self.skip)
    }
}
