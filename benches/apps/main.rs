//! How long it takes to look through the apps of a repository: `cargo bench --bench apps`.
//!
//! With `-- write FOLDER APPS` it writes such a repository into a new folder instead, and with `-- apps-file APPS` it prints a
//! file of apps that are not in it, for measuring whole runs.

#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "criterion's macros make undocumented functions; a bench writes files, and may panic"
)]

mod generated;
mod importing;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput};
use pgdb::domain::time::UnixTime;
use pgdb::lint::repository::Input;
use pgdb::lint::rules::RULES;
use pgdb::lint::{Wanted, run};
use pgdb::repo::snapshot::Snapshot;
use pgdb::settings::TargetSettings;

/// Lints a repository in memory.
fn lint(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lint");
    group.sample_size(10);
    for apps in [100, 1_000] {
        let files = generated::files(apps);
        let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
        let files = files.into_iter().map(|(path, text)| {
            let path = path.parse().expect("the path is one of a repository");
            (path, text)
        });
        let snapshot = Snapshot::new(files);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(apps),
            &snapshot,
            |bencher, snapshot| {
                bencher.iter(|| findings(snapshot));
            },
        );
    }
    group.finish();
}

/// How many findings all rules have.
fn findings(snapshot: &Snapshot) -> usize {
    let none = BTreeSet::new();
    let input = Input {
        snapshot,
        targets: &[TargetSettings::default()],
        certificates: &[],
        now: UnixTime::new(0),
        missing: &none,
        named: &none,
    };
    let wanted = Wanted {
        rules: RULES.iter().collect(),
        ..Wanted::default()
    };
    run(input, &wanted).findings.len()
}

/// Writes a repository of so many apps into a new folder.
fn write(folder: &Path, apps: usize) -> std::io::Result<()> {
    for part in ["objects", "refs"] {
        fs::create_dir_all(folder.join(".git").join(part))?;
    }
    fs::write(folder.join(".git/HEAD"), "ref: refs/heads/main\n")?;
    for (path, text) in generated::files(apps) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [command, folder, apps, ..] = words.as_slice()
        && command == "write"
    {
        let apps = apps.parse().expect("a number of apps");
        write(Path::new(folder), apps).expect("the folder can be written to");
        return;
    }
    if let [command, apps, ..] = words.as_slice()
        && command == "apps-file"
    {
        print!(
            "{}",
            generated::apps_file(apps.parse().expect("a number of apps"))
        );
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    lint(&mut criterion);
    importing::import(&mut criterion);
    criterion.final_summary();
}
