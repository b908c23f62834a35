//! What is not changed here, and what is said of it.

use super::*;

/// What is said when `my-shop`, whose files were changed so, is named: the message and the help.
fn refusal(change: impl FnOnce(&mut World)) -> (String, String) {
    let mut world = World::new();
    change(&mut world);
    let error = world.plan(&["my-shop"]).unwrap_err();
    (error.to_string(), error.help())
}

/// Puts a text in another's place in a file, where it must be once.
fn replace(world: &mut World, path: &str, from: &str, to: &str) {
    let text = &world.files[path];
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {text}");
    let text = text.replace(from, to);
    world.write(path, &text);
}

fn assert_refused(change: impl FnOnce(&mut World), message: &str, help: &str) {
    assert_eq!(refusal(change), (message.to_owned(), help.to_owned()));
}

#[test]
fn a_role_without_a_password_of_the_repository() {
    assert_refused(
        |world| {
            replace(
                world,
                "db/cluster.yaml",
                "        login: true\n",
                "        ensure: absent\n",
            )
        },
        "my-shop: it is declared as absent",
        "it needs no new password",
    );
    assert_refused(
        |world| {
            replace(
                world,
                "db/cluster.yaml",
                "        passwordSecret:\n          name: my-shop-db-creds\n",
                "        disablePassword: true\n",
            );
        },
        "my-shop: the role my_shop has no password: it has disablePassword",
        "take disablePassword away and name a passwordSecret, or leave it as it is",
    );
    assert_refused(
        |world| {
            replace(
                world,
                "db/cluster.yaml",
                "        passwordSecret:\n          name: my-shop-db-creds\n",
                "",
            );
        },
        "my-shop: the role my_shop names no passwordSecret",
        "where a password was set by hand, change it by hand",
    );
    assert_refused(
        |world| replace(world, "db/cluster.yaml", "my-shop-db-creds", "shop-login"),
        "my-shop: the role my_shop takes its password from the Secret shop-login, which nothing in the repository makes",
        "change it where the Secret comes from, or correct the name",
    );
    assert_refused(
        |world| {
            replace(world, "db/cluster.yaml", "my_shop", "else");
            replace(world, "db/cluster.yaml", "my-shop-db-creds", "else");
            world.files.remove("db/my-shop-db.yaml");
        },
        "my-shop: no role of the repository takes its password from the Secret my-shop-db-creds",
        "name the Secret as the role's passwordSecret; else PostgreSQL would keep the old password",
    );
    assert_refused(
        |world| {
            replace(
                world,
                "db/cluster.yaml",
                "  managed:\n",
                "  bootstrap:\n    initdb:\n      owner: my_shop\n      database: my_shop\n  managed:\n",
            );
            replace(world, "db/cluster.yaml", "name: my_shop", "name: else");
            replace(world, "db/cluster.yaml", "my-shop-db-creds", "else");
            world.files.remove(SEALED);
        },
        "my-shop: CNPG makes the Secret pg-app of the role my_shop itself",
        "change the value `password` in the Secret on the cluster: `kubectl edit secret pg-app`",
    );
}

#[test]
fn a_secret_that_something_else_makes() {
    let other = |kind: &str, version: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n"
        )
    };
    for (kind, version, message, help) in [
        (
            "ExternalSecret",
            "external-secrets.io/v1",
            "an ExternalSecret makes the Secret my-shop-db-creds",
            "change the password in the store that the ExternalSecret reads, then have it read again: `kubectl annotate \
             externalsecret ... force-sync=$(date +%s) --overwrite`, and see the Secret my-shop-db-creds change",
        ),
        (
            "StringSecret",
            "secretgenerator.mittwald.de/v1alpha1",
            "a StringSecret makes the Secret my-shop-db-creds",
            "let the generator make a new one: put the annotation secret-generator.v1.mittwald.de/regenerate: \
             \"password\" on the Secret",
        ),
        (
            "Secret",
            "v1",
            "a manifest in clear makes the Secret my-shop-db-creds",
            "the repository's history holds this password in clear: seal a new one with kubeseal, and put the \
             SealedSecret in the manifest's place",
        ),
    ] {
        assert_refused(
            |world| world.write(SEALED, &other(kind, version)),
            &format!("my-shop: {message}"),
            help,
        );
    }
}

#[test]
fn a_secret_that_is_made_twice() {
    assert_refused(
        |world| {
            let text = world.files[SEALED].clone();
            world.write("db/old.yaml", &format!("# kept\n{text}"));
        },
        "my-shop: the Secret my-shop-db-creds is made again at db/old.yaml:2",
        "take one of them away",
    );
}

#[test]
fn a_sealed_secret_into_which_nothing_can_be_sealed() {
    let again = "seal the whole Secret again with kubeseal";
    let alone =
        "CNPG takes the password from the key `password`: it has to be a sealed value alone";
    let cases: [(&str, &str, &str, &str); 8] = [
        (
            "  encryptedData:\n",
            "  data: AgB\n  encryptedData:\n",
            "its values are sealed all in one, as spec.data, the form that kubeseal wrote before version 0.6",
            again,
        ),
        (
            "    password: ",
            "    passwort: ",
            "spec.encryptedData has no password",
            alone,
        ),
        (
            "    type: kubernetes.io/basic-auth\n",
            "    data:\n      password: \"{{ .passwort }}\"\n",
            "spec.template.data.password takes the place of the sealed password",
            alone,
        ),
        (
            "    type: kubernetes.io/basic-auth\n",
            "    immutable: true\n",
            "the Secret is immutable, so the controller cannot give it another password",
            "take `immutable` away, and delete the Secret on the cluster once, so that the controller makes it anew",
        ),
        (
            "      name: my-shop-db-creds\n",
            "      name: other\n",
            "its template has the name \"other\": the values may have been sealed for that name",
            again,
        ),
        (
            "      name: my-shop-db-creds\n",
            "      namespace: other\n",
            "its template has the namespace \"other\": the values may have been sealed for that namespace",
            again,
        ),
        (
            "    password: ",
            "    <<: *more\n    password: ",
            "an alias, a merge key or a value that is no text hides what is sealed",
            "write the values out as texts, then run this again",
        ),
        (
            "    password: ",
            "    host:\n    password: ",
            "an alias, a merge key or a value that is no text hides what is sealed",
            "write the values out as texts, then run this again",
        ),
    ];
    for (from, to, message, help) in cases {
        assert_refused(
            |world| {
                replace(world, SEALED, from, to);
                if to.contains("*more") {
                    replace(world, SEALED, "spec:\n", "more: &more {a: b}\nspec:\n");
                }
            },
            &format!("my-shop: {SEALED}:1: {message}"),
            help,
        );
    }
}

#[test]
fn a_name_that_a_kustomization_changes() {
    assert_refused(
        |world| {
            let text = "namePrefix: prod-\nresources:\n  - my-shop-secrets-sealed.yaml\n";
            world.write("db/kustomization.yaml", text);
        },
        "my-shop: db/my-shop-secrets-sealed.yaml:1: db/kustomization.yaml puts a prefix or suffix on its name, for which \
         nothing can be sealed",
        "give these manifests a kustomization without namePrefix and nameSuffix",
    );
    // Where the name is no part of the label, it does not matter.
    let mut world = World::new();
    let text = "namePrefix: prod-\nresources:\n  - my-shop-secrets-sealed.yaml\n";
    world.write("db/kustomization.yaml", text);
    let annotations = "  annotations:\n    sealedsecrets.bitnami.com/namespace-wide: \"true\"\n  labels:\n    app.k";
    replace(&mut world, SEALED, "  labels:\n    app.k", annotations);
    assert_eq!(world.plan(&["my-shop"]).unwrap().rotations.len(), 1);
}

#[test]
fn all_of_them_are_told() {
    let mut world = World::new();
    replace(&mut world, SEALED, "    password: ", "    passwort: ");
    let roles = [("my_shop", "my-shop-db-creds"), ("blog", "blog-db-creds")];
    world.write("db/cluster.yaml", &cluster(&roles));
    let error = world.plan(&["my-shop", "blog"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 passwords cannot be changed here:\n  \
         blog: the role blog takes its password from the Secret blog-db-creds, which nothing in the repository makes\n  \
         my-shop: db/my-shop-secrets-sealed.yaml:1: spec.encryptedData has no password"
    );
    assert_eq!(
        error.help(),
        "change it where the Secret comes from, or correct the name\n      CNPG takes the password from the key \
         `password`: it has to be a sealed value alone"
    );
}

#[test]
fn what_is_changed_elsewhere_is_passed_over_where_all_are_meant() {
    let mut world = World::new();
    let roles = [("my_shop", "my-shop-db-creds"), ("blog", "blog-db-creds")];
    world.write("db/cluster.yaml", &cluster(&roles));
    let found = world.with(&[], Purpose::NewPassword, |_, selection| {
        let secrets = selection
            .credentials
            .iter()
            .map(|found| found.secret().to_owned());
        let elsewhere = selection.elsewhere.iter().map(ToString::to_string);
        Ok((secrets.collect::<Vec<_>>(), elsewhere.collect::<Vec<_>>()))
    });
    let message = "blog: the role blog takes its password from the Secret blog-db-creds, which nothing in the repository makes";
    assert_eq!(
        found.unwrap(),
        (
            vec!["my-shop-db-creds".to_owned()],
            vec![message.to_owned()]
        )
    );
    // What is broken here is not.
    replace(&mut world, SEALED, "    password: ", "    passwort: ");
    let error = world.plan(&[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my-shop: db/my-shop-secrets-sealed.yaml:1: spec.encryptedData has no password"
    );
}

#[test]
fn a_file_that_cannot_be_edited() {
    let mut world = World::new();
    replace(&mut world, SEALED, "    password: ", "    password: &p ");
    replace(
        &mut world,
        SEALED,
        "    type: kubernetes.io/basic-auth\n",
        "    type: *p\n",
    );
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "db/my-shop-secrets-sealed.yaml:12: spec.encryptedData.password is repeated by the alias on line 18, which would \
         change with it"
    );
}
