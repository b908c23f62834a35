//! Mirror: Reflector has copied the credential to each of the app's namespaces.
//!
//! Source: Reflector `Mirroring/Core/ResourceMirror.cs`: a mirror that somebody deleted is not made again, and a Secret
//! that is no mirror is left alone, until the source changes.

mod missing;

use std::time::Duration;

use super::{Link, absent, unread};
use crate::live::fact::Fact;
use crate::live::meta::{Meta, place};
use crate::live::secret::Secret;
use crate::report::{Check, Subject};
use crate::verify::chain::{Chain, Mirrors, reflection_of};
use crate::verify::facts::{AUTO_REFLECTS, REFLECTED_VERSION, REFLECTS};

const LINK: Subject = Subject {
    check: "mirror",
    title: "Mirror",
};
/// How long Reflector may take before something is wrong; it acts on events, so within a second or so.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where to look when the annotations are not as they should be.
const ANNOTATIONS: &str =
    "see the annotations of Reflector in spec.template.metadata of the SealedSecret";
/// The links without which there is no Secret to mirror.
const BEFORE: [Link; 3] = [Link::ArgoCd, Link::SealedSecret, Link::Secret];

/// Looks at the mirror in each of the app's namespaces.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    if chain.app.is_bootstrap() {
        let evidence =
            "the role is the Cluster's own, and nothing declares where its Secret is to be";
        return vec![LINK.skipped("bootstrap", evidence)];
    }
    let source = chain.secret();
    let Some(mirrors) = chain.mirrors() else {
        return vec![match source {
            Fact::Unreadable(why) => unread(Link::Mirror, &why),
            _ => absent(chain, Link::Mirror, &BEFORE, "there is no Secret to mirror"),
        }];
    };
    let name = chain.app.secret.as_deref().unwrap_or_default();
    let look =
        |namespace: &String| look(chain, &source, namespace).of(place("Secret", namespace, name));
    let checks = mirrors.namespaces.iter().map(look).collect();
    let may_be_nowhere = chain.app.is_made_otherwise();
    with_the_undecided(checks, &mirrors, may_be_nowhere)
}

/// The checks, and what is to be said of namespaces that are not known by name.
///
/// Whoever makes the Secret in another way may bring it to the application in another way.
fn with_the_undecided(
    mut checks: Vec<Check>,
    mirrors: &Mirrors,
    may_be_nowhere: bool,
) -> Vec<Check> {
    if let Some(why) = &mirrors.unread {
        checks.push(unread(Link::Mirror, why));
    }
    let evidence = "labels or patterns that only Reflector understands choose namespaces: of those, only the ones that have a \
                    mirror are known";
    match (mirrors.is_undecided, checks.pop()) {
        (true, None) => checks.push(
            LINK.unknown("undecided", evidence)
                .waiting(false)
                .remedy("name the namespaces in the annotations, where that can be")
                .remedy("kubectl get secrets --all-namespaces"),
        ),
        (true, Some(last)) => checks.push(last.warning("undecided", evidence, Vec::new())),
        (false, Some(last)) => checks.push(last),
        (false, None) if mirrors.is_read_here => {
            checks.push(LINK.pass("not needed: the app runs in the Cluster's namespace"));
        }
        (false, None) if may_be_nowhere => {
            let evidence =
                "the Secret is made elsewhere, and nothing says that it is to be mirrored";
            checks.push(LINK.skipped("not-mirrored", evidence));
        }
        (false, None) => checks.push(
            LINK.broken("not-allowed", "the Secret is mirrored to no namespace")
                .remedy(ANNOTATIONS),
        ),
    }
    checks
}

/// Looks at the mirror in one namespace.
fn look(chain: &Chain<'_>, source: &Fact<&Secret>, namespace: &str) -> Check {
    let name = chain.app.secret.as_deref().unwrap_or_default();
    let mirror = chain.facts.secrets.get(namespace, name);
    let live = chain.facts.namespaces.get("", namespace);
    if matches!((&mirror, &live), (Fact::Absent, Fact::Absent)) {
        return LINK
            .pending(
                "namespace-missing",
                format!("the namespace {namespace} is not there"),
            )
            .remedy("let the application's own manifests make it, or:")
            .remedy(format!("kubectl create namespace {namespace}"));
    }
    if matches!(live, Fact::Present(live) if live.meta.is_deleted) {
        return LINK.broken(
            "namespace-deleting",
            format!("the namespace {namespace} is being deleted"),
        );
    }
    let source = match source {
        Fact::Unreadable(why) => return unread(Link::Mirror, why),
        Fact::Absent => {
            return absent(chain, Link::Mirror, &BEFORE, "there is no Secret to mirror");
        }
        Fact::Present(source) => source,
    };
    let is_asked_for = matches!(mirror, Fact::Present(mirror) if asks(&mirror.meta, &source.meta));
    if let Some(check) = not_allowed(&source.meta, namespace, is_asked_for) {
        return check;
    }
    match mirror {
        Fact::Unreadable(why) => unread(Link::Mirror, &why),
        Fact::Absent => missing::check(chain, &source.meta, namespace),
        Fact::Present(mirror) => compare(chain, source, mirror),
    }
}

/// Whether an object says that it mirrors another one.
fn is_mirror_of(mirror: &Meta, source: &Meta) -> bool {
    let wanted = format!("{}/{}", source.namespace, source.name);
    mirror.annotation(REFLECTS) == Some(wanted.as_str())
}

/// Whether an object asks by itself to mirror another one, which Reflector did not make of its own accord.
fn asks(mirror: &Meta, source: &Meta) -> bool {
    let made = mirror.annotation(AUTO_REFLECTS).unwrap_or_default();
    is_mirror_of(mirror, source) && !made.eq_ignore_ascii_case("true")
}

/// The failure of a source that Reflector may not copy there, or need not: a mirror that asks for itself needs only to be
/// allowed.
fn not_allowed(source: &Meta, namespace: &str, is_asked_for: bool) -> Option<Check> {
    let reflection = reflection_of(source);
    let may_be = if is_asked_for {
        reflection.allows(namespace)
    } else {
        reflection.reaches(namespace)
    };
    if may_be != Some(false) {
        return None;
    }
    let evidence = format!(
        "the annotations of {} do not have it mirrored to {namespace}",
        source.place("Secret")
    );
    Some(LINK.broken("not-allowed", evidence).remedy(ANNOTATIONS))
}

/// The command that mends a Reflector that missed something: at its start it looks at every Secret again.
fn restart(chain: &Chain<'_>) -> String {
    let pod = chain.facts.reflector.all().next();
    let namespace = pod.map_or("REFLECTOR-NAMESPACE", |pod| &pod.meta.namespace);
    format!(
        "kubectl rollout restart deployment --namespace {namespace} --selector app.kubernetes.io/name=reflector"
    )
}

/// Compares a Secret with the one that it is to mirror.
fn compare(chain: &Chain<'_>, source: &Secret, mirror: &Secret) -> Check {
    let Meta {
        name, namespace, ..
    } = &mirror.meta;
    let delete = format!("kubectl delete secret {name} --namespace {namespace}");
    if !is_mirror_of(&mirror.meta, &source.meta) {
        let evidence = match mirror.meta.annotation(REFLECTS) {
            Some(other) => format!("it mirrors another Secret, {other}"),
            None => "a Secret of that name is there that Reflector did not make, and leaves alone"
                .to_owned(),
        };
        return LINK
            .broken("foreign-secret", evidence)
            .remedy(format!(
                "kubectl describe secret {name} --namespace {namespace}"
            ))
            .remedy("once nothing needs it, delete it and have Reflector look again:")
            .remedy(delete)
            .remedy(restart(chain));
    }
    if mirror.meta.is_deleted {
        return LINK
            .broken("deleting", "it is being deleted")
            .remedy(restart(chain));
    }
    let version = mirror.meta.annotation(REFLECTED_VERSION);
    let version = version
        .filter(|version| !version.is_empty())
        .unwrap_or("none");
    let current = &source.meta.resource_version;
    let is_equal = mirror.values == source.values;
    if version != current {
        return lagging(chain, &source.meta, version, is_equal);
    }
    if !is_equal {
        let evidence = format!(
            "its data is not the Secret's, though it says that it mirrors version {current}: somebody changed it"
        );
        return LINK
            .broken("data-differs", evidence)
            .remedy(delete)
            .remedy(restart(chain));
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
