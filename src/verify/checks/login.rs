//! Login: the app logs in with the mirrored credential, owns its database and may create tables in it.

use super::{Link, unread};
use crate::live::fact::Fact;
use crate::live::login::{Grantee, LoginProblem, Refusal};
use crate::report::{Check, Status, Subject};
use crate::sql::identifier;
use crate::verify::chain::Chain;
use crate::verify::expected::ExpectedServer;
use crate::verify::facts::Login;

const LINK: Subject = Subject {
    check: "login",
    title: "Login",
};
/// PostgreSQL's code for a wrong password (manual, appendix A).
const INVALID_PASSWORD: &str = "28P01";
/// Its code for a login that pg_hba.conf or the role forbids.
const INVALID_AUTHORIZATION: &str = "28000";
/// Its code for a database that is not there.
const NO_DATABASE: &str = "3D000";
/// Its code for too many sessions.
const TOO_MANY: &str = "53300";
/// Its code for a role that may not connect to the database.
const NO_PRIVILEGE: &str = "42501";

/// Looks at what PostgreSQL said to the app.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let kind = match chain.app.server {
        Some(_) => "Server",
        None => "Cluster",
    };
    let place = chain.place(kind, &chain.app.cluster);
    let check = match chain.facts.logins.get(&chain.app.app) {
        None => return vec![LINK.skipped("not-asked", "not tried; --login logs in as the app")],
        Some(Ok(login)) => succeeded(chain, login),
        Some(Err(problem)) => failed(chain, problem),
    };
    vec![check.of(place)]
}

fn succeeded(chain: &Chain<'_>, login: &Login) -> Check {
    let role = chain.app.role.as_deref().unwrap_or(&login.user);
    let database = database(chain);
    if Some(&login.user) == chain.app.login.as_ref() {
        let evidence = format!(
            "{:?} logs in, and its sessions do not begin as the owner {role:?}",
            login.user
        );
        let alter = format!(
            "as a superuser: ALTER ROLE {} SET role = {};",
            identifier(&login.user),
            identifier(role)
        );
        return LINK.pending("not-as-owner", evidence).remedy(alter);
    }
    if login.user != role {
        let evidence = format!("logged in as {:?}, expected is {role:?}", login.user);
        return LINK
            .broken("other-user", evidence)
            .remedy("see spec.postgresql.pg_ident of the Cluster");
    }
    if chain.app.database.is_none() && chain.app.guest_in.is_some() {
        let encryption = encryption(login);
        return LINK.pass(format!(
            "logged in to PostgreSQL {} as {role:?} {encryption}, to {database:?}, which is another app's",
            login.server_version
        ));
    }
    if login.owner != role {
        let evidence = format!(
            "the database {database:?} is owned by {:?}, not by {role:?}",
            login.owner
        );
        return LINK.broken("other-owner", evidence).remedy(format!(
            "as a superuser: ALTER DATABASE {} OWNER TO {};",
            identifier(database),
            identifier(role)
        ));
    }
    let trials = login.schemas.iter();
    let refused = trials.filter_map(|(schema, refusal)| Some((schema.as_str(), refusal.as_ref()?)));
    let refused: Vec<(&str, &Refusal)> = refused.collect();
    if !refused.is_empty() {
        return without_table(chain, &refused, role);
    }
    others(LINK.pass(evidence(login)), login, database)
}

/// The failure of schemas in which no table can be made: for good without the right, for now for any other reason.
fn without_table(chain: &Chain<'_>, refused: &[(&str, &Refusal)], role: &str) -> Check {
    let told = refused.iter().map(|(schema, refusal)| {
        format!(
            "no table can be made in the schema {schema:?}: {}",
            refusal.message
        )
    });
    let evidence = told.collect::<Vec<_>>().join("; ");
    let without_right = refused
        .iter()
        .filter(|(_, refusal)| refusal.code == NO_PRIVILEGE);
    let grants: Vec<String> = without_right
        .map(|(schema, _)| {
            format!(
                "as a superuser: GRANT ALL ON SCHEMA {} TO {};",
                identifier(schema),
                identifier(role)
            )
        })
        .collect();
    if grants.is_empty() {
        return LINK.pending("no-table", evidence).remedy(format!(
            "kubectl get databases.postgresql.cnpg.io --namespace {} --output yaml",
            chain.app.namespace
        ));
    }
    grants
        .into_iter()
        .fold(LINK.broken("cannot-create", evidence), Check::remedy)
}

fn encryption(login: &Login) -> &'static str {
    if login.is_encrypted {
        "over TLS"
    } else {
        "without TLS"
    }
}

fn evidence(login: &Login) -> String {
    let encryption = encryption(login);
    let schemas: Vec<&str> = login
        .schemas
        .iter()
        .map(|(schema, _)| schema.as_str())
        .collect();
    let others = login.others.iter().filter_map(|grantee| match grantee {
        Grantee::Role(role) => Some(role.as_str()),
        Grantee::Public => None,
    });
    let others: Vec<&str> = others.collect();
    let others = match others.as_slice() {
        [] => String::new(),
        roles => format!("; may connect too: {}", roles.join(", ")),
    };
    format!(
        "logged in to PostgreSQL {} as {:?} {encryption}, owns the database, may create tables in {}{others}",
        login.server_version,
        login.user,
        schemas.join(", ")
    )
}

/// The same check, with a warning where every role of the server may connect.
fn others(check: Check, login: &Login, database: &str) -> Check {
    if !login.others.contains(&Grantee::Public) {
        return check;
    }
    let evidence =
        format!("every role of the server may connect to {database:?}, since PUBLIC may");
    let close = format!(
        "as the owner: REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC;",
        identifier(database)
    );
    check.warning("public-may-connect", evidence, vec![close])
}

fn failed(chain: &Chain<'_>, problem: &LoginProblem) -> Check {
    match problem {
        LoginProblem::NotTried(why)
            if chain
                .checks
                .iter()
                .any(|check| check.status == Status::Fail) =>
        {
            LINK.skipped("waits", why.as_str())
        }
        LoginProblem::NotTried(why) => LINK
            .unknown("not-tried", format!("could not be tried: {why}"))
            .remedy("look at the links before it"),
        LoginProblem::NoWay(why) => unread(Link::Login, why),
        LoginProblem::NotListening(why) => LINK
            .pending(
                "not-listening",
                format!("nothing listens in the primary's pod: {why}"),
            )
            .remedy(format!(
                "kubectl cnpg status {} --namespace {}",
                chain.app.cluster, chain.app.namespace
            )),
        LoginProblem::Broken(why) => LINK.unknown("broken-off", why.as_str()),
        LoginProblem::Refused(refusal) => refused(chain, refusal),
    }
}

/// What is said of a refusal by a server that CNPG does not run.
fn refused_by_server(chain: &Chain<'_>, server: &ExpectedServer, refusal: &Refusal) -> Check {
    let Refusal { code, message } = refusal;
    let evidence = format!("PostgreSQL refused ({code}): {message}");
    let check = match code.as_str() {
        INVALID_PASSWORD => LINK.pending("wrong-password", evidence),
        INVALID_AUTHORIZATION if message.contains("pg_hba.conf") => {
            return LINK
                .unknown("not-permitted", evidence)
                .remedy("see whether the server's pg_hba.conf admits the application's address");
        }
        INVALID_AUTHORIZATION => LINK.pending("not-permitted", evidence),
        NO_DATABASE => LINK.pending("no-database", evidence),
        TOO_MANY => {
            return LINK
                .pending("too-many-sessions", evidence)
                .remedy("raise the connection limit of the role or the database, or end sessions");
        }
        NO_PRIVILEGE => LINK.pending("may-not-connect", evidence),
        _ => LINK.pending("refused", evidence),
    };
    check
        .remedy("have a Job make the server what is declared:")
        .remedy(format!(
            "kubectl create job --from=cronjob/{0} {0}-again --namespace {1}",
            server.sync, chain.app.namespace
        ))
}

fn refused(chain: &Chain<'_>, refusal: &Refusal) -> Check {
    if let Some(server) = &chain.app.server {
        return refused_by_server(chain, server, refusal);
    }
    let Refusal { code, message } = refusal;
    let evidence = format!("PostgreSQL refused ({code}): {message}");
    let database = database(chain);
    match code.as_str() {
        INVALID_PASSWORD => LINK
            .pending("wrong-password", evidence)
            .remedy("have CNPG set the Secret's password again:")
            .remedy(format!(
                "kubectl cnpg reload {} --namespace {}",
                chain.app.cluster, chain.app.namespace
            )),
        // Rules by address may treat the application otherwise than a connection from inside the pod.
        INVALID_AUTHORIZATION if message.contains("pg_hba.conf") => LINK
            .unknown("not-permitted", format!("{evidence}; the connection came from localhost in the pod"))
            .remedy("see whether spec.postgresql.pg_hba of the Cluster admits the application's address"),
        INVALID_AUTHORIZATION => LINK
            .broken("not-permitted", evidence)
            .remedy("see whether the role may log in: `login` in its manifest"),
        NO_DATABASE => LINK.pending("no-database", evidence).remedy(format!(
            "kubectl get databases.postgresql.cnpg.io --namespace {}",
            chain.app.namespace
        )),
        TOO_MANY => LINK
            .pending("too-many-sessions", evidence)
            .remedy("raise the connection limit of the role or the database, or end sessions"),
        NO_PRIVILEGE => LINK.broken("may-not-connect", evidence).remedy(format!(
            "as a superuser: GRANT CONNECT ON DATABASE {} TO {};",
            identifier(database),
            identifier(chain.app.role.as_deref().unwrap_or_default())
        )),
        _ => LINK.pending("refused", evidence).remedy(format!(
            "kubectl cnpg logs cluster {} --namespace {}",
            chain.app.cluster, chain.app.namespace
        )),
    }
}

/// The database's name.
fn database<'facts>(chain: &Chain<'facts>) -> &'facts str {
    match (&chain.app.database, chain.database()) {
        (Some(expected), _) => &expected.name,
        (None, Fact::Present(live)) => &live.name,
        (None, _) => chain.app.guest_in.as_deref().unwrap_or_default(),
    }
}
