mod forms;
mod refusals;
mod resealing;
mod sharing;
mod styles;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::declared;
use crate::repo::yaml::{Node, parse};
use crate::sealing::UnsealingKey;
use crate::target::TargetRequest;

/// 2027-01-15 08:00:00 UTC, when the vectors' certificates are valid.
const NOW: UnixTime = UnixTime::new(1_800_000_000);
const VECTORS: &str = include_str!("../../tests/vectors/vectors.json");
/// The SealedSecret's file.
const SEALED: &str = "db/my-shop-secrets-sealed.yaml";

/// A repository with an app, and the key pair that its values are sealed with.
struct World {
    files: BTreeMap<String, String>,
    key: SealingKey,
    private: UnsealingKey,
    rng: StdRng,
    keep: Vec<String>,
}

/// The Cluster with these roles, each with its Secret.
fn cluster(roles: &[(&str, &str)]) -> String {
    let roles: String = roles
        .iter()
        .map(|(role, secret)| {
            format!("      - name: {role}\n        login: true\n        passwordSecret:\n          name: {secret}\n")
        })
        .collect();
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\n  namespace: postgres\nspec:\n  instances: 1\n  storage:\n    size: 1Gi\n  managed:\n    roles:\n{roles}"
    )
}

fn database(object: &str, name: &str, owner: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {object}\n  namespace: postgres\nspec:\n  name: {name}\n  owner: {owner}\n  cluster:\n    name: pg\n"
    )
}

impl World {
    /// One with `my-shop`, whose SealedSecret is [`sealed`](Self::sealed)'s.
    fn new() -> Self {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        let field = |name: &str| vectors["keys"][0][name].as_str().unwrap().to_owned();
        let der = STANDARD.decode(field("private_key_pkcs8_der_b64")).unwrap();
        let mut world = Self {
            files: BTreeMap::new(),
            key: SealingKey::from_pem(&field("certificate_pem"), NOW).unwrap(),
            private: UnsealingKey::from_der(&der).unwrap(),
            rng: StdRng::seed_from_u64(1),
            keep: Vec::new(),
        };
        world.write(
            "db/cluster.yaml",
            &cluster(&[("my_shop", "my-shop-db-creds")]),
        );
        world.write(
            "db/my-shop-db.yaml",
            &database("my-shop-db", "my_shop", "my_shop"),
        );
        let sealed = world.sealed("", "");
        world.write(SEALED, &sealed);
        world
    }

    fn write(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Seals a value.
    fn seal(&mut self, label: &str, value: &str) -> String {
        self.key
            .seal(value.as_bytes(), label, &mut self.rng)
            .unwrap()
    }

    /// The SealedSecret of `my-shop`, with more lines behind its sealed values, indented by four, and more in its template.
    fn sealed(&mut self, values: &str, template: &str) -> String {
        let label = "postgres/my-shop-db-creds";
        let username = self.seal(label, "my_shop");
        let password = self.seal(label, "old");
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: my-shop\nspec:\n  encryptedData:\n    username: {username}\n    password: {password}\n{values}  template:\n    metadata:\n      name: my-shop-db-creds\n      labels:\n        cnpg.io/reload: \"true\"\n{template}    type: kubernetes.io/basic-auth\n"
        )
    }

    fn snapshot(&self) -> Snapshot {
        let files = self.files.iter();
        Snapshot::new(files.map(|(path, text)| (path.parse().unwrap(), text.clone())))
    }

    /// Plans new passwords for these apps; for all, where none are named.
    fn plan_with(&mut self, apps: &[&str], password: NewPassword) -> Result<Plan, RotateError> {
        let key = self.key.clone();
        let mut rng = StdRng::seed_from_u64(2);
        self.with(apps, Purpose::NewPassword, |inputs, selection| {
            plan(inputs, selection, password, &key, NOW, &mut rng)
        })
    }

    /// Plans generated passwords.
    fn plan(&mut self, apps: &[&str]) -> Result<Plan, RotateError> {
        self.plan_with(apps, NewPassword::Generate(PasswordLength::default()))
    }

    fn with<T>(
        &self,
        apps: &[&str],
        purpose: Purpose,
        work: impl FnOnce(&Inputs<'_>, &Selection) -> Result<T, RotateError>,
    ) -> Result<T, RotateError> {
        let snapshot = self.snapshot();
        let target = Target::resolve(&TargetRequest::default(), &snapshot).unwrap();
        let declared = declared::apps(&snapshot, &target);
        let inputs = Inputs {
            target: &target,
            snapshot: &snapshot,
            declared: &declared,
            keep: &self.keep,
            purpose,
        };
        let chosen = declared.apps.iter();
        let chosen = chosen.filter(|app| apps.is_empty() || apps.contains(&app.name.as_str()));
        let chosen: Vec<_> = chosen.collect();
        assert!(chosen.len() >= apps.len(), "{:?}", declared.apps);
        let selection = Selection::of(&inputs, &chosen, !apps.is_empty())?;
        work(&inputs, &selection)
    }

    /// The text of a file after a plan.
    fn after(&self, plan: &Plan, path: &str) -> String {
        let after = plan.changes.applied_to(&self.snapshot());
        after.text(&path.parse().unwrap()).unwrap().to_owned()
    }

    /// Opens the values of a text's first SealedSecret.
    fn opened(&self, text: &str, label: &str) -> BTreeMap<String, String> {
        let stream = parse(text).unwrap();
        self.opened_in(&stream.documents[0].root, label)
    }

    fn opened_in(&self, root: &Node<'_>, label: &str) -> BTreeMap<String, String> {
        let values = root
            .at(&["spec", "encryptedData"])
            .unwrap()
            .entries()
            .iter();
        let open = |value: &Node<'_>| {
            let value = self.private.unseal(value.as_str().unwrap(), label).unwrap();
            String::from_utf8(value.to_vec()).unwrap()
        };
        values
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), open(value)))
            .collect()
    }
}

/// The lines that differ between two texts of as many lines.
fn changed(before: &str, after: &str) -> Vec<String> {
    assert_eq!(before.lines().count(), after.lines().count());
    let lines = before.lines().zip(after.lines());
    lines
        .filter(|(before, after)| before != after)
        .map(|(_, after)| after.split(": ").next().unwrap().trim().to_owned())
        .collect()
}

fn given(password: &str) -> NewPassword {
    let bytes = zeroize::Zeroizing::new(password.as_bytes().to_vec());
    NewPassword::Given(Password::from_bytes(bytes).ok().unwrap())
}

#[test]
fn only_the_password_changes() {
    let mut world = World::new();
    let before = world.files[SEALED].clone();
    let plan = world.plan(&["my-shop"]).unwrap();
    assert_eq!(
        plan.rotations,
        [Rotation {
            apps: vec!["my-shop".to_owned()],
            secret: "my-shop-db-creds".to_owned(),
            path: SEALED.parse().unwrap(),
            keys: vec!["password".to_owned()],
            age: None,
        }]
    );
    assert_eq!(plan.warnings, Vec::<String>::new());
    assert_eq!(plan.changes.changes().len(), 1);
    let after = world.after(&plan, SEALED);
    assert_eq!(changed(&before, &after), ["password"]);
    let opened = world.opened(&after, "postgres/my-shop-db-creds");
    assert_eq!(opened["username"], "my_shop");
    assert_eq!(opened["password"].len(), 32);
    assert_ne!(opened["password"], "old");
}

#[test]
fn each_credential_gets_a_password_of_its_own() {
    let mut world = World::new();
    let other = world.files[SEALED].replace("my-shop", "blog");
    world.write("db/blog.yaml", &other);
    world.write("db/blog-db.yaml", &database("blog-db", "blog", "blog"));
    let roles = [("my_shop", "my-shop-db-creds"), ("blog", "blog-db-creds")];
    world.write("db/cluster.yaml", &cluster(&roles));
    let plan = world.plan(&[]).unwrap();
    let names: Vec<&str> = plan
        .rotations
        .iter()
        .map(|found| found.secret.as_str())
        .collect();
    assert_eq!(names, ["blog-db-creds", "my-shop-db-creds"]);
    let password = |path: &str, label: &str| {
        let text = world.after(&plan, path);
        let stream = parse(&text).unwrap();
        let sealed = stream.documents[0]
            .root
            .at(&["spec", "encryptedData", "password"]);
        world
            .private
            .unseal(sealed.unwrap().as_str().unwrap(), label)
            .unwrap()
    };
    assert_ne!(
        *password(SEALED, "postgres/my-shop-db-creds"),
        *password("db/blog.yaml", "postgres/blog-db-creds")
    );
}

#[test]
fn a_password_is_for_one_credential() {
    let mut world = World::new();
    let other = world.files[SEALED].replace("my-shop", "blog");
    world.write("db/blog.yaml", &other);
    let roles = [("my_shop", "my-shop-db-creds"), ("blog", "blog-db-creds")];
    world.write("db/cluster.yaml", &cluster(&roles));
    let error = world.plan_with(&[], given("s3cret")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "one password is given, but the apps have 2 credentials"
    );
    let plan = world.plan_with(&["my-shop"], given("s3cret")).unwrap();
    let after = world.after(&plan, SEALED);
    let opened = world.opened(&after, "postgres/my-shop-db-creds");
    assert_eq!(opened["password"], "s3cret");
}

#[test]
fn the_day_is_noted_where_one_is() {
    let mut world = World::new();
    let before = world.files[SEALED].replace(
        "  labels:\n    app.k",
        "  annotations:\n    kubectl-pgdb/password-changed: \"2020-02-03\" # by hand\n  labels:\n    app.k",
    );
    world.write(SEALED, &before);
    let plan = world.plan(&["my-shop"]).unwrap();
    let after = world.after(&plan, SEALED);
    assert_eq!(
        changed(&before, &after),
        ["kubectl-pgdb/password-changed", "password"]
    );
    assert!(after.contains("    kubectl-pgdb/password-changed: \"2027-01-15\" # by hand\n"));
}

#[test]
fn ages_leave_what_is_younger() {
    let mut world = World::new();
    let annotated = |day: &str| {
        format!("  annotations:\n    kubectl-pgdb/password-changed: {day}\n  labels:\n    app.k")
    };
    let plain = world.files[SEALED].clone();
    for (day, period, older) in [
        ("\"2026-10-17\"", "90d", true),
        ("\"2026-10-18\"", "90d", false),
        ("2026-10-17", "13w", false),
        ("2026-10-16", "13w", true),
        ("\"2028-01-01\"", "0h", true),
        ("\"2028-01-01\"", "1h", false),
    ] {
        world.write(
            SEALED,
            &plain.replace("  labels:\n    app.k", &annotated(day)),
        );
        let found = world.with(&[], Purpose::NewPassword, |_, selection| {
            let mut selection = selection.clone();
            assert_eq!(selection.read_days(), Vec::<String>::new());
            assert!(selection.undated().is_empty());
            selection.keep_older(&period.parse().unwrap(), NOW);
            Ok((selection.credentials.len(), selection.younger.len()))
        });
        let expected = if older { (1, 0) } else { (0, 1) };
        assert_eq!(found.unwrap(), expected, "{day} {period}");
    }
    world.write(
        SEALED,
        &plain.replace("  labels:\n    app.k", &annotated("yesterday")),
    );
    let found = world.with(&[], Purpose::NewPassword, |_, selection| {
        let mut selection = selection.clone();
        let warnings = selection.read_days();
        Ok((warnings, selection.undated().len()))
    });
    let warning = "db/my-shop-secrets-sealed.yaml:1: the annotation kubectl-pgdb/password-changed is no date such as \
                   2026-08-01: \"yesterday\"";
    assert_eq!(found.unwrap(), (vec![warning.to_owned()], 1));
}
