//! The Services by which apps find their database in their own namespaces.

use super::manifests::Manifests;
use super::objects::{Bounds, place};
use super::{DeclaredService, Place};
use crate::repo::object::Object;
use crate::repo::yaml::Node;

/// A Service that the product made, in one namespace.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub(super) app: String,
    name: String,
    namespace: String,
    host: String,
    pub(super) place: Place,
}

/// Reads a Service that leads elsewhere and has the product's labels; none of any other.
pub(super) fn read(object: &Object<'_>) -> Option<Alias> {
    let text = |path: &[&str]| object.root.at(path).and_then(Node::as_str);
    if !object.is("", "Service") {
        return None;
    }
    Some(Alias {
        app: object.app()?.to_owned(),
        name: object.name()?.to_owned(),
        namespace: object.namespace()?.to_owned(),
        host: text(&["spec", "externalName"])?.to_owned(),
        place: place(object, object.root.line),
    })
}

/// Those in a target's files, each app's as one.
pub(super) fn services(
    manifests: &Manifests<'_>,
    bounds: &mut Bounds<'_, '_, '_>,
) -> Vec<(String, DeclaredService)> {
    let mut found: Vec<(String, DeclaredService)> = Vec::new();
    let near = manifests.services.iter();
    for alias in near.filter(|alias| bounds.hold_file(&alias.place.path)) {
        let known = found
            .iter_mut()
            .find(|(app, service)| *app == alias.app && service.name == alias.name);
        match known {
            Some((_, service)) => {
                service.namespaces.push(alias.namespace.clone());
                service.places.push(alias.place.clone());
            }
            None => found.push((
                alias.app.clone(),
                DeclaredService {
                    name: alias.name.clone(),
                    host: alias.host.clone(),
                    namespaces: vec![alias.namespace.clone()],
                    places: vec![alias.place.clone()],
                },
            )),
        }
    }
    found
}
