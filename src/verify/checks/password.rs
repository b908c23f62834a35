//! Password: the one in PostgreSQL is the one in the Secret, told by the Secret's resourceVersion.
//!
//! Source: CloudNativePG `api/v1/cluster_types.go` (`PasswordState`) and `api/v1/databaserole_types.go`
//! (`secretResourceVersion`).

use super::secret::RELOAD;
use super::{Link, absent, unread, waits};
use crate::declared::RoleSource;
use crate::live::fact::Fact;
use crate::live::secret::Secret;
use crate::report::{Check, Subject};
use crate::verify::chain::{Chain, LiveRole};

const LINK: Subject = Subject {
    check: "password",
    title: "Password",
};

/// Compares the Secret's version with the one whose password was applied.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    if chain.app.role_source == Some(RoleSource::Cluster) {
        let evidence = "the role is the Cluster's own, and CNPG keeps its password";
        return vec![LINK.skipped("bootstrap", evidence)];
    }
    let role = match chain.role() {
        Fact::Unreadable(why) => return vec![unread(Link::Password, &why)],
        Fact::Absent
            if matches!(chain.cluster(), Fact::Absent) && !chain.skip.contains(&Link::Cluster) =>
        {
            return vec![waits(Link::Password, "Cluster")];
        }
        Fact::Absent => {
            let before = [Link::ArgoCd, Link::Role];
            return vec![absent(chain, Link::Password, &before, "there is no role")];
        }
        Fact::Present(role) => role,
    };
    let secret = match chain.secret() {
        Fact::Unreadable(why) => return vec![unread(Link::Password, &why)],
        Fact::Absent => {
            let before = [Link::ArgoCd, Link::SealedSecret, Link::Secret];
            return vec![absent(chain, Link::Password, &before, "there is no Secret")];
        }
        Fact::Present(secret) => secret,
    };
    let check = match (applied(chain, role), chain.broken_before(&[Link::Role])) {
        (Some(version), _) if version == secret.meta.resource_version => LINK.pass(format!(
            "PostgreSQL has the password of version {version} of the Secret"
        )),
        (_, Some(broken)) => waits(Link::Password, broken),
        (None, None) => LINK
            .pending(
                "not-applied",
                "CNPG has not given PostgreSQL the Secret's password yet",
            )
            .remedy(reload(chain)),
        (Some(version), None) => outdated(chain, version, secret),
    };
    vec![check.of(secret.meta.place("Secret"))]
}

/// The version of the Secret whose password the role has.
fn applied<'facts>(chain: &Chain<'facts>, role: LiveRole<'facts>) -> Option<&'facts str> {
    let version = match role {
        LiveRole::Managed(cluster, _) => {
            let name = chain.app.login_role().unwrap_or_default();
            cluster.role_status.passwords.get(name)?
        }
        LiveRole::Object(object) => &object.password_version,
    };
    Some(version.as_str()).filter(|version| !version.is_empty())
}

fn outdated(chain: &Chain<'_>, version: &str, secret: &Secret) -> Check {
    let evidence = format!(
        "PostgreSQL has the password of version {version} of the Secret, which is at {}",
        secret.meta.resource_version
    );
    let check = LINK.pending("outdated", evidence).remedy(reload(chain));
    if secret.meta.labels.contains_key(RELOAD) {
        return check;
    }
    check.remedy(format!(
        "add {RELOAD}: \"true\" to spec.template.metadata.labels of the SealedSecret"
    ))
}

/// The command that has CNPG look again.
fn reload(chain: &Chain<'_>) -> String {
    let app = chain.app;
    format!(
        "kubectl cnpg reload {} --namespace {}",
        app.cluster, app.namespace
    )
}
