//! What is expected: of the repository's apps, or of those that are named.

mod names;

use pgdb::declared::Declared;
use pgdb::domain::app::AppRequest;
use pgdb::domain::kubernetes_name::{ClusterName, Namespace};
use pgdb::live::fact::Cause;
use pgdb::target::{Target, TargetRequest};
use pgdb::verify::{Expected, Facts, add_users};

use super::Verify;
use crate::cli::Global;
use crate::cluster::Sight;
use crate::declared_apps;
use crate::failure::Failure;
use crate::flag_value::one;
use crate::workspace::Workspace;
pub(crate) use names::NameFlags;

/// What is expected, as far as it is known before the cluster is read.
pub(super) struct Expectation {
    namespace: Namespace,
    cluster: Option<ClusterName>,
    asked: Asked,
    /// What the user should know of the repository.
    pub(super) warnings: Vec<String>,
}

/// Whose apps are looked at.
enum Asked {
    /// Those of the repository.
    Declared(Vec<Expected>),
    /// Those of these names.
    Named(Vec<AppRequest>),
    /// Those that the product's label marks.
    Labelled,
}

impl Expectation {
    /// Reads the repository, where there is one.
    ///
    /// # Errors
    /// When a value is refused, the repository cannot be read, no app is named, or one that the repository lacks.
    pub(super) fn of(args: &Verify, global: &Global) -> Result<Self, Failure> {
        let request = TargetRequest {
            cluster: one("--cluster", args.cluster_name.as_deref())?,
            cluster_file: one("--cluster-file", args.cluster_file.as_deref())?,
            namespace: one("--namespace", global.namespace.as_deref())?,
            ..TargetRequest::default()
        };
        let Some(workspace) = Workspace::around(global)? else {
            return names::expectation(args, request);
        };
        let request = TargetRequest {
            roles: workspace.settings.role_style(),
            ..request
        }
        .or_settings(&workspace.settings);
        match declared_apps::apps(&workspace, &request)? {
            Some((declared, target)) => {
                args.names_by.refuse()?;
                Self::declared(args, &declared, target)
            }
            None => names::expectation(args, request),
        }
    }

    fn declared(args: &Verify, declared: &Declared, target: Target) -> Result<Self, Failure> {
        let chosen = declared_apps::choose(&args.names, args.all, declared, &target)?;
        let expected = chosen.into_iter();
        let mut expected: Vec<Expected> = expected
            .map(|app| Expected::of_declared(app, &target, declared.script.as_deref()))
            .collect();
        if args.login {
            add_users(&mut expected, declared, &target);
        }
        Ok(Self {
            namespace: target.namespace,
            cluster: Some(target.cluster),
            asked: Asked::Declared(expected),
            warnings: declared_apps::warnings(declared),
        })
    }

    /// What has to be read.
    pub(super) fn sight(&self) -> Sight {
        let namespace = self.namespace.to_string();
        let cluster = self.cluster.as_ref().map(ToString::to_string);
        match &self.asked {
            Asked::Declared(apps) => Sight::of(namespace, cluster, apps),
            Asked::Named(requests) => {
                // The names do not depend on the Cluster's.
                let apps = requests.iter().filter_map(|request| {
                    let cluster: ClusterName = "any".parse().ok()?;
                    Expected::of_names(request.clone(), &cluster, &self.namespace).ok()
                });
                Sight::of(namespace, cluster, &apps.collect::<Vec<_>>())
            }
            Asked::Labelled => Sight::of_all(namespace, cluster),
        }
    }

    /// What is expected of each app, once the cluster was read.
    ///
    /// # Errors
    /// When a name cannot be used, or it cannot be told which Cluster is meant.
    pub(super) fn apps(&self, facts: &Facts) -> Result<Vec<Expected>, Failure> {
        match &self.asked {
            Asked::Declared(apps) => Ok(apps.clone()),
            Asked::Named(requests) => {
                let cluster = self.cluster_of(facts)?;
                let app = |request: &AppRequest| {
                    Ok(Expected::of_names(
                        request.clone(),
                        &cluster,
                        &self.namespace,
                    )?)
                };
                requests.iter().map(app).collect()
            }
            Asked::Labelled => self.labelled(facts),
        }
    }

    fn labelled(&self, facts: &Facts) -> Result<Vec<Expected>, Failure> {
        let namespace = self.namespace.as_str();
        if let Some(why) = facts.databases.unread_of(namespace) {
            return Err(Failure::unknown(&why.evidence, why.remedy.as_str()));
        }
        let cluster = self.cluster_of(facts)?;
        let apps = Expected::of_live(facts, cluster.as_str(), namespace);
        if apps.is_empty() {
            return Err(Failure::usage(
                format!(
                    "no Database of the Cluster {cluster} in {namespace} has the label app.kubernetes.io/managed-by=kubectl-pgdb"
                ),
                "name the apps, or run it in the repository that declares them",
            ));
        }
        Ok(apps)
    }

    /// The Cluster: that of the flag, or the only one of the namespace.
    fn cluster_of(&self, facts: &Facts) -> Result<ClusterName, Failure> {
        if let Some(cluster) = &self.cluster {
            return Ok(cluster.clone());
        }
        let namespace = self.namespace.as_str();
        if let Some(why) = facts.clusters.unread_of(namespace) {
            let evidence = if why.cause == Cause::NotServed {
                "CloudNativePG is not installed in this cluster"
            } else {
                why.evidence.as_str()
            };
            return Err(Failure::unknown(evidence, why.remedy.as_str()));
        }
        let found = facts.clusters.in_namespace(namespace);
        let names: Vec<&str> = found.map(|cluster| cluster.meta.name.as_str()).collect();
        match names.as_slice() {
            [name] => Ok(name.parse()?),
            [] => Err(Failure::usage(
                format!("there is no CNPG Cluster in the namespace {namespace}"),
                "name the namespace with --namespace: kubectl get clusters.postgresql.cnpg.io --all-namespaces",
            )),
            several => Err(Failure::usage(
                format!(
                    "there are several CNPG Clusters in the namespace {namespace}: {}",
                    several.join(", ")
                ),
                "name one with --cluster",
            )),
        }
    }
}
