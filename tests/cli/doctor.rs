//! `doctor` on an API server where everything is there, and with one thing wrong at a time.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::apiserver::{ApiServer, Fault, Reach, Reply, Requests};
use crate::fetch_cert::{ask, ask_with, certificate};
use crate::support::{CERTIFICATE, Outcome, Repository, vector_key};
use crate::world::World;

const CONTROLLER: (&str, &str) = ("kube-system", "sealed-secrets-controller");

/// A repository and a server that are broken.
type Break = fn(&Repository, &ApiServer);

/// What is wrong; the exit code; the checks that do not pass, each with its reason, warnings included.
const BROKEN: [(&str, i32, &str, Break); 28] = [
    (
        "no CloudNativePG",
        1,
        "cloudnative-pg/not-installed database-role/not-needed cluster/waits",
        |_, server| {
            for kind in ["clusters", "databases", "databaseroles", "poolers"] {
                server.uninstall(kind);
            }
        },
    ),
    (
        "CloudNativePG without Database",
        1,
        "cloudnative-pg/too-old",
        |_, server| {
            server.uninstall("databases");
        },
    ),
    (
        "DatabaseRole is asked for and not served",
        1,
        "database-role/not-served",
        |repository, server| {
            repository.write(".pgdb.yaml", "roles: databaserole\n");
            server.uninstall("databaseroles");
        },
    ),
    ("no Cluster", 1, "cluster/missing", |_, server| {
        server.delete("clusters", "postgres", "postgres-shared");
    }),
    (
        "a Cluster that is not ready",
        0,
        "cluster/not-ready",
        |_, server| {
            server.edit("clusters", "postgres", "postgres-shared", |cluster| {
                cluster["status"] = json!({"phase": "Setting up primary"});
            });
        },
    ),
    (
        "no right to list Clusters",
        3,
        "cluster/forbidden",
        |_, server| {
            // Only the list itself is refused: the review says that it is allowed.
            server.fault(Requests::lists("clusters"), Fault::status(403));
        },
    ),
    (
        "Clusters that are no Clusters",
        3,
        "cluster/malformed",
        |_, server| {
            server.fault(Requests::lists("clusters"), Fault::OtherKind);
        },
    ),
    (
        "no Service of a controller",
        1,
        "sealed-secrets/no-controller certificate/waits",
        |_, server| {
            server.delete("services", CONTROLLER.0, CONTROLLER.1);
        },
    ),
    (
        "several controllers",
        1,
        "sealed-secrets/several-controllers certificate/waits",
        |_, server| {
            let service = server.delete("services", CONTROLLER.0, CONTROLLER.1);
            for namespace in ["one", "two"] {
                let mut service = service.clone();
                service["metadata"]["namespace"] = json!(namespace);
                server.put(service);
            }
        },
    ),
    (
        "no pod behind the controller",
        3,
        "sealed-secrets/unavailable certificate/unavailable",
        |_, server| {
            server.stop_serving(CONTROLLER.0, CONTROLLER.1);
        },
    ),
    (
        "a controller that is ill",
        1,
        "sealed-secrets/not-healthy",
        |_, server| {
            server.serve(CONTROLLER.0, CONTROLLER.1, "/healthz", |_, _| {
                Reply::text(418, "no")
            });
        },
    ),
    (
        "no right to the proxy",
        1,
        "sealed-secrets/forbidden certificate/forbidden rights/forbidden",
        |_, server| {
            server.forbid("get", "", "services/proxy", Reach::Everywhere);
        },
    ),
    (
        "no certificate",
        1,
        "certificate/missing",
        |repository, _| repository.remove(CERTIFICATE),
    ),
    (
        "no certificate in the file",
        1,
        "certificate/not-usable",
        |repository, _| {
            repository.write(CERTIFICATE, "a poem\n");
        },
    ),
    (
        "an old certificate",
        1,
        "certificate/expired",
        |repository, _| {
            repository.write(CERTIFICATE, &certificate("expired.pem"));
        },
    ),
    (
        "a certificate of another cluster",
        1,
        "certificate/wrong-key",
        |repository, _| {
            repository.write(CERTIFICATE, &certificate("valid.pem"));
        },
    ),
    (
        "a certificate that is not the newest",
        0,
        "certificate/newer-certificate",
        |_, server| {
            give_certificate(server, &certificate("valid.pem"));
        },
    ),
    (
        "a trial that fails",
        3,
        "certificate/trial-failed",
        |_, server| {
            give_certificate(server, &certificate("valid.pem"));
            server.serve(CONTROLLER.0, CONTROLLER.1, "/v1/verify", |_, _| {
                Reply::text(404, "no")
            });
        },
    ),
    (
        "a login page instead of the certificate",
        3,
        "certificate/malformed",
        |_, server| {
            give_certificate(server, "<html>Sign in</html>");
        },
    ),
    ("no Reflector", 1, "reflector/not-running", |_, server| {
        server.delete("pods", "reflector", "reflector-7d9c5b6f8d-x2x7k");
    }),
    (
        "a Reflector that is not ready",
        1,
        "reflector/not-ready",
        |_, server| {
            server.edit("pods", "reflector", "reflector-7d9c5b6f8d-x2x7k", |pod| {
                pod["status"] = json!({"phase": "Pending"});
            });
        },
    ),
    ("no Argo CD", 0, "argo-cd/not-installed", |_, server| {
        server.uninstall("applications")
    }),
    (
        "no namespace of an app",
        1,
        "namespace/missing",
        |_, server| {
            server.delete("namespaces", "", "shop");
        },
    ),
    (
        "Secrets of all namespaces are forbidden",
        0,
        "",
        |_, server| {
            server.forbid("list", "", "secrets", Reach::ClusterScope);
        },
    ),
    (
        "Secrets of an app's namespace are forbidden",
        1,
        "rights/forbidden",
        |_, server| {
            server.forbid("list", "", "secrets", "shop");
        },
    ),
    (
        "port-forwards and watches are forbidden",
        1,
        "rights/forbidden rights/forbidden",
        |_, server| {
            server.forbid("create", "", "pods/portforward", "postgres");
            server.forbid(
                "watch",
                "postgresql.cnpg.io",
                "databases",
                Reach::Everywhere,
            );
        },
    ),
    (
        "no answer on rights",
        3,
        "rights/unavailable",
        |_, server| {
            let reviews = Requests::of("POST", "/selfsubjectaccessreviews");
            server.fault(reviews.first(4 * 20), Fault::retry_after(503, 60));
        },
    ),
    ("a version that is forbidden", 0, "", |_, server| {
        server.fault(Requests::of("GET", "/version"), Fault::status(403));
    }),
];

/// Lets the controller's newest certificate be this one.
fn give_certificate(server: &ApiServer, pem: &str) {
    let pem = pem.to_owned();
    server.serve(CONTROLLER.0, CONTROLLER.1, "/v1/cert.pem", move |_, _| {
        Reply::text(200, pem.clone())
    });
}

/// The report of a run, and its exit code.
fn report(repository: &Repository, server: &ApiServer, more: &str) -> (i32, Value) {
    let outcome = ask(repository, server, &format!("doctor -o json {more}"));
    assert_eq!(outcome.stderr, "");
    (outcome.code, serde_json::from_str(&outcome.stdout).unwrap())
}

/// The checks that do not pass or have a warning, each with its reasons, in their order; each different one once.
fn reasons(report: &Value) -> String {
    let mut said = Vec::new();
    for check in report["checks"].as_array().unwrap() {
        let name = check["check"].as_str().unwrap();
        let warnings = check["warnings"].as_array().into_iter().flatten();
        let all = [check].into_iter().chain(warnings);
        said.extend(all.map(|one| format!("{name}/{}", one["reason"].as_str().unwrap())));
    }
    said.retain(|reason| !reason.ends_with("/ok"));
    said.join(" ")
}

#[test]
fn all_is_there() {
    let (repository, server, _world) = World::guide();
    let outcome = ask(&repository, &server, "doctor");
    assert_eq!(
        outcome,
        Outcome {
            code: 0,
            stdout: format!(
                "  Kubeconfig      pass     it names a cluster and a credential
  API server      pass     SERVER answers; Kubernetes v1.34.1
  CloudNativePG   pass     Cluster and Database are served; the operator is 1.30.0
  DatabaseRole    pass     it is served, so that roles may be declared as objects of their own
  Cluster         pass     Cluster postgres/postgres-shared: 3 of 3 instances are ready
  Sealed Secrets  pass     Service kube-system/sealed-secrets-controller: the controller answers and is well
  Certificate     pass     {CERTIFICATE} is the controller's newest one, valid until {}
  Reflector       pass     Pod reflector/reflector-7d9c5b6f8d-x2x7k: it runs
  Argo CD         pass     Applications are served
  Namespace       pass     Namespace postgres: it is there: the Cluster's
  Namespace       pass     Namespace shop: it is there: an app's
  Rights          pass     all 22 that verify and fetch-cert need are granted
All is there.
",
                end_of_the_certificate()
            ),
            stderr: String::new(),
        }
    );
    let quiet = ask(&repository, &server, "doctor --quiet");
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""));
    assert_eq!(server.count(&Requests::of("POST", "/v1/verify")), 0);
}

fn end_of_the_certificate() -> String {
    let key = pgdb::sealing::SealingKey::of_any_time(&vector_key("certificate_pem")).unwrap();
    key.not_after().date()
}

#[test]
fn one_thing_wrong_at_a_time() {
    let (mut shown, mut wrong) = (String::new(), Vec::new());
    for (name, code, expected, break_it) in BROKEN {
        let (repository, server, _world) = World::guide();
        break_it(&repository, &server);
        let (ended, report) = report(&repository, &server, "");
        if (ended, reasons(&report).as_str()) != (code, expected) {
            wrong.push(format!("{name}: {ended}, {}", reasons(&report)));
        }
        // Again from the beginning, since a fault may be used up.
        let (repository, server, _world) = World::guide();
        break_it(&repository, &server);
        let outcome = ask(&repository, &server, "doctor --quiet");
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (code, ""),
            "{name}"
        );
        let text = outcome.stdout.replace(&end_of_the_certificate(), "END");
        write!(shown, "# {name}\n{text}\n").unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("broken", shown);
}

#[test]
fn says_nothing_of_a_cluster_that_does_not_answer() {
    let waits = "cloudnative-pg/waits database-role/waits cluster/waits sealed-secrets/waits certificate/waits \
                 reflector/waits argo-cd/waits namespace/waits rights/waits";
    let version = || Requests::of("GET", "/version");
    for (fault, reason) in [
        (Fault::Hang, "timed-out"),
        (Fault::CutBefore, "unreachable"),
        (Fault::Truncated, "unreachable"),
        (Fault::Malformed, "malformed"),
        (Fault::Empty, "malformed"),
        (Fault::Html(200), "malformed"),
        (Fault::status(401), "unauthorised"),
    ] {
        let (repository, server, _world) = World::guide();
        server.fault(version(), fault.clone());
        let (code, report) = report(&repository, &server, "--request-timeout 300ms");
        assert_eq!(
            (code, reasons(&report)),
            (3, format!("api-server/{reason} {waits}")),
            "{fault:?}"
        );
        assert_eq!(server.count(&Requests::all()), server.count(&version()));
    }
    let (repository, server, _world) = World::guide();
    let missing = Path::new("/nowhere/config");
    let outcome = ask_with(&repository, missing, &server, "doctor --quiet");
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (
            3,
            "Kubeconfig: it could not be looked at\n  nothing says which cluster is meant: there is no kubeconfig, and \
             this is no pod with a service account\n    -> name a file with --kubeconfig or in KUBECONFIG, or put one \
             at ~/.kube/config\n"
        )
    );
    let wrong = ask(&repository, &server, "doctor --context nowhere");
    assert_eq!(
        (wrong.code, wrong.stdout.as_str(), wrong.stderr.as_str()),
        (
            2,
            "",
            "error: --context: there is no context \"nowhere\" in KUBECONFIG\nhelp: name one with --context: test\n"
        )
    );
}

#[test]
fn asks_again_what_is_limited() {
    let (repository, server, _world) = World::guide();
    give_certificate(&server, &certificate("valid.pem"));
    let trials = Requests::of("POST", "/v1/verify");
    server.fault(trials.clone().first(1), Fault::retry_after(429, 1));
    server.fault(
        Requests::of("POST", "/selfsubject").first(1),
        Fault::CutBefore,
    );
    let (code, report) = report(&repository, &server, "");
    assert_eq!(
        (code, reasons(&report).as_str()),
        (0, "certificate/newer-certificate")
    );
    assert_eq!(server.count(&trials), 2);
}

#[test]
fn needs_no_repository() {
    let (repository, server, _world) = World::guide();
    std::fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let (code, all) = report(&repository, &server, "");
    assert_eq!(
        (code, reasons(&all).as_str()),
        (0, "certificate/no-repository")
    );
    let namespace = "--namespace nowhere";
    let (code, elsewhere) = report(&repository, &server, namespace);
    assert_eq!(
        (code, reasons(&elsewhere).as_str()),
        (
            1,
            "cluster/missing certificate/no-repository namespace/missing"
        )
    );
    let (code, other) = report(&repository, &server, "--cluster other");
    assert_eq!(
        (code, reasons(&other).as_str()),
        (1, "cluster/missing certificate/no-repository")
    );
}

#[test]
fn is_printed_for_programs() {
    let (repository, server, _world) = World::guide();
    server.delete("namespaces", "", "shop");
    let (code, json) = report(&repository, &server, "");
    assert_eq!(code, 1);
    assert_eq!(
        (&json["apiVersion"], &json["kind"], &json["status"]),
        (&json!("pgdb/v1"), &json!("Doctor"), &json!("fail"))
    );
    let namespaces: Vec<&Value> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["check"] == "namespace")
        .collect();
    assert_eq!(
        *namespaces[1],
        json!({
            "check": "namespace",
            "object": "Namespace shop",
            "status": "fail",
            "reason": "missing",
            "evidence": "it is not there: an app's",
            "remedies": ["let Argo CD sync its manifest, or: kubectl create namespace shop"],
            "waitingHelps": true,
        })
    );
    let yaml = ask(&repository, &server, "doctor -o yaml");
    assert_eq!(yaml.code, 1);
    assert_eq!(serde_yaml::from_str::<Value>(&yaml.stdout).unwrap(), json);
    let junit = ask(&repository, &server, "doctor -o junit");
    assert_eq!(junit.code, 1);
    let failure = "<testcase name=\"Namespace: Namespace shop\" classname=\"doctor\">\n            <failure \
                   message=\"it is not there: an app&apos;s\" type=\"missing\">";
    assert!(junit.stdout.contains(failure), "{}", junit.stdout);
}

#[test]
fn no_token_or_value_is_printed() {
    let (repository, server, _world) = World::guide();
    give_certificate(&server, &certificate("valid.pem"));
    for fault in [Fault::Html(200), Fault::status(401), Fault::Malformed] {
        server.heal();
        server.fault(Requests::all(), fault);
        for format in ["table", "json", "yaml", "junit"] {
            let outcome = ask(&repository, &server, &format!("doctor -o {format}"));
            let all = outcome.stdout + &outcome.stderr;
            for hidden in ["tester-bearer-token", "Sign in"] {
                assert!(!all.contains(hidden), "{all}");
            }
        }
    }
}
