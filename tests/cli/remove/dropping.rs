//! `--drop-database` goes in stages, each seen done before the next.

use std::fmt::Write;

use super::{findings, told, with_my_shop};
use crate::support::{Repository, changed_files, changed_lines, without_sealed_values};

/// The call of each stage, where no cluster shows that the last one is done.
const FORCED: &str = "remove my-shop --drop-database --confirm my_shop --force-stage --quiet";

/// What each of three stages changes in the repository.
fn stages(repository: &Repository) -> String {
    let mut all = String::new();
    for stage in 1..=3 {
        let before = repository.tree();
        let outcome = repository.run(FORCED);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        writeln!(all, "# stage {stage}").unwrap();
        for (path, (from, to)) in changed_files(&before, &repository.tree()) {
            let lines = if to.is_empty() {
                "gone\n".to_owned()
            } else {
                changed_lines(&from, &to)
            };
            writeln!(all, "## {path}\n{}", without_sealed_values(&lines)).unwrap();
        }
        assert_eq!(findings(repository), [] as [&str; 0], "stage {stage}");
    }
    let outcome = repository.run(FORCED);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    all
}

#[test]
fn a_managed_role_and_its_database_go_in_three_stages() {
    let repository = with_my_shop("");
    insta::assert_snapshot!(stages(&repository));
}

#[test]
fn a_database_role_and_its_database_go_in_three_stages() {
    let repository = with_my_shop("--roles databaserole");
    insta::assert_snapshot!(stages(&repository));
}

#[test]
fn what_was_kept_can_be_dropped_later() {
    let repository = with_my_shop("");
    repository.run_ok("remove my-shop --quiet");
    insta::assert_snapshot!(stages(&repository));
}

#[test]
fn a_stage_waits_for_the_last_one_to_be_seen() {
    let repository = with_my_shop("");
    let call = "remove my-shop --drop-database --confirm my_shop";
    let first = repository.run(call);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let before = repository.tree();
    let second = repository.run(call);
    assert_eq!(
        told(&repository, &second).split_once("error: ").unwrap().1,
        "it cannot be seen that the database of my-shop-db is dropped: nothing says which cluster is meant: there is no kubeconfig, \
         and this is no pod with a service account
help: name a file with --kubeconfig or in KUBECONFIG, or put one at ~/.kube/config
      --force-stage goes on all the same: where the database is still there, the role cannot be dropped, and the database may stay for good
"
    );
    assert_eq!((second.code, second.stdout.as_str()), (3, ""));
    assert_eq!(repository.tree(), before);
    // Without --drop-database nothing is to be lost, and this is on its way.
    assert_eq!(
        repository.refusal_of(["remove", "my-shop"], b""),
        "error: the app my-shop is on its way out, with its data: infra/databases/postgres/my-shop-db.yaml:1 says `ensure: absent`
help: go on with --drop-database (the data of \"my_shop\" is lost), or take `ensure: absent` out again
"
    );
}
