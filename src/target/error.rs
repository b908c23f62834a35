//! Why there is no target.

use thiserror::Error;

use super::Candidate;
use crate::domain::kubernetes_name::ClusterName;
use crate::domain::name::NameError;
use crate::domain::wave::WavesError;
use crate::repo::path::RepoPath;
use crate::repo::yaml::YamlError;

/// Why there is no target, or not one alone.
#[derive(Debug, Error)]
pub enum TargetError {
    /// The repository holds no complete Cluster.
    #[error("no CNPG Cluster manifest was found in the repository{}", listed("; these cannot serve", .unfit))]
    NoCluster {
        /// Incomplete Clusters, templates and files that are no YAML, each with its place and the reason.
        unfit: Vec<String>,
    },
    /// There is no Cluster of the name that was asked for.
    #[error("no CNPG Cluster named {name} was found in the repository{}", listed("; there are", .names))]
    NoSuchCluster {
        /// The name that was asked for.
        name: ClusterName,
        /// The names that are there.
        names: Vec<String>,
    },
    /// There are several, and no choice was made.
    #[error("several CNPG Cluster manifests were found and none was chosen{}", listed("", &places(.candidates)))]
    Several {
        /// The Clusters to choose from.
        candidates: Vec<Candidate>,
    },
    /// The Cluster file that was named is not there.
    #[error("the Cluster file {path} is not there")]
    NoFile {
        /// The file.
        path: RepoPath,
    },
    /// The Cluster file that was named is no YAML.
    #[error("{path}:{}:{}: {} is no valid YAML: {}", source.line, source.column, if *.template { "a template (it holds `{{`)" } else { "the Cluster file" }, source.problem)]
    NotYaml {
        /// The file.
        path: RepoPath,
        /// Whether it looks like a Helm or Jinja template.
        template: bool,
        /// What the parser said.
        source: YamlError,
    },
    /// The Cluster file that was named holds no Cluster.
    #[error("{path} holds no CNPG Cluster{}", listed("; it holds", .kinds))]
    WrongKind {
        /// The file.
        path: RepoPath,
        /// The kinds that it holds.
        kinds: Vec<String>,
    },
    /// The Cluster file that was named holds no Cluster of the name that was asked for, or none with a name.
    #[error("{path} holds no CNPG Cluster {}{}", .name.as_deref().map_or("with a name".to_owned(), |name| format!("named {name}")), listed("; it holds", .names))]
    NotInFile {
        /// The file.
        path: RepoPath,
        /// The name that was asked for.
        name: Option<String>,
        /// The names that it holds.
        names: Vec<String>,
    },
    /// The manifests give a namespace that is none.
    #[error("{path}: {source}")]
    Namespace {
        /// The Cluster's file.
        path: RepoPath,
        /// What is wrong with it.
        source: NameError,
    },
    /// The namespace is a placeholder that something else fills in later.
    #[error("{path}: the Cluster's namespace is the placeholder {text:?}")]
    Placeholder {
        /// The Cluster's file.
        path: RepoPath,
        /// The placeholder.
        text: String,
    },
    /// Kustomizations put the Cluster into several namespaces.
    #[error("{path}: kustomizations put the Cluster into several namespaces: {}", known.join(", "))]
    SeveralNamespaces {
        /// The Cluster's file.
        path: RepoPath,
        /// The namespaces.
        known: Vec<String>,
    },
    /// The settings speak of a server that CNPG does not run, and do not name it.
    #[error("with `engine: postgres`, .pgdb.yaml has to name the server as `cluster`")]
    NoServerName,
    /// The settings speak of a server that CNPG does not run, and do not say where it is.
    #[error("with `engine: postgres`, .pgdb.yaml has to say the server's `host`")]
    NoHost,
    /// A name that follows from the server's cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The waves do not ascend.
    #[error(transparent)]
    Waves(#[from] WavesError),
}

impl TargetError {
    /// Whether the Cluster's manifest is just not there as plain YAML.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NoCluster { .. }
                | Self::NoSuchCluster { .. }
                | Self::NoFile { .. }
                | Self::NotYaml { template: true, .. }
        )
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoCluster { unfit } if !unfit.is_empty() => {
                "mend the one that is meant, or name it with --cluster-file PATH and --cluster NAME; for a template, use \
                 --cluster NAME and --roles databaserole"
                    .to_owned()
            }
            Self::NoCluster { .. } => {
                "name the file with --cluster-file PATH, or another repository with --repo DIR".to_owned()
            }
            Self::NoSuchCluster { .. } => "choose one of them with --cluster NAME".to_owned(),
            Self::Several { candidates } => several_help(candidates),
            Self::NoFile { .. } => "give --cluster-file a path from the repository's root".to_owned(),
            Self::NotYaml { template: true, .. } => {
                "a template cannot be edited safely: use --roles databaserole, or keep the Cluster as a plain manifest \
                 and name that with --cluster-file"
                    .to_owned()
            }
            Self::NotYaml { .. } => "mend the file and run the same command again".to_owned(),
            Self::WrongKind { .. } => {
                "name the file whose manifest has `apiVersion: postgresql.cnpg.io/v1` and `kind: Cluster`".to_owned()
            }
            Self::NotInFile { .. } => "choose another --cluster or --cluster-file".to_owned(),
            Self::Namespace { source, .. } => source.help().to_owned(),
            Self::Placeholder { .. } => {
                "values are sealed for a namespace: say which one it will be with --namespace".to_owned()
            }
            Self::SeveralNamespaces { .. } => {
                "values are sealed for one namespace: choose it with --namespace".to_owned()
            }
            Self::NoServerName => {
                "choose a name for it: the CronJob is called after it, as in `cluster: postgres-legacy`".to_owned()
            }
            Self::NoHost => "write it as applications reach it, as in `host: db.example.org`".to_owned(),
            Self::Name(source) => source.help().to_owned(),
            Self::Waves(source) => source.help().to_owned(),
        }
    }
}

fn several_help(candidates: &[Candidate]) -> String {
    let mut names: Vec<_> = candidates
        .iter()
        .map(|candidate| &candidate.cluster)
        .collect();
    names.dedup();
    let by_name = names.len() == candidates.len();
    let flag = if by_name {
        "--cluster NAME"
    } else {
        "--cluster-file PATH (and --cluster NAME, where a file holds several)"
    };
    format!("choose one with {flag}, or write it down once with `kubectl pgdb init`")
}

fn places(candidates: &[Candidate]) -> Vec<String> {
    candidates
        .iter()
        .map(|candidate| {
            let namespace = candidate
                .namespace
                .as_deref()
                .map_or(String::new(), |text| format!(" in namespace {text}"));
            format!(
                "{}:{}: {}{namespace}",
                candidate.path, candidate.line, candidate.cluster
            )
        })
        .collect()
}

/// A list for the end of a message: nothing when empty, else each on a line of its own.
fn listed(introduction: &str, entries: &[String]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    format!("{introduction}:\n  {}", entries.join("\n  "))
}
