//! Who is a member of what: what the entries say of their own groups, and what `access` says of others, as one list a role.

use std::collections::{HashMap, HashSet};

use super::edits::Edits;
use super::people::People;
use super::update::unclear;
use crate::access::{memberships, role_node};
use crate::apps_file::{Position, Problem};
use crate::declared::places::Places;
use crate::declared::{DeclaredRole, RoleSource};

/// What the file says of the groups of roles.
#[derive(Default)]
pub(super) struct Wishes {
    /// By the names of the roles.
    by_role: HashMap<String, Wish>,
    /// The groups whose members the file says in full, and where.
    restated: HashMap<String, Position>,
}

/// What the file says of the groups of a role.
#[derive(Default)]
struct Wish {
    position: Position,
    /// The groups that the role's own entry names, where it does.
    said: Option<Vec<String>>,
    /// The groups that `access` puts it into.
    joins: Vec<String>,
}

/// A declared role that becomes a member of these groups and no others.
pub(super) struct Membership<'input> {
    position: Position,
    role: &'input DeclaredRole,
    groups: Vec<String>,
}

impl Wishes {
    /// Notes which groups a role's own entry names.
    pub(super) fn say(&mut self, role: &str, groups: Vec<String>, position: Position) {
        let wish = self.wish(role, position);
        wish.said = Some(groups);
    }

    /// Notes that `access` puts a role into a group.
    pub(super) fn join(&mut self, role: &str, group: String, position: Position) {
        let wish = self.wish(role, position);
        if !wish.joins.contains(&group) {
            wish.joins.push(group);
        }
    }

    /// Notes that the members of a group are those that `access` names.
    pub(super) fn restate(&mut self, group: String, position: Position) {
        self.restated.entry(group).or_insert(position);
    }

    fn wish(&mut self, role: &str, position: Position) -> &mut Wish {
        let wish = self.by_role.entry(role.to_owned());
        wish.or_insert_with(|| Wish {
            position,
            ..Wish::default()
        })
    }

    /// The groups that new logins are put into, with the numbers of their apps.
    pub(super) fn of_made(&self, people: &People<'_>) -> Vec<(usize, Vec<String>)> {
        let joining = self
            .by_role
            .iter()
            .filter(|(_, wish)| !wish.joins.is_empty());
        let new = joining.filter(|(role, _)| people.declared(role).is_none());
        new.filter_map(|(role, wish)| Some((people.made(role)?, wish.joins.clone())))
            .collect()
    }

    /// The declared roles whose groups change.
    pub(super) fn of_declared<'input>(
        &self,
        roles: &'input [DeclaredRole],
    ) -> Vec<Membership<'input>> {
        let roles = roles
            .iter()
            .filter(|role| role.source != RoleSource::Cluster);
        roles.filter_map(|role| self.membership(role)).collect()
    }

    fn membership<'input>(&self, role: &'input DeclaredRole) -> Option<Membership<'input>> {
        let wish = self.by_role.get(&role.name);
        let said = wish.and_then(|wish| wish.said.as_ref());
        let joins = wish.map_or(&[][..], |wish| &wish.joins);
        let is_said = |group: &String| said.is_some_and(|said| said.contains(group));
        let stays = |group: &&String| {
            !self.restated.contains_key(*group) || joins.contains(group) || is_said(group)
        };
        let mut groups: Vec<String> = said
            .unwrap_or(&role.in_roles)
            .iter()
            .filter(stays)
            .cloned()
            .collect();
        for group in joins {
            if !groups.contains(group) {
                groups.push(group.clone());
            }
        }
        let before: HashSet<&String> = role.in_roles.iter().collect();
        if before == groups.iter().collect() && role.in_roles.len() == groups.len() {
            return None;
        }
        let left = role
            .in_roles
            .iter()
            .find_map(|group| self.restated.get(group));
        let position = wish.map(|wish| wish.position).or(left.copied());
        Some(Membership {
            position: position.unwrap_or_default(),
            role,
            groups,
        })
    }
}

impl Membership<'_> {
    /// The role's name.
    pub(super) fn role(&self) -> &str {
        &self.role.name
    }

    /// The groups that it joins or leaves.
    pub(super) fn changes(&self) -> impl Iterator<Item = &str> {
        let before = &self.role.in_roles;
        let joined = self.groups.iter().filter(|group| !before.contains(group));
        let left = before.iter().filter(|group| !self.groups.contains(group));
        joined.chain(left).map(String::as_str)
    }

    /// Adds the edits of the role's declaration.
    ///
    /// # Errors
    /// When it cannot be found in its file.
    pub(super) fn add_to(&self, edits: &mut Edits, places: &mut Places<'_>) -> Result<(), Problem> {
        let place = &self.role.place;
        let found = places.find(place);
        let (spot, node) = found.ok_or_else(|| unclear(place, &self.role.name, self.position))?;
        let (spot, node) = role_node(self.role, spot, node);
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let edits = edits.of(&place.path, &spot, self.position);
        edits.extend(memberships(&spot, node, &groups));
        Ok(())
    }
}
