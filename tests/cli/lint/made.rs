//! What `new-app` writes has no finding, whatever it is asked for.

use proptest::prelude::*;

use super::without_roles;
use crate::support::Repository;

/// Says that there are no findings at all.
fn assert_clean(repository: &Repository, flags: &str) {
    let outcome = repository.run("lint --fail-on info");
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{flags}\n{}",
        outcome.stdout
    );
}

fn make(repository: &Repository, call: &str, password: Option<&str>) {
    let stdin = password.unwrap_or_default().as_bytes();
    let outcome = repository.run_with(&format!("{call} --quiet"), stdin);
    assert_eq!(outcome.code, 0, "{call}\n{}", outcome.stderr);
}

/// Words that may be added to a call, one of each line at most.
const CHOICES: [&[&str]; 12] = [
    &["", "--roles managed", "--roles databaserole"],
    &[
        "",
        "--scope strict",
        "--scope namespace-wide",
        "--scope cluster-wide",
    ],
    &["", "--reclaim retain", "--reclaim delete"],
    &["", "--extension pg_trgm,vector@0.8.0"],
    &["", "--schema app,audit"],
    &["", "--encoding UTF8 --locale C"],
    &["", "--connection-limit 20", "--connection-limit -1"],
    &["", "--no-connection-keys"],
    &["", "--user owner_of_it", "--database shop"],
    &["", "--secret-name shop-credentials"],
    &["", "--in-role pg_monitor"],
    &["", "--password-stdin"],
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn has_no_finding(picks in prop::collection::vec(0_usize..12, 24), namespaces in 1_usize..4) {
        let repository = without_roles();
        let namespaces: Vec<String> = (0..namespaces).map(|number| format!("team-{number}")).collect();
        let mut said = String::new();
        for (app, picks) in ["my-shop", "blog"].iter().zip(picks.chunks(12)) {
            let words: Vec<&str> = CHOICES.iter().zip(picks).map(|(choices, pick)| choices[pick % choices.len()]).collect();
            // Two apps cannot share a role, a database or a Secret.
            let words: Vec<&str> = words.into_iter().filter(|word| *app == "my-shop" || !["--user", "--database", "--secret-name"].iter().any(|flag| word.starts_with(flag))).collect();
            let call = format!("new-app {app} --app-namespace {} {}", namespaces.join(","), words.join(" "));
            let password = call.contains("--password-stdin").then_some("correct horse / battery: staple 100%");
            make(&repository, &call, password);
            said.push_str(&call);
        }
        assert_clean(&repository, &said);
    }
}

#[test]
fn nor_has_what_demo_writes() {
    let repository = Repository::empty();
    let outcome = repository.run("demo shown");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let outcome = repository.run("lint --repo shown --fail-on info");
    // The sample's other role is one whose credential and database are not there yet.
    let found = outcome
        .stdout
        .lines()
        .filter(|line| line.starts_with("info["));
    let codes: Vec<&str> = found.map(|line| &line[..13]).collect();
    assert_eq!(codes, ["info[PGDB901]", "info[PGDB202]"]);
    assert_eq!(outcome.stdout.matches("\"blog").count(), 2);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, "Found 2 infos in 4 manifest files.\n")
    );
}

#[test]
fn an_option_that_drops_data_says_so_in_the_file() {
    let repository = without_roles();
    make(
        &repository,
        "new-app my-shop --app-namespace shop --reclaim delete --scope cluster-wide",
        None,
    );
    let text = repository.read(crate::support::DATABASE);
    assert!(text.contains(
        "\n  databaseReclaimPolicy: delete # pgdb:ignore PGDB711 asked for when this was made\n"
    ));
    let text = repository.read(crate::support::SEALED);
    assert!(text.contains(
        "\n    sealedsecrets.bitnami.com/cluster-wide: \"true\" # pgdb:ignore PGDB503 asked for when this was made\n"
    ));
    let outcome = repository.run("lint --fail-on info");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, "No findings in 4 manifest files; 2 ignored.\n")
    );
    let again = repository
        .run("new-app my-shop --app-namespace shop --reclaim delete --scope cluster-wide");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
}
