//! A value that is sealed with a key of another size than the others.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB502",
    name: "other-key-size",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "A value is sealed with an RSA key of another size than the sealing certificate, which most values fit.",
    why: "It was sealed with another certificate: that of another cluster, whose controller alone could open it, or an old one, \
          which this controller may not have any more. How large the key was is all that can be told offline.",
    mend: "Seal the value again with the certificate that is in the repository. `kubectl pgdb verify` tells whether the \
           controller can open it as it is.",
    example: Example {
        path: "infra/databases/postgres/my-shop-secrets-sealed.yaml",
        bad: include_str!("other_key_size/bad.yaml"),
        good: include_str!("other_key_size/good.yaml"),
        beside: &[(
            "infra/sealed-secrets/pub-cert.pem",
            include_str!("../../../tests/fixtures/certificates/valid.pem"),
        )],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for sealing in repository.sealings() {
        let odd = sealing.values.len() - sealing.fitting();
        if odd >= sealing.fitting() {
            continue;
        }
        for value in &sealing.values {
            if value.bytes == sealing.bytes {
                continue;
            }
            let message = format!(
                "the value of {:?} is sealed with an RSA key of {} bits, while the sealing certificate has {}",
                value.key.text,
                value.bytes * 8,
                sealing.bytes * 8,
            );
            found.push(Finding::of(
                &value.credential.object,
                value.key.span,
                message,
            ));
        }
    }
}
