//! `new-app` as a person uses it: questions in a terminal, and every way to end them.

use std::fs::{self, File};
use std::process::Command;

use rustix::process::Signal;

use crate::strace::{is_usable, wrapped};
use crate::support::{CLUSTER, KUSTOMIZATION, Repository, Tree, run, without_sealed_values};
use crate::terminal::{CTRL_C, CTRL_D, DOWN, ENTER, Terminal};

/// The questions of a whole session in the guide's repository, each with what answers it.
const SESSION: [(&str, &str); 6] = [
    ("? Name of the app:", "my-shop\r"),
    ("  another one, or several", ENTER),
    ("? Login role (my_shop):", ENTER),
    ("? Database (my_shop):", ENTER),
    ("? Extensions (none):", ENTER),
    ("? Write these changes? (Y/n)", ENTER),
];

/// Answers the first questions of a session, and waits for the next one.
fn answer_until(terminal: &mut Terminal, question: usize) {
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

/// What is the same in each run.
fn comparable(tree: Tree) -> Tree {
    tree.into_iter()
        .map(|(path, text)| (path, without_sealed_values(&text)))
        .collect()
}

/// The guide's repository with a second Cluster in it.
fn with_two_clusters() -> Repository {
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
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    let command = printed_command(&ended.screen);
    assert_eq!(
        command,
        "new-app my-shop --app-namespace shop,front --user seller --database sales --extension pgcrypto \
         --extension vector@0.8.0"
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
fn no_leaves_everything_as_it_was() {
    let repository = Repository::guide();
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "new-app");
    answer_until(&mut terminal, SESSION.len() - 1);
    terminal.keys("n");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .screen
            .ends_with("✔ Write these changes? no\nerror: not confirmed; nothing was written"),
        "{}",
        ended.screen
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn ctrl_c_at_any_question_leaves_everything_as_it_was() {
    for (question, (text, _)) in SESSION.iter().enumerate() {
        let repository = Repository::guide();
        let before = repository.tree();
        let mut terminal = Terminal::run(&repository, "new-app");
        answer_until(&mut terminal, question);
        terminal.keys(CTRL_C);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(130), "{}", ended.screen);
        assert!(
            ended.screen.ends_with(&format!(
                "{}\nerror: interrupted; nothing was written",
                text
            )),
            "{}",
            ended.screen
        );
        let cursor = ended.bytes.rfind("\x1b[?25h").unwrap();
        assert!(!ended.bytes[cursor..].contains("\x1b[?25l"));
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn ctrl_c_at_the_choice_of_a_cluster_leaves_everything_as_it_was() {
    let repository = with_two_clusters();
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "new-app");
    terminal.see("❯ postgres-other").keys(CTRL_C);
    assert_eq!(terminal.end().code, Some(130));
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_signal_from_elsewhere_ends_a_question_like_ctrl_c() {
    for (question, signal) in [(0, Signal::INT), (1, Signal::TERM), (5, Signal::TERM)] {
        let repository = Repository::guide();
        let before = repository.tree();
        let mut terminal = Terminal::run(&repository, "new-app");
        answer_until(&mut terminal, question);
        terminal.signal_until_it_ends(signal);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(130), "{}", ended.screen);
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn ctrl_d_answers_nothing() {
    let repository = Repository::guide();
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "new-app");
    for (question, keys) in SESSION {
        terminal.see_question(question).keys(CTRL_D).keys(CTRL_D);
        if question != SESSION[SESSION.len() - 1].0 {
            terminal.keys(keys);
        }
    }
    terminal.keys(CTRL_C);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    for question in 0..SESSION.len() {
        let repository = Repository::guide();
        let before = repository.tree();
        let mut terminal = Terminal::run(&repository, "new-app");
        answer_until(&mut terminal, question);
        assert!(!terminal.hang_up().success());
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn a_terminal_that_is_closed_ends_a_program_that_ignores_hang_ups() {
    let repository = Repository::guide();
    let before = repository.tree();
    for question in [0, 1, 5] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]);
        let command = wrapped(shell, &repository.command(["new-app"]));
        let mut terminal = Terminal::of_size(command, 200, 1000);
        answer_until(&mut terminal, question);
        let code = terminal.hang_up().code();
        assert!(matches!(code, Some(3 | 130)), "{code:?}");
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn a_file_changed_while_the_diff_was_on_screen_is_not_overwritten() {
    for (path, problem) in [
        (CLUSTER, "this file has changed since it was read"),
        (KUSTOMIZATION, "this file is gone since it was read"),
        (
            "infra/databases/postgres/my-shop-db.yaml",
            "this file is to be created, but something is there already",
        ),
    ] {
        let repository = Repository::guide();
        let mut terminal = Terminal::run(&repository, "new-app");
        answer_until(&mut terminal, SESSION.len() - 1);
        let file = repository.path().join(path);
        if path == KUSTOMIZATION {
            fs::remove_file(&file).unwrap();
        } else {
            let text = fs::read_to_string(&file).unwrap_or_default();
            fs::write(&file, text + "# by somebody else\n").unwrap();
        }
        let before = repository.tree();
        terminal.keys(ENTER);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(2), "{}", ended.screen);
        assert!(
            ended
                .screen
                .contains(&format!("\nerror: {path}: {problem}\n")),
            "{}",
            ended.screen
        );
        assert!(
            ended
                .screen
                .contains("\nhelp: nothing was changed; run the command again")
        );
        assert_eq!(repository.tree(), before);
    }
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
    terminal.keys("my-shop\r\r\r\r\r");
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
fn between_two_keys_the_terminal_neither_echoes_nor_interrupts() {
    if !is_usable() {
        return;
    }
    let repository = Repository::guide();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-v", "-e", "trace=ioctl", "-o"])
        .arg(log.path());
    let command = wrapped(strace, &repository.command(["new-app"]));
    let mut terminal = Terminal::of_size(command, 200, 1000);
    answer_until(&mut terminal, SESSION.len());
    assert_eq!(terminal.end().code, Some(0));
    let trace = fs::read_to_string(log.path()).unwrap();
    let switched: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("TCSETS"))
        .collect();
    let is_as_before = |line: &&&str| line.contains("ECHO|") && line.contains("ISIG|");
    // The modes come back once a question, not once a key.
    assert_eq!(
        switched.iter().filter(is_as_before).count(),
        SESSION.len(),
        "{trace}"
    );
    assert!(switched.len() > 4 * SESSION.len(), "{trace}");
}

#[test]
fn a_small_terminal_is_no_obstacle() {
    for (rows, columns) in [(24, 20), (5, 80), (2, 10)] {
        let repository = Repository::guide();
        let mut terminal = Terminal::of_size(repository.command(["new-app"]), rows, columns);
        let keys = "My Shop\x7f\x7f\x7f\x7f\x7f\x7f\x7f!\rmy-shop\r\r\r\r\ry";
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
fn ctrl_c_while_waiting_for_another_process_ends_the_program() {
    let repository = Repository::guide();
    let before = repository.tree();
    let lock = File::open(repository.path()).unwrap();
    lock.lock().unwrap();
    let mut terminal = Terminal::run(&repository, "new-app");
    answer_until(&mut terminal, SESSION.len() - 1);
    terminal.keys(ENTER).see("\nwaiting for ").keys(CTRL_C);
    let ended = terminal.end();
    assert_eq!(
        (ended.code, ended.signal),
        (None, Some(Signal::INT.as_raw()))
    );
    assert_eq!(repository.tree(), before);
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
