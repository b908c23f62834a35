//! What makes Secrets: SealedSecrets, objects of other makers, and Secrets themselves.

use std::sync::Arc;

use super::clear::{ClearValue, values};
use super::object::{Object, hides, pairs};
use super::word::{Span, Word};
use crate::declared::CredentialSource;
use crate::declared::credential::{
    RELOAD, made_metadata, secret_name, source, speaks_of_database, template,
};
use crate::domain::reflection::{REFLECTOR, Reflection};
use crate::domain::scope::Scope;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::object::Object as Manifest;
use crate::repo::yaml::{Node, Value};

/// An object that makes a Secret.
#[derive(Clone, Debug)]
pub struct Credential<'text> {
    /// The object.
    pub object: Arc<Object<'text>>,
    /// What kind of maker it is.
    pub source: CredentialSource,
    /// The name of the Secret that it makes; none where that is a placeholder.
    pub secret: Option<String>,
    /// The sealed values of a SealedSecret by their keys, in order.
    pub sealed: Vec<(Word<'text>, Word<'text>)>,
    /// The key `encryptedData`, where the SealedSecret has one.
    pub sealed_head: Option<Span>,
    /// Whether there may be more sealed values than these: an alias, a merge key, or the older `data` of all in one.
    pub hides_sealed: bool,
    /// The keys that are not sealed: of a SealedSecret's template, of an ExternalSecret's, or of the Secret itself.
    pub open_keys: Vec<Word<'text>>,
    /// The database that the key `dbname` of a SealedSecret's template names.
    pub database: Option<Word<'text>>,
    /// Whether all that the Secret will hold is known here: an ExternalSecret may bring any keys.
    pub keys_are_known: bool,
    /// What is said of the Secret that is made: the template's metadata, or the Secret's own.
    pub made: Option<Made<'text>>,
    /// The keys from the object's top level down to that metadata, whether it is there or is still to be made.
    pub made_keys: &'static [&'static str],
    /// The label `cnpg.io/reload` on the object itself, which the Secret does not get where its metadata stands elsewhere.
    pub own_reload: Option<Span>,
    /// Whether an alias or a merge key brings in some of that metadata, so that not all of it is known.
    pub hides_made: bool,
    /// The Secret's type.
    pub secret_type: Option<Word<'text>>,
    /// Where the values of a SealedSecret can be opened.
    pub scope: Scope,
    /// The annotation that says so, where there is one: its key and value.
    pub scope_annotation: Option<(Word<'text>, Word<'text>)>,
    /// Reflector's annotations, read.
    pub reflection: Reflection,
    /// Whether SOPS encrypts the values.
    pub is_encrypted: bool,
    /// The values of a Secret that stand here in clear.
    pub clear: Vec<ClearValue<'text>>,
}

/// The metadata of a Secret that is made.
#[derive(Clone, Debug)]
pub struct Made<'text> {
    /// The Secret's name.
    pub name: Option<Word<'text>>,
    /// The Secret's namespace.
    pub namespace: Option<Word<'text>>,
    /// Its sync-wave.
    pub wave: Option<Word<'text>>,
    /// Whether it has the label `cnpg.io/reload`.
    pub reloads: bool,
    /// Its annotations that are scalars: keys and values.
    pub annotations: Vec<(Word<'text>, Word<'text>)>,
}

impl<'text> Credential<'text> {
    /// Reads an object that makes a Secret; none of any other kind.
    pub(super) fn of(object: &Arc<Object<'text>>, manifest: &Manifest<'text>) -> Option<Self> {
        let source = source(manifest)?;
        let root = &manifest.root;
        let template = template(manifest, source);
        let encrypted = root.at(&["spec", "encryptedData"]);
        let is_sealed = source == CredentialSource::SealedSecret;
        let sealed = encrypted.filter(|node| is_sealed && !node.is_null());
        let open = ["data", "stringData"]
            .into_iter()
            .filter_map(|key| template?.get(key))
            .flat_map(Node::entries);
        let made = made_metadata(manifest, source, template);
        let made_keys = made_keys(source, template.is_some());
        let made = made.map(Made::of);
        let scope_annotation = scope_annotation(object);
        let name = secret_name(manifest, source);
        Some(Self {
            object: Arc::clone(object),
            source,
            secret: name
                .filter(|name| !super::word::is_placeholder(name))
                .map(str::to_owned),
            sealed: sealed.map_or_else(Vec::new, pairs),
            sealed_head: sealed.map(Span::of),
            hides_sealed: hides_sealed(root),
            open_keys: open.filter_map(|(key, _)| Word::of(key)).collect(),
            database: template
                .filter(|_| is_sealed)
                .and_then(|template| Word::at(template, &["data", "dbname"])),
            keys_are_known: matches!(
                source,
                CredentialSource::SealedSecret | CredentialSource::Secret
            ) && !hides_keys(root, template),
            reflection: made
                .as_ref()
                .map_or_else(Reflection::default, Made::reflection),
            made,
            made_keys,
            own_reload: root.at(&["metadata", "labels", RELOAD]).map(Span::of),
            hides_made: hides_some(root, made_keys),
            secret_type: template.and_then(|template| Word::at(template, &["type"])),
            scope: scope_annotation
                .as_ref()
                .map_or(Scope::Strict, |(scope, ..)| *scope),
            scope_annotation: scope_annotation.map(|(_, key, value)| (key, value)),
            is_encrypted: root.get("sops").is_some(),
            clear: match source {
                CredentialSource::Secret => values(root),
                _ => Vec::new(),
            },
        })
    }

    /// The keys that the Secret will have, as far as they are known here.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let sealed = self.sealed.iter().map(|(key, _)| key);
        sealed.chain(&self.open_keys).map(|key| &*key.text)
    }

    /// Whether the Secret will have a key.
    pub fn has_key(&self, name: &str) -> bool {
        self.keys().any(|key| key == name)
    }

    /// Whether this is evidently the credential of a database, whoever uses it: the product made it, or it has a name and a
    /// password, and goes to CNPG, or to another namespace as what speaks of a database.
    pub fn is_evident(&self) -> bool {
        let reloads = self.made.as_ref().is_some_and(|made| made.reloads);
        let is_mirrored = || {
            let secret = self.secret.as_deref().unwrap_or_default();
            self.reflection.allowed && speaks_of_database(secret, self.keys())
        };
        self.object.app.is_some()
            || (self.has_key("username") && self.has_key("password") && (reloads || is_mirrored()))
    }
}

/// Whether an alias or a merge key may bring in keys of the Secret.
fn hides_keys(root: &Node<'_>, template: Option<&Node<'_>>) -> bool {
    let spec = root.get("spec");
    let values = ["data", "stringData"].map(|key| template.and_then(|template| template.get(key)));
    let encrypted = spec.and_then(|spec| spec.get("encryptedData"));
    hides(spec)
        || hides(template)
        || hides(encrypted)
        || values.into_iter().any(hides)
        || hides(Some(root))
}

impl<'text> Made<'text> {
    fn of(node: &Node<'text>) -> Self {
        Self {
            name: Word::at(node, &["name"]),
            namespace: Word::at(node, &["namespace"]),
            wave: Word::at(node, &["annotations", SYNC_WAVE]),
            reloads: node.at(&["labels", RELOAD]).is_some(),
            annotations: node.get("annotations").map_or_else(Vec::new, pairs),
        }
    }

    /// One of Reflector's annotations, by its name behind the prefix: its key and value.
    pub fn reflector(&self, name: &str) -> Option<&(Word<'text>, Word<'text>)> {
        reflector(&self.annotations, name)
    }

    fn reflection(&self) -> Reflection {
        let value = |key: &str| {
            let mut annotations = self.annotations.iter();
            let found = annotations.find(|(name, _)| name.text == key);
            found.map(|(_, value)| &*value.text)
        };
        Reflection::read(value)
    }
}

/// Where the metadata of the Secret that is made stands. External Secrets takes the object's own where there is no template.
fn made_keys(source: CredentialSource, has_template: bool) -> &'static [&'static str] {
    match source {
        CredentialSource::SealedSecret => &["spec", "template", "metadata"],
        CredentialSource::ExternalSecret if has_template => {
            &["spec", "target", "template", "metadata"]
        }
        CredentialSource::ExternalSecret
        | CredentialSource::StringSecret
        | CredentialSource::Secret => &["metadata"],
    }
}

/// Whether something on the way to some metadata, its labels or its annotations is an alias, or has a merge key.
fn hides_some(root: &Node<'_>, keys: &[&str]) -> bool {
    let mut node = root;
    for key in keys {
        let Some(below) = node.get(key) else {
            return hides(Some(node));
        };
        if hides(Some(node)) {
            return true;
        }
        node = below;
    }
    hides(Some(node)) || hides(node.get("labels")) || hides(node.get("annotations"))
}

/// One of Reflector's annotations, by its name behind the prefix.
pub fn reflector<'list, 'text>(
    annotations: &'list [(Word<'text>, Word<'text>)],
    name: &str,
) -> Option<&'list (Word<'text>, Word<'text>)> {
    annotations.iter().find(|(key, _)| {
        let behind = key.text.strip_prefix(REFLECTOR);
        behind.and_then(|rest| rest.strip_prefix('/')) == Some(name)
    })
}

/// Whether a SealedSecret's values are not all to be seen in its `encryptedData`.
fn hides_sealed(root: &Node<'_>) -> bool {
    let spec = root.get("spec");
    let sealed = root.at(&["spec", "encryptedData"]);
    let mut values = sealed.map_or(&[][..], Node::entries).iter();
    hides(spec)
        || hides(sealed)
        || root.at(&["spec", "data"]).is_some()
        || values.any(|(_, value)| !matches!(value.value, Value::Scalar(..)))
}

/// The scope that a SealedSecret's own annotations give its values, wider than strict.
fn scope_annotation<'text>(object: &Object<'text>) -> Option<(Scope, Word<'text>, Word<'text>)> {
    // The widest one counts: sealed-secrets `SecretScope`.
    [Scope::ClusterWide, Scope::NamespaceWide]
        .into_iter()
        .find_map(|scope| {
            let (name, wanted) = scope.annotation()?;
            let mut annotations = object.annotations.iter();
            let (key, value) = annotations.find(|(key, _)| key.text == name)?;
            (value.text == wanted).then(|| (scope, key.clone(), value.clone()))
        })
}
