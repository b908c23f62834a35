//! Kustomizations as real repositories have them.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};
use crate::lint::finding::{Fix, FixEdit, Operation, Step};
use crate::repo::edit::Addition;

const NONE: [&str; 0] = [];

/// What the rules on kustomizations find.
fn found(guide: &Guide) -> Vec<String> {
    let mut findings = guide.findings();
    findings.retain(|finding| finding.starts_with("PGDB8"));
    findings
}

/// What is found with this kustomization in the guide's folder.
fn with(kustomization: &str) -> Vec<String> {
    found(&Guide::new().write(KUSTOMIZATION, kustomization))
}

/// What is said of a file that is not listed.
fn unlisted(place: &str) -> String {
    format!(
        "PGDB801 warning {place} kustomization.yaml does not list this file, so that it is never applied"
    )
}

#[test]
fn files_that_are_not_listed() {
    assert_eq!(
        with("resources:\n- postgres-cluster.yaml\n"),
        [
            unlisted("my-shop-db.yaml:4:9"),
            unlisted("my-shop-secrets-sealed.yaml:4:9")
        ]
    );
    // The path may be written in other ways, and in other lists.
    assert_eq!(
        with(
            "bases: [./postgres-cluster.yaml, ../postgres/my-shop-db.yaml]\ngenerators: [my-shop-secrets-sealed.yaml]\n"
        ),
        NONE
    );
}

#[test]
fn a_file_that_is_not_listed_is_added() {
    let guide = Guide::new().replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "");
    let report = guide.lint();
    let fixes: Vec<Option<Fix>> = report.findings.into_iter().map(|found| found.fix).collect();
    let edit = FixEdit {
        path: KUSTOMIZATION.parse().unwrap(),
        document: 0,
        steps: vec![Step::Key("resources".to_owned())],
        operation: Operation::Append(Addition::Text("my-shop-db.yaml".to_owned())),
    };
    assert_eq!(
        fixes,
        [Some(Fix {
            title: format!("add my-shop-db.yaml to {KUSTOMIZATION}"),
            edits: vec![edit],
        })]
    );
}

#[test]
fn files_that_are_left_out_on_purpose_or_listed_elsewhere() {
    let rest = "- postgres-cluster.yaml\n- my-shop-secrets-sealed.yaml\n";
    assert_eq!(
        with(&format!("resources:\n{rest}# - my-shop-db.yaml\n")),
        NONE
    );
    assert_eq!(
        with(&format!(
            "resources:\n{rest}patches:\n- path: my-shop-db.yaml\n"
        )),
        NONE
    );
    assert_eq!(
        with(&format!(
            "resources:\n{rest}configMapGenerator:\n- name: x\n  files: [db=my-shop-db.yaml]\n"
        )),
        NONE
    );
    let guide = Guide::new()
        .replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "")
        .write(
            "prod/kustomization.yaml",
            "resources: [../infra/databases/postgres/my-shop-db.yaml]\n",
        );
    assert_eq!(found(&guide), NONE);
    let guide = Guide::new()
        .replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "")
        .replace(
            DATABASE,
            "  name: my-shop-db\n",
            "  name: my-shop-db # pgdb:ignore PGDB801 a job applies it\n",
        );
    assert_eq!(found(&guide), NONE);
}

#[test]
fn kustomizations_that_do_not_build_the_folder() {
    for kustomization in [
        "resources: [../base]\n",
        "resources: [sub]\n",
        "resources: []\n",
        "kind: Component\nresources: [postgres-cluster.yaml]\n",
        "secretGenerator:\n- name: x\n",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nresources: [postgres-cluster.yaml]\n",
        "resources: [{{ file }}]\n",
    ] {
        let guide = Guide::new()
            .write(KUSTOMIZATION, kustomization)
            .there("infra/databases/base")
            .there("infra/databases/postgres/sub");
        assert_eq!(found(&guide), NONE, "{kustomization}");
    }
    assert_eq!(found(&Guide::new().remove(KUSTOMIZATION)), NONE);
}

#[test]
fn samples_and_objects_of_others() {
    let guide = Guide::new();
    let database = guide.snapshot().text(&DATABASE.parse().unwrap()).unwrap();
    let folder = "infra/databases/postgres";
    let guide = Guide::new()
        .write(&format!("{folder}/db.example.yaml"), database)
        .write(
            &format!("{folder}/note.yaml"),
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n",
        );
    assert_eq!(found(&guide), NONE);
    let guide = Guide::new().write(&format!("{folder}/other.yaml"), database);
    assert_eq!(found(&guide), [unlisted("other.yaml:4:9")]);
}

#[test]
fn a_kustomization_of_another_name_and_several_documents() {
    let guide = Guide::new();
    let text = |path: &str| {
        guide
            .snapshot()
            .text(&path.parse().unwrap())
            .unwrap()
            .to_owned()
    };
    let both = format!("# nothing\n---\n{}---\n{}", text(DATABASE), text(SEALED));
    let guide = Guide::new()
        .remove(KUSTOMIZATION)
        .remove(DATABASE)
        .write(SEALED, &both)
        .write(
            "infra/databases/postgres/Kustomization",
            "resources:\n- postgres-cluster.yaml\n",
        );
    assert_eq!(
        found(&guide),
        [
            "PGDB801 warning my-shop-secrets-sealed.yaml:6:9 Kustomization does not list this file, so that it is never applied"
        ]
    );
}

#[test]
fn listed_files_that_are_not_there() {
    let guide = Guide::new()
        .remove(DATABASE)
        .write("infra/databases/postgres/my_shop-db.yaml", "a: 1\n");
    let missing = |place: &str, path: &str| {
        format!("PGDB802 error {place} there is no infra/databases/{path}, which this lists")
    };
    assert_eq!(
        found(&guide),
        [format!(
            "{} (did you mean my_shop-db.yaml?)",
            missing("kustomization.yaml:6:5", "postgres/my-shop-db.yaml")
        )]
    );
    let all = "  - my-shop-db.yaml\ncomponents: [../tls]\npatches:\n- path: more.yaml\n- patch: '[]'\npatchesStrategicMerge:\n- old.yaml\n";
    let guide = Guide::new().replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", all);
    assert_eq!(
        found(&guide),
        [
            missing("kustomization.yaml:7:14", "tls"),
            missing("kustomization.yaml:9:9", "postgres/more.yaml"),
            missing("kustomization.yaml:12:3", "postgres/old.yaml"),
        ]
    );
    assert_eq!(
        found(
            &guide
                .there("infra/databases/tls")
                .there("infra/databases/postgres/more.yaml")
                .there("infra/databases/postgres/old.yaml")
        ),
        NONE
    );
}

#[test]
fn what_is_listed_from_elsewhere() {
    for word in [
        "https://example.org/x.yaml",
        "github.com/org/repo//path?ref=v1",
        "git@example.org:org/repo.git",
        "oci://example.org/x",
        "../../../../outside.yaml",
        "/srv/x.yaml",
        "${FOLDER}/x.yaml",
        "\"{{ folder }}/x.yaml\"",
    ] {
        let all = format!("  - my-shop-db.yaml\n  - {word}\n");
        let guide = Guide::new().replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", &all);
        assert_eq!(found(&guide), NONE, "{word}");
    }
    let inline =
        "  - my-shop-db.yaml\npatchesStrategicMerge:\n- |-\n  kind: Cluster\n- '{kind: Cluster}'\n";
    let guide = Guide::new().replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", inline);
    assert_eq!(found(&guide), NONE);
}

#[test]
fn only_kustomizations_that_matter_here() {
    let broken = "resources:\n- gone.yaml\n";
    let apart = Guide::new().write("apps/kustomization.yaml", broken);
    assert_eq!(found(&apart), NONE);
    let overlay = "resources:\n- ../infra/databases/postgres\n- gone.yaml\n";
    let builds = Guide::new().write("prod/kustomization.yaml", overlay);
    assert_eq!(
        found(&builds),
        ["PGDB802 error prod/kustomization.yaml:3:3 there is no prod/gone.yaml, which this lists"]
    );
    assert_eq!(
        found(&Guide::empty().write("kustomization.yaml", broken)),
        NONE
    );
    assert!(
        Guide::new()
            .snapshot()
            .text(&CLUSTER.parse().unwrap())
            .is_some()
    );
}
