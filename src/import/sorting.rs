//! Sorts the entries: what is new, what changes, what is as it should be.

use std::collections::{HashMap, HashSet};

use rand::CryptoRng;

use super::comparison::compare;
use super::edits::Edits;
use super::membership::Membership;
use super::new::{self, Roles};
use super::update::Update;
use super::{Action, ImportError, Inputs, Outcome, passwords};
use crate::apps_file::{Allowed, Entry, FIELDS, Grant, Position, Problem, Said};
use crate::declared::places::Places;
use crate::declared::{Declared, DeclaredApp, Piece};
use crate::domain::app::Share;
use crate::domain::postgres_name::{DatabaseName, GroupRoleName, RoleName};
use crate::export::Owners;
use crate::new_app::Wanted;
use crate::repo::draft::Draft;

/// The entries, sorted.
#[derive(Default)]
pub(super) struct Sorted<'input> {
    /// The apps that are new, or not whole.
    pub(super) wanted: Vec<Wanted>,
    /// Where each of them is in the file.
    pub(super) positions: Vec<Position>,
    /// The apps whose settings change.
    pub(super) updates: Vec<Update<'input>>,
    /// What becomes of each.
    pub(super) outcomes: Outcomes,
    /// The entries that were taken, as to the access to databases.
    pub(super) taken: Vec<Taken<'input>>,
}

/// What becomes of the apps, and what is to be said of that.
#[derive(Default)]
pub(super) struct Outcomes {
    /// Of each app, in the order of the file.
    pub(super) apps: Vec<Outcome>,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// An entry, as to the access to databases.
pub(super) struct Taken<'input> {
    /// Where it begins.
    pub(super) position: Position,
    /// The number of its outcome.
    pub(super) outcome: usize,
    /// The number of the app that is wanted for it, where pieces are missing.
    pub(super) wanted: Option<usize>,
    /// The app that is there.
    pub(super) app: Option<&'input DeclaredApp>,
    /// Whether nobody but the database's own roles may connect.
    pub(super) isolate: Option<bool>,
    /// Who else may do what.
    pub(super) access: Option<Vec<Allowed>>,
    /// The groups that its role is a member of.
    pub(super) in_roles: Option<Vec<GroupRoleName>>,
    /// The privileges of a user.
    pub(super) grant: Option<(RoleName, Grant)>,
}

impl Taken<'_> {
    /// The name of the role that the app has already.
    pub(super) fn role(&self) -> Option<&str> {
        Some(self.app?.role.as_ref()?.name.as_str())
    }
}

impl Outcomes {
    /// Notes that a setting of an app changes; of one that is added nothing is said.
    pub(super) fn note(&mut self, number: usize, setting: &'static str) {
        let Some(outcome) = self.apps.get_mut(number) else {
            return;
        };
        if outcome.action == Action::Unchanged {
            outcome.action = Action::Updated(Vec::new());
        }
        if let Action::Updated(settings) = &mut outcome.action
            && !settings.contains(&setting)
        {
            settings.push(setting);
            let place = |name: &&str| FIELDS.iter().position(|field| field.name == *name);
            settings.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
        }
    }
}

impl<'input> Sorted<'input> {
    /// Takes one entry.
    pub(super) fn take(
        &mut self,
        mut entry: Entry,
        known: &HashMap<&str, &'input DeclaredApp>,
        owners: &Owners<'_>,
        roles: &Roles,
        inputs: &Inputs<'_>,
    ) {
        let position = entry.position;
        let grant = entry.grant.take().zip(entry.said.role.clone());
        let app = known.get(entry.name.as_str()).copied();
        let taken = Taken {
            position,
            outcome: self.outcomes.apps.len(),
            wanted: None,
            app,
            isolate: entry.said.isolate.take(),
            access: entry.said.access.take(),
            in_roles: entry.said.in_roles.clone(),
            grant: grant.map(|(grant, role)| (role, grant)),
        };
        let wanted = self.wanted.len();
        self.sort(entry, app, owners, roles, inputs);
        // Of one that was refused there is none.
        if self.outcomes.apps.len() > taken.outcome {
            let is_wanted = self.wanted.len() > wanted;
            self.taken.push(Taken {
                wanted: is_wanted.then_some(wanted),
                ..taken
            });
        }
    }

    fn sort(
        &mut self,
        entry: Entry,
        app: Option<&'input DeclaredApp>,
        owners: &Owners<'_>,
        roles: &Roles,
        inputs: &Inputs<'_>,
    ) {
        let Some(app) = app else {
            self.add(entry, None, roles, inputs);
            return;
        };
        let settled = match owners.settled(app, guest_in(app, &entry.said)) {
            Ok(settled) => settled,
            // What is missing is made; what is there is compared then.
            // What was removed and kept its data is taken over.
            Err(_) if app.is_kept() || (!app.is_leaving() && !is_whole(app, entry.said.share)) => {
                self.add(entry, None, roles, inputs);
                return;
            }
            Err(reason) => {
                self.outcomes.problems.push(Problem {
                    position: entry.position,
                    message: format!("the app {} is there, and {reason}", entry.name),
                    help: Some("leave it out of the file, or see `kubectl pgdb list`".to_owned()),
                });
                return;
            }
        };
        let wants_service = entry.said.service.is_some() && settled.said.service.is_none();
        if is_whole(app, settled.said.share) && !wants_service {
            self.compare(entry, app, &settled.said, inputs);
        } else {
            self.add(entry, Some(settled.said), roles, inputs);
        }
    }

    fn add(&mut self, entry: Entry, known: Option<Said>, roles: &Roles, inputs: &Inputs<'_>) {
        let (name, position) = (entry.name.clone(), entry.position);
        match new::wanted(entry, known, roles, inputs) {
            Ok(wanted) => {
                self.wanted.push(wanted);
                self.positions.push(position);
                self.outcomes.apps.push(Outcome {
                    name,
                    action: Action::Added,
                });
            }
            Err(problem) => self.outcomes.problems.push(problem),
        }
    }

    fn compare(
        &mut self,
        entry: Entry,
        app: &'input DeclaredApp,
        there: &Said,
        inputs: &Inputs<'_>,
    ) {
        let name = entry.name.clone();
        match compare(entry, app, there, inputs.replaces_passwords) {
            Ok(update) => {
                self.outcomes
                    .warnings
                    .extend(update.warnings.iter().cloned());
                let settings = update.settings();
                let action = if settings.is_empty() {
                    Action::Unchanged
                } else {
                    self.updates.push(update);
                    Action::Updated(settings)
                };
                self.outcomes.apps.push(Outcome { name, action });
            }
            Err(problems) => self.outcomes.problems.extend(problems),
        }
    }

    /// Gives credentials that are there the passwords of the file.
    ///
    /// # Errors
    /// Only that there is no sealing key.
    pub(super) fn replace_passwords(
        &mut self,
        inputs: &Inputs<'_>,
        draft: &mut Draft<'_>,
        rng: &mut (impl CryptoRng + ?Sized),
        sealed: &(dyn Fn() + Sync),
    ) -> Result<(), ImportError> {
        let given = passwords::take(&mut self.updates, &mut self.outcomes.problems);
        if given.is_empty() {
            return Ok(());
        }
        let key = inputs.ground.key.ok_or(ImportError::NoKey)?;
        match passwords::replace(given, inputs, key, draft, rng, sealed) {
            Ok(warnings) => self.outcomes.warnings.extend(warnings),
            Err(problems) => self.outcomes.problems.extend(problems),
        }
        Ok(())
    }

    /// Edits the manifests of the apps whose settings change.
    pub(super) fn update(
        &mut self,
        memberships: &[Membership<'_>],
        inputs: &Inputs<'_>,
        draft: &mut Draft<'_>,
    ) {
        let mut edits = Edits::default();
        let mut places = Places::new(inputs.snapshot);
        for update in &self.updates {
            if let Err(problem) = update.add_to(&mut edits, &mut places, inputs) {
                self.outcomes.problems.push(problem);
            }
        }
        for membership in memberships {
            let added = membership.add_to(&mut edits, &mut places);
            self.outcomes.problems.extend(added.err());
        }
        if let Err(problems) = edits.make(draft) {
            self.outcomes.problems.extend(problems);
        }
    }

    /// Warns of new logins to databases that nothing declares: it may be a slip, or be made elsewhere.
    pub(super) fn warn_of_databases(&mut self, declared: &Declared) {
        let declared = declared.apps.iter().filter_map(|app| app.database.as_ref());
        let declared = declared.map(|database| database.name.as_str());
        let apps = || self.wanted.iter().map(|wanted| &wanted.app);
        let made = apps().filter(|app| app.options.share != Share::Login);
        let made = made.map(|app| app.database.as_str());
        let known: HashSet<&str> = declared.chain(made).collect();
        let logins = apps().filter(|app| app.options.share == Share::Login);
        let lost = logins.filter(|app| !known.contains(app.database.as_str()));
        let warnings: Vec<String> = lost
            .map(|app| {
                format!(
                    "nothing in the repository declares the database {}, which {} is to log in to",
                    app.database, app.name
                )
            })
            .collect();
        self.outcomes.warnings.extend(warnings);
    }

    /// Refuses new apps that want the same role, database or Secret.
    pub(super) fn check_names(&mut self) {
        let mut seen: HashMap<(&str, &str), &Position> = HashMap::new();
        for (wanted, position) in self.wanted.iter().zip(&self.positions) {
            let app = &wanted.app;
            let login = app.options.share != Share::Database;
            let database = app.options.share != Share::Login;
            let names = [
                (login, ("role", app.role.as_str())),
                (login, ("Secret", app.secret.as_str())),
                (database, ("database", app.database.as_str())),
            ];
            for (_, (what, name)) in names.into_iter().filter(|(is_made, _)| *is_made) {
                let Some(first) = seen.insert((what, name), position) else {
                    continue;
                };
                self.outcomes.problems.push(Problem {
                    position: *position,
                    message: format!(
                        "the {what} {name:?} is also that of the app on line {}",
                        first.line
                    ),
                    help: Some("give one of them another name".to_owned()),
                });
                seen.insert((what, name), first);
            }
        }
    }
}

/// The database of another app that an app logs in to. Where the repository declares none, it is the one that the credential
/// names, else the one of the file.
fn guest_in<'said>(app: &'said DeclaredApp, said: &'said Said) -> Option<&'said str> {
    let named = || app.credential.as_ref()?.database.as_deref();
    let given = || said.database.as_ref().map(DatabaseName::as_str);
    let is_login = said.share == Share::Login;
    let undeclared = || is_login.then(|| named().or_else(given)).flatten();
    app.guest_in.as_deref().or_else(undeclared)
}

/// Whether an app has all pieces that it is to have.
fn is_whole(app: &DeclaredApp, share: Share) -> bool {
    let mut missing = app.missing();
    match share {
        Share::Whole => {}
        Share::Login => missing.retain(|piece| *piece != Piece::Database),
        Share::Database => missing.retain(|piece| *piece == Piece::Database),
    }
    missing.is_empty() && app.mismatches().is_empty()
}
