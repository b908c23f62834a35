//! A sync-wave that is no integer in quotes.

use crate::domain::wave::SYNC_WAVE;
use crate::lint::finding::{Finding, Fix, Operation, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::object::Object;
use crate::lint::repository::word::Word;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB302",
    name: "sync-wave-not-a-string",
    severity: Severity::Error,
    is_fixable: true,
    summary: "A sync-wave is not an integer in quotes.",
    why: "Annotations are strings: Kubernetes refuses an object with a number there, and the Sealed Secrets controller cannot read a \
          template with one. A string that is no integer is passed over by Argo CD, which takes the wave 0.",
    mend: "Write an integer in quotes, such as `\"1\"`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-db.yaml",
        bad: include_str!("sync_wave_not_a_string/bad.yaml"),
        good: include_str!("sync_wave_not_a_string/good.yaml"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for member in &repository.order.members {
        let object = &member.object;
        if let Some(wave) = &object.wave {
            check_wave(object, &["metadata"], wave, found);
        }
        // Argo CD does not see the template's: whether that is an integer does not matter.
        let template = member
            .credential(repository)
            .filter(|credential| credential.made_keys != ["metadata"]);
        if let Some(credential) = template
            && let Some(wave) = credential.made.as_ref().and_then(|made| made.wave.as_ref())
            && is_number(wave)
        {
            check_wave(object, credential.made_keys, wave, found);
        }
    }
}

fn check_wave(object: &Object<'_>, metadata: &[&str], wave: &Word<'_>, found: &mut Findings) {
    if wave.is_placeholder() {
        return;
    }
    if is_number(wave) {
        let message = format!(
            "the sync-wave {} is a number, and annotations are strings",
            wave.text
        );
        let keys: Vec<&str> = metadata
            .iter()
            .copied()
            .chain(["annotations", SYNC_WAVE])
            .collect();
        let operation = Operation::SetText(wave.text.to_string());
        let fix = Fix::of("put the sync-wave in quotes", object, &keys, operation);
        found.push(Finding::of(object, wave.span, message).fix(fix));
    } else if wave.text.parse::<i64>().is_err() || !wave.is_quoted {
        let message = format!("the sync-wave {:?} is no integer in quotes", wave.text);
        found.push(Finding::of(object, wave.span, message));
    }
}

/// Whether it is an integer without quotes, as everybody would write it: `010` is 8 to some readers of YAML.
fn is_number(wave: &Word<'_>) -> bool {
    let number = wave.text.parse::<i64>();
    !wave.is_quoted && number.is_ok_and(|number| number.to_string() == wave.text)
}
