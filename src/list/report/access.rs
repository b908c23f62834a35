//! Who else may do what in an app's database, as `list` tells it.

use std::collections::HashMap;

use serde::Serialize;

use crate::declared::{DeclaredApp, DeclaredRole};
use crate::domain::access::form::GrantForm;

/// Who else may do what in a database.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessReport {
    /// The name of the ConfigMap, and of the Job that runs what is in it.
    pub object: String,
    /// Where: `path:line`.
    pub place: String,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Whether nobody but the database's own roles may connect; none where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolate: Option<bool>,
    /// The levels that have a group.
    pub levels: Vec<LevelReport>,
    /// What roles may do themselves.
    pub grants: Vec<GrantForm>,
    /// Roles that everything was taken from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<String>,
}

/// A level of access.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LevelReport {
    /// `reader` or `writer`.
    pub level: &'static str,
    /// The role that holds its privileges.
    pub group: String,
    /// The roles that are members of it.
    pub members: Vec<String>,
}

/// The members of groups, by the groups' names.
pub(in crate::list) struct Members<'declared> {
    by_group: HashMap<&'declared str, Vec<&'declared str>>,
}

impl<'declared> Members<'declared> {
    /// Those of the declared roles of a target.
    pub(in crate::list) fn of(roles: &'declared [DeclaredRole]) -> Self {
        let mut by_group: HashMap<&str, Vec<&str>> = HashMap::new();
        for role in roles {
            for group in &role.in_roles {
                by_group.entry(group).or_default().push(&role.name);
            }
        }
        Self { by_group }
    }

    /// Who else may do what in an app's database; none where nothing is declared of it.
    pub(in crate::list) fn access(&self, app: &DeclaredApp) -> Option<AccessReport> {
        let there = app.access.as_ref()?;
        let report = AccessReport {
            object: there.object.clone(),
            place: there.place.to_string(),
            ..AccessReport::default()
        };
        let declared = match &there.access {
            Ok(declared) => declared,
            Err(reason) => {
                return Some(AccessReport {
                    problem: Some(reason.clone()),
                    ..report
                });
            }
        };
        let access = &declared.access;
        let levels = access.levels.iter().filter_map(|level| {
            let group = level.group(&declared.owner).ok()?.to_string();
            let members = self.by_group.get(group.as_str()).cloned();
            let mut members = members.unwrap_or_default();
            members.sort_unstable();
            Some(LevelReport {
                level: level.as_str(),
                members: members.into_iter().map(str::to_owned).collect(),
                group,
            })
        });
        Some(AccessReport {
            isolate: access.isolate,
            levels: levels.collect(),
            grants: access.grants.iter().map(GrantForm::of).collect(),
            revoked: access.revoked.iter().map(ToString::to_string).collect(),
            ..report
        })
    }
}

impl AccessReport {
    /// All of it in a few words: `isolated`, who is of a level, and who else may do something.
    pub fn told(&self) -> Vec<String> {
        if self.problem.is_some() {
            return vec!["unreadable".to_owned()];
        }
        let isolated = (self.isolate == Some(true)).then(|| "isolated".to_owned());
        let members = self.levels.iter().flat_map(|found| {
            let members = found.members.iter();
            members.map(|member| format!("{member}({})", found.level))
        });
        let mut told: Vec<String> = isolated.into_iter().chain(members).collect();
        for grant in &self.grants {
            if !told.contains(&grant.to) {
                told.push(grant.to.clone());
            }
        }
        told
    }
}
