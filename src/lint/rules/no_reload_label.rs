//! A credential without the label by which CNPG applies a change at once.

use crate::declared::credential::RELOAD;
use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::Credential;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;

pub(super) const RULE: Rule = Rule {
    code: "PGDB709",
    name: "no-reload-label",
    severity: Severity::Warning,
    is_fixable: true,
    summary: "The Secret of a role's password lacks the label `cnpg.io/reload`.",
    why: "CNPG watches Secrets with this label. Without it a new password reaches PostgreSQL only at some later \
          reconciliation: until then the application, which has the new password already, cannot log in.",
    mend: "Add the label `cnpg.io/reload: \"true\"` to the Secret that is made: in `spec.template.metadata.labels` \
           of a SealedSecret.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("no_reload_label/bad.yaml"),
        good: include_str!("no_reload_label/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for credential in &repository.credentials {
        let object = &credential.object;
        let reloads = credential.made.as_ref().is_some_and(|made| made.reloads);
        let lacks_label = !reloads
            && !credential.hides_made
            && !object.is_patch
            && repository
                .roles_using(credential)
                .any(|role| !role.is_absent())
            && !repository.kustomize_mentions(object, RELOAD);
        if lacks_label {
            let message = "CNPG does not see at once when this password changes: the Secret lacks the label `cnpg.io/reload`";
            let mut finding = Finding::of(object, object.head, message);
            finding.fix = fix(credential);
            if let Some(span) = credential.own_reload {
                let keys = credential.made_keys.join(".");
                let help =
                    format!("put the label into `{keys}.labels`, from where the Secret gets it");
                let message = "the label here stays on this object";
                finding = finding.help(help).related(object, span, message);
            }
            found.push(finding);
        }
    }
}

/// Adds the label, unless SOPS would find the file changed, or values in clear stand around the change.
fn fix(credential: &Credential<'_>) -> Option<Fix> {
    if credential.is_encrypted || !credential.clear.is_empty() {
        return None;
    }
    let mut keys = credential.made_keys.to_vec();
    keys.push("labels");
    let label = Operation::Insert(RELOAD.to_owned(), Addition::Text("true".to_owned()));
    let title = "add the label cnpg.io/reload";
    Some(Fix::of(title, &credential.object, &keys, label))
}
