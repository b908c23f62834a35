//! Which Service is the Sealed Secrets controller's.

use thiserror::Error;

use super::fact::Unreadable;
use crate::domain::kubernetes_name::{Namespace, ObjectName};

/// The label of what the Helm chart installs, as a selector (sealed-secrets `helm/sealed-secrets/templates/_helpers.tpl`).
pub const SELECTOR: &str = "app.kubernetes.io/name=sealed-secrets";
/// The name in the released manifest (sealed-secrets `controller-norbac.jsonnet`).
const DEFAULT_NAME: &str = "sealed-secrets-controller";
/// The namespace in the released manifest.
const DEFAULT_NAMESPACE: &str = "kube-system";
/// Names by which it is known without the label: the released manifest's, and the Helm chart's with its own name.
const WELL_KNOWN: [&str; 2] = [DEFAULT_NAME, "sealed-secrets"];
/// What to do where it cannot be told which Service is meant.
const NAME_IT: &str = "name its Service with --controller-name and --controller-namespace, or as controllerName and \
                       controllerNamespace in .pgdb.yaml; is this the right context?";

/// A Service as far as it matters here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Whether it has no address of its own.
    pub headless: bool,
    /// The names of its ports in their order; empty where a port has none.
    pub ports: Vec<String>,
}

/// What was said of the controller's Service, by flags or settings.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wanted {
    /// Its name.
    pub name: Option<ObjectName>,
    /// Its namespace.
    pub namespace: Option<Namespace>,
}

/// Why there is no controller to ask.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ControllerError {
    /// There is none.
    #[error(
        "no Sealed Secrets controller was found: there is no Service {wanted}, and no other that looks like it"
    )]
    NotFound {
        /// The Service that was asked for first: `namespace/name`.
        wanted: String,
    },
    /// There are several, and none was named.
    #[error("several Sealed Secrets controllers were found and none was named: {}", .candidates.join(", "))]
    Several {
        /// Their Services: `namespace/name`.
        candidates: Vec<String>,
    },
    /// The Services could not be read.
    #[error("{}", .0.evidence)]
    Unreadable(Unreadable),
}

impl ControllerError {
    /// The word for programs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "no-controller",
            Self::Several { .. } => "several-controllers",
            Self::Unreadable(reason) => reason.cause.reason(),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::NotFound { .. } | Self::Several { .. } => NAME_IT,
            Self::Unreadable(reason) => &reason.remedy,
        }
    }
}

impl Wanted {
    /// The name to look for first.
    pub fn name_or_default(&self) -> &str {
        self.name.as_ref().map_or(DEFAULT_NAME, ObjectName::as_str)
    }

    /// The namespace to look in first.
    pub fn namespace_or_default(&self) -> &str {
        self.namespace
            .as_ref()
            .map_or(DEFAULT_NAMESPACE, Namespace::as_str)
    }

    /// Both: `namespace/name`.
    pub fn place(&self) -> String {
        format!("{}/{}", self.namespace_or_default(), self.name_or_default())
    }

    /// Whether nothing that was said speaks against it.
    fn allows(&self, service: &Service) -> bool {
        let is = |wanted: Option<&str>, name: &str| wanted.is_none_or(|wanted| wanted == name);
        is(self.name.as_ref().map(ObjectName::as_str), &service.name)
            && is(
                self.namespace.as_ref().map(Namespace::as_str),
                &service.namespace,
            )
    }
}

impl Service {
    /// Its place: `namespace/name`.
    pub fn place(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// The port that the controller answers at: the first one, as for kubeseal (`pkg/kubeseal/kubeseal.go`).
    pub fn first_port(&self) -> &str {
        self.ports.first().map_or("", String::as_str)
    }

    fn is_labelled(&self, key: &str, value: &str) -> bool {
        self.labels
            .iter()
            .any(|(own_key, own_value)| own_key == key && own_value == value)
    }

    /// Whether the controller may answer there: not at its metrics, and not without an address.
    fn may_answer(&self) -> bool {
        let is_metrics = self.is_labelled("app.kubernetes.io/component", "metrics")
            || self.name.ends_with("-metrics")
            || self.first_port() == "metrics";
        !is_metrics && !self.headless && !self.ports.is_empty()
    }

    fn carries_the_label(&self) -> bool {
        SELECTOR
            .split_once('=')
            .is_some_and(|(key, value)| self.is_labelled(key, value))
    }
}

/// The controller's Service among those of all namespaces: by its label; else by its name.
///
/// # Errors
/// When there is none, or several.
pub fn choose(services: Vec<Service>, wanted: &Wanted) -> Result<Service, ControllerError> {
    let possible = services
        .into_iter()
        .filter(|service| service.may_answer() && wanted.allows(service));
    let (labelled, others): (Vec<_>, Vec<_>) = possible.partition(Service::carries_the_label);
    let is_known =
        |service: &Service| wanted.name.is_some() || WELL_KNOWN.contains(&service.name.as_str());
    let mut candidates = if labelled.is_empty() {
        others.into_iter().filter(is_known).collect()
    } else {
        labelled
    };
    if candidates.len() > 1 {
        let mut candidates: Vec<String> = candidates.iter().map(Service::place).collect();
        candidates.sort();
        return Err(ControllerError::Several { candidates });
    }
    candidates.pop().ok_or_else(|| ControllerError::NotFound {
        wanted: wanted.place(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_service(place: &str, labels: &[(&str, &str)], port: &str) -> Service {
        let (namespace, name) = place.split_once('/').unwrap();
        Service {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            labels: labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            headless: false,
            ports: vec![port.to_owned()],
        }
    }

    const LABEL: (&str, &str) = ("app.kubernetes.io/name", "sealed-secrets");

    fn chosen(services: &[Service], wanted: &Wanted) -> Result<String, ControllerError> {
        choose(services.to_vec(), wanted).map(|service| service.place())
    }

    #[test]
    fn is_the_labelled_one_without_metrics() {
        let mut headless = mk_service("sealing/sealed-secrets-headless", &[LABEL], "http");
        headless.headless = true;
        let component = ("app.kubernetes.io/component", "metrics");
        let services = [
            mk_service("shop/web", &[], "http"),
            mk_service("sealing/sealed-secrets-metrics", &[LABEL], "http"),
            mk_service("sealing/numbers", &[LABEL, component], "http"),
            mk_service("sealing/figures", &[LABEL], "metrics"),
            headless,
            mk_service("sealing/my-sealed-secrets", &[LABEL], "http"),
            mk_service("other/sealed-secrets-controller", &[], ""),
        ];
        assert_eq!(
            chosen(&services, &Wanted::default()).unwrap(),
            "sealing/my-sealed-secrets"
        );
    }

    #[test]
    fn is_known_by_its_name_without_the_label() {
        let services = [
            mk_service("shop/web", &[], "http"),
            mk_service("tools/sealed-secrets", &[], "http"),
        ];
        assert_eq!(
            chosen(&services, &Wanted::default()).unwrap(),
            "tools/sealed-secrets"
        );
        let wanted = Wanted {
            name: Some("web".parse().unwrap()),
            namespace: None,
        };
        assert_eq!(chosen(&services, &wanted).unwrap(), "shop/web");
    }

    #[test]
    fn is_refused_where_there_are_several_or_none() {
        let services = [
            mk_service("two/sealed-secrets", &[LABEL], "http"),
            mk_service("one/sealed-secrets", &[LABEL], "http"),
        ];
        let several = chosen(&services, &Wanted::default()).unwrap_err();
        assert_eq!(
            several.to_string(),
            "several Sealed Secrets controllers were found and none was named: one/sealed-secrets, two/sealed-secrets"
        );
        assert_eq!(several.reason(), "several-controllers");
        let wanted = Wanted {
            name: None,
            namespace: Some("two".parse().unwrap()),
        };
        assert_eq!(chosen(&services, &wanted).unwrap(), "two/sealed-secrets");
        let wanted = Wanted {
            name: Some("seal".parse().unwrap()),
            namespace: None,
        };
        let none = chosen(&services, &wanted).unwrap_err();
        assert_eq!(
            none.to_string(),
            "no Sealed Secrets controller was found: there is no Service kube-system/seal, and no other that looks like it"
        );
        assert_eq!((none.reason(), none.help()), ("no-controller", NAME_IT));
    }
}
