//! Lists and single objects as facts.

use std::fmt::Debug;

use kube::api::ListParams;
use kube::core::ObjectList;
use kube::{Api, Resource};
use pgdb::live::fact::Fact;
use pgdb::live::permission::Permission;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::Session;

/// How many objects a page has, as with kubectl.
const PAGE: u32 = 500;

/// What an API server never answers, though it reads like a list or an object of the kind.
#[derive(Debug, Error)]
pub(super) enum Unexpected {
    /// Objects of another kind, or without names: taken as they are, a list of them would be an empty one.
    #[error("holds something else than was asked for")]
    Kind,
    /// A page that names itself as the next one.
    #[error("has pages without end")]
    SamePage,
}

impl Session {
    /// All objects that `params` select, page by page.
    ///
    /// A list that the server forgets while it is being read (410) is read once more from its beginning.
    pub(crate) async fn list<K>(&self, api: &Api<K>, params: &ListParams) -> Fact<Vec<K>>
    where
        K: Clone + Debug + DeserializeOwned + Resource<DynamicType = ()>,
    {
        let mut listed = self.pages(api, params).await;
        if matches!(&listed, Err(kube::Error::Api(status)) if status.code == 410) {
            listed = self.pages(api, params).await;
        }
        match listed {
            Ok(objects) => Fact::Present(objects),
            Err(error) => Fact::Unreadable(self.unreadable(&error, &permission("list", api))),
        }
    }

    /// All pages.
    async fn pages<K>(&self, api: &Api<K>, params: &ListParams) -> Result<Vec<K>, kube::Error>
    where
        K: Clone + Debug + DeserializeOwned + Resource<DynamicType = ()>,
    {
        let mut params = params.clone().limit(PAGE);
        let mut objects = Vec::new();
        loop {
            let ObjectList {
                types,
                metadata,
                items,
            } = api.list(&params).await?;
            let is_asked_for = types.kind == format!("{}List", K::kind(&()))
                && types.api_version == K::api_version(&());
            let has_name = |object: &K| object.meta().name.is_some();
            if !is_asked_for || !items.iter().all(has_name) {
                return Err(kube::Error::Service(Box::new(Unexpected::Kind)));
            }
            objects.extend(items);
            let next = metadata.continue_.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(objects);
            }
            if next == params.continue_token {
                return Err(kube::Error::Service(Box::new(Unexpected::SamePage)));
            }
            params.continue_token = next;
        }
    }

    /// The object of this name.
    pub(crate) async fn get<K>(&self, api: &Api<K>, name: &str) -> Fact<K>
    where
        K: Clone + Debug + DeserializeOwned + Resource<DynamicType = ()>,
    {
        match api.get(name).await {
            Ok(object) if object.meta().name.as_deref() == Some(name) => Fact::Present(object),
            Ok(_) => {
                let error = kube::Error::Service(Box::new(Unexpected::Kind));
                Fact::Unreadable(self.unreadable(&error, &permission("get", api)))
            }
            // Of a kind that it does not know, the API server says something else.
            Err(kube::Error::Api(status))
                if status.code == 404 && status.is_not_found() && status.reason == "NotFound" =>
            {
                Fact::Absent
            }
            Err(error) => Fact::Unreadable(self.unreadable(&error, &permission("get", api))),
        }
    }
}

/// The right that a request of this kind needs.
fn permission<K: Resource>(verb: &str, api: &Api<K>) -> Permission {
    Permission::at(verb, api.resource_url())
        .unwrap_or_else(|| Permission::new(verb, api.resource_url(), None))
}
