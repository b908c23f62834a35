//! Values of a SealedSecret that nobody sealed.

use crate::declared::CredentialSource;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::blank::is_blank;
use crate::lint::repository::clear::shown_key;
use crate::lint::repository::credential::Credential;
use crate::lint::rule::{Example, Findings, Rule};
use crate::sealing::shape::{ShapeError, rsa_bytes};

pub(super) const RULE: Rule = Rule {
    code: "PGDB501",
    name: "not-sealed-data",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A value in a database credential's `encryptedData` cannot be a sealed one, or there is none at all.",
    why: "The controller cannot open it and makes no Secret, so the role gets no password. A value that was pasted without \
          being sealed is also a password in clear, in the repository and its history.",
    mend: "Seal the value, with `kubectl pgdb new-app` or `kubeseal --raw`, and paste it whole: standard base64, without \
           spaces. If what stood there was a password, change that password too.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("not_sealed_data/bad.yaml"),
        good: include_str!("not_sealed_data/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let is_sealed = credential.source == CredentialSource::SealedSecret;
        if !is_sealed || !repository.is_of_database(credential) {
            continue;
        }
        if let Some(finding) = empty(credential) {
            found.push(finding);
        }
        for (key, value) in &credential.sealed {
            let is_open = |error: &ShapeError| *error != ShapeError::Empty && is_blank(&value.text);
            let error = rsa_bytes(&value.text).err();
            let Some(error) = error.filter(|error| !is_open(error)) else {
                continue;
            };
            let message = format!(
                "the value of {} is not sealed: {error}",
                shown_key(&key.text)
            );
            let finding = Finding::of(&credential.object, value.span.beginning(), message);
            // The line is not shown: the value may be the password itself.
            found.push(finding.help(help(error)).secret());
        }
    }
}

/// The finding of a SealedSecret without sealed values. Where a template gives the Secret its keys the list may be empty,
/// but has to be there: the SealedSecret's definition demands it.
fn empty(credential: &Credential<'_>) -> Option<Finding> {
    let object = &credential.object;
    let is_known = !credential.hides_sealed && !object.is_patch;
    let (span, message) = match credential.sealed_head {
        None => (object.head, "the SealedSecret has no `encryptedData`"),
        Some(span) if credential.open_keys.is_empty() => (span, "there is no sealed value"),
        Some(_) => return None,
    };
    (is_known && credential.sealed.is_empty()).then(|| Finding::of(object, span, message))
}

fn help(error: ShapeError) -> &'static str {
    match error {
        ShapeError::Empty => "seal the value, or remove the key",
        ShapeError::Short => "copy the whole sealed value",
        ShapeError::NotBase64 | ShapeError::NoRsaLength => {
            "seal the value; if it is a password in clear, change that password too"
        }
    }
}
