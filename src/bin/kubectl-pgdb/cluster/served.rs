//! What the API server is, what it serves, and what it allows.

use std::collections::BTreeSet;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::Api;
use kube::api::PostParams;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::permission::Permission;

use super::Session;

impl Session {
    /// Its version, such as `v1.34.1`: the first thing to ask, since everybody may.
    pub(crate) async fn version(&self) -> Fact<String> {
        let permission = Permission::new("get", "version", None);
        match self.client().apiserver_version().await {
            Ok(version) if !version.git_version.is_empty() => Fact::Present(version.git_version),
            Ok(_) => Fact::Unreadable(Unreadable::new(
                Cause::Malformed,
                format!("{} says no version of Kubernetes", self.server()),
                "is it an API server? See server of the cluster in the kubeconfig",
            )),
            Err(error) => Fact::Unreadable(self.unreadable(&error, &permission)),
        }
    }

    /// The plurals of the kinds that it serves of a group and version, such as `postgresql.cnpg.io/v1`.
    pub(crate) async fn kinds(&self, group_version: &str) -> Fact<BTreeSet<String>> {
        match self.client().list_api_group_resources(group_version).await {
            Ok(list) => {
                let names = list.resources.into_iter().map(|resource| resource.name);
                Fact::Present(names.collect())
            }
            Err(kube::Error::Api(status)) if status.code == 404 => Fact::Absent,
            Err(error) => {
                let permission = Permission::new("get", group_version, None);
                Fact::Unreadable(self.unreadable(&error, &permission))
            }
        }
    }

    /// Whether one has a right.
    pub(crate) async fn may(&self, permission: &Permission) -> Fact<bool> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let review = SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec {
                resource_attributes: Some(ResourceAttributes {
                    verb: text(&permission.verb),
                    group: text(&permission.group),
                    resource: text(&permission.resource),
                    subresource: permission.subresource.clone(),
                    namespace: permission.namespace.clone(),
                    ..ResourceAttributes::default()
                }),
                ..SelfSubjectAccessReviewSpec::default()
            },
            ..SelfSubjectAccessReview::default()
        };
        let asking = Permission::new(
            "create",
            "selfsubjectaccessreviews.authorization.k8s.io",
            None,
        );
        let api: Api<SelfSubjectAccessReview> = Api::all(self.client());
        match api.create(&PostParams::default(), &review).await {
            Ok(review) => match review.status {
                Some(status) => Fact::Present(status.allowed),
                None => Fact::Unreadable(Unreadable::new(
                    Cause::Malformed,
                    format!(
                        "{} did not say whether one may {}",
                        self.server(),
                        permission.deed()
                    ),
                    permission.to_string(),
                )),
            },
            Err(error) => Fact::Unreadable(self.unreadable(&error, &asking)),
        }
    }
}
