//! All rules, in the order of their codes.
//!
//! The first digit is the subject: 0 files, 1 namespaces, 2 names, 3 sync-waves, 4 plaintext, 5 sealing, 6 Reflector, 7 CNPG,
//! 8 Kustomize, 9 pieces that are missing or left over.

mod cluster_outside_namespace;
mod credential_outside_namespace;
mod invalid_yaml;
mod missing_credential_key;
mod no_sync_wave;
mod object_outside_namespace;
mod role_without_database;
mod sync_wave_in_template;
mod sync_wave_not_a_string;
mod sync_waves_not_ascending;
mod template_name_differs;
mod unknown_cluster;
mod unknown_owner;
mod unknown_password_secret;
mod unused_credential;

use super::rule::Rule;

/// All rules, in the order of their codes.
pub const RULES: &[Rule] = &[
    invalid_yaml::RULE,                 // PGDB001
    credential_outside_namespace::RULE, // PGDB101
    object_outside_namespace::RULE,     // PGDB102
    cluster_outside_namespace::RULE,    // PGDB103
    unknown_owner::RULE,                // PGDB201
    unknown_password_secret::RULE,      // PGDB202
    unknown_cluster::RULE,              // PGDB203
    template_name_differs::RULE,        // PGDB204
    missing_credential_key::RULE,       // PGDB205
    no_sync_wave::RULE,                 // PGDB301
    sync_wave_not_a_string::RULE,       // PGDB302
    sync_waves_not_ascending::RULE,     // PGDB303
    sync_wave_in_template::RULE,        // PGDB304
    role_without_database::RULE,        // PGDB901
    unused_credential::RULE,            // PGDB902
];

/// The rule of this code or name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    let mut rules = RULES.iter();
    rules.find(|rule| rule.name == name || rule.code.eq_ignore_ascii_case(name))
}
