//! How long a sync of a server takes that CloudNativePG does not run: `cargo bench --bench sync`.
//!
//! Each app is a login role with a password, a database with a schema that nobody else may connect to, and a reader. The
//! server is one of the tests, on loopback and without fsync: it needs 8 MB of temporary space for each database.

#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "a bench runs a program, prints what it measured, and may fail loudly"
)]

#[path = "../tests/cli"]
mod cli {
    pub mod postgres;
    pub mod support;
    pub mod scripts {
        pub mod database;
        pub mod job;
        pub mod server;
    }
}

use std::time::Instant;

// The modules call one another by these paths.
use cli::scripts::server::Server;
use cli::{postgres, support};
use pgdb::sql::wanted::{Row, Wanted};
use postgres::{Postgres, Tls};

fn main() {
    if !postgres::is_usable() {
        return;
    }
    // `cargo test` runs benches without this word, to see that they work.
    let (sizes, runs) = if std::env::args().any(|word| word == "--bench") {
        ([1, 100, 1_000].as_slice(), 3)
    } else {
        ([1].as_slice(), 1)
    };
    for apps in sizes {
        let postgres: &'static Postgres = Box::leak(Box::new(Postgres::start(Tls::Off)));
        let server = server(postgres, *apps);
        measure(&server, *apps, runs);
    }
}

fn server(postgres: &'static Postgres, apps: usize) -> Server {
    let mut server = Server::on(postgres, "administrator", "SUPERUSER");
    for number in 0..apps {
        let app = format!("app_{number:04}");
        let reader = format!("{app}_reader");
        let secret = format!("app-{number:04}-db-creds");
        server.password(&secret, &format!("the password of {app}"));
        server.role(&app, Some(&secret));
        server.role(&reader, None);
        server.database(&app, &app).schemas = vec!["audit".to_owned()];
        let row = |on: &str, schema: &str, name: &str, privilege: &str| Row {
            role: reader.clone(),
            on: on.to_owned(),
            schema: schema.to_owned(),
            name: name.to_owned(),
            privileges: vec![privilege.to_owned()],
        };
        server.wanted.push(Wanted {
            database: app.clone(),
            owner: app,
            isolate: Some(true),
            roles: vec![reader.clone()],
            rows: vec![
                row("database", "", "", "CONNECT"),
                row("schema", "*", "", "USAGE"),
                row("sequence", "*", "*", "SELECT"),
                row("table", "*", "*", "SELECT"),
            ],
        });
    }
    server
}

/// Makes all from nothing, then finds nothing to change some times, and prints the figures.
fn measure(server: &Server, apps: usize, runs: usize) {
    let timed = || {
        let begin = Instant::now();
        let outcome = server.run();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let last = outcome.stdout.lines().last().unwrap_or_default().to_owned();
        (begin.elapsed(), last)
    };
    let (time, said) = timed();
    println!("{apps} apps from nothing: {time:.2?}, {said}");
    let mut times = Vec::new();
    for _ in 0..runs {
        let (time, said) = timed();
        assert_eq!(said, "nothing to change");
        times.push(time);
    }
    times.sort();
    println!(
        "{apps} apps, nothing to change: median {:.2?}, from {:.2?} to {:.2?}",
        times[runs / 2],
        times[0],
        times[runs - 1]
    );
}
