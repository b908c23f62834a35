//! Sync-waves, in repositories that are messier than the guide's.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};
use crate::lint::finding::{Operation, Step};
use crate::repo::edit;

const NONE: [&str; 0] = [];
const SECRET_WAVE: &str = "  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n";
const CLUSTER_WAVE: &str = "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n";
const DATABASE_WAVE: &str = "  annotations:\n    argocd.argoproj.io/sync-wave: \"2\"\n";
const TEMPLATE_WAVE: &str = "        argocd.argoproj.io/sync-wave: \"0\"\n";

/// What the rules about sync-waves find.
fn found(guide: &Guide) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|finding| finding.starts_with("PGDB3"));
    found
}

/// The repository with all fixes made that add a wave.
fn mended(mut guide: Guide) -> Guide {
    for finding in guide.lint().findings {
        for edit in finding.fix.into_iter().flat_map(|fix| fix.edits) {
            let Operation::Insert(key, value) = &edit.operation else {
                continue;
            };
            let steps: Vec<edit::Step<'_>> = edit.steps.iter().map(Into::into).collect();
            let text = guide.snapshot().text(&edit.path).unwrap().to_owned();
            let text = edit::insert_key(&text, edit.document, &steps, key, value).unwrap();
            guide = guide.write(edit.path.as_str(), &text);
        }
    }
    guide
}

/// The guide's repository, in which no object has a wave.
fn bare() -> Guide {
    Guide::new()
        .replace(SEALED, &format!("{SECRET_WAVE}spec"), "spec")
        .replace(SEALED, TEMPLATE_WAVE, "")
        .replace(CLUSTER, CLUSTER_WAVE, "")
        .replace(DATABASE, DATABASE_WAVE, "")
}

#[test]
fn waves_are_missing_only_where_they_are_in_use() {
    assert_eq!(found(&bare()), NONE);
    let guide = bare().replace(
        DATABASE,
        "spec:\n",
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"2\"\nspec:\n",
    );
    let findings = [
        "PGDB301 info my-shop-secrets-sealed.yaml:4:9 SealedSecret my-shop-db-creds has no sync-wave, while objects that are deployed with it have one",
        "PGDB301 warning postgres-cluster.yaml:5:9 Cluster postgres-shared has no sync-wave, while objects that are deployed with it have one",
    ];
    assert_eq!(found(&guide), findings);
    let mended = mended(guide);
    assert_eq!(mended.findings(), NONE);
    let cluster = mended.snapshot().text(&CLUSTER.parse().unwrap()).unwrap();
    assert!(cluster.contains(CLUSTER_WAVE), "{cluster}");
}

#[test]
fn waves_come_from_the_settings_or_the_cluster() {
    let settings =
        "cluster: postgres-shared\nwaves:\n  secret: 10\n  cluster: 11\n  database: 12\n";
    let guide = bare()
        .replace(
            CLUSTER,
            "spec:\n",
            "  annotations:\n    argocd.argoproj.io/sync-wave: \"11\"\nspec:\n",
        )
        .write(".pgdb.yaml", settings);
    let mended = mended(guide);
    assert_eq!(mended.findings(), NONE);
    for (path, wave) in [(SEALED, 10), (DATABASE, 12)] {
        let text = mended.snapshot().text(&path.parse().unwrap()).unwrap();
        assert!(
            text.contains(&format!("argocd.argoproj.io/sync-wave: \"{wave}\"")),
            "{text}"
        );
    }
}

#[test]
fn no_wave_is_added_that_would_not_ascend() {
    let guide = Guide::new()
        .replace(CLUSTER, "sync-wave: \"1\"", "sync-wave: \"5\"")
        .replace(DATABASE, DATABASE_WAVE, "");
    assert_eq!(
        found(&guide),
        [
            "PGDB301 warning my-shop-db.yaml:4:9 Database my-shop-db has no sync-wave, while objects that are deployed with it have one"
        ]
    );
    assert!(
        guide
            .lint()
            .findings
            .iter()
            .all(|finding| finding.fix.is_none())
    );
}

#[test]
fn waves_that_kustomize_or_an_alias_may_add_are_not_missing() {
    let lacking = || Guide::new().replace(DATABASE, DATABASE_WAVE, "");
    let common = lacking().replace(
        KUSTOMIZATION,
        "resources:\n",
        "commonAnnotations:\n  argocd.argoproj.io/sync-wave: \"2\"\nresources:\n",
    );
    assert_eq!(found(&common), NONE);
    let by_patch = lacking()
        .replace(KUSTOMIZATION, "resources:\n", "patches:\n  - path: waves.yaml\nresources:\n")
        .write(
            "infra/databases/postgres/waves.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: my-shop-db\n  annotations:\n    argocd.argoproj.io/sync-wave: \"2\"\n",
        );
    assert_eq!(found(&by_patch), NONE);
    for annotations in ["  annotations: *all\n", "  annotations:\n    <<: *all\n"] {
        let guide = Guide::new().replace(
            DATABASE,
            DATABASE_WAVE,
            &format!("  x: &all\n    argocd.argoproj.io/sync-wave: \"2\"\n{annotations}"),
        );
        assert_eq!(found(&guide), NONE, "{annotations}");
    }
}

#[test]
fn patches_and_other_deployments_have_their_own_waves() {
    let patch = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\nspec:\n  instances: 1\n";
    let guide = Guide::new()
        .write("infra/prod/kustomization.yaml", "resources: [../databases/postgres]\npatches:\n  - path: cluster.yaml\n")
        .write("infra/prod/cluster.yaml", patch)
        .write("archive/db.yaml", "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: old\nspec:\n  name: old\n  owner: my_shop\n  cluster:\n    name: postgres-shared\n");
    assert_eq!(found(&guide), NONE);
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n";
    let guide = Guide::new()
        .remove(SEALED)
        .write("infra/databases/postgres/external.yaml", external);
    assert_eq!(found(&guide), NONE);
}

#[test]
fn a_wave_is_an_integer_in_quotes() {
    let with = |wave: &str| Guide::new().replace(DATABASE, "\"2\"", wave);
    for fine in ["'2'", "!!str 2", "${WAVE:=2}", "\"+2\""] {
        assert_eq!(found(&with(fine)), NONE, "{fine}");
    }
    assert_eq!(
        found(&with("2")),
        [
            "PGDB302 error my-shop-db.yaml:10:35 the sync-wave 2 is a number, and annotations are strings"
        ]
    );
    for (wave, text) in [
        ("\"two\"", "two"),
        ("2.5", "2.5"),
        ("010", "010"),
        ("\" 2\"", " 2"),
    ] {
        let guide = with(wave);
        assert_eq!(
            found(&guide),
            [format!(
                "PGDB302 error my-shop-db.yaml:10:35 the sync-wave {text:?} is no integer in quotes"
            )]
        );
        assert!(
            guide
                .lint()
                .findings
                .iter()
                .all(|finding| finding.fix.is_none())
        );
    }
}

#[test]
fn a_number_in_a_template_is_no_string_either() {
    let guide = Guide::new().replace(
        SEALED,
        TEMPLATE_WAVE,
        "        argocd.argoproj.io/sync-wave: 0\n",
    );
    assert_eq!(
        found(&guide),
        [
            "PGDB302 error my-shop-secrets-sealed.yaml:24:39 the sync-wave 0 is a number, and annotations are strings"
        ]
    );
    let fix = guide.lint().findings.remove(0).fix.unwrap();
    assert_eq!(
        fix.edits[0].steps,
        [
            "spec",
            "template",
            "metadata",
            "annotations",
            "argocd.argoproj.io/sync-wave"
        ]
        .map(Step::from)
    );
    assert_eq!(fix.edits[0].operation, Operation::SetText("0".to_owned()));
}

#[test]
fn the_object_that_is_out_of_order_is_named_once() {
    let secret_late = Guide::new().replace(
        SEALED,
        &format!("{SECRET_WAVE}spec"),
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"7\"\nspec",
    );
    assert_eq!(
        found(&secret_late),
        [
            "PGDB303 warning my-shop-secrets-sealed.yaml:10:35 the sync-wave 7 of SealedSecret my-shop-db-creds is not below 1, that \
             of Cluster postgres-shared, which needs it"
        ]
    );
    let cluster_early = Guide::new().replace(CLUSTER, "sync-wave: \"1\"", "sync-wave: \"0\"");
    assert_eq!(
        found(&cluster_early),
        [
            "PGDB303 warning postgres-cluster.yaml:8:35 the sync-wave 0 of Cluster postgres-shared is not above 0, that of \
             SealedSecret my-shop-db-creds, which it needs"
        ]
    );
    let wide = Guide::new()
        .replace(
            SEALED,
            &format!("{SECRET_WAVE}spec"),
            "  annotations:\n    argocd.argoproj.io/sync-wave: \"-5\"\nspec",
        )
        .replace(DATABASE, "\"2\"", "\"100\"");
    assert_eq!(found(&wide), NONE);
}

#[test]
fn waves_are_compared_of_what_is_deployed_together() {
    let copy = Guide::new();
    let cluster = copy.snapshot().text(&CLUSTER.parse().unwrap()).unwrap();
    let guide = Guide::new().write("archive/cluster.yaml", &cluster.replace("\"1\"", "\"9\""));
    assert_eq!(found(&guide), NONE);
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: my-shop\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: \"3\"\nspec:\n  name: my_shop\n  cluster:\n    name: postgres-shared\n  passwordSecret:\n    name: my-shop-db-creds\n";
    let listed = Guide::new()
        .replace(KUSTOMIZATION, "resources:\n", "resources:\n  - role.yaml\n")
        .write("infra/databases/postgres/role.yaml", role)
        .replace(
            CLUSTER,
            "  managed:\n    roles:\n      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
            "",
        );
    assert_eq!(
        found(&listed),
        [
            "PGDB303 warning infra/databases/postgres/role.yaml:7:35 the sync-wave 3 of DatabaseRole my-shop is not below 2, that of \
             Database my-shop-db, which needs it"
        ]
        .map(|text| text.replace("infra/databases/postgres/", ""))
    );
}

#[test]
fn a_wave_in_the_template_alone_is_not_missing_as_well() {
    let hidden = |wave: &str| {
        Guide::new()
            .replace(SEALED, &format!("{SECRET_WAVE}spec"), "spec")
            .replace(
                SEALED,
                TEMPLATE_WAVE,
                &format!("        argocd.argoproj.io/sync-wave: \"{wave}\"\n"),
            )
    };
    for (wave, severity) in [("0", "info"), ("-1", "warning")] {
        let guide = hidden(wave);
        assert_eq!(
            found(&guide),
            [format!(
                "PGDB304 {severity} my-shop-secrets-sealed.yaml:22:39 the sync-wave {wave} is in the template alone, where Argo CD \
                 does not see it: it takes 0"
            )]
        );
        assert_eq!(mended(guide).findings(), NONE);
    }
    let unfit = hidden("5");
    assert!(
        unfit
            .lint()
            .findings
            .iter()
            .all(|finding| finding.fix.is_none())
    );
}

#[test]
fn a_cluster_needs_no_wave_beside_roles_of_their_own() {
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: my-shop\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\nspec:\n  name: my_shop\n  cluster:\n    name: postgres-shared\n  passwordSecret:\n    name: my-shop-db-creds\n";
    let guide = Guide::new()
        .replace(KUSTOMIZATION, "resources:\n", "resources:\n  - role.yaml\n")
        .write("infra/databases/postgres/role.yaml", role)
        .replace(CLUSTER, CLUSTER_WAVE, "")
        .replace(
            CLUSTER,
            "  managed:\n    roles:\n      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
            "",
        );
    assert_eq!(guide.findings(), NONE);
}
