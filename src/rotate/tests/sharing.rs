//! Credentials that several apps share, and what else is warned of.

use super::*;

/// A world in which `my_shop` owns a second database.
fn shared() -> World {
    let mut world = World::new();
    world.write(
        "db/second.yaml",
        &database("second-db", "second", "my_shop"),
    );
    world
}

#[test]
fn a_shared_one_is_changed_once() {
    let mut world = shared();
    let plan = world.plan(&[]).unwrap();
    assert_eq!(plan.rotations.len(), 1);
    assert_eq!(plan.rotations[0].apps, ["my-shop", "second"]);
    assert_eq!(plan.warnings, Vec::<String>::new());
    assert_eq!(world.plan(&["my-shop", "second"]).unwrap(), plan);
}

#[test]
fn who_shares_it_is_told() {
    let plan = shared().plan(&["second"]).unwrap();
    assert_eq!(plan.rotations[0].apps, ["my-shop", "second"]);
    assert_eq!(
        plan.warnings,
        [
            "the Secret my-shop-db-creds is the credential of my-shop too, which gets the new password with it"
        ]
    );
}

#[test]
fn a_secret_that_the_cluster_itself_uses_is_warned_of() {
    let mut world = World::new();
    let plain = world.files["db/cluster.yaml"].clone();
    let with = |more: &str| plain.replace("  managed:\n", &format!("{more}  managed:\n"));
    world.write(
        "db/cluster.yaml",
        &with("  superuserSecret:\n    name: my-shop-db-creds\n"),
    );
    assert_eq!(
        world.plan(&["my-shop"]).unwrap().warnings,
        [
            "db/cluster.yaml:11: the Cluster itself uses the Secret my-shop-db-creds too, and gets the new password with it"
        ]
    );
    // Its bootstrap makes the role with it, which is no other use.
    let bootstrap = "  bootstrap:\n    initdb:\n      owner: my_shop\n      database: my_shop\n      secret:\n        name: my-shop-db-creds\n";
    world.write("db/cluster.yaml", &with(bootstrap));
    assert_eq!(
        world.plan(&["my-shop"]).unwrap().warnings,
        Vec::<String>::new()
    );
}

#[test]
fn a_secret_that_cnpg_does_not_watch_is_warned_of() {
    let mut world = World::new();
    let text = world.files[SEALED].replace("cnpg.io/reload", "cnpg.io/other");
    world.write(SEALED, &text);
    assert_eq!(
        world.plan(&["my-shop"]).unwrap().warnings,
        [
            "db/my-shop-secrets-sealed.yaml:1: the Secret my-shop-db-creds has no label cnpg.io/reload: CNPG takes the new \
          password only when it next looks at the Cluster for another reason"
        ]
    );
}

#[test]
fn what_stays_and_cannot_be_opened_is_warned_of() {
    let mut world = World::new();
    let text = world.files[SEALED].clone();
    let old = text
        .lines()
        .find(|line| line.starts_with("    username: "))
        .unwrap();
    world.write(SEALED, &text.replace(old, "    username: my_shop"));
    assert_eq!(
        world.plan(&["my-shop"]).unwrap().warnings,
        [
            "db/my-shop-secrets-sealed.yaml:1: the value of username stays, and is no sealed value (it is no standard \
          base64): the controller cannot make the Secret"
        ]
    );
    // As long as one that was sealed with 4096 bits.
    let larger = STANDARD.encode([&[2, 0][..], &[7; 512], &[7; 30]].concat());
    world.write(
        SEALED,
        &text.replace(old, &format!("    username: {larger}")),
    );
    assert_eq!(
        world.plan(&["my-shop"]).unwrap().warnings,
        [
            "db/my-shop-secrets-sealed.yaml:1: the sealed username stays, and was sealed with a key of another size: is this \
          the certificate of the same cluster?"
        ]
    );
}

#[test]
fn an_app_of_a_cluster_that_is_declared_elsewhere() {
    let mut world = World::new();
    world.files.remove("db/cluster.yaml");
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: else\n  namespace: postgres\nspec:\n  name: else\n  cluster:\n    name: pg\n";
    world.write("db/role.yaml", role);
    let snapshot = world.snapshot();
    let request = TargetRequest {
        cluster: Some("pg".parse().unwrap()),
        roles: crate::domain::choice::RoleStyle::DatabaseRole,
        ..TargetRequest::default()
    };
    let target = Target::resolve(&request, &snapshot).unwrap();
    let declared = declared::apps(&snapshot, &target);
    let inputs = Inputs {
        target: &target,
        snapshot: &snapshot,
        declared: &declared,
        keep: &[],
        purpose: Purpose::NewPassword,
    };
    let app = declared
        .apps
        .iter()
        .find(|app| app.name == "my-shop")
        .unwrap();
    let selection = Selection::of(&inputs, &[app], true).unwrap();
    let password = NewPassword::Generate(PasswordLength::default());
    let plan = plan(
        &inputs,
        &selection,
        password,
        &world.key,
        NOW,
        &mut world.rng,
    )
    .unwrap();
    assert_eq!(
        plan.warnings,
        [
            "the Cluster's manifest is not in the repository: see that a role of it takes its password from the Secret \
          my-shop-db-creds"
        ]
    );
}

#[test]
fn a_thousand_are_planned_at_once() {
    let mut world = World::new();
    let text = world.files[SEALED].clone();
    let names: Vec<String> = (0..1_000).map(|number| format!("app{number}")).collect();
    let roles: Vec<(String, String)> = names
        .iter()
        .map(|name| (name.clone(), format!("{name}-db-creds")))
        .collect();
    let roles: Vec<(&str, &str)> = roles
        .iter()
        .map(|(role, secret)| (role.as_str(), secret.as_str()))
        .collect();
    world.write("db/cluster.yaml", &cluster(&roles));
    world.files.remove(SEALED);
    world.files.remove("db/my-shop-db.yaml");
    for name in &names {
        world.write(&format!("db/{name}.yaml"), &text.replace("my-shop", name));
    }
    let plan = world.plan(&[]).unwrap();
    assert_eq!(plan.rotations.len(), 1_000);
    assert_eq!(plan.changes.changes().len(), 1_000);
}
