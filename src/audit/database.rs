//! One database: who may connect, and what is granted in it that is not declared.

use super::connect::who;
use super::report::{DatabaseReport, Finding};
use super::{Facts, Question, is_told_apart};
use crate::declared::DeclaredApp;
use crate::live::login::LoginProblem;
use crate::live::server::{Server, ServerDatabase};
use crate::sql::held::{Difference, Granted, Object, differences};
use crate::sql::identifier;
use crate::sql::wanted::Wanted;

/// The database of an app.
pub(super) fn declared(
    app: &DeclaredApp,
    name: &str,
    question: Question<'_>,
    facts: &Facts,
) -> DatabaseReport {
    let server = facts.server.as_ref();
    let live = server.and_then(|server| server.database(name));
    let mut report = DatabaseReport {
        app: Some(app.name.clone()),
        ..server_side(name, live, server)
    };
    let wanted = match wanted(app, name) {
        Ok(wanted) => wanted,
        Err(problem) => {
            report.unread = Some(problem);
            return report;
        }
    };
    report.declared_isolated = wanted.isolate;
    let (Some(server), Some(live)) = (server, live) else {
        report.unread = Some(absent(name, server.is_some(), facts));
        let inside = facts
            .insides
            .get(name)
            .and_then(|inside| inside.as_ref().err());
        report.remedy = inside.and_then(remedy);
        return report;
    };
    if live.owner != wanted.owner {
        let target = outside(live, &wanted).target(name);
        let finding = owned(&live.owner, "the database", &target, &wanted);
        report.findings.push(finding);
    }
    match facts.insides.get(name) {
        Some(Ok(inside)) => {
            compare(
                &mut report,
                &wanted,
                &inside.objects,
                inside.version,
                server,
            );
            let owned = inside.objects.iter();
            let owned = owned.filter(|object| !question.is_others(&object.owner));
            let foreign = owned.filter_map(|object| foreign(object, &wanted, server));
            report.findings.extend(foreign);
        }
        inside => {
            let problem = inside.and_then(|inside| inside.as_ref().err());
            report.unread = Some(problem.map_or_else(not_asked, LoginProblem::evidence));
            report.remedy = problem.and_then(remedy);
            // Who was granted what on the database itself is known all the same.
            let objects = [outside(live, &wanted)];
            compare(&mut report, &wanted, &objects, 0, server);
        }
    }
    report
}

/// A database that no app declares.
pub(super) fn undeclared(live: &ServerDatabase, server: Option<&Server>) -> DatabaseReport {
    server_side(&live.name, Some(live), server)
}

/// What the server's catalogues say of it.
fn server_side(
    name: &str,
    live: Option<&ServerDatabase>,
    server: Option<&Server>,
) -> DatabaseReport {
    let mut report = DatabaseReport::new(name);
    if let (Some(live), Some(server)) = (live, server) {
        report.owner = Some(live.owner.clone());
        report.connect = who(server, live);
        report.isolated = Some(!live.is_open());
    }
    report
}

/// What is declared of who may do what in it.
///
/// # Errors
/// Why that is not known.
fn wanted(app: &DeclaredApp, name: &str) -> Result<Wanted, String> {
    let owner = app
        .database
        .as_ref()
        .and_then(|database| database.owner.clone());
    let nothing = Wanted {
        database: name.to_owned(),
        owner: owner.unwrap_or_default(),
        ..Wanted::default()
    };
    let Some(declared) = &app.access else {
        return Ok(nothing);
    };
    let place = &declared.place;
    let cannot =
        |reason: String| format!("{place}: what is declared here cannot be read: {reason}");
    let access = declared
        .access
        .as_ref()
        .map_err(|reason| cannot(reason.clone()))?;
    Wanted::of(&access.access, &access.database, &access.owner)
        .map_err(|error| cannot(error.to_string()))
}

/// Why nothing is known of a database.
fn absent(name: &str, is_server_seen: bool, facts: &Facts) -> String {
    match facts.insides.get(name) {
        _ if is_server_seen => "there is no such database".to_owned(),
        Some(Err(problem)) => problem.evidence(),
        _ => not_asked(),
    }
}

fn not_asked() -> String {
    "its app has no credential to log in with".to_owned()
}

/// What to do about a login that failed, where that is known.
fn remedy(problem: &LoginProblem) -> Option<String> {
    match problem {
        LoginProblem::NoWay(why) => Some(why.remedy.clone()).filter(|remedy| !remedy.is_empty()),
        LoginProblem::Refused(_) => {
            Some("kubectl pgdb verify --login says what is wrong with the app".to_owned())
        }
        LoginProblem::NotTried(_) | LoginProblem::NotListening(_) | LoginProblem::Broken(_) => None,
    }
}

/// The database itself as an object, as the server's catalogues have it.
fn outside(live: &ServerDatabase, wanted: &Wanted) -> Object {
    let grants = live.grants.iter().map(|(to, privilege)| Granted {
        to: to.clone(),
        privilege: privilege.clone(),
        is_grantable: false,
    });
    Object {
        on: "database".to_owned(),
        owner: live.owner.clone(),
        is_own: live.owner == wanted.owner,
        grants: grants.collect(),
        ..Object::default()
    }
}

/// Adds what is granted beside what is declared, and what is missing of that.
fn compare(
    report: &mut DatabaseReport,
    wanted: &Wanted,
    objects: &[Object],
    version: u32,
    server: &Server,
) {
    for difference in differences(wanted, objects, version) {
        let role = difference.role.as_deref();
        if role.is_some_and(|role| is_told_apart(role, Some(server))) {
            continue;
        }
        let finding = of_difference(&difference, wanted);
        if difference.is_missing {
            report.missing.push(finding);
        } else {
            report.findings.push(finding);
        }
    }
}

fn of_difference(difference: &Difference, wanted: &Wanted) -> Finding {
    let reason = match difference {
        Difference {
            is_missing: true, ..
        } => "missing",
        Difference {
            is_grant_option: true,
            ..
        } => "grant-option",
        Difference {
            made_by: Some(_), ..
        } => "default-privilege",
        Difference { role: None, .. } if difference.on == "database" => "not-isolated",
        Difference { role: None, .. } => "public",
        _ => "privilege",
    };
    Finding {
        reason,
        role: difference.who().to_owned(),
        object: Some(difference.object()),
        privileges: difference.privileges.clone(),
        evidence: difference.to_string(),
        remedies: vec![difference.statement(&wanted.database, &wanted.owner)],
    }
}

/// The finding of an object that belongs to another role than the database's owner, and to none whose rights that has.
/// Where somebody may make objects, what it made is its own.
fn foreign(object: &Object, wanted: &Wanted, server: &Server) -> Option<Finding> {
    let owner = object.owner.as_str();
    if object.is_own || object.is_default || object.column.is_some() || object.on == "database" {
        return None;
    }
    let may_create = wanted.rows.iter().any(|row| {
        row.role == owner
            && row.on == "schema"
            && (row.schema == object.schema || row.schema == "*")
            && row.privileges.iter().any(|word| word == "CREATE")
    });
    if is_told_apart(owner, Some(server)) || may_create && object.on != "schema" {
        return None;
    }
    let what = match object.on.as_str() {
        "schema" => format!("the schema {}", object.schema),
        on => format!("the {on} {}.{}", object.schema, object.name),
    };
    let target = object.target(&wanted.database);
    Some(owned(owner, &what, &target, wanted))
}

/// The finding of something that belongs to a role that nothing says so of.
fn owned(owner: &str, what: &str, target: &str, wanted: &Wanted) -> Finding {
    let statement = format!("ALTER {target} OWNER TO {};", identifier(&wanted.owner));
    Finding {
        reason: "owner",
        role: owner.to_owned(),
        object: Some(what.to_owned()),
        privileges: Vec::new(),
        evidence: format!("{owner} owns {what}"),
        remedies: vec![format!("as a superuser: {statement}")],
    }
}
