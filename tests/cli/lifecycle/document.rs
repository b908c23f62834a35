//! The walks through the life of an app in `docs/lifecycle.md`, and through who may do what in `docs/access.md`: what they show
//! is what is printed.
//!
//! `UPDATE_DOCS=1 cargo test --test cli lifecycle::document` writes what is printed into it. Comments in the document say what
//! somebody else does meanwhile.

use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::str::Lines;

use regex::Regex;

use super::{Life, scripts};
use crate::postgres::Session;
use crate::support::{changed_lines, without_sealed_values};

/// What is another each time or on each machine, and what the document has for it.
const CHANGING: [(&str, &str); 5] = [
    (r"PostgreSQL \d+\.\d+", "PostgreSQL 18.1"),
    (r"version \d+", "version 1042"),
    (r"https://127\.0\.0\.1:\d+", "https://10.0.0.1:6443"),
    (r"(?m)^(  size +)\S+ \S+$", "${1}7.6 MB"),
    (r"<sealed>", "AgB..."),
];

/// The document on its way through the life.
struct Player {
    life: Life,
    session: Option<Session>,
    /// The SQL that was printed last, which somebody runs next.
    script: Option<String>,
}

#[test]
fn the_walk_through_a_life_shows_what_is_printed() {
    walk("docs/lifecycle.md");
}

#[test]
fn the_walk_through_access_shows_what_is_printed() {
    walk("docs/access.md");
}

/// Plays a document in a life of its own.
fn walk(document: &str) {
    let Some(life) = Life::begin() else {
        return;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let shown = fs::read_to_string(&path).unwrap();
    let mut player = Player {
        life,
        session: None,
        script: None,
    };
    let printed = player.play(&shown);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    let difference = changed_lines(&shown, &printed);
    assert!(
        shown == printed,
        "run with UPDATE_DOCS=1 and commit {document}\n{difference}"
    );
}

impl Player {
    /// The document with what its commands print now.
    fn play(&mut self, document: &str) -> String {
        let mut text = String::new();
        let mut is_session = false;
        let mut lines = document.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(meanwhile) = line.strip_prefix("<!-- ") {
                self.meanwhile(meanwhile.trim_end_matches(" -->"));
            } else if line.starts_with("```") {
                is_session = line == "```console";
            } else if is_session {
                if let Some(command) = line.strip_prefix("$ ") {
                    text += &self.step(command, &mut lines);
                }
                continue;
            }
            text += &format!("{line}\n");
        }
        text
    }

    /// A command as it stands in the document, with what it prints.
    fn step(&mut self, command: &str, lines: &mut Peekable<Lines<'_>>) -> String {
        if command.ends_with("<<'SQL'") {
            lines.by_ref().find(|line| *line == "SQL");
            let script = self.script.take().unwrap();
            let printed = self.life.cluster.postgres.script(&script);
            self.life.cluster.settle();
            return format!("$ {command}\n{script}\nSQL\n{printed}");
        }
        if let Some((_, message)) = command.split_once("git commit --quiet --message '") {
            let (message, _) = message.split_once('\'').unwrap();
            self.life.commit(&message.replace(' ', "_"));
            // Argo CD may have to wait for what blocks.
            self.life.cluster.try_sync().ok();
            return format!("$ {command}\n");
        }
        let words = command.strip_prefix("kubectl pgdb ");
        let words = words.unwrap_or_else(|| panic!("{command:?} is not known here"));
        let (words, shows_data) = match words.strip_suffix(" >/dev/null") {
            Some(words) => (words, false),
            None => (words, true),
        };
        let outcome = self.life.run(words);
        self.script = scripts(&outcome).pop();
        let data = if shows_data {
            outcome.stdout
        } else {
            String::new()
        };
        let mut printed = without_sealed_values(&(data + &outcome.stderr));
        for (changing, fixed) in CHANGING {
            let changing = Regex::new(&format!("(?m){changing}")).unwrap();
            printed = changing.replace_all(&printed, fixed).into_owned();
        }
        format!("$ {command}\n{printed}")
    }

    fn meanwhile(&mut self, what: &str) {
        let postgres = &self.life.cluster.postgres;
        match what {
            "the app writes its data" => {
                let password = self.life.value("shop", "my-shop", "password");
                let orders =
                    "CREATE TABLE orders (item text); INSERT INTO orders VALUES ('a teapot')";
                self.life.log_in(&password, orders).unwrap();
            }
            "the app makes a table in another database" => {
                let notes = "CREATE TABLE notes (); ALTER TABLE notes OWNER TO my_shop";
                drop(postgres.sql("app", notes));
            }
            "somebody connects" => self.session = Some(postgres.session("my_shop")),
            other => panic!("{other:?} is not known here"),
        }
    }
}
