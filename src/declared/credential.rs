//! What makes the Secrets of the roles' passwords.

use std::collections::BTreeMap;

use super::objects::place;
use super::{CredentialSource, DeclaredCredential};
use crate::domain::reflection::Reflection;
use crate::domain::scope::Scope;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// The label by which CNPG applies a changed Secret at once.
///
/// Source: CloudNativePG `pkg/utils/labels_annotations.go`; its presence counts.
pub(crate) const RELOAD: &str = "cnpg.io/reload";

/// The kinds of object that make Secrets: group, kind and what they are.
const KINDS: [(&str, &str, CredentialSource); 4] = [
    (
        "bitnami.com",
        "SealedSecret",
        CredentialSource::SealedSecret,
    ),
    (
        "external-secrets.io",
        "ExternalSecret",
        CredentialSource::ExternalSecret,
    ),
    (
        "secretgenerator.mittwald.de",
        "StringSecret",
        CredentialSource::StringSecret,
    ),
    ("", "Secret", CredentialSource::Secret),
];

/// What kind of maker of Secrets an object is.
pub(crate) fn source(object: &Object<'_>) -> Option<CredentialSource> {
    KINDS
        .iter()
        .find(|(group, kind, _)| object.is(group, kind))
        .map(|(.., source)| *source)
}

/// The name of the Secret that an object makes.
pub(crate) fn secret_name<'object>(
    object: &'object Object<'_>,
    source: CredentialSource,
) -> Option<&'object str> {
    let target = || object.root.at(&["spec", "target", "name"])?.as_str();
    if source == CredentialSource::ExternalSecret {
        return target().or_else(|| object.name());
    }
    object.name()
}

/// Reads an object that makes a Secret; none of any other kind.
pub(crate) fn read(object: &Object<'_>) -> Option<DeclaredCredential> {
    let source = source(object)?;
    let template = template(object, source);
    let sealed = match source {
        CredentialSource::SealedSecret => object.root.at(&["spec", "encryptedData"]),
        _ => None,
    };
    let made = made_metadata(object, source, template);
    let annotation = |key: &str| made?.at(&["annotations", key])?.as_str();
    let secret_type = template.and_then(|template| template.get("type")?.as_str());
    // Of a Secret itself `data` is in base64.
    let readable = template.filter(|_| source == CredentialSource::SealedSecret);
    let said = |key: &str| readable.and_then(|template| template.at(&["data", key])?.as_str());
    let open = ["data", "stringData"]
        .into_iter()
        .filter_map(|key| template?.get(key))
        .flat_map(Node::entries);
    Some(DeclaredCredential {
        name: secret_name(object, source)?.to_owned(),
        source,
        place: place(object, object.root.line),
        encrypted: sealed.map_or_else(BTreeMap::new, values),
        open_keys: open
            .filter_map(|(key, _)| key.as_str())
            .map(str::to_owned)
            .collect(),
        database: said("dbname").map(str::to_owned),
        host: said("host").map(str::to_owned),
        secret_type: secret_type.map(str::to_owned),
        reloads: made.is_some_and(|made| made.at(&["labels", RELOAD]).is_some()),
        wave: object
            .annotation(SYNC_WAVE)
            .and_then(Node::as_str)
            .map(str::to_owned),
        reflection: Reflection::read(annotation),
        scope: scope(object, source),
        app: object.app().map(str::to_owned),
        again: Vec::new(),
    })
}

/// The scope that values are sealed for: the annotations of the SealedSecret itself say so.
pub(crate) fn scope(object: &Object<'_>, source: CredentialSource) -> Scope {
    let value = |key: &str| object.annotation(key).and_then(Node::as_str);
    match source {
        CredentialSource::SealedSecret => Scope::of_annotations(value),
        _ => Scope::Strict,
    }
}

/// Where the type and the keys of the Secret are given that are not sealed.
pub(crate) fn template<'object, 'text>(
    object: &'object Object<'text>,
    source: CredentialSource,
) -> Option<&'object Node<'text>> {
    match source {
        CredentialSource::SealedSecret => object.root.at(&["spec", "template"]),
        CredentialSource::ExternalSecret => object.root.at(&["spec", "target", "template"]),
        CredentialSource::StringSecret => object.root.get("spec"),
        CredentialSource::Secret => Some(&object.root),
    }
}

/// The metadata of the Secret that is made. External Secrets takes the object's own where there is no template.
pub(crate) fn made_metadata<'object, 'text>(
    object: &'object Object<'text>,
    source: CredentialSource,
    template: Option<&'object Node<'text>>,
) -> Option<&'object Node<'text>> {
    let own = || object.root.get("metadata");
    match (source, template) {
        (CredentialSource::SealedSecret, template) => template?.get("metadata"),
        (CredentialSource::ExternalSecret, Some(template)) => template.get("metadata"),
        (CredentialSource::ExternalSecret, None)
        | (CredentialSource::StringSecret | CredentialSource::Secret, _) => own(),
    }
}

/// The texts of a mapping, by their keys.
fn values(mapping: &Node<'_>) -> BTreeMap<String, String> {
    let entries = mapping.entries().iter();
    entries
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())))
        .collect()
}

impl DeclaredCredential {
    /// Whether this is evidently the credential of a database, though no role names it: the product made it, or it has a
    /// name and a password, and goes to CNPG, or to another namespace as what speaks of a database.
    pub(super) fn is_evident(&self) -> bool {
        let keys = || self.encrypted.keys().chain(&self.open_keys);
        let has = |name: &str| keys().any(|key| key == name);
        let is_mirrored = || {
            self.reflection.allowed && speaks_of_database(&self.name, keys().map(String::as_str))
        };
        self.app.is_some()
            || (has("username") && has("password") && (self.reloads || is_mirrored()))
    }
}

/// The parts of names that mean a database of PostgreSQL.
const WORDS: [&str; 7] = [
    "cnpg",
    "database",
    "db",
    "pg",
    "postgres",
    "postgresql",
    "psql",
];

/// The keys of CNPG's own application Secrets that no login to anything else has.
const KEYS: [&str; 4] = ["dbname", "fqdn-uri", "jdbc-uri", "pgpass"];

/// Whether the name of a Secret or its keys say that it is the credential of a database. A name and a password alone may
/// open anything.
pub(crate) fn speaks_of_database<'key>(
    secret: &str,
    mut keys: impl Iterator<Item = &'key str>,
) -> bool {
    let mut parts = secret.split(['-', '.']);
    parts.any(|part| WORDS.contains(&part)) || keys.any(|key| KEYS.contains(&key))
}
