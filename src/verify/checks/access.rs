//! Access: who was granted something may do that and nothing else, each tried with a login of its own; others are refused.

use super::{Link, unread, waits};
use crate::live::login::LoginProblem;
use crate::report::{Check, Subject};
use crate::sql::held::{Difference, differences};
use crate::sql::wanted::Wanted;
use crate::verify::chain::Chain;
use crate::verify::facts::Seen;
use crate::verify::users::ExpectedUser;

const LINK: Subject = Subject {
    check: "access",
    title: "Access",
};
/// PostgreSQL's code for a role that may not connect to the database.
const NO_PRIVILEGE: &str = "42501";
/// How many differences are told of one user.
const TOLD: usize = 5;

/// Looks at what PostgreSQL said to each user; says nothing of an app where no access is declared.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(access) = &chain.app.access else {
        return Vec::new();
    };
    let Some(trials) = chain.facts.trials.get(&chain.app.app) else {
        let evidence = "not tried; --login logs in as those who were granted something";
        return vec![LINK.skipped("not-asked", evidence)];
    };
    let Some(wanted) = access.wanted() else {
        return vec![waits(Link::Access, Link::Privileges.subject().title)];
    };
    // A stranger whose own chain is broken cannot be tried; that is another app's, and no reason to know nothing of this one.
    let is_looked_at = |user: &&ExpectedUser| {
        user.is_guest
            || matches!(
                trials.get(&user.login.app),
                Some(Ok(_) | Err(LoginProblem::Refused(_)))
            )
    };
    let checks = access.users.iter().filter(is_looked_at).map(|user| {
        let check = match trials.get(&user.login.app) {
            None => LINK
                .unknown("not-tried", "was not tried")
                .remedy("look at the links before it"),
            Some(outcome) if user.is_guest => guest(&wanted, user, outcome),
            Some(outcome) => stranger(&wanted, user, outcome),
        };
        check.of(format!("Role {}", user.role))
    });
    let checks: Vec<Check> = checks.collect();
    if checks.is_empty() {
        return vec![LINK.skipped("nobody", "nobody is declared who could be tried")];
    }
    checks
}

/// Somebody who may do something.
fn guest(wanted: &Wanted, user: &ExpectedUser, outcome: &Result<Seen, LoginProblem>) -> Check {
    let seen = match outcome {
        Ok(seen) => seen,
        Err(LoginProblem::Refused(refusal)) if refusal.code == NO_PRIVILEGE => {
            let evidence = format!(
                "may not connect to {:?}: {}",
                wanted.database, refusal.message
            );
            return LINK.pending("may-not-connect", evidence).remedy(SYNC);
        }
        Err(problem) => return failed(problem, user),
    };
    if seen.role != user.role {
        let evidence = format!("logged in as {:?}, expected is {:?}", seen.role, user.role);
        return LINK
            .broken("other-user", evidence)
            .remedy("see spec.postgresql.pg_ident of the Cluster");
    }
    if seen.is_superuser || seen.has_owners_rights {
        let what = if seen.is_superuser {
            "is a superuser".to_owned()
        } else {
            format!("has the rights of the owner {}", wanted.owner)
        };
        return LINK
            .broken("more", format!("{what}, which is not declared"))
            .remedy("kubectl pgdb audit");
    }
    compare(wanted, user, seen)
}

/// What a user may do, against what it is to be able to.
fn compare(wanted: &Wanted, user: &ExpectedUser, seen: &Seen) -> Check {
    let its = wanted.seen_by(&user.role, &user.groups);
    // What it made is its own.
    let objects = seen
        .objects
        .iter()
        .filter(|object| object.owner != user.role);
    let objects: Vec<_> = objects.cloned().collect();
    let found = differences(&its, &objects, seen.version);
    // What a predefined role gives, its membership declares.
    let has_predefined = user.groups.iter().any(|group| group.starts_with("pg_"));
    let is_its = |difference: &&Difference| difference.role.is_some();
    let (less, more): (Vec<&Difference>, Vec<&Difference>) = found
        .iter()
        .filter(is_its)
        .partition(|difference| difference.is_missing);
    if !more.is_empty() && !has_predefined {
        return told(LINK.broken("more", sentence(&more)), &more, wanted);
    }
    if !less.is_empty() {
        let check = LINK.pending("less", sentence(&less)).remedy(SYNC);
        return told(check, &less, wanted);
    }
    LINK.pass(format!(
        "may do in {:?} what is declared and nothing else, on {} objects",
        wanted.database,
        objects
            .iter()
            .filter(|object| object.column.is_none())
            .count()
    ))
}

/// The first differences as a sentence.
fn sentence(found: &[&Difference]) -> String {
    let told = found.iter().take(TOLD).map(|found| found.to_string());
    let told: Vec<String> = told.collect();
    match found.len().saturating_sub(TOLD) {
        0 => told.join("; "),
        more => format!("{}; and {more} more", told.join("; ")),
    }
}

fn told(check: Check, found: &[&Difference], wanted: &Wanted) -> Check {
    let statements = found.iter().take(TOLD);
    statements
        .map(|found| found.statement(&wanted.database, &wanted.owner))
        .fold(check, Check::remedy)
}

/// Somebody who is to be refused: that is the pass.
fn stranger(wanted: &Wanted, user: &ExpectedUser, outcome: &Result<Seen, LoginProblem>) -> Check {
    let database = &wanted.database;
    match outcome {
        Ok(_) => LINK
            .pending(
                "not-refused",
                format!("can connect to {database:?}, which is to be isolated"),
            )
            .remedy(SYNC)
            .remedy("kubectl pgdb audit"),
        Err(LoginProblem::Refused(refusal)) if refusal.code == NO_PRIVILEGE => LINK.pass(format!(
            "is refused to connect to {database:?}, as declared"
        )),
        Err(problem) => failed(problem, user),
    }
}

/// A login that came to nothing: nothing is known of what the user may do.
fn failed(problem: &LoginProblem, user: &ExpectedUser) -> Check {
    if let LoginProblem::NoWay(why) = problem {
        return unread(Link::Access, why);
    }
    LINK.unknown(
        "not-tried",
        format!("could not be tried: {}", problem.evidence()),
    )
    .remedy(format!("kubectl pgdb verify {} --login", user.login.app))
}

/// What to do where the privileges are not those of the repository.
const SYNC: &str = "see the link Privileges, whose Job grants and revokes";
