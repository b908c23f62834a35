//! All that `doctor` looks at.

use futures_util::stream::{self, StreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use pgdb::doctor::{
    Asked, Certificate, Controller, Expected, Facts, Known, Reached, Trial, instead, needed, trial,
    version_of_image,
};
use pgdb::fetch_cert::Fetched;
use pgdb::live::controller::{Service, Wanted};
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::permission::Permission;
use pgdb::live::secret::Secret;
use pgdb::sealing::SealingKey;

use super::Session;
use super::gather::{Selection, Sight};
use super::objects::{ClusterWire, NamespaceWire, PodWire, SecretWire};
use super::service_proxy::Question;
use crate::randomness;
use crate::workspace::now;

/// How many rights are asked about at the same time.
const AT_ONCE: usize = 8;
/// The label of CloudNativePG's operator (cloudnative-pg `config/manager/manager.yaml`).
const OPERATOR: &str = "app.kubernetes.io/name=cloudnative-pg";
/// The label that Helm charts put a version in.
const VERSION: &str = "app.kubernetes.io/version";

/// What is examined.
#[derive(Clone, Debug)]
pub(crate) struct Examination {
    /// What is expected of the cluster.
    pub(crate) expected: Expected,
    /// What is said of the Sealed Secrets controller.
    pub(crate) controller: Wanted,
    /// The repository's certificate, of which the controller was not asked yet.
    pub(crate) certificate: Certificate,
}

impl Session {
    /// Looks at everything; where the API server itself does not answer, at nothing else.
    pub(crate) async fn examine(&self, call: &Examination) -> Reached {
        let version = self.version().await;
        if let Fact::Unreadable(why) = &version
            && is_no_answer(why.cause)
        {
            return Reached::NoAnswer(why.clone());
        }
        Reached::Answers {
            server: self.server().to_owned(),
            version,
            facts: Box::new(self.facts(call).await),
        }
    }

    async fn facts(&self, call: &Examination) -> Facts {
        let expected = &call.expected;
        let here = Selection {
            namespace: Some(expected.namespace.clone()),
            ..Selection::default()
        };
        let everywhere = Selection::default();
        let reflectors = Sight::reflector();
        let connection = self.connection(expected);
        let (
            cnpg,
            operator,
            argo_cd,
            clusters,
            namespaces,
            (controller, certificate),
            reflector,
            connection,
        ) = tokio::join!(
            self.kinds("postgresql.cnpg.io/v1"),
            self.operator(),
            self.kinds("argoproj.io/v1alpha1"),
            self.objects::<ClusterWire>(&here),
            self.objects::<NamespaceWire>(&everywhere),
            self.sealing(call),
            self.objects::<PodWire>(&reflectors),
            connection,
        );
        let home = match &controller {
            Controller::Found { service, .. } => service.namespace.as_str(),
            Controller::Unknown(_) => call.controller.namespace_or_default(),
        };
        let serves = |kinds: &Fact<_>, kind: &str| {
            let kinds: Option<&std::collections::BTreeSet<String>> = kinds.present();
            kinds.is_some_and(|kinds| kinds.contains(kind))
        };
        let roles = serves(&cnpg, "databaseroles");
        let applications = serves(&argo_cd, "applications");
        let rights = needed(expected, home, roles, applications);
        Facts {
            rights: self.rights(rights, expected).await,
            cnpg,
            operator,
            argo_cd,
            clusters,
            namespaces: namespaces.map(|all| all.into_iter().map(|one| one.meta.name).collect()),
            controller,
            certificate,
            reflector,
            connection,
        }
    }

    /// The Secret with the connection of a server that CNPG does not run.
    async fn connection(&self, expected: &Expected) -> Fact<Secret> {
        match &expected.connection {
            Some((secret, _)) => self.object::<SecretWire>(&expected.namespace, secret).await,
            None => Fact::Absent,
        }
    }

    /// The version of CloudNativePG's operator: what its Deployment's label or image says.
    async fn operator(&self) -> Option<String> {
        let api: Api<Deployment> = Api::all(self.client());
        let params = ListParams::default().labels(OPERATOR);
        let Fact::Present(deployments) = self.list(&api, &params).await else {
            return None;
        };
        deployments.iter().find_map(operator_version)
    }

    /// The controller, and what it says of the repository's certificate.
    async fn sealing(&self, call: &Examination) -> (Controller, Certificate) {
        let certificate = call.certificate.clone();
        let service = match self.controller(&call.controller).await {
            Ok(service) => service,
            Err(error) => return (Controller::Unknown(error), certificate),
        };
        let health = self.ask(&service, "/healthz", Question::Get).await;
        let health = health.map(|answer| answer.status);
        let certificate = match certificate {
            Certificate::Known(known) => {
                Certificate::Known(Box::new(self.compare(*known, &service, call).await))
            }
            other => other,
        };
        (Controller::Found { service, health }, certificate)
    }

    /// Asks the controller for its newest certificate, and, where the repository has another one, whether it can open
    /// what is sealed with that.
    async fn compare(&self, known: Known, service: &Service, call: &Examination) -> Known {
        let newest = self.newest(service).await;
        let is_newest = |newest: &SealingKey| newest.fingerprint() == known.key.fingerprint();
        let trial = match &newest {
            Fact::Present(newest) if !is_newest(newest) => {
                let namespace = &call.expected.namespace;
                self.trial(&known.key, service, namespace).await
            }
            _ => None,
        };
        Known {
            newest: Some(newest),
            trial,
            ..known
        }
    }

    async fn newest(&self, service: &Service) -> Fact<SealingKey> {
        let path = crate::commands::fetch_cert::CERTIFICATE;
        match self.ask(service, path, Question::Get).await {
            Fact::Present(answer) => {
                let place = service.place();
                match Fetched::read(&place, answer.status, &answer.text, now()) {
                    Ok(fetched) => Fact::Present(fetched.key().clone()),
                    Err(error) => Fact::Unreadable(Unreadable::new(
                        Cause::Malformed,
                        error.to_string(),
                        error.help(),
                    )),
                }
            }
            Fact::Absent => Fact::Absent,
            Fact::Unreadable(why) => Fact::Unreadable(why),
        }
    }

    /// None where nothing can be sealed for trial.
    async fn trial(&self, key: &SealingKey, service: &Service, namespace: &str) -> Option<Trial> {
        let text = trial(key, namespace, &mut randomness::system().ok()?).ok()?;
        let question = Question::Post {
            content_type: "application/json",
            text,
        };
        Some(match self.ask(service, "/v1/verify", question).await {
            Fact::Present(answer) => Trial::of_status(answer.status),
            Fact::Unreadable(why) => Trial::Unreadable(why),
            Fact::Absent => return None,
        })
    }

    /// Whether one has these rights. Without one for all namespaces, one for each that matters does as well.
    async fn rights(&self, needed: Vec<Permission>, expected: &Expected) -> Vec<Asked> {
        let mut rights = Vec::new();
        for asked in self.asked(needed).await {
            let apart = match asked.allowed {
                Fact::Present(false) => instead(&asked.permission, expected),
                _ => Vec::new(),
            };
            let apart = self.asked(apart).await;
            let granted = |asked: &Asked| asked.allowed == Fact::Present(true);
            if apart.is_empty() || !apart.iter().any(granted) {
                rights.push(asked);
            } else {
                rights.extend(apart);
            }
        }
        rights
    }

    async fn asked(&self, permissions: Vec<Permission>) -> Vec<Asked> {
        let asked = stream::iter(permissions).map(|permission| async move {
            Asked {
                allowed: self.may(&permission).await,
                permission,
            }
        });
        asked.buffered(AT_ONCE).collect().await
    }
}

/// Whether nothing else is to be asked of a server that says no version so. Some forbid it, and answer the rest.
fn is_no_answer(cause: Cause) -> bool {
    !matches!(cause, Cause::Forbidden | Cause::NotServed | Cause::Refused)
}

fn operator_version(deployment: &Deployment) -> Option<String> {
    if let Some(version) = deployment.labels().get(VERSION) {
        return Some(version.clone());
    }
    let pod = deployment.spec.template.spec.as_ref()?;
    let images = pod
        .containers
        .iter()
        .filter_map(|container| container.image.as_deref());
    images
        .filter_map(version_of_image)
        .next()
        .map(str::to_owned)
}
