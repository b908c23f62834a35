//! The image of a Job that runs SQL on a Cluster: the Cluster's own has psql of the server's version.

use crate::repo::object::{Object, objects_in};
use crate::repo::snapshot::Snapshot;
use crate::repo::yaml::Node;
use crate::target::{CNPG, Target};

/// The image of a Cluster that names none, by its major version alone.
///
/// Source: CloudNativePG `pkg/versions/versions.go`.
const DEFAULT: &str = "ghcr.io/cloudnative-pg/postgresql:18";

/// What a Job's Pod takes from the Cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pod {
    /// The image.
    pub(super) image: String,
    /// The Secrets with which it is pulled.
    pub(super) pull_secrets: Vec<String>,
}

impl Pod {
    /// The image that the settings name, else the Cluster's own, else CNPG's default. What a Cluster names by a catalog is
    /// CNPG's image of that major version.
    pub(super) fn of(target: &Target, snapshot: &Snapshot) -> Self {
        let manifest = target.manifest.as_ref();
        let file = manifest.and_then(|manifest| snapshot.file(&manifest.path));
        let objects = file.and_then(|(path, text)| objects_in(path, text).ok());
        let cluster = objects.and_then(|objects| {
            let mut objects = objects.into_iter();
            objects.find(|object| {
                object.is(CNPG, "Cluster")
                    && manifest.is_some_and(|manifest| manifest.document == object.document)
            })
        });
        let spec = cluster
            .as_ref()
            .and_then(|cluster| cluster.root.get("spec"));
        let named = target.jobs.image.as_ref().map(ToString::to_string);
        Self {
            image: named
                .or_else(|| spec.and_then(own_image))
                .unwrap_or_else(|| DEFAULT.to_owned()),
            pull_secrets: cluster.as_ref().map_or_else(Vec::new, pull_secrets),
        }
    }
}

/// The image that a Cluster's spec names.
fn own_image(spec: &Node<'_>) -> Option<String> {
    let text = |path: &[&str]| spec.at(path).and_then(Node::as_str);
    if let Some(image) = text(&["imageName"]) {
        // What is yet to be filled in would be filled in here as well.
        return Some(image.to_owned());
    }
    let major = text(&["imageCatalogRef", "major"])?;
    let (repository, _) = DEFAULT.rsplit_once(':')?;
    let is_number = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{repository}:{major}"))
}

fn pull_secrets(cluster: &Object<'_>) -> Vec<String> {
    let secrets = cluster.root.at(&["spec", "imagePullSecrets"]);
    let secrets = secrets.map_or(&[][..], Node::items).iter();
    let names = secrets.filter_map(|secret| secret.get("name")?.as_str());
    names.map(str::to_owned).collect()
}
