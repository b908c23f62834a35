//! `docs/cli.md` is the help of every command, word for word.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::Repository;

/// The commands that have commands of their own.
const NESTED: [&str; 1] = ["completion install"];

/// Every command, in the order of the help; none for the program itself.
fn commands(repository: &Repository) -> Vec<String> {
    let help = repository.run_ok("--help");
    let (_, listed) = help.split_once("\nCommands:\n").unwrap();
    let (listed, _) = listed.split_once("\n\n").unwrap();
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names = listed.lines().filter(is_name);
    let names = names.filter_map(|line| line.split_whitespace().next());
    let mut commands = vec![String::new()];
    for name in names.filter(|name| *name != "help") {
        commands.push(name.to_owned());
        let nested = NESTED
            .iter()
            .filter(|nested| nested.starts_with(&format!("{name} ")));
        commands.extend(nested.map(|nested| (*nested).to_owned()));
    }
    commands
}

#[test]
fn is_the_help_of_every_command() {
    let repository = Repository::empty();
    let mut text = String::from(
        "# The commands\n\nThe help of every command, as `--help` prints it. [new-app.md](new-app.md) explains.\n",
    );
    for command in commands(&repository) {
        let help = repository.run_ok(&format!("{command} --help"));
        let title = format!("kubectl pgdb {command}");
        text.push_str(&format!(
            "\n## `{}`\n\n```text\n{}\n```\n",
            title.trim_end(),
            help.trim_end()
        ));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        text,
        "run with UPDATE_DOCS=1 and commit docs/cli.md"
    );
}

#[test]
fn every_rule_is_documented() {
    let text = pgdb::lint::explanation::document();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        text,
        "run with UPDATE_DOCS=1 and commit docs/rules.md"
    );
}

/// The links' files, and their headings in docs/verify.md.
const LINKS: [(&str, &str); 12] = [
    ("argo_cd", "Argo CD"),
    ("sealed_secret", "SealedSecret"),
    ("secret", "Secret"),
    ("mirror", "Mirror"),
    ("service", "Service"),
    ("role", "Role"),
    ("password", "Password"),
    ("database", "Database"),
    ("cluster", "Cluster"),
    ("pooler", "Pooler"),
    ("sync", "Sync"),
    ("login", "Login"),
];

#[test]
fn every_reason_of_a_link_is_explained_and_no_other() {
    let docs = read("docs/verify.md");
    for (file, heading) in LINKS {
        let mut given = given(&sources(&format!("src/verify/checks/{file}")));
        let mut explained = explained(&docs, heading);
        // These may be given of every link, and are explained there.
        for reason in ["waits", "missing"] {
            given.remove(reason);
            explained.remove(reason);
        }
        assert_eq!(
            explained, given,
            "the reasons in docs/verify.md under {heading:?}, and those in src/verify/checks/{file}.rs"
        );
    }
}

/// The text of a module's file, and of those below it.
fn sources(module: &str) -> String {
    let mut text = read(&format!("{module}.rs"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(module);
    for file in fs::read_dir(folder).into_iter().flatten() {
        text.push_str(&fs::read_to_string(file.unwrap().path()).unwrap());
    }
    text
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_reason_of_doctor_is_explained_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_to_string(root.join("docs/doctor.md")).unwrap();
    let mut reasons = BTreeSet::new();
    for file in ["places", "platform", "rights", "sealing"] {
        let path = root.join("src/doctor").join(format!("{file}.rs"));
        reasons.extend(given(&fs::read_to_string(path).unwrap()));
    }
    // Those of the kubeconfig, and of the controller's Service.
    reasons.extend(["not-usable", "no-controller", "several-controllers"].map(str::to_owned));
    reasons.insert("waits".to_owned());
    assert_eq!(explained(&docs, "The checks"), reasons);
}

/// The reasons in the first column of the table below a heading.
fn explained(docs: &str, heading: &str) -> BTreeSet<String> {
    let section = docs
        .split("\n### ")
        .find(|part| part.starts_with(&format!("{heading}\n")));
    let rows = section
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| `"));
    let first = rows.map(|row| row.split('|').nth(1).unwrap());
    first.flat_map(in_backticks).collect()
}

fn in_backticks(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The reasons that a source gives: the first argument of what ends a check.
fn given(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let words: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut reasons = BTreeSet::new();
    for end in [
        "pending(", "broken(", "skipped(", "unknown(", "warning(", "differs(",
    ] {
        for (start, _) in words.match_indices(end) {
            let argument = words[start + end.len()..].trim_start();
            if let Some(rest) = argument.strip_prefix('"') {
                reasons.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    reasons
}
