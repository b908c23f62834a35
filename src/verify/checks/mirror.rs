//! Mirror: Reflector has copied the credential to each of the app's namespaces.
//!
//! Source: Reflector `Mirroring/Core/ResourceMirror.cs`: a mirror that somebody deleted is not made again, and a Secret
//! that is no mirror is left alone, until the source changes.

use std::time::Duration;

use super::{Link, unread, waits};
use crate::live::fact::Fact;
use crate::live::meta::{Meta, place};
use crate::live::secret::Secret;
use crate::report::{Check, Subject};
use crate::verify::chain::{Chain, reflection_of};
use crate::verify::facts::{REFLECTED_VERSION, REFLECTS};

const LINK: Subject = Subject {
    check: "mirror",
    title: "Mirror",
};
/// How long Reflector may take before something is wrong; it acts on events, so within a second or so.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks at the mirror in each of the app's namespaces.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let source = chain.secret();
    let Some(namespaces) = chain.mirror_namespaces() else {
        return vec![match source {
            Fact::Unreadable(why) => unread(Link::Mirror, &why),
            _ => waits(Link::Mirror, "Secret"),
        }];
    };
    let unseen = chain.unread_namespaces();
    let unseen = unseen.map(|why| unread(Link::Mirror, why));
    if namespaces.is_empty() && unseen.is_none() {
        return vec![
            LINK.broken("not-allowed", "the Secret is mirrored to no namespace")
                .remedy("see the annotations of Reflector in spec.template.metadata of the SealedSecret"),
        ];
    }
    let name = chain.app.secret.as_deref().unwrap_or_default();
    let look =
        |namespace: &String| look(chain, &source, namespace).of(place("Secret", namespace, name));
    namespaces.iter().map(look).chain(unseen).collect()
}

/// Looks at the mirror in one namespace.
fn look(chain: &Chain<'_>, source: &Fact<&Secret>, namespace: &str) -> Check {
    let name = chain.app.secret.as_deref().unwrap_or_default();
    let mirror = chain.facts.secrets.get(namespace, name);
    if matches!(mirror, Fact::Absent)
        && matches!(chain.facts.namespaces.get("", namespace), Fact::Absent)
    {
        return LINK
            .pending("namespace-missing", format!("the namespace {namespace} is not there"))
            .remedy(format!("kubectl create namespace {namespace}, or let the application's own manifests make it"));
    }
    let source = match source {
        Fact::Unreadable(why) => return unread(Link::Mirror, why),
        Fact::Absent => {
            let broken = chain.broken_before(&[Link::ArgoCd, Link::SealedSecret, Link::Secret]);
            return waits(Link::Mirror, broken.unwrap_or("Secret"));
        }
        Fact::Present(source) => source,
    };
    if let Some(check) = not_allowed(&source.meta, namespace) {
        return check;
    }
    match mirror {
        Fact::Unreadable(why) => unread(Link::Mirror, &why),
        Fact::Absent => missing(chain, &source.meta, namespace),
        Fact::Present(mirror) => compare(chain, source, mirror),
    }
}

/// The failure of a source that Reflector may not, or need not, copy there.
fn not_allowed(source: &Meta, namespace: &str) -> Option<Check> {
    match reflection_of(source).reaches(namespace) {
        Some(true) => None,
        Some(false) => {
            let evidence = format!(
                "the annotations of {} do not have it mirrored to {namespace}",
                source.place("Secret")
            );
            let check = LINK.broken("not-allowed", evidence).remedy(
                "see the annotations of Reflector in spec.template.metadata of the SealedSecret",
            );
            Some(check)
        }
        // A mirror that is there proves more than a pattern that only .NET understands.
        None => None,
    }
}

/// The failure of a mirror that is not there: not yet made, or deleted by hand.
fn missing(chain: &Chain<'_>, source: &Meta, namespace: &str) -> Check {
    let reflector = reflector(chain);
    if reflector == Some(false) {
        return LINK
            .pending(
                "not-yet-made",
                "it is not there, and no pod of Reflector is ready",
            )
            .remedy(
                "kubectl get pods --all-namespaces --selector app.kubernetes.io/name=reflector",
            );
    }
    let since = waited(chain, source, namespace);
    let deleted = |evidence: String| LINK.broken("deleted", evidence).remedy(restart(chain));
    if chain.index.is_mirrored(source) {
        let evidence = "it is not there, though Reflector has made the other mirrors of this version: it was deleted by hand, \
                        and is not made again until the Secret changes";
        return deleted(evidence.to_owned());
    }
    match since {
        Some(since) if since >= PATIENCE => {
            let minutes = since.as_secs() / 60;
            let evidence = format!(
                "it is not there, {minutes} min after the Secret changed: it was deleted by hand, and is not made again \
                 until the Secret changes{}",
                if reflector.is_none() {
                    ", or Reflector does not run"
                } else {
                    ""
                }
            );
            deleted(evidence)
        }
        _ => LINK
            .pending("not-yet-made", "Reflector has not made it yet")
            .remedy(
                "kubectl get pods --all-namespaces --selector app.kubernetes.io/name=reflector",
            ),
    }
}

/// How long Reflector has had for a mirror: since the source or the namespace changed last.
fn waited(chain: &Chain<'_>, source: &Meta, namespace: &str) -> Option<Duration> {
    let made = match chain.facts.namespaces.get("", namespace) {
        Fact::Present(namespace) => namespace.meta.created,
        Fact::Absent | Fact::Unreadable(_) => None,
    };
    let last = source.changed.or(source.created).max(made)?;
    Some(chain.facts.now.since(last))
}

/// Whether Reflector runs; `None` where that is not known.
fn reflector(chain: &Chain<'_>) -> Option<bool> {
    if chain.facts.reflector.unread_of("").is_some() {
        return None;
    }
    let mut pods = chain.facts.reflector.all().peekable();
    // Somebody may run it under another name.
    pods.peek()?;
    Some(pods.any(|pod| pod.is_ready))
}

/// What mends a Reflector that missed something: at its start it looks at every Secret again.
fn restart(chain: &Chain<'_>) -> String {
    let mut pods = chain.facts.reflector.all();
    let namespace = pods.next().map(|pod| pod.meta.namespace.as_str());
    format!(
        "kubectl rollout restart deployment/reflector --namespace {}",
        namespace.unwrap_or("REFLECTOR-NAMESPACE")
    )
}

/// Compares a Secret with the one that it is to mirror.
fn compare(chain: &Chain<'_>, source: &Secret, mirror: &Secret) -> Check {
    let wanted = format!("{}/{}", source.meta.namespace, source.meta.name);
    let Meta {
        name, namespace, ..
    } = &mirror.meta;
    let foreign = match mirror.meta.annotation(REFLECTS) {
        Some(reflects) if reflects == wanted => None,
        Some(other) => Some(format!("it mirrors another Secret, {other}")),
        None => Some(
            "a Secret of that name is there that Reflector did not make, and leaves alone"
                .to_owned(),
        ),
    };
    if let Some(evidence) = foreign {
        return LINK
            .broken("foreign-secret", evidence)
            .remedy(format!("kubectl describe secret {name} --namespace {namespace}"))
            .remedy(format!("kubectl delete secret {name} --namespace {namespace}, once nothing needs it; then {}", restart(chain)));
    }
    let version = mirror.meta.annotation(REFLECTED_VERSION).unwrap_or("none");
    let current = &source.meta.resource_version;
    let is_equal = mirror.values == source.values;
    if version != current {
        return lagging(chain, &source.meta, version, is_equal);
    }
    if !is_equal {
        return LINK
            .broken("data-differs", format!("its data is not the Secret's, though it says that it mirrors version {current}: somebody changed it"))
            .remedy(format!("kubectl delete secret {name} --namespace {namespace}, then {}", restart(chain)));
    }
    LINK.pass(format!("mirrors version {current}, its data is equal"))
}

/// The failure of a mirror of an older version.
fn lagging(chain: &Chain<'_>, source: &Meta, version: &str, is_equal: bool) -> Check {
    let current = &source.resource_version;
    let data = if is_equal {
        "its data is still equal"
    } else {
        "its data differs"
    };
    let evidence =
        format!("it mirrors version {version} of the Secret, which is at {current}; {data}");
    let changed = source.changed.or(source.created);
    let is_young = changed.is_some_and(|changed| chain.facts.now.since(changed) < PATIENCE);
    if is_young {
        return LINK.pending("catching-up", evidence);
    }
    LINK.pending("stalled", format!("{evidence}: Reflector has stalled"))
        .remedy(restart(chain))
}
