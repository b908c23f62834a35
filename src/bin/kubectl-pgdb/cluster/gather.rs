//! All that `verify` looks at, by a fixed number of lists however many apps there are.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use kube::Api;
use kube::api::ListParams;
use pgdb::live::fact::{Cause, Fact};
use pgdb::live::job::{Job, JobLogs, Outcome};
use pgdb::live::shelf::Shelf;
use pgdb::repo::object::{MANAGED_BY, PRODUCT};
use pgdb::verify::{Expected, Facts, MirrorsTo, POOLER_NAME};

use super::Session;
use super::objects::{
    ApplicationWire, ClusterWire, CronJobWire, DatabaseRoleWire, DatabaseWire, JobWire,
    NamespaceWire, PodWire, PoolerWire, SealedSecretWire, SecretWire, Served, ServiceWire, Wire,
};
use crate::workspace::now;

/// What is read: where, and of which names.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// The namespace of the Cluster.
    pub(crate) namespace: String,
    /// The Cluster's name, where it is known already.
    pub(crate) cluster: Option<String>,
    /// The name of the Secret and SealedSecret, where all apps have the same.
    secret: Option<String>,
    /// The name of the Database, where there is only one.
    database: Option<String>,
    /// Whether some app has a Service.
    has_services: bool,
    /// Whether some app connects through a Pooler.
    has_poolers: bool,
    /// The namespaces that credentials are mirrored to, as far as their names are known.
    mirrors: BTreeSet<String>,
    /// The Jobs that make the privileges in databases what is declared, by their names.
    access_jobs: BTreeSet<String>,
    /// Whether CNPG does not run the server, so that Jobs make what its objects are made of elsewhere.
    is_server: bool,
}

/// Where a kind is looked for, and which of its objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// The namespace; none for all of them.
    pub(crate) namespace: Option<String>,
    /// A selector of labels; empty for all.
    pub(crate) labels: String,
    /// A selector of fields; empty for all.
    pub(crate) fields: String,
}

/// Secrets of these types are no credentials, and there may be many large ones.
const NO_CREDENTIALS: &str = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,type!=bootstrap.kubernetes.io/token";
/// How many lines of a failed Job's log are told.
pub(crate) const LOG_LINES: usize = 6;
/// How many logs are read at the same time.
const LOGS_AT_ONCE: usize = 8;
/// The label that Reflector's chart puts on its pods.
const REFLECTOR: &str = "app.kubernetes.io/name=reflector";

impl Sight {
    /// What has to be seen of a Cluster of which all apps are looked at.
    pub(crate) fn of_all(namespace: String, cluster: Option<String>) -> Self {
        Self {
            namespace,
            cluster,
            secret: None,
            database: None,
            has_services: false,
            has_poolers: false,
            mirrors: BTreeSet::new(),
            access_jobs: BTreeSet::new(),
            is_server: false,
        }
    }

    /// What has to be seen of these apps. With one name there is, the server selects by it, so that nothing else is sent,
    /// and a right to that one name is enough.
    pub(crate) fn of(namespace: String, cluster: Option<String>, apps: &[Expected]) -> Self {
        let users = apps.iter().filter_map(|app| app.access.as_ref());
        let users = users.flat_map(|access| access.users.iter().map(|user| &user.login));
        let logins: Vec<&Expected> = apps.iter().chain(users).collect();
        let secrets = logins.iter().map(|app| app.secret.as_deref());
        let databases = apps.iter().map(|app| {
            let database = app.database.as_ref();
            database.map(|database| database.object.as_str())
        });
        Self {
            namespace,
            cluster,
            secret: only(secrets),
            database: only(databases),
            has_services: apps.iter().any(|app| app.service.is_some()),
            has_poolers: apps.iter().any(|app| app.pooler.is_some()),
            mirrors: logins.iter().flat_map(|app| mirrors(app)).collect(),
            access_jobs: apps
                .iter()
                .filter_map(|app| Some(app.access.as_ref()?.object.clone()))
                .collect(),
            is_server: apps.iter().any(|app| app.server.is_some()),
        }
    }

    /// The objects of a kind in the Cluster's namespace: that of a name, or all.
    pub(crate) fn here(&self, name: Option<&str>) -> Selection {
        Selection {
            namespace: Some(self.namespace.clone()),
            fields: named(name),
            ..Selection::default()
        }
    }

    /// The product's Jobs and CronJobs.
    pub(crate) fn jobs(&self) -> Selection {
        Selection {
            namespace: Some(self.namespace.clone()),
            labels: format!("{MANAGED_BY}={PRODUCT}"),
            ..Selection::default()
        }
    }

    /// Whether CNPG does not run the server.
    pub(crate) fn is_server(&self) -> bool {
        self.is_server
    }

    /// The Clusters.
    pub(crate) fn clusters(&self) -> Selection {
        self.here(self.cluster.as_deref())
    }

    /// The SealedSecrets.
    pub(crate) fn sealed_secrets(&self) -> Selection {
        self.here(self.secret.as_deref())
    }

    /// The Databases.
    pub(crate) fn databases(&self) -> Selection {
        self.here(self.database.as_deref())
    }

    /// The pods of primaries.
    pub(crate) fn primaries(&self) -> Selection {
        let cluster = self.cluster.as_deref();
        let cluster = cluster.map(|name| format!("cnpg.io/cluster={name},"));
        Selection {
            namespace: Some(self.namespace.clone()),
            labels: format!(
                "{}cnpg.io/instanceRole=primary",
                cluster.unwrap_or_default()
            ),
            ..Selection::default()
        }
    }

    /// The Secrets, of all namespaces.
    pub(crate) fn secrets(&self) -> Selection {
        Selection {
            fields: match self.secret.as_deref() {
                None => NO_CREDENTIALS.to_owned(),
                name => named(name),
            },
            ..Selection::default()
        }
    }

    /// The Secrets of each namespace alone, for whoever may not read those of all.
    pub(crate) fn secrets_apart(&self) -> impl Iterator<Item = Selection> {
        let namespaces = self.mirrors.iter().chain([&self.namespace]);
        let namespaces: BTreeSet<String> = namespaces.cloned().collect();
        let all = self.secrets();
        namespaces.into_iter().map(move |namespace| Selection {
            namespace: Some(namespace),
            ..all.clone()
        })
    }

    /// The Services that the product made, of all namespaces; none where no app has one.
    pub(crate) fn services(&self) -> Option<Selection> {
        self.has_services.then(|| Selection {
            labels: format!("{MANAGED_BY}={PRODUCT}"),
            ..Selection::default()
        })
    }

    /// The Poolers; none where no app connects through one.
    pub(crate) fn poolers(&self) -> Option<Selection> {
        self.has_poolers.then(|| self.here(None))
    }

    /// The pods of the Poolers.
    pub(crate) fn pooler_pods(&self) -> Option<Selection> {
        self.has_poolers.then(|| Selection {
            labels: POOLER_NAME.to_owned(),
            ..self.here(None)
        })
    }

    /// The Jobs that make privileges; none where no access is declared.
    pub(crate) fn access_jobs(&self) -> Option<Selection> {
        (!self.access_jobs.is_empty()).then(|| self.jobs())
    }

    /// The pods of Reflector.
    pub(crate) fn reflector() -> Selection {
        Selection {
            labels: REFLECTOR.to_owned(),
            ..Selection::default()
        }
    }
}

/// The name that all have, where there is one.
fn only<'name>(names: impl Iterator<Item = Option<&'name str>>) -> Option<String> {
    let names: BTreeSet<Option<&str>> = names.collect();
    match names.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(name)] => Some((*name).to_owned()),
        _ => None,
    }
}

/// The namespaces that an app's credential is mirrored to, as far as their names are known.
fn mirrors(app: &Expected) -> Vec<String> {
    match &app.mirrors {
        MirrorsTo::AsLive => Vec::new(),
        MirrorsTo::Named(names) => names.clone(),
        MirrorsTo::Declared(reflection) => {
            reflection.named().iter().map(ToString::to_string).collect()
        }
    }
}

/// The selector of a name.
fn named(name: Option<&str>) -> String {
    name.map(|name| format!("metadata.name={name}"))
        .unwrap_or_default()
}

impl Selection {
    /// The part of the API where it is looked for.
    pub(crate) fn api<W: Wire>(&self, session: &Session) -> Api<Served<W>> {
        match &self.namespace {
            Some(namespace) => Api::namespaced_with(session.client(), namespace, &()),
            None => Api::all_with(session.client(), &()),
        }
    }

    fn params(&self) -> ListParams {
        ListParams::default()
            .labels(&self.labels)
            .fields(&self.fields)
    }
}

impl Session {
    /// Reads all that is looked at; nothing waits for anything else but the logs of Jobs that failed.
    pub(crate) async fn gather(&self, sight: &Sight) -> Facts {
        let (
            applications,
            sealed_secrets,
            secrets,
            namespaces,
            reflector,
            services,
            poolers,
            pooler_pods,
            mut facts,
        ) = tokio::join!(
            self.shelf::<ApplicationWire>(Selection::default()),
            self.shelf::<SealedSecretWire>(sight.sealed_secrets()),
            self.secrets(sight),
            self.shelf::<NamespaceWire>(Selection::default()),
            self.shelf::<PodWire>(Sight::reflector()),
            self.wanted::<ServiceWire>(sight.services()),
            self.wanted::<PoolerWire>(sight.poolers()),
            self.wanted::<PodWire>(sight.pooler_pods()),
            self.gather_engine(sight),
        );
        self.add_logs(sight, &mut facts).await;
        Facts {
            now: now(),
            applications,
            sealed_secrets,
            secrets,
            namespaces,
            reflector,
            services,
            poolers,
            pooler_pods,
            ..facts
        }
    }

    /// Reads what makes roles and databases: CNPG's objects, or the Jobs of a server that CNPG does not run.
    async fn gather_engine(&self, sight: &Sight) -> Facts {
        if sight.is_server() {
            let (cron_jobs, jobs) = tokio::join!(
                self.shelf::<CronJobWire>(sight.jobs()),
                self.shelf::<JobWire>(sight.jobs()),
            );
            return Facts {
                cron_jobs,
                jobs,
                ..Facts::default()
            };
        }
        let (clusters, roles, databases, pods, jobs) = tokio::join!(
            self.shelf::<ClusterWire>(sight.clusters()),
            self.shelf::<DatabaseRoleWire>(sight.here(None)),
            self.shelf::<DatabaseWire>(sight.databases()),
            self.shelf::<PodWire>(sight.primaries()),
            self.access_jobs(sight),
        );
        Facts {
            clusters,
            roles,
            databases,
            pods,
            jobs,
            ..Facts::default()
        }
    }

    /// Reads the end of the log of each Job that is looked at and failed, unless it is known.
    pub(crate) async fn add_logs(&self, sight: &Sight, facts: &mut Facts) {
        let is_due = |job: &&Job| {
            matches!(job.outcome, Outcome::Failed { .. })
                && (sight.is_server() || sight.access_jobs.contains(&job.meta.name))
                && !facts.job_logs.contains_key(&job.meta.uid)
        };
        let due: Vec<Job> = facts.jobs.all().filter(is_due).cloned().collect();
        let logs = stream::iter(due).map(|job| async move {
            let log = self.job_log(&job, LOG_LINES).await;
            (job.meta.uid, log)
        });
        let logs: JobLogs = logs.buffer_unordered(LOGS_AT_ONCE).collect().await;
        facts.job_logs.extend(logs);
    }

    /// The Jobs that make privileges, where some are declared.
    async fn access_jobs(&self, sight: &Sight) -> Shelf<Job> {
        self.wanted::<JobWire>(sight.access_jobs()).await
    }

    async fn shelf<W: Wire>(&self, selection: Selection) -> Shelf<W::Object> {
        Shelf::of(self.objects::<W>(&selection).await)
    }

    /// The objects of a kind, where some are looked at.
    async fn wanted<W: Wire>(&self, selection: Option<Selection>) -> Shelf<W::Object> {
        match selection {
            Some(selection) => self.shelf::<W>(selection).await,
            None => Shelf::default(),
        }
    }

    /// The object of a kind that has this name in a namespace.
    pub(crate) async fn object<W: Wire>(&self, namespace: &str, name: &str) -> Fact<W::Object> {
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            fields: named(Some(name)),
            ..Selection::default()
        };
        match self.objects::<W>(&selection).await {
            Fact::Present(mut found) => found.pop().map_or(Fact::Absent, Fact::Present),
            Fact::Absent => Fact::Absent,
            Fact::Unreadable(why) => Fact::Unreadable(why),
        }
    }

    /// The objects of a kind in a namespace that have the product's label.
    pub(crate) async fn own_objects<W: Wire>(&self, namespace: &str) -> Fact<Vec<W::Object>> {
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            labels: format!("{MANAGED_BY}={PRODUCT}"),
            ..Selection::default()
        };
        self.objects::<W>(&selection).await
    }

    /// The objects of a kind in a namespace.
    pub(crate) async fn objects_in<W: Wire>(&self, namespace: &str) -> Fact<Vec<W::Object>> {
        let selection = Selection {
            namespace: Some(namespace.to_owned()),
            ..Selection::default()
        };
        self.objects::<W>(&selection).await
    }

    /// The objects of a kind.
    pub(super) async fn objects<W: Wire>(&self, selection: &Selection) -> Fact<Vec<W::Object>> {
        let (api, params) = (selection.api::<W>(self), selection.params());
        let list = self.list(&api, &params).await;
        list.map(|objects| objects.into_iter().map(Served::live).collect())
    }

    /// The Secrets of all namespaces at once, or, without the right to that, those of each namespace that is looked at.
    async fn secrets(&self, sight: &Sight) -> Shelf<<SecretWire as Wire>::Object> {
        let everywhere = self.objects::<SecretWire>(&sight.secrets()).await;
        let is_forbidden =
            matches!(&everywhere, Fact::Unreadable(why) if why.cause == Cause::Forbidden);
        let mut shelf = Shelf::of(everywhere);
        if is_forbidden {
            for apart in sight.secrets_apart() {
                let list = self.objects::<SecretWire>(&apart).await;
                shelf.replace_in(apart.namespace.as_deref().unwrap_or_default(), list);
            }
        }
        shelf
    }
}
