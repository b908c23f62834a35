//! What becomes of the access to databases: their manifests, the groups of their levels, and the members of those.

use std::collections::{HashMap, HashSet};

use super::membership::Membership;
use super::opener::Opener;
use super::sorting::{Outcomes, Taken};
use super::{Inputs, error};
use crate::access::{self, Ground, Groups, Refused, Subject, add_groups};
use crate::apps_file::{self, Allowed, Position, Problem};
use crate::declared::DeclaredAccess;
use crate::domain::access::{Access, Grant, Level};
use crate::domain::choice::RoleStyle;
use crate::domain::postgres_name::{GroupRoleName, RoleName};
use crate::new_app::Wanted;
use crate::repo::draft::Draft;
use crate::repo::path::RepoPath;

/// The access to a database as it is to be.
pub(super) struct Opening {
    /// Where the file says so.
    pub(super) position: Position,
    /// The number of the outcome of the app's own entry, where there is one.
    pub(super) outcome: Option<usize>,
    /// The database.
    pub(super) subject: Subject,
    /// How groups are declared that are not there yet.
    pub(super) style: RoleStyle,
    /// What the repository declares.
    pub(super) there: Option<DeclaredAccess>,
    /// Who may do what by that.
    pub(super) before: Access,
    /// Who is to.
    pub(super) after: Access,
    /// Who may do what, and nobody else, as the app's own entry says it.
    pub(super) said: Option<Vec<Allowed>>,
    /// What users' entries say, with the numbers of their outcomes.
    pub(super) users: Vec<(usize, Grant)>,
}

/// All that changes of the access to databases.
#[derive(Default)]
pub(super) struct Openings<'input> {
    all: Vec<Opening>,
    /// What becomes of the groups that declared roles are members of.
    pub(super) memberships: Vec<Membership<'input>>,
    /// What is granted where nothing can be declared of it: a script says it.
    pub(super) by_hand: Vec<(RoleName, apps_file::Grant)>,
}

impl<'input> Openings<'input> {
    /// What the entries come to. New logins are put into their groups.
    pub(super) fn of(
        taken: &[Taken<'input>],
        wanted: &mut [Wanted],
        inputs: &Inputs<'input>,
        outcomes: &mut Outcomes,
    ) -> Self {
        let opener = Opener::of(taken, wanted, inputs);
        let joining = opener.joining();
        let openings = Self {
            memberships: opener.memberships(),
            by_hand: opener.by_hand,
            all: opener.all.into_values().collect(),
        };
        outcomes.warnings.extend(opener.warnings);
        outcomes.problems.extend(opener.problems);
        openings.note(taken, &joining, outcomes);
        for (number, groups) in joining {
            let groups = groups.iter().filter_map(|group| group.parse().ok());
            if let Some(wanted) = wanted.get_mut(number) {
                let known = &mut wanted.app.options.in_roles;
                let new: Vec<GroupRoleName> =
                    groups.filter(|group| !known.contains(group)).collect();
                known.extend(new);
            }
        }
        openings
    }

    /// Notes of the apps that something of theirs changes.
    fn note(&self, taken: &[Taken<'_>], joining: &[(usize, Vec<String>)], outcomes: &mut Outcomes) {
        let roles = taken
            .iter()
            .filter_map(|entry| Some((entry.role()?, entry.outcome)));
        let roles: HashMap<&str, usize> = roles.collect();
        for membership in &self.memberships {
            if let Some(outcome) = roles.get(membership.role()) {
                outcomes.note(*outcome, "inRoles");
            }
        }
        let joined = joining.iter().flat_map(|(_, groups)| groups);
        let joined = joined.map(String::as_str);
        let changed = self.memberships.iter().flat_map(Membership::changes);
        let changed: HashSet<&str> = changed.chain(joined).collect();
        for opening in &self.all {
            if let Some(outcome) = opening.outcome {
                for setting in opening.settings(&changed) {
                    outcomes.note(outcome, setting);
                }
            }
            for (outcome, grant) in &opening.users {
                if !opening.before.grants.contains(grant) {
                    outcomes.note(*outcome, "privileges");
                }
            }
        }
    }

    /// Declares the groups, and writes the manifests; gives the files, which are still to be entered in the kustomization.
    ///
    /// # Errors
    /// The first thing that is in the way.
    pub(super) fn write(
        &self,
        inputs: &Inputs<'_>,
        draft: &mut Draft<'_>,
    ) -> Result<Vec<RepoPath>, Problem> {
        let ground = Ground {
            target: inputs.ground.target,
            templates: inputs.ground.templates,
        };
        // One that has nothing declared, and nothing to declare, needs no manifest.
        let openings = self.all.iter();
        let openings =
            openings.filter(|opening| opening.there.is_some() || !opening.after.is_empty());
        let openings: Vec<&Opening> = openings.collect();
        let refused = |refused: Refused| {
            let position = openings.get(refused.number).map(|opening| opening.position);
            error::of_access(position.unwrap_or_default(), &refused.error)
        };
        let groups = openings.iter().map(|opening| Groups {
            subject: &opening.subject,
            levels: &opening.after.levels,
            style: opening.style,
        });
        let groups: Vec<Groups<'_>> = groups.collect();
        let roles = &inputs.declared.roles;
        let mut files = add_groups(ground, &groups, roles, draft).map_err(refused)?;
        let wanted = openings.iter().map(|opening| access::Wanted {
            subject: &opening.subject,
            access: &opening.after,
            there: opening.there.as_ref(),
        });
        let wanted: Vec<access::Wanted<'_>> = wanted.collect();
        files.extend(access::write(ground, &wanted, draft).map_err(refused)?);
        Ok(files)
    }
}

impl Opening {
    /// The settings that change, as the file calls them; the groups that somebody joined or left are given.
    fn settings(&self, changed: &HashSet<&str>) -> Vec<&'static str> {
        let mut settings = Vec::new();
        if self.before.isolate != self.after.isolate {
            settings.push("isolate");
        }
        let is_changed = |level: Level| {
            let group = level.group(&self.subject.owner);
            group.is_ok_and(|group| changed.contains(group.as_str()))
        };
        let (before, after) = (&self.before, &self.after);
        let differs = before.levels != after.levels || before.grants != after.grants;
        let moves = Level::ALL.into_iter().any(is_changed);
        if self.said.is_some() && (differs || moves) {
            settings.push("access");
        }
        settings
    }
}
