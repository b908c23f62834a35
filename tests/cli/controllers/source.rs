//! What a repository asks for: the manifests that Argo CD finds in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::super::world::{self, cnpg, manifests};

/// The names of a kustomization.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What a kustomization may have here.
const KNOWN_FIELDS: [&str; 3] = ["apiVersion", "kind", "resources"];

/// All objects of a folder: what its kustomization lists, or else what is below it.
pub fn of(folder: &Path) -> Vec<Value> {
    let kustomization = KUSTOMIZATIONS.map(|name| folder.join(name));
    if let Some(path) = kustomization.iter().find(|path| path.is_file()) {
        let text = fs::read_to_string(path).unwrap();
        let listed: Value = serde_yaml::from_str(&text).unwrap();
        let unknown = listed.as_object().unwrap().keys();
        let unknown: Vec<&String> = unknown
            .filter(|field| !KNOWN_FIELDS.contains(&field.as_str()))
            .collect();
        assert!(unknown.is_empty(), "no {unknown:?} is known here: {text}");
        let resources = listed["resources"].as_array().into_iter().flatten();
        let resources = resources.map(|resource| folder.join(resource.as_str().unwrap()));
        return resources.flat_map(|path| of_path(&path)).collect();
    }
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let visible = entries
        .iter()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(fs::DirEntry::path);
    let manifests = visible.filter(|path| {
        path.is_dir()
            || path
                .extension()
                .is_some_and(|is| is == "yaml" || is == "yml")
    });
    manifests.flat_map(|path| of_path(&path)).collect()
}

/// The objects of a folder or a file. Lists of apps for `import` are no manifests.
fn of_path(path: &Path) -> Vec<Value> {
    if path.is_dir() {
        return of(path);
    }
    let objects = manifests::objects(&fs::read_to_string(path).unwrap());
    let is_manifest = |object: &Value| object["apiVersion"] != "pgdb/v1";
    objects.into_iter().filter(is_manifest).collect()
}

/// The Secrets of roles that no SealedSecret makes.
pub fn made_by_hand(manifests: &[Value]) -> Vec<Value> {
    let sealed: BTreeMap<_, _> = world::of_kind(manifests, "SealedSecret")
        .map(|sealed| (world::place(sealed), String::new()))
        .collect();
    world::of_kind(manifests, "Cluster")
        .flat_map(|cluster| cnpg::missing_secrets(cluster, &sealed))
        .collect()
}
