//! How old passwords are, by annotations and by real git repositories. All dates are long ago, so that the machine's
//! clock does not matter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use super::{said, sealed, with_apps};
use crate::support::{CERTIFICATE, Repository, SEALED, run};

/// Longer than all dates of these tests are ago: 500 years.
const EVER: &str = "182500d";

/// Runs git in a repository, at a day, without anybody's settings.
fn git(repository: &Repository, day: &str, words: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(repository.path())
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "1999-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"));
    let outcome = run(command, b"");
    assert_eq!(outcome.code, 0, "{words:?}: {}", outcome.stderr);
}

fn commit(repository: &Repository, day: &str) {
    git(repository, day, &["add", "--all"]);
    git(repository, day, &["commit", "--quiet", "--message", "x"]);
}

/// The ages that a call would tell, by apps: since when, and what says so.
fn ages(repository: &Repository, words: &str) -> Value {
    let outcome = repository.run(&format!("rotate {words} --dry-run=client -o json -q"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let age = |app: &Value| json!([app["name"], app["age"]["since"], app["age"]["source"]]);
    let ages =
        |list: &str| -> Vec<Value> { report[list].as_array().unwrap().iter().map(age).collect() };
    json!({"old": ages("apps"), "left": ages("left")})
}

/// The text without the days that pass.
fn without_days(text: &str) -> String {
    let words = text
        .split_inclusive('(')
        .map(|part| match part.split_once(" days old") {
            Some((days, rest)) if days.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("N days old{rest}")
            }
            _ => part.to_owned(),
        });
    words.collect()
}

#[test]
fn old_passwords_are_told_by_git() {
    let repository = with_apps(&["my-shop", "blog"]);
    commit(&repository, "2001-02-03");
    repository.run_ok("rotate blog -q");
    let outcome = repository.run("rotate --older-than 90d");
    assert_eq!(
        (outcome.code, without_days(&outcome.stderr).as_str()),
        (
            0,
            "Wrote a new password on the Cluster postgres-shared in postgres:\n  \
             my-shop: password in infra/databases/postgres/my-shop-secrets-sealed.yaml (N days old, by the commit of 2001-02-03)\n  \
             left blog: not committed yet\n\n\
             Next:\n  git add infra/databases/postgres/my-shop-secrets-sealed.yaml\n  \
             git commit -m 'Rotate the password of my-shop'\n  git push\n  \
             kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it\n"
        )
    );
    let again = repository.run("rotate --older-than 90d");
    assert_eq!(
        said(&again),
        (
            0,
            "Nothing is older on the Cluster postgres-shared in postgres: nothing to write.\n  left blog: not committed \
             yet\n  left my-shop: not committed yet\n"
        )
    );
    assert_eq!(again.stdout, "");
}

#[test]
fn the_commit_that_changed_the_password_counts() {
    let repository = with_apps(&["my-shop"]);
    commit(&repository, "2001-01-01");
    repository.run_ok("rotate my-shop -q");
    commit(&repository, "2002-01-01");
    let text = repository.read(SEALED);
    repository.write(SEALED, &text.replace("spec:\n", "# a comment\nspec:\n"));
    commit(&repository, "2003-01-01");
    let age = |since: &str| json!({"old": [["my-shop", since, "git"]], "left": []});
    assert_eq!(ages(&repository, "--older-than 90d"), age("2002-01-01"));
    // All values sealed again are the same password.
    let (name, password) = (
        repository.unsealed(SEALED)["username"].clone(),
        repository.unsealed(SEALED)["password"].clone(),
    );
    let text = repository.read(SEALED);
    let key = pgdb::sealing::SealingKey::of_any_time(&repository.read(CERTIFICATE)).unwrap();
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(1);
    let mut new = text.clone();
    for (key_name, value) in [("username", name), ("password", password)] {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("    {key_name}: ")))
            .unwrap();
        let value = key
            .seal(value.as_bytes(), "postgres/my-shop-db-creds", &mut rng)
            .unwrap();
        new = new.replace(line, &format!("    {key_name}: {value}"));
    }
    repository.write(SEALED, &new);
    commit(&repository, "2004-01-01");
    assert_eq!(
        ages(&repository, "my-shop --older-than 90d"),
        age("2002-01-01")
    );
    // On a branch that is merged later.
    git(
        &repository,
        "2005-01-01",
        &["checkout", "--quiet", "-b", "side"],
    );
    repository.run_ok("rotate my-shop -q");
    commit(&repository, "2005-01-01");
    git(&repository, "2006-01-01", &["checkout", "--quiet", "-"]);
    repository.write("README.md", "x");
    commit(&repository, "2006-01-01");
    git(
        &repository,
        "2007-01-01",
        &["merge", "--quiet", "--no-ff", "--no-edit", "side"],
    );
    assert_eq!(
        ages(&repository, "my-shop --older-than 90d"),
        age("2005-01-01")
    );
    assert_eq!(
        ages(&repository, &format!("my-shop --older-than {EVER}")),
        json!({"old": [], "left": [["my-shop", "2005-01-01", "git"]]})
    );
}

#[test]
fn a_merge_of_its_own_making_counts() {
    let repository = with_apps(&["my-shop"]);
    commit(&repository, "2001-01-01");
    git(
        &repository,
        "2002-01-01",
        &["checkout", "--quiet", "-b", "side"],
    );
    repository.run_ok("rotate my-shop -q");
    commit(&repository, "2002-01-01");
    git(&repository, "2003-01-01", &["checkout", "--quiet", "-"]);
    repository.run_ok("rotate my-shop -q");
    commit(&repository, "2003-01-01");
    git(
        &repository,
        "2004-01-01",
        &[
            "merge",
            "--quiet",
            "--no-commit",
            "--strategy",
            "ours",
            "side",
        ],
    );
    repository.run_ok("rotate my-shop -q");
    commit(&repository, "2004-01-01");
    assert_eq!(
        ages(&repository, "my-shop --older-than 90d"),
        json!({"old": [["my-shop", "2004-01-01", "git"]], "left": []})
    );
}

#[test]
fn an_annotation_is_asked_before_git_and_set_anew() {
    let repository = with_apps(&["my-shop", "blog"]);
    commit(&repository, "2001-02-03");
    let annotate = |app: &str, day: &str| {
        let text = repository.read(&sealed(app));
        let wave = "    argocd.argoproj.io/sync-wave: \"0\"\nspec:";
        let annotation = format!("    kubectl-pgdb/password-changed: {day}\n{wave}");
        repository.write(&sealed(app), &text.replace(wave, &annotation));
    };
    annotate("my-shop", "\"2002-03-04\"");
    annotate("blog", "soon");
    let outcome = repository.run("rotate --older-than 90d -o json --dry-run=client");
    assert!(
        outcome.stderr.starts_with(
            "warning: infra/databases/postgres/blog-secrets-sealed.yaml:1: the annotation kubectl-pgdb/password-changed is \
             no date such as 2026-08-01: \"soon\"\nWould write 2 new passwords"
        ),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        ages(&repository, "--older-than 90d"),
        json!({"old": [["blog", "2001-02-03", "git"], ["my-shop", "2002-03-04", "annotation"]], "left": []})
    );
    repository.run_ok("rotate --older-than 90d -q");
    assert!(!repository.read(SEALED).contains("2002-03-04"));
    let again = ages(&repository, "--older-than 90d");
    assert_eq!(again["old"], json!([]));
    // With annotations alone git is not asked.
    annotate("blog", "2001-01-01");
    let mut command = repository.command("rotate blog my-shop --older-than 90d -q".split(' '));
    command.env("PATH", "/nowhere");
    repository.replace(
        &sealed("blog"),
        "    kubectl-pgdb/password-changed: 2001-01-01\n",
        "",
    );
    let text = repository.read(&sealed("blog"));
    assert_eq!(text.matches("kubectl-pgdb/password-changed").count(), 1);
    let outcome = run(command, b"");
    assert_eq!(said(&outcome), (0, ""));
}

#[test]
fn without_git_it_is_said() {
    let repository = with_apps(&["my-shop"]);
    let help = "help: say it on each SealedSecret with the annotation kubectl-pgdb/password-changed: \"2026-01-31\", or leave \
                --older-than out\n";
    let before = repository.tree();
    let mut command = repository.command("rotate my-shop --older-than 1d".split(' '));
    command.env("PATH", "/nowhere");
    let outcome = run(command, b"");
    assert_eq!(
        said(&outcome),
        (
            3,
            &*format!("error: git is not installed, which knows how old the passwords are\n{help}")
        )
    );
    // Nothing is committed yet.
    let outcome = repository.run("rotate my-shop --older-than 1d");
    assert_eq!(
        said(&outcome),
        (
            0,
            "Nothing is older on the Cluster postgres-shared in postgres: nothing to write.\n  left my-shop: not committed yet\n"
        )
    );
    fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let outcome = repository.run("rotate my-shop --older-than 1d --repo .");
    assert_eq!(
        said(&outcome),
        (
            3,
            &*format!(
                "error: git cannot say how old the passwords are: not a git repository (or any of the parent directories): \
                 .git\n{help}"
            )
        )
    );
    assert_eq!(repository.tree(), before);
    // A new password needs no history.
    repository.run_ok("rotate my-shop --repo . -q");
}

#[test]
fn a_shallow_clone_tells_a_bound() {
    let origin = with_apps(&["my-shop", "blog"]);
    commit(&origin, "2001-01-01");
    origin.write("README.md", "x");
    commit(&origin, "2002-01-01");
    origin.run_ok("rotate blog -q");
    commit(&origin, "2003-01-01");
    let clone = Repository::empty();
    fs::remove_dir_all(clone.path().join(".git")).unwrap();
    let url = format!("file://{}", origin.path().display());
    git(
        &clone,
        "2003-01-01",
        &["clone", "--quiet", "--depth", "2", &url, "."],
    );
    assert_eq!(
        ages(&clone, "--older-than 90d"),
        json!({"old": [["blog", "2003-01-01", "git"], ["my-shop", "2002-01-01", "oldest-commit"]], "left": []})
    );
    let outcome = clone.run(&format!("rotate --older-than {EVER}"));
    assert_eq!(outcome.code, 0);
    assert!(
        outcome.stderr.starts_with(
            "warning: the password of my-shop-db-creds is at least as old as the oldest commit of this shallow clone \
             (2002-01-01), and may be older: `git fetch --unshallow` brings the rest\nNothing is older on "
        ),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("\n  left my-shop: at least "),
        "{}",
        outcome.stderr
    );
}

#[test]
fn nothing_that_is_set_up_runs_along() {
    let repository = with_apps(&["my-shop", "blog"]);
    let folder = "infra/databases/postgres";
    // Names that options, patterns and quoting would be tripped by.
    let hostile = format!("{folder}/--output=x :(top)*\"ü$(touch y)'.yaml");
    repository.write(&hostile, &repository.read(SEALED));
    repository.remove(SEALED);
    commit(&repository, "2001-01-01");
    repository.write(
        ".gitattributes",
        "* diff=evil filter=evil\n*.yaml -text binary\n",
    );
    let executable = |name: &str, text: &str| {
        let path = repository.path().join(".git").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path.display().to_string()
    };
    // A commit with a signature that may be asked to be checked.
    let signer = executable(
        "sign.sh",
        "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED D\\n' >&2\n\
         printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n",
    );
    commit(&repository, "2002-01-01");
    repository.run_ok("rotate my-shop -q");
    git(&repository, "2003-01-01", &["add", "--all"]);
    let program = format!("gpg.program={signer}");
    let signed = ["-c", &program, "commit", "--quiet", "-S", "--message", "x"];
    git(&repository, "2003-01-01", &signed);
    let script = executable(
        "evil.sh",
        "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n",
    );
    for (name, value) in [
        ("core.pager", script.as_str()),
        ("pager.log", &script),
        ("diff.external", &script),
        ("diff.evil.textconv", &script),
        ("diff.evil.command", &script),
        ("core.fsmonitor", &script),
        ("gpg.program", &script),
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.follow", "true"),
        ("log.diffMerges", "off"),
        ("diff.renames", "copies"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.noprefix", "true"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("log.date", "relative"),
        ("format.pretty", "oneline"),
    ] {
        git(&repository, "2002-01-01", &["config", name, value]);
    }
    let mut command = repository
        .command("rotate my-shop blog --older-than 90d --dry-run=client -o json -q".split(' '));
    command
        .env("GIT_EXTERNAL_DIFF", &script)
        .env("GIT_PAGER", &script);
    let outcome = run(command, b"");
    assert_eq!(said(&outcome), (0, ""));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["apps"][0]["age"]["since"], "2003-01-01");
    assert_eq!(report["apps"][0]["path"], hostile);
    assert_eq!(report["apps"][1]["age"]["since"], "2001-01-01");
    assert!(!repository.path().join(".git/ran").exists());
    assert_eq!(repository.run_ok("list -o name"), "blog\nmy-shop\n");
}
