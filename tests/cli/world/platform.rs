//! What is there before any app: the controllers with their namespaces, and the definitions of their kinds.

use serde_json::{Value, json};

use super::super::apiserver::{ApiServer, now};
use super::sealed_secrets;

/// A kind that a controller brings: group, version, plural, name.
const DEFINITIONS: [(&str, &str, &str, &str); 5] = [
    ("bitnami.com", "v1alpha1", "sealedsecrets", "SealedSecret"),
    ("postgresql.cnpg.io", "v1", "clusters", "Cluster"),
    ("postgresql.cnpg.io", "v1", "databases", "Database"),
    ("postgresql.cnpg.io", "v1", "databaseroles", "DatabaseRole"),
    ("argoproj.io", "v1alpha1", "applications", "Application"),
];

/// A controller: namespace, Deployment, its name as a label, its version and its image.
const CONTROLLERS: [(&str, &str, &str, &str, &str); 4] = [
    (
        "cnpg-system",
        "cnpg-controller-manager",
        "cloudnative-pg",
        "1.30.0",
        "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0",
    ),
    (
        sealed_secrets::NAMESPACE,
        sealed_secrets::SERVICE,
        "sealed-secrets",
        "0.36.6",
        "docker.io/bitnami/sealed-secrets-controller:0.36.6",
    ),
    (
        "reflector",
        "reflector",
        "reflector",
        "10.0.63",
        "docker.io/emberstack/kubernetes-reflector:10.0.63",
    ),
    (
        "argocd",
        "argocd-server",
        "argocd-server",
        "v3.5.1",
        "quay.io/argoproj/argocd:v3.5.1",
    ),
];

/// Puts all of it.
pub fn put(server: &ApiServer) {
    server.put(namespace("default"));
    for (group, version, plural, kind) in DEFINITIONS {
        server.put(definition(group, version, plural, kind));
    }
    for (home, name, label, version, image) in CONTROLLERS {
        server.put(namespace(home));
        server.put(deployment(home, name, label, version, image));
        let pod = format!("{name}-7d9c5b6f8d-x2x7k");
        server.put(pod_of(home, &pod, label, image));
    }
    server.put(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": sealed_secrets::SERVICE,
            "namespace": sealed_secrets::NAMESPACE,
            "labels": labels("sealed-secrets", "0.36.6"),
        },
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "10.96.13.37",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP", "targetPort": "http"}],
            "selector": {"app.kubernetes.io/name": "sealed-secrets"},
        },
        "status": {"loadBalancer": {}},
    }));
}

/// A Namespace that is there.
pub fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    })
}

/// The conditions of a pod that is ready.
pub fn ready() -> Value {
    let condition = |kind: &str| json!({"type": kind, "status": "True", "lastProbeTime": null, "lastTransitionTime": now()});
    json!([
        condition("Initialized"),
        condition("Ready"),
        condition("ContainersReady"),
        condition("PodScheduled"),
    ])
}

fn labels(name: &str, version: &str) -> Value {
    json!({
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/version": version,
    })
}

fn deployment(namespace: &str, name: &str, label: &str, version: &str, image: &str) -> Value {
    let selector = json!({"app.kubernetes.io/name": label});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels(label, version)},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": selector},
                "spec": {"containers": [{"name": label, "image": image}]},
            },
        },
        "status": {
            "observedGeneration": 1,
            "replicas": 1,
            "readyReplicas": 1,
            "updatedReplicas": 1,
            "availableReplicas": 1,
            "conditions": [{
                "type": "Available",
                "status": "True",
                "reason": "MinimumReplicasAvailable",
                "message": "Deployment has minimum availability.",
                "lastTransitionTime": now(),
                "lastUpdateTime": now(),
            }],
        },
    })
}

fn pod_of(namespace: &str, name: &str, label: &str, image: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/name": label, "app.kubernetes.io/instance": label},
        },
        "spec": {"containers": [{"name": label, "image": image}], "nodeName": "worker-1"},
        "status": {"phase": "Running", "podIP": "10.244.1.9", "conditions": ready(), "startTime": now()},
    })
}

fn definition(group: &str, version: &str, plural: &str, kind: &str) -> Value {
    let names = json!({
        "kind": kind,
        "listKind": format!("{kind}List"),
        "plural": plural,
        "singular": kind.to_lowercase(),
    });
    let condition = |name: &str, reason: &str, message: &str| json!({"type": name, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now()});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Namespaced",
            "conversion": {"strategy": "None"},
            "versions": [{
                "name": version,
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "subresources": {"status": {}},
            }],
        },
        "status": {
            "acceptedNames": names,
            "storedVersions": [version],
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ],
        },
    })
}
