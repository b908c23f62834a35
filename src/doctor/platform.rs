//! The API server, CloudNativePG, Reflector and Argo CD.

use std::collections::BTreeSet;

use super::unread;
use crate::domain::choice::RoleStyle;
use crate::live::fact::{Cause, Fact};
use crate::live::pod::Pod;
use crate::report::{Check, Subject};

pub(super) const API_SERVER: Subject = Subject {
    check: "api-server",
    title: "API server",
};
pub(super) const CLOUDNATIVE_PG: Subject = Subject {
    check: "cloudnative-pg",
    title: "CloudNativePG",
};
pub(super) const DATABASE_ROLE: Subject = Subject {
    check: "database-role",
    title: "DatabaseRole",
};
pub(super) const REFLECTOR: Subject = Subject {
    check: "reflector",
    title: "Reflector",
};
pub(super) const ARGO_CD: Subject = Subject {
    check: "argo-cd",
    title: "Argo CD",
};

/// The kinds of CloudNativePG without which there is no app.
const NEEDED: [&str; 2] = ["clusters", "databases"];
/// The kind that came with CloudNativePG 1.30.
const ROLES: &str = "databaseroles";
/// How to see what is installed of CloudNativePG.
const CNPG_KINDS: &str = "kubectl api-resources --api-group=postgresql.cnpg.io";

/// The API server answers.
pub(super) fn api_server(server: &str, version: &Fact<String>) -> Check {
    API_SERVER.pass(match version {
        Fact::Present(version) => format!("{server} answers; Kubernetes {version}"),
        Fact::Absent | Fact::Unreadable(_) => {
            format!("{server} answers; it does not tell its version")
        }
    })
}

/// CloudNativePG's kinds are served.
pub(super) fn cloudnative_pg(kinds: &Fact<BTreeSet<String>>, operator: Option<&str>) -> Check {
    let served = match kinds {
        Fact::Unreadable(why) => return unread(CLOUDNATIVE_PG, why),
        Fact::Absent => {
            return CLOUDNATIVE_PG
                .broken(
                    "not-installed",
                    "CloudNativePG is not in this cluster: its kinds are not served",
                )
                .remedy("install its operator, or choose another cluster with --context");
        }
        Fact::Present(served) => served,
    };
    let operator = match operator {
        Some(version) => format!("the operator is {version}"),
        None => "the operator's version could not be told".to_owned(),
    };
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|kind| !served.contains(*kind))
        .collect();
    if missing.is_empty() {
        return CLOUDNATIVE_PG.pass(format!("Cluster and Database are served; {operator}"));
    }
    CLOUDNATIVE_PG
        .broken(
            "too-old",
            format!("{} are not served; {operator}", missing.join(" and ")),
        )
        .remedy(CNPG_KINDS)
        .remedy("upgrade CloudNativePG: Database came with 1.25")
}

/// DatabaseRole is served, where roles are declared so.
pub(super) fn database_role(kinds: &Fact<BTreeSet<String>>, roles: RoleStyle) -> Check {
    let is_needed = roles == RoleStyle::DatabaseRole;
    match kinds {
        Fact::Present(served) if served.contains(ROLES) => DATABASE_ROLE
            .pass("it is served, so that roles may be declared as objects of their own"),
        Fact::Unreadable(why) if is_needed => unread(DATABASE_ROLE, why),
        Fact::Unreadable(_) => {
            DATABASE_ROLE.skipped("not-needed", "roles are declared in the Cluster")
        }
        Fact::Present(_) | Fact::Absent if is_needed => DATABASE_ROLE
            .broken(
                "not-served",
                "the settings say `roles: databaserole`, and DatabaseRole is not served",
            )
            .remedy("upgrade CloudNativePG to 1.30 or later")
            .remedy("or set `roles: managed` in .pgdb.yaml"),
        Fact::Present(_) | Fact::Absent => DATABASE_ROLE.skipped(
            "not-needed",
            "it is not served, and roles are declared in the Cluster",
        ),
    }
}

/// Reflector runs.
pub(super) fn reflector(pods: &Fact<Vec<Pod>>) -> Check {
    let pods = match pods {
        Fact::Present(pods) => pods.as_slice(),
        Fact::Absent => &[],
        Fact::Unreadable(why) => return unread(REFLECTOR, why),
    };
    if let Some(pod) = pods.iter().find(|pod| pod.is_ready) {
        return REFLECTOR.pass("it runs").of(pod.meta.place("Pod"));
    }
    match pods.first() {
        Some(pod) => REFLECTOR
            .pending(
                "not-ready",
                format!("it is not ready: its phase is {}", pod.phase),
            )
            .of(pod.meta.place("Pod"))
            .remedy(format!(
                "kubectl describe pod {} --namespace {}",
                pod.meta.name, pod.meta.namespace
            )),
        None => REFLECTOR
            .broken(
                "not-running",
                "no pod with the label app.kubernetes.io/name=reflector is there: credentials are not mirrored",
            )
            .remedy("install Reflector")
            .remedy("or see where it runs under another label: kubectl get pods --all-namespaces"),
    }
}

/// Argo CD is there, if it is.
pub(super) fn argo_cd(kinds: &Fact<BTreeSet<String>>) -> Check {
    match kinds {
        Fact::Present(served) if served.contains("applications") => {
            ARGO_CD.pass("Applications are served")
        }
        Fact::Unreadable(why) if why.cause != Cause::Forbidden => unread(ARGO_CD, why),
        Fact::Unreadable(why) => ARGO_CD
            .skipped(why.cause.reason(), why.evidence.as_str())
            .remedy(why.remedy.as_str()),
        Fact::Present(_) | Fact::Absent => ARGO_CD.skipped(
            "not-installed",
            "Applications are not served: something else syncs the repository, or another cluster's Argo CD",
        ),
    }
}

/// The version in an image's tag: `1.30.0` of `ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0@sha256:...`.
pub fn version_of_image(image: &str) -> Option<&str> {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    let (_, tag) = last.split_once(':')?;
    let number = tag.trim_start_matches('v');
    number
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(tag)
}
