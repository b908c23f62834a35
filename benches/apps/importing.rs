//! How long it takes to plan an import, beside the sealing alone that it cannot do without.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use pgdb::apps_file::read;
use pgdb::declared::Declared;
use pgdb::domain::app::AppOptions;
use pgdb::domain::time::UnixTime;
use pgdb::import::{Defaults, Inputs, plan};
use pgdb::new_app::Ground;
use pgdb::render::Templates;
use pgdb::repo::snapshot::Snapshot;
use pgdb::sealing::{DemoKey, SealingKey};
use pgdb::target::{Target, TargetRequest};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::generated::{apps_file, files};

/// 2026-01-01 00:00:00 UTC.
const NOW: UnixTime = UnixTime::new(1_767_225_600);
/// The size of the controller's keys.
const BITS: usize = 4096;
/// The values of a credential that are sealed: username and password.
const VALUES: usize = 2;

/// Imports apps into a repository that has a hundred, in memory, with a key of the controller's size.
pub(crate) fn import(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    let demo = DemoKey::generate(BITS, &mut rng, NOW, Duration::from_secs(86_400))
        .expect("a key can be made");
    let key = SealingKey::from_pem(demo.certificate_pem(), NOW).expect("the certificate is good");
    let files = files(100).into_iter().map(|(path, text)| {
        let path = path.parse().expect("the path is one of a repository");
        (path, text)
    });
    let snapshot = Snapshot::new(files);
    let target = Target::resolve(&TargetRequest::default(), &snapshot).expect("there is one");
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10);
    for apps in [1, 100, 1_000] {
        let text = apps_file(apps);
        group.bench_function(BenchmarkId::new("plan", apps), |bencher| {
            bencher.iter(|| planned(&text, &snapshot, &target, &key));
        });
        group.bench_function(BenchmarkId::new("sealing alone", apps), |bencher| {
            bencher.iter_batched(
                || (),
                |()| seal(apps * VALUES, &key),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// How many files an import changes.
fn planned(text: &str, snapshot: &Snapshot, target: &Target, key: &SealingKey) -> usize {
    let entries = read(text).unwrap_or_default();
    let declared: Declared = pgdb::declared::apps(snapshot, target);
    let defaults = Defaults {
        options: AppOptions {
            connection_keys: true,
            ..AppOptions::default()
        },
        ..Defaults::default()
    };
    let templates = Templates::default();
    let inputs = Inputs {
        ground: Ground {
            target,
            templates: &templates,
            key: Some(key),
        },
        snapshot,
        declared: &declared,
        defaults: &defaults,
        replaces_passwords: false,
        now: NOW,
    };
    let mut rng = StdRng::seed_from_u64(1);
    let plan = plan(&inputs, entries, &mut rng, &|| ()).expect("the apps can be planned");
    plan.changes.changes().len()
}

/// Seals so many values on all cores.
fn seal(values: usize, key: &SealingKey) {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for number in 0..threads {
            scope.spawn(move || {
                let mut rng = StdRng::seed_from_u64(1);
                let share = values / threads + usize::from(number < values % threads);
                for _ in 0..share {
                    drop(key.seal(&[b'x'; 32], "postgres/my-shop-db-creds", &mut rng));
                }
            });
        }
    });
}
