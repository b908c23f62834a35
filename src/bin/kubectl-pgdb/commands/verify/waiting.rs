//! `--wait`: the chain is looked at again whenever something changes, until it holds or waiting is in vain.

use std::time::Duration;

use pgdb::report::Status;
use pgdb::verify::{Expected, Facts, Link, LoginProblem, Report};

use super::expectation::Expectation;
use super::logins::{log_in, try_users};
use super::progress::Progress;
use crate::cluster::{Changes, Session, Timer, Woken};
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
    /// Whether trying the users is one of them.
    pub(super) access: bool,
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
    /// When it cannot be told what is expected, also at the end.
    pub(super) async fn run(
        &self,
        session: &Session,
        mut facts: Facts,
        progress: &mut Progress<'_>,
    ) -> Result<(Report, Ended), Failure> {
        let timer = Timer::new(self.limit);
        let sight = self.expectation.sight();
        let mut changes = Changes::of(session, &sight, &facts);
        let mut woken = Woken::Tick;
        loop {
            timer.within(session.add_logs(&sight, &mut facts)).await;
            // Which apps there are may depend on objects that are yet to come.
            let looked = match self.expectation.apps(&facts) {
                Ok(apps) => {
                    if self.login || self.access {
                        let logins = self.look(session, &apps, &mut facts, woken);
                        timer.within(logins).await;
                    }
                    Ok(pgdb::verify::run(&apps, &facts, self.skip))
                }
                Err(failure) => Err(failure),
            };
            if let Ok(report) = &looked {
                progress.show(report);
                if let Some(ended) = self.ended(report) {
                    return Ok((looked?, ended));
                }
            }
            woken = timer
                .wait_for(changes.take(&mut facts), TICK, || progress.tick())
                .await;
            if woken == Woken::Late {
                return Ok((looked?, Ended::Late));
            }
            facts.now = now();
        }
    }

    fn ended(&self, report: &Report) -> Option<Ended> {
        if report.status == Status::Pass {
            return Some(Ended::Well);
        }
        (report.is_in_vain() && !self.keep).then_some(Ended::InVain)
    }

    /// Logs in as the apps of which everything else holds, unless they have; again only after a while, so that each
    /// change in the cluster is not a session on the primary. What was not tried is noted as such, so that it does not
    /// pass when the time is over.
    async fn look(&self, session: &Session, apps: &[Expected], facts: &mut Facts, woken: Woken) {
        let logins = std::mem::take(&mut facts.logins);
        let trials = std::mem::take(&mut facts.trials);
        let before = pgdb::verify::run(apps, facts, self.skip);
        facts.logins = logins;
        facts.trials = trials;
        let mut due = Vec::new();
        for (app, report) in apps.iter().zip(&before.apps) {
            let login = facts.logins.entry(app.app.clone()).or_insert_with(|| {
                Err(LoginProblem::NotTried(
                    "the links before it did not hold, or the time was over".to_owned(),
                ))
            });
            if self.access {
                facts.trials.entry(app.app.clone()).or_default();
            }
            let has_users = app
                .access
                .as_ref()
                .is_some_and(|access| !access.users.is_empty());
            let is_due = match login {
                Ok(_) => self.access && has_users && woken == Woken::Tick,
                Err(LoginProblem::NotTried(_)) => true,
                Err(_) => woken == Woken::Tick,
            };
            if is_due && report.status == Status::Pass {
                due.push(app.clone());
            }
        }
        if self.login {
            log_in(session, &due, facts).await;
        }
        if self.access {
            try_users(session, &due, facts).await;
        }
    }
}
