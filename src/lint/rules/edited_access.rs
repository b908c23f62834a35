//! Scripts of an access that somebody changed by hand.

use crate::domain::access::SCRIPT_HASH;
use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB752",
    name: "edited-access",
    severity: Severity::Warning,
    is_fixable: false,
    summary: "The scripts that grant and revoke are not those that their hash was made of.",
    why: "The product writes the ConfigMap as a whole, with the hash of what is in it. What was changed by hand is lost with the next `grant`, and `verify` cannot \
          tell which scripts ran.",
    mend: "Undo the change, and use `kubectl pgdb grant`, `revoke` or `import`.",
    example: Example {
        path: "infra/databases/postgres/my-shop-access.yaml",
        bad: include_str!("edited_access/bad.yaml"),
        good: include_str!("edited_access/good.yaml"),
        beside: &[(
            "infra/databases/postgres/kustomization.yaml",
            include_str!("unreadable_access/kustomization.yaml"),
        )],
    },
    check,
};

fn check(repository: &Repository<'_>, found: &mut Findings) {
    for access in &repository.accesses {
        let object = &access.object;
        if object.is_patch || object.hides_annotations {
            continue;
        }
        let finding = match object.annotation(SCRIPT_HASH) {
            Some(hash) if hash.text == access.hash => continue,
            Some(hash) => {
                let message = format!(
                    "the scripts in {} are not those that this is the hash of",
                    object.title()
                );
                Finding::of(object, hash.span, message)
            }
            None => {
                let message = format!("{} has no annotation {SCRIPT_HASH}", object.title());
                Finding::of(object, object.head, message)
            }
        };
        let help =
            "undo what was changed by hand, and use `kubectl pgdb grant`, `revoke` or `import`";
        found.push(finding.help(help));
    }
}
