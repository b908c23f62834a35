//! The sealed values beside the certificate that they should be sealed with.

use super::credential::Credential;
use super::object::Object;
use super::word::Word;
use super::{Certificate, Repository};
use crate::sealing::SealingKey;
use crate::sealing::shape::rsa_bytes;
use crate::settings::TargetSettings;
use crate::target::Target;

/// A certificate, and the values of databases' credentials that belong to its target.
pub struct Sealing<'run, 'text> {
    /// The certificate.
    pub certificate: &'run Certificate,
    /// The bytes of its key's modulus.
    pub bytes: usize,
    /// The values that can be sealed values at all.
    pub values: Vec<SealedValue<'run, 'text>>,
}

/// A sealed value.
#[derive(Clone, Copy)]
pub struct SealedValue<'run, 'text> {
    /// The SealedSecret.
    pub credential: &'run Credential<'text>,
    /// The value's key.
    pub key: &'run Word<'text>,
    /// The bytes of its RSA part.
    pub bytes: usize,
}

impl Sealing<'_, '_> {
    /// How many values have an RSA part of the certificate's length.
    pub fn fitting(&self) -> usize {
        let values = self.values.iter();
        values.filter(|value| value.bytes == self.bytes).count()
    }
}

impl<'text> Repository<'text> {
    /// Each certificate that can be read, with the values of its target.
    pub fn sealings(&self) -> Vec<Sealing<'_, 'text>> {
        let readable = |certificate: &'text Certificate| {
            let key = SealingKey::of_any_time(&certificate.pem).ok()?;
            Some(Sealing {
                certificate,
                bytes: key.bits().div_ceil(8),
                values: Vec::new(),
            })
        };
        let mut sealings: Vec<_> = self.certificates.iter().filter_map(readable).collect();
        for credential in &self.credentials {
            let certificate = self.certificate_of(&credential.object);
            let sealing = sealings.iter_mut().find(|sealing| {
                certificate.is_some_and(|own| own.path == sealing.certificate.path)
            });
            if let Some(sealing) = sealing.filter(|_| self.is_of_database(credential)) {
                sealing.values.extend(values(credential));
            }
        }
        sealings
    }

    /// The certificate of the target that an object belongs to; none where that cannot be told.
    fn certificate_of(&self, object: &Object<'_>) -> Option<&'text Certificate> {
        if let [only] = self.certificates {
            return Some(only);
        }
        let mut targets = self
            .targets
            .iter()
            .filter(|target| belongs_to(object, target));
        let (target, None) = (targets.next()?, targets.next()) else {
            return None;
        };
        let path = target.certificate.clone();
        let path = path.unwrap_or_else(Target::guide_certificate);
        self.certificates
            .iter()
            .find(|certificate| certificate.path == path)
    }
}

/// Whether an object evidently belongs to a target: it stands in the target's folder, or below it.
fn belongs_to(object: &Object<'_>, target: &TargetSettings) -> bool {
    let of_file = || target.cluster_file.as_ref().map(|file| file.parent());
    let folder = target.directory.clone().or_else(of_file);
    folder.is_some_and(|folder| object.path.relative_to(&folder).is_some())
}

/// The values of a SealedSecret that can be sealed values at all.
fn values<'run, 'text>(
    credential: &'run Credential<'text>,
) -> impl Iterator<Item = SealedValue<'run, 'text>> {
    credential.sealed.iter().filter_map(move |(key, value)| {
        Some(SealedValue {
            credential,
            key,
            bytes: rsa_bytes(&value.text).ok()?,
        })
    })
}
