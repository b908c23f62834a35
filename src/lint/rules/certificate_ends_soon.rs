//! A sealing certificate that is about to expire.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};
use crate::sealing::{ENDS_SOON_DAYS, SealingKey};

pub(super) const RULE: Rule = Rule {
    code: "PGDB505",
    name: "certificate-ends-soon",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The repository's sealing certificate expires within 14 days.",
    why: "From then on nothing can be sealed with it. The controller makes a new key every 30 days, so there is a newer \
          certificate already.",
    mend: "Fetch the controller's newest certificate with `kubectl pgdb fetch-cert`, and commit it. What is sealed already \
           stays as it is.",
    example: Example {
        path: "infra/sealed-secrets/pub-cert.pem",
        bad: include_str!("certificate_ends_soon/bad.pem"),
        good: include_str!("../../../tests/fixtures/certificates/valid.pem"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for certificate in repository.certificates {
        let Ok(key) = SealingKey::from_pem(&certificate.pem, repository.now) else {
            continue;
        };
        if key.expires_within(repository.now, ENDS_SOON_DAYS) {
            let message = format!("the sealing certificate ends on {}", key.not_after().date());
            found.push(Finding::at(&certificate.path, certificate.head(), message));
        }
    }
}
