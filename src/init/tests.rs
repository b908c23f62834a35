use proptest::prelude::*;

use super::*;
use crate::settings::{Chosen, Settings, TargetSettings, WaveSettings};

fn mk_target(name: Option<&str>, cluster: &str) -> FoundTarget {
    FoundTarget {
        name: name.map(|name| name.parse().unwrap()),
        cluster: cluster.parse().unwrap(),
        namespace: "postgres".parse().unwrap(),
        cluster_file: path("infra/databases/postgres/postgres-cluster.yaml"),
        directory: path("infra/databases/postgres"),
        certificate: Some(path("infra/sealed-secrets/pub-cert.pem")),
        waves: Waves::default(),
    }
}

/// Valid values that mean something else in YAML when they are written as they are.
fn mk_hostile(name: &str, index: usize) -> FoundTarget {
    let paths = [
        "a b/#c: d.yaml",
        "~",
        "- {x}, 'y' \"z\"",
        "&a *b !c %d @e",
        "null",
        "wait... what/\u{202e}\u{2028}\u{feff}é",
        " lead and trail ",
    ];
    let at = |offset: usize| path(paths[(index + offset) % paths.len()]);
    FoundTarget {
        name: Some(name.parse().unwrap()),
        cluster: ["1.0", "0x1f", "true"][index % 3].parse().unwrap(),
        namespace: ["null", "123", "on"][index % 3].parse().unwrap(),
        cluster_file: at(0),
        directory: at(1),
        certificate: Some(at(2)),
        waves: Waves::new(i32::MIN, -1, i32::MAX).unwrap(),
    }
}

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

fn found(targets: impl IntoIterator<Item = FoundTarget>) -> Found {
    Found {
        targets: targets.into_iter().collect(),
    }
}

fn settings(target: &FoundTarget) -> TargetSettings {
    TargetSettings {
        cluster: Some(target.cluster.clone()),
        namespace: Some(target.namespace.clone()),
        cluster_file: Some(target.cluster_file.clone()),
        directory: Some(target.directory.clone()),
        certificate: target.certificate.clone(),
        waves: WaveSettings {
            secret: Some(target.waves.secret()),
            cluster: Some(target.waves.cluster()),
            database: Some(target.waves.database()),
        },
        ..TargetSettings::default()
    }
}

/// Asserts that the settings which are read of the text are what was found, under these names.
fn assert_reads_back(found: &Found, names: &[&str]) {
    let text = render(found);
    let read = Settings::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let read_names: Vec<&str> = read.targets().map(TargetName::as_str).collect();
    assert_eq!(read_names, names, "{text}");
    if let ([target], []) = (found.targets.as_slice(), names) {
        assert_eq!(
            read.target(None),
            Ok(Chosen {
                name: None,
                settings: settings(target),
            })
        );
    }
    for (name, target) in names.iter().zip(&found.targets) {
        assert_eq!(
            read.target(Some(name)),
            Ok(Chosen {
                name: Some(name.parse().unwrap()),
                settings: settings(target),
            })
        );
    }
}

#[test]
fn one_target() {
    assert_eq!(
        render(&found([mk_target(Some("prod"), "postgres-shared")])),
        "\
# The settings of kubectl-pgdb for this repository.
#
# Flags and PGDB_* variables win over this file. What it leaves open is looked for in the repository or has a
# default. A key that is commented out shows its default, or an example where the default is no fixed value.

# The version of this file's format; 1 is the only one.
version: 1

# The target that is meant when no --target is given. Default: none.
# defaultTarget: prod

# The name of the CNPG Cluster that apps are put on, or of the server.
cluster: postgres-shared

# The namespace of that Cluster.
namespace: postgres

# The Cluster's manifest.
clusterFile: infra/databases/postgres/postgres-cluster.yaml

# The folder that new manifests go to.
directory: infra/databases/postgres

# The sealing certificate of the Sealed Secrets controller.
certificate: infra/sealed-secrets/pub-cert.pem

# The name of the Sealed Secrets controller's Service. Default: sealed-secrets-controller, else the one that is found.
# controllerName: sealed-secrets-controller

# The namespace of that Service. Default: kube-system, else where it is found.
# controllerNamespace: kube-system

# The Argo CD sync-waves of the SealedSecret, the Cluster and the Database; they must ascend.
waves: { secret: 0, cluster: 1, database: 2 }

# How roles are declared: managed (in the Cluster) or databaserole (objects of their own, CNPG 1.30). Default: managed.
# roles: managed

# Where a sealed value can be opened: strict, namespace-wide or cluster-wide. Default: strict.
# scope: strict

# What becomes of a database whose Database object is deleted: retain or delete. Default: retain.
# reclaim: retain

# Whether the Secret also holds host, port, dbname, uri and the like. Default: true.
# connectionKeys: true

# How many characters a generated password has: 22 to 256. Default: 32.
# passwordLength: 32

# A folder with templates that stand in for the built-in ones of the same name. Default: .pgdb/templates.
# templates: .pgdb/templates

# Whether nobody but a new app's own roles may connect to its database. Default: false.
# isolate: false

# The image with psql in which Jobs run SQL. Default: the Cluster's own, else CNPG's default.
# jobImage: ghcr.io/cloudnative-pg/postgresql:18

# Whether a NetworkPolicy lets such a Job reach PostgreSQL and DNS alone. Default: false.
# networkPolicy: false

# Who runs PostgreSQL: cnpg (CloudNativePG), or postgres for a server that somebody else runs. Default: cnpg.
# engine: postgres

# With engine: postgres, the host of the server, as applications reach it. Default: the Cluster's read-write Service; needed with engine: postgres.
# host: db.example.org

# With engine: postgres, the port of the server. Default: 5432.
# port: 5432

# With engine: postgres, the Secret that holds the connection by which apps are made. Default: the name in `cluster` with -connection behind it.
# connectionSecret: postgres-shared-connection

# With engine: postgres, the key of that Secret. Default: uri.
# connectionKey: uri

# With engine: postgres, when the CronJob makes the server what is declared. Default: */15 * * * *.
# schedule: \"*/15 * * * *\"

# With engine: postgres, the time zone of that schedule. Default: the one of the Kubernetes control plane.
# timeZone: Europe/Vienna

# With engine: postgres, whether passwords may go over the network in clear. Default: false.
# allowPlaintext: false

# What `kubectl pgdb lint` leaves out. Default: none.
# lint: { ignore: [{ rule: PGDB402, paths: [legacy], reason: moves to a vault }] }

# Several targets by name, each with keys of its own, which win over those at the top level. Default: none.
# targets: { prod: {}, staging: {} }
"
    );
}

#[test]
fn several_targets() {
    let mut staging = mk_target(Some("staging"), "postgres-staging");
    staging.certificate = None;
    let text = render(&found([
        staging,
        mk_target(Some("prod"), "postgres-shared"),
    ]));
    let (top, targets) = text.split_once("\n# Several").unwrap();
    let top = top.strip_prefix(HEADER).unwrap();
    let lines: Vec<&str> = top
        .lines()
        .filter(|line| !line.is_empty() && !line.ends_with('.'))
        .collect();
    assert_eq!(
        lines,
        [
            "version: 1",
            "# defaultTarget: staging",
            "# controllerName: sealed-secrets-controller",
            "# controllerNamespace: kube-system",
            "# roles: managed",
            "# scope: strict",
            "# reclaim: retain",
            "# connectionKeys: true",
            "# passwordLength: 32",
            "# templates: .pgdb/templates",
            "# isolate: false",
            "# jobImage: ghcr.io/cloudnative-pg/postgresql:18",
            "# networkPolicy: false",
            "# engine: postgres",
            "# host: db.example.org",
            "# port: 5432",
            "# connectionSecret: postgres-shared-connection",
            "# connectionKey: uri",
            "# schedule: \"*/15 * * * *\"",
            "# timeZone: Europe/Vienna",
            "# allowPlaintext: false",
            "# lint: { ignore: [{ rule: PGDB402, paths: [legacy], reason: moves to a vault }] }"
        ]
    );
    assert_eq!(
        targets,
        " targets by name, each with keys of its own, which win over those at the top level.
targets:
  staging:
    # The name of the CNPG Cluster that apps are put on, or of the server.
    cluster: postgres-staging
    # The namespace of that Cluster.
    namespace: postgres
    # The Cluster's manifest.
    clusterFile: infra/databases/postgres/postgres-cluster.yaml
    # The folder that new manifests go to.
    directory: infra/databases/postgres
    # The sealing certificate of the Sealed Secrets controller.
    # certificate: infra/sealed-secrets/pub-cert.pem
    # The Argo CD sync-waves of the SealedSecret, the Cluster and the Database; they must ascend.
    waves: { secret: 0, cluster: 1, database: 2 }
  prod:
    cluster: postgres-shared
    namespace: postgres
    clusterFile: infra/databases/postgres/postgres-cluster.yaml
    directory: infra/databases/postgres
    certificate: infra/sealed-secrets/pub-cert.pem
    waves: { secret: 0, cluster: 1, database: 2 }
"
    );
}

#[test]
fn reads_back() {
    assert_reads_back(&Found::default(), &[]);
    assert_reads_back(&found([mk_target(None, "postgres-shared")]), &[]);
    let at_the_root = FoundTarget {
        directory: RepoPath::root(),
        certificate: None,
        ..mk_target(None, "shared")
    };
    assert_reads_back(&found([at_the_root]), &[]);
    for index in 0..7 {
        assert_reads_back(&found([mk_hostile("null", index)]), &[]);
        let targets = ["null", "12", "no"].map(|name| mk_hostile(name, index));
        assert_reads_back(&found(targets), &["null", "12", "no"]);
    }
}

#[test]
fn targets_without_a_name_are_called_after_their_cluster() {
    let targets = [
        mk_target(None, "pg.one"),
        mk_target(None, "pg-one"),
        mk_target(None, "prod"),
        mk_target(Some("prod"), "pg-one"),
        mk_target(Some("prod"), "pg-one"),
    ];
    assert_reads_back(
        &found(targets),
        &["pg-one", "pg-one-2", "prod-2", "prod", "pg-one-3"],
    );
}

#[test]
fn every_key_is_there_and_can_be_uncommented() {
    let two = [mk_target(Some("a"), "a"), mk_target(Some("b"), "b")];
    for found in [Found::default(), found([two[0].clone()]), found(two)] {
        let text = render(&found);
        let is_key =
            |line: &str, key: &Key| line.trim_start().starts_with(&format!("{}:", key.name));
        let uncommented: Vec<String> = text
            .lines()
            .map(|line| {
                let without = line.replacen("# ", "", 1);
                let holds_key = KEYS.iter().any(|key| is_key(&without, key));
                if holds_key { without } else { line.to_owned() }
            })
            .collect();
        for key in Place::File.keys() {
            assert!(uncommented.iter().any(|line| is_key(line, key)), "{key:?}");
        }
        let text = uncommented.join("\n");
        Settings::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    }
}

fn paths() -> impl Strategy<Value = RepoPath> {
    let texts = prop_oneof![any::<String>(), "[ -~]{1,12}", "[a-z#: {}&*!'\"-]{1,9}"];
    texts.prop_filter_map("a path below the root", |text| {
        let path: RepoPath = text.parse().ok()?;
        (!path.is_root()).then_some(path)
    })
}

proptest! {
    #[test]
    fn any_path_reads_back(file in paths(), folder in paths(), certificate in paths()) {
        let target = |name| FoundTarget {
            cluster_file: file.clone(),
            directory: folder.clone(),
            certificate: Some(certificate.clone()),
            ..mk_target(Some(name), "shared")
        };
        assert_reads_back(&found([target("a")]), &[]);
        assert_reads_back(&found([target("a"), target("b")]), &["a", "b"]);
    }
}
