//! A sealing certificate that nothing may be sealed with.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};
use crate::sealing::SealingKey;

pub(super) const RULE: Rule = Rule {
    code: "PGDB504",
    name: "certificate-unusable",
    severity: Severity::Error,
    is_fixable: false,
    summary: "The repository's sealing certificate cannot be used: it has expired, is not valid yet, has no RSA key of at \
              least 2048 bits, or cannot be read.",
    why: "Nothing can be sealed with it: neither kubeseal nor `kubectl pgdb new-app` takes it. What was sealed before can still \
          be opened.",
    mend: "Fetch the controller's newest certificate with `kubectl pgdb fetch-cert`.",
    example: Example {
        path: "infra/sealed-secrets/pub-cert.pem",
        bad: include_str!("../../../tests/fixtures/certificates/expired.pem"),
        good: include_str!("../../../tests/fixtures/certificates/valid.pem"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for certificate in repository.certificates {
        if let Err(error) = SealingKey::from_pem(&certificate.pem, repository.now) {
            let finding = Finding::at(&certificate.path, certificate.head(), error.to_string());
            // The file may hold a private key.
            found.push(finding.help(error.help()).secret());
        }
    }
}
