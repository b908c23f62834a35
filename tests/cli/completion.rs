//! `completion`: what a shell is answered, the scripts, and the executable that kubectl asks.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{CLUSTER, Outcome, Repository, binary, run};

/// The answer to the words of a line, of which the last is being completed; `''` is an empty word.
fn answer(repository: &Repository, line: &str) -> String {
    let words = line
        .split(' ')
        .map(|word| if word == "''" { "" } else { word });
    let command = repository.command(["__complete"].into_iter().chain(words));
    let outcome = run(command, b"");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
    outcome.stdout
}

/// The candidates alone, and the directive.
fn words(repository: &Repository, line: &str) -> Vec<String> {
    let answer = answer(repository, line);
    let word = |line: &str| line.split('\t').next().unwrap().to_owned();
    answer.lines().map(word).collect()
}

#[test]
fn commands_are_offered_with_what_they_do() {
    let repository = Repository::empty();
    let all = words(&repository, "''");
    for command in ["new-app", "init", "demo", "completion", "version", ":4"] {
        assert!(all.iter().any(|word| word == command), "{command}: {all:?}");
    }
    assert!(all.iter().all(|word| !word.starts_with('_')), "{all:?}");
    assert_eq!(
        answer(&repository, "vers"),
        "version\tPrint the version\n:4\n"
    );
    assert_eq!(answer(&repository, "nothing-like-it"), ":4\n");
    assert_eq!(
        answer(&repository, "completion ''"),
        "bash\tPrint the script for bash\n\
         zsh\tPrint the script for zsh\n\
         fish\tPrint the script for fish\n\
         powershell\tPrint the script for PowerShell\n\
         install\tInstall the executable that kubectl asks to complete `kubectl pgdb`\n\
         :4\n"
    );
}

#[test]
fn flags_are_offered_with_what_they_do() {
    let repository = Repository::empty();
    assert_eq!(
        answer(&repository, "version --"),
        "--output\tPrint it as JSON or YAML\n\
         --repo\tWork in this repository instead of the one around the current folder\n\
         --target\tWork with this target of .pgdb.yaml\n\
         --namespace\tTake this as the shared cluster's namespace [default: what its manifests say, else postgres]\n\
         --yes\tWrite without asking for confirmation\n\
         --no-input\tNever ask anything: what is missing is an error\n\
         --quiet\tPrint errors, warnings and the data that was asked for, nothing else\n\
         --help\tPrint help\n\
         :4\n"
    );
    assert_eq!(
        words(&repository, "new-app my-shop --s"),
        ["--secret-name", "--service", "--schema", "--scope", ":4"]
    );
    // As a flag that was given already, unless it may be given again; a flag's value is no flag.
    assert_eq!(
        words(
            &repository,
            "--target x new-app --scope strict --schema a --s"
        ),
        ["--secret-name", "--service", "--schema", ":4"]
    );
    assert_eq!(words(&repository, "--target --yes version --t"), [":4"]);
    assert_eq!(words(&repository, "version --target=x -q --t"), [":4"]);
    assert_eq!(words(&repository, "version -yq --y"), [":4"]);
    assert_eq!(
        words(&repository, "version -yq --n"),
        ["--namespace", "--no-input", ":4"]
    );
    assert_eq!(words(&repository, "new-app -- --s"), [":4"]);
    assert_eq!(
        words(&repository, "version --no-such-flag --y"),
        ["--yes", ":4"]
    );
}

#[test]
fn words_of_a_flag_are_offered_in_both_forms() {
    let repository = Repository::empty();
    for (line, expected) in [
        ("new-app --roles ''", &["managed", "databaserole", ":4"][..]),
        ("new-app --roles d", &["databaserole", ":4"]),
        ("new-app --roles=", &["managed", "databaserole", ":4"]),
        ("new-app --scope n", &["namespace-wide", ":4"]),
        ("new-app --reclaim=r", &["retain", ":4"]),
        ("new-app --output ''", &["diff", "yaml", "json", ":4"]),
        ("new-app -o ''", &["diff", "yaml", "json", ":4"]),
        ("new-app -o=y", &["yaml", ":4"]),
        ("version -o ''", &["json", "yaml", ":4"]),
        ("new-app --dry-run=", &["none", "client", ":4"]),
        // Its value needs the `=`.
        ("new-app --dry-run --dr", &[":4"]),
        ("new-app --yes=", &[":4"]),
        ("new-app --no-such-flag=", &[":4"]),
        ("new-app --user ''", &[":4"]),
        ("new-app ''", &[":4"]),
    ] {
        assert_eq!(words(&repository, line), expected, "{line}");
    }
    assert_eq!(
        answer(&repository, "new-app --dry-run=c"),
        "client\tNothing is written\n:4\n"
    );
}

#[test]
fn files_and_folders_are_left_to_the_shell() {
    let repository = Repository::empty();
    assert_eq!(answer(&repository, "new-app --cert ''"), ":0\n");
    assert_eq!(answer(&repository, "new-app --cert=pub"), ":0\n");
    assert_eq!(answer(&repository, "--repo ''"), ":16\n");
    assert_eq!(answer(&repository, "demo ''"), ":16\n");
    assert_eq!(answer(&repository, "demo pgdb-demo ''"), ":4\n");
    assert_eq!(answer(&repository, "completion install --dir ''"), ":16\n");
}

#[test]
fn names_come_from_the_repository() {
    let repository = Repository::guide();
    repository.write(
        "apps/blog.yaml",
        "kind: Namespace\nmetadata:\n  name: blog\n",
    );
    repository.write(
        ".pgdb.yaml",
        "targets:\n  prod:\n    cluster: a\n  staging:\n    cluster: b\n",
    );
    assert_eq!(
        answer(&repository, "new-app --target ''"),
        "prod\nstaging\n:4\n"
    );
    assert_eq!(answer(&repository, "--target=s"), "staging\n:4\n");
    let namespaces = words(&repository, "new-app --app-namespace ''");
    assert_eq!(namespaces, ["blog", "postgres", "shop", ":4"]);
    assert_eq!(words(&repository, "new-app -n ''"), namespaces);
    assert_eq!(answer(&repository, "new-app -n=p"), "postgres\n:4\n");
    // A list goes on after its comma, without what it names already.
    assert_eq!(
        answer(&repository, "new-app --app-namespace shop,"),
        "shop,blog\nshop,postgres\n:4\n"
    );
    assert_eq!(
        answer(&repository, "new-app --app-namespace=shop,blog,p"),
        "shop,blog,postgres\n:4\n"
    );
    assert_eq!(
        answer(&repository, "new-app --cluster ''"),
        format!("postgres-shared\t{CLUSTER}\n:4\n")
    );
    assert_eq!(
        answer(&repository, "new-app --cluster-file infra/"),
        format!("{CLUSTER}\tpostgres-shared\n:4\n")
    );
}

#[test]
fn another_repository_can_be_named() {
    let (here, other) = (Repository::empty(), Repository::guide());
    let path = other.path().to_str().unwrap();
    assert_eq!(answer(&here, "new-app -n ''"), ":4\n");
    for line in [
        format!("--repo {path} new-app -n sh"),
        format!("new-app --repo={path} -n sh"),
    ] {
        assert_eq!(answer(&here, &line), "shop\n:4\n", "{line}");
    }
    let mut command = here.command(["__complete", "new-app", "-n", "sh"]);
    command.env("PGDB_REPO", path);
    assert_eq!(run(command, b"").stdout, "shop\n:4\n");
}

#[test]
fn nothing_that_is_wrong_is_said_in_the_middle_of_a_line() {
    let repository = Repository::empty();
    repository.write(".pgdb.yaml", "targets: [\n");
    assert_eq!(answer(&repository, "--target ''"), ":4\n");
    assert_eq!(
        answer(&repository, "--repo /no/such/folder --target ''"),
        ":4\n"
    );
    assert_eq!(
        answer(&repository, "- -- --= -x -= =").lines().last(),
        Some(":4")
    );
    let folder = TempDir::new().unwrap();
    let mut command = repository.command(["__complete", "new-app", "-n", ""]);
    command
        .current_dir(folder.path())
        .env("PGDB_YES", "nonsense");
    let outcome = run(command, b"");
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: ":4\n".to_owned(),
            stderr: String::new()
        }
    );
    assert!(
        run(repository.command(["__complete"]), b"")
            .stdout
            .ends_with("version\tPrint the version\n:4\n")
    );
}

#[test]
fn scripts_are_those_of_the_shell() {
    let repository = Repository::empty();
    for (shell, begin, holds) in [
        ("bash", "_kubectl_pgdb() {", "--app-namespace"),
        ("zsh", "#compdef kubectl-pgdb\n", "namespace-wide"),
        ("fish", "", "databaserole"),
        (
            "powershell",
            "\nusing namespace System.Management.Automation",
            "--app-namespace",
        ),
    ] {
        let script = repository.run_ok(&format!("completion {shell}"));
        assert!(script.starts_with(begin), "{shell}: {script}");
        assert!(script.contains(holds), "{shell}: {script}");
        assert!(!script.contains("__complete"), "{shell}: {script}");
    }
    let outcome = repository.run("completion tcsh");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
}

#[test]
fn bash_takes_its_script() {
    let repository = Repository::empty();
    let program = "source <(\"$0\" completion bash) || exit 1\n\
                   COMP_WORDS=(kubectl-pgdb new-app --roles d) COMP_CWORD=3\n\
                   _kubectl_pgdb kubectl-pgdb d --roles && printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", program]).arg(binary());
    bash.current_dir(repository.path());
    let outcome = run(bash, b"");
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: "databaserole\n".to_owned(),
            stderr: String::new()
        }
    );
}

const NAME: &str = "kubectl_complete-pgdb";
const SCRIPT: &str = "#!/bin/sh\nexec kubectl-pgdb __complete \"$@\"\n";

/// Runs `completion install` with this PATH and home folder.
fn install(arguments: &[&str], path: &[&Path], home: &Path) -> Outcome {
    let repository = Repository::empty();
    let mut command = repository.command(["completion", "install"].iter().chain(arguments));
    command.env("PATH", std::env::join_paths(path).unwrap());
    command.env("HOME", home);
    run(command, b"")
}

/// What a run that succeeded says.
fn told(stderr: &str) -> Outcome {
    Outcome {
        code: 0,
        stdout: String::new(),
        stderr: stderr.to_owned(),
    }
}

#[test]
fn installs_beside_the_program_that_is_on_the_path() {
    let home = TempDir::new().unwrap();
    let (first, second) = (home.path().join("first"), home.path().join("second"));
    for folder in [&first, &second] {
        fs::create_dir(folder).unwrap();
    }
    // As krew does: a link on the PATH to a folder that is not.
    std::os::unix::fs::symlink(binary(), second.join("kubectl-pgdb")).unwrap();
    let file = second.join(NAME);
    let shown = file.display();
    let outcome = install(&[], &[&first, &second], home.path());
    assert_eq!(outcome, told(&format!("{shown} was written\n")));
    assert_eq!(fs::read_to_string(&file).unwrap(), SCRIPT);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o7777,
        0o755
    );
    assert_eq!(
        fs::read_dir(&second).unwrap().count(),
        2,
        "nothing else is left"
    );
    let outcome = install(&[], &[&first, &second], home.path());
    assert_eq!(outcome, told(&format!("{shown} is there already\n")));

    let mut command = Command::new(&file);
    command.args(["version", "-o", "j"]).env("PATH", &second);
    assert_eq!(run(command, b"").stdout, "json\n:4\n");
}

#[test]
fn installs_below_the_home_folder_otherwise() {
    let (home, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let outcome = install(&[], &[elsewhere.path(), &bin], home.path());
    assert_eq!(
        outcome,
        told(&format!("{} was written\n", bin.join(NAME).display()))
    );
    let outcome = install(&[], &[elsewhere.path()], home.path());
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: there is no folder on the PATH that holds kubectl-pgdb, or is below the home folder, and can be written to\n\
         help: name one with --dir DIR\n"
    );
}

#[test]
fn installs_where_it_is_told_and_replaces_nothing_unasked() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(NAME);
    let (dir, shown) = (folder.path().to_str().unwrap(), file.display());
    fs::write(&file, "#!/bin/sh\necho mine\n").unwrap();
    let path = [Path::new("/usr/bin")];
    let outcome = install(&["--dir", dir], &path, folder.path());
    assert_eq!(
        outcome,
        Outcome {
            code: 2,
            stdout: String::new(),
            stderr: format!(
                "error: {shown} is there and is another program's, or was changed\n\
                 help: look at it, and replace it with --force, or choose another folder with --dir DIR\n"
            ),
        }
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "#!/bin/sh\necho mine\n");
    let outcome = install(&["--dir", dir, "--force"], &path, folder.path());
    assert_eq!(
        outcome,
        told(&format!(
            "{shown} was replaced\nwarning: {dir} is not on the PATH, so kubectl will not find it there\n"
        ))
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), SCRIPT);
    let outcome = install(&["--dir", "/no/such/folder"], &path, folder.path());
    assert_eq!(
        outcome.stderr,
        "error: /no/such/folder/kubectl_complete-pgdb: No such file or directory (os error 2)\n\
         help: give --dir a folder that is there\n"
    );
    assert_eq!(outcome.code, 2);
}

#[test]
fn the_apps_of_the_repository_are_offered() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    assert_eq!(answer(&repository, "verify ''"), "blog\nmy-shop\n:4\n");
    assert_eq!(answer(&repository, "verify blog m"), "my-shop\n:4\n");
    assert_eq!(answer(&repository, "list ''"), "blog\nmy-shop\n:4\n");
    assert_eq!(answer(&repository, "verify --skip log"), "login\n:4\n");
    assert_eq!(
        words(&repository, "verify --cluster ''"),
        ["postgres-shared", ":4"]
    );
}

#[test]
fn rules_are_offered_with_their_names() {
    let repository = Repository::empty();
    assert_eq!(
        answer(&repository, "lint --explain PGDB20"),
        "PGDB201\tunknown-owner\nPGDB202\tunknown-password-secret\nPGDB203\tunknown-cluster\n\
         PGDB204\ttemplate-name-differs\nPGDB205\tmissing-credential-key\n\
         PGDB206\tunknown-on-server\n:4\n"
    );
    assert_eq!(
        answer(&repository, "lint --skip PGDB201,PGDB60"),
        answer(&repository, "lint --rule PGDB201,PGDB60")
    );
}
