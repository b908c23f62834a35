//! Reflector's annotations on a SealedSecret instead of the Secret that it makes.

use crate::declared::CredentialSource;
use crate::domain::reflection::Reflection;
use crate::lint::finding::{Finding, Fix, FixEdit, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::Credential;
use crate::lint::repository::reflected::source_annotations;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;

pub(super) const RULE: Rule = Rule {
    code: "PGDB606",
    name: "reflection-on-sealed-secret",
    severity: Severity::Error,
    is_fixable: true,
    summary: "Reflector's annotations are on the SealedSecret, not in its template.",
    why: "Reflector looks at Secrets. The controller gives the Secret what `spec.template.metadata` says, and \
          nothing of the SealedSecret's own annotations: no mirror is made, and the application waits for its \
          Secret.",
    mend: "Put the annotations into `spec.template.metadata.annotations`. They are not sealed, so nothing need be \
           sealed again.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("reflection_on_sealed_secret/bad.yaml"),
        good: include_str!("reflection_on_sealed_secret/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let object = &credential.object;
        let Some((first, _)) = source_annotations(&object.annotations).next() else {
            continue;
        };
        let is_left_out = credential.source == CredentialSource::SealedSecret
            && !object.is_patch
            && !credential.hides_made
            && credential
                .made
                .as_ref()
                .is_none_or(|made| source_annotations(&made.annotations).next().is_none())
            && is_of_role(repository, credential)
            && !repository.kustomize_mentions(object, "reflector");
        if !is_left_out {
            continue;
        }
        let mut finding = Finding::of(
            object,
            first.span,
            "Reflector does not see this: it is on the SealedSecret, not on the Secret that it makes",
        );
        finding.fix = fix(credential);
        found.push(finding);
    }
}

/// Whether a role names the Secret, or it is evidently a credential; its annotations cannot tell here.
fn is_of_role(repository: &Repository<'_>, credential: &Credential<'_>) -> bool {
    repository.is_of_role(credential)
        || (credential.has_key("username") && credential.has_key("password"))
}

/// Copies the annotations into the template, unless that would give the password to every namespace.
fn fix(credential: &Credential<'_>) -> Option<Fix> {
    let object = &credential.object;
    let value = |key: &str| object.annotation(key).map(|value| &*value.text);
    if Reflection::read(value).allowed_namespaces.is_everything() {
        return None;
    }
    let mut keys = credential.made_keys.to_vec();
    keys.push("annotations");
    let edits = source_annotations(&object.annotations).map(|(key, value)| {
        let addition = Addition::Text(value.text.to_string());
        FixEdit::of(
            object,
            &keys,
            Operation::Insert(key.text.to_string(), addition),
        )
    });
    Some(Fix {
        title: "copy Reflector's annotations into the template".to_owned(),
        edits: edits.collect(),
    })
}
