//! Settings of apps that are there.

use super::{World, changed_lines, files, outcomes};

/// An app with everything that can be set, for each style of roles.
fn base(roles: &str) -> String {
    format!(
        "- name: my-shop\n  appNamespaces: [shop]\n  roles: {roles}\n  extensions: [pgcrypto, postgis@3.4]\n  schemas: [audit]\n  \
         connectionLimit: 20\n  reclaim: retain\n  inRoles: [reporting]\n  comment: shop\n  connectionKeys: true\n"
    )
}

/// What a file says otherwise, and the lines that change.
const SETTINGS: [(&str, &str, &str); 14] = [
    (
        "appNamespaces: [web]",
        "appNamespaces",
        "-        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: \"shop\"\n+        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: \"web\"\n-        reflector.v1.k8s.emberstack.com/reflection-auto-namespaces: \"shop\"\n+        reflector.v1.k8s.emberstack.com/reflection-auto-namespaces: \"web\"\n",
    ),
    ("appNamespaces: [shop, web]", "appNamespaces", ""),
    (
        "extensions: [hstore]",
        "extensions",
        "+    - name: hstore\n",
    ),
    (
        "extensions: [pgcrypto@1.3]",
        "extensions",
        "+      version: \"1.3\"\n",
    ),
    (
        "extensions: [postgis@3.5]",
        "extensions",
        "-      version: \"3.4\"\n+      version: \"3.5\"\n",
    ),
    (
        "extensions: [postgis]",
        "extensions",
        "-      version: \"3.4\"\n",
    ),
    (
        "schemas: [log]",
        "schemas",
        "+    - name: log\n+      owner: my_shop\n",
    ),
    (
        "connectionLimit: -1",
        "connectionLimit",
        "-  connectionLimit: 20\n+  connectionLimit: -1\n",
    ),
    (
        "reclaim: delete",
        "reclaim",
        "-  databaseReclaimPolicy: retain\n+  databaseReclaimPolicy: delete # pgdb:ignore PGDB711 asked for when this was made\n",
    ),
    ("inRoles: [reporting, pg_monitor]", "inRoles", ""),
    ("inRoles: [pg_monitor]", "inRoles", ""),
    ("inRoles: []", "inRoles", ""),
    ("comment: 'it''s: #1'", "comment", ""),
    ("connectionKeys: false", "connectionKeys", ""),
];

#[test]
fn every_setting_alone() {
    let mut shown = String::new();
    for roles in ["managed", "databaserole"] {
        for (line, setting, lines) in SETTINGS {
            let mut world = World::with(&base(roles));
            let text = format!("- name: my-shop\n  {line}\n");
            let plan = world.import(&text);
            assert_eq!(
                outcomes(&plan),
                [format!("updated my-shop: {setting}")],
                "{line}"
            );
            assert_eq!(files(&plan).len(), 1, "{line}");
            let changed = changed_lines(&plan);
            if !lines.is_empty() {
                assert_eq!(changed, lines, "{line}");
            }
            shown.push_str(&format!(
                "{roles}, {line}: {}\n{changed}\n",
                files(&plan)[0]
            ));
            assert_eq!(world.findings(), [""; 0], "{line}");
            let again = world.planned(&text);
            assert!(
                again.changes.is_empty(),
                "{line}\n{}",
                changed_lines(&again)
            );
            assert_eq!(outcomes(&again), ["unchanged my-shop"], "{line}");
        }
    }
    insta::assert_snapshot!(shown);
}

const ALL: &str = "- name: my-shop\n  appNamespaces: [web]\n  extensions: [hstore, postgis@3.5, pgcrypto]\n  schemas: [log]\n  connectionLimit: 5\n  reclaim: delete\n  inRoles: [pg_monitor]\n  comment: other\n  connectionKeys: false\n";

#[test]
fn all_settings_together_and_back() {
    for roles in ["managed", "databaserole"] {
        let mut world = World::with(&base(roles));
        let plan = world.import(ALL);
        assert_eq!(
            outcomes(&plan),
            [
                "updated my-shop: appNamespaces, extensions, schemas, connectionLimit, reclaim, inRoles, comment, connectionKeys"
            ]
        );
        assert_eq!(world.findings(), [""; 0]);
        assert!(world.planned(ALL).changes.is_empty());
        // Extensions and schemas are only ever added; all else is as it was.
        let plan = world.import(&base(roles));
        assert_eq!(
            outcomes(&plan),
            [
                "updated my-shop: appNamespaces, extensions, connectionLimit, reclaim, inRoles, comment, connectionKeys"
            ]
        );
        assert!(world.planned(&base(roles)).changes.is_empty());
        assert_eq!(world.findings(), [""; 0]);
        let database = world.text("my-shop-db.yaml");
        assert!(
            database.contains("databaseReclaimPolicy: retain\n"),
            "{database}"
        );
        assert!(
            database.contains("name: hstore") && database.contains("name: log"),
            "{database}"
        );
    }
}

#[test]
fn what_the_file_does_not_say_stays() {
    let world = World::with(&base("managed"));
    for text in [
        "- name: my-shop\n",
        "- name: my-shop\n  extensions: []\n  schemas: []\n",
        "- name: my-shop\n  extensions: [pgcrypto]\n  inRoles: [reporting]\n",
        "- name: my-shop\n  comment: ~\n  user: my_shop\n  database: my_shop\n  roles: managed\n  scope: strict\n",
    ] {
        let plan = world.planned(text);
        assert!(plan.changes.is_empty(), "{text}{}", changed_lines(&plan));
        assert_eq!(outcomes(&plan), ["unchanged my-shop"], "{text}");
    }
}

#[test]
fn some_apps_are_new_some_change_and_some_stay() {
    let mut world = World::with(
        "- {name: a, appNamespaces: [x]}\n- {name: b, appNamespaces: [x]}\n- {name: c, appNamespaces: [x]}\n",
    );
    let before = world.snapshot.clone();
    let text = "- {name: d, appNamespaces: [x]}\n- {name: c, comment: new, inRoles: [pg_monitor]}\n- {name: b}\n- {name: a, comment: first}\n";
    let plan = world.import(text);
    assert_eq!(
        outcomes(&plan),
        [
            "added d",
            "updated c: inRoles, comment",
            "unchanged b",
            "updated a: comment"
        ]
    );
    let mut changed = files(&plan);
    changed.sort_unstable();
    assert_eq!(
        changed,
        [
            "d-db.yaml",
            "d-secrets-sealed.yaml",
            "kustomization.yaml",
            "postgres-cluster.yaml"
        ]
    );
    for name in ["a-db.yaml", "b-db.yaml", "c-secrets-sealed.yaml"] {
        assert_eq!(Some(world.text(name)), before.text(&super::path(name)));
    }
    assert_eq!(world.findings(), [""; 0]);
    assert!(world.planned(text).changes.is_empty());
}

#[test]
fn a_login_and_a_further_database_change_too() {
    let text = "- {name: a, appNamespaces: [x]}\n- {name: r, appNamespaces: [x], ownsDatabase: false, database: a}\n- {name: f, ownedBy: a}\n";
    let mut world = World::with(text);
    assert_eq!(world.findings(), [""; 0]);
    let text = "- {name: r, appNamespaces: [web], ownsDatabase: false, comment: reader}\n"
        .replace("ownsDatabase: false", "ownsDatabase: false, database: a")
        + "- {name: f, ownedBy: a, connectionLimit: 3, schemas: [s]}\n";
    let plan = world.import(&text);
    assert_eq!(
        outcomes(&plan),
        [
            "updated r: appNamespaces, comment",
            "updated f: schemas, connectionLimit"
        ]
    );
    assert!(
        world
            .text("f-db.yaml")
            .contains("    - name: s\n      owner: a\n")
    );
    assert_eq!(world.findings(), [""; 0]);
    assert!(world.planned(&text).changes.is_empty());
}

#[test]
fn connection_keys_that_are_made_are_warned_of() {
    let mut world = World::with("- {name: a, appNamespaces: [x], connectionKeys: false}\n");
    let plan = world.import("- {name: a, connectionKeys: true}\n");
    insta::assert_snapshot!(changed_lines(&plan));
    assert_eq!(
        plan.warnings,
        [
            "the URIs in a-db-creds are put together from the password as it is: where it has characters that a URI must escape, give it another with `kubectl pgdb rotate a`"
        ]
    );
    assert_eq!(world.findings(), [""; 0]);
}
