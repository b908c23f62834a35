//! The roles that are to move, and where each is declared.

use std::collections::{BTreeSet, HashMap};

use super::Inputs;
use super::error::MigrateError;
use crate::declared::{self, DeclaredApp, DeclaredRole, Ensure, RoleSource};
use crate::domain::choice::RoleStyle;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;
use crate::target::CNPG;
use crate::target::own::managed_roles;

/// A role that moves in a stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleMove {
    /// The app that it is for; the first one where several share it.
    pub app: String,
    /// The role in PostgreSQL.
    pub role: String,
    /// The DatabaseRole object's name.
    pub object: String,
    /// Where the declaration is that goes in the end.
    pub from: declared::Place,
    /// The file of the one that stays.
    pub to: RepoPath,
}

/// Where a role is declared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file and the line.
    pub place: declared::Place,
    /// The number of the document in the file, from 0.
    pub document: usize,
    /// The number of the entry among the managed roles, from 0; none for an object.
    pub entry: Option<usize>,
}

/// How far a role has moved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// It is declared at its old place alone.
    Old,
    /// It is declared at both.
    Both,
    /// It is declared at its new place alone.
    New,
}

/// A role, and where it is declared.
pub(super) struct Role<'input> {
    pub(super) app: &'input DeclaredApp,
    pub(super) name: String,
    pub(super) state: State,
    /// Its entry among the managed roles.
    pub(super) entry: Option<Place>,
    /// Its DatabaseRole.
    pub(super) object: Option<Place>,
    /// The DatabaseRole's name: that of the one that is there, else what a new one is called.
    pub(super) object_name: String,
}

impl Role<'_> {
    /// The declaration that goes in the end; the one that is there, where there is only one.
    pub(super) fn going(&self, to: RoleStyle) -> Option<&Place> {
        match to {
            RoleStyle::DatabaseRole => self.entry.as_ref(),
            RoleStyle::Managed => self.object.as_ref(),
        }
    }

    /// The declaration that stays in the end.
    pub(super) fn staying(&self, to: RoleStyle) -> Option<&Place> {
        match to {
            RoleStyle::DatabaseRole => self.object.as_ref(),
            RoleStyle::Managed => self.entry.as_ref(),
        }
    }
}

/// The roles that are to move.
pub(super) struct Inventory<'input> {
    pub(super) roles: Vec<Role<'input>>,
    pub(super) warnings: Vec<String>,
}

impl<'input> Inventory<'input> {
    /// Looks for the roles of the apps that were asked for. Of all apps, those that cannot move are left out with a warning.
    pub(super) fn of(inputs: &Inputs<'input>) -> Result<Self, MigrateError> {
        let mut inventory = Self {
            roles: Vec::new(),
            warnings: Vec::new(),
        };
        let mut known = BTreeSet::new();
        let are_named = !inputs.apps.is_empty();
        let apps: Vec<&'input DeclaredApp> = if are_named {
            inputs.apps.to_vec()
        } else {
            inputs.declared.apps.iter().collect()
        };
        let mut site = Site::of(inputs)?;
        for app in apps {
            let found = site.role(inputs, app);
            match found {
                Ok(role) if known.insert(role.name.clone()) => inventory.roles.push(role),
                Ok(_) => {}
                Err(error) if are_named => return Err(error),
                Err(MigrateError::NoRole { .. } | MigrateError::ClustersOwn { .. }) => {}
                Err(error @ MigrateError::Absent { .. }) => {
                    inventory.warnings.push(format!("{error}: left out"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(inventory)
    }
}

/// The objects among which roles are looked for.
struct Site<'text> {
    /// The Cluster's manifest.
    cluster: Option<Object<'text>>,
    /// The DatabaseRole objects of the files that were looked at.
    objects: HashMap<RepoPath, Vec<Found>>,
}

/// A DatabaseRole object.
struct Found {
    /// The line where it begins, from 1.
    line: usize,
    /// The number of its document, from 0.
    document: usize,
    /// Its name.
    name: String,
}

impl<'text> Site<'text> {
    fn of(inputs: &Inputs<'text>) -> Result<Self, MigrateError> {
        let Some(manifest) = &inputs.target.manifest else {
            return Ok(Self {
                cluster: None,
                objects: HashMap::new(),
            });
        };
        let objects = parsed(inputs, &manifest.path)?;
        let mut objects = objects.into_iter();
        let cluster = objects.find(|object| object.document == manifest.document);
        Ok(Self {
            cluster,
            objects: HashMap::new(),
        })
    }

    fn role(
        &mut self,
        inputs: &Inputs<'text>,
        app: &'text DeclaredApp,
    ) -> Result<Role<'text>, MigrateError> {
        let declared = movable(app)?;
        let (mut entries, mut objects) = (Vec::new(), Vec::new());
        let mut names = Vec::new();
        for place in [&declared.place].into_iter().chain(&declared.again) {
            if let Some(entry) = self.entry(inputs, declared, place) {
                entries.push(entry);
                continue;
            }
            let (object, name) = self.object(inputs, declared, place)?;
            objects.push(object);
            names.push(name);
        }
        for found in [&entries, &objects] {
            if found.len() > 1 {
                return Err(MigrateError::Again {
                    role: declared.name.clone(),
                    places: found.iter().map(|found| found.place.clone()).collect(),
                });
            }
        }
        let (entry, object) = (entries.pop(), objects.pop());
        let (old, new) = match inputs.to {
            RoleStyle::DatabaseRole => (entry.is_some(), object.is_some()),
            RoleStyle::Managed => (object.is_some(), entry.is_some()),
        };
        Ok(Role {
            app,
            name: declared.name.clone(),
            state: match (old, new) {
                (true, true) => State::Both,
                (true, false) => State::Old,
                (false, _) => State::New,
            },
            entry,
            object,
            object_name: names.pop().unwrap_or_else(|| format!("{}-role", app.name)),
        })
    }

    /// The entry of the Cluster's manifest at a place.
    fn entry(
        &self,
        inputs: &Inputs<'_>,
        role: &DeclaredRole,
        place: &declared::Place,
    ) -> Option<Place> {
        let manifest = inputs.target.manifest.as_ref()?;
        let entries = managed_roles(self.cluster.as_ref()?);
        let is_here = |entry: &Node<'_>| {
            manifest.path == place.path
                && entry.line == place.line
                && entry.get("name").and_then(Node::as_str) == Some(&role.name)
        };
        Some(Place {
            place: place.clone(),
            document: manifest.document,
            entry: Some(entries.iter().position(is_here)?),
        })
    }
}

impl Site<'_> {
    /// The DatabaseRole that begins at a place, and its name.
    fn object(
        &mut self,
        inputs: &Inputs<'_>,
        role: &DeclaredRole,
        place: &declared::Place,
    ) -> Result<(Place, String), MigrateError> {
        if !self.objects.contains_key(&place.path) {
            let objects = parsed(inputs, &place.path)?;
            let objects = objects
                .iter()
                .filter(|object| object.is(CNPG, "DatabaseRole"));
            let found = objects.filter_map(|object| {
                Some(Found {
                    line: object.root.line,
                    document: object.document,
                    name: object.name()?.to_owned(),
                })
            });
            self.objects.insert(place.path.clone(), found.collect());
        }
        let mut found = self.objects.get(&place.path).into_iter().flatten();
        let found = found.find(|found| found.line == place.line);
        let found = found.ok_or_else(|| MigrateError::Elsewhere {
            role: role.name.clone(),
            place: place.clone(),
        })?;
        let place = Place {
            place: place.clone(),
            document: found.document,
            entry: None,
        };
        Ok((place, found.name.clone()))
    }
}

/// An app's role, where it is one that can move.
fn movable(app: &DeclaredApp) -> Result<&DeclaredRole, MigrateError> {
    let role = app.role.as_ref().ok_or_else(|| MigrateError::NoRole {
        app: app.name.clone(),
    })?;
    if role.source == RoleSource::Cluster || role.is_bootstrapped {
        return Err(MigrateError::ClustersOwn {
            app: app.name.clone(),
            role: role.name.clone(),
            place: role.place.clone(),
        });
    }
    if role.ensure == Ensure::Absent {
        return Err(MigrateError::Absent {
            role: role.name.clone(),
            place: role.place.clone(),
        });
    }
    Ok(role)
}

/// The objects of a file.
fn parsed<'text>(
    inputs: &Inputs<'text>,
    path: &'text RepoPath,
) -> Result<Vec<Object<'text>>, MigrateError> {
    let text = inputs.snapshot.text(path).unwrap_or_default();
    objects_in(path, text).map_err(|source| MigrateError::NotYaml {
        path: path.clone(),
        source,
    })
}
