//! `new-app` as a person uses it: questions in a terminal.

use crate::apiserver::ApiServer;
use crate::fetch_cert::put_controller;
use crate::support::{
    CERTIFICATE, CLUSTER, Repository, comparable, run, vector_key, without_sealed_values,
};
use crate::terminal::{CTRL_C, DOWN, ENTER, Terminal};

/// The question whether the database is isolated.
const OTHERS: &str = "? Let other apps' roles connect to the database? (Y/n)";

/// The questions of a whole session in the guide's repository, each with what answers it.
pub const SESSION: [(&str, &str); 7] = [
    ("? Name of the app:", "my-shop\r"),
    ("  another one, or several", ENTER),
    ("? Login role (my_shop):", ENTER),
    ("? Database (my_shop):", ENTER),
    ("? Extensions (none):", ENTER),
    (OTHERS, ENTER),
    ("? Write these changes? (Y/n)", ENTER),
];

/// Answers the first questions of a session, and waits for the next one.
pub fn answer_until(terminal: &mut Terminal, question: usize) {
    for (text, keys) in &SESSION[..question] {
        terminal.see_question(text).keys(keys);
    }
    if let Some((text, _)) = SESSION.get(question) {
        terminal.see_question(text);
    }
}

/// The words of the command that was printed under `The same with flags:`, as a shell takes them.
fn printed_command(screen: &str) -> String {
    let mut lines = screen
        .lines()
        .skip_while(|line| *line != "The same with flags:");
    let command = lines.nth(1).unwrap().trim();
    command.strip_prefix("kubectl pgdb ").unwrap().to_owned()
}

/// The guide's repository with a second Cluster in it.
pub fn with_two_clusters() -> Repository {
    let repository = Repository::guide();
    let other = repository
        .read(CLUSTER)
        .replace("postgres-shared", "postgres-other");
    repository.write("infra/databases/other/cluster.yaml", &other);
    repository
}

#[test]
fn a_whole_session() {
    let repository = Repository::guide();
    let mut terminal = Terminal::run(&repository, "new-app");
    let mut seen = String::new();
    for (question, keys) in SESSION {
        terminal.see_question(question);
        let screen = terminal.screen();
        let until_diff = screen.split("diff --git").next().unwrap_or_default();
        seen += &format!("{until_diff}\n\n");
        terminal.keys(keys);
    }
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    seen += &without_sealed_values(&ended.screen);
    insta::assert_snapshot!("session", seen);

    let by_flags = Repository::guide();
    by_flags.run_ok("new-app my-shop --app-namespace shop");
    assert_eq!(comparable(repository.tree()), comparable(by_flags.tree()));

    let before = repository.tree();
    let again = repository.run(&printed_command(&ended.screen));
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(
        again.stderr,
        "my-shop on the Cluster postgres-shared in postgres is there as asked for: nothing to write.\n"
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn other_answers_than_the_defaults() {
    let repository = Repository::guide();
    let mut terminal = Terminal::run(&repository, "new-app");
    terminal
        .see_question("? Name of the app:")
        .answer("my-shop");
    terminal
        .see_question("  another one, or several")
        .keys(DOWN)
        .keys(ENTER);
    terminal
        .see_question("? Namespaces of the app (my-shop):")
        .answer("shop, front");
    terminal
        .see_question("? Login role (my_shop):")
        .answer("seller");
    terminal
        .see_question("? Database (my_shop):")
        .answer("sales");
    terminal
        .see_question("? Extensions (none):")
        .answer("pgcrypto vector@0.8.0");
    terminal.see_question(OTHERS).keys("n");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let command = printed_command(&ended.screen);
    assert_eq!(
        command,
        "new-app my-shop --app-namespace shop,front --user seller --database sales --extension pgcrypto \
         --extension vector@0.8.0 --isolate"
    );
    let again = repository.run(&command);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stderr.ends_with("nothing to write.\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn asks_only_what_was_not_given() {
    let repository = Repository::guide();
    let line = "new-app my-shop --user seller --database sales --extension vector";
    let mut terminal = Terminal::run(&repository, line);
    terminal
        .see_question("  another one, or several")
        .keys(ENTER);
    terminal.see_question(OTHERS).keys(ENTER);
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("n");
    assert_eq!(terminal.end().code, Some(2));

    let mut terminal = Terminal::run(&repository, "new-app my-shop --app-namespace shop");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("n");
    let ended = terminal.end();
    assert_eq!(ended.screen.matches("? ").count(), 1, "{}", ended.screen);
    assert!(!ended.screen.contains("The same with flags"));
}

#[test]
fn a_wrong_answer_is_refused_with_what_is_allowed_and_asked_again() {
    let repository = Repository::guide();
    let mut terminal = Terminal::of_size(repository.command(["new-app"]), 60, 60);
    let mut seen = String::new();
    let steps = [
        (ENTER, "✘ the app name \"\" is empty", "? Name of the app:"),
        (
            "My Shop\r",
            "✘ the app name \"My Shop\"",
            "? Name of the app:",
        ),
        (
            "my-shop\r",
            "✔ Name of the app",
            "  another one, or several",
        ),
        (
            "\x1b[B\r",
            "✔ Namespace",
            "? Namespaces of the app (my-shop):",
        ),
        (
            "postgres\r",
            "✘ postgres",
            "? Namespaces of the app (my-shop):",
        ),
        ("shop\r", "✔ Namespaces", "? Login role (my_shop):"),
        ("postgres\r", "✘ the role", "? Login role (my_shop):"),
        (ENTER, "✔ Login role", "? Database (my_shop):"),
        ("template1\r", "✘ the database", "? Database (my_shop):"),
        (ENTER, "✔ Database", "? Extensions (none):"),
        ("vector@@\r", "✘ the extension", "? Extensions (none):"),
    ];
    terminal.see_question("? Name of the app:");
    for (keys, seen_first, question) in steps {
        terminal.keys(keys).see(seen_first).see_question(question);
        if seen_first.starts_with('✘') {
            seen += &format!("{}\n\n", terminal.screen());
        }
    }
    insta::assert_snapshot!("refusals", seen);
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end().code, Some(130));
}

#[test]
fn lists_the_clusters_and_says_the_chosen_one_in_the_command() {
    let repository = with_two_clusters();
    let mut terminal = Terminal::run(&repository, "new-app my-shop --app-namespace shop");
    terminal.see_question(
        "? Cluster:\n❯ postgres-other (infra/databases/other/cluster.yaml:2)\n  postgres-shared (infra/databases/postgres/postgres-cluster.yaml:2)",
    );
    terminal.keys(DOWN).keys(ENTER);
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys(ENTER);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let command = printed_command(&ended.screen);
    assert_eq!(
        command,
        "new-app my-shop --app-namespace shop --cluster postgres-shared --cluster-file \
         infra/databases/postgres/postgres-cluster.yaml"
    );
    let again = repository.run(&command);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stderr.ends_with("nothing to write.\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn the_diff_is_in_colour_unless_no_color_is_set() {
    let repository = Repository::guide();
    let line = [
        "new-app",
        "my-shop",
        "--app-namespace",
        "shop",
        "--dry-run=client",
    ];
    let mut terminal = Terminal::of_size(repository.command(line), 200, 1000);
    terminal.see("Would write my-shop");
    assert!(terminal.is_coloured("+      - name: my_shop"));
    assert!(!terminal.is_coloured("   monitoring:"));
    assert_eq!(terminal.end().code, Some(0));

    let mut command = repository.command(["new-app"]);
    command.env("NO_COLOR", "1");
    let mut terminal = Terminal::of_size(command, 200, 1000);
    answer_until(&mut terminal, SESSION.len());
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let styles: Vec<&str> = ended
        .bytes
        .split("\x1b[")
        .skip(1)
        .filter(|sequence| {
            sequence
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
                .starts_with('m')
        })
        .collect();
    assert_eq!(styles, Vec::<&str>::new());
}

#[test]
fn yes_asks_for_no_confirmation() {
    let repository = Repository::guide();
    let mut terminal = Terminal::run(&repository, "new-app --yes");
    answer_until(&mut terminal, SESSION.len() - 2);
    terminal.keys(ENTER);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("Write these changes?"));
    assert!(
        ended
            .screen
            .contains("\nWrote my-shop on the Cluster postgres-shared in postgres:\n")
    );
}

#[test]
fn no_input_asks_nothing() {
    let repository = Repository::guide();
    let before = repository.tree();
    let ended = Terminal::run(&repository, "new-app --no-input").end();
    assert_eq!(ended.code, Some(2));
    assert!(ended.screen.starts_with(
        "error: these are needed, and there is nobody to ask: NAME, --app-namespace\n"
    ));
    assert_eq!(repository.tree(), before);

    let line = "new-app my-shop --app-namespace shop --no-input";
    let ended = Terminal::run(&repository, line).end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("? "));
    assert_ne!(repository.tree(), before);
}

#[test]
fn answers_typed_ahead_are_taken_in_turn() {
    let repository = Repository::guide();
    let mut terminal = Terminal::run(&repository, "new-app");
    terminal.see_question(SESSION[0].0);
    terminal.keys("my-shop\r\r\r\r\r\r");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert_eq!(
        ended.screen.matches("my-shop\n✔").count(),
        1,
        "echoed twice:\n{}",
        ended.screen
    );
}

#[test]
fn a_small_terminal_is_no_obstacle() {
    for (rows, columns) in [(24, 20), (5, 80), (2, 10)] {
        let repository = Repository::guide();
        let mut terminal = Terminal::of_size(repository.command(["new-app"]), rows, columns);
        let keys = "My Shop\x7f\x7f\x7f\x7f\x7f\x7f\x7f!\rmy-shop\r\r\r\r\r\ry";
        terminal.keys(keys);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(0), "{}", ended.screen);
        let again = repository.run("new-app my-shop --app-namespace shop");
        assert!(
            again.stderr.ends_with("nothing to write.\n"),
            "{}",
            again.stderr
        );
    }
}

#[test]
fn what_a_killed_run_left_is_removed_on_a_terminal_too() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop");
    let complete = repository.tree();
    repository.write(
        "infra/databases/postgres/.my-shop-db.yaml.pgdb-0123456789abcdef",
        "",
    );
    let ended = Terminal::run(&repository, "new-app my-shop --app-namespace shop").end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(
        ended.screen.ends_with("nothing to write."),
        "{}",
        ended.screen
    );
    assert_eq!(repository.tree(), complete);
}

#[test]
fn a_bad_certificate_is_told_before_anything_is_asked() {
    let repository = Repository::guide();
    repository.write(crate::support::CERTIFICATE, "none\n");
    let ended = Terminal::run(&repository, "new-app").end();
    assert_eq!(ended.code, Some(2), "{}", ended.screen);
    assert!(!ended.screen.contains("? "), "{}", ended.screen);
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    let repository = Repository::guide();
    let outcome = run(repository.command(["new-app"]), b"my-shop\n\n\n\n\n\n");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.starts_with(
        "error: these are needed, and there is nobody to ask: NAME, --app-namespace\n"
    ));
}

#[test]
fn the_certificate_of_the_cluster_stays_in_the_command() {
    let (server, repository) = (ApiServer::start(), Repository::guide());
    let place = "kube-system/sealed-secrets-controller";
    put_controller(&server, place, "", &vector_key("certificate_pem"));
    repository.remove(CERTIFICATE);
    let mut command = repository.command(["new-app", "--cert-from-cluster"]);
    command.args(["--context", "test", "--kubeconfig"]);
    command.arg(server.kubeconfig());
    let mut terminal = Terminal::of_size(command, 300, 400);
    answer_until(&mut terminal, SESSION.len());
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert_eq!(
        printed_command(&ended.screen),
        format!(
            "new-app my-shop --app-namespace shop --kubeconfig {} --context test --cert-from-cluster",
            server.kubeconfig().display()
        )
    );
    assert!(!repository.tree().contains_key(CERTIFICATE));
}
