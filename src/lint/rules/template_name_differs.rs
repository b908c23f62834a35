//! A SealedSecret whose template has another name or namespace than itself.

use crate::declared::CredentialSource;
use crate::domain::scope::Scope;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::credential::{Credential, Made};
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB204",
    name: "template-name-differs",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A SealedSecret's template has another name or namespace than the SealedSecret itself.",
    why: "The controller passes over the template's name and namespace: the Secret gets those of the SealedSecret, and the values \
          are opened for them. `kubeseal` writes both alike, so one of them was changed by hand. If it was the SealedSecret's, its \
          values were sealed for the other and cannot be opened; if it was the template's, the Secret is not called what the file \
          seems to say. Where the scope lets the values be opened under either, it is for your information.",
    mend: "Write in the template what the SealedSecret says, or leave it out. If the SealedSecret was renamed or moved, seal the \
           values again.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("template_name_differs/bad.yaml"),
        good: include_str!("template_name_differs/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let sealed = repository.credentials.iter();
    let sealed = sealed.filter(|credential| credential.source == CredentialSource::SealedSecret);
    for credential in sealed.filter(|credential| !credential.object.is_patch) {
        let Some(made) = &credential.made else {
            continue;
        };
        if let Some((word, own)) = other_name(credential, made)
            && !repository.is_renamed(&credential.object)
        {
            // The name is a part of the label that values are sealed with in the strict scope alone.
            let counts = credential.scope == Scope::Strict;
            push("name", word, own, counts, credential, found);
        }
        if let Some((word, own)) = other_namespace(credential, made) {
            let counts = credential.scope != Scope::ClusterWide;
            push("namespace", word, &own, counts, credential, found);
        }
    }
}

/// The template's name, where it differs, and the SealedSecret's.
fn other_name<'a, 'text>(
    credential: &'a Credential<'text>,
    made: &'a Made<'text>,
) -> Option<(&'a Word<'text>, &'a str)> {
    let word = made.name.as_ref()?;
    let own = credential.object.known_name()?;
    (word.known()? != own).then_some((word, own))
}

/// The template's namespace, where the SealedSecret never gets there, and the SealedSecret's.
fn other_namespace<'a, 'text>(
    credential: &'a Credential<'text>,
    made: &'a Made<'text>,
) -> Option<(&'a Word<'text>, String)> {
    let word = made.namespace.as_ref()?;
    let object = &credential.object;
    (!object.may_be_in(word.known()?)).then(|| (word, object.namespaces.join(", ")))
}

fn push(
    what: &str,
    word: &Word<'_>,
    own: &str,
    counts: bool,
    credential: &Credential<'_>,
    found: &mut Findings,
) {
    let message = format!(
        "the template's {what} is {:?}, but the SealedSecret's is {own:?}, which the Secret gets",
        word.text
    );
    let finding = Finding::of(&credential.object, word.span, message);
    if counts {
        let help =
            format!("the values can be opened only if they were sealed for the {what} {own}");
        found.push(finding.help(help));
    } else {
        found.push_as(Severity::Info, finding);
    }
}
