//! What is expected: of the repository's apps, or of those that are named.

use clap::Args;
use pgdb::declared::{Declared, apps};
use pgdb::domain::app::{AppOptions, AppRequest};
use pgdb::domain::kubernetes_name::{AppName, ClusterName, Namespace, ObjectName};
use pgdb::domain::nearest::nearest;
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::live::fact::Cause;
use pgdb::target::{GUIDE_NAMESPACE, Target, TargetError, TargetRequest};
use pgdb::verify::{Expected, Facts};

use super::Verify;
use crate::cli::Global;
use crate::cluster::Sight;
use crate::failure::Failure;
use crate::flag_value::{list, one};
use crate::workspace::Workspace;

/// Names that follow from the app's, where there is no repository to look them up in.
#[derive(Args, Debug)]
#[command(next_help_heading = "Where the app is in no repository")]
pub(crate) struct NameFlags {
    /// Expect the credential in this namespace; may be given several times [default: what the Secret's annotations say].
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true
    )]
    app_namespace: Vec<String>,
    /// Expect this login role [default: NAME with underscores].
    #[arg(long, value_name = "ROLE", env = "PGDB_USER", hide_env = true)]
    user: Option<String>,
    /// Expect this database [default: NAME with underscores].
    #[arg(long, value_name = "DATABASE", env = "PGDB_DATABASE", hide_env = true)]
    database: Option<String>,
    /// Expect the credential in this Secret [default: NAME-db-creds].
    #[arg(long, value_name = "SECRET", env = "PGDB_SECRET_NAME", hide_env = true)]
    secret_name: Option<String>,
    /// Look at this CNPG Cluster [default: the repository's, else the only one of the namespace].
    #[arg(long, value_name = "CLUSTER", env = "PGDB_CLUSTER", hide_env = true)]
    cluster: Option<String>,
}

/// What is expected, as far as it is known before the cluster is read.
pub(super) struct Expectation {
    namespace: Namespace,
    cluster: Option<ClusterName>,
    asked: Asked,
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
        let mut request = TargetRequest {
            cluster: one("--cluster", args.names_by.cluster.as_deref())?,
            namespace: one("--namespace", global.namespace.as_deref())?,
            ..TargetRequest::default()
        };
        let names: Vec<AppName> = list("NAME", &args.names)?;
        let Some(workspace) = Workspace::around(global)? else {
            return Self::without_repo(args, request, names);
        };
        request.roles = workspace.settings.roles.unwrap_or_default();
        let request = request.or_settings(&workspace.settings);
        let reading = workspace.read(&request.cluster_file.iter().collect::<Vec<_>>(), false)?;
        match Target::resolve(&request, &reading.snapshot) {
            Ok(target) => {
                let declared = apps(&reading.snapshot, &target);
                Self::declared(&args.names, args.all, &declared, target)
            }
            Err(TargetError::NoCluster { .. }) if reading.skipped.is_empty() => {
                Self::without_repo(args, request, names)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn without_repo(
        args: &Verify,
        request: TargetRequest,
        names: Vec<AppName>,
    ) -> Result<Self, Failure> {
        if names.is_empty() && !args.all {
            return Err(Failure::usage(
                "no app is named, and there is no repository here that declares any",
                "name one, as in `kubectl pgdb verify my-shop`, or look at all with --all",
            ));
        }
        let app = |name: AppName| -> Result<AppRequest, Failure> {
            Ok(AppRequest {
                name,
                namespaces: list("--app-namespace", &args.names_by.app_namespace)?,
                role: one::<RoleName>("--user", args.names_by.user.as_deref())?,
                database: one::<DatabaseName>("--database", args.names_by.database.as_deref())?,
                secret: one::<ObjectName>("--secret-name", args.names_by.secret_name.as_deref())?,
                options: AppOptions {
                    roles: request.roles,
                    ..AppOptions::default()
                },
            })
        };
        let apps: Result<Vec<AppRequest>, Failure> = names.into_iter().map(app).collect();
        let namespace = match request.namespace {
            Some(namespace) => namespace,
            None => GUIDE_NAMESPACE.parse()?,
        };
        Ok(Self {
            namespace,
            cluster: request.cluster,
            asked: if args.all {
                Asked::Labelled
            } else {
                Asked::Named(apps?)
            },
        })
    }

    fn declared(
        names: &[String],
        all: bool,
        declared: &Declared,
        target: Target,
    ) -> Result<Self, Failure> {
        let known: Vec<&str> = declared.apps.iter().map(|app| app.name.as_str()).collect();
        let mut chosen = Vec::new();
        for name in names {
            let found = declared.apps.iter().find(|app| app.name == *name);
            chosen.push(found.ok_or_else(|| unknown(name, &known, &target))?);
        }
        if names.is_empty() {
            match declared.apps.as_slice() {
                [] => return Err(none_declared(&target)),
                [only] => chosen.push(only),
                several if all => chosen.extend(several),
                _ => {
                    return Err(Failure::usage(
                        "no app is named",
                        format!(
                            "name one or several, or look at all with --all: {}",
                            known.join(", ")
                        ),
                    ));
                }
            }
        }
        let expected = chosen
            .into_iter()
            .map(|app| Expected::of_declared(app, &target))
            .collect();
        Ok(Self {
            namespace: target.namespace,
            cluster: Some(target.cluster),
            asked: Asked::Declared(expected),
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

fn unknown(name: &str, known: &[&str], target: &Target) -> Failure {
    let message = format!(
        "the repository declares no app {name:?} for the Cluster {} in {}",
        target.cluster, target.namespace
    );
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if known.is_empty() => {
            "see that this working tree is the right one and up to date".to_owned()
        }
        None => format!("it declares {}", known.join(", ")),
    };
    Failure::usage(message, help)
}

fn none_declared(target: &Target) -> Failure {
    Failure::usage(
        format!(
            "the repository declares no app for the Cluster {} in {}",
            target.cluster, target.namespace
        ),
        "see that this working tree is the right one and up to date",
    )
}
