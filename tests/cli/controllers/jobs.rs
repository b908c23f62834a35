//! Jobs: what a container with a shell and psql does, run here with the files that its volumes hold. The server's own address
//! stands in for the name of its Service.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::apiserver::now;
use super::super::postgres;
use super::super::world::place;
use super::{Controllers, objects};

/// Where a container finds a volume, and the variable by which the scripts are told of another place.
const PLACES: [(&str, &str); 3] = [
    ("/pgdb", "PGDB_FOLDER"),
    ("/credentials", "PGDB_CREDENTIALS"),
    ("/connection", "PGDB_DSN_FILE"),
];

/// How a Job ended.
pub struct Run {
    pub succeeded: bool,
    /// What its container printed.
    pub log: String,
}

/// Whether an object is a hook of Argo CD, which is made anew in each sync.
pub fn is_hook(object: &Value) -> bool {
    object["metadata"]["annotations"]["argocd.argoproj.io/hook"].is_string()
}

/// Makes a hook Job anew, and runs it to its end.
pub fn run_hook(controllers: &Controllers, manifest: &Value) -> Run {
    let server = &controllers.server;
    if let Some(old) = objects::current(server, manifest) {
        objects::delete(server, &old);
    }
    let job = server.put(manifest.clone());
    run(controllers, &job)
}

/// Makes a Job of this name from a CronJob, as its schedule or a person does, and runs it to its end.
pub fn run_cron_job(controllers: &Controllers, namespace: &str, cron_job: &str, name: &str) -> Run {
    let found = controllers.get("cronjobs", namespace, cron_job).unwrap();
    let template = &found["spec"]["jobTemplate"];
    let mut job = json!({"apiVersion": "batch/v1", "kind": "Job"});
    job["metadata"] = template["metadata"].clone();
    job["metadata"]["name"] = json!(name);
    job["metadata"]["namespace"] = json!(namespace);
    job["spec"] = template["spec"].clone();
    let job = controllers.server.put(job);
    run(controllers, &job)
}

/// Runs a Job to its end, and says so in its status. A Pod of it stays, with its log.
pub fn run(controllers: &Controllers, job: &Value) -> Run {
    let server = &controllers.server;
    let (namespace, name) = place(job);
    let run = execute(controllers, &namespace, &job["spec"]["template"]["spec"]);
    let (kind, number) = if run.succeeded {
        ("Complete", json!({"succeeded": 1}))
    } else {
        ("Failed", json!({"failed": 1}))
    };
    let mut status = number;
    status["startTime"] = json!(now());
    status["conditions"] = json!([{"type": kind, "status": "True", "lastTransitionTime": now()}]);
    if run.succeeded {
        status["completionTime"] = json!(now());
    }
    let mut labels = job["spec"]["template"]["metadata"]["labels"].clone();
    labels["batch.kubernetes.io/job-name"] = json!(name);
    let phase = if run.succeeded { "Succeeded" } else { "Failed" };
    server.put(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("{name}-pod"), "namespace": namespace, "labels": labels,
            "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": job["metadata"]["uid"]}],
        },
        "spec": job["spec"]["template"]["spec"],
        "status": {"phase": phase},
    }));
    server.set_log(&namespace, &format!("{name}-pod"), &run.log);
    // Last, so that whoever waits for it finds the Pod and its log.
    objects::set_status(server, job, status);
    let mut logs = controllers.logs.borrow_mut();
    logs.insert(name, run.log.clone());
    run
}

/// Runs the only container of a Pod.
fn execute(controllers: &Controllers, namespace: &str, pod: &Value) -> Run {
    let folder = tempfile::Builder::new()
        .prefix("pgdb-job-")
        .tempdir()
        .unwrap();
    let container = &pod["containers"][0];
    let words: Vec<&str> = container["command"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let mut script = words[1].to_owned();
    // Nobody's terminal: a Pod has none, and nothing may be asked on this one.
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(words[0]).env_clear();
    command.env("PATH", path_with_psql());
    for variable in container["env"].as_array().into_iter().flatten() {
        if let Some(value) = variable["value"].as_str() {
            command.env(variable["name"].as_str().unwrap(), value);
        }
    }
    for mount in container["volumeMounts"].as_array().into_iter().flatten() {
        let place = folder.path().join(mount["name"].as_str().unwrap());
        let volumes = pod["volumes"].as_array().unwrap();
        let volume = volumes
            .iter()
            .find(|volume| volume["name"] == mount["name"]);
        if let Err(missing) = fill(controllers, namespace, volume.unwrap(), &place) {
            return Run {
                succeeded: false,
                log: format!("the Pod does not start: {missing}\n"),
            };
        }
        let path = mount["mountPath"].as_str().unwrap();
        let known = PLACES.iter().find(|(known, _)| *known == path);
        let (known, variable) = known.unwrap_or_else(|| panic!("no mount at {path} is known here"));
        if let Some(rest) = script.strip_prefix(known) {
            script = format!("{}{rest}", place.display());
        }
        if *variable == "PGDB_DSN_FILE" {
            command.env(variable, place.join("uri"));
        } else {
            command.env(variable, &place);
        }
    }
    command
        .arg(script)
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", controllers.postgres.address().port().to_string())
        .env("PGDB_ATTEMPTS", "2")
        .env("PGDB_PAUSE", "0");
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    Run {
        succeeded: output.status.success(),
        log: String::from_utf8(printed).unwrap(),
    }
}

/// Fills a folder with what a volume holds.
///
/// # Errors
/// The object that is not there, for which a Pod would wait.
fn fill(
    controllers: &Controllers,
    namespace: &str,
    volume: &Value,
    folder: &Path,
) -> Result<(), String> {
    fs::create_dir_all(folder).unwrap();
    let write = |key: &str, bytes: &[u8]| {
        let path = folder.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    if let Some(name) = volume["configMap"]["name"].as_str() {
        let found = controllers.get("configmaps", namespace, name);
        let map = found.ok_or_else(|| format!("configmap {name:?} not found"))?;
        for (key, text) in map["data"].as_object().unwrap() {
            write(key, text.as_str().unwrap().as_bytes());
        }
        return Ok(());
    }
    let projected = volume["projected"]["sources"].as_array();
    let sources: Vec<&Value> = match projected {
        Some(sources) => sources.iter().map(|source| &source["secret"]).collect(),
        None => vec![&volume["secret"]],
    };
    for source in sources {
        let name = source["secretName"].as_str().or(source["name"].as_str());
        let name = name.unwrap();
        let Some(secret) = controllers.get("secrets", namespace, name) else {
            if source["optional"] == true {
                continue;
            }
            return Err(format!("secret {name:?} not found"));
        };
        let data = secret["data"].as_object().unwrap();
        let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
        match source["items"].as_array() {
            Some(items) => {
                for item in items {
                    let (key, path) = (item["key"].as_str().unwrap(), item["path"].as_str());
                    if let Some(value) = data.get(key) {
                        write(path.unwrap(), &decode(value));
                    }
                }
            }
            None => data
                .iter()
                .for_each(|(key, value)| write(key, &decode(value))),
        }
    }
    Ok(())
}

/// The PATH with the folder of psql in front.
fn path_with_psql() -> String {
    let psql = postgres::program("psql");
    let path = std::env::var("PATH").unwrap_or_default();
    match psql.parent().filter(|parent| parent.is_absolute()) {
        Some(parent) => format!("{}:{path}", parent.display()),
        None => path,
    }
}
