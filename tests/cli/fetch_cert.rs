//! `fetch-cert`, and `new-app --cert-from-cluster`, on an API server with a Sealed Secrets controller.

use std::path::Path;

use serde_json::json;

use crate::apiserver::{ApiServer, Fault, Reach, Reply, Requests};
use crate::support::{CERTIFICATE, Outcome, Repository, SEALED, fixture, run, vector_key};

/// Where the controller is by default.
const DEFAULT: &str = "kube-system/sealed-secrets-controller";
/// The label of the Helm chart.
const LABEL: &str = "sealed-secrets";
/// What is said of `valid.pem`.
const VALID: &str = "valid until 2126-01-01, SHA-256 26:85:90:97:99:43:42:1F:FC:F0:E0:16:21:55:A6:15:0D:D7:62:94:38:44:CE:AE:7F:D7:D4:6A:EA:91:2C:C7";
/// What to do about an answer that is no certificate.
const ELSEWHERE: &str = "help: is it the controller's Service? Name it with --controller-name and \
                         --controller-namespace; or does a proxy on the way answer instead?\n";

/// A certificate of the fixtures.
pub fn certificate(name: &str) -> String {
    std::fs::read_to_string(fixture("certificates").join(name)).unwrap()
}

/// Puts a Service that gives this certificate; `place` is `namespace/name`, `label` may be empty.
pub fn put_controller(server: &ApiServer, place: &str, label: &str, pem: &str) {
    let (namespace, name) = place.split_once('/').unwrap();
    server.put(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": {"app.kubernetes.io/name": label},
        },
        "spec": {
            "clusterIP": "10.96.0.17",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        },
    }));
    let pem = pem.to_owned();
    server.serve(namespace, name, "/v1/cert.pem", move |_, _| {
        Reply::text(200, pem.clone())
    });
}

/// A server whose controller gives `valid.pem`.
fn server() -> ApiServer {
    let server = ApiServer::start();
    put_controller(&server, DEFAULT, "", &certificate("valid.pem"));
    server
}

/// The guide's repository with a certificate that is as old as `valid.pem`.
fn guide() -> Repository {
    let repository = Repository::guide();
    repository.write(CERTIFICATE, &certificate("no-subject.pem"));
    repository
}

/// Runs the binary with the server's kubeconfig; in what it says, the server's address is `SERVER`.
pub fn ask(repository: &Repository, server: &ApiServer, line: &str) -> Outcome {
    ask_with(repository, &server.kubeconfig(), server, line)
}

/// The same with another kubeconfig of the server.
pub fn ask_with(
    repository: &Repository,
    kubeconfig: &Path,
    server: &ApiServer,
    line: &str,
) -> Outcome {
    let mut command = repository.command(line.split_whitespace());
    command.env("KUBECONFIG", kubeconfig);
    let outcome = run(command, b"");
    let shown = |text: &str| {
        let text = text
            .replace(&kubeconfig.display().to_string(), "KUBECONFIG")
            .replace(&format!("https://{}", server.address()), "SERVER");
        repository.without_path(&text)
    };
    Outcome {
        code: outcome.code,
        stdout: shown(&outcome.stdout),
        stderr: shown(&outcome.stderr),
    }
}

/// What `fetch-cert` says when it must end with this exit code, print nothing and write nothing.
#[track_caller]
fn refusal(server: &ApiServer, line: &str, code: i32) -> String {
    let repository = guide();
    let before = repository.tree();
    let outcome = ask(&repository, server, &format!("fetch-cert {line}"));
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (code, ""),
        "{}",
        outcome.stderr
    );
    assert_eq!(repository.tree(), before);
    outcome.stderr
}

#[test]
fn writes_the_certificate_once() {
    let (server, repository) = (server(), guide());
    let would = ask(&repository, &server, "fetch-cert --dry-run=client");
    assert_eq!(repository.read(CERTIFICATE), certificate("no-subject.pem"));
    let wrote = ask(&repository, &server, "fetch-cert");
    assert_eq!((would.code, wrote.code), (0, 0), "{}", wrote.stderr);
    assert_eq!(would.stdout, wrote.stdout);
    assert!(
        wrote
            .stdout
            .starts_with(&format!("diff --git a/{CERTIFICATE} b/{CERTIFICATE}\n"))
    );
    let old = format!("  old: valid until {}\n", old_certificate());
    let after =
        format!(" the newest certificate of {DEFAULT} to {CERTIFICATE}:\n{old}  new: {VALID}\n");
    assert_eq!(would.stderr, format!("Would write{after}"));
    assert_eq!(wrote.stderr, format!("Wrote{after}"));
    assert_eq!(repository.read(CERTIFICATE), certificate("valid.pem"));

    let before = repository.tree();
    let again = ask(&repository, &server, "fetch-cert");
    assert_eq!(
        again,
        Outcome {
            code: 0,
            stdout: String::new(),
            stderr: format!(
                "{CERTIFICATE} holds the newest certificate of {DEFAULT}: nothing to write.\n  {VALID}\n"
            ),
        }
    );
    assert_eq!(repository.tree(), before);
    // The Service and the certificate, three times.
    assert_eq!(server.count(&Requests::all()), 6);
}

/// The end and the fingerprint of the guide's certificate.
fn old_certificate() -> String {
    let key = pgdb::sealing::SealingKey::of_any_time(&certificate("no-subject.pem")).unwrap();
    format!("{}, SHA-256 {}", key.not_after().date(), key.fingerprint())
}

#[test]
fn goes_where_the_settings_or_a_flag_say() {
    let (server, repository) = (server(), guide());
    repository.write(".pgdb.yaml", "certificate: keys/prod.pem\n");
    let quiet = ask(&repository, &server, "fetch-cert --quiet");
    assert_eq!(
        quiet,
        Outcome {
            code: 0,
            stdout: String::new(),
            stderr: String::new(),
        }
    );
    assert_eq!(repository.read("keys/prod.pem"), certificate("valid.pem"));
    let other = ask(
        &repository,
        &server,
        "fetch-cert -q --output-file keys/b.pem",
    );
    assert_eq!(other.code, 0, "{}", other.stderr);
    assert_eq!(repository.read("keys/b.pem"), certificate("valid.pem"));
    assert_eq!(repository.read(CERTIFICATE), certificate("no-subject.pem"));
    assert_eq!(
        refusal(&server, "--output-file ../b.pem", 2),
        "error: --output-file: the path \"../b.pem\" leaves the repository with `..`\nhelp: give a path below \
         the repository's root, with `/` between its parts, such as infra/databases/postgres\n"
    );
}

#[test]
fn prints_it_without_a_repository() {
    let (server, repository) = (server(), guide());
    std::fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let before = repository.tree();
    for flags in ["--print", "--output-file -", "--output-file=- --dry-run"] {
        let printed = ask(&repository, &server, &format!("fetch-cert {flags}"));
        assert_eq!(
            printed,
            Outcome {
                code: 0,
                stdout: certificate("valid.pem"),
                stderr: format!("The newest certificate of {DEFAULT}: {VALID}\n"),
            }
        );
    }
    assert_eq!(repository.tree(), before);
}

#[test]
fn asks_the_controller_that_is_found_or_named() {
    let server = ApiServer::start();
    let repository = Repository::guide();
    put_controller(&server, "shop/web", "web", "");
    let none = refusal(&server, "", 2);
    let name_it = "help: name its Service with --controller-name and --controller-namespace, or as controllerName and \
                   controllerNamespace in .pgdb.yaml; is this the right context?\n";
    assert_eq!(
        none,
        format!(
            "error: no Sealed Secrets controller was found: there is no Service {DEFAULT}, and no other that looks \
             like it\n{name_it}"
        )
    );
    put_controller(
        &server,
        "tools/sealed-secrets",
        "",
        &certificate("no-subject.pem"),
    );
    let by_name = ask(&repository, &server, "fetch-cert --print -q");
    assert_eq!(by_name.stdout, certificate("no-subject.pem"));
    let pem = certificate("valid.pem");
    put_controller(&server, "sealing/my-release", LABEL, &pem);
    put_controller(&server, "sealing/my-release-metrics", LABEL, "");
    let by_label = ask(&repository, &server, "fetch-cert --print -q");
    assert_eq!(by_label.stdout, pem);

    put_controller(
        &server,
        "other/my-release",
        LABEL,
        &certificate("no-subject.pem"),
    );
    assert_eq!(
        refusal(&server, "", 2),
        format!(
            "error: several Sealed Secrets controllers were found and none was named: other/my-release, \
             sealing/my-release\n{name_it}"
        )
    );
    let named = "fetch-cert --print -q --controller-namespace sealing";
    assert_eq!(ask(&repository, &server, named).stdout, pem);
    repository.write(
        ".pgdb.yaml",
        "controllerName: my-release\ncontrollerNamespace: other\n",
    );
    let by_settings = ask(&repository, &server, "fetch-cert --print -q");
    assert_eq!(by_settings.stdout, certificate("no-subject.pem"));
    assert_eq!(ask(&repository, &server, named).stdout, pem);
    assert_eq!(
        refusal(&server, "--controller-name My_Release", 2),
        "error: --controller-name: the object name \"My_Release\" holds the capital letter 'M'\nhelp: use at most 253 \
         lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit\n"
    );
}

#[test]
fn says_which_right_is_missing() {
    let server = server();
    server.forbid("get", "", "services/proxy", Reach::Everywhere);
    assert_eq!(
        refusal(&server, "", 3),
        "error: the API server forbids \"tester\" to get services/proxy in the namespace kube-system\nhelp: ask for \
         that right; this says whether you have it: kubectl auth can-i get services --subresource=proxy --namespace \
         kube-system\n"
    );
    server.forbid("get", "", "services", "kube-system");
    assert_eq!(
        refusal(&server, "", 3),
        "error: the API server forbids \"tester\" to get services in the namespace kube-system\nhelp: ask for that \
         right; this says whether you have it: kubectl auth can-i get services --namespace kube-system\n"
    );
    server.allow_all();
    server.delete("services", "kube-system", "sealed-secrets-controller");
    server.forbid("list", "", "services", Reach::ClusterScope);
    assert_eq!(
        refusal(&server, "", 3),
        "error: the API server forbids \"tester\" to list services\nhelp: ask for that right; this says whether you \
         have it: kubectl auth can-i list services --all-namespaces\n"
    );
}

#[test]
fn refuses_what_is_no_certificate() {
    let page = "<!DOCTYPE html>\n<html><title>Sign in</title></html>\n";
    let valid = certificate("valid.pem");
    for (text, problem, help) in [
        (
            page,
            "the sealing certificate is not PEM: no line is `-----BEGIN CERTIFICATE-----`",
            ELSEWHERE,
        ),
        ("", "the sealing certificate is empty", ELSEWHERE),
        (
            &valid[..600],
            "the sealing certificate is cut short: `-----END CERTIFICATE-----` is missing",
            ELSEWHERE,
        ),
        (
            &certificate("expired.pem"),
            "the sealing certificate expired on 2024-01-01 00:00:00 UTC",
            "help: the controller makes no new keys: see its option --key-renew-period\n",
        ),
    ] {
        let server = ApiServer::start();
        put_controller(&server, DEFAULT, "", text);
        assert_eq!(
            refusal(&server, "", 3),
            format!("error: the answer of the Service {DEFAULT} is refused: {problem}\n{help}")
        );
        assert!(refusal(&server, "--print", 3).contains(problem));
    }
    let server = ApiServer::start();
    put_controller(&server, DEFAULT, "", "");
    server.serve(
        "kube-system",
        "sealed-secrets-controller",
        "/v1/cert.pem",
        |_, _| Reply::text(404, "404 page not found\n"),
    );
    assert_eq!(
        refusal(&server, "", 3),
        format!(
            "error: the Service {DEFAULT} answered 404 when it was asked for the certificate\n{ELSEWHERE}"
        )
    );
}

#[test]
fn warns_of_an_older_certificate() {
    let (server, repository) = (server(), guide());
    repository.write(CERTIFICATE, &certificate("future.pem"));
    let outcome = ask(&repository, &server, "fetch-cert --quiet");
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: String::new(),
            stderr: format!(
                "warning: the controller's newest certificate is from 2026-01-01, that in {CERTIFICATE} is from \
                 2099-01-01: is this the cluster that the repository is for?\n"
            ),
        }
    );
}

#[test]
fn asks_again_what_passes() {
    for fault in [
        Fault::status(503),
        Fault::status(500),
        Fault::retry_after(429, 1),
        Fault::CutBefore,
        Fault::Truncated,
    ] {
        let (server, repository) = (server(), guide());
        let certificate_requests = Requests::of("GET", "/v1/cert.pem");
        server.fault(certificate_requests.clone().first(2), fault.clone());
        let outcome = ask(&repository, &server, "fetch-cert -q");
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, ""),
            "{fault:?}"
        );
        assert_eq!(repository.read(CERTIFICATE), certificate("valid.pem"));
        assert_eq!(server.count(&certificate_requests), 3, "{fault:?}");
    }
}

#[test]
fn gives_up_on_what_does_not_pass() {
    let request = || Requests::of("GET", "/v1/cert.pem");
    for (fault, requests, said) in [
        (
            Fault::status(503),
            4,
            "the API server does not reach the Service kube-system/sealed-secrets-controller (503): the server is \
             currently unable to handle the request",
        ),
        (
            Fault::retry_after(429, 3600),
            1,
            "SERVER takes no more requests for now: `get services/proxy in the namespace kube-system` (429)",
        ),
        (
            Fault::CutBefore,
            4,
            "the connection to SERVER broke before the answer was whole",
        ),
        (
            Fault::Truncated,
            4,
            "the connection to SERVER broke before the answer was whole",
        ),
    ] {
        let server = server();
        server.fault(request(), fault.clone());
        let stderr = refusal(&server, "", 3);
        assert!(stderr.starts_with(&format!("error: {said}")), "{stderr}");
        assert_eq!(server.count(&request()), requests, "{fault:?}");
    }
    let server = server();
    server.stop_serving("kube-system", "sealed-secrets-controller");
    assert_eq!(
        refusal(&server, "", 3),
        "error: the API server does not reach the Service kube-system/sealed-secrets-controller (503): no endpoints \
         available for service \"sealed-secrets-controller\"\nhelp: kubectl get pods --namespace kube-system\n"
    );
}

#[test]
fn waits_no_longer_than_it_was_told() {
    for hanging in [
        Requests::of("GET", "/services/sealed-secrets-controller"),
        Requests::of("GET", "/v1/cert.pem"),
    ] {
        let server = server();
        server.fault(hanging, Fault::Hang);
        assert_eq!(
            refusal(&server, "--request-timeout 200ms", 3),
            "error: SERVER gave no whole answer within 200ms\nhelp: check the way there (VPN, proxy), or wait longer \
             with --request-timeout\n"
        );
    }
    let server = server();
    assert_eq!(
        refusal(&server, "--request-timeout soon", 2),
        "error: --request-timeout: the time limit \"soon\" is not understood\nhelp: use whole numbers with h, m, s or \
         ms, such as 15s, 1m30s or 500ms; a plain number is seconds, and 0 is no limit\n"
    );
}

#[test]
fn says_that_the_credential_is_not_valid() {
    let (server, repository) = (server(), guide());
    let kubeconfig = server.kubeconfig_with_token("an-expired-token");
    let outcome = ask_with(&repository, &kubeconfig, &server, "fetch-cert");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            3,
            "error: SERVER does not accept the credential (401): it is wrong, or not valid any more\nhelp: log in \
             again or renew the token, until `kubectl auth whoami` answers\n"
        )
    );
}

#[test]
fn seals_with_the_certificate_of_the_cluster() {
    let (server, repository) = (ApiServer::start(), Repository::guide());
    let pem = vector_key("certificate_pem");
    put_controller(&server, DEFAULT, "", &pem);
    repository.remove(CERTIFICATE);
    let new_app = "new-app my-shop --app-namespace shop --cert-from-cluster";
    let outcome = ask(&repository, &server, new_app);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(repository.unsealed(SEALED)["username"], "my_shop");

    let refused = ask(
        &repository,
        &server,
        "new-app my-shop --cert-from-cluster --cert a.pem",
    );
    assert_eq!(refused.code, 2);
    // An app that is there needs no certificate, and so no cluster.
    server.fault(Requests::all(), Fault::status(403));
    let again = ask(&repository, &server, new_app);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let before = repository.tree();
    let other = "new-app other --app-namespace shop --cert-from-cluster";
    let forbidden = ask(&repository, &server, other);
    assert_eq!(forbidden.code, 3, "{}", forbidden.stderr);
    assert_eq!(repository.tree(), before);
}
