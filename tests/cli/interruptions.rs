//! Every way to end the questions without a yes: nothing is written, and the terminal is as it was.

use std::fs::{self, File};
use std::process::Command;

use rustix::process::Signal;

use crate::strace::{is_usable, wrapped};
use crate::support::{CLUSTER, KUSTOMIZATION, Repository};
use crate::terminal::{CTRL_C, CTRL_D, ENTER, Terminal};
use crate::wizard::{SESSION, answer_until, with_two_clusters};

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
