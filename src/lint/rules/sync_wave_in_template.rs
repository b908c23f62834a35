//! A sync-wave that is in a SealedSecret's template alone.

use crate::declared::CredentialSource;
use crate::domain::wave::SYNC_WAVE;
use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::waves::Member;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};
use crate::repo::edit::Addition;

pub(super) const RULE: Rule = Rule {
    code: "PGDB304",
    name: "sync-wave-in-template",
    severity: Severity::Warning,
    is_fixable: true,
    summary: "A sync-wave is in a SealedSecret's template alone.",
    why: "Argo CD manages the SealedSecret, not the Secret that is made of it, and does not look into the template: it takes the wave \
          0. `kubeseal` writes the annotations of the Secret that it is given into the template, and into nothing else. A template's \
          wave of 0 is for your information, since nothing would change.",
    mend: "Add the annotation to the SealedSecret's own `metadata.annotations`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("sync_wave_in_template/bad.yaml"),
        good: include_str!("sync_wave_in_template/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let order = &repository.order;
    let neighbours = order.neighbours();
    for (number, member) in order.members.iter().enumerate() {
        let Some(wave) = hidden_wave(repository, member) else {
            continue;
        };
        let Ok(number_of_wave) = wave.text.parse::<i64>() else {
            continue;
        };
        let message = format!(
            "the sync-wave {number_of_wave} is in the template alone, where Argo CD does not see it: it takes 0"
        );
        let mut finding = Finding::of(&member.object, wave.span, message);
        if member.fits(number_of_wave, &order.near(&neighbours, number), repository) {
            let text = Addition::Text(number_of_wave.to_string());
            let operation = Operation::Insert(SYNC_WAVE.to_owned(), text);
            let annotations = &["metadata", "annotations"];
            let title = "add the sync-wave to the SealedSecret";
            finding = finding.fix(Fix::of(title, &member.object, annotations, operation));
        }
        let severity = if number_of_wave == 0 {
            Severity::Info
        } else {
            Severity::Warning
        };
        found.push_as(severity, finding);
    }
}

/// The wave of the template, where the SealedSecret itself has none.
fn hidden_wave<'a, 'text>(
    repository: &'a Repository<'text>,
    member: &Member<'_>,
) -> Option<&'a Word<'text>> {
    let object = &member.object;
    let credential = member.credential(repository)?;
    let is_hidden = credential.source == CredentialSource::SealedSecret
        && object.wave.is_none()
        && !object.hides_annotations;
    is_hidden.then_some(credential.made.as_ref()?.wave.as_ref()?)
}
