//! Who may do what in the apps' databases.

use super::{World, changed_lines, files, outcomes};

/// An app, and two others that may be let in.
const APPS: &str = "- {name: my-shop, appNamespaces: [shop]}\n- {name: reports, appNamespaces: [r]}\n- {name: etl, appNamespaces: [e], ownsDatabase: false, database: my_shop, inRoles: [pg_monitor]}\n";

fn roles(world: &World, role: &str) -> Vec<String> {
    let declared = world.declared();
    let mut roles = declared.roles.iter();
    let role = roles.find(|known| known.name == role);
    role.unwrap().in_roles.clone()
}

/// The declaration in an app's manifest.
fn declaration(world: &World, app: &str) -> String {
    let declared = world.declared();
    let mut apps = declared.apps.iter();
    let app = apps.find(|known| known.name == app).unwrap();
    let access = app.access.as_ref().unwrap();
    assert_eq!(access.hash.as_deref(), Some(access.actual_hash.as_str()));
    access.access.as_ref().unwrap().to_json()
}

#[test]
fn new_apps_with_access_to_each_other() {
    for style in ["managed", "databaserole"] {
        let mut world = World::guide();
        let text = format!(
            "- {{name: my-shop, appNamespaces: [shop], roles: {style}, isolate: true, access: [{{to: reports, as: reader}}, {{to: etl, as: writer}}, {{to: etl, privileges: EXECUTE, functions: true}}]}}\n- {{name: reports, appNamespaces: [r], roles: {style}}}\n- {{name: etl, appNamespaces: [e], roles: {style}, ownsDatabase: false, database: my_shop, inRoles: [pg_monitor]}}\n"
        );
        let plan = world.import(&text);
        assert_eq!(
            outcomes(&plan),
            ["added my-shop", "added reports", "added etl"]
        );
        assert_eq!(plan.warnings, [""; 0]);
        insta::assert_snapshot!(format!("new_apps_{style}"), files(&plan).join("\n"));
        assert_eq!(roles(&world, "reports"), ["my_shop_reader"]);
        assert_eq!(roles(&world, "etl"), ["pg_monitor", "my_shop_writer"]);
        assert_eq!(roles(&world, "my_shop_reader"), [""; 0]);
        assert_eq!(
            declaration(&world, "my-shop"),
            "{\n  \"database\": \"my_shop\",\n  \"owner\": \"my_shop\",\n  \"isolate\": true,\n  \"levels\": [\"reader\",\"writer\"],\n  \"grants\": [\n    {\"to\":\"etl\",\"on\":\"function\",\"schema\":\"*\",\"name\":\"*\",\"privileges\":[\"EXECUTE\"]}\n  ]\n}\n"
        );
        let again = world.planned(&text);
        assert!(again.changes.is_empty(), "{}", changed_lines(&again));
        assert_eq!(
            outcomes(&again),
            ["unchanged my-shop", "unchanged reports", "unchanged etl"]
        );
    }
}

#[test]
fn what_is_said_is_what_is() {
    let mut world = World::with(APPS);
    let plan = world.import("- {name: my-shop, access: [{to: reports, as: reader}, {to: etl, as: reader}, {to: etl, privileges: INSERT}]}\n");
    assert_eq!(outcomes(&plan), ["updated my-shop: access"]);
    assert_eq!(roles(&world, "etl"), ["pg_monitor", "my_shop_reader"]);
    // Without the key nothing changes.
    for text in ["- {name: my-shop}\n", APPS] {
        let plan = world.planned(text);
        // The own entry of etl says which groups it is in.
        let expected: &[&str] = if text == APPS {
            &[
                "unchanged my-shop",
                "unchanged reports",
                "updated etl: inRoles",
            ]
        } else {
            &["unchanged my-shop"]
        };
        assert_eq!(outcomes(&plan), expected);
    }
    let plan = world.import("- {name: my-shop, access: [{to: reports, as: writer}]}\n- name: etl\n  ownsDatabase: false\n  database: my_shop\n");
    assert_eq!(
        outcomes(&plan),
        ["updated my-shop: access", "updated etl: inRoles"]
    );
    assert_eq!(roles(&world, "reports"), ["my_shop_writer"]);
    assert_eq!(roles(&world, "etl"), ["pg_monitor"]);
    assert_eq!(
        declaration(&world, "my-shop"),
        "{\n  \"database\": \"my_shop\",\n  \"owner\": \"my_shop\",\n  \"levels\": [\"reader\",\"writer\"],\n  \"revoked\": [\"etl\"]\n}\n"
    );
    let plan = world.import("- {name: my-shop, isolate: true, access: []}\n");
    assert_eq!(outcomes(&plan), ["updated my-shop: isolate, access"]);
    assert_eq!(roles(&world, "reports"), [""; 0]);
    let plan = world.import("- {name: my-shop, isolate: false}\n");
    assert_eq!(outcomes(&plan), ["updated my-shop: isolate"]);
    assert!(declaration(&world, "my-shop").contains("\"isolate\": false"));
}

#[test]
fn a_role_gets_one_list_of_groups() {
    let mut world = World::with(APPS);
    world.import("- {name: my-shop, access: [{to: etl, as: reader}]}\n");
    // The own entry names one group, and what it names stays.
    let text = "- {name: my-shop, access: [{to: etl, as: writer}]}\n- {name: etl, ownsDatabase: false, database: my_shop, inRoles: [audit, my_shop_reader], comment: c}\n";
    let plan = world.import(text);
    assert_eq!(
        outcomes(&plan),
        ["updated my-shop: access", "updated etl: inRoles, comment"]
    );
    let mut groups = roles(&world, "etl");
    groups.sort();
    assert_eq!(groups, ["audit", "my_shop_reader", "my_shop_writer"]);
    assert!(world.planned(text).changes.is_empty());
}

#[test]
fn databases_of_one_owner_share_its_groups() {
    let mut world = World::with(APPS);
    world.import("- {name: archive, ownedBy: my-shop, isolate: true, access: [{to: reports, as: reader}]}\n- {name: my-shop, access: [{to: reports, as: reader}]}\n");
    assert_eq!(roles(&world, "reports"), ["my_shop_reader"]);
    // Nothing is said of the members for the other database.
    let plan = world.import("- {name: my-shop, access: []}\n");
    assert_eq!(outcomes(&plan), ["unchanged my-shop"]);
    assert_eq!(roles(&world, "reports"), ["my_shop_reader"]);
    world
        .import("- {name: my-shop, access: []}\n- {name: archive, ownedBy: my-shop, access: []}\n");
    assert_eq!(roles(&world, "reports"), [""; 0]);
}

#[test]
fn the_setting_isolates_new_apps_alone() {
    let mut world = World::with("- {name: old, appNamespaces: [x]}\n");
    world.defaults.options.isolate = true;
    let text = "- {name: old}\n- {name: new, appNamespaces: [x]}\n- {name: open, appNamespaces: [x], isolate: false}\n- {name: login, appNamespaces: [x], ownsDatabase: false, database: new}\n- {name: further, ownedBy: new}\n";
    world.import(text);
    let declared = world.declared();
    let isolated: Vec<(&str, bool)> = declared
        .apps
        .iter()
        .map(|app| (app.name.as_str(), app.access.is_some()))
        .collect();
    assert_eq!(
        isolated,
        [
            ("further", false),
            ("login", false),
            ("new", true),
            ("old", false),
            ("open", false)
        ]
    );
    let again = world.planned(text);
    assert!(again.changes.is_empty(), "{}", changed_lines(&again));
}

#[test]
fn users_get_their_privileges_in_the_databases_of_apps() {
    let mut world =
        World::with("- {name: reports, appNamespaces: [r]}\n- {name: logs, appNamespaces: [l]}\n");
    let text = "- {username: app_reader, appNamespaces: x, databases: [reports, logs, other], privileges: SELECT}\n";
    let plan = world.import(text);
    assert_eq!(outcomes(&plan), ["added app-reader"]);
    for app in ["reports", "logs"] {
        assert_eq!(
            declaration(&world, app),
            format!(
                "{{\n  \"database\": \"{app}\",\n  \"owner\": \"{app}\",\n  \"grants\": [\n    {{\"to\":\"app_reader\",\"on\":\"table\",\"schema\":\"*\",\"name\":\"*\",\"privileges\":[\"SELECT\"]}}\n  ]\n}}\n"
            )
        );
    }
    assert!(
        plan.sql.starts_with("\\connect \"other\"\n"),
        "{}",
        plan.sql
    );
    assert_eq!(plan.sql.matches("\\connect").count(), 1);
    assert!(world.planned(text).changes.is_empty());
    // What is said of a user is all that he may do, and of others nothing is.
    world.import("- {name: reports, access: [{to: logs, privileges: DELETE}, {to: app_reader, privileges: SELECT}]}\n");
    let plan = world
        .import("- {username: app_reader, databases: [reports], privileges: [INSERT, UPDATE]}\n");
    assert_eq!(outcomes(&plan), ["updated app-reader: privileges"]);
    assert_eq!(
        declaration(&world, "reports"),
        "{\n  \"database\": \"reports\",\n  \"owner\": \"reports\",\n  \"grants\": [\n    {\"to\":\"app_reader\",\"on\":\"table\",\"schema\":\"*\",\"name\":\"*\",\"privileges\":[\"INSERT\",\"UPDATE\"]},\n    {\"to\":\"logs\",\"on\":\"table\",\"schema\":\"*\",\"name\":\"*\",\"privileges\":[\"DELETE\"]}\n  ]\n}\n"
    );
}

#[test]
fn what_cannot_be_allowed_is_refused_where_it_is_said() {
    let mut world = World::with(APPS);
    world.replace(
        "postgres-cluster.yaml",
        "      - name: reports\n",
        "      - name: boss\n        superuser: true\n      - name: gone\n        ensure: absent\n      - name: reports\n",
    );
    let text = "- name: my-shop
  access:
    - {to: my-shop, as: reader}
    - {to: boss, as: reader}
    - {to: gone, as: reader}
    - {to: app, as: reader}
    - {to: report, as: reader}
    - {to: nobody-knows, privileges: SELECT}
- name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  appNamespaces: [x]
  access: [{to: reports, as: reader}]
- name: first
  appNamespaces: [x]
  access: [{to: reports, as: reader}]
- {name: second, appNamespaces: [x], user: first_reader}
";
    insta::assert_debug_snapshot!(world.problems(text));
    world.write("my-shop-access.yaml", "kind: ConfigMap\n");
    assert_eq!(
        world.problems("- {name: my-shop, isolate: true}\n"),
        [(
            "1:3: infra/databases/postgres/my-shop-access.yaml: the file is there and holds something else".to_owned(),
            "move it away, or take it out of the repository".to_owned()
        )]
    );
}

#[test]
fn what_somebody_changed_is_not_guessed_at() {
    let mut world = World::with(APPS);
    world.import("- {name: my-shop, access: [{to: reports, privileges: SELECT}]}\n");
    world.replace(
        "my-shop-access.yaml",
        "\"privileges\":[\"SELECT\"]",
        "\"privileges\":[\"READ\"]",
    );
    assert!(world.planned(APPS).changes.is_empty());
    assert_eq!(
        world.problems("- {name: my-shop, isolate: true}\n"),
        [(
            "1:3: infra/databases/postgres/my-shop-access.yaml:3: the access that is declared here cannot be read: the privilege \"READ\" is none that tables have".to_owned(),
            "mend it, or take the file out of the repository and grant everything again".to_owned()
        )]
    );
}

#[test]
fn a_thousand_apps_that_let_each_other_in() {
    let mut world = World::guide();
    let text: String = (0..1_000)
        .map(|number| {
            let other = (number + 1) % 1_000;
            format!("- {{name: app-{number}, appNamespaces: [x], isolate: true, access: [{{to: app-{other}, as: reader}}]}}\n")
        })
        .collect();
    let plan = world.import(&text);
    assert_eq!(plan.apps.len(), 1_000);
    assert_eq!(roles(&world, "app_1"), ["app_0_reader"]);
    assert!(world.planned(&text).changes.is_empty());
}
