//! What there is of an app beside its role, Database and credential: logins that take turns, the groups of those who may use
//! its database, and the manifests of Jobs that run SQL in it.

use super::error::RemoveError;
use super::inventory::{Spot, parsed, role_spot};
use super::stage::Goal;
use super::{Fate, Inputs, Piece};
use crate::access::declared_groups;
use crate::declared::places::Places;
use crate::declared::{DeclaredApp, DeclaredRole, Ensure, Place, RoleSource, TurnFiles};
use crate::domain::access::Level;
use crate::domain::postgres_name::RoleName;
use crate::domain::turns::LOGIN_SUFFIXES;
use crate::repo::draft::Draft;
use crate::repo::path::RepoPath;

/// What a role beside the owner's is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// It logs in for the owner, or waits for its turn.
    Login,
    /// It holds privileges in the database.
    Group,
}

/// A role beside the owner's.
pub(super) struct Companion<'input> {
    pub(super) role: &'input DeclaredRole,
    pub(super) spot: Spot,
    pub(super) part: Part,
}

/// Objects that run SQL in the database, or are there for a turn alone: they go with it.
struct Manifest {
    kind: &'static str,
    name: String,
    place: Place,
    spots: Vec<Spot>,
    /// Whether it runs SQL in the database, which fails once that is gone.
    runs: bool,
}

/// All of it.
#[derive(Default)]
pub(super) struct Companions<'input> {
    pub(super) roles: Vec<Companion<'input>>,
    manifests: Vec<Manifest>,
    /// The roles of others that are members of groups.
    members: Vec<&'input DeclaredRole>,
}

impl<'input> Companions<'input> {
    /// Those of an app, whose database is this.
    pub(super) fn of(
        inputs: &'input Inputs<'input>,
        database: Option<&str>,
    ) -> Result<Self, RemoveError> {
        let mut all = Self {
            manifests: manifests(inputs)?,
            ..Self::default()
        };
        let Some(owner) = &inputs.app.role else {
            return Ok(all);
        };
        let roles = &inputs.declared.roles;
        let names = LOGIN_SUFFIXES.map(|suffix| format!("{}{suffix}", owner.name));
        let is_apps = |role: &&DeclaredRole| {
            let mut others = inputs.declared.apps.iter();
            others.any(|app| app.role.as_ref().is_some_and(|own| own.name == role.name))
        };
        let logins = roles.iter().filter(|role| {
            names.contains(&role.name) && role.in_roles.contains(&owner.name) && !is_apps(role)
        });
        let mut found: Vec<(&DeclaredRole, Part)> =
            logins.map(|role| (role, Part::Login)).collect();
        if let (Ok(name), Some(database)) = (owner.name.parse::<RoleName>(), database) {
            let groups = declared_groups(&inputs.app.name, &name, database, roles);
            found.extend(groups.into_iter().map(|role| (role, Part::Group)));
        }
        for (role, part) in found {
            let spot = role_spot(inputs, role)?;
            all.roles.push(Companion { role, spot, part });
        }
        let is_group = |name: &String| all.groups().any(|group| group.name == *name);
        all.members = roles
            .iter()
            .filter(|role| role.in_roles.iter().any(is_group) && !all.has(&role.name))
            .collect();
        Ok(all)
    }

    /// Whether a role is one of them.
    pub(super) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|found| found.role.name == role)
    }

    fn groups(&self) -> impl Iterator<Item = &'input DeclaredRole> {
        let roles = self.roles.iter();
        let groups = roles.filter(|found| found.part == Part::Group);
        groups.map(|found| found.role)
    }

    /// The logins that are not closed yet.
    pub(super) fn open_logins(&self) -> impl Iterator<Item = &Companion<'input>> {
        let roles = self.roles.iter();
        roles.filter(|found| found.part == Part::Login && !found.role.is_kept())
    }

    /// Where all manifests are, so that they are taken out.
    pub(super) fn manifest_spots(&self) -> Vec<Spot> {
        let manifests = self.manifests.iter();
        manifests.flat_map(|found| found.spots.clone()).collect()
    }

    /// Where those are that run SQL in the database.
    pub(super) fn running_spots(&self) -> Vec<Spot> {
        let running = self.manifests.iter().filter(|found| found.runs);
        running.flat_map(|found| found.spots.clone()).collect()
    }

    /// The manifests, those that run SQL with the first fate and others with the second.
    pub(super) fn manifest_pieces(&self, running: &Fate, others: &Fate) -> Vec<Piece> {
        let manifests = self.manifests.iter();
        manifests
            .map(|found| Piece {
                kind: found.kind,
                name: found.name.clone(),
                place: found.place.clone(),
                fate: if found.runs { running } else { others }.clone(),
            })
            .collect()
    }

    /// The roles, each with its fate.
    pub(super) fn role_pieces(&self, fate: impl Fn(&Companion<'_>) -> Fate) -> Vec<Piece> {
        let roles = self.roles.iter();
        roles
            .map(|found| piece_of(found.role, fate(found)))
            .collect()
    }

    /// What becomes of those who are members of groups, in a stage after which the groups are still there.
    pub(super) fn staying_members(&self) -> Vec<Piece> {
        let members = self.members.iter();
        let note =
            |role: &DeclaredRole| format!("is a member of {}", self.named_by(role).join(", "));
        members
            .map(|role| piece_of(role, Fate::Stays(note(role))))
            .collect()
    }

    /// The groups that a role is a member of.
    fn named_by(&self, role: &DeclaredRole) -> Vec<String> {
        let groups = self.groups().map(|group| group.name.clone());
        groups
            .filter(|group| role.in_roles.contains(group))
            .collect()
    }

    /// Takes others out of groups that are dropped.
    pub(super) fn release_members(
        &self,
        inputs: &Inputs<'_>,
        draft: &mut Draft<'_>,
    ) -> Result<Vec<Piece>, RemoveError> {
        let mut pieces = Vec::new();
        for role in &self.members {
            let left = self.named_by(role);
            let stays = role.in_roles.iter().filter(|group| !left.contains(group));
            let stays: Vec<&str> = stays.map(String::as_str).collect();
            let mut places = Places::new(inputs.snapshot);
            crate::access::set_memberships(role, &stays, &mut places, draft)?;
            let note = format!("no member of {} any more", left.join(", "));
            pieces.push(piece_of(role, Fate::Changes(note)));
        }
        Ok(pieces)
    }
}

/// A role with its fate.
fn piece_of(role: &DeclaredRole, fate: Fate) -> Piece {
    let (kind, name) = match &role.source {
        RoleSource::DatabaseRole(object) => ("DatabaseRole", object.clone()),
        RoleSource::Managed | RoleSource::Cluster => ("role", role.name.clone()),
    };
    Piece {
        kind,
        name,
        place: role.place.clone(),
        fate,
    }
}

/// The manifests of the access to the database, and those of a turn.
fn manifests(inputs: &Inputs<'_>) -> Result<Vec<Manifest>, RemoveError> {
    let mut found = Vec::new();
    if let Some(access) = &inputs.app.access {
        let path = &access.place.path;
        found.push(Manifest {
            kind: "ConfigMap",
            name: access.object.clone(),
            place: access.place.clone(),
            spots: spots(inputs, path, &access.object)?,
            runs: true,
        });
    }
    let Some(credential) = &inputs.app.credential else {
        return Ok(found);
    };
    let folder = &inputs.target.directory;
    let files = TurnFiles::of(&inputs.app.name, &credential.name, folder)?;
    for (kind, name, path, runs) in [
        ("ConfigMap", files.job, files.job_file, true),
        ("SealedSecret", files.secret, files.sealed, false),
    ] {
        let Some((path, _)) = inputs.snapshot.file(&path) else {
            continue;
        };
        let spots = spots(inputs, path, &name)?;
        if !spots.is_empty() {
            found.push(Manifest {
                kind,
                name,
                place: Place {
                    path: path.clone(),
                    line: 1,
                },
                spots,
                runs,
            });
        }
    }
    Ok(found)
}

/// The objects of a name in a file.
fn spots<'input>(
    inputs: &Inputs<'input>,
    path: &'input RepoPath,
    name: &str,
) -> Result<Vec<Spot>, RemoveError> {
    let objects = parsed(inputs, path)?;
    let named = objects.iter().filter(|object| object.name() == Some(name));
    Ok(named
        .map(|object| Spot {
            path: path.clone(),
            document: object.document,
            item: None,
        })
        .collect())
}

/// The other apps in whose databases something is granted to the app's role, by itself or as a member of a group.
fn granting<'input>(inputs: &Inputs<'input>, with_groups: bool) -> Vec<&'input DeclaredApp> {
    let Some(role) = &inputs.app.role else {
        return Vec::new();
    };
    let grants = |app: &&DeclaredApp| {
        let access = app
            .access
            .as_ref()
            .and_then(|found| found.access.as_ref().ok());
        let itself = access.is_some_and(|found| {
            let mut grants = found.access.grants.iter();
            grants.any(|grant| grant.to.as_str() == role.name)
        });
        let is_group = |name: &String| {
            access.is_some_and(|found| {
                let mut levels = Level::ALL.iter();
                levels.any(|level| {
                    let group = level.group(&found.owner);
                    group.is_ok_and(|group| group.as_str() == name)
                })
            })
        };
        itself || (with_groups && role.in_roles.iter().any(is_group))
    };
    let others = inputs.declared.apps.iter();
    others
        .filter(|app| app.name != inputs.app.name)
        .filter(grants)
        .collect()
}

/// The commands that take what is granted to the app elsewhere.
fn revocations(app: &str, others: &[&DeclaredApp]) -> Vec<String> {
    let others = others.iter();
    others
        .map(|other| format!("kubectl pgdb revoke {} --from {app}", other.name))
        .collect()
}

/// Refuses to drop a role to which something is granted elsewhere: there it keeps PostgreSQL from dropping it, and the Job
/// that grants it waits for a role that is gone.
pub(super) fn refuse_granted(inputs: &Inputs<'_>) -> Result<(), RemoveError> {
    let role = inputs.app.role.as_ref();
    let is_there = role.is_some_and(|role| role.ensure == Ensure::Present);
    if inputs.goal != Goal::DropDatabase || !is_there {
        return Ok(());
    }
    let others = granting(inputs, false);
    if others.is_empty() {
        return Ok(());
    }
    Err(RemoveError::Granted {
        role: role.map(|role| role.name.clone()).unwrap_or_default(),
        apps: others.iter().map(|app| app.name.clone()).collect(),
        revocations: revocations(&inputs.app.name, &others),
    })
}

/// The warning of what stays granted to a role that is closed.
pub(super) fn still_granted(inputs: &Inputs<'_>) -> Option<String> {
    let others = granting(inputs, true);
    if inputs.goal != Goal::KeepData || others.is_empty() {
        return None;
    }
    let names: Vec<&str> = others.iter().map(|app| app.name.as_str()).collect();
    Some(format!(
        "something is granted to the role in the database of {}, and stays so; to take it, first: {}",
        names.join(" and "),
        revocations(&inputs.app.name, &others).join("; ")
    ))
}
