//! The entries of a file on their way to what becomes of the access to databases.
//!
//! What is said is what is: with `access`, the grants and members that it does not name go. A user's entry says of that
//! user's privileges on tables alone.

use std::collections::{BTreeMap, HashSet};

use super::membership::{Membership, Wishes};
use super::openings::Opening;
use super::people::{Maker, People};
use super::sorting::Taken;
use super::{Inputs, error};
use crate::access::{self, Subject};
use crate::apps_file::{self, Allowed, Position, Problem};
use crate::declared::access_in;
use crate::domain::access::asked::Right;
use crate::domain::access::privilege::Kind;
use crate::domain::access::{Access, Grant, Level, Objects};
use crate::domain::postgres_name::RoleName;
use crate::new_app::Wanted;

/// The entries on their way.
pub(super) struct Opener<'plan, 'input> {
    inputs: &'plan Inputs<'input>,
    wanted: &'plan [Wanted],
    people: People<'plan>,
    /// The databases, by the apps' names.
    pub(super) all: BTreeMap<String, Opening>,
    wishes: Wishes,
    /// What is granted where nothing can be declared of it.
    pub(super) by_hand: Vec<(RoleName, apps_file::Grant)>,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

impl<'plan, 'input> Opener<'plan, 'input> {
    /// What the entries come to.
    pub(super) fn of(
        taken: &'plan [Taken<'input>],
        wanted: &'plan [Wanted],
        inputs: &'plan Inputs<'input>,
    ) -> Self {
        let mut opener = Self {
            inputs,
            wanted,
            people: People::of(inputs, wanted),
            all: BTreeMap::new(),
            wishes: Wishes::default(),
            by_hand: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
        };
        for entry in taken {
            opener.open(entry);
        }
        opener.take_users(taken);
        let mut all = std::mem::take(&mut opener.all);
        for opening in all.values_mut() {
            opener.settle(opening);
        }
        opener.restate(&all);
        opener.all = all;
        opener
    }

    /// The groups that new logins are put into, with the numbers of their apps.
    pub(super) fn joining(&self) -> Vec<(usize, Vec<String>)> {
        self.wishes.of_made(&self.people)
    }

    /// The declared roles whose groups change.
    pub(super) fn memberships(&self) -> Vec<Membership<'input>> {
        self.wishes.of_declared(&self.inputs.declared.roles)
    }

    /// Opens the database of an entry that says something of the access to it, or that is new and isolated by default.
    fn open(&mut self, entry: &'plan Taken<'input>) {
        if let (Some(groups), Some(role)) = (&entry.in_roles, entry.role()) {
            let groups = groups.iter().map(ToString::to_string).collect();
            self.wishes.say(role, groups, entry.position);
        }
        let wanted = entry.wanted.and_then(|number| self.wanted.get(number));
        let is_isolated = wanted.is_some_and(|wanted| self.is_isolated(wanted, entry));
        if entry.isolate.is_none() && entry.access.is_none() && !is_isolated {
            return;
        }
        let maker = match (wanted, entry.app) {
            (Some(wanted), _) => Maker::Made(&wanted.app),
            (None, Some(app)) => Maker::There(app),
            (None, None) => return,
        };
        let opened = self.subject(maker);
        let opened =
            opened.map_err(|reason| error::no_subject(entry.position, maker.name(), &reason));
        match opened.and_then(|subject| self.opening(maker, subject, entry.position)) {
            Ok(mut opening) => {
                opening.outcome = Some(entry.outcome);
                opening.said.clone_from(&entry.access);
                let by_default = (is_isolated && opening.there.is_none()).then_some(true);
                let isolate = entry.isolate.or(by_default);
                // Where nothing is declared, nobody was shut out.
                let is = opening.before.isolate.unwrap_or(false);
                if let Some(isolate) = isolate.filter(|isolate| *isolate != is) {
                    opening.after.isolate = Some(isolate);
                }
                self.all.insert(opening.subject.app.to_string(), opening);
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Whether an app that is wanted is isolated though nothing is said of it.
    fn is_isolated(&self, wanted: &Wanted, entry: &Taken<'_>) -> bool {
        use crate::domain::app::Share;
        let is_declared = entry.app.is_some_and(|app| app.access.is_some());
        self.inputs.defaults.options.isolate
            && wanted.app.options.share == Share::Whole
            && !is_declared
    }

    fn subject(&self, maker: Maker<'_>) -> Result<Subject, String> {
        match maker {
            Maker::There(app) => Subject::of(app),
            Maker::Made(app) => self.people.subject(app),
        }
    }

    /// The access to a database as it is.
    fn opening(
        &self,
        maker: Maker<'plan>,
        subject: Subject,
        position: Position,
    ) -> Result<Opening, Problem> {
        let there = match maker {
            Maker::There(app) => app.access.clone(),
            // Of an app that has lost its Database the access may still be there.
            Maker::Made(app) => {
                let path = access::file(&app.name, self.inputs.ground.target).ok();
                path.and_then(|path| access_in(&path, self.inputs.snapshot.text(&path)?))
            }
        };
        let before = access::declared(there.as_ref());
        let before = before.map_err(|refusal| error::of_access(position, &refusal))?;
        Ok(Opening {
            position,
            outcome: None,
            style: self.people.style(&subject.owner),
            subject,
            there,
            after: before.clone(),
            before,
            said: None,
            users: Vec::new(),
        })
    }

    /// Takes the privileges of users' entries to the databases that they are in.
    fn take_users(&mut self, taken: &'plan [Taken<'input>]) {
        let users = taken.iter().filter(|entry| entry.grant.is_some());
        let users: Vec<&Taken<'_>> = users.collect();
        if users.is_empty() {
            return;
        }
        let databases = People::databases(self.inputs, self.wanted);
        for entry in users {
            let Some((role, grant)) = &entry.grant else {
                continue;
            };
            let mut by_hand = Vec::new();
            for database in &grant.databases {
                let maker = databases.get(database.as_str()).copied();
                let subject = maker.map(|maker| (maker, self.subject(maker)));
                match subject {
                    Some((maker, Ok(subject))) => {
                        let taken = self.take_user(entry, (role, grant), maker, subject);
                        self.problems.extend(taken.err());
                    }
                    Some((maker, Err(reason))) => {
                        self.warnings
                            .push(error::no_subject(entry.position, maker.name(), &reason).message);
                        by_hand.push(database.clone());
                    }
                    None => by_hand.push(database.clone()),
                }
            }
            if !by_hand.is_empty() {
                let grant = apps_file::Grant {
                    databases: by_hand,
                    privileges: grant.privileges.clone(),
                };
                self.by_hand.push((role.clone(), grant));
            }
        }
    }

    /// Takes a user's privileges to one database.
    fn take_user(
        &mut self,
        entry: &Taken<'_>,
        (role, grant): (&RoleName, &apps_file::Grant),
        maker: Maker<'plan>,
        subject: Subject,
    ) -> Result<(), Problem> {
        let position = entry.position;
        let refused = |error| error::of_access(position, &access::AccessError::Name(error));
        let to = role.as_str().parse().map_err(refused)?;
        let to = self.people.grantee(&to, &subject.owner, position)?;
        let words = grant.privileges.iter().map(|word| word.as_str());
        let grant = Grant {
            to,
            on: Objects::All(Kind::Table, None),
            privileges: Kind::Table.privileges(words).map_err(refused)?,
        };
        let app = subject.app.to_string();
        if !self.all.contains_key(&app) {
            let opening = self.opening(maker, subject, position)?;
            self.all.insert(app.clone(), opening);
        }
        if let Some(opening) = self.all.get_mut(&app) {
            opening.users.push((entry.outcome, grant));
        }
        Ok(())
    }

    /// Works out who is to be allowed what.
    fn settle(&mut self, opening: &mut Opening) {
        let mut grants = match &opening.said {
            None => opening.before.grants.clone(),
            Some(_) => Vec::new(),
        };
        for allowed in opening.said.clone().unwrap_or_default() {
            let owner = &opening.subject.owner;
            let settled = match self.people.grantee(&allowed.to, owner, allowed.position) {
                Ok(role) => self.allow(&allowed, role, owner, &mut opening.after, &mut grants),
                Err(problem) => Err(problem),
            };
            self.problems.extend(settled.err());
        }
        if opening.said.is_none() {
            // A user's entry says all that he may do with all tables.
            let is_said = |grant: &Grant| {
                let mut users = opening.users.iter();
                users.any(|(_, user)| user.to == grant.to && user.on == grant.on)
            };
            grants.retain(|grant| !is_said(grant));
        }
        grants.extend(opening.users.iter().map(|(_, grant)| grant.clone()));
        opening.after.set_grants(&grants);
    }

    fn allow(
        &mut self,
        allowed: &Allowed,
        role: RoleName,
        owner: &RoleName,
        access: &mut Access,
        grants: &mut Vec<Grant>,
    ) -> Result<(), Problem> {
        let refused = |error| error::of_access(allowed.position, &error);
        match &allowed.right {
            Right::Level(level) => {
                let group = level.group(owner);
                let group = group.map_err(|error| refused(error.into()))?.to_string();
                if group == role.as_str() {
                    return Err(refused(access::AccessError::Itself { role: group }));
                }
                if self.people.made(&group).is_some() {
                    return Err(error::taken_group(allowed.position, &group));
                }
                self.wishes.join(role.as_str(), group, allowed.position);
                access.add_level(*level);
            }
            Right::Privileges(privileges) => {
                grants.extend(privileges.iter().map(|(on, privileges)| Grant {
                    to: role.clone(),
                    on: on.clone(),
                    privileges: privileges.clone(),
                }));
            }
        }
        Ok(())
    }

    /// Says of the groups of these databases that their members are those that `access` names: where several databases have
    /// one owner, and so one group, it has to say so of all that have the level.
    fn restate(&mut self, all: &BTreeMap<String, Opening>) {
        let is_said = |app: &str| all.get(app).is_some_and(|opening| opening.said.is_some());
        let apps = self.inputs.declared.apps.iter();
        let silent = apps.filter(|app| !is_said(&app.name));
        let silent = silent.filter_map(|app| app.access.as_ref()?.access.as_ref().ok());
        let silent: HashSet<String> = silent
            .flat_map(|declared| {
                let levels = declared.access.levels.iter();
                levels.filter_map(|level| Some(level.group(&declared.owner).ok()?.to_string()))
            })
            .collect();
        for opening in all.values().filter(|opening| opening.said.is_some()) {
            let groups = Level::ALL.map(|level| level.group(&opening.subject.owner));
            for group in groups.into_iter().flatten() {
                if !silent.contains(group.as_str()) {
                    self.wishes.restate(group.to_string(), opening.position);
                }
            }
        }
    }
}
