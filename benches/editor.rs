//! How long it takes to append an entry to `spec.managed.roles`, all checks included: `cargo bench --bench editor`.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use std::fmt::Write;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pgdb::repo::edit::{Addition, append};

/// A Cluster manifest with so many managed roles.
fn cluster(roles: usize) -> String {
    let mut text = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: shared\n\
                    spec:\n  instances: 3\n  managed:\n    roles:\n"
        .to_owned();
    for number in 0..roles {
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "      - name: app_{number} # team {}\n        login: true\n        passwordSecret:\n          \
             name: app-{number}-db-creds\n",
            number % 7
        );
    }
    text.push_str("  storage:\n    size: 1Gi\n");
    text
}

/// The entry of one more role.
fn role() -> Addition {
    let text = |text: &str| Addition::Text(text.to_owned());
    Addition::Map(vec![
        ("name".to_owned(), text("my_shop")),
        ("login".to_owned(), Addition::Bool(true)),
        (
            "passwordSecret".to_owned(),
            Addition::Map(vec![("name".to_owned(), text("my-shop-db-creds"))]),
        ),
    ])
}

fn append_role(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    let entry = [role()];
    for roles in [1, 75, 5_000] {
        let text = cluster(roles);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(roles),
            &text,
            |bencher, text| {
                bencher.iter(|| append(text, 0, &["spec", "managed", "roles"], &entry));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, append_role);
criterion_main!(benches);
