//! How long `verify` takes, what it asks, and how much memory it needs: `cargo bench --bench verify`.
//!
//! The cluster is the loopback API server of the tests, with 10 ms before every answer. With `serve NUMBER` it makes that
//! many apps and leaves server and repository there to be tried by hand, until a line is entered.

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
    pub mod apiserver;
    pub mod postgres;
    pub mod support;
    pub mod world;
}

use std::fs;
use std::io::stdin;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use apiserver::ApiServer;
// The modules call one another by these paths.
use cli::{apiserver, postgres, support, world};
use support::Repository;
use world::World;

/// What passes before every answer, as over a network.
const LATENCY: Duration = Duration::from_millis(10);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let serve = words.iter().position(|word| word == "serve");
    if let Some(number) = serve.and_then(|at| words.get(at + 1)) {
        return serve_apps(number.parse().unwrap());
    }
    // `cargo test` runs benches without this word, to see that they work.
    let (sizes, runs) = if words.iter().any(|word| word == "--bench") {
        ([1, 1_000].as_slice(), 20)
    } else {
        ([1].as_slice(), 1)
    };
    for apps in sizes {
        measure(*apps, runs);
    }
}

/// Runs `verify --all` some times, and prints the figures.
fn measure(apps: usize, runs: usize) {
    let (server, repository) = apps_in(apps);
    server.set_latency(LATENCY);
    let mut times = Vec::new();
    let mut peak = 0;
    for _ in 0..runs {
        server.forget_requests();
        let begin = Instant::now();
        peak = peak.max(run(&server, repository.path()));
        times.push(begin.elapsed());
    }
    times.sort();
    println!(
        "verify of {apps} apps: {} requests, median {:.0?}, from {:.0?} to {:.0?}, peak memory {:.1} MB",
        server.requests().len(),
        times[runs / 2],
        times[0],
        times[runs - 1],
        peak as f64 / 1024.0
    );
}

/// Runs it once; gives the most memory that it had, in KiB.
fn run(server: &ApiServer, repository: &Path) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubectl-pgdb"))
        .args(["verify", "--all", "--repo"])
        .arg(repository)
        .arg("--kubeconfig")
        .arg(server.kubeconfig())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "verify failed");
            return peak;
        }
        peak = peak.max(high_water(&fs::read_to_string(&status).unwrap_or_default()));
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// The line `VmHWM` of a process's status, in KiB.
fn high_water(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

fn apps_in(number: usize) -> (ApiServer, Repository) {
    let server = ApiServer::start();
    let repository = Repository::empty();
    World::apps_of(&server, repository.path(), number);
    (server, repository)
}

fn serve_apps(number: usize) {
    let (server, repository) = apps_in(number);
    println!(
        "export KUBECONFIG={} PGDB_REPO={}\nenter ends it",
        server.kubeconfig().display(),
        repository.path().display()
    );
    stdin().read_line(&mut String::new()).unwrap();
}
