//! SealedSecret: it is the repository's, and the controller has opened it.
//!
//! Source: sealed-secrets `pkg/controller/controller.go` (`updateSealedSecretStatus`, `attemptUnseal`).

use super::{Link, absent, new_app, unread};
use crate::declared::CredentialSource;
use crate::live::fact::Fact;
use crate::live::sealed_secret::SealedSecret;
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;

const LINK: Subject = Subject {
    check: "sealed-secret",
    title: "SealedSecret",
};

/// What the controller said, where it runs by default; `kubectl pgdb doctor` tells where it runs.
pub(super) const LOGS: &str =
    "kubectl logs --namespace kube-system --selector app.kubernetes.io/name=sealed-secrets";
/// What has the controller look at everything again: after a few attempts it gives an object up until that changes.
pub(super) const RESTART: &str = "kubectl rollout restart deployment --namespace kube-system --selector app.kubernetes.io/name=sealed-secrets";

/// Looks at the app's SealedSecret.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(place) = chain.secret_place("SealedSecret") else {
        return vec![unnamed(chain)];
    };
    if chain.app.is_bootstrap() {
        return vec![bootstrap().of(place)];
    }
    let is_there = matches!(chain.sealed_secret(), Fact::Present(_));
    let elsewhere = match chain.app.made_by {
        None if chain.app.made_elsewhere => Some("the Secret is made elsewhere"),
        Some(CredentialSource::SealedSecret) => None,
        Some(_) => Some("the repository makes the Secret in another way"),
        None => Some("the repository does not say what makes the Secret").filter(|_| !is_there),
    };
    if let Some(evidence) = elsewhere {
        return vec![LINK.skipped("not-sealed", evidence).of(place)];
    }
    let check = match chain.sealed_secret() {
        Fact::Unreadable(why) => unread(Link::SealedSecret, &why),
        Fact::Absent => missing(chain),
        Fact::Present(sealed) if sealed.meta.is_deleted => look(sealed),
        Fact::Present(sealed) => match stale(chain, sealed) {
            Some(check) => check,
            None => look(sealed),
        },
    };
    vec![check.of(place)]
}

/// The check of a role that is the Cluster's own.
fn bootstrap() -> Check {
    LINK.skipped(
        "bootstrap",
        "the role is the Cluster's own, and CNPG makes its Secret",
    )
}

/// The check of an app whose role names no Secret.
fn unnamed(chain: &Chain<'_>) -> Check {
    if chain.app.is_bootstrap() {
        return bootstrap();
    }
    match chain.role() {
        Fact::Unreadable(why) => unread(Link::SealedSecret, &why),
        _ => LINK
            .broken(
                "not-declared",
                format!("nothing declares a credential for {}", chain.app.app),
            )
            .remedy(new_app(chain)),
    }
}

fn missing(chain: &Chain<'_>) -> Check {
    absent(
        chain,
        Link::SealedSecret,
        &[Link::ArgoCd],
        "it is not there",
    )
}

/// The failure of sealed values that are not the repository's.
fn stale(chain: &Chain<'_>, sealed: &SealedSecret) -> Option<Check> {
    let wanted = chain.app.sealed.as_ref()?;
    let mut keys: Vec<&str> = wanted
        .iter()
        .filter(|(key, value)| sealed.encrypted.get(*key) != Some(value))
        .map(|(key, _)| key.as_str())
        .collect();
    let more = sealed
        .encrypted
        .keys()
        .filter(|key| !wanted.contains_key(*key));
    keys.extend(more.map(String::as_str));
    if keys.is_empty() {
        return None;
    }
    let evidence = format!(
        "the sealed values of {} are not the repository's",
        keys.join(", ")
    );
    let check = LINK
        .pending("stale", evidence)
        .remedy("git push what is committed, and let Argo CD sync it; or git pull, when this working tree is behind");
    Some(check)
}

fn look(sealed: &SealedSecret) -> Check {
    if sealed.meta.is_deleted {
        return LINK.broken("deleting", "it is being deleted, and its Secret with it");
    }
    let generation = sealed.meta.generation;
    let see = LOGS;
    if sealed.observed_generation < generation {
        let evidence = match sealed.observed_generation {
            0 => "the controller has not looked at it yet".to_owned(),
            seen => format!(
                "the controller has looked at generation {seen}, and this is generation {generation}"
            ),
        };
        return LINK
            .pending("not-observed", evidence)
            .remedy(see)
            .remedy("kubectl pgdb doctor");
    }
    match sealed.synced {
        Some(true) => LINK.pass(format!("is Synced at generation {generation}")),
        Some(false) => refused(sealed).remedy(see),
        None => LINK
            .pending("not-observed", "it has no condition `Synced` yet")
            .remedy(see)
            .remedy("kubectl pgdb doctor"),
    }
}

/// The failure that the controller tells of.
fn refused(sealed: &SealedSecret) -> Check {
    let message = &sealed.message;
    let evidence = format!("the controller says: {message}");
    let name = &sealed.meta.name;
    let namespace = &sealed.meta.namespace;
    if message.contains("already exists and is not managed") {
        return LINK
            .broken("unmanaged-secret", evidence)
            .remedy(format!(
                "kubectl annotate secret {name} --namespace {namespace} sealedsecrets.bitnami.com/managed=true"
            ))
            .remedy(RESTART);
    }
    let is_sealed_wrong = [
        "no key could decrypt",
        "illegal base64",
        "error decrypting",
        "cipher:",
    ]
    .iter()
    .any(|words| message.contains(words));
    if is_sealed_wrong {
        return LINK
            .broken("cannot-unseal", evidence)
            .remedy("kubectl pgdb doctor")
            .remedy("when doctor says that the certificate is not the controller's: fetch it with `kubectl pgdb fetch-cert`, delete the credential's file, and run new-app again");
    }
    LINK.broken("not-synced", evidence).remedy(RESTART)
}
