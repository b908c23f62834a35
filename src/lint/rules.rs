//! All rules, in the order of their codes.
//!
//! The first digit is the subject: 0 files, 1 namespaces, 2 names, 3 sync-waves, 4 plaintext, 5 sealing, 6 Reflector, 7 CNPG
//! and from 751 on who may do what in databases, 8 Kustomize, 9 pieces that are missing or left over.

mod access_job;
mod auto_namespaces_not_allowed;
mod bootstrap_owner_declared;
mod certificate_ends_soon;
mod certificate_not_in_use;
mod certificate_unusable;
mod cluster_outside_namespace;
mod credential_outside_namespace;
mod duplicate_access;
mod duplicate_database;
mod duplicate_key;
mod duplicate_role;
mod edited_access;
mod ensure_absent;
mod group_logs_in;
mod invalid_field;
mod invalid_yaml;
mod listed_file_missing;
mod missing_credential_key;
mod name_too_long;
mod no_reload_label;
mod no_sync_wave;
mod not_listed;
mod not_sealed_data;
mod object_outside_namespace;
mod other_key_size;
mod password_and_disable;
mod password_in_text;
mod plaintext_generator;
mod plaintext_secret;
mod privileged_role;
mod reclaim_delete;
mod reflection_not_allowed;
mod reflection_not_automatic;
mod reflection_on_sealed_secret;
mod reflection_pattern;
mod reflection_to_all_namespaces;
mod reflection_without_quotes;
mod reserved_name;
mod role_declared_twice;
mod role_without_database;
mod secret_type;
mod server_row_twice;
mod sync_file_changed;
mod sync_may_overlap;
mod sync_wave_in_template;
mod sync_wave_not_a_string;
mod sync_waves_not_ascending;
mod template_name_differs;
mod unclear_ignore;
mod unknown_cluster;
mod unknown_database;
mod unknown_field;
mod unknown_grantee;
mod unknown_on_server;
mod unknown_owner;
mod unknown_password_secret;
mod unreadable_access;
mod unused_credential;
mod wide_scope;

use super::rule::Rule;

/// All rules, in the order of their codes.
pub const RULES: &[Rule] = &[
    invalid_yaml::RULE,                 // PGDB001
    unclear_ignore::RULE,               // PGDB002
    sync_file_changed::RULE,            // PGDB003
    credential_outside_namespace::RULE, // PGDB101
    object_outside_namespace::RULE,     // PGDB102
    cluster_outside_namespace::RULE,    // PGDB103
    unknown_owner::RULE,                // PGDB201
    unknown_password_secret::RULE,      // PGDB202
    unknown_cluster::RULE,              // PGDB203
    template_name_differs::RULE,        // PGDB204
    missing_credential_key::RULE,       // PGDB205
    unknown_on_server::RULE,            // PGDB206
    no_sync_wave::RULE,                 // PGDB301
    sync_wave_not_a_string::RULE,       // PGDB302
    sync_waves_not_ascending::RULE,     // PGDB303
    sync_wave_in_template::RULE,        // PGDB304
    plaintext_secret::RULE,             // PGDB401
    plaintext_generator::RULE,          // PGDB402
    password_in_text::RULE,             // PGDB403
    not_sealed_data::RULE,              // PGDB501
    other_key_size::RULE,               // PGDB502
    wide_scope::RULE,                   // PGDB503
    certificate_unusable::RULE,         // PGDB504
    certificate_ends_soon::RULE,        // PGDB505
    certificate_not_in_use::RULE,       // PGDB506
    reflection_not_allowed::RULE,       // PGDB601
    reflection_not_automatic::RULE,     // PGDB602
    reflection_to_all_namespaces::RULE, // PGDB603
    reflection_pattern::RULE,           // PGDB604
    auto_namespaces_not_allowed::RULE,  // PGDB605
    reflection_on_sealed_secret::RULE,  // PGDB606
    reflection_without_quotes::RULE,    // PGDB607
    duplicate_role::RULE,               // PGDB701
    role_declared_twice::RULE,          // PGDB702
    duplicate_database::RULE,           // PGDB703
    reserved_name::RULE,                // PGDB704
    name_too_long::RULE,                // PGDB705
    bootstrap_owner_declared::RULE,     // PGDB706
    privileged_role::RULE,              // PGDB707
    password_and_disable::RULE,         // PGDB708
    no_reload_label::RULE,              // PGDB709
    secret_type::RULE,                  // PGDB710
    reclaim_delete::RULE,               // PGDB711
    ensure_absent::RULE,                // PGDB712
    unknown_field::RULE,                // PGDB713
    invalid_field::RULE,                // PGDB714
    duplicate_key::RULE,                // PGDB716
    server_row_twice::RULE,             // PGDB717
    sync_may_overlap::RULE,             // PGDB718
    unreadable_access::RULE,            // PGDB751
    edited_access::RULE,                // PGDB752
    unknown_grantee::RULE,              // PGDB753
    access_job::RULE,                   // PGDB754
    unknown_database::RULE,             // PGDB755
    duplicate_access::RULE,             // PGDB756
    group_logs_in::RULE,                // PGDB757
    not_listed::RULE,                   // PGDB801
    listed_file_missing::RULE,          // PGDB802
    role_without_database::RULE,        // PGDB901
    unused_credential::RULE,            // PGDB902
];

/// The rule of this code or name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    let mut rules = RULES.iter();
    rules.find(|rule| rule.name == name || rule.code.eq_ignore_ascii_case(name))
}
