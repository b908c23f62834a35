//! Whether the cluster shows that the last step of a turn is done: the whole chain, up to a login with the very Secret.

use pgdb::live::fact::Unreadable;
use pgdb::live::login::LoginProblem;
use pgdb::report::Status;
use pgdb::rotate::turns::{Inputs, Plan, Step};
use pgdb::verify::{Attempt, Expected, Facts, Link, run};

use crate::cluster::{ClusterFlags, Door, Session, Sight};
use crate::failure::{Exit, Failure};

/// The links that are not asked for: the objects themselves tell what was synced.
const SKIPPED: [Link; 2] = [Link::ArgoCd, Link::Cluster];

/// Whether the cluster shows it.
pub(super) enum Seen {
    /// It does.
    Done,
    /// It does not, or not yet.
    NotYet {
        /// What it shows instead.
        evidence: String,
        /// What to do.
        remedy: String,
    },
    /// It could not be asked.
    Unknown {
        /// Why.
        evidence: String,
        /// What to do.
        remedy: String,
    },
}

impl Seen {
    /// It was not looked at.
    pub(super) fn unwanted() -> Self {
        Self::Unknown {
            evidence: "it was not looked whether the last step is done (--offline)".to_owned(),
            remedy: "leave --offline out".to_owned(),
        }
    }
}

/// Asks the cluster.
///
/// # Errors
/// When a flag names a cluster that is not there, or the user ends it.
pub(super) async fn look(
    flags: &ClusterFlags,
    inputs: &Inputs<'_>,
    plan: &Plan,
) -> Result<Seen, Failure> {
    let session = match Session::connect(flags).await {
        Ok(session) => session,
        Err(failure) => {
            let was_named = flags.kubeconfig.is_some() || flags.context.is_some();
            if failure.exit == Exit::Interrupted || (failure.exit == Exit::Usage && was_named) {
                return Err(failure);
            }
            return Ok(Seen::Unknown {
                evidence: format!("the cluster was not asked: {}", failure.message),
                remedy: failure.help.unwrap_or_default(),
            });
        }
    };
    let expected = [expected(inputs, plan)];
    let [app] = &expected;
    let sight = Sight::of(app.namespace.clone(), Some(app.cluster.clone()), &expected);
    let mut facts = session.gather(&sight).await;
    let attempt = attempt(&expected, &facts);
    let login = match &attempt {
        Ok(attempt) => session.log_in(attempt).await,
        Err(problem) => Err(problem.clone()),
    };
    facts.logins.insert(app.app.clone(), login);
    let report = run(&expected, &facts, &SKIPPED);
    let broken = report.apps.first().and_then(|app| app.first_broken());
    let Some(broken) = broken else {
        return match (plan.step, attempt) {
            (Step::Retire, Ok(attempt)) => sessions(&session, &attempt, plan).await,
            _ => Ok(Seen::Done),
        };
    };
    let evidence = format!("{}: {}: {}", waits_for(plan), broken.title, broken.evidence);
    let remedy = match broken.remedies.as_slice() {
        [] => "run the same command again once it is done".to_owned(),
        remedies => remedies.join("\n      "),
    };
    Ok(match broken.status {
        Status::Fail => Seen::NotYet { evidence, remedy },
        _ => Seen::Unknown { evidence, remedy },
    })
}

/// What has to hold: that the next login's own Secret works, or that the app's does wherever it is mirrored to.
fn expected(inputs: &Inputs<'_>, plan: &Plan) -> Expected {
    let app = Expected::of_declared(inputs.app, inputs.target, None);
    match (&plan.step, &plan.next) {
        (Step::Switch, Some(next)) => app.with_next(
            &plan.to,
            &next.secret,
            next.encrypted.clone(),
            next.source.clone(),
        ),
        _ => app,
    }
}

fn waits_for(plan: &Plan) -> String {
    match plan.step {
        Step::Add | Step::Switch => format!("the login {:?} does not work yet", plan.to),
        Step::Retire => format!(
            "the Secret {} does not bring everybody in as {:?} yet",
            plan.secret, plan.to
        ),
    }
}

fn attempt(expected: &[Expected], facts: &Facts) -> Result<Attempt, LoginProblem> {
    let mut attempts = Attempt::of_all(expected, facts).into_iter();
    let first = attempts.next().map(|(_, attempt)| attempt);
    first.unwrap_or_else(|| Err(LoginProblem::NotTried("there is no app".to_owned())))
}

/// Whether nobody is logged in as one of the roles that are to go.
async fn sessions(session: &Session, attempt: &Attempt, plan: &Plan) -> Result<Seen, Failure> {
    let door = Door {
        secret_namespace: attempt.secret_namespace.clone(),
        secret: attempt.secret.clone(),
        way: attempt.way.clone(),
        database: attempt.database.clone(),
        command: "rotate",
        without_secret: format!("the Secret {} is not there", attempt.secret),
    };
    let holdings = match session.holdings(&door).await {
        Ok(holdings) => holdings,
        Err(problem) => {
            let remedy = match &problem {
                LoginProblem::NoWay(Unreadable { remedy, .. }) => remedy.clone(),
                _ => "run the same command again".to_owned(),
            };
            return Ok(Seen::Unknown {
                evidence: format!("the sessions cannot be seen: {}", problem.evidence()),
                remedy,
            });
        }
    };
    let open = holdings.sessions.iter();
    let open = open.filter(|found| plan.from.contains(&found.role));
    let told: Vec<String> = open
        .map(|found| {
            let address = found.address.as_deref().unwrap_or("an unknown address");
            let name = match found.application.as_str() {
                "" => String::new(),
                name => format!(" ({name})"),
            };
            format!("{} as {:?} from {address}{name}", found.count, found.role)
        })
        .collect();
    if told.is_empty() {
        return Ok(Seen::Done);
    }
    Ok(Seen::NotYet {
        evidence: format!("sessions of the old login are open: {}", told.join("; ")),
        remedy: "restart what reads its Secret at the start alone, then run the same command again"
            .to_owned(),
    })
}
