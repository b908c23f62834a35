//! A role's Secret without `username` or `password`.

use crate::declared::CredentialSource;
use crate::domain::nearest::nearest;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::Credential;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB205",
    name: "missing-credential-key",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The Secret of a role's password has no key `username`, or no key `password`.",
    why: "CNPG reads both keys of a role's Secret, and applies nothing while one of them is missing. The username has to be the \
          role's name.",
    mend: "Seal the missing value under the key that is named.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("missing_credential_key/bad.yaml"),
        good: include_str!("missing_credential_key/good.yaml"),
        beside: &[],
    },
    check,
};

/// The keys that CNPG reads: `internal/management/utils/secrets.go`.
const KEYS: [&str; 2] = ["username", "password"];

/// What says that the Secret has keys from elsewhere as well: a mirror, a copy, or a Secret that is only added to.
const FILLED: [&str; 3] = [
    "reflector.v1.k8s.emberstack.com/reflects",
    "replicator.v1.mittwald.de/replicate-from",
    "sealedsecrets.bitnami.com/patch",
];

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let missing = KEYS.into_iter().filter(|key| !credential.has_key(key));
        let missing: Vec<&str> = missing.collect();
        if missing.is_empty() || !is_known(repository, credential) {
            continue;
        }
        let Some(secret) = &credential.secret else {
            continue;
        };
        let mut users = repository.users_of(secret);
        let user = users.find(|role| {
            !role.is_absent()
                && !role.is("disablePassword")
                && role.object.may_be_beside(&credential.object)
        });
        let Some(user) = user else { continue };
        let span = credential.sealed_head.unwrap_or(credential.object.head);
        for key in missing {
            let message = format!("the Secret {secret} of a role's password has no key {key:?}");
            let mut finding = Finding::of(&credential.object, span, message);
            let others = credential.keys().filter(|other| !KEYS.contains(other));
            if let Some(near) = nearest(key, others) {
                finding = finding.help(format!("is {near:?} meant to be {key:?}?"));
            }
            found.push(finding.related(&user.object, user.head, "the role"));
        }
    }
}

/// Whether all keys of the Secret are known: it has some, and nothing else adds to them. A SealedSecret without any sealed value
/// is what another rule finds.
fn is_known(repository: &Repository<'_>, credential: &Credential<'_>) -> bool {
    let secret = credential.secret.as_deref().unwrap_or_default();
    let made = credential.made.iter().flat_map(|made| &made.annotations);
    let mut annotations = made.chain(&credential.object.annotations);
    let mut others = repository.makers_of(secret).filter(|other| {
        !std::ptr::eq(*other, credential) && other.object.may_be_beside(&credential.object)
    });
    let is_empty =
        credential.source == CredentialSource::SealedSecret && credential.sealed.is_empty();
    credential.keys_are_known
        && !credential.hides_sealed
        && !is_empty
        && credential.keys().next().is_some()
        && !credential.object.is_patch
        && !annotations.any(|(key, _)| FILLED.contains(&&*key.text))
        && others.next().is_none()
        && !KEYS
            .iter()
            .any(|key| repository.kustomize_mentions(&credential.object, key))
}
