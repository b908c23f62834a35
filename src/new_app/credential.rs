//! The sealed credential.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};

use super::comparison::Comparison;
use super::error::{Conflict, NewAppError};
use super::inventory::{Findings, Found, Surroundings};
use super::many::Refusals;
use super::{Credential, Inputs};
use crate::domain::app::App;
use crate::domain::connection::{Connection, ConnectionKey};
use crate::domain::password::Password;
use crate::domain::scope::Scope;
use crate::domain::wave::SYNC_WAVE;
use crate::render::{Entry, Template};
use crate::repo::object::Object;
use crate::repo::yaml::Node;
use crate::target::own::{is_made_for_cluster, secret_reference};

const SECRET_FLAG: &str = "--secret-name";
/// The flag that names a Secret which something else makes.
pub(super) const EXISTING_FLAG: &str = "--existing-secret";
const REFLECTOR: &str = "reflector.v1.k8s.emberstack.com";

/// A credential that is to be sealed.
pub(super) struct Sealing<'input> {
    /// The number of its app.
    pub(super) number: usize,
    /// The app.
    pub(super) inputs: &'input Inputs<'input>,
    /// Where its password comes from.
    pub(super) credential: Credential,
}

/// Fewer credentials than this are not worth a second thread.
const SEALINGS_FOR_A_THREAD: usize = 8;

/// A manifest, with the number of its app.
type Numbered = (usize, String);

/// Makes the passwords, seals them on all cores and forgets them; `sealed` is called after each, on whatever thread.
///
/// # Errors
/// The reason of every app whose credential cannot be sealed.
pub(super) fn seal_all(
    sealings: Vec<Sealing<'_>>,
    rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Vec<Numbered>, Refusals> {
    let threads = (sealings.len() / SEALINGS_FOR_A_THREAD).min(cores()).max(1);
    let size = sealings.len().div_ceil(threads).max(1);
    let mut sealings = sealings.into_iter();
    let mut others: Vec<Vec<Sealing<'_>>> = Vec::new();
    let own: Vec<Sealing<'_>> = sealings.by_ref().take(size).collect();
    while sealings.len() > 0 {
        others.push(sealings.by_ref().take(size).collect());
    }
    thread::scope(|scope| {
        let handles: Vec<_> = others
            .into_iter()
            .map(|chunk| {
                // The generators of the threads are seeded by the one that was given.
                let mut rng = StdRng::from_rng(rng);
                scope.spawn(move || seal_chunk(chunk, &mut rng, sealed))
            })
            .collect();
        let mut result = seal_chunk(own, rng, sealed);
        for handle in handles {
            let chunk = handle.join().unwrap_or_else(|panic| resume_unwind(panic));
            result = match (result, chunk) {
                (Ok(mut texts), Ok(more)) => {
                    texts.extend(more);
                    Ok(texts)
                }
                (Ok(_), Err(refusals)) | (Err(refusals), Ok(_)) => Err(refusals),
                (Err(mut refusals), Err(more)) => {
                    refusals.extend(more);
                    Err(refusals)
                }
            };
        }
        result
    })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn seal_chunk(
    sealings: Vec<Sealing<'_>>,
    rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Vec<Numbered>, Refusals> {
    let mut texts = Vec::with_capacity(sealings.len());
    let mut refusals = Vec::new();
    for sealing in sealings {
        let password = match sealing.credential {
            Credential::Generate(length) => Password::generate(length, rng),
            Credential::Given(password) => password,
        };
        match manifest(sealing.inputs, &password, rng) {
            Ok(text) => texts.push((sealing.number, text)),
            Err(error) => refusals.push((sealing.number, error)),
        }
        sealed();
    }
    if refusals.is_empty() {
        Ok(texts)
    } else {
        Err(refusals)
    }
}

/// The SealedSecret of an app with this password.
fn manifest(
    inputs: &Inputs<'_>,
    password: &Password,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<String, NewAppError> {
    let Inputs { app, target, .. } = inputs;
    let key = inputs.key.ok_or(NewAppError::NoKey)?;
    let label = app
        .options
        .scope
        .label(target.namespace.as_str(), app.secret.as_str());
    let mut seal = |name: &str, value: &str| -> Result<Entry, NewAppError> {
        Ok(Entry {
            key: name.to_owned(),
            value: key.seal(value.as_bytes(), &label, rng)?,
        })
    };
    let mut sealed = vec![
        seal("username", app.role.as_str())?,
        seal("password", password.reveal())?,
    ];
    let mut data = Vec::new();
    if app.options.connection_keys {
        let connection = connection(inputs);
        data.extend(connection.open_keys());
        if password.is_uri_unreserved() {
            data.extend(connection.templated_keys());
        } else {
            for (name, value) in connection.secret_keys(&app.role, password.reveal()) {
                sealed.push(seal(name, &value)?);
            }
        }
    }
    let data: Vec<Entry> = data.into_iter().map(entry).collect();
    Ok(inputs
        .templates
        .render(Template::SealedSecret, app, target, &sealed, &data)?)
}

fn entry(key: ConnectionKey) -> Entry {
    Entry {
        key: key.key.to_owned(),
        value: key.value,
    }
}

/// The way to the app's database.
pub(super) fn connection(inputs: &Inputs<'_>) -> Connection {
    let Inputs { app, target, .. } = inputs;
    app.connection(target.connection(&app.database), &target.namespace)
}

/// Looks for the credential in the repository.
pub(super) fn inspect<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let name = around.inputs.app.secret.as_str();
    let others = around.objects.iter().copied();
    findings
        .conflicts
        .extend(others.filter_map(|object| conflict(around, object)));
    let sealed: Vec<_> = around
        .of_kind("bitnami.com", "SealedSecret")
        .filter(|object| object.name() == Some(name))
        .collect();
    findings.conflicts.extend(cluster_conflict(around));
    match sealed.as_slice() {
        [] => {
            let own = around
                .of_kind("bitnami.com", "SealedSecret")
                .find(|object| around.is_own(object));
            if let Some(object) = own {
                findings.differences.extend(renamed(around, object));
                return Found::There(object.path, object.document);
            }
            findings
                .conflicts
                .extend(around.file_conflict(&around.files.secret));
            Found::Missing
        }
        [object] => {
            findings
                .conflicts
                .extend(around.owner_conflict(object, SECRET_FLAG));
            findings.differences.extend(compare(around.inputs, object));
            Found::There(object.path, object.document)
        }
        [first, others @ ..] => {
            let places: Vec<String> = others.iter().map(|object| object.place()).collect();
            findings.conflicts.push(Conflict {
                place: first.place(),
                problem: format!(
                    "SealedSecret {name} is there again at {}",
                    places.join(", ")
                ),
                flag: SECRET_FLAG,
            });
            Found::There(first.path, first.document)
        }
    }
}

/// The flag by which an app's Secret is named.
pub(super) fn secret_flag(app: &App) -> &'static str {
    if app.options.existing_secret {
        EXISTING_FLAG
    } else {
        SECRET_FLAG
    }
}

/// Whether an object other than a SealedSecret is, or makes, a Secret of this name.
pub(super) fn makes_secret(object: &Object<'_>, name: &str) -> bool {
    let target = object
        .root
        .at(&["spec", "target", "name"])
        .and_then(Node::as_str);
    let kind = object.is("", "Secret")
        || object.is("external-secrets.io", "ExternalSecret")
        || object.is("secretgenerator.mittwald.de", "StringSecret");
    kind && (object.name() == Some(name) || target == Some(name))
}

/// The conflict with another object that makes a Secret of the credential's name: in the cluster's namespace, or in the
/// app's, where Reflector leaves a Secret alone that is no mirror.
fn conflict(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Option<Conflict> {
    let Inputs { app, target, .. } = around.inputs;
    let name = app.secret.as_str();
    let kind = object.kind().unwrap_or_default();
    let is_sealed = object.is("bitnami.com", "SealedSecret") && object.name() == Some(name);
    let namespace = object.namespace().unwrap_or(target.namespace.as_str());
    let problem = if namespace == target.namespace.as_str() {
        match kind {
            _ if !makes_secret(object, name) => return None,
            "Secret" => format!("a Secret {name} is in the repository unsealed"),
            kind => format!("the Secret {name} is made by an object of kind {kind}"),
        }
    } else if app.namespaces.iter().any(|app| app.as_str() == namespace)
        && (is_sealed || makes_secret(object, name))
    {
        format!(
            "a Secret {name} comes from an object of kind {kind} in the app namespace {namespace}, where the mirror would be"
        )
    } else {
        return None;
    };
    Some(Conflict {
        place: object.place(),
        problem,
        flag: SECRET_FLAG,
    })
}

/// The difference of the app's credential under another name.
fn renamed(around: &Surroundings<'_, '_>, object: &Object<'_>) -> Vec<super::Difference> {
    let mut comparison = Comparison::new(object.path, object.root.line);
    comparison.scalar(
        "metadata.name",
        object.root.at(&["metadata", "name"]),
        Some(around.inputs.app.secret.as_str()),
    );
    comparison.into_differences()
}

/// Whether the Secret of this name is the app's credential, whatever name is asked for.
pub(super) fn is_own(around: &Surroundings<'_, '_>, name: &str) -> bool {
    around
        .of_kind("bitnami.com", "SealedSecret")
        .any(|object| object.name() == Some(name) && around.is_own(object))
}

/// The conflict with a Secret of the Cluster itself: one that CNPG makes, or that its manifest refers to outside the
/// managed roles.
pub(super) fn cluster_conflict(around: &Surroundings<'_, '_>) -> Option<Conflict> {
    let name = around.inputs.app.secret.as_str();
    let cluster = around.inputs.target.cluster.as_str();
    let place = |line: usize| match around.cluster {
        Some(object) => format!("{}:{line}", object.path),
        None => cluster.to_owned(),
    };
    let conflict = |line, problem| {
        Some(Conflict {
            place: place(line),
            problem,
            flag: secret_flag(around.inputs.app),
        })
    };
    if is_made_for_cluster(cluster, name) {
        let line = around.cluster.map_or(1, |object| object.root.line);
        return conflict(
            line,
            format!("CNPG makes the Secret {name} for the Cluster itself"),
        );
    }
    let spec = around.cluster?.root.get("spec")?;
    let line = secret_reference(spec, name)?;
    conflict(
        line,
        format!("the Secret {name} is one that the Cluster itself uses"),
    )
}

/// What of a SealedSecret differs from what was asked for.
fn compare(inputs: &Inputs<'_>, object: &Object<'_>) -> Vec<super::Difference> {
    let Inputs { app, target, .. } = inputs;
    let root = &object.root;
    let mut comparison = Comparison::new(object.path, root.line);
    let wave = target.waves.secret().to_string();
    let found = object.annotation(SYNC_WAVE);
    // What has no wave is in wave 0 (Argo CD, "Sync Phases and Waves").
    comparison.with_default("metadata.annotations[sync-wave]", found, &wave, "0");
    comparison_of_scope(&mut comparison, app.options.scope, object);
    for (key, own) in [
        ("name", app.secret.as_str()),
        ("namespace", target.namespace.as_str()),
    ] {
        let found = root.at(&["spec", "template", "metadata", key]);
        comparison.with_default(&format!("spec.template.metadata.{key}"), found, own, own);
    }
    comparison_of_mirroring(&mut comparison, inputs, root);
    comparison_of_sealed_keys(&mut comparison, root);
    comparison_of_connection_keys(&mut comparison, inputs, root);
    comparison.into_differences()
}

/// Reflector's annotations. Without a list of its own, the automatic mirroring goes to all that are allowed.
fn comparison_of_mirroring(comparison: &mut Comparison<'_>, inputs: &Inputs<'_>, root: &Node<'_>) {
    let annotation = |name: &str| {
        let key = format!("{REFLECTOR}/{name}");
        root.at(&["spec", "template", "metadata", "annotations", &key])
    };
    let field = |name: &str| format!("spec.template.metadata.annotations[{name}]");
    for name in ["reflection-allowed", "reflection-auto-enabled"] {
        comparison.scalar(&field(name), annotation(name), Some("true"));
    }
    for (name, may_be_absent) in [
        ("reflection-allowed-namespaces", false),
        ("reflection-auto-namespaces", true),
    ] {
        let found = annotation(name);
        if found.is_some() || !may_be_absent {
            let asked = inputs
                .app
                .namespaces
                .iter()
                .map(ToString::to_string)
                .collect();
            comparison.list(&field(name), found, names(found), asked);
        }
    }
}

/// The sealed values that every credential has.
fn comparison_of_sealed_keys(comparison: &mut Comparison<'_>, root: &Node<'_>) {
    for key in ["username", "password"] {
        let found = root.at(&["spec", "encryptedData", key]);
        if found.and_then(Node::as_str).is_none() {
            let field = format!("spec.encryptedData.{key}");
            comparison.differs(root.line, &field, None, Some("a sealed value".to_owned()));
        }
    }
}

fn comparison_of_scope(comparison: &mut Comparison<'_>, asked: Scope, object: &Object<'_>) {
    let found = Scope::of_annotations(|key| object.annotation(key).and_then(Node::as_str));
    if found != asked {
        let line = object.root.line;
        comparison.differs(
            line,
            "the sealing scope",
            Some(found.to_string()),
            Some(asked.to_string()),
        );
    }
}

/// The connection keys: each as its template, or sealed, where they are asked for; none of them where they are not.
fn comparison_of_connection_keys(
    comparison: &mut Comparison<'_>,
    inputs: &Inputs<'_>,
    root: &Node<'_>,
) {
    let connection = connection(inputs);
    let mut keys = connection.open_keys();
    keys.extend(connection.templated_keys());
    let data = |key: &str| root.at(&["spec", "template", "data", key]);
    let sealed = |key: &str| root.at(&["spec", "encryptedData", key]);
    let is_absent = |key: &ConnectionKey| data(key.key).is_none() && sealed(key.key).is_none();
    let asked = inputs.app.options.connection_keys;
    if asked && keys.iter().all(is_absent) {
        let names: Vec<_> = keys.iter().map(|key| key.key).collect();
        let names = format!("{} (none with --no-connection-keys)", names.join(", "));
        comparison.differs(root.line, "spec.template.data", None, Some(names));
        return;
    }
    for key in keys {
        let found = data(key.key);
        let field = format!("spec.template.data.{}", key.key);
        match (asked, sealed(key.key)) {
            (true, Some(_)) if found.is_none() => {}
            (true, _) => comparison.scalar(&field, found, Some(&key.value)),
            (false, None) => comparison.scalar(&field, found, None),
            (false, Some(node)) => {
                let field = format!("spec.encryptedData.{}", key.key);
                comparison.differs(node.line, &field, Some("a sealed value".to_owned()), None);
            }
        }
    }
}

/// The names in one of Reflector's lists.
fn names(list: Option<&Node<'_>>) -> Vec<String> {
    let text = list.and_then(Node::as_str).unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
