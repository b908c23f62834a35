//! Who is a member of a group: the role's own declaration says so.

use super::error::AccessError;
use crate::declared::places::{Places, Spot};
use crate::declared::{DeclaredRole, RoleSource};
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, Step, apply};
use crate::repo::yaml::Node;

/// The edits by which a role is a member of these groups and no others.
pub fn memberships(spot: &Spot, node: &Node<'_>, groups: &[&str]) -> Vec<Edit<'static>> {
    let found = node.get("inRoles").map_or(&[][..], Node::items);
    let is_wanted = |text: &str| groups.contains(&text);
    let leaving = found.iter().enumerate();
    let leaving = leaving.filter(|(_, item)| !item.as_str().is_some_and(is_wanted));
    let mut edits: Vec<Edit<'static>> = leaving
        .map(|(number, _)| {
            let mut path = spot.below(&["inRoles"]);
            path.push(Step::Item(number));
            Edit::remove(&path)
        })
        .collect();
    let is_there = |group: &&&str| {
        let mut found = found.iter().filter_map(Node::as_str);
        found.any(|text| text == **group)
    };
    let joining = groups.iter().filter(|group| !is_there(group));
    let joining: Vec<Addition> = joining
        .map(|group| Addition::Text((*group).to_owned()))
        .collect();
    if !joining.is_empty() {
        edits.push(Edit::append(&spot.below(&["inRoles"]), joining));
    }
    edits
}

/// The part of a role's declaration that says what it is: the entry of the Cluster, or the spec of the object.
pub fn role_node<'tree, 'text>(
    role: &DeclaredRole,
    spot: Spot,
    node: &'tree Node<'text>,
) -> (Spot, &'tree Node<'text>) {
    match (&role.source, node.get("spec")) {
        (RoleSource::DatabaseRole(_), Some(spec)) => {
            let steps = spot.below(&["spec"]);
            (Spot { steps, ..spot }, spec)
        }
        _ => (spot, node),
    }
}

/// Makes a declared role a member of these groups and no others.
///
/// # Errors
/// When its declaration cannot be found again, or not be edited.
pub fn set_memberships(
    role: &DeclaredRole,
    groups: &[&str],
    places: &mut Places<'_>,
    draft: &mut Draft<'_>,
) -> Result<(), AccessError> {
    let path = &role.place.path;
    let found = places.find(&role.place);
    let (spot, node) = found.ok_or_else(|| AccessError::Unclear {
        place: role.place.to_string(),
        role: role.name.clone(),
    })?;
    let (spot, node) = role_node(role, spot, node);
    let edits = memberships(&spot, node, groups);
    let text = apply(draft.text(path).unwrap_or_default(), spot.document, &edits);
    let text = text.map_err(|source| AccessError::Edit {
        path: path.clone(),
        source,
    })?;
    draft.write(path, text);
    Ok(())
}
