//! The same passwords, sealed again by the controller.

use serde_json::{Value, json};

use super::*;
use crate::rotate::reseal::{ResealError, answer, question};

/// What the controller is asked about the only app, and how its answer is taken.
fn asked<T>(world: &World, work: impl FnOnce(&Credential) -> T) -> T {
    let result = world.with(&[], Purpose::Reseal, |_, selection| {
        Ok(work(&selection.credentials[0]))
    });
    result.unwrap()
}

fn values(world: &World) -> Value {
    let stream_text = &world.files[SEALED];
    let stream = parse(stream_text).unwrap();
    let values = stream.documents[0]
        .root
        .at(&["spec", "encryptedData"])
        .unwrap();
    let entries = values.entries().iter();
    let entries = entries.map(|(key, value)| (key.as_str().unwrap(), value.as_str().unwrap()));
    json!(entries.collect::<BTreeMap<_, _>>())
}

/// What the controller answers where it is asked this, with the metadata and keys that it really gives.
fn answered(password: &str, username: &str) -> String {
    json!({
        "kind": "SealedSecret",
        "apiVersion": "bitnami.com/v1alpha1",
        "metadata": {"name": "my-shop-db-creds", "namespace": "postgres", "creationTimestamp": null},
        "spec": {
            "template": {"metadata": {"name": "my-shop-db-creds", "namespace": "postgres", "creationTimestamp": null}},
            "encryptedData": {"password": password, "username": username},
        },
    })
    .to_string()
}

#[test]
fn no_more_is_asked_than_is_needed() {
    let mut world = World::new();
    let template = "    data:\n      uri: postgresql://{{ .username }}:{{ .password }}@host/db\n";
    let sealed = world.sealed("", template);
    world.write(SEALED, &sealed);
    let metadata = json!({"name": "my-shop-db-creds", "namespace": "postgres"});
    let body: Value = serde_json::from_str(&asked(&world, |credential| {
        question(credential, &"postgres".parse().unwrap())
    }))
    .unwrap();
    assert_eq!(
        body,
        json!({
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": metadata,
            "spec": {"encryptedData": values(&world), "template": {"metadata": metadata}},
        })
    );
    let annotations = "  annotations:\n    note: x\n    sealedsecrets.bitnami.com/cluster-wide: \"true\"\n  labels:\n    app.k";
    let wide = world.files[SEALED].replace("  labels:\n    app.k", annotations);
    world.write(SEALED, &wide);
    let body: Value = serde_json::from_str(&asked(&world, |credential| {
        question(credential, &"postgres".parse().unwrap())
    }))
    .unwrap();
    let annotations = json!({"sealedsecrets.bitnami.com/cluster-wide": "true"});
    assert_eq!(body["metadata"]["annotations"], annotations);
    assert_eq!(
        body["spec"]["template"]["metadata"]["annotations"],
        annotations
    );
}

#[test]
fn only_the_sealed_values_of_the_answer_are_taken() {
    let mut world = World::new();
    // Keys of which nobody knows what they hold are sealed again like all others.
    let token = world.seal("postgres/my-shop-db-creds", "t0ken");
    let sealed = world.sealed(&format!("    token: {token}\n"), "    immutable: true\n");
    world.write(SEALED, &sealed);
    let fresh = ["old", "my_shop"].map(|value| world.seal("postgres/my-shop-db-creds", value));
    let mut body: Value = serde_json::from_str(&answered(&fresh[0], &fresh[1])).unwrap();
    body["spec"]["encryptedData"]["token"] = json!(token);
    let plan = world
        .with(&[], Purpose::Reseal, |inputs, selection| {
            let answer = answer(&selection.credentials[0], 200, &body.to_string()).unwrap();
            reseal::plan(inputs, selection, vec![answer])
        })
        .unwrap();
    // What is as before is not replaced.
    assert_eq!(plan.rotations[0].keys, ["username", "password"]);
    let before = &world.files[SEALED];
    let after = world.after(&plan, SEALED);
    assert_eq!(changed(before, &after), ["username", "password"]);
    let opened = world.opened(&after, "postgres/my-shop-db-creds");
    assert_eq!(opened["password"], "old");
    assert_eq!(opened["username"], "my_shop");
}

#[test]
fn the_same_answer_changes_nothing() {
    let world = World::new();
    let values = values(&world);
    let text = |key: &str| values[key].as_str().unwrap();
    let body = answered(text("password"), text("username"));
    let plan = world.with(&[], Purpose::Reseal, |inputs, selection| {
        let answer = answer(&selection.credentials[0], 200, &body).unwrap();
        reseal::plan(inputs, selection, vec![answer])
    });
    assert_eq!(plan.unwrap(), Plan::default());
}

#[test]
fn anything_else_is_refused() {
    let world = World::new();
    let own = values(&world);
    let (password, username) = (
        own["password"].as_str().unwrap(),
        own["username"].as_str().unwrap(),
    );
    let whole = answered(password, username);
    let foreign = "is it the controller's Service? Name it with --controller-name and --controller-namespace; or does a \
                   proxy on the way answer instead?";
    let secret = "my-shop-db-creds";
    let cases: [(u16, String, String, &str); 12] = [
        (
            500,
            String::new(),
            format!(
                "db/my-shop-secrets-sealed.yaml:1: the controller cannot open the values of {secret} (500)"
            ),
            "is this the context of the cluster for which it was sealed? The controller's log says why; `kubectl pgdb \
             rotate` without --reseal gives a new password",
        ),
        (
            409,
            String::new(),
            format!(
                "db/my-shop-secrets-sealed.yaml:1: the controller cannot open the values of {secret} (409)"
            ),
            "is this the context of the cluster for which it was sealed? The controller's log says why; `kubectl pgdb \
             rotate` without --reseal gives a new password",
        ),
        (
            429,
            "limit exceeded".to_owned(),
            format!(
                "the controller takes no more requests for now (429); {secret} was not sealed again"
            ),
            "try again later",
        ),
        (
            403,
            String::new(),
            format!("the controller may not be asked to seal {secret} again (403)"),
            "ask for the right to create services/proxy in the controller's namespace",
        ),
        (
            404,
            "404 page not found".to_owned(),
            format!("the answer of the controller on {secret} has the status 404"),
            foreign,
        ),
        (
            200,
            "<html>hunter2</html>".to_owned(),
            format!("the answer of the controller on {secret} is no SealedSecret in JSON"),
            foreign,
        ),
        (
            200,
            whole.replacen("SealedSecret", "Secret", 1),
            format!("the answer of the controller on {secret} is no SealedSecret"),
            foreign,
        ),
        (
            200,
            whole.replace("\"username\":", "\"user\":"),
            format!("the controller's answer on {secret} has other keys than it: username, user"),
            foreign,
        ),
        (
            200,
            whole.replace("\"username\":", "\"uri\":\"AgB=\",\"username\":"),
            format!("the controller's answer on {secret} has other keys than it: uri"),
            foreign,
        ),
        (
            200,
            answered("hunter2", username),
            format!(
                "the controller's answer on {secret} has a value of password that is not sealed: it is no standard base64"
            ),
            foreign,
        ),
        (
            200,
            answered(password, ""),
            format!(
                "the controller's answer on {secret} has a value of username that is not sealed: it is empty"
            ),
            foreign,
        ),
        (
            200,
            whole.replace("\"encryptedData\":{", "\"encryptedData\":{\"a\":1,"),
            format!("the answer of the controller on {secret} is no SealedSecret in JSON"),
            foreign,
        ),
    ];
    for (status, body, message, help) in cases {
        let error: ResealError =
            asked(&world, |credential| answer(credential, status, &body)).unwrap_err();
        assert_eq!(
            (error.to_string(), error.help()),
            (message, help),
            "{status} {body}"
        );
    }
}

#[test]
fn an_app_needs_no_role_to_be_sealed_again() {
    let mut world = World::new();
    let disabled = world.files["db/cluster.yaml"].replace(
        "        passwordSecret:\n          name: my-shop-db-creds\n",
        "        disablePassword: true\n",
    );
    world.write("db/cluster.yaml", &disabled);
    let count = world.with(&["my-shop"], Purpose::Reseal, |_, selection| {
        Ok(selection.credentials.len())
    });
    assert_eq!(count.unwrap(), 1);
}
