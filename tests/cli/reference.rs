//! `docs/cli.md` is the help of every command, word for word.

use std::fs;
use std::path::Path;

use crate::support::Repository;

const COMMANDS: [&str; 8] = [
    "",
    "new-app",
    "fetch-cert",
    "init",
    "demo",
    "completion",
    "completion install",
    "version",
];

#[test]
fn is_the_help_of_every_command() {
    let repository = Repository::empty();
    let mut text = String::from(
        "# The commands\n\nThe help of every command, as `--help` prints it. [new-app.md](new-app.md) explains.\n",
    );
    for command in COMMANDS {
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
