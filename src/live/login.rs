//! What comes of logging in to PostgreSQL through the cluster.

use super::fact::Unreadable;
use crate::domain::endpoint::Endpoint;

/// What PostgreSQL refuses a statement with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The five characters of its error code (manual, appendix A).
    pub code: String,
    /// Its message.
    pub message: String,
}

/// Who may connect to a database.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Grantee {
    /// Every role of the server.
    Public,
    /// One role, and those that are members of it.
    Role(String),
}

/// The way to a PostgreSQL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// Through a port-forward to PostgreSQL's port of this pod: a Cluster's primary.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Through a port-forward to a ready pod behind this Service.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its port.
        port: u16,
    },
    /// Straight over the network.
    Host(Endpoint),
}

impl Way {
    /// The way to a server that CNPG does not run: through its Service, where its host is one of this cluster.
    pub fn to(endpoint: &Endpoint) -> Self {
        match endpoint.host.service() {
            Some((name, namespace)) => Self::Service {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                port: endpoint.port.get(),
            },
            None => Self::Host(endpoint.clone()),
        }
    }

    /// What it leads to, for messages.
    pub fn end(&self) -> String {
        match self {
            Self::Pod { name, .. } => format!("the pod {name}"),
            Self::Service {
                namespace, name, ..
            } => format!("the Service {namespace}/{name}"),
            Self::Host(endpoint) => format!("{}:{}", endpoint.host, endpoint.port),
        }
    }
}

/// Why an app could not log in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LoginProblem {
    /// Something before it is broken, so that it was not tried.
    NotTried(String),
    /// The way to the server could not be opened.
    NoWay(Unreadable),
    /// Nothing listens on PostgreSQL's port in the primary's pod, as the kubelet says.
    NotListening(String),
    /// PostgreSQL refused.
    Refused(Refusal),
    /// The connection broke, or the answer was none.
    Broken(String),
}

impl LoginProblem {
    /// What happened, as one clause.
    pub fn evidence(&self) -> String {
        match self {
            Self::NotTried(why) | Self::NotListening(why) | Self::Broken(why) => why.clone(),
            Self::NoWay(why) => why.evidence.clone(),
            Self::Refused(refusal) => format!("PostgreSQL refuses: {}", refusal.message),
        }
    }
}
