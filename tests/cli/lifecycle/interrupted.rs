//! A command that is killed while it writes: each file is old or new, and the same command finishes the work.

use crate::strace::{calls, is_usable, run_with_faults};
use crate::support::{Repository, Tree, comparable};

/// The life of an app, one command after the other. Nobody looks at a cluster.
const STEPS: [&str; 12] = [
    "new-app my-shop --app-namespace shop",
    "new-app my-blog --app-namespace shop --roles databaserole",
    "rotate --all",
    "migrate-roles --all --to databaserole --force-stage",
    "migrate-roles --all --to databaserole --force-stage",
    "migrate-roles my-shop --to managed --force-stage",
    "migrate-roles my-shop --to managed --force-stage",
    "remove my-shop --offline",
    "new-app my-shop --app-namespace shop",
    DROP,
    DROP,
    DROP,
];
const DROP: &str = "remove my-shop --drop-database --confirm my_shop --offline --force-stage";

/// A repository with these files.
fn holding(tree: &Tree) -> Repository {
    let repository = Repository::empty();
    for (path, text) in tree {
        repository.write(path, text);
    }
    repository
}

#[test]
fn the_same_command_finishes_the_work() {
    if !is_usable() {
        return;
    }
    let mut before = Repository::guide().tree();
    for words in STEPS {
        let whole = holding(&before);
        let moments: Vec<_> = calls(&whole, words)
            .into_iter()
            .filter(|call| call.name.starts_with("rename") || call.name.starts_with("unlink"))
            .collect();
        assert!(!moments.is_empty(), "{words}");
        let after = whole.tree();
        for moment in moments {
            let repository = holding(&before);
            let killed = run_with_faults(&repository, &[moment.deadly()], words);
            assert_eq!(killed.code, -1, "{words}: {}", moment.line);
            let (old, new) = (comparable(before.clone()), comparable(after.clone()));
            let mut left = comparable(repository.tree());
            // The backups of what was edited; whichever command writes next removes them.
            left.retain(|path, _| !path.contains(".pgdb-"));
            for (path, text) in &left {
                let is_whole = old.get(path) == Some(text) || new.get(path) == Some(text);
                assert!(is_whole, "{words}: {path}: {text}");
            }
            // Another call would be the next stage.
            if left != new || !words.ends_with("--force-stage") {
                let again = repository.run(words);
                assert_eq!(again.code, 0, "{words}: {}\n{}", moment.line, again.stderr);
                let done = comparable(repository.tree());
                assert_eq!(done, new, "{words}: {}", moment.line);
            }
        }
        before = after;
    }
}
