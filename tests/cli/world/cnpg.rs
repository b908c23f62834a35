//! CloudNativePG 1.30: Clusters, roles and Databases that are reconciled, and the pods of a Cluster.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::apiserver::now;
use super::{Cluster, argo, data, place, platform};

/// The resource versions of Secrets, by namespace and name.
pub type Versions = BTreeMap<(String, String), String>;

/// The lists of a Database's specification that ask for something inside it.
pub const OBJECTS_IN_DATABASES: [&str; 4] = ["schemas", "extensions", "fdws", "servers"];

/// The image of the pods.
const IMAGE: &str = "ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie";

/// The Secrets of a Cluster's roles that are not there: made by hand, say.
pub fn missing_secrets(manifest: &Value, versions: &Versions) -> Vec<Value> {
    let (namespace, _) = place(manifest);
    let roles = manifest["spec"]["managed"]["roles"].as_array();
    let roles = roles.into_iter().flatten();
    let secrets = roles.filter_map(|role| {
        let name = role["passwordSecret"]["name"].as_str()?;
        let role = role["name"].as_str()?;
        (!versions.contains_key(&(namespace.clone(), name.to_owned()))).then(|| {
            let values = BTreeMap::from([
                ("username".to_owned(), role.to_owned()),
                ("password".to_owned(), format!("password-of-{role}")),
            ]);
            json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": namespace, "labels": {"cnpg.io/reload": "true"}},
                "type": "kubernetes.io/basic-auth",
                "data": data(&values),
            })
        })
    });
    secrets.collect()
}

/// Puts a Cluster with its pods and Services.
pub fn put_cluster(cluster: &dyn Cluster, manifest: &Value, versions: &Versions) -> Value {
    let mut object = with_defaults(&argo::tracked(manifest));
    object["status"] = status(&object, versions);
    let object = cluster.put(object);
    put_instances(cluster, &object);
    object
}

/// Puts the pods and Services of a Cluster.
pub fn put_instances(cluster: &dyn Cluster, object: &Value) {
    for number in 1..=instances(object) {
        cluster.put(pod(object, number));
    }
    for (suffix, selector) in [
        ("rw", json!({"cnpg.io/instanceRole": "primary"})),
        ("ro", json!({"cnpg.io/instanceRole": "replica"})),
        ("r", json!({"cnpg.io/podRole": "instance"})),
    ] {
        cluster.put(service(object, suffix, selector));
    }
}

/// A DatabaseRole that is applied, with its Secret's version.
pub fn role(manifest: &Value, versions: &Versions) -> Value {
    let mut object = with_defaults(&argo::tracked(manifest));
    let (namespace, _) = place(manifest);
    let mut status = json!({"applied": true, "observedGeneration": 1});
    let secret = object["spec"].pointer("/passwordSecret/name");
    if let Some(secret) = secret.and_then(Value::as_str) {
        let version = versions.get(&(namespace, secret.to_owned()));
        let version = version.unwrap_or_else(|| panic!("no Secret {secret} for a role"));
        status["secretResourceVersion"] = json!(version);
        // The operator hands the version to the instance manager as the message.
        let condition = condition("PasswordSecretChange", "ChangeDetected", version);
        status["conditions"] = json!([condition]);
    }
    object["status"] = status;
    object
}

/// A Database that is applied, with its extensions and schemas.
pub fn database(manifest: &Value) -> Value {
    let mut object = with_defaults(&argo::tracked(manifest));
    let mut status = json!({"applied": true, "observedGeneration": 1});
    for list in OBJECTS_IN_DATABASES {
        if let Some(entries) = object["spec"][list].as_array() {
            let applied = entries
                .iter()
                .map(|entry| json!({"name": entry["name"], "applied": true}));
            status[list] = applied.collect();
        }
    }
    object["status"] = status;
    object
}

/// An object with what its CRD and the webhook put into its specification.
pub fn with_defaults(manifest: &Value) -> Value {
    let mut object = manifest.clone();
    let kind = manifest["kind"].as_str().unwrap_or_default();
    let Some(spec) = object.get_mut("spec") else {
        return object;
    };
    match kind {
        "Cluster" => fill_in_cluster(spec),
        "DatabaseRole" => {
            fill_in(spec, "databaseRoleReclaimPolicy", json!("retain"));
            fill_in_role(spec);
        }
        "Database" => {
            fill_in(spec, "databaseReclaimPolicy", json!("retain"));
            fill_in(spec, "ensure", json!("present"));
            for list in OBJECTS_IN_DATABASES {
                let entries = spec.get_mut(list).and_then(Value::as_array_mut);
                for entry in entries.into_iter().flatten() {
                    fill_in(entry, "ensure", json!("present"));
                }
            }
        }
        _ => {}
    }
    object
}

fn fill_in(object: &mut Value, field: &str, default: Value) {
    if object.get(field).is_none() {
        object[field] = default;
    }
}

fn fill_in_role(role: &mut Value) {
    fill_in(role, "connectionLimit", json!(-1));
    fill_in(role, "ensure", json!("present"));
    fill_in(role, "inherit", json!(true));
}

fn fill_in_cluster(spec: &mut Value) {
    for (field, default) in [
        ("enablePDB", json!(true)),
        ("enableSuperuserAccess", json!(false)),
        ("failoverDelay", json!(0)),
        ("imageName", json!(IMAGE)),
        ("instances", json!(1)),
        ("logLevel", json!("info")),
        ("maxStopDelay", json!(1800)),
        ("maxSyncReplicas", json!(0)),
        ("minSyncReplicas", json!(0)),
        ("primaryUpdateMethod", json!("restart")),
        ("primaryUpdateStrategy", json!("unsupervised")),
        ("smartShutdownTimeout", json!(180)),
        ("startDelay", json!(3600)),
        ("stopDelay", json!(1800)),
        ("switchoverDelay", json!(3600)),
        (
            "bootstrap",
            json!({"initdb": {"database": "app", "owner": "app", "encoding": "UTF8", "localeCType": "C", "localeCollate": "C"}}),
        ),
    ] {
        fill_in(spec, field, default);
    }
    let roles = spec.pointer_mut("/managed/roles");
    if let Some(roles) = roles.and_then(Value::as_array_mut) {
        roles.iter_mut().for_each(fill_in_role);
    }
}

fn instances(cluster: &Value) -> u64 {
    cluster["spec"]["instances"].as_u64().unwrap_or(1)
}

/// The status of a Cluster that is healthy, and whose roles are reconciled.
pub fn status(cluster: &Value, versions: &Versions) -> Value {
    let (namespace, name) = place(cluster);
    let number = instances(cluster);
    let names: Vec<String> = (1..=number).map(|one| format!("{name}-{one}")).collect();
    let reported = names.iter().enumerate().map(|(position, pod)| {
        let state = json!({"isPrimary": position == 0, "timeLineID": 1, "ip": ip(position)});
        (pod.clone(), state)
    });
    let secrets: serde_json::Map<String, Value> = versions
        .iter()
        .filter(|((home, _), _)| *home == namespace)
        .map(|((_, secret), version)| (secret.clone(), json!(version)))
        .collect();
    let primary = names.first();
    json!({
        "availableArchitectures": [{"goArch": "amd64", "hash": "5eed"}],
        "certificates": certificates(&name, &namespace),
        "cloudNativePGCommitHash": "a95a534db",
        "cloudNativePGOperatorHash": "5eed",
        "conditions": [
            condition("Ready", "ClusterIsReady", "Cluster is Ready"),
            condition("Initialized", "BootstrapCompleted", "Cluster has been bootstrapped"),
            condition("ConsistentSystemID", "Unique", "A single, unique system ID was found across reporting instances."),
            condition("ContinuousArchiving", "ContinuousArchivingSuccess", "Continuous archiving is working"),
        ],
        "configMapResourceVersion": {"metrics": {"cnpg-default-monitoring": "912"}},
        "currentPrimary": primary,
        "currentPrimaryTimestamp": now(),
        "healthyPVC": names,
        "image": IMAGE,
        "instanceNames": names,
        "instances": number,
        "instancesReportedState": reported.collect::<serde_json::Map<_, _>>(),
        "instancesStatus": {"healthy": names},
        "latestGeneratedNode": number,
        "managedRolesStatus": managed_roles(cluster, &namespace, versions),
        "phase": "Cluster in healthy state",
        "pvcCount": number,
        "readService": format!("{name}-r"),
        "readyInstances": number,
        "secretsResourceVersion": {"managedRoleSecretVersion": secrets},
        "selector": format!("cnpg.io/cluster={name},cnpg.io/podRole=instance"),
        "switchReplicaClusterStatus": {},
        "systemID": "7590000000000000013",
        "targetPrimary": primary,
        "targetPrimaryTimestamp": now(),
        "timelineID": 1,
        "topology": {"instances": {}, "nodesUsed": number, "successfullyExtracted": true},
        "writeService": format!("{name}-rw"),
    })
}

fn managed_roles(cluster: &Value, namespace: &str, versions: &Versions) -> Value {
    let mut reconciled = Vec::new();
    let mut passwords = serde_json::Map::new();
    let roles = cluster["spec"]["managed"]["roles"].as_array();
    for (position, role) in roles.into_iter().flatten().enumerate() {
        let name = role["name"].as_str().unwrap_or_default();
        reconciled.push(name.to_owned());
        let secret = role["passwordSecret"]["name"].as_str().unwrap_or_default();
        if let Some(version) = versions.get(&(namespace.to_owned(), secret.to_owned())) {
            let state = json!({"transactionID": 745 + position, "resourceVersion": version});
            passwords.insert(name.to_owned(), state);
        }
    }
    if reconciled.is_empty() {
        return json!({});
    }
    reconciled.sort();
    json!({
        "byStatus": {
            "not-managed": ["app"],
            "reconciled": reconciled,
            "reserved": ["postgres", "streaming_replica"],
        },
        "passwordStatus": passwords,
    })
}

fn certificates(name: &str, namespace: &str) -> Value {
    let names: Vec<String> = ["rw", "r", "ro"]
        .iter()
        .flat_map(|suffix| {
            let service = format!("{name}-{suffix}");
            ["", ".NS", ".NS.svc", ".NS.svc.cluster.local"]
                .map(|domain| service.clone() + &domain.replace("NS", namespace))
        })
        .collect();
    json!({
        "clientCASecret": format!("{name}-ca"),
        "replicationTLSSecret": format!("{name}-replication"),
        "serverAltDNSNames": names,
        "serverCASecret": format!("{name}-ca"),
        "serverTLSSecret": format!("{name}-server"),
    })
}

pub fn condition(kind: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now()})
}

fn ip(position: usize) -> String {
    format!("10.244.{}.20", position + 1)
}

fn labels(cluster: &str) -> Value {
    json!({
        "cnpg.io/cluster": cluster,
        "app.kubernetes.io/name": "postgresql",
        "app.kubernetes.io/instance": cluster,
        "app.kubernetes.io/version": "18",
        "app.kubernetes.io/component": "database",
        "app.kubernetes.io/managed-by": "cloudnative-pg",
    })
}

fn owner(cluster: &Value) -> Value {
    json!([{
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "name": cluster["metadata"]["name"],
        "uid": cluster["metadata"]["uid"],
        "controller": true,
        "blockOwnerDeletion": true,
    }])
}

/// A pod of a Cluster, the first as its primary.
fn pod(cluster: &Value, number: u64) -> Value {
    let (namespace, cluster_name) = place(cluster);
    let name = format!("{cluster_name}-{number}");
    let role = if number == 1 { "primary" } else { "replica" };
    let mut labels = labels(&cluster_name);
    labels["cnpg.io/instanceName"] = json!(name);
    labels["cnpg.io/instanceRole"] = json!(role);
    labels["cnpg.io/podRole"] = json!("instance");
    labels["role"] = json!(role);
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "annotations": {"cnpg.io/nodeSerial": number.to_string(), "cnpg.io/operatorVersion": "1.30.0"},
            "ownerReferences": owner(cluster),
        },
        "spec": {
            "nodeName": format!("worker-{number}"),
            "hostname": name,
            "containers": [{
                "name": "postgres",
                "image": IMAGE,
                "ports": [
                    {"containerPort": 5432, "name": "postgresql", "protocol": "TCP"},
                    {"containerPort": 9187, "name": "metrics", "protocol": "TCP"},
                    {"containerPort": 8000, "name": "status", "protocol": "TCP"},
                ],
            }],
        },
        "status": {
            "phase": "Running",
            "podIP": format!("10.244.{number}.20"),
            "conditions": platform::ready(),
            "containerStatuses": [{"name": "postgres", "image": IMAGE, "ready": true, "started": true, "restartCount": 0}],
            "startTime": now(),
        },
    })
}

fn service(cluster: &Value, suffix: &str, mut selector: Value) -> Value {
    let (namespace, cluster_name) = place(cluster);
    selector["cnpg.io/cluster"] = json!(cluster_name);
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": format!("{cluster_name}-{suffix}"),
            "namespace": namespace,
            "labels": labels(&cluster_name),
            "ownerReferences": owner(cluster),
        },
        "spec": {
            "type": "ClusterIP",
            "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP", "targetPort": 5432}],
            "selector": selector,
        },
        "status": {"loadBalancer": {}},
    })
}
