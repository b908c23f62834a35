//! Sealed values that hold the password in another form.

use super::*;

const LABEL: &str = "postgres/my-shop-db-creds";

/// A world whose SealedSecret has these sealed values too.
fn with(keys: &[&str], template: &str) -> World {
    let mut world = World::new();
    let lines: String = keys
        .iter()
        .map(|key| format!("    {key}: {}\n", world.seal(LABEL, &format!("old {key}"))))
        .collect();
    let sealed = world.sealed(&lines, template);
    world.write(SEALED, &sealed);
    world
}

#[test]
fn all_forms_of_the_connection_change_with_it() {
    let keys = [
        "uri",
        "jdbc-uri",
        "pgpass",
        "fqdn-uri",
        "fqdn-jdbc-uri",
        "host",
    ];
    let mut world = with(&keys, "");
    let plan = world.plan_with(&["my-shop"], given("p@ss:1")).unwrap();
    assert_eq!(
        plan.rotations[0].keys,
        [
            "password",
            "uri",
            "jdbc-uri",
            "pgpass",
            "fqdn-uri",
            "fqdn-jdbc-uri"
        ]
    );
    assert_eq!(plan.warnings, Vec::<String>::new());
    let after = world.after(&plan, SEALED);
    let opened: Vec<(String, String)> = world.opened(&after, LABEL).into_iter().collect();
    let opened: Vec<(&str, &str)> = opened
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        opened,
        [
            (
                "fqdn-jdbc-uri",
                "jdbc:postgresql://pg-rw.postgres.svc.cluster.local:5432/my_shop?password=p%40ss%3A1&user=my_shop"
            ),
            (
                "fqdn-uri",
                "postgresql://my_shop:p%40ss%3A1@pg-rw.postgres.svc.cluster.local:5432/my_shop"
            ),
            ("host", "old host"),
            (
                "jdbc-uri",
                "jdbc:postgresql://pg-rw.postgres.svc:5432/my_shop?password=p%40ss%3A1&user=my_shop"
            ),
            ("password", "p@ss:1"),
            (
                "pgpass",
                "pg-rw.postgres.svc:5432:my_shop:my_shop:p@ss\\:1\n"
            ),
            (
                "uri",
                "postgresql://my_shop:p%40ss%3A1@pg-rw.postgres.svc:5432/my_shop"
            ),
            ("username", "my_shop"),
        ]
    );
}

#[test]
fn what_somebody_else_sealed_is_shown_in_its_new_form() {
    let mut world = with(&["uri", "pgpass"], "");
    let foreign = world.files[SEALED].replace("managed-by: kubectl-pgdb", "managed-by: hand");
    world.write(SEALED, &foreign);
    let plan = world.plan(&["my-shop"]).unwrap();
    assert_eq!(
        plan.warnings,
        [
            "db/my-shop-secrets-sealed.yaml:1: what was sealed here cannot be read, and is written anew in this form:\n  \
          uri: postgresql://my_shop:PASSWORD@pg-rw.postgres.svc:5432/my_shop\n  \
          pgpass: pg-rw.postgres.svc:5432:my_shop:my_shop:PASSWORD"
        ]
    );
}

#[test]
fn unknown_keys_are_refused_unless_they_are_kept() {
    let mut world = with(&["DATABASE_URL", "token"], "");
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my-shop: db/my-shop-secrets-sealed.yaml:1: the sealed `DATABASE_URL` and the sealed `token` may hold the \
         password too, and cannot be read"
    );
    assert_eq!(
        error.help(),
        "where it does not hold the password, say so: --keep DATABASE_URL --keep token"
    );
    world.keep = vec!["token".to_owned()];
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my-shop: db/my-shop-secrets-sealed.yaml:1: the sealed `DATABASE_URL` may hold the password too, and cannot be read"
    );
    world.keep.push("DATABASE_URL".to_owned());
    let before = world.files[SEALED].clone();
    let plan = world.plan(&["my-shop"]).unwrap();
    assert_eq!(changed(&before, &world.after(&plan, SEALED)), ["password"]);
}

#[test]
fn what_is_kept_must_be_there_and_not_be_the_password() {
    let mut world = with(&["uri"], "");
    world.keep = vec!["uri".to_owned()];
    let plan = world.plan(&["my-shop"]).unwrap();
    assert_eq!(plan.rotations[0].keys, ["password"]);
    world.keep = vec!["url".to_owned()];
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "--keep url: none of the credentials has a sealed value of this key"
    );
    world.keep = vec!["password".to_owned()];
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "--keep password: this is the password itself"
    );
}

#[test]
fn the_database_of_a_form_is_told_by_the_template_or_the_only_app() {
    let template = "    data:\n      dbname: shop_v2\n";
    let mut world = with(&["uri"], template);
    let plan = world.plan_with(&["my-shop"], given("new")).unwrap();
    let after = world.after(&plan, SEALED);
    assert_eq!(
        world.opened(&after, LABEL)["uri"],
        "postgresql://my_shop:new@pg-rw.postgres.svc:5432/shop_v2"
    );

    let mut world = with(&["uri"], "");
    world.write(
        "db/second.yaml",
        &database("second-db", "second", "my_shop"),
    );
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my-shop: db/my-shop-secrets-sealed.yaml:1: the sealed `uri` would have to be sealed anew, but it cannot be told \
         which database they name: my_shop, second"
    );

    let mut world = with(&["uri", "pgpass"], "");
    world.files.remove("db/my-shop-db.yaml");
    let error = world.plan(&["my-shop"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my-shop: db/my-shop-secrets-sealed.yaml:1: the sealed `uri` and the sealed `pgpass` would have to be sealed \
         anew, but the app has no database"
    );
    assert_eq!(
        error.help(),
        "write them as templates into spec.template.data instead, such as `uri: postgresql://{{ .username }}:{{ .password \
         }}@HOST:5432/DATABASE`, or keep them with --keep"
    );
}

#[test]
fn each_scope_has_its_label() {
    for (annotation, label) in [("namespace-wide", "postgres"), ("cluster-wide", "")] {
        let mut world = World::new();
        let annotations = format!(
            "  annotations:\n    sealedsecrets.bitnami.com/{annotation}: \"true\"\n  labels:\n    app.k"
        );
        let text = world.files[SEALED].replace("  labels:\n    app.k", &annotations);
        world.write(SEALED, &text);
        let plan = world.plan_with(&["my-shop"], given("s3cret")).unwrap();
        let after = world.after(&plan, SEALED);
        let stream = parse(&after).unwrap();
        let password = stream.documents[0]
            .root
            .at(&["spec", "encryptedData", "password"]);
        let opened = world
            .private
            .unseal(password.unwrap().as_str().unwrap(), label);
        assert_eq!(opened.ok().unwrap().as_slice(), b"s3cret", "{annotation}");
    }
}

/// The template's data as the product writes it, and what else is given.
fn product_data(more: &str) -> String {
    format!(
        "    data:\n      host: pg-rw.postgres.svc\n      dbname: my_shop\n      uri: postgresql://{{{{ .username }}}}:{{{{ .password }}}}@pg-rw.postgres.svc:5432/my_shop\n      jdbc-uri: jdbc:postgresql://pg-rw.postgres.svc:5432/my_shop?password={{{{ .password }}}}&user={{{{ .username }}}}\n      pgpass: \"pg-rw.postgres.svc:5432:my_shop:{{{{ .username }}}}:{{{{ .password }}}}\\n\"\n{more}"
    )
}

#[test]
fn what_cannot_be_a_template_any_more_is_sealed() {
    let mut world = with(&[], &product_data(""));
    let before = world.files[SEALED].clone();
    // One that a URI takes as it is changes nothing of the templates.
    let plan = world.plan_with(&["my-shop"], given("s3cret")).unwrap();
    assert_eq!(changed(&before, &world.after(&plan, SEALED)), ["password"]);

    let plan = world.plan_with(&["my-shop"], given("p@ss:1")).unwrap();
    assert_eq!(plan.warnings, Vec::<String>::new());
    assert_eq!(
        plan.rotations[0].keys,
        ["password", "uri", "jdbc-uri", "pgpass"]
    );
    let after = world.after(&plan, SEALED);
    let opened = world.opened(&after, LABEL);
    assert_eq!(opened["password"], "p@ss:1");
    assert_eq!(
        opened["uri"],
        "postgresql://my_shop:p%40ss%3A1@pg-rw.postgres.svc:5432/my_shop"
    );
    assert_eq!(
        opened["jdbc-uri"],
        "jdbc:postgresql://pg-rw.postgres.svc:5432/my_shop?password=p%40ss%3A1&user=my_shop"
    );
    assert_eq!(
        opened["pgpass"],
        "pg-rw.postgres.svc:5432:my_shop:my_shop:p@ss\\:1\n"
    );
    let stream = parse(&after).unwrap();
    let data = stream.documents[0]
        .root
        .at(&["spec", "template", "data"])
        .unwrap();
    let keys: Vec<&str> = data
        .entries()
        .iter()
        .map(|(key, _)| key.as_str().unwrap())
        .collect();
    assert_eq!(keys, ["host", "dbname"]);

    // They stay sealed, and follow the next password.
    world.write(SEALED, &after);
    let plan = world.plan_with(&["my-shop"], given("s3cret")).unwrap();
    let again = world.after(&plan, SEALED);
    assert_eq!(
        changed(&after, &again),
        ["password", "uri", "jdbc-uri", "pgpass"]
    );
    assert_eq!(
        world.opened(&again, LABEL)["uri"],
        "postgresql://my_shop:s3cret@pg-rw.postgres.svc:5432/my_shop"
    );
}

#[test]
fn templates_of_others_are_warned_of() {
    let more = "      DATABASE_URL: postgresql://my_shop:{{ .password }}@pg-rw.postgres.svc/my_shop\n      \
                SAFE_URL: postgresql://my_shop:{{ .password | urlquery }}@pg-rw.postgres.svc/my_shop\n";
    let mut world = with(&[], &product_data(more));
    let plan = world.plan_with(&["my-shop"], given("p@ss")).unwrap();
    assert_eq!(
        plan.rotations[0].keys,
        ["password", "uri", "jdbc-uri", "pgpass"]
    );
    assert_eq!(
        plan.warnings,
        [
            "db/my-shop-secrets-sealed.yaml:1: the template of DATABASE_URL puts the password in as it is, and this one has \
          characters that a URI must escape"
        ]
    );
    let plan = world.plan(&["my-shop"]).unwrap();
    assert_eq!(plan.warnings, Vec::<String>::new());
}
