//! Which cluster is asked, and what is said where it cannot be: the kubeconfig, its credential, the way there.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::apiserver::{ApiServer, Fault, Requests};
use crate::fetch_cert::{ask_with, certificate, put_controller};
use crate::support::{Outcome, Repository, outcome, run};

/// What must never be printed.
const TOKEN: &str = "tester-bearer-token";

fn server() -> ApiServer {
    let server = ApiServer::start();
    let place = "kube-system/sealed-secrets-controller";
    put_controller(&server, place, "", &certificate("valid.pem"));
    server
}

/// A kubeconfig for the server, changed so.
fn changed(
    repository: &Repository,
    server: &ApiServer,
    change: impl FnOnce(&mut Value),
) -> PathBuf {
    let text = fs::read_to_string(server.kubeconfig()).unwrap();
    let mut config = serde_json::from_str(&text).unwrap();
    change(&mut config);
    repository.write("kubeconfig", &config.to_string());
    repository.path().join("kubeconfig")
}

/// What is said where the certificate cannot be fetched; nothing of the kubeconfig's token is in it.
#[track_caller]
fn refusal(server: &ApiServer, code: i32, line: &str, change: impl FnOnce(&mut Value)) -> String {
    let repository = Repository::guide();
    let kubeconfig = changed(&repository, server, change);
    let line = format!("fetch-cert --print {line}");
    let outcome = ask_with(&repository, &kubeconfig, server, &line);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (code, ""),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains(TOKEN), "{}", outcome.stderr);
    outcome.stderr
}

fn cluster(config: &mut Value) -> &mut Value {
    &mut config["clusters"][0]["cluster"]
}

fn user(config: &mut Value) -> &mut Value {
    &mut config["users"][0]["user"]
}

#[test]
fn what_cannot_be_reached_is_named() {
    let (server, other) = (server(), ApiServer::start());
    let unreachable = refusal(&server, 3, "", |config| {
        cluster(config)["server"] = json!("https://127.0.0.1:1");
    });
    assert_eq!(
        unreachable,
        "error: https://127.0.0.1:1 cannot be reached: Connection refused (os error 111)\nhelp: check the context and \
         the way there (VPN, proxy): `kubectl cluster-info`\n"
    );
    let others = fs::read_to_string(other.kubeconfig()).unwrap();
    let others: Value = serde_json::from_str(&others).unwrap();
    let authority = &others["clusters"][0]["cluster"]["certificate-authority-data"];
    let untrusted = refusal(&server, 3, "", |config| {
        cluster(config)["certificate-authority-data"] = authority.clone();
    });
    let check = "help: check server and certificate-authority of the cluster in the kubeconfig, and whether a proxy is \
                 in between\n";
    assert_eq!(
        untrusted,
        format!(
            "error: the certificate of SERVER is not trusted: invalid peer certificate: BadSignature\n{check}"
        )
    );
    let misnamed = refusal(&server, 3, "", |config| {
        cluster(config)["tls-server-name"] = json!("elsewhere.example.org");
    });
    assert!(
        misnamed.starts_with("error: the certificate of SERVER is not trusted: invalid peer certificate: certificate not valid for name \"elsewhere.example.org\""),
        "{misnamed}"
    );
    assert!(misnamed.ends_with(check), "{misnamed}");
    assert_eq!(server.count(&Requests::all()), 0);
}

#[test]
fn a_flag_that_names_nothing_is_refused() {
    let server = server();
    assert_eq!(
        refusal(&server, 2, "--kubeconfig nowhere/config", |_| {}),
        "error: --kubeconfig: nowhere/config is not there\nhelp: give it the path of a kubeconfig\n"
    );
    assert_eq!(
        refusal(&server, 2, "--context tset", |_| {}),
        "error: --context: there is no context \"tset\" in KUBECONFIG\nhelp: did you mean \"test\"?\n"
    );
    assert_eq!(
        refusal(&server, 2, "--context production", |_| {}),
        "error: --context: there is no context \"production\" in KUBECONFIG\nhelp: name one with --context: test\n"
    );
    let repository = Repository::guide();
    let mut command = repository.command(["fetch-cert", "--context", "test"]);
    command.env("HOME", repository.path());
    assert_eq!(
        run(command, b"").stderr,
        "error: --context: there is no context \"test\", since there is no kubeconfig\nhelp: name the file with \
         --kubeconfig, or in KUBECONFIG\n"
    );
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_named() {
    let server = server();
    let absent = refusal(&server, 2, "", |config| {
        config["current-context"] = json!("gone");
    });
    assert_eq!(
        absent,
        "error: KUBECONFIG: the current context \"gone\" is not in it\nhelp: name one with --context: test\n"
    );
    let none = refusal(&server, 2, "", |config| {
        config["current-context"] = json!("");
    });
    assert_eq!(
        none,
        "error: KUBECONFIG: no context is the current one\nhelp: name one with --context: test\n"
    );
    let no_cluster = refusal(&server, 2, "", |config| config["clusters"] = json!([]));
    assert_eq!(
        no_cluster,
        "error: KUBECONFIG: failed to load the cluster of context: test\nhelp: mend the kubeconfig, or name another \
         one with --kubeconfig\n"
    );
    let bad_authority = refusal(&server, 2, "", |config| {
        cluster(config)["certificate-authority-data"] = json!("bm8gUEVN");
    });
    assert_eq!(
        bad_authority,
        "error: KUBECONFIG: the cluster's certificate-authority holds no certificate\nhelp: it has to be PEM, and base64 \
         of that in certificate-authority-data\n"
    );
    let no_base64 = refusal(&server, 2, "", |config| {
        cluster(config)["certificate-authority-data"] = json!("no base64");
    });
    assert_eq!(
        no_base64,
        "error: KUBECONFIG: failed to load certificate authority: failed to decode base64 data: Invalid symbol 32, \
         offset 2.\nhelp: mend the kubeconfig, or name another one with --kubeconfig\n"
    );
    let bad_identity = refusal(&server, 2, "", |config| {
        *user(config) =
            json!({"client-certificate-data": "bm8gUEVN", "client-key-data": "bm8gUEVN"});
    });
    assert_eq!(
        bad_identity,
        "error: KUBECONFIG: the cluster's or the user's certificates cannot be used: identity PEM is missing a private \
         key: the key must be PKCS8 or RSA/PKCS1\nhelp: check certificate-authority, client-certificate and \
         client-key in it\n"
    );
    let socks = refusal(&server, 2, "", |config| {
        cluster(config)["proxy-url"] = json!("socks5://me:password@127.0.0.1:1");
    });
    assert_eq!(
        socks,
        "error: KUBECONFIG: a proxy of this kind cannot be used\nhelp: name an http:// or https:// proxy\n"
    );

    let repository = Repository::guide();
    let text = format!("users:\n- name: me\n  user: {{ token: {TOKEN}\nclusters: [\n");
    repository.write("kubeconfig", &text);
    let path = repository.path().join("kubeconfig");
    let malformed = ask_with(&repository, &path, &server, "fetch-cert");
    assert_eq!(malformed.code, 2);
    assert_eq!(
        malformed.stderr,
        "error: KUBECONFIG:4:9: this is no kubeconfig: it cannot be read as one here\nhelp: `kubectl config view` says \
         what is wrong\n"
    );
}

#[test]
fn is_looked_for_as_kubectl_does() {
    let (server, repository) = (server(), Repository::guide());
    let nothing = {
        let mut command = repository.command(["fetch-cert"]);
        command.env("HOME", repository.path());
        run(command, b"")
    };
    assert_eq!(
        (nothing.code, nothing.stderr.as_str()),
        (
            3,
            "error: nothing says which cluster is meant: there is no kubeconfig, and this is no pod with a service \
             account\nhelp: name a file with --kubeconfig or in KUBECONFIG, or put one at ~/.kube/config\n"
        )
    );
    let fetched = |prepare: &dyn Fn(&mut std::process::Command)| {
        let mut command = repository.command(["fetch-cert", "--print", "--quiet"]);
        prepare(&mut command);
        run(command, b"")
    };
    let found = Outcome {
        code: 0,
        stdout: certificate("valid.pem"),
        stderr: String::new(),
    };
    let file = server.kubeconfig();
    let list = format!("/nowhere/config::{}", file.display());
    let by_list = fetched(&|command| {
        command.env("KUBECONFIG", &list);
    });
    assert_eq!(by_list, found);
    let by_flag = fetched(&|command| {
        command.env("KUBECONFIG", "/nowhere");
        command
            .arg("--kubeconfig")
            .arg(&file)
            .args(["--context", "test"]);
    });
    assert_eq!(by_flag, found);
    let by_variable = fetched(&|command| {
        command
            .env("PGDB_KUBECONFIG", &file)
            .env("PGDB_CONTEXT", "test");
    });
    assert_eq!(by_variable, found);
    repository.write(".kube/config", &fs::read_to_string(&file).unwrap());
    let at_home = fetched(&|command| {
        command.env("HOME", repository.path());
    });
    assert_eq!(at_home, found);
    // A proxy of the environment is none for a server on this machine.
    let past_proxy = fetched(&|command| {
        command.env("KUBECONFIG", &file);
        command.env("HTTPS_PROXY", "http://127.0.0.1:1");
    });
    assert_eq!(past_proxy, found);
}

#[test]
fn a_credential_plugin_is_run() {
    let (server, repository) = (server(), Repository::guide());
    let kubeconfig = server.kubeconfig_with_plugin();
    let outcome = ask_with(&repository, &kubeconfig, &server, "fetch-cert --print -q");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(server.plugin_runs(), 1);
}

#[test]
fn a_credential_plugin_that_fails_is_named() {
    let server = server();
    let plugin = |command: &str, arguments: &[&str]| {
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": command,
            "args": arguments,
            "env": [{"name": "SECRET", "value": TOKEN}],
            "interactiveMode": "Never",
        }})
    };
    let missing = refusal(&server, 3, "", |config| {
        *user(config) = plugin("no-such-plugin", &[]);
    });
    assert_eq!(
        missing,
        "error: KUBECONFIG: the credential plugin \"no-such-plugin\" cannot be run: No such file or directory (os error \
         2)\nhelp: install no-such-plugin, or mend the command in the kubeconfig\n"
    );
    let hinted = refusal(&server, 3, "", |config| {
        *user(config) = plugin("no-such-plugin", &[]);
        user(config)["exec"]["installHint"] = json!("get it from the intranet");
    });
    assert!(
        hinted.ends_with("help: get it from the intranet\n"),
        "{hinted}"
    );
    let script = format!("echo {TOKEN}; echo {TOKEN} >&2; exit 7");
    let failing = refusal(&server, 3, "", |config| {
        *user(config) = plugin("sh", &["-c", &script]);
    });
    assert_eq!(
        failing,
        "error: KUBECONFIG: the credential plugin \"sh\" failed: exit status: 7\nhelp: log in again as it asks; \
         `kubectl auth whoami` runs it too\n"
    );
    for script in [
        format!("echo token: {TOKEN}"),
        format!("echo '{{\"status\": {TOKEN}'"),
    ] {
        let wrong = refusal(&server, 3, "", |config| {
            *user(config) = plugin("sh", &["-c", &script]);
        });
        assert_eq!(
            wrong,
            "error: KUBECONFIG: the credential plugin \"sh\" gave no credential that can be used\nhelp: it has to print \
             an ExecCredential with a status; `kubectl auth whoami` runs it too\n"
        );
    }
    assert_eq!(server.count(&Requests::all()), 0);
}

#[test]
fn ctrl_c_ends_the_waiting() {
    let (server, repository) = (server(), Repository::guide());
    let request = Requests::of("GET", "/v1/cert.pem");
    server.fault(request.clone(), Fault::Hang);
    for (number, signal) in [(1, Signal::INT), (2, Signal::TERM)] {
        let before = repository.tree();
        let mut command = repository.command(["fetch-cert"]);
        command.env("KUBECONFIG", server.kubeconfig());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        server.wait_for(&request, number);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(
            outcome(child.wait_with_output().unwrap()),
            Outcome {
                code: 130,
                stdout: String::new(),
                stderr: "error: interrupted\n".to_owned(),
            }
        );
        assert_eq!(repository.tree(), before);
    }
}
