//! How Jobs run SQL on a target.

use crate::domain::container_image::ContainerImage;

/// How Jobs run SQL on a target.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct JobOptions {
    /// Their image; none for the Cluster's own.
    pub image: Option<ContainerImage>,
    /// Whether a NetworkPolicy lets them reach PostgreSQL and DNS alone.
    pub network_policy: bool,
}
