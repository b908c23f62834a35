//! Calls that went wrong before they began: variables set to nothing, and a password in the wrong place.

use crate::support::{Repository, run};

/// What is said of a call beside `--password-stdin` that is not understood.
const NOT_UNDERSTOOD: &str = "error: the call is not understood\n\
    help: --password-stdin takes no value: the password is read from standard input; see what goes with it in the command's --help\n";

#[test]
fn empty_variables_count_as_unset() {
    let repository = Repository::guide();
    for line in [
        "version",
        "new-app my-shop --app-namespace shop --dry-run=client -o yaml -q",
    ] {
        let mut command = repository.command(line.split(' '));
        for name in [
            "REPO",
            "TARGET",
            "NAMESPACE",
            "YES",
            "NO_INPUT",
            "QUIET",
            "USER",
            "DATABASE",
            "SECRET_NAME",
            "APP_NAMESPACE",
            "CLUSTER",
            "CLUSTER_FILE",
            "CERT",
            "EXTENSION",
            "SCHEMA",
            "ENCODING",
            "LOCALE",
            "CONNECTION_LIMIT",
            "RECLAIM",
            "ROLES",
            "IN_ROLE",
            "SCOPE",
            "NO_CONNECTION_KEYS",
            "PASSWORD_STDIN",
            "PASSWORD_LENGTH",
            "DRY_RUN",
            "OUTPUT",
        ] {
            command.env(format!("PGDB_{name}"), "");
        }
        let outcome = run(command, b"");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
    }
    // A flag that is given nothing is refused as before.
    let args = ["new-app", "my-shop", "--app-namespace", "shop", "--scope="];
    assert!(repository.refusal_of(args, b"").contains("--scope"));
}

#[test]
fn a_password_on_the_command_line_is_not_echoed() {
    let repository = Repository::guide();
    for line in [
        "new-app wiki --app-namespace wiki --password-stdin S3cr3t",
        "new-app wiki --app-namespace wiki --password-stdin=S3cr3t",
    ] {
        assert_eq!(
            repository.refusal_of(line.split(' '), b""),
            NOT_UNDERSTOOD,
            "{line}"
        );
    }
    let line = "new-app --password-stdin S3cr3tPw --app-namespace x";
    let text = repository.refusal_of(line.split(' '), b"");
    assert!(
        text.starts_with(
            "error: NAME: this is no app name; it is not shown, since --password-stdin takes no value and it may be \
             the password\nhelp: "
        ),
        "{text}"
    );
    assert!(!text.contains("S3cr3t"), "{text}");
    // Help is printed as ever.
    let outcome = repository.run("new-app --password-stdin --help");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}
