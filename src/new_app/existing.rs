//! A credential that something else makes: External Secrets, SOPS, or a person.
//!
//! Nothing is sealed then. What of its maker is in the repository is looked at, as far as it can be read.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::comparison::Comparison;
use super::credential::{EXISTING_FLAG, cluster_conflict, makes_secret};
use super::error::Conflict;
use super::inventory::{Findings, Surroundings};
use crate::declared::credential::{RELOAD, read, source};
use crate::declared::{CredentialSource, DeclaredCredential, SecretOrigin};
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// The keys that CNPG reads.
const NEEDED: [&str; 2] = ["username", "password"];
/// What the value of a file that SOPS encrypted begins with.
const SOPS: &str = "ENC[";

/// Looks at what makes the Secret.
pub(super) fn inspect(around: &Surroundings<'_, '_>, findings: &mut Findings) -> SecretOrigin {
    findings.conflicts.extend(cluster_conflict(around));
    let makers: Vec<&Object<'_>> = makers(around).collect();
    for maker in &makers {
        findings.conflicts.extend(shared(around, maker));
        look(around, maker, findings);
    }
    let found: Vec<DeclaredCredential> = makers.iter().filter_map(|maker| read(maker)).collect();
    if found.is_empty() {
        let inputs = around.inputs;
        findings.warnings.push(format!(
            "nothing in the repository makes the Secret {}: it has to be in the namespace {} with the keys username ({}) and \
             password, and with the label {RELOAD}",
            inputs.app.secret, inputs.target.namespace, inputs.app.role
        ));
    }
    findings.warnings.extend(not_mirrored(around, &found));
    if found.is_empty() {
        SecretOrigin::Outside
    } else {
        SecretOrigin::OtherMaker
    }
}

/// The objects that make the Secret beside the Cluster.
fn makers<'around>(
    around: &'around Surroundings<'_, '_>,
) -> impl Iterator<Item = &'around Object<'around>> {
    let namespace = around.inputs.target.namespace.as_str();
    let objects = around.objects.iter().copied();
    objects.filter(move |object| {
        makes(around, object) && object.namespace().is_none_or(|found| found == namespace)
    })
}

/// Whether an object makes a Secret of the name, wherever it is.
fn makes(around: &Surroundings<'_, '_>, object: &Object<'_>) -> bool {
    let name = around.inputs.app.secret.as_str();
    let is_sealed = object.is("bitnami.com", "SealedSecret") && object.name() == Some(name);
    is_sealed || makes_secret(object, name)
}

/// The conflict with a credential that was made for another app.
fn shared(around: &Surroundings<'_, '_>, maker: &Object<'_>) -> Option<Conflict> {
    around.owner_conflict(maker, EXISTING_FLAG)
}

/// Notes what is wrong with a maker.
fn look(around: &Surroundings<'_, '_>, maker: &Object<'_>, findings: &mut Findings) {
    let app = around.inputs.app;
    let Some(source) = source(maker) else { return };
    let (place, secret) = (maker.place(), &app.secret);
    let mut comparison = Comparison::new(maker.path, maker.root.line);
    if source == CredentialSource::SealedSecret && maker.app() == Some(app.name.as_str()) {
        let found = Some("sealed by kubectl-pgdb".to_owned());
        let asked = Some("made elsewhere".to_owned());
        comparison.differs(maker.root.line, "the credential", found, asked);
    }
    if let Some((line, field, username)) = username(maker, source)
        && username.trim() != app.role.as_str()
    {
        comparison.differs(line, field, Some(username), Some(app.role.to_string()));
    }
    findings.differences.extend(comparison.into_differences());
    let missing: Vec<&str> = match keys(maker, source) {
        Some(keys) => NEEDED
            .into_iter()
            .filter(|key| !keys.contains(key))
            .collect(),
        None => Vec::new(),
    };
    if !missing.is_empty() {
        findings.warnings.push(format!(
            "{place}: the Secret {secret} has no key {}, which CNPG reads",
            missing.join(" and no key ")
        ));
    }
    if read(maker).is_some_and(|found| !found.reloads) {
        findings.warnings.push(format!(
            "{place}: the Secret {secret} has no label {RELOAD}, so that CNPG would apply a changed password late"
        ));
    }
}

/// The warning of app namespaces to which nothing in the repository mirrors the Secret.
fn not_mirrored(around: &Surroundings<'_, '_>, found: &[DeclaredCredential]) -> Option<String> {
    let app = around.inputs.app;
    let secret = &app.secret;
    if app.namespaces.is_empty() {
        let is_mirrored = found.iter().any(|found| found.reflection.allowed);
        return (!is_mirrored).then(|| {
            format!(
                "nothing in the repository mirrors the Secret {secret} to the application: whoever makes it has to bring it \
                 there"
            )
        });
    }
    let is_made_there = |namespace: &str| {
        let mut objects = around.objects.iter();
        objects.any(|object| makes(around, object) && object.namespace() == Some(namespace))
    };
    let is_reached = |namespace: &str| {
        let mut found = found.iter();
        found.any(|found| found.reflection.reaches(namespace) != Some(false))
    };
    let namespaces = app.namespaces.iter().map(|namespace| namespace.as_str());
    let lacking: Vec<&str> = namespaces
        .filter(|namespace| !is_reached(namespace) && !is_made_there(namespace))
        .collect();
    (!lacking.is_empty()).then(|| {
        format!(
            "nothing in the repository mirrors the Secret {secret} to {}: whoever makes it has to give it Reflector's \
             annotations, or bring it there in another way",
            lacking.join(", ")
        )
    })
}

/// The username that a maker has in clear, with its line and field; none where it cannot be seen.
fn username(maker: &Object<'_>, source: CredentialSource) -> Option<(usize, &'static str, String)> {
    let paths: &[(&[&str], &'static str)] = match source {
        CredentialSource::Secret => &[
            (&["stringData", "username"], "stringData.username"),
            (&["data", "username"], "data.username"),
        ],
        CredentialSource::SealedSecret => &[(
            &["spec", "template", "data", "username"],
            "spec.template.data.username",
        )],
        CredentialSource::ExternalSecret => &[(
            &["spec", "target", "template", "data", "username"],
            "spec.target.template.data.username",
        )],
        CredentialSource::StringSecret => &[(&["spec", "data", "username"], "spec.data.username")],
    };
    let (field, node) = paths
        .iter()
        .find_map(|(path, field)| Some((*field, maker.root.at(path)?)))?;
    let text = node.as_str()?;
    // What SOPS encrypted, or what is a template, says nothing here.
    if text.starts_with(SOPS) || text.contains("{{") || text.contains('$') {
        return None;
    }
    if field != "data.username" {
        return Some((node.line, field, text.to_owned()));
    }
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    Some((node.line, field, text))
}

/// The keys that the Secret will have; none where that cannot be seen.
fn keys<'maker>(
    maker: &'maker Object<'_>,
    source: CredentialSource,
) -> Option<BTreeSet<&'maker str>> {
    let root = &maker.root;
    let names = |path: &[&str]| -> Vec<&'maker str> {
        let entries = root.at(path).map_or(&[][..], Node::entries);
        entries.iter().filter_map(|(key, _)| key.as_str()).collect()
    };
    let listed = |path: &[&str], key: &str| -> Vec<&'maker str> {
        let items = root.at(path).map_or(&[][..], Node::items);
        let name = |item: &'maker Node<'_>| item.get(key)?.as_str();
        items.iter().filter_map(name).collect()
    };
    let found = match source {
        CredentialSource::Secret => [names(&["data"]), names(&["stringData"])].concat(),
        CredentialSource::SealedSecret => [
            names(&["spec", "encryptedData"]),
            names(&["spec", "template", "data"]),
        ]
        .concat(),
        CredentialSource::StringSecret => [
            names(&["spec", "data"]),
            listed(&["spec", "fields"], "fieldName"),
        ]
        .concat(),
        CredentialSource::ExternalSecret => {
            let template = root.at(&["spec", "target", "template"]);
            let has = |key: &str| template.and_then(|template| template.get(key)).is_some();
            if root.at(&["spec", "dataFrom"]).is_some() || has("templateFrom") {
                return None;
            }
            if has("data") {
                // A template takes the place of what was fetched, unless it says otherwise.
                if has("mergePolicy") {
                    return None;
                }
                names(&["spec", "target", "template", "data"])
            } else {
                listed(&["spec", "data"], "secretKey")
            }
        }
    };
    Some(found.into_iter().collect())
}
