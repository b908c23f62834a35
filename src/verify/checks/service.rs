//! Service: the name by which the application finds its database leads to the right host.

use super::{Link, absent, unread};
use crate::live::fact::Fact;
use crate::live::meta::place;
use crate::live::service::Service;
use crate::report::{Check, Subject};
use crate::verify::chain::Chain;
use crate::verify::expected::ExpectedService;

const LINK: Subject = Subject {
    check: "service",
    title: "Service",
};
/// The type of Service that is another name for a host.
const EXTERNAL_NAME: &str = "ExternalName";

/// Looks at the Service in each of the app's namespaces; says nothing of an app without one.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    let Some(expected) = &chain.app.service else {
        return Vec::new();
    };
    let look = |namespace: &String| {
        let name = &expected.name;
        let check = match chain.facts.services.get(namespace, name) {
            Fact::Unreadable(why) => unread(Link::Service, &why),
            Fact::Absent => absent(chain, Link::Service, &[Link::ArgoCd], "it is not there"),
            Fact::Present(service) => compare(expected, service),
        };
        check.of(place("Service", namespace, name))
    };
    expected.namespaces.iter().map(look).collect()
}

fn compare(expected: &ExpectedService, service: &Service) -> Check {
    if service.meta.is_deleted {
        return LINK.broken("deleting", "it is being deleted");
    }
    if service.kind != EXTERNAL_NAME {
        let evidence = format!(
            "its type is {}, expected is {EXTERNAL_NAME}: somebody else made it",
            service.kind
        );
        return LINK
            .broken("other-type", evidence)
            .remedy("name another Service with --service, or take this one away");
    }
    if service.external_name != expected.host {
        let evidence = format!(
            "it leads to {:?}, expected is {:?}",
            service.external_name, expected.host
        );
        return LINK
            .broken("other-host", evidence)
            .remedy("see spec.externalName of its manifest");
    }
    LINK.pass(format!("leads to {}", service.external_name))
}
