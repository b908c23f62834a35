//! What was read of the live cluster, and how it is looked up.

use std::collections::{BTreeMap, HashMap};

use crate::domain::time::UnixTime;
use crate::live::application::{Application, Held};
use crate::live::cluster::Cluster;
use crate::live::database::{Database, DatabaseRole};
use crate::live::job::{CronJob, Job, JobLogs};
use crate::live::login::{Grantee, LoginProblem, Refusal};
use crate::live::meta::Meta;
use crate::live::pod::{Namespace, Pod};
use crate::live::pooler::Pooler;
use crate::live::sealed_secret::SealedSecret;
use crate::live::secret::Secret;
use crate::live::service::Service;
use crate::live::shelf::Shelf;
use crate::sql::held::Object;

/// All that was read of the live cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// When it was read.
    pub now: UnixTime,
    /// Argo CD's Applications, of all namespaces.
    pub applications: Shelf<Application>,
    /// The SealedSecrets of the cluster's namespace.
    pub sealed_secrets: Shelf<SealedSecret>,
    /// The Secrets of all namespaces, or of those that could be read.
    pub secrets: Shelf<Secret>,
    /// The namespaces.
    pub namespaces: Shelf<Namespace>,
    /// The Clusters of the cluster's namespace.
    pub clusters: Shelf<Cluster>,
    /// The DatabaseRoles of the cluster's namespace.
    pub roles: Shelf<DatabaseRole>,
    /// The Databases of the cluster's namespace.
    pub databases: Shelf<Database>,
    /// The primary's pods of the cluster's namespace.
    pub pods: Shelf<Pod>,
    /// The pods of Reflector.
    pub reflector: Shelf<Pod>,
    /// The Services that the product made, of all namespaces; empty where no app has one.
    pub services: Shelf<Service>,
    /// The Poolers of the cluster's namespace; empty where no app connects through one.
    pub poolers: Shelf<Pooler>,
    /// Their pods.
    pub pooler_pods: Shelf<Pod>,
    /// The CronJobs of the product in the namespace of a server that CNPG does not run.
    pub cron_jobs: Shelf<CronJob>,
    /// The Jobs of the product in the cluster's namespace, where some are looked at.
    pub jobs: Shelf<Job>,
    /// What the Jobs that failed said at last.
    pub job_logs: JobLogs,
    /// How logging in went, by the app's name; empty where it was not asked for.
    pub logins: BTreeMap<String, Result<Login, LoginProblem>>,
    /// How the users of each app's database fared there, by the names of the app and of the user's app; empty where it was
    /// not asked for.
    pub trials: BTreeMap<String, BTreeMap<String, Result<Seen, LoginProblem>>>,
}

/// What PostgreSQL said to an app that logged in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Login {
    /// `current_user`.
    pub user: String,
    /// The database's owner.
    pub owner: String,
    /// Whether the session was encrypted between this program and PostgreSQL.
    pub is_encrypted: bool,
    /// PostgreSQL's version, such as `17.2`.
    pub server_version: String,
    /// The schemas in which a table was to be made, each with what PostgreSQL said where it refused.
    pub schemas: Vec<(String, Option<Refusal>)>,
    /// Who else may connect, beside the owner and superusers.
    pub others: Vec<Grantee>,
}

/// What PostgreSQL said to a user of another app's database.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Seen {
    /// `current_user`.
    pub role: String,
    /// Whether it is a superuser.
    pub is_superuser: bool,
    /// Whether it has the rights of the database's owner.
    pub has_owners_rights: bool,
    /// `server_version_num`.
    pub version: u32,
    /// What it may do with which object.
    pub objects: Vec<Object>,
}

/// What of the facts is looked up by something else than a name.
pub(super) struct Index<'facts> {
    /// The Applications that hold an object, with what they say of it, by kind, namespace and name.
    holders: HashMap<(&'facts str, &'facts str, &'facts str), Vec<Holder<'facts>>>,
    /// The DatabaseRoles by the cluster's namespace, the cluster and the role's name.
    roles: HashMap<(&'facts str, &'facts str, &'facts str), Vec<&'facts DatabaseRole>>,
    /// The mirrors of a source, by the source as `namespace/name`.
    mirrored: HashMap<&'facts str, Vec<&'facts Meta>>,
}

/// An Application that holds an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'facts> {
    /// The Application.
    pub(super) application: &'facts Application,
    /// What it says of the object.
    pub(super) held: &'facts Held,
    /// The first object of the Application that is out of sync, and how many more are.
    pub(super) out_of_sync: Option<(&'facts Held, usize)>,
}

/// The annotation of a mirror that names its source as `namespace/name`.
pub(super) const REFLECTS: &str = "reflector.v1.k8s.emberstack.com/reflects";
/// The annotation of a mirror that Reflector made of its own accord.
pub(super) const AUTO_REFLECTS: &str = "reflector.v1.k8s.emberstack.com/auto-reflects";
/// The annotation of a mirror that holds the source's resourceVersion.
pub(super) const REFLECTED_VERSION: &str = "reflector.v1.k8s.emberstack.com/reflected-version";

/// The label that CNPG puts on the pods of a Pooler.
pub const POOLER_NAME: &str = "cnpg.io/poolerName";

/// The API groups of the objects that make an app's chain.
const GROUPS: [&str; 3] = ["batch", "bitnami.com", "postgresql.cnpg.io"];

impl<'facts> Index<'facts> {
    /// Builds it in one pass over the facts.
    pub(super) fn of(facts: &'facts Facts) -> Self {
        let mut index = Self {
            holders: HashMap::new(),
            roles: HashMap::new(),
            mirrored: HashMap::new(),
        };
        for application in facts.applications.all() {
            index.add_application(application);
        }
        for role in facts.roles.all() {
            let key = (
                role.meta.namespace.as_str(),
                role.cluster.as_str(),
                role.name.as_str(),
            );
            index.roles.entry(key).or_default().push(role);
        }
        for secret in facts.secrets.all() {
            let source = secret.meta.annotations.get(REFLECTS);
            if let Some(source) = source {
                index.mirrored.entry(source).or_default().push(&secret.meta);
            }
        }
        index
    }

    fn add_application(&mut self, application: &'facts Application) {
        let mut late = application
            .resources
            .iter()
            .filter(|held| held.sync == "OutOfSync");
        let out_of_sync = late.next().map(|first| (first, late.count()));
        let held = application.resources.iter();
        for held in held.filter(|held| GROUPS.contains(&held.group.as_str())) {
            let key = (
                held.kind.as_str(),
                held.namespace.as_str(),
                held.name.as_str(),
            );
            let holder = Holder {
                application,
                held,
                out_of_sync,
            };
            self.holders.entry(key).or_default().push(holder);
        }
    }

    /// The Applications that hold an object: those that deploy to this cluster, where any does.
    pub(super) fn holders(
        &self,
        kind: &'static str,
        namespace: &'facts str,
        name: &'facts str,
    ) -> Vec<Holder<'facts>> {
        let all = self.holders.get(&(kind, namespace, name));
        let all = all.map(Vec::as_slice).unwrap_or_default();
        let local = all.iter().filter(|holder| holder.application.is_local);
        let local: Vec<Holder<'_>> = local.copied().collect();
        if local.is_empty() {
            all.to_vec()
        } else {
            local
        }
    }

    /// The Application that holds an object, where there is only one.
    pub(super) fn application(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<&'facts Application> {
        let mut holders = self
            .holders
            .get(&(kind, namespace, name))
            .into_iter()
            .flatten();
        let first = holders.next()?;
        holders.next().is_none().then_some(first.application)
    }

    /// The DatabaseRoles that declare a role.
    pub(super) fn roles(
        &self,
        namespace: &'facts str,
        cluster: &'facts str,
        role: &'facts str,
    ) -> &[&'facts DatabaseRole] {
        let found = self.roles.get(&(namespace, cluster, role));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether some mirror of a source has this very version.
    pub(super) fn is_mirrored(&self, source: &Meta) -> bool {
        let name = format!("{}/{}", source.namespace, source.name);
        let mut mirrors = self.mirrored.get(name.as_str()).into_iter().flatten();
        let version = Some(source.resource_version.as_str());
        mirrors.any(|mirror| mirror.annotation(REFLECTED_VERSION) == version)
    }

    /// The namespaces that hold a mirror of a source, given as `namespace/name`, under the source's name.
    pub(super) fn copies(&self, source: &str) -> impl Iterator<Item = &'facts str> {
        let name = source.split_once('/').map(|(_, name)| name.to_owned());
        let mirrors = self.mirrored.get(source).into_iter().flatten().copied();
        mirrors
            .filter(move |mirror| Some(&mirror.name) == name.as_ref())
            .map(|mirror| mirror.namespace.as_str())
    }
}
