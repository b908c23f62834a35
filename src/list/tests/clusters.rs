//! Whose apps are listed: of targets, of every other Cluster, and of Clusters that are only named.

use super::*;

/// The Cluster `pg` in `staging` and `prod`, each in its own folder and namespace and with an app `shop` and one more.
fn side_by_side() -> Vec<(&'static str, String)> {
    let roles = |other| [("shop", "shop-db-creds"), other];
    vec![
        (
            "prod/cluster.yaml",
            cluster("pg", "prod", &roles(("wiki", "wiki-db-creds"))),
        ),
        ("prod/shop.yaml", app("shop", "pg", "prod")),
        ("prod/wiki.yaml", app("wiki", "pg", "prod")),
        (
            "staging/cluster.yaml",
            cluster("pg", "staging", &roles(("blog", "blog-db-creds"))),
        ),
        ("staging/blog.yaml", app("blog", "pg", "staging")),
        ("staging/shop.yaml", sealed("shop", "staging")),
    ]
}

const TWO_TARGETS: &str = "targets:\n  staging:\n    clusterFile: staging/cluster.yaml\n  live:\n    clusterFile: prod/cluster.yaml\n";

#[test]
fn every_cluster_is_listed_without_settings() {
    assert_eq!(
        found("", &files(&side_by_side())),
        [
            "shop prod/pg: complete",
            "wiki prod/pg: complete",
            "blog staging/pg: complete",
            "shop staging/pg: no Database",
        ]
    );
}

#[test]
fn targets_come_in_the_order_of_the_settings() {
    assert_eq!(
        found(TWO_TARGETS, &files(&side_by_side())),
        [
            "blog [staging] staging/pg: complete",
            "shop [staging] staging/pg: no Database",
            "shop [live] prod/pg: complete",
            "wiki [live] prod/pg: complete",
        ]
    );
    // A Cluster that no target names is listed with them.
    let one = "targets:\n  staging:\n    clusterFile: staging/cluster.yaml\n";
    assert_eq!(
        found(one, &files(&side_by_side())),
        [
            "blog [staging] staging/pg: complete",
            "shop [staging] staging/pg: no Database",
            "shop prod/pg: complete",
            "wiki prod/pg: complete",
        ]
    );
}

#[test]
fn one_target_may_be_asked_for() {
    let texts = side_by_side();
    let live = ["shop [live] pg: complete", "wiki [live] pg: complete"];
    let asked = |target: Option<&str>, all| Request {
        target: target.map(str::to_owned),
        all,
        ..Request::default()
    };
    let report = listed(&asked(Some("live"), false), TWO_TARGETS, &files(&texts));
    assert_eq!(shown(&report), live);
    let with_default = format!("{TWO_TARGETS}defaultTarget: live\n");
    let report = listed(&asked(None, false), &with_default, &files(&texts));
    assert_eq!(shown(&report), live);
    for request in [asked(None, true), asked(Some("live"), true)] {
        let report = listed(&request, &with_default, &files(&texts));
        assert_eq!(report.summary.apps, 4);
    }
    let settings = Settings::parse(TWO_TARGETS).unwrap();
    let error = run(
        &asked(Some("liv"), false),
        &settings,
        &snapshot(&files(&texts)),
        Vec::new(),
    )
    .unwrap_err();
    assert_eq!(error.help(), "did you mean \"live\"?");
}

#[test]
fn clusters_are_chosen_by_name_file_and_namespace() {
    let mut texts = side_by_side();
    texts.push((
        "other/cluster.yaml",
        cluster("other", "prod", &[("crm", "crm-db-creds")]),
    ));
    let asked = |request: Request| shown(&listed(&request, "", &files(&texts)));
    let crm = ["crm other: no Database, no Secret in the repository"];
    assert_eq!(
        asked(Request {
            cluster: Some("other".parse().unwrap()),
            ..Request::default()
        }),
        crm
    );
    assert_eq!(
        asked(Request {
            cluster_file: Some("other/cluster.yaml".parse().unwrap()),
            ..Request::default()
        }),
        crm
    );
    assert_eq!(
        asked(Request {
            namespace: Some("staging".parse().unwrap()),
            ..Request::default()
        }),
        ["blog pg: complete", "shop pg: no Database"]
    );
    assert_eq!(
        asked(Request {
            namespace: Some("nowhere".parse().unwrap()),
            ..Request::default()
        }),
        [] as [&str; 0]
    );
}

#[test]
fn a_cluster_that_is_nowhere_is_refused() {
    let texts = side_by_side();
    let request = Request {
        cluster: Some("gp".parse().unwrap()),
        ..Request::default()
    };
    let error = run(
        &request,
        &Settings::default(),
        &snapshot(&files(&texts)),
        Vec::new(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "no CNPG Cluster named gp was found in the repository; there are:\n  pg\n  pg"
    );
}

#[test]
fn a_cluster_without_a_manifest_is_listed_by_what_names_it() {
    let texts = [
        ("apps/blog.yaml", app("blog", "chart", "data")),
        ("apps/shop.yaml", app("shop", "chart", "data")),
        ("apps/shop-role.yaml", role("shop", "chart", "data")),
        ("apps/readers.yaml", role("readers", "chart", "data")),
        ("here/cluster.yaml", cluster("pg", "data", &[])),
        ("here/wiki.yaml", database("wiki", "pg", "data")),
    ];
    assert_eq!(
        found("", &files(&texts)),
        [
            "wiki pg: no role, no Secret",
            "blog chart: no role in the repository",
            "readers chart: no Database, no Secret in the repository",
            "shop chart: complete",
        ]
    );
}

#[test]
fn objects_far_from_their_cluster_are_listed_once_and_with_its_roles() {
    let mut texts = side_by_side();
    texts.push(("staging/lost.yaml", database("shop", "pg", "prod")));
    texts.retain(|(path, _)| *path != "prod/shop.yaml");
    // A role that is no app, and whose Cluster has a manifest, makes no second one of it.
    texts.push((
        "prod/readers.yaml",
        role("readers", "pg", "prod").replace("  login: true\n", ""),
    ));
    assert_eq!(
        found("", &files(&texts)),
        [
            "shop prod/pg: no Database, no Secret in the repository",
            "shop prod/pg: no Secret in the repository",
            "wiki prod/pg: complete",
            "blog staging/pg: complete",
            "shop staging/pg: no Database",
        ]
    );
}

#[test]
fn copies_of_a_cluster_list_a_shared_file_once() {
    let copy = |path| {
        (
            path,
            cluster("pg", "postgres", &[("shop", "shop-db-creds")]),
        )
    };
    let texts = [
        ("apps/shop.yaml", app("shop", "pg", "postgres")),
        copy("base/cluster.yaml"),
        copy("prod/cluster.yaml"),
        copy("staging/cluster.yaml"),
    ];
    let report = listed(&Request::default(), "", &files(&texts));
    assert_eq!(
        shown(&report),
        [
            "shop postgres/pg (base/cluster.yaml),postgres/pg (prod/cluster.yaml),postgres/pg (staging/cluster.yaml): complete"
        ]
    );
    assert_eq!(
        report.apps[0].files,
        [
            "apps/shop.yaml",
            "base/cluster.yaml",
            "prod/cluster.yaml",
            "staging/cluster.yaml"
        ]
    );
}

#[test]
fn overlays_of_one_base_list_its_apps_once() {
    let overlay = |namespace: &str| {
        format!(
            "namespace: {namespace}\nresources: [../base, secret.yaml]\npatches:\n- path: roles.yaml\n"
        )
    };
    let roles = cluster("pg", "", &[("shop", "shop-db-creds")]).replace("  instances: 3\n", "");
    let texts = [
        ("base/cluster.yaml", cluster("pg", "", &[])),
        ("base/db.yaml", database("shop", "pg", "")),
        (
            "base/kustomization.yaml",
            "resources: [cluster.yaml, db.yaml]\n".to_owned(),
        ),
        ("prod/kustomization.yaml", overlay("prod")),
        ("prod/roles.yaml", roles.clone()),
        ("staging/kustomization.yaml", overlay("staging")),
        ("staging/roles.yaml", roles),
        ("staging/secret.yaml", sealed("shop", "")),
    ];
    assert_eq!(
        found("", &files(&texts)),
        ["shop prod/pg,staging/pg: no Secret in the repository on prod/pg"]
    );
}

#[test]
fn of_many_overlays_the_first_are_told() {
    let overlay = |number: usize| {
        (
            format!("overlay-{number}/kustomization.yaml"),
            format!("namespace: team-{number}\nresources: [../base]\n"),
        )
    };
    let overlays: Vec<(String, String)> = (1..=5).map(overlay).collect();
    let mut texts = vec![
        (
            "base/cluster.yaml",
            cluster("pg", "", &[("shop", "shop-db-creds")]),
        ),
        ("base/db.yaml", database("shop", "pg", "")),
        ("base/secret.yaml", sealed("shop", "")),
        (
            "base/kustomization.yaml",
            "resources: [cluster.yaml, db.yaml, secret.yaml]\n".to_owned(),
        ),
    ];
    texts.extend(
        overlays
            .iter()
            .map(|(path, text)| (path.as_str(), text.clone())),
    );
    assert_eq!(
        found("", &files(&texts)),
        ["shop team-1/pg,team-2/pg,team-3/pg and 2 more: complete"]
    );
}

#[test]
fn a_credential_of_two_clusters_in_one_namespace_is_one_apps() {
    let texts = [
        ("pg/a.yaml", cluster("pg-a", "postgres", &[])),
        ("pg/b.yaml", cluster("pg-b", "postgres", &[])),
        // Nothing but its name leads from the Database to its credential.
        ("pg/shop.yaml", app("shop", "pg-b", "postgres")),
        ("pg/spare.yaml", sealed("spare", "postgres")),
    ];
    assert_eq!(
        found("", &files(&texts)),
        [
            "spare pg-a,pg-b: no Database, no role",
            "shop pg-b: no role"
        ]
    );
}

#[test]
fn a_namespace_that_is_filled_in_later_is_shown_as_written() {
    let texts = [
        (
            "pg/cluster.yaml",
            cluster("pg", "${NAMESPACE}", &[("shop", "shop-db-creds")]),
        ),
        ("pg/shop.yaml", app("shop", "pg", "${NAMESPACE}")),
    ];
    let report = listed(&Request::default(), "", &files(&texts));
    assert_eq!(shown(&report), ["shop pg: complete"]);
    assert_eq!(report.apps[0].cluster.namespace, "${NAMESPACE}");
}

#[test]
fn a_cluster_whose_name_is_filled_in_later_is_told() {
    let texts = [
        ("apps/blog.yaml", database("blog", "${CLUSTER}", "")),
        ("apps/shop.yaml", database("shop", "${CLUSTER}", "")),
    ];
    let report = listed(&Request::default(), "", &files(&texts));
    assert_eq!(
        (report.warnings, report.apps),
        (
            vec![
                "apps/blog.yaml:1, and 1 more: not listed, since \"${CLUSTER}\" is no name of a Cluster; say which is meant with --cluster-file and --cluster"
                    .to_owned()
            ],
            Vec::new()
        )
    );
}

#[test]
fn a_target_that_cannot_be_listed_is_told() {
    let settings = format!("{TWO_TARGETS}  gone:\n    clusterFile: gone/cluster.yaml\n");
    let report = listed(&Request::default(), &settings, &files(&side_by_side()));
    assert_eq!(
        report.warnings,
        ["the target gone is not listed: the Cluster file gone/cluster.yaml is not there"]
    );
    assert_eq!(report.summary.apps, 4);
}

#[test]
fn apps_are_chosen_by_name() {
    let texts = side_by_side();
    let chosen = |name: &str| {
        let report = listed(&Request::default(), "", &files(&texts));
        report.choose(&[name.to_owned()])
    };
    let report = chosen("shop").unwrap();
    assert_eq!(
        shown(&report),
        ["shop prod/pg: complete", "shop staging/pg: no Database"]
    );
    assert_eq!(report.names(), ["shop"]);
    assert_eq!((report.summary.apps, report.summary.complete), (2, 1));
    let refused = |name| {
        let error = chosen(name).unwrap_err();
        (error.to_string(), error.help())
    };
    assert_eq!(
        refused("shp"),
        (
            "the repository declares no app \"shp\"".to_owned(),
            "did you mean shop?".to_owned()
        )
    );
    assert_eq!(refused("crm").1, "it declares shop, wiki, blog");
}
