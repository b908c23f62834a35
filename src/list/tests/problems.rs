//! What an app lacks, in words.

use super::*;

/// The apps of the Cluster `pg` with these roles, beside these files.
fn on_pg(roles: &[(&str, &str)], texts: &[(&str, String)]) -> Vec<String> {
    let cluster = cluster("pg", "postgres", roles);
    let files = [&files(texts)[..], &[("pg/cluster.yaml", cluster.as_str())]].concat();
    found("", &files)
}

#[test]
fn an_app_of_the_guide_is_complete() {
    assert_eq!(
        on_pg(
            &[("shop", "shop-db-creds")],
            &[("pg/anything.yaml", app("shop", "pg", "postgres"))]
        ),
        ["shop pg: complete"]
    );
}

#[test]
fn each_missing_piece_is_named() {
    let role = [("shop", "shop-db-creds")];
    let database = ("pg/a.yaml", database("shop", "pg", "postgres"));
    let sealed = ("pg/b.yaml", sealed("shop", "postgres"));
    for (roles, files, expected) in [
        (
            &role[..],
            vec![],
            "no Database, no Secret in the repository",
        ),
        (&role, vec![sealed.clone()], "no Database"),
        (&role, vec![database.clone()], "no Secret in the repository"),
        (&[], vec![database.clone(), sealed.clone()], "no role"),
        (&[], vec![database.clone()], "no role, no Secret"),
        (&[], vec![sealed.clone()], "no Database, no role"),
    ] {
        assert_eq!(on_pg(roles, &files), [format!("shop pg: {expected}")]);
    }
}

#[test]
fn a_role_that_names_no_secret() {
    let text = cluster("pg", "postgres", &[]).replace(
        "    roles:\n",
        "    roles:\n      - name: shop\n        login: true\n",
    );
    let database = database("shop", "pg", "postgres");
    assert_eq!(
        found(
            "",
            &[("pg/cluster.yaml", text.as_str()), ("pg/a.yaml", &database)]
        ),
        ["shop pg: no Secret"]
    );
}

#[test]
fn references_that_lead_elsewhere_say_where_to() {
    let database = database("shop", "pg", "postgres");
    let texts = [
        ("pg/a.yaml", database.replace("owner: shop", "owner: shpo")),
        ("pg/b.yaml", sealed("shop", "postgres")),
    ];
    assert_eq!(
        on_pg(&[("shop", "shop-credentials")], &texts),
        ["shop pg: passwordSecret is shop-credentials, owner is shpo"]
    );
    let texts = [
        ("pg/a.yaml", database.replace("  owner: shop\n", "")),
        ("pg/b.yaml", sealed("shop", "postgres")),
    ];
    assert_eq!(
        on_pg(&[("shop", "shop-db-creds")], &texts),
        ["shop pg: no owner"]
    );
}

#[test]
fn an_app_on_its_way_out_lacks_nothing() {
    let database = database("shop", "pg", "postgres");
    let texts = [(
        "pg/a.yaml",
        database.replace("spec:\n", "spec:\n  ensure: absent\n"),
    )];
    assert_eq!(on_pg(&[], &texts), ["shop pg: leaving"]);
}

#[test]
fn what_is_there_once_more_is_told() {
    let texts = [
        ("archive/shop.yaml", app("shop", "pg", "postgres")),
        ("pg/shop.yaml", app("shop", "pg", "postgres")),
        ("pg/shop-role.yaml", role("shop", "pg", "postgres")),
        ("zzz/shop.yaml", database("shop", "pg", "postgres")),
    ];
    let report = {
        let cluster = cluster("pg", "postgres", &[("shop", "shop-db-creds")]);
        let files = [&files(&texts)[..], &[("pg/cluster.yaml", cluster.as_str())]].concat();
        listed(&Request::default(), "", &files)
    };
    assert_eq!(
        shown(&report),
        [
            "shop pg: complete, Secret again in archive/shop.yaml:1, role again in pg/shop-role.yaml:1, \
          Database again in archive/shop.yaml:17 and 1 more"
        ]
    );
    let duplicates = &report.apps[0].duplicates;
    let places: Vec<_> = duplicates
        .iter()
        .map(|found| (found.piece, found.place.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("secret", "archive/shop.yaml:1"),
            ("role", "pg/shop-role.yaml:1"),
            ("database", "archive/shop.yaml:17"),
            ("database", "zzz/shop.yaml:1"),
        ]
    );
}

#[test]
fn what_lines_cannot_tell_apart_is_told_apart() {
    let items = ["shop", "blog"].map(|name| {
        format!(
            "{{\"apiVersion\":\"postgresql.cnpg.io/v1\",\"kind\":\"Database\",\"metadata\":{{\"name\":\"{name}\"}},\
             \"spec\":{{\"name\":\"{name}\",\"owner\":\"app\",\"cluster\":{{\"name\":\"pg\"}}}}}}"
        )
    });
    let list = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}]}}\n",
        items.join(",")
    );
    assert_eq!(
        on_pg(&[], &[("pg/all.json", list)]),
        ["blog pg: complete", "shop pg: complete"]
    );
}

#[test]
fn a_file_that_is_no_yaml_is_told() {
    let report = listed(
        &Request::default(),
        "",
        &[
            ("a.yaml", "apiVersion: v1\nkind: Secret\nx: [\n"),
            ("b.yaml", "apiVersion: v1\nkind: Secret\nx: {{ y\n"),
            ("c.yaml", "kind: ConfigMap\nx: [\n"),
        ],
    );
    let told: Vec<_> = report
        .unreadable
        .iter()
        .map(|file| (file.path.as_str(), file.line, file.template))
        .collect();
    assert_eq!(
        told,
        [("a.yaml", Some(3), false), ("b.yaml", Some(3), true)]
    );
    assert_eq!(report.summary, Summary::default());
}
