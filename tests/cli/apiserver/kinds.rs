//! The kinds that the server knows, as discovery names them.

use serde_json::{Value, json};

/// A kind of object, and how the API names it.
#[derive(Debug, Eq, PartialEq)]
pub struct Kind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// Such as `v1`.
    pub version: &'static str,
    /// The plural, such as `secrets`: what stands in a path and in RBAC rules.
    pub resource: &'static str,
    /// Such as `Secret`.
    pub kind: &'static str,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether it is written through a subresource `status` of its own.
    pub has_status: bool,
    /// Whether a CustomResourceDefinition makes it; the others are built in.
    pub custom: bool,
    /// What kubectl takes for the plural.
    pub short_names: &'static [&'static str],
}

const fn built_in(group: &'static str, resource: &'static str, kind: &'static str) -> Kind {
    Kind {
        group,
        version: "v1",
        resource,
        kind,
        namespaced: true,
        has_status: false,
        custom: false,
        short_names: &[],
    }
}

const fn custom(
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    kind: &'static str,
) -> Kind {
    Kind {
        version,
        has_status: true,
        custom: true,
        ..built_in(group, resource, kind)
    }
}

/// All of them. Applications have no subresource `status`: Argo CD writes whole objects.
pub static KINDS: [Kind; 17] = [
    Kind {
        namespaced: false,
        has_status: true,
        short_names: &["ns"],
        ..built_in("", "namespaces", "Namespace")
    },
    built_in("", "secrets", "Secret"),
    Kind {
        short_names: &["cm"],
        ..built_in("", "configmaps", "ConfigMap")
    },
    Kind {
        has_status: true,
        short_names: &["svc"],
        ..built_in("", "services", "Service")
    },
    Kind {
        has_status: true,
        short_names: &["po"],
        ..built_in("", "pods", "Pod")
    },
    Kind {
        has_status: true,
        short_names: &["deploy"],
        ..built_in("apps", "deployments", "Deployment")
    },
    Kind {
        has_status: true,
        ..built_in("batch", "jobs", "Job")
    },
    Kind {
        has_status: true,
        short_names: &["cj"],
        ..built_in("batch", "cronjobs", "CronJob")
    },
    Kind {
        short_names: &["netpol"],
        ..built_in("networking.k8s.io", "networkpolicies", "NetworkPolicy")
    },
    Kind {
        namespaced: false,
        has_status: true,
        short_names: &["crd", "crds"],
        ..built_in(
            "apiextensions.k8s.io",
            "customresourcedefinitions",
            "CustomResourceDefinition",
        )
    },
    built_in("discovery.k8s.io", "endpointslices", "EndpointSlice"),
    custom("bitnami.com", "v1alpha1", "sealedsecrets", "SealedSecret"),
    custom("postgresql.cnpg.io", "v1", "clusters", "Cluster"),
    custom("postgresql.cnpg.io", "v1", "databases", "Database"),
    custom("postgresql.cnpg.io", "v1", "databaseroles", "DatabaseRole"),
    custom("postgresql.cnpg.io", "v1", "poolers", "Pooler"),
    Kind {
        has_status: false,
        short_names: &["app", "apps"],
        ..custom("argoproj.io", "v1alpha1", "applications", "Application")
    },
];

impl Kind {
    /// The kind of an object.
    pub fn of(object: &Value) -> &'static Self {
        let (version, kind) = (&object["apiVersion"], &object["kind"]);
        KINDS
            .iter()
            .find(|known| *version == known.api_version() && *kind == known.kind)
            .unwrap_or_else(|| panic!("the test's API server knows no {kind} of {version}"))
    }

    /// The kind that RBAC and CRDs name so, such as `secrets` of the group ``.
    pub fn named(group: &str, resource: &str) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|known| known.group == group && known.resource == resource)
    }

    /// Such as `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// As messages name it: `secrets`, `clusters.postgresql.cnpg.io`.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.resource.to_owned()
        } else {
            format!("{}.{}", self.resource, self.group)
        }
    }

    /// Whether its objects count their specification's changes in `metadata.generation`.
    pub fn has_generation(&self) -> bool {
        !self.group.is_empty()
    }

    /// Its entries in an APIResourceList.
    pub fn discovery(&self) -> Vec<Value> {
        let mut entry = json!({
            "name": self.resource,
            "singularName": self.kind.to_lowercase(),
            "namespaced": self.namespaced,
            "kind": self.kind,
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        });
        if !self.short_names.is_empty() {
            entry["shortNames"] = json!(self.short_names);
        }
        let subresource = |name: &str, kind: &str, verbs: &[&str]| {
            let name = format!("{}/{name}", self.resource);
            json!({"name": name, "singularName": "", "namespaced": self.namespaced, "kind": kind, "verbs": verbs})
        };
        let mut entries = vec![entry];
        if self.has_status {
            entries.push(subresource(
                "status",
                self.kind,
                &["get", "patch", "update"],
            ));
        }
        match (self.group, self.resource) {
            ("", "services") => {
                let verbs = ["create", "delete", "get", "patch", "update"];
                entries.push(subresource("proxy", "ServiceProxyOptions", &verbs));
            }
            ("", "pods") => {
                let verbs = ["create", "get"];
                entries.push(subresource("portforward", "PodPortForwardOptions", &verbs));
            }
            _ => {}
        }
        entries
    }
}
