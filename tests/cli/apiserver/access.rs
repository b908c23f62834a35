//! What the user may not do, and how the server says so.

use serde_json::{Value, json};

use super::kinds::Kind;
use super::status::Status;

/// The user that the token stands for.
pub const USER: &str = "tester";

/// Where something is forbidden. Rights are granted, never taken away, so who may not do something in one namespace
/// may not do it in all of them at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reach {
    /// In every namespace and at the cluster scope.
    Everywhere,
    /// At the cluster scope alone: each namespace is allowed.
    ClusterScope,
    /// In this namespace, and at the cluster scope.
    Namespace(String),
}

impl From<&str> for Reach {
    fn from(namespace: &str) -> Self {
        Self::Namespace(namespace.to_owned())
    }
}

/// Something that is asked for, in RBAC's words.
#[derive(Clone, Debug)]
pub struct Attributes<'request> {
    /// `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`.
    pub verb: &'request str,
    pub group: &'request str,
    /// The plural, with the subresource where there is one: `services/proxy`.
    pub resource: String,
    /// None at the cluster scope.
    pub namespace: Option<&'request str>,
    /// Empty for a collection.
    pub name: &'request str,
}

impl<'request> Attributes<'request> {
    /// What is done to an object, or to a collection where `name` is empty; `subresource` may be empty.
    pub fn new(
        verb: &'request str,
        kind: &'request Kind,
        subresource: &str,
        namespace: Option<&'request str>,
        name: &'request str,
    ) -> Self {
        let resource = if subresource.is_empty() {
            kind.resource.to_owned()
        } else {
            format!("{}/{subresource}", kind.resource)
        };
        Self {
            verb,
            group: kind.group,
            resource,
            namespace,
            name,
        }
    }
}

/// A rule that forbids; `*` is every verb, or every resource.
#[derive(Clone, Debug)]
struct Rule {
    verb: String,
    group: String,
    resource: String,
    reach: Reach,
}

/// A right that was granted by a role; nothing stands for everything here.
#[derive(Clone, Debug)]
struct Grant {
    verb: String,
    group: String,
    resource: String,
    /// None where a ClusterRoleBinding grants it everywhere.
    namespace: Option<String>,
}

/// All that is forbidden.
#[derive(Default)]
pub struct Access {
    rules: Vec<Rule>,
    /// What alone is allowed, where roles say so.
    grants: Option<Vec<Grant>>,
}

impl Access {
    /// Forbids something.
    pub fn forbid(&mut self, verb: &str, group: &str, resource: &str, reach: Reach) {
        self.rules.push(Rule {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            reach,
        });
    }

    /// Allows what these Roles and ClusterRoles say that are bound, and nothing else.
    pub fn grant(&mut self, manifests: &[Value]) {
        let is_bound = |role: &Value| {
            let mut bindings = manifests.iter();
            bindings.any(|binding| {
                binding["roleRef"]["kind"] == role["kind"]
                    && binding["roleRef"]["name"] == role["metadata"]["name"]
                    && binding["metadata"]["namespace"] == role["metadata"]["namespace"]
            })
        };
        let mut grants = Vec::new();
        for role in manifests.iter().filter(|role| is_bound(role)) {
            let namespace = role["metadata"]["namespace"].as_str().map(str::to_owned);
            for rule in role["rules"].as_array().into_iter().flatten() {
                let texts = |field: &str| -> Vec<String> {
                    let list = rule[field].as_array().unwrap();
                    list.iter()
                        .map(|text| text.as_str().unwrap().to_owned())
                        .collect()
                };
                for group in texts("apiGroups") {
                    for resource in texts("resources") {
                        grants.extend(texts("verbs").into_iter().map(|verb| Grant {
                            verb,
                            group: group.clone(),
                            resource: resource.clone(),
                            namespace: namespace.clone(),
                        }));
                    }
                }
            }
        }
        self.grants = Some(grants);
    }

    /// Allows everything again.
    pub fn allow_all(&mut self) {
        self.grants = None;
        self.rules.clear();
    }

    /// Refuses what a rule forbids.
    pub fn check(&self, asked: &Attributes<'_>) -> Result<(), Status> {
        if self.allows(asked) {
            Ok(())
        } else {
            Err(forbidden(asked))
        }
    }

    fn allows(&self, asked: &Attributes<'_>) -> bool {
        let is_granted = self
            .grants
            .as_ref()
            .is_none_or(|grants| grants.iter().any(|grant| grant.allows(asked)));
        is_granted && !self.rules.iter().any(|rule| rule.forbids(asked))
    }

    /// The answer to a SelfSubjectAccessReview.
    pub fn review(&self, mut review: Value) -> Value {
        let asked = &review["spec"]["resourceAttributes"];
        let text = |field: &str| asked[field].as_str().unwrap_or_default();
        let mut resource = text("resource").to_owned();
        if !text("subresource").is_empty() {
            resource = format!("{resource}/{}", text("subresource"));
        }
        let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
        let is_allowed = self.allows(&Attributes {
            verb: text("verb"),
            group: text("group"),
            resource,
            namespace,
            name: text("name"),
        });
        let mut status = json!({"allowed": is_allowed});
        if is_allowed {
            let granted = format!(
                "RBAC: allowed by ClusterRoleBinding \"testers\" of ClusterRole \"tester\" to User {USER:?}"
            );
            status["reason"] = json!(granted);
        }
        review["status"] = status;
        review
    }
}

impl Grant {
    fn allows(&self, asked: &Attributes<'_>) -> bool {
        let is_here = match &self.namespace {
            None => true,
            Some(namespace) => asked.namespace == Some(namespace.as_str()),
        };
        is_here
            && self.verb == asked.verb
            && self.group == asked.group
            && self.resource == asked.resource
    }
}

impl Rule {
    fn forbids(&self, asked: &Attributes<'_>) -> bool {
        let fits = |rule: &str, asked: &str| rule == "*" || asked == "*" || rule == asked;
        let reaches = match (&self.reach, asked.namespace) {
            (Reach::Everywhere, _) | (Reach::ClusterScope | Reach::Namespace(_), None) => true,
            (Reach::ClusterScope, Some(_)) => false,
            (Reach::Namespace(namespace), Some(asked)) => namespace == asked,
        };
        reaches
            && fits(&self.verb, asked.verb)
            && (asked.group == "*" || self.group == asked.group)
            && fits(&self.resource, &asked.resource)
    }
}

/// See k8s.io/apiserver, `pkg/endpoints/handlers/responsewriters/errors.go`.
fn forbidden(asked: &Attributes<'_>) -> Status {
    let (resource, group) = (&asked.resource, asked.group);
    let plural = resource.split('/').next().unwrap_or_default();
    let mut subject = if group.is_empty() {
        plural.to_owned()
    } else {
        format!("{plural}.{group}")
    };
    if !asked.name.is_empty() {
        subject = format!("{subject} {:?}", asked.name);
    }
    let place = match asked.namespace {
        None => "at the cluster scope".to_owned(),
        Some(namespace) => format!("in the namespace {namespace:?}"),
    };
    let message = format!(
        "{subject} is forbidden: User {USER:?} cannot {} resource {resource:?} in API group {group:?} {place}",
        asked.verb
    );
    let mut details = json!({});
    if !asked.name.is_empty() {
        details["name"] = json!(asked.name);
    }
    if !group.is_empty() {
        details["group"] = json!(group);
    }
    details["kind"] = json!(plural);
    Status::new(403, "Forbidden", &message, details)
}
