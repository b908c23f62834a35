//! Which cluster is meant, and with which credential: the kubeconfig, as kubectl finds it.
//!
//! That is the file of `--kubeconfig`; else those of `KUBECONFIG`, merged, of which missing ones are passed over; else
//! `~/.kube/config`; else, within a pod, its service account.

use std::env;
use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{Context, KubeConfigOptions, Kubeconfig, KubeconfigError};
use pgdb::domain::nearest::nearest;

use super::kubeconfig_failure::{no_kubeconfig, unusable};
use super::{ClusterFlags, proxy_server};
use crate::failure::Failure;

/// Where a configuration comes from, for messages.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The file or files, or the pod's service account.
    pub(super) place: String,
    /// The program that gives the credential, where one does, and how to get it.
    pub(super) plugin: Option<Plugin>,
}

/// A program that gives the credential.
#[derive(Clone, Debug)]
pub(super) struct Plugin {
    /// The command, without arguments and variables, which may hold secrets.
    pub(super) command: String,
    /// What the kubeconfig says on how to install it.
    pub(super) hint: Option<String>,
}

impl Origin {
    fn new(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            plugin: None,
        }
    }
}

/// The configuration that is meant, and where it comes from.
///
/// # Errors
/// When a flag names what is not there, nothing says which cluster is meant, or what says so is wrong.
pub(super) async fn load(flags: &ClusterFlags) -> Result<(Config, Origin), Failure> {
    let Some((kubeconfig, place)) = read(flags.kubeconfig.as_deref())? else {
        return in_cluster(flags.context.as_deref());
    };
    let mut origin = Origin::new(&place);
    let wanted = flags.context.as_deref();
    if wanted.is_none()
        && kubeconfig
            .current_context
            .as_deref()
            .is_none_or(str::is_empty)
    {
        // kubectl, too, takes a kubeconfig that says nothing for none.
        if kubeconfig.contexts.is_empty()
            && flags.kubeconfig.is_none()
            && let Ok(config) = Config::incluster()
        {
            return Ok((config, Origin::new(SERVICE_ACCOUNT)));
        }
        return Err(Failure::usage(
            format!("{place}: no context is the current one"),
            format!("name one with --context{}", listed(&kubeconfig)),
        ));
    }
    let context = context(&kubeconfig, wanted, &place)?;
    let own_proxy = proxy_of(&kubeconfig, context);
    origin.plugin = plugin_of(&kubeconfig, context);
    let options = KubeConfigOptions {
        context: flags.context.clone(),
        ..KubeConfigOptions::default()
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| origin.kubeconfig_failure(&error))?;
    if config.root_cert.as_ref().is_some_and(Vec::is_empty) {
        return Err(Failure::usage(
            format!("{place}: the cluster's certificate-authority holds no certificate"),
            "it has to be PEM, and base64 of that in certificate-authority-data",
        ));
    }
    // The client's own choice compares NO_PROXY with the proxy's address instead of the server's.
    let variable = |name: &str| env::var(name).ok();
    config.proxy_url = proxy_server::choose(&config.cluster_url, own_proxy.as_deref(), variable)
        .map_err(|error| {
            Failure::usage(
                format!("{place}: the proxy's address cannot be read: {error}"),
                "mend the cluster's proxy-url, or the variable HTTPS_PROXY, such as http://proxy.example.org:3128",
            )
        })?;
    Ok((config, origin))
}

/// What a pod's configuration is called.
const SERVICE_ACCOUNT: &str = "the pod's service account";

/// The configuration of a pod.
fn in_cluster(context: Option<&str>) -> Result<(Config, Origin), Failure> {
    if let Some(context) = context {
        return Err(Failure::usage(
            format!("--context: there is no context {context:?}, since there is no kubeconfig"),
            "name the file with --kubeconfig, or in KUBECONFIG",
        ));
    }
    match Config::incluster() {
        Ok(config) => Ok((config, Origin::new(SERVICE_ACCOUNT))),
        Err(_) => Err(no_kubeconfig()),
    }
}

/// The kubeconfig and its place; none where there is none.
fn read(flag: Option<&Path>) -> Result<Option<(Kubeconfig, String)>, Failure> {
    if let Some(path) = flag {
        let place = path.display().to_string();
        return match Kubeconfig::read_from(path) {
            Ok(kubeconfig) => Ok(Some((kubeconfig, place))),
            Err(error) if is_missing(&error) => Err(Failure::usage(
                format!("--kubeconfig: {place} is not there"),
                "give it the path of a kubeconfig",
            )),
            Err(error) => Err(unusable(&place, &error)),
        };
    }
    let mut merged = Kubeconfig::default();
    let mut places = Vec::new();
    for path in paths() {
        let place = path.display().to_string();
        match Kubeconfig::read_from(&path) {
            Err(error) if is_missing(&error) => continue,
            Err(error) => return Err(unusable(&place, &error)),
            Ok(next) => {
                merged = merged
                    .merge(next)
                    .map_err(|error| unusable(&place, &error))?;
            }
        }
        places.push(place);
    }
    Ok((!places.is_empty()).then(|| (merged, places.join(", "))))
}

/// The files that may say which cluster is meant.
fn paths() -> Vec<PathBuf> {
    let named: Vec<PathBuf> = env::var_os("KUBECONFIG")
        .map(|value| env::split_paths(&value).collect())
        .unwrap_or_default();
    let named: Vec<PathBuf> = named
        .into_iter()
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    if named.is_empty() {
        let home = env::home_dir().map(|home| home.join(".kube/config"));
        return home.into_iter().collect();
    }
    named
}

fn is_missing(error: &KubeconfigError) -> bool {
    matches!(error, KubeconfigError::ReadConfig(error, _)
        if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory))
}

/// The context that is wanted, or the current one.
fn context<'kubeconfig>(
    kubeconfig: &'kubeconfig Kubeconfig,
    wanted: Option<&str>,
    place: &str,
) -> Result<&'kubeconfig Context, Failure> {
    let current = kubeconfig.current_context.as_deref().unwrap_or_default();
    let name = wanted.unwrap_or(current);
    let named = |context: &&kube::config::NamedContext| context.name == name;
    if let Some(context) = kubeconfig.contexts.iter().find(named)
        && let Some(context) = &context.context
    {
        return Ok(context);
    }
    let known = kubeconfig.contexts.iter().map(|known| known.name.as_str());
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("name one with --context{}", listed(kubeconfig)),
    };
    let message = match wanted {
        Some(_) => format!("--context: there is no context {name:?} in {place}"),
        None => format!("{place}: the current context {name:?} is not in it"),
    };
    Err(Failure::usage(message, help))
}

/// The contexts that are there, as the end of a sentence.
fn listed(kubeconfig: &Kubeconfig) -> String {
    let names: Vec<&str> = kubeconfig
        .contexts
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    match names.as_slice() {
        [] => "; there is none in it".to_owned(),
        names => format!(": {}", names.join(", ")),
    }
}

/// The proxy that the context's cluster names.
fn proxy_of(kubeconfig: &Kubeconfig, context: &Context) -> Option<String> {
    let mut clusters = kubeconfig.clusters.iter();
    let cluster = clusters.find(|cluster| cluster.name == context.cluster)?;
    cluster.cluster.as_ref()?.proxy_url.clone()
}

/// The program that gives the context's credential.
fn plugin_of(kubeconfig: &Kubeconfig, context: &Context) -> Option<Plugin> {
    let user = context.user.as_deref()?;
    let mut users = kubeconfig.auth_infos.iter();
    let user = users.find(|known| known.name == user)?;
    let plugin = user.auth_info.as_ref()?.exec.as_ref()?;
    Some(Plugin {
        command: plugin.command.clone().unwrap_or_default(),
        hint: plugin.install_hint.clone(),
    })
}
