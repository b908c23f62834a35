//! All rules, in the order of their codes.
//!
//! The first digit is the subject: 0 files, 1 namespaces, 2 names, 3 sync-waves, 4 plaintext, 5 sealing, 6 Reflector, 7 CNPG,
//! 8 Kustomize, 9 pieces that are missing or left over.

mod certificate_ends_soon;
mod certificate_not_in_use;
mod certificate_unusable;
mod invalid_yaml;
mod listed_file_missing;
mod not_listed;
mod not_sealed_data;
mod other_key_size;
mod password_in_text;
mod plaintext_generator;
mod plaintext_secret;
mod unknown_owner;
mod wide_scope;

use super::rule::Rule;

/// All rules, in the order of their codes.
pub const RULES: &[Rule] = &[
    invalid_yaml::RULE,           // PGDB001
    unknown_owner::RULE,          // PGDB201
    plaintext_secret::RULE,       // PGDB401
    plaintext_generator::RULE,    // PGDB402
    password_in_text::RULE,       // PGDB403
    not_sealed_data::RULE,        // PGDB501
    other_key_size::RULE,         // PGDB502
    wide_scope::RULE,             // PGDB503
    certificate_unusable::RULE,   // PGDB504
    certificate_ends_soon::RULE,  // PGDB505
    certificate_not_in_use::RULE, // PGDB506
    not_listed::RULE,             // PGDB801
    listed_file_missing::RULE,    // PGDB802
];

/// The rule of this code or name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    let mut rules = RULES.iter();
    rules.find(|rule| rule.name == name || rule.code.eq_ignore_ascii_case(name))
}
