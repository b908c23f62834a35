//! The sync-waves of the live objects ascend from the credential over the role to the database.
//!
//! Source: Argo CD `docs/user-guide/sync-waves.md`: waves order what one Application holds, and the default is 0.

use super::LINK;
use crate::domain::wave::SYNC_WAVE;
use crate::live::Live;
use crate::live::application::Application;
use crate::live::cluster::Cluster;
use crate::live::fact::{Cause, Fact};
use crate::live::meta::Meta;
use crate::report::Check;
use crate::verify::chain::{Chain, LiveRole};
use crate::verify::checks::Link;

/// An object of the chain.
#[derive(Clone, Copy)]
struct Member<'facts> {
    kind: &'static str,
    meta: &'facts Meta,
}

/// What is to be said of waves that ascend, as the end of a sentence: nothing where Argo CD has no part in it, or where
/// several Applications hold the objects.
///
/// # Errors
/// What is wrong with the waves.
pub(super) fn check(chain: &Chain<'_>, cluster: &Cluster) -> Result<String, String> {
    let members = members(chain, cluster);
    let has_none = |member: &Member<'_>| member.meta.annotation(SYNC_WAVE).is_none();
    if is_without_argo_cd(chain) && members.iter().all(has_none) {
        return Ok(String::new());
    }
    let mut waves: Vec<(Member<'_>, i32, Option<&Application>)> = Vec::new();
    for member in members {
        let Meta {
            namespace, name, ..
        } = member.meta;
        let application = chain.index.application(member.kind, namespace, name);
        waves.push((member, wave(member)?, application));
    }
    let mut are_together = waves.len() > 1;
    for (place, (first, low, one)) in waves.iter().enumerate() {
        for (second, high, other) in waves.iter().skip(place + 1) {
            if !is_one(*one, *other) {
                are_together = false;
            } else if low >= high {
                return Err(format!(
                    "the sync-wave of the {} is {low}, that of the {} is {high}: they have to ascend",
                    first.kind, second.kind
                ));
            }
        }
    }
    let numbers: Vec<String> = waves.iter().map(|(_, wave, _)| wave.to_string()).collect();
    Ok(if are_together {
        format!(", the waves {} ascend", numbers.join(", "))
    } else {
        String::new()
    })
}

/// The failure of waves that do not ascend.
pub(super) fn broken(evidence: String) -> Check {
    LINK.broken("waves", evidence).remedy(format!(
        "set {SYNC_WAVE} on the objects' own metadata: \"0\" on the SealedSecret, \"1\" on the Cluster or the \
         DatabaseRole, \"2\" on the Database"
    ))
}

/// The objects that are there, in the order in which they have to come; what is missing, its own link says.
fn members<'facts>(chain: &Chain<'facts>, cluster: &'facts Cluster) -> Vec<Member<'facts>> {
    let mut members = Vec::new();
    if let Fact::Present(sealed) = chain.sealed_secret() {
        members.push(member(sealed));
    }
    match chain.role() {
        Fact::Present(LiveRole::Object(object)) => members.push(member(object)),
        Fact::Unreadable(_) => {}
        Fact::Absent if chain.app.role_object().is_some() => {}
        Fact::Present(LiveRole::Managed(..)) | Fact::Absent => members.push(member(cluster)),
    }
    if let Fact::Present(database) = chain.database() {
        members.push(member(database));
    }
    members
}

fn member<T: Live>(object: &T) -> Member<'_> {
    Member {
        kind: T::KIND,
        meta: object.meta(),
    }
}

/// Whether nothing in this cluster orders by waves.
fn is_without_argo_cd(chain: &Chain<'_>) -> bool {
    let why = chain.facts.applications.unread_of("");
    chain.skip.contains(&Link::ArgoCd) || why.is_some_and(|why| why.cause == Cause::NotServed)
}

/// Whether one Application holds both, as far as that is known.
fn is_one(one: Option<&Application>, other: Option<&Application>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        _ => true,
    }
}

/// An object's sync-wave: 0 where it has none.
fn wave(member: Member<'_>) -> Result<i32, String> {
    let Some(text) = member.meta.annotation(SYNC_WAVE) else {
        return Ok(0);
    };
    text.parse().map_err(|_| {
        format!(
            "the sync-wave of the {} is {text:?}, which is no integer",
            member.kind
        )
    })
}
