//! Many apps: imported from one file, kept in step with it, and carried to another repository.

use super::Life;
use crate::support::Repository;

const APPS: &str = "apiVersion: pgdb/v1
kind: Apps
apps:
  - name: my-shop
    appNamespaces: shop
    connectionLimit: 20
    schemas: [sales]
    extensions: [pgcrypto]
  - name: my-blog
    appNamespaces: [shop, blog]
    roles: databaserole
    comment: Posts and comments
  - name: reports
    appNamespaces: reports
    user: reporting
    database: figures
    secretName: reporting-login
";

/// A list of users, as one of the guides keeps it.
const USERS: &str = r#"[
  {"username": "ada", "password": "correct-horse-battery-staple", "email": "ada@example.com"},
  {"username": "grace", "password": "hopper's nanosecond: 11.8 inches", "email": "grace@example.com"}
]
"#;

fn databases(life: &Life) -> String {
    let statement = "SELECT datname, pg_get_userbyid(datdba), datconnlimit FROM pg_database
        WHERE datname NOT IN ('app', 'postgres', 'template0', 'template1') ORDER BY 1";
    life.cluster.postgres.sql("postgres", statement)
}

fn assert_all_work(life: &Life) {
    let outcome = life.run("verify --all --login --quiet");
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
}

/// Runs a command that must find nothing to change.
fn assert_no_change(life: &Life, words: &str) {
    let before = life.repository.tree();
    let outcome = life.run(words);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{words}\n{}",
        outcome.stderr
    );
    assert_eq!(life.repository.tree(), before, "{words}");
}

#[test]
fn an_imported_file_is_what_works() {
    let Some(life) = Life::without_others() else {
        return;
    };
    life.repository.write("apps.yaml", APPS);
    life.live("import apps.yaml --yes");
    assert_all_work(&life);
    let made = "figures|reporting|-1\nmy_blog|my_blog|-1\nmy_shop|my_shop|20";
    assert_eq!(databases(&life), made);
    for namespace in ["shop", "blog"] {
        assert_eq!(life.value(namespace, "my-blog", "username"), "my_blog");
    }
    let comment =
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'my_blog'";
    assert_eq!(
        life.cluster.postgres.sql("postgres", comment),
        "Posts and comments"
    );
    assert_no_change(&life, "import apps.yaml --yes");

    // A setting changes in the file, and then in PostgreSQL; the passwords stay.
    let password = life.value("shop", "my-shop", "password");
    life.repository
        .replace("apps.yaml", "connectionLimit: 20", "connectionLimit: 5");
    life.live("import apps.yaml --yes");
    assert_all_work(&life);
    assert_eq!(databases(&life), made.replace("20", "5"));
    assert_eq!(life.value("shop", "my-shop", "password"), password);

    life.live("rotate --all --yes");
    assert_all_work(&life);
    assert_ne!(life.value("shop", "my-shop", "password"), password);

    // One leaves; the others do not notice.
    let kept = life.value("shop", "my-shop", "password");
    life.repository.remove("apps.yaml");
    life.live("remove my-blog --yes");
    life.assert_works("my-shop");
    life.assert_works("reports");
    assert_eq!(life.value("shop", "my-shop", "password"), kept);
    assert_eq!(life.value("blog", "my-blog", "password"), "");
    assert_eq!(databases(&life), made.replace("20", "5"));
}

#[test]
fn what_is_exported_makes_the_same_apps_elsewhere() {
    let Some(life) = Life::without_others() else {
        return;
    };
    life.repository.write("apps.yaml", APPS);
    life.live("import apps.yaml --yes");
    let exported = life.repository.run_ok("export");
    let file = life.repository.path().join("apps.yaml");
    std::fs::write(&file, &exported).unwrap();
    assert_no_change(&life, "import apps.yaml --yes");
    life.commit("as-exported");

    let other = Repository::guide();
    other.write("apps.yaml", &exported);
    other.run_ok("import apps.yaml --yes");
    let names = ["my-blog", "my-shop", "reports"].join(" ");
    assert_eq!(other.run_ok(&format!("export {names}")), exported);
}

#[test]
fn the_passwords_of_a_list_of_users_are_theirs() {
    let Some(life) = Life::without_others() else {
        return;
    };
    life.repository.write("users.json", USERS);
    let outcome = life.live_without("users.json", "import users.json --app-namespace shop --yes");
    assert!(outcome.stderr.contains("passwords"), "{}", outcome.stderr);
    assert_all_work(&life);
    let log_in = |role: &str, password: &str| {
        let statement = "SELECT current_user";
        let postgres = &life.cluster.postgres;
        postgres.log_in(role, role, password, "require", statement)
    };
    let ada = log_in("ada", "correct-horse-battery-staple");
    assert_eq!(ada, Ok("ada".to_owned()));
    let grace = log_in("grace", "hopper's nanosecond: 11.8 inches");
    assert_eq!(grace, Ok("grace".to_owned()));
    assert_eq!(
        life.value("shop", "grace", "uri"),
        "postgresql://grace:hopper%27s%20nanosecond%3A%2011.8%20inches@postgres-shared-rw.postgres.svc:5432/grace"
    );
    life.live("rotate ada --yes");
    assert!(log_in("ada", "correct-horse-battery-staple").is_err());
    assert_all_work(&life);
}

#[test]
fn roles_move_to_objects_and_back_while_all_works() {
    let Some(life) = Life::without_others() else {
        return;
    };
    life.cluster
        .postgres
        .sql("postgres", "CREATE ROLE readers; CREATE ROLE writers");
    let apps = APPS
        .replace("roles: databaserole", "inRoles: [writers, readers]")
        .replace("connectionLimit: 20", "comment: The shop's own");
    life.repository.write("apps.yaml", &apps);
    life.live_without("apps.yaml", "import apps.yaml --yes");
    let roles = || {
        let statement = "SELECT to_jsonb(r), shobj_description(r.oid, 'pg_authid'),
            (SELECT array_agg(roleid::regrole ORDER BY roleid) FROM pg_auth_members WHERE member = r.oid)
            FROM pg_roles r WHERE rolname IN ('my_shop', 'my_blog', 'reporting') ORDER BY rolname";
        life.cluster.postgres.sql("postgres", statement)
    };
    let had = roles();
    // The Cluster's entry wins wherever there is one.
    for (place, managers) in [
        ("databaserole", ["entry", "object"]),
        ("managed", ["entry", "entry"]),
    ] {
        let migrate = format!("migrate-roles --all --to {place} --yes");
        for managed_by in managers {
            life.live(&migrate);
            for role in ["my_shop", "my_blog", "reporting"] {
                let managers = life.cluster.managers(role);
                assert_eq!(managers, [managed_by], "{role} to {place}");
            }
            assert_eq!(roles(), had, "{place}");
            assert_all_work(&life);
        }
        assert_no_change(&life, &migrate);
        life.live("rotate --all --yes");
        assert_all_work(&life);
    }
}
