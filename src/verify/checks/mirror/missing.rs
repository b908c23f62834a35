//! A mirror that is not there: not made yet, or deleted by hand.

use std::time::Duration;

use super::{LINK, PATIENCE, restart};
use crate::live::fact::Fact;
use crate::live::meta::Meta;
use crate::report::Check;
use crate::verify::chain::Chain;

/// The command that shows whether Reflector runs.
const PODS: &str = "kubectl get pods --all-namespaces --selector app.kubernetes.io/name=reflector";

/// Tells the one from the other: Reflector acts within seconds, and makes one mirror after another.
pub(super) fn check(chain: &Chain<'_>, source: &Meta, namespace: &str) -> Check {
    let reflector = reflector(chain);
    let not_yet = |evidence: &str| LINK.pending("not-yet-made", evidence).remedy(PODS);
    if reflector == Some(false) {
        return not_yet("it is not there, and no pod of Reflector is ready");
    }
    let Some(since) = waited(chain, source, namespace).filter(|since| *since >= PATIENCE) else {
        return not_yet("Reflector has not made it yet");
    };
    let minutes = since.as_secs() / 60;
    let again = "is not made again until the Secret changes";
    if chain.index.is_mirrored(source) {
        let evidence = format!(
            "it is not there, though Reflector has made the other mirrors of this version: it was deleted by hand, and {again}"
        );
        return LINK.broken("deleted", evidence).remedy(restart(chain));
    }
    let or = match reflector {
        None => ", or Reflector does not run",
        Some(_) => "",
    };
    let evidence = format!(
        "it is not there, {minutes} min after the Secret changed: it was deleted by hand, and {again}{or}"
    );
    // The clocks of this machine and the cluster's may differ.
    LINK.pending("deleted", evidence).remedy(restart(chain))
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
