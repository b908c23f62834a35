//! A sealing certificate that is not the one with which values were sealed.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB506",
    name: "certificate-not-in-use",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "Most values are sealed with an RSA key of another size than the repository's sealing certificate.",
    why: "The certificate is probably that of another cluster's controller. What is sealed with it from now on could not be \
          opened, and its role would have no password.",
    mend: "Compare the certificate with that of the controller, by `kubectl pgdb fetch-cert`. If the controller was given keys \
           of another size on purpose, seal the older values again with the new certificate.",
    example: Example {
        path: "infra/sealed-secrets/pub-cert.pem",
        bad: include_str!("certificate_not_in_use/bad.pem"),
        good: include_str!("../../../tests/fixtures/certificates/valid.pem"),
        beside: &[],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for sealing in repository.sealings() {
        let all = sealing.values.len();
        let others = all - sealing.fitting();
        if others <= sealing.fitting() {
            continue;
        }
        let certificate = sealing.certificate;
        let message = format!(
            "{others} of {all} values are sealed with another key than this one of {} bits",
            sealing.bytes * 8
        );
        let mut finding = Finding::at(&certificate.path, certificate.head(), message);
        let mut values = sealing.values.iter();
        if let Some(other) = values.find(|value| value.bytes != sealing.bytes) {
            let said = format!("such as this one, with a key of {} bits", other.bytes * 8);
            finding = finding.related(&other.credential.object, other.key.span, said);
        }
        found.push(finding);
    }
}
