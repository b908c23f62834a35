//! Manifests that somebody else wrote: their comments, line ends, and forms stay.

use super::{World, changed_lines, outcomes};

const CLUSTER: &str = "# Ours.
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres-shared, namespace: postgres}
spec:
  instances: 1
  storage: {size: 1Gi}
  managed:
    roles:
      # The wiki, see ticket 7.
      - name: 'wiki'   # old
        login: true
        inRoles: [\"readers\", writers] # both
        passwordSecret: {name: wiki-pg}
        comment: the wiki
";
const DATABASE: &str = "kind: Database # by hand
apiVersion: postgresql.cnpg.io/v1
metadata: {name: wiki, namespace: postgres}
spec:
    cluster: {name: postgres-shared}
    name: wiki
    owner: wiki
    # Nobody knows why.
    connectionLimit: 7     # too few?
    schemas: [{name: pages, owner: wiki}]
";
const SEALED: &str = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: wiki-pg
  namespace: postgres
spec:
  encryptedData: {username: AgB, password: AgC}
  template:
    metadata:
      annotations:
        # Where the wiki runs.
        reflector.v1.k8s.emberstack.com/reflection-allowed: 'true'
        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: wiki
        reflector.v1.k8s.emberstack.com/reflection-auto-enabled: 'true'
";
const FILE: &str = "- name: wiki\n  appNamespaces: [wiki, docs]\n  connectionLimit: 20\n  reclaim: delete\n  inRoles: [readers]\n  comment: 'the wiki: new'\n  schemas: [pages, talk]\n  extensions: [pg_trgm]\n";

fn by_hand(change: impl Fn(&str) -> String) -> World {
    let mut world = World::guide();
    world.write("postgres-cluster.yaml", &change(CLUSTER));
    world.write("wiki.yaml", &change(&format!("{DATABASE}---\n{SEALED}")));
    world
}

#[test]
fn only_what_changes_changes() {
    let mut world = by_hand(str::to_owned);
    assert!(world.planned("- name: wiki\n").changes.is_empty());
    let plan = world.import(FILE);
    assert_eq!(
        outcomes(&plan),
        [
            "updated wiki: appNamespaces, extensions, schemas, connectionLimit, reclaim, inRoles, comment"
        ]
    );
    insta::assert_snapshot!(changed_lines(&plan));
    let again = world.planned(FILE);
    assert!(again.changes.is_empty(), "{}", changed_lines(&again));
}

#[test]
fn line_ends_stay() {
    let mut lf = by_hand(str::to_owned);
    lf.import(FILE);
    let mut crlf = by_hand(|text| text.replace('\n', "\r\n"));
    crlf.import(FILE);
    for name in ["postgres-cluster.yaml", "wiki.yaml"] {
        assert_eq!(crlf.text(name), lf.text(name).replace('\n', "\r\n"));
    }
    // The comment that the first one wrote goes again.
    let text = "- {name: wiki, reclaim: retain}\n";
    lf.import(text);
    crlf.import(text);
    assert!(
        lf.text("wiki.yaml")
            .contains("databaseReclaimPolicy: retain\n")
    );
    assert!(
        crlf.text("wiki.yaml")
            .contains("databaseReclaimPolicy: retain\r\n")
    );
}

#[test]
fn a_list_holds_everything() {
    let indented = |text: &str| {
        let lines = text.lines().enumerate().map(|(number, line)| {
            let start = if number == 0 { "  - " } else { "    " };
            format!("{start}{line}\n")
        });
        lines.collect::<String>()
    };
    let mut world = World::guide();
    world.write(
        "postgres-cluster.yaml",
        &format!(
            "apiVersion: v1\nkind: List\nitems:\n{}{}",
            indented(&DATABASE.replace("kind: Database # by hand", "kind: Database")),
            indented(SEALED)
        ),
    );
    world.write("cluster.yaml", CLUSTER);
    let plan = world.import(FILE);
    insta::assert_snapshot!(changed_lines(&plan));
    assert!(world.planned(FILE).changes.is_empty());
}

#[test]
fn json_stays_json() {
    let mut world = by_hand(str::to_owned);
    let value: serde_json::Value = serde_yaml::from_str(DATABASE).unwrap();
    let text = serde_json::to_string_pretty(&value).unwrap();
    world.write("wiki.yaml", SEALED);
    world.snapshot.insert(super::path("wiki-db.json"), text);
    let plan = world.import(FILE);
    insta::assert_snapshot!(changed_lines(&plan));
    let text = world.text("wiki-db.json");
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(value["spec"]["databaseReclaimPolicy"], "delete");
    assert!(world.planned(FILE).changes.is_empty());
}

#[test]
fn what_cannot_be_edited_is_refused_with_the_place_and_what_to_write() {
    let mut world =
        by_hand(|text| text.replace("[\"readers\", writers]", "&groups [\"readers\", writers]"));
    world.replace("postgres-cluster.yaml", "comment: the wiki", "x: *groups");
    let shown: String = world
        .problems("- {name: wiki, inRoles: [readers]}\n- {name: new}\n")
        .into_iter()
        .map(|(problem, help)| format!("{problem}\n  {help}\n"))
        .collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn two_objects_on_one_line_are_refused() {
    let mut world = by_hand(str::to_owned);
    let value: serde_json::Value = serde_yaml::from_str(DATABASE).unwrap();
    let mut other = value.clone();
    other["metadata"]["name"] = "other".into();
    other["spec"]["name"] = "other".into();
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": [value, other] });
    world.write("wiki.yaml", SEALED);
    world.write("databases.yaml", &list.to_string());
    assert_eq!(
        world.problems("- {name: wiki, connectionLimit: 1}\n"),
        [(
            "1:3: infra/databases/postgres/databases.yaml:1: several objects of wiki stand on this line, and it cannot be told which is meant".to_owned(),
            "give each a line of its own, or change them by hand".to_owned()
        )]
    );
}
