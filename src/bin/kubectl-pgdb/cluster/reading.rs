//! Lists and single objects as facts.

use std::fmt::Debug;

use kube::api::ListParams;
use kube::core::ObjectList;
use kube::{Api, Resource};
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::permission::Permission;
use serde::de::DeserializeOwned;

use super::Session;

/// How many objects a page has, as with kubectl.
const PAGE: u32 = 500;

impl Session {
    /// All objects that `params` select, page by page.
    ///
    /// A list that the server forgets while it is being read (410) is read once more from its beginning.
    pub(crate) async fn list<K>(&self, api: &Api<K>, params: &ListParams) -> Fact<Vec<K>>
    where
        K: Clone + Debug + DeserializeOwned + Resource,
    {
        let mut listed = self.pages(api, params).await;
        if matches!(&listed, Err(kube::Error::Api(status)) if status.code == 410) {
            listed = self.pages(api, params).await;
        }
        match listed {
            Ok(Some(objects)) => Fact::Present(objects),
            Ok(None) => Fact::Unreadable(Unreadable::new(
                Cause::Malformed,
                format!(
                    "the pages of `{}` have no end",
                    permission("list", api).deed()
                ),
                "try again",
            )),
            Err(error) => Fact::Unreadable(self.unreadable(&error, &permission("list", api))),
        }
    }

    /// All pages; none where one leads back to itself.
    async fn pages<K>(
        &self,
        api: &Api<K>,
        params: &ListParams,
    ) -> Result<Option<Vec<K>>, kube::Error>
    where
        K: Clone + Debug + DeserializeOwned + Resource,
    {
        let mut params = params.clone().limit(PAGE);
        let mut objects = Vec::new();
        loop {
            let ObjectList {
                items, metadata, ..
            } = api.list(&params).await?;
            objects.extend(items);
            let next = metadata.continue_.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(Some(objects));
            }
            if next == params.continue_token {
                return Ok(None);
            }
            params.continue_token = next;
        }
    }

    /// The object of this name.
    pub(crate) async fn get<K>(&self, api: &Api<K>, name: &str) -> Fact<K>
    where
        K: Clone + Debug + DeserializeOwned + Resource,
    {
        match api.get(name).await {
            Ok(object) => Fact::Present(object),
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
