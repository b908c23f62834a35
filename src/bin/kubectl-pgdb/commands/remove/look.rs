//! What the cluster shows of an app that is to be removed.

use std::collections::BTreeMap;

use pgdb::declared::{Declared, DeclaredApp, RoleSource};
use pgdb::domain::endpoint::Endpoint;
use pgdb::live::cluster::Cluster;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::holdings::Holdings;
use pgdb::live::job::{Outcome, newest};
use pgdb::live::login::{LoginProblem, Way};
use pgdb::remove::{Plan, Sight, SyncSight};
use pgdb::target::Target;

use crate::cluster::{
    ClusterFlags, ClusterWire, DatabaseRoleWire, DatabaseWire, Door, JobWire, LOG_LINES, Session,
};
use crate::failure::{Exit, Failure};

/// Where what has to be seen is.
pub(super) struct Place {
    namespace: String,
    cluster: String,
    /// The Database.
    database: Option<String>,
    /// The DatabaseRole.
    role_object: Option<String>,
    /// The DatabaseRoles beside it that go too.
    others: Vec<String>,
    /// The role in PostgreSQL.
    role: Option<String>,
    /// The database in PostgreSQL.
    database_name: Option<String>,
    /// The Secret of the role's password.
    secret: Option<String>,
    /// The namespaces with the Secret or a mirror of it.
    secret_namespaces: Vec<String>,
    /// The server, where CNPG does not run it.
    server: Option<ServerPlace>,
}

/// Where what has to be seen of a server is that CNPG does not run.
struct ServerPlace {
    /// Where it listens.
    endpoint: Endpoint,
    /// Its CronJob.
    sync: String,
    /// The hash of the repository's scripts.
    script: Option<String>,
}

impl Place {
    /// Of an app.
    pub(super) fn of(app: &DeclaredApp, declared: &Declared, target: &Target, plan: &Plan) -> Self {
        let role = app.role.as_ref();
        let named = role.and_then(|role| role.password_secret.clone());
        let credential = app.credential.as_ref();
        let mirrors = credential.map(|found| found.reflection.named());
        let mirrors = mirrors.into_iter().flatten().map(|name| name.to_string());
        let namespace = target.namespace.to_string();
        Self {
            secret_namespaces: [namespace.clone()].into_iter().chain(mirrors).collect(),
            namespace,
            cluster: target.cluster.to_string(),
            database: app.database.as_ref().map(|found| found.object.clone()),
            role_object: role.and_then(|role| match &role.source {
                RoleSource::DatabaseRole(object) => Some(object.clone()),
                RoleSource::Managed | RoleSource::Cluster => None,
            }),
            others: plan.role_objects(),
            role: plan.role.clone(),
            database_name: plan.database.clone(),
            server: target.server.as_ref().map(|server| ServerPlace {
                endpoint: server.endpoint.clone(),
                sync: target.sync_name(),
                script: declared.script.clone(),
            }),
            secret: named.or_else(|| credential.map(|found| found.name.clone())),
        }
    }
}

/// Asks the cluster; gives why it cannot be asked at all, where that is so.
///
/// # Errors
/// When a flag names a cluster that is not there, or the user ends it.
pub(super) async fn look(
    flags: &ClusterFlags,
    place: &Place,
) -> Result<Result<Sight, Unreadable>, Failure> {
    let session = match Session::connect(flags).await {
        Ok(session) => session,
        Err(failure) => {
            let was_named = flags.kubeconfig.is_some() || flags.context.is_some();
            if failure.exit == Exit::Interrupted || (failure.exit == Exit::Usage && was_named) {
                return Err(failure);
            }
            let remedy = failure.help.unwrap_or_default();
            return Ok(Err(Unreadable::new(
                Cause::Unreachable,
                failure.message,
                remedy,
            )));
        }
    };
    if let Some(server) = &place.server {
        return Ok(look_at_server(&session, place, server).await);
    }
    let cluster = session
        .object::<ClusterWire>(&place.namespace, &place.cluster)
        .await;
    if let Fact::Unreadable(why) = &cluster
        && !matches!(why.cause, Cause::Forbidden | Cause::NotServed)
    {
        return Ok(Err(why.clone()));
    }
    let database = match &place.database {
        Some(name) => session.object::<DatabaseWire>(&place.namespace, name).await,
        None => Fact::Absent,
    };
    let role = match &place.role_object {
        Some(name) => {
            session
                .object::<DatabaseRoleWire>(&place.namespace, name)
                .await
        }
        None => Fact::Absent,
    };
    let mut others = BTreeMap::new();
    let others_named = place.others.iter();
    for name in others_named.filter(|name| place.role_object.as_ref() != Some(name)) {
        let object = session.object::<DatabaseRoleWire>(&place.namespace, name);
        others.insert(name.clone(), object.await);
    }
    Ok(Ok(Sight {
        others,
        server: session.server().to_owned(),
        sync: None,
        holdings: holdings(&session, place, way_to_primary(place, &cluster)).await,
        cluster,
        database,
        role,
    }))
}

/// Asks the Jobs of a server that CNPG does not run, and the server.
async fn look_at_server(
    session: &Session,
    place: &Place,
    server: &ServerPlace,
) -> Result<Sight, Unreadable> {
    let jobs = session.objects_in::<JobWire>(&place.namespace).await;
    if let Fact::Unreadable(why) = &jobs
        && why.cause != Cause::Forbidden
    {
        return Err(why.clone());
    }
    let job = match &jobs {
        Fact::Present(jobs) => {
            let newest = newest(jobs.iter(), &server.sync, server.script.as_deref());
            newest.map_or(Fact::Absent, |job| Fact::Present(job.clone()))
        }
        Fact::Absent => Fact::Absent,
        Fact::Unreadable(why) => Fact::Unreadable(why.clone()),
    };
    let log = match job.present() {
        Some(job) if matches!(job.outcome, Outcome::Failed { .. }) => {
            session.job_log(job, LOG_LINES).await
        }
        _ => Ok(Vec::new()),
    };
    Ok(Sight {
        others: BTreeMap::new(),
        server: session.server().to_owned(),
        cluster: Fact::Absent,
        database: Fact::Absent,
        role: Fact::Absent,
        sync: Some(SyncSight { job, log }),
        holdings: holdings(session, place, Ok(Way::to(&server.endpoint))).await,
    })
}

/// The way through a Cluster's primary.
fn way_to_primary(place: &Place, cluster: &Fact<Cluster>) -> Result<Way, LoginProblem> {
    match cluster {
        Fact::Present(cluster) if !cluster.current_primary.is_empty() => Ok(Way::Pod {
            namespace: place.namespace.clone(),
            name: cluster.current_primary.clone(),
        }),
        Fact::Present(_) => Err(not_tried("the Cluster has no primary")),
        Fact::Absent => Err(not_tried("the Cluster is not there")),
        Fact::Unreadable(why) => Err(LoginProblem::NoWay(why.clone())),
    }
}

/// Asks PostgreSQL, logged in as the role.
async fn holdings(
    session: &Session,
    place: &Place,
    way: Result<Way, LoginProblem>,
) -> Result<Holdings, LoginProblem> {
    let way = way?;
    let (Some(secret), Some(role)) = (&place.secret, &place.role) else {
        return Err(not_tried("there is no password to log in with"));
    };
    let mut problem = None;
    for namespace in &place.secret_namespaces {
        let door = Door {
            secret_namespace: namespace.clone(),
            secret: secret.clone(),
            way: way.clone(),
            database: place.database_name.clone().unwrap_or_else(|| role.clone()),
            command: "remove",
            without_secret: format!("the Secret {secret} is not in the namespace {namespace}"),
        };
        match session.holdings(&door).await {
            Ok(found) if found.role == *role => return Ok(found),
            Ok(found) => {
                return Err(not_tried(&format!(
                    "the Secret {secret} logs in as {:?}, not as {role:?}",
                    found.role
                )));
            }
            // A mirror may be there and readable where the Secret itself is not.
            Err(found @ LoginProblem::NotTried(_)) => {
                problem.get_or_insert(found);
            }
            Err(LoginProblem::NoWay(why)) if why.cause == Cause::Forbidden => {
                problem.get_or_insert(LoginProblem::NoWay(why));
            }
            Err(found) => return Err(found),
        }
    }
    Err(problem.unwrap_or_else(|| not_tried("there is no Secret to log in with")))
}

fn not_tried(why: &str) -> LoginProblem {
    LoginProblem::NotTried(why.to_owned())
}
