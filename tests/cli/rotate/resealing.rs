//! `--reseal`, with a controller that does what the real one does.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::domain::scope::Scope;
use pgdb::sealing::{SealingKey, UnsealingKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{said, sealed, with_apps};
use crate::apiserver::{ApiServer, Fault, Reach, Reply, Requests};
use crate::fetch_cert::{ask, put_controller};
use crate::support::{Repository, SEALED, changed_files, without_sealed_values};
use crate::terminal::{CTRL_C, Terminal};

const SERVICE: [&str; 2] = ["kube-system", "sealed-secrets-controller"];

/// A key of the vectors, by its number: the certificate, and the private key.
fn key(number: usize) -> (String, UnsealingKey) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let field = |name: &str| vectors["keys"][number][name].as_str().unwrap().to_owned();
    let der = STANDARD.decode(field("private_key_pkcs8_der_b64")).unwrap();
    (
        field("certificate_pem"),
        UnsealingKey::from_der(&der).unwrap(),
    )
}

/// A server whose controller seals again with a newer key of 4096 bits. As the real one, it writes the metadata of the
/// SealedSecret into the template, seals what the template's `data` gives, and drops the annotations of the object.
fn server() -> ApiServer {
    let server = ApiServer::start();
    put_controller(&server, &SERVICE.join("/"), "", &key(1).0);
    server.serve(SERVICE[0], SERVICE[1], "/v1/rotate", controller());
    server
}

fn controller() -> impl Fn(&str, &[u8]) -> Reply + Send + 'static {
    let (_, old) = key(0);
    let new = SealingKey::of_any_time(&key(1).0).unwrap();
    move |method, body| {
        assert_eq!(method, "POST");
        let asked: Value = serde_json::from_slice(body).unwrap();
        let mut rng = StdRng::seed_from_u64(u64::try_from(body.len()).unwrap());
        let metadata = &asked["metadata"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let scope = Scope::of_annotations(|name| metadata["annotations"][name].as_str());
        let label = scope.label(&text(&metadata["namespace"]), &text(&metadata["name"]));
        let mut values = BTreeMap::new();
        for (name, value) in asked["spec"]["encryptedData"].as_object().unwrap() {
            let Ok(open) = old.unseal(value.as_str().unwrap(), &label) else {
                return Reply::text(500, "");
            };
            values.insert(name.clone(), new.seal(&open, &label, &mut rng).unwrap());
        }
        for name in asked["spec"]["template"]["data"]
            .as_object()
            .into_iter()
            .flat_map(|data| data.keys())
        {
            values.insert(
                name.clone(),
                new.seal(b"templated", &label, &mut rng).unwrap(),
            );
        }
        let answer = json!({
            "kind": "SealedSecret",
            "apiVersion": "bitnami.com/v1alpha1",
            "metadata": {"name": metadata["name"], "namespace": metadata["namespace"], "creationTimestamp": null},
            "spec": {"template": {"metadata": metadata}, "encryptedData": values},
        });
        Reply::text(200, answer.to_string())
    }
}

/// Opens what is sealed for the newer key.
fn opened(repository: &Repository, path: &str, label: &str) -> BTreeMap<String, String> {
    let (_, private) = key(1);
    let manifest: Value = serde_yaml::from_str(&repository.read(path)).unwrap();
    let values = manifest["spec"]["encryptedData"]
        .as_object()
        .unwrap()
        .iter();
    let open = |value: &Value| private.unseal(value.as_str().unwrap(), label).unwrap();
    values
        .map(|(name, value)| {
            (
                name.clone(),
                String::from_utf8(open(value).to_vec()).unwrap(),
            )
        })
        .collect()
}

fn posts() -> Requests {
    Requests::of("POST", "/v1/rotate")
}

#[test]
fn only_the_sealed_values_change() {
    let (server, repository) = (server(), with_apps(&["my-shop"]));
    let (before, values) = (repository.tree(), repository.unsealed(SEALED));
    let would = ask(
        &repository,
        &server,
        "rotate my-shop --reseal --dry-run=client",
    );
    assert_eq!(repository.tree(), before);
    let outcome = ask(&repository, &server, "rotate my-shop --reseal");
    let done = "a credential, sealed again, on the Cluster postgres-shared in postgres:\n  \
                my-shop: username, password in infra/databases/postgres/my-shop-secrets-sealed.yaml\n";
    assert_eq!(said(&would), (0, &*format!("Would write {done}")));
    assert_eq!(
        said(&outcome),
        (
            0,
            &*format!(
                "Wrote {done}\nNext:\n  git add infra/databases/postgres/my-shop-secrets-sealed.yaml\n  \
                 git commit -m 'Seal again the credential of my-shop'\n  git push\n  \
                 kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it\n"
            )
        )
    );
    let changed = changed_files(&before, &repository.tree());
    assert_eq!(changed.keys().collect::<Vec<_>>(), [SEALED]);
    let (text_before, text_after) = &changed[SEALED];
    assert_ne!(text_before, text_after);
    assert_eq!(
        without_sealed_values(text_before),
        without_sealed_values(text_after)
    );
    assert_eq!(
        opened(&repository, SEALED, "postgres/my-shop-db-creds"),
        values
    );
    assert_eq!(server.count(&posts()), 2);
    assert_eq!(server.count(&Requests::of("GET", "/v1/cert.pem")), 0);
}

#[test]
fn all_of_them_in_their_scopes() {
    let (server, repository) = (server(), with_apps(&[]));
    for scope in ["strict", "namespace-wide", "cluster-wide"] {
        repository.run_ok(&format!(
            "new-app {scope} --app-namespace shop -q --scope {scope}"
        ));
    }
    let outcome = ask(&repository, &server, "rotate --all --reseal -o json -q");
    assert_eq!(said(&outcome), (0, ""));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["reseal"], true);
    assert_eq!(report["apps"].as_array().unwrap().len(), 3);
    for (scope, label) in [
        ("strict", "postgres/strict-db-creds"),
        ("namespace-wide", "postgres"),
        ("cluster-wide", ""),
    ] {
        assert_eq!(
            opened(&repository, &sealed(scope), label)["password"].len(),
            32
        );
    }
    assert_eq!(server.count(&posts()), 3);
}

#[test]
fn one_that_cannot_be_opened_leaves_all_as_they_were() {
    let (server, repository) = (server(), with_apps(&["blog", "my-shop"]));
    // Sealed for another name.
    repository.replace(
        SEALED,
        "metadata:\n  name: my-shop-db-creds",
        "metadata:\n  name: renamed",
    );
    let cluster = repository.read(crate::support::CLUSTER);
    repository.write(
        crate::support::CLUSTER,
        &cluster.replace("my-shop-db-creds", "renamed"),
    );
    let before = repository.tree();
    let outcome = ask(&repository, &server, "rotate --all --reseal");
    assert_eq!(
        (
            outcome.code,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (
            3,
            "",
            "error: infra/databases/postgres/my-shop-secrets-sealed.yaml:1: the controller cannot open the values of renamed \
             (500)\nhelp: is this the context of the cluster for which it was sealed? The controller's log says why; \
             `kubectl pgdb rotate` without --reseal gives a new password\n"
        )
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_controller_that_is_busy_is_waited_for() {
    let (server, repository) = (server(), with_apps(&["my-shop"]));
    server.fault(posts().first(2), Fault::retry_after(429, 0));
    let outcome = ask(&repository, &server, "rotate my-shop --reseal -q");
    assert_eq!(said(&outcome), (0, ""));
    assert_eq!(server.count(&posts()), 3);
    // The controller's own refusal has no Status.
    server.serve(SERVICE[0], SERVICE[1], "/v1/rotate", |_, _| {
        Reply::text(429, "limit exceeded\n")
    });
    server.forget_requests();
    let before = repository.tree();
    let outcome = ask(&repository, &server, "rotate my-shop --reseal");
    assert_eq!(
        said(&outcome),
        (
            3,
            "error: the controller takes no more requests for now (429); my-shop-db-creds was not sealed again\nhelp: try \
             again later\n"
        )
    );
    assert_eq!(server.count(&posts()), 4);
    assert_eq!(repository.tree(), before);
}

#[test]
fn whatever_else_is_answered_changes_nothing() {
    let repository = with_apps(&["my-shop"]);
    let before = repository.tree();
    let refusal = |server: &ApiServer| {
        let outcome = ask(&repository, server, "rotate my-shop --reseal");
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (3, ""),
            "{}",
            outcome.stderr
        );
        assert_eq!(repository.tree(), before);
        outcome.stderr
    };
    for (fault, message) in [
        (
            Fault::Malformed,
            "the answer of the controller on my-shop-db-creds is no SealedSecret in JSON\n",
        ),
        (
            Fault::Empty,
            "the answer of the controller on my-shop-db-creds is no SealedSecret in JSON\n",
        ),
        (
            Fault::Html(200),
            "the answer of the controller on my-shop-db-creds is no SealedSecret in JSON\n",
        ),
        (
            Fault::Html(404),
            "the answer of the controller on my-shop-db-creds has the status 404\n",
        ),
        (
            Fault::CutBefore,
            "the connection to SERVER broke before the answer was whole\n",
        ),
        (
            Fault::Truncated,
            "the connection to SERVER broke before the answer was whole\n",
        ),
    ] {
        let server = server();
        server.fault(posts(), fault.clone());
        let stderr = refusal(&server);
        assert!(
            stderr.starts_with(&format!("error: {message}")),
            "{fault:?}: {stderr}"
        );
    }
    let forbidden = server();
    forbidden.forbid("create", "", "services/proxy", Reach::Everywhere);
    let stderr = refusal(&forbidden);
    assert_eq!(
        stderr,
        "error: the API server forbids \"tester\" to create services/proxy in the namespace kube-system\nhelp: ask for that \
         right; this says whether you have it: kubectl auth can-i create services --subresource=proxy --namespace \
         kube-system\n"
    );
    let stopped = server();
    stopped.stop_serving(SERVICE[0], SERVICE[1]);
    let stderr = refusal(&stopped);
    assert!(
        stderr.starts_with("error: the API server does not reach the Service kube-system/sealed-secrets-controller (503)"),
        "{stderr}"
    );
    let conflict = server();
    conflict.serve(SERVICE[0], SERVICE[1], "/v1/rotate", |_, _| {
        Reply::text(409, "")
    });
    assert!(
        refusal(&conflict)
            .contains("the controller cannot open the values of my-shop-db-creds (409)")
    );
    let foreign = server();
    foreign.serve(SERVICE[0], SERVICE[1], "/v1/rotate", |_, body| {
        let mut answer: Value = serde_json::from_slice(body).unwrap();
        answer["spec"]["encryptedData"]["password"] = json!("hunter2");
        Reply::text(200, answer.to_string())
    });
    let stderr = refusal(&foreign);
    assert!(!stderr.contains("hunter2"), "{stderr}");
    assert!(
        stderr.starts_with(
            "error: the controller's answer on my-shop-db-creds has a value of password that is not sealed: it is no standard base64\n"
        ),
        "{stderr}"
    );
}

#[test]
fn an_answer_that_is_the_same_changes_nothing() {
    let (server, repository) = (server(), with_apps(&["my-shop"]));
    server.serve(SERVICE[0], SERVICE[1], "/v1/rotate", |_, body| {
        Reply::text(200, String::from_utf8(body.to_vec()).unwrap())
    });
    let before = repository.tree();
    let outcome = ask(&repository, &server, "rotate my-shop --reseal");
    assert_eq!(
        said(&outcome),
        (
            0,
            "Nothing is sealed otherwise than before on the Cluster postgres-shared in postgres: nothing to write.\n"
        )
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_person_sees_how_far_it_is_and_may_end_it() {
    let (server, repository) = (server(), with_apps(&["blog", "my-shop"]));
    let before = repository.tree();
    server.fault(posts(), Fault::Hang);
    let mut command = repository.command("rotate --all --reseal".split(' '));
    command.env("KUBECONFIG", server.kubeconfig());
    let mut terminal = Terminal::of_size(command, 40, 100);
    terminal.see("1/2 blog-db-creds").keys(CTRL_C);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    assert_eq!(ended.screen, "error: interrupted; nothing was written");
    assert_eq!(repository.tree(), before);

    server.heal();
    let mut command = repository.command("rotate --all --reseal".split(' '));
    command.env("KUBECONFIG", server.kubeconfig());
    let mut terminal = Terminal::of_size(command, 200, 1000);
    terminal.see("Write these changes?").keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("Sealing again"), "{}", ended.screen);
    assert_ne!(repository.tree(), before);
}
