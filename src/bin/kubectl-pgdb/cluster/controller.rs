//! The Sealed Secrets controller, as the API server's proxy reaches it.

use k8s_openapi::api::core::v1;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use pgdb::live::controller::{ControllerError, SELECTOR, Service, Wanted, choose};
use pgdb::live::fact::Fact;

use super::Session;

impl Session {
    /// The controller's Service: the one that was named or the default, else the one that is found.
    ///
    /// # Errors
    /// When there is none, or several, or the Services cannot be read.
    pub(crate) async fn controller(&self, wanted: &Wanted) -> Result<Service, ControllerError> {
        let api = Api::namespaced(self.client(), wanted.namespace_or_default());
        match self.get(&api, wanted.name_or_default()).await {
            Fact::Present(service) => return Ok(facts(&service)),
            Fact::Absent => {}
            Fact::Unreadable(reason) => return Err(ControllerError::Unreadable(reason)),
        }
        // One without the label is looked for among all Services, which may be many.
        for params in [
            ListParams::default().labels(SELECTOR),
            ListParams::default(),
        ] {
            let services = match self.list(&Api::all(self.client()), &params).await {
                Fact::Present(services) => services.iter().map(facts).collect(),
                Fact::Absent => Vec::new(),
                Fact::Unreadable(reason) => return Err(ControllerError::Unreadable(reason)),
            };
            match choose(services, wanted) {
                Err(ControllerError::NotFound { .. }) => {}
                chosen => return chosen,
            }
        }
        Err(ControllerError::NotFound {
            wanted: wanted.place(),
        })
    }
}

/// A Service as far as it matters here.
fn facts(service: &v1::Service) -> Service {
    let labels = service.labels().iter();
    let spec = service.spec.as_ref();
    let ports = spec.and_then(|spec| spec.ports.as_ref());
    Service {
        namespace: service.namespace().unwrap_or_default(),
        name: service.name_any(),
        labels: labels
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        headless: spec.and_then(|spec| spec.cluster_ip.as_deref()) == Some("None"),
        ports: ports
            .into_iter()
            .flatten()
            .map(|port| port.name.clone().unwrap_or_default())
            .collect(),
    }
}
