//! The right to do something with objects of a kind.

use std::fmt;

/// One right, as role-based access control (RBAC) names it.
///
/// Displayed as the command that asks whether one has it: `kubectl auth can-i list secrets --namespace shop`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Permission {
    /// What is done, such as `list`.
    pub verb: String,
    /// The API group; empty for the core one.
    pub group: String,
    /// The kind in the plural and lower case, such as `secrets`.
    pub resource: String,
    /// The part of the object that is meant, such as `portforward`; none for the object itself.
    pub subresource: Option<String>,
    /// The namespace; none for all of them, or for a kind that has none.
    pub namespace: Option<String>,
}

impl Permission {
    /// The right to do something with a kind, written as kubectl does: `secrets`, `pods/portforward`,
    /// `sealedsecrets.bitnami.com`.
    pub fn new(verb: &str, resource: &str, namespace: Option<&str>) -> Self {
        let (resource, subresource) = match resource.split_once('/') {
            Some((resource, subresource)) => (resource, Some(subresource)),
            None => (resource, None),
        };
        let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
        Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            subresource: subresource.map(str::to_owned),
            namespace: namespace.map(str::to_owned),
        }
    }

    /// The right to do something at a path of the API, such as `/apis/GROUP/VERSION/namespaces/NAMESPACE/KIND`.
    ///
    /// None for a path that is about no kind of object, such as `/version`.
    pub fn at(verb: &str, path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let group = match parts.next()? {
            "api" => "",
            "apis" => parts.next()?,
            _ => return None,
        };
        let _version = parts.next()?;
        let first = parts.next()?;
        // `/namespaces/NAME` is a namespace itself, `/namespaces/NAME/KIND` is in it.
        let (resource, namespace) = match (first, parts.next(), parts.next()) {
            ("namespaces", Some(namespace), Some(resource)) => (resource, Some(namespace)),
            (resource, _, _) => (resource, None),
        };
        Some(Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            subresource: None,
            namespace: namespace.map(str::to_owned),
        })
    }

    /// The kind, with its group as kubectl writes it: `sealedsecrets.bitnami.com`.
    pub fn kind(&self) -> String {
        match self.group.as_str() {
            "" => self.resource.clone(),
            group => format!("{}.{group}", self.resource),
        }
    }

    /// What is done to what, and where, for a sentence: `list secrets in the namespace shop`.
    pub fn deed(&self) -> String {
        let part = match &self.subresource {
            Some(subresource) => format!("/{subresource}"),
            None => String::new(),
        };
        let place = match &self.namespace {
            Some(namespace) => format!(" in the namespace {namespace}"),
            None => String::new(),
        };
        format!("{} {}{part}{place}", self.verb, self.kind())
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "kubectl auth can-i {} {}",
            self.verb,
            self.kind()
        )?;
        if let Some(subresource) = &self.subresource {
            // `services/proxy` would be the Service of the name `proxy`.
            write!(formatter, " --subresource={subresource}")?;
        }
        match &self.namespace {
            Some(namespace) => write!(formatter, " --namespace {namespace}"),
            None => formatter.write_str(" --all-namespaces"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn reads_as_the_command_that_asks_for_it() {
        for (verb, resource, namespace, command, deed) in [
            (
                "list",
                "secrets",
                Some("shop"),
                "kubectl auth can-i list secrets --namespace shop",
                "list secrets in the namespace shop",
            ),
            (
                "watch",
                "sealedsecrets.bitnami.com",
                None,
                "kubectl auth can-i watch sealedsecrets.bitnami.com --all-namespaces",
                "watch sealedsecrets.bitnami.com",
            ),
            (
                "create",
                "pods/portforward",
                Some("postgres"),
                "kubectl auth can-i create pods --subresource=portforward --namespace postgres",
                "create pods/portforward in the namespace postgres",
            ),
        ] {
            let permission = Permission::new(verb, resource, namespace);
            assert_eq!(permission.to_string(), command);
            assert_eq!(permission.deed(), deed);
        }
    }

    #[test]
    fn is_read_from_a_path() {
        for (path, kind, namespace) in [
            ("/api/v1/namespaces/shop/secrets", "secrets", Some("shop")),
            (
                "/api/v1/namespaces/shop/secrets/db?a=b/c",
                "secrets",
                Some("shop"),
            ),
            ("/api/v1/secrets?limit=5", "secrets", None),
            ("/api/v1/namespaces", "namespaces", None),
            ("/api/v1/namespaces/shop", "namespaces", None),
            (
                "/apis/postgresql.cnpg.io/v1/namespaces/postgres/clusters",
                "clusters.postgresql.cnpg.io",
                Some("postgres"),
            ),
            (
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b",
                "customresourcedefinitions.apiextensions.k8s.io",
                None,
            ),
        ] {
            let permission = Permission::at("list", path).unwrap();
            assert_eq!(permission.kind(), kind, "{path}");
            assert_eq!(permission.namespace.as_deref(), namespace, "{path}");
        }
        assert_eq!(Permission::at("get", "/version"), None);
        assert_eq!(Permission::at("get", "/api/v1"), None);
    }
}
