//! The Cluster's manifest: the managed roles' entries, and the sync-wave. How a role that was closed is opened again.

use std::collections::HashMap;

use super::error::NewAppError;
use super::site::Site;
use crate::declared::SecretOrigin;
use crate::domain::app::App;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, Edit, Step, apply, with_comment};
use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;
use crate::target::Target;
use crate::target::own::managed_roles;

/// The way to the managed roles.
const ROLES: [Step<'_>; 3] = [Step::Key("spec"), Step::Key("managed"), Step::Key("roles")];

/// The apps whose roles the Cluster's manifest is to have.
pub(super) struct Roles<'app> {
    /// Those that it does not have.
    pub(super) missing: Vec<Role<'app>>,
    /// Those that it has, and that were closed.
    pub(super) closed: Vec<Role<'app>>,
}

/// An app whose role is to be declared.
#[derive(Clone, Copy)]
pub(super) struct Role<'app> {
    /// The app.
    pub(super) app: &'app App,
    /// Who makes its Secret, where that is not the product.
    pub(super) origin: Option<SecretOrigin>,
}

impl Role<'_> {
    /// The text with the comment beside the role's Secret that says who makes it; as it is where that is the product, or
    /// no comment can stand there.
    fn explained(self, text: String, document: usize, role: &[Step<'_>]) -> String {
        let name = [role, &[Step::Key("passwordSecret"), Step::Key("name")]].concat();
        let comment = self.origin.map(SecretOrigin::comment);
        let explained = comment.and_then(|comment| with_comment(&text, document, &name, comment));
        explained.unwrap_or(text)
    }

    /// The manifest of its DatabaseRole with that comment.
    pub(super) fn explained_object(self, text: String) -> String {
        self.explained(text, 0, &[Step::Key("spec")])
    }
}

/// Appends the roles that are missing, opens those that were closed, and adds the Cluster's sync-wave where it has none;
/// gives what the user should know.
pub(super) fn add(
    target: &Target,
    site: &Site<'_>,
    roles: &Roles<'_>,
    draft: &mut Draft<'_>,
) -> Result<Vec<String>, NewAppError> {
    let manifest = target.manifest.as_ref().ok_or(NewAppError::NoManifest)?;
    let before = draft.text(&manifest.path).ok_or(NewAppError::NoManifest)?;
    if let Some(difference) = site.cluster_wave() {
        return Err(NewAppError::ClusterWave(difference));
    }
    let mut edits = Vec::new();
    if !site.cluster_has_wave() {
        let wave = Addition::Text(target.waves.cluster().to_string());
        let annotations = ["metadata", "annotations"];
        edits.push(Edit::insert_key(&annotations, SYNC_WAVE, wave));
    }
    let numbers = numbers(site);
    let mut numbered: Vec<(usize, Role<'_>)> = Vec::new();
    for role in &roles.closed {
        if let Some(number) = numbers.get(role.app.role.as_str()) {
            let path = [ROLES.as_slice(), &[Step::Item(*number)]].concat();
            edits.extend(opening(role.app, &path));
            numbered.push((*number, *role));
        }
    }
    let entries = site.cluster.as_ref().map_or(&[][..], managed_roles);
    let new = roles.missing.iter().enumerate();
    numbered.extend(new.map(|(number, role)| (entries.len() + number, *role)));
    let entries: Vec<Addition> = roles.missing.iter().map(|role| entry(role.app)).collect();
    edits.push(Edit::append(&ROLES, entries));
    let text = apply(before, manifest.document, &edits);
    let text = text.map_err(|source| NewAppError::Edit {
        path: manifest.path.clone(),
        source,
    })?;
    let mut warnings = Vec::new();
    let text = numbered.into_iter().fold(text, |text, (number, role)| {
        let path = [ROLES.as_slice(), &[Step::Item(number)]].concat();
        let before = text.len();
        let text = role.explained(text, manifest.document, &path);
        if role.origin.is_some() && text.len() == before {
            warnings.push(format!(
                "{}: no comment can stand behind the Secret {} of the role {}, so that list and lint take it for missing where \
                 nothing in the repository makes it",
                manifest.path, role.app.secret, role.app.role
            ));
        }
        text
    });
    draft.write(&manifest.path, text);
    Ok(warnings)
}

/// Opens a DatabaseRole that was closed.
pub(super) fn open(
    role: Role<'_>,
    path: &RepoPath,
    document: usize,
    draft: &mut Draft<'_>,
) -> Result<(), NewAppError> {
    let before = draft.text(path).unwrap_or_default();
    let spec = [Step::Key("spec")];
    let text = apply(before, document, &opening(role.app, &spec));
    let text = text.map_err(|source| NewAppError::Edit {
        path: path.clone(),
        source,
    })?;
    let text = role.explained(text, document, &spec);
    draft.write(path, text);
    Ok(())
}

/// The edits that give a role its login and password again.
fn opening<'path>(app: &App, role: &[Step<'path>]) -> Vec<Edit<'path>> {
    let field = |key| [role, &[Step::Key(key)]].concat();
    vec![
        Edit::set(&field("login"), Addition::Bool(true)),
        Edit::remove(&field("disablePassword")),
        Edit::insert_key(role, "passwordSecret", secret(app)),
    ]
}

/// The numbers of the managed roles' entries by their names; of the first, where a name is there twice.
fn numbers<'site>(site: &'site Site<'_>) -> HashMap<&'site str, usize> {
    let entries = site.cluster.as_ref().map_or(&[][..], managed_roles);
    let mut found = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        if let Some(name) = entry.get("name").and_then(Node::as_str) {
            found.entry(name).or_insert(number);
        }
    }
    found
}

/// The entry of an app's role.
fn entry(app: &App) -> Addition {
    let text = |text: &str| Addition::Text(text.to_owned());
    let mut fields = vec![
        ("name".to_owned(), text(app.role.as_str())),
        ("login".to_owned(), Addition::Bool(true)),
    ];
    if let Some(comment) = &app.options.comment {
        fields.push(("comment".to_owned(), text(comment.as_str())));
    }
    if !app.options.in_roles.is_empty() {
        let groups = app
            .options
            .in_roles
            .iter()
            .map(|group| text(group.as_str()))
            .collect();
        fields.push(("inRoles".to_owned(), Addition::List(groups)));
    }
    fields.push(("passwordSecret".to_owned(), secret(app)));
    Addition::Map(fields)
}

/// Where a role's password is.
fn secret(app: &App) -> Addition {
    let name = Addition::Text(app.secret.as_str().to_owned());
    Addition::Map(vec![("name".to_owned(), name)])
}
