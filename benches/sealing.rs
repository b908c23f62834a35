//! How long sealing and what comes before it takes: `cargo bench --bench sealing`.

#![allow(
    missing_docs,
    clippy::expect_used,
    reason = "criterion's macros make undocumented functions, and a bench may fail loudly"
)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use pgdb::domain::password::{Password, PasswordLength};
use pgdb::domain::time::UnixTime;
use pgdb::sealing::{DemoKey, SealingKey};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// 2026-01-01 00:00:00 UTC.
const NOW: UnixTime = UnixTime::new(1_767_225_600);

/// One password sealed to keys of both usual sizes, and their certificates parsed.
fn sealing(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    for bits in [2048, 4096] {
        let key = DemoKey::generate(bits, &mut rng, NOW, Duration::from_secs(86_400))
            .expect("a key can be made");
        let pem = key.certificate_pem();
        let sealing_key = SealingKey::from_pem(pem, NOW).expect("the certificate is good");
        criterion.bench_function(&format!("certificate/rsa-{bits}"), |bencher| {
            bencher.iter(|| SealingKey::from_pem(black_box(pem), NOW).is_ok());
        });
        criterion.bench_function(&format!("seal/rsa-{bits}"), |bencher| {
            let value = [b'x'; 32];
            bencher.iter(|| {
                sealing_key.seal(black_box(&value), "postgres/my-shop-db-creds", &mut rng)
            });
        });
    }
}

/// One password of the default length.
fn password(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    criterion.bench_function("password", |bencher| {
        bencher.iter(|| Password::generate(PasswordLength::default(), black_box(&mut rng)));
    });
}

/// One key pair with its certificate. The time varies with the primes, so few rounds of many seeds.
fn demo_key(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("demo_key");
    group.sample_size(10);
    for bits in [2048, 4096] {
        let mut rng = StdRng::seed_from_u64(1);
        group.bench_function(format!("rsa-{bits}"), |bencher| {
            bencher.iter(|| {
                DemoKey::generate(bits, &mut rng, NOW, Duration::from_secs(86_400)).is_ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, sealing, password, demo_key);
criterion_main!(benches);
