//! The access to the database of an app that is isolated.

use super::Inputs;
use super::comparison::Comparison;
use super::error::NewAppError;
use super::inventory::{Findings, Found, Surroundings};
use super::site::Site;
use crate::access::{self, Ground, Subject, Wanted};
use crate::declared::access_in;
use crate::domain::access::{Access, Level};
use crate::domain::app::App;
use crate::repo::draft::Draft;
use crate::target::CNPG;

/// Looks for the access in its file.
pub(super) fn inspect<'text>(
    around: &Surroundings<'_, 'text>,
    findings: &mut Findings,
) -> Found<'text> {
    let path = &around.files.access;
    let Some((path, text)) = around.inputs.snapshot.file(path) else {
        return Found::Missing;
    };
    let Some(there) = access_in(path, text) else {
        findings.conflicts.extend(around.file_conflict(path));
        return Found::Missing;
    };
    let isolate = there
        .access
        .as_ref()
        .ok()
        .and_then(|found| found.access.isolate);
    let mut comparison = Comparison::new(path, there.place.line);
    let found = isolate.map_or("not said", |isolate| if isolate { "true" } else { "false" });
    comparison.text("isolate", found, "true");
    findings.differences.extend(comparison.into_differences());
    Found::There(path, 0)
}

/// The levels whose groups are there already: of an app that was removed and kept its data, they have their privileges still.
pub(super) fn levels(app: &App, site: &Site<'_>) -> Vec<Level> {
    let is_there = |level: &Level| {
        level.group(&app.role).is_ok_and(|group| {
            let objects = site.objects_named([group.as_str()]);
            !site.roles_named(group.as_str(), group.as_str()).is_empty()
                || objects.iter().any(|object| object.is(CNPG, "DatabaseRole"))
        })
    };
    Level::ALL.into_iter().filter(is_there).collect()
}

/// Writes the access of a new app: nobody but its own roles may connect.
pub(super) fn write(
    inputs: &Inputs<'_>,
    levels: &[Level],
    draft: &mut Draft<'_>,
) -> Result<(), NewAppError> {
    let Inputs {
        app,
        target,
        templates,
        ..
    } = inputs;
    let subject = Subject {
        app: app.name.clone(),
        database: app.database.clone(),
        owner: app.role.clone(),
        secret: app.secret.clone(),
    };
    let access = Access {
        isolate: Some(true),
        levels: levels.to_vec(),
        ..Access::default()
    };
    let wanted = Wanted {
        subject: &subject,
        access: &access,
        there: None,
    };
    let written = access::write(Ground { target, templates }, &[wanted], draft);
    written.map_err(|refused| *refused.error)?;
    Ok(())
}
