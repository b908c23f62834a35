//! Secret: the controller made it from the SealedSecret, and it is what CNPG needs.
//!
//! Source: CloudNativePG `internal/management/controller/roles/runnable.go` (`getPassword`) for the keys, and
//! `docs/src/declarative_role_management.md` for label and type.

use super::sealed_secret::{LOGS, RESTART};
use super::{Link, absent, unread, waits};
use crate::declared::CredentialSource;
use crate::live::fact::Fact;
use crate::live::meta::Meta;
use crate::live::sealed_secret::SealedSecret;
use crate::live::secret::{Fingerprint, Secret};
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;

const LINK: Subject = Subject {
    check: "secret",
    title: "Secret",
};
/// The label by which CNPG applies a changed Secret at once.
pub(super) const RELOAD: &str = "cnpg.io/reload";
/// The type that CNPG's documentation asks for.
const BASIC_AUTH: &str = "kubernetes.io/basic-auth";
/// The annotations of a Secret that the controller fills in without becoming its owner.
const WITHOUT_OWNER: [&str; 2] = [
    "sealedsecrets.bitnami.com/skip-set-owner-references",
    "sealedsecrets.bitnami.com/patch",
];

/// Looks at the app's Secret beside the Cluster.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(place) = chain.secret_place("Secret") else {
        return vec![absent(
            chain,
            Link::Secret,
            &[Link::SealedSecret],
            "nothing names the Secret",
        )];
    };
    if chain.app.is_bootstrap() && !matches!(chain.secret(), Fact::Absent) {
        let evidence = "the role is the Cluster's own, and CNPG makes its Secret";
        return vec![LINK.skipped("bootstrap", evidence).of(place)];
    }
    let check = match (
        chain.secret(),
        chain.broken_before(&[Link::ArgoCd, Link::SealedSecret]),
    ) {
        (Fact::Unreadable(why), _) => unread(Link::Secret, &why),
        (Fact::Absent, Some(broken)) => waits(Link::Secret, broken),
        (Fact::Absent, None) if !matches!(chain.sealed_secret(), Fact::Present(_)) => {
            LINK.pending("missing", "it is not there").remedy(format!(
                "kubectl get secrets --namespace {}",
                chain.app.namespace
            ))
        }
        (Fact::Absent, None) => LINK
            .pending(
                "missing",
                "it is not there, though the SealedSecret is Synced",
            )
            .remedy(LOGS),
        (Fact::Present(secret), _) => look(chain, secret),
    };
    vec![check.of(place)]
}

fn look(chain: &Chain<'_>, secret: &Secret) -> Check {
    if secret.meta.is_deleted {
        return LINK.pending("deleting", "it is being deleted");
    }
    let wrong = foreign(chain, secret)
        .or_else(|| without_key(chain, secret))
        .or_else(|| with_white_space(secret))
        .or_else(|| other_username(chain, secret))
        .or_else(|| without_reload(chain, secret));
    if let Some(check) = wrong {
        return check;
    }
    let keys = match secret.values.len().saturating_sub(2) {
        0 => "username and password".to_owned(),
        1 => "username, password and 1 more key".to_owned(),
        more => format!("username, password and {more} more keys"),
    };
    let check = LINK.pass(format!(
        "has {keys}, at version {}",
        secret.meta.resource_version
    ));
    if secret.kind == BASIC_AUTH {
        return check;
    }
    let evidence = format!(
        "its type is {}, CNPG's documentation asks for {BASIC_AUTH}",
        secret.kind
    );
    let remedy = if chain.app.is_made_otherwise() {
        format!("have what makes the Secret give it the type {BASIC_AUTH}")
    } else {
        format!("set spec.template.type: {BASIC_AUTH} in the SealedSecret")
    };
    check.warning("other-type", evidence, vec![remedy])
}

/// The failure of a Secret that the SealedSecret did not make.
fn foreign(chain: &Chain<'_>, secret: &Secret) -> Option<Check> {
    let is_there = matches!(chain.sealed_secret(), Fact::Present(_));
    match chain.app.made_by {
        Some(CredentialSource::SealedSecret) => {}
        None if is_there => {}
        _ => return None,
    }
    let sealed = match chain.sealed_secret() {
        Fact::Present(sealed) => Some(sealed),
        Fact::Absent | Fact::Unreadable(_) => None,
    };
    let is_owner = |sealed: &SealedSecret| {
        let mut owners = secret.meta.owners.iter();
        owners.any(|owner| owner.kind == "SealedSecret" && owner.uid == sealed.meta.uid)
    };
    let has_none = |meta: &Meta| {
        let mut keys = WITHOUT_OWNER.iter();
        keys.any(|key| meta.annotation(key) == Some("true"))
    };
    let is_ours = match sealed {
        Some(sealed) => is_owner(sealed) || has_none(&secret.meta),
        // Without the right to read SealedSecrets, the name has to do.
        None => {
            let mut owners = secret.meta.owners.iter();
            owners.any(|owner| owner.kind == "SealedSecret" && owner.name == secret.meta.name)
        }
    };
    if is_ours {
        return None;
    }
    let name = &secret.meta.name;
    let namespace = &secret.meta.namespace;
    let check = LINK
        .broken("foreign-secret", "the SealedSecret did not make it: it has no owner reference to it")
        .remedy(format!("kubectl describe secret {name} --namespace {namespace}"))
        .remedy(format!(
            "kubectl annotate secret {name} --namespace {namespace} sealedsecrets.bitnami.com/managed=true"
        ))
        .remedy(RESTART);
    Some(check)
}

/// The failure of a key that is not there, or has an empty value.
fn without_key(chain: &Chain<'_>, secret: &Secret) -> Option<Check> {
    let always = ["username", "password"];
    let declared = chain.app.keys.iter().map(String::as_str);
    let wanted = always
        .into_iter()
        .chain(declared.filter(|key| !always.contains(key)));
    let missing: Vec<&str> = wanted
        .filter(|key| secret.values.get(*key).is_none_or(|value| value.is_empty()))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let evidence = format!("these keys are missing or empty: {}", missing.join(", "));
    let remedy = if chain.app.is_made_otherwise() {
        "have what makes the Secret give it these keys"
    } else {
        "see encryptedData and template.data of the SealedSecret, then seal what is missing"
    };
    Some(LINK.broken("missing-key", evidence).remedy(remedy))
}

/// The failure of values that CNPG trims and the application does not.
fn with_white_space(secret: &Secret) -> Option<Check> {
    let keys = ["username", "password"];
    let keys: Vec<&str> = keys
        .into_iter()
        .filter(|key| {
            secret
                .values
                .get(*key)
                .is_some_and(Fingerprint::has_outer_space)
        })
        .collect();
    if keys.is_empty() {
        return None;
    }
    let evidence = format!(
        "the {} begins or ends with white space, which CNPG takes off and the application does not",
        keys.join(" and the ")
    );
    let check = LINK
        .broken("white-space", evidence)
        .remedy("seal it without: a final line end comes with `echo`, and not with `printf %s`");
    Some(check)
}

/// The failure of a username that is not the role's name; the value itself is not shown.
fn other_username(chain: &Chain<'_>, secret: &Secret) -> Option<Check> {
    let role = chain.app.login_role()?;
    let username = secret.values.get("username")?;
    if username.is_text(role) {
        return None;
    }
    let evidence = format!("its username is not the role's name {role:?}, which CNPG refuses");
    let remedy = if chain.app.is_made_otherwise() {
        "have what makes the Secret give it the role's name as username, or name the role after the username"
    } else {
        "seal the role's name as username, or name the role after the username"
    };
    Some(LINK.broken("username-mismatch", evidence).remedy(remedy))
}

/// The failure of a Secret whose change CNPG would apply late.
fn without_reload(chain: &Chain<'_>, secret: &Secret) -> Option<Check> {
    if secret.meta.labels.contains_key(RELOAD) {
        return None;
    }
    let evidence =
        format!("it has no label {RELOAD}, so that CNPG would apply a changed password late");
    let remedy = if chain.app.is_made_otherwise() {
        format!("have what makes the Secret give it the label {RELOAD}: \"true\"")
    } else {
        format!("add {RELOAD}: \"true\" to spec.template.metadata.labels of the SealedSecret")
    };
    Some(LINK.broken("no-reload-label", evidence).remedy(remedy))
}
