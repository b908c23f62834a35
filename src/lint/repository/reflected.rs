//! Credentials that Reflector's annotations speak of.

use std::collections::HashSet;

use super::Repository;
use super::credential::{Credential, Made};
use super::word::Word;
use crate::domain::reflection::REFLECTOR;

/// What Reflector mirrors of: a credential, and its annotations.
#[derive(Clone, Copy, Debug)]
pub struct Reflected<'a, 'text> {
    /// What makes the Secret.
    pub credential: &'a Credential<'text>,
    /// The Secret's metadata.
    pub made: &'a Made<'text>,
    /// The first annotation that tells Reflector what to do with it: its key and value.
    pub first: &'a (Word<'text>, Word<'text>),
}

impl<'text> Repository<'text> {
    /// Whether the Secret that an object makes is the credential of a role: one names it, or it is evidently one.
    pub fn is_of_role(&self, credential: &Credential<'text>) -> bool {
        !credential.object.is_patch
            && (credential.is_evident() || self.roles_using(credential).next().is_some())
    }

    /// The credentials of roles with annotations of Reflector that are all known.
    pub fn reflected(&self) -> impl Iterator<Item = Reflected<'_, 'text>> {
        self.credentials.iter().filter_map(|credential| {
            let made = credential.made.as_ref()?;
            let first = source_annotations(&made.annotations).next()?;
            let is_known = !credential.hides_made
                && self.is_of_role(credential)
                && !self.kustomize_mentions(&credential.object, "reflector");
            is_known.then_some(Reflected {
                credential,
                made,
                first,
            })
        })
    }

    /// The names of the Secrets that others ask Reflector for, by `reflects`.
    pub fn asked_for(&self) -> HashSet<&str> {
        let made = self
            .credentials
            .iter()
            .filter_map(|made| made.made.as_ref());
        let asking = made.filter_map(|made| made.reflector("reflects"));
        asking
            .map(|(_, value)| value.text.rsplit('/').next().unwrap_or_default().trim())
            .collect()
    }
}

/// The annotations that tell Reflector what to do with a source, as opposed to a mirror.
pub fn source_annotations<'list, 'text>(
    annotations: &'list [(Word<'text>, Word<'text>)],
) -> impl Iterator<Item = &'list (Word<'text>, Word<'text>)> {
    annotations.iter().filter(|(key, _)| {
        let behind = key.text.strip_prefix(REFLECTOR);
        behind.is_some_and(|rest| rest.starts_with("/reflection-"))
    })
}

/// Whether something is still to be filled in in a list of regular expressions, where a `$` alone says nothing.
pub fn is_open_list(text: &str) -> bool {
    let mut rest = text.split('$').skip(1);
    ["{{", "{%", "<"].iter().any(|mark| text.contains(mark))
        || rest.any(|behind| {
            behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '{' | '(' | '_'))
        })
}
