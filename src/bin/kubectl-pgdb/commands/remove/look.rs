//! What the cluster shows of an app that is to be removed.

use std::collections::BTreeMap;

use pgdb::declared::{DeclaredApp, RoleSource};
use pgdb::live::cluster::Cluster;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::holdings::Holdings;
use pgdb::live::login::LoginProblem;
use pgdb::remove::{Plan, Sight};
use pgdb::target::Target;

use crate::cluster::{ClusterFlags, ClusterWire, DatabaseRoleWire, DatabaseWire, Door, Session};
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
}

impl Place {
    /// Of an app.
    pub(super) fn of(app: &DeclaredApp, target: &Target, plan: &Plan) -> Self {
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
        holdings: holdings(&session, place, &cluster).await,
        cluster,
        database,
        role,
    }))
}

/// Asks PostgreSQL, logged in as the role.
async fn holdings(
    session: &Session,
    place: &Place,
    cluster: &Fact<Cluster>,
) -> Result<Holdings, LoginProblem> {
    let primary = match cluster {
        Fact::Present(cluster) if !cluster.current_primary.is_empty() => {
            cluster.current_primary.clone()
        }
        Fact::Present(_) => return Err(not_tried("the Cluster has no primary")),
        Fact::Absent => return Err(not_tried("the Cluster is not there")),
        Fact::Unreadable(why) => return Err(LoginProblem::NoWay(why.clone())),
    };
    let (Some(secret), Some(role)) = (&place.secret, &place.role) else {
        return Err(not_tried("there is no password to log in with"));
    };
    let mut problem = None;
    for namespace in &place.secret_namespaces {
        let door = Door {
            secret_namespace: namespace.clone(),
            secret: secret.clone(),
            pod_namespace: place.namespace.clone(),
            pod: primary.clone(),
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
