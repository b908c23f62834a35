//! The manifests of a repository, as JSON.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// All objects in the YAML files below a folder, in the order of their paths; kustomizations and git's own files are none.
pub fn read(root: &Path) -> Vec<Value> {
    let mut entries: Vec<_> = fs::read_dir(root).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut manifests = Vec::new();
    for entry in entries {
        let path = entry.path();
        let is_yaml = path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml");
        if entry.file_name() == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            manifests.extend(read(&path));
        } else if is_yaml {
            manifests.extend(objects(&fs::read_to_string(&path).unwrap()));
        }
    }
    manifests
}

/// The objects of a YAML text.
pub fn objects(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let documents = documents.map(|document| Value::deserialize(document).unwrap());
    documents
        .filter(|document| {
            document["apiVersion"].is_string() && document["kind"] != "Kustomization"
        })
        .collect()
}
