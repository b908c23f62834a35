//! The first step: a new login beside the one that is in use, with a credential that nobody reads yet.

use rand::CryptoRng;
use serde_json::json;

use super::error::TurnError;
use super::roles::RoleEdits;
use super::state::State;
use super::{Inputs, Sealing};
use crate::access::{self, Job, files_of, job_manifest};
use crate::domain::choice::RoleStyle;
use crate::render::{Entry, Template};
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, append};
use crate::repo::enlisting::enlist;
use crate::repo::path::RepoPath;
use crate::rotate::values::next_login;
use crate::rotate::{Credential, PASSWORD, Purpose, Selection};
use crate::sql::session_role;

/// The keys of a Secret that say who the user is.
const USER_KEYS: [&str; 2] = ["username", "user"];

/// Adds the login. What a command that was killed left of it stays; gives what the user should know.
pub(super) fn add(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    sealing: Sealing<'_>,
    draft: &mut Draft<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<String>, TurnError> {
    let mut files = vec![state.files.sealed.clone()];
    let mut warnings = Vec::new();
    if state.next.is_none() {
        let credential = credential(inputs)?;
        warnings.extend(crate::rotate::warnings::shared(&credential));
        let text = next_secret(state, inputs, &credential, sealing, rng)?;
        draft.write(&state.files.sealed, text);
    }
    files.extend(add_role(state, inputs, draft)?);
    let text = job(state, inputs)?;
    draft.write(&state.files.job_file, text);
    files.push(state.files.job_file.clone());
    let files: Vec<&RepoPath> = files.iter().collect();
    enlist(&inputs.target.directory, &files, draft)?;
    Ok(warnings)
}

/// The app's credential, as far as it is sealed anew.
fn credential(inputs: &Inputs<'_>) -> Result<Credential, TurnError> {
    let asked = crate::rotate::Inputs {
        target: inputs.target,
        snapshot: inputs.snapshot,
        declared: inputs.declared,
        keep: inputs.keep,
        purpose: Purpose::NewPassword,
    };
    let selection = Selection::of(&asked, &[inputs.app], true)?;
    let mut found = selection.credentials.into_iter();
    let credential = found.next().ok_or(TurnError::NoKey)?;
    let sealed = &credential.sealed;
    let fixed = |key: &str| TurnError::FixedUser {
        place: sealed.place.clone(),
        key: key.to_owned(),
    };
    if !sealed.seals("username") {
        return Err(fixed("username"));
    }
    for (key, text) in &sealed.templated {
        let text = text.as_deref().unwrap_or("{{ .password }}");
        let names_user = USER_KEYS.contains(&key.as_str()) || mentions(text, PASSWORD);
        if names_user && !mentions(text, "username") {
            return Err(fixed(key));
        }
    }
    Ok(credential)
}

/// Whether a template of the controller puts this value in.
fn mentions(template: &str, key: &str) -> bool {
    template.contains(&format!(".{key}")) || template.contains(&format!("\"{key}\""))
}

/// The SealedSecret of the new login's credential.
fn next_secret(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    credential: &Credential,
    sealing: Sealing<'_>,
    rng: &mut impl CryptoRng,
) -> Result<String, TurnError> {
    let name = &state.files.secret;
    let key = sealing.key.ok_or(TurnError::NoKey)?;
    let values = next_login(
        credential,
        inputs.target,
        (&state.incoming, name),
        sealing.length,
        key,
        rng,
    );
    let values = values.map_err(crate::rotate::RotateError::from)?;
    let entry = |(key, value): (String, String)| Entry { key, value };
    let entries =
        |values: Vec<(String, String)>| -> Vec<Entry> { values.into_iter().map(entry).collect() };
    let namespace = inputs.target.namespace.as_str();
    let values = json!({
        "app": state.subject.app.as_str(),
        "appSecret": state.subject.secret.as_str(),
        "encrypted": entries(values.own),
        "kept": entries(values.kept),
        "login": state.incoming.as_str(),
        "namespace": namespace,
        "secret": name,
        "wave": inputs.target.waves.secret().to_string(),
    });
    let template = Template::NextSecret;
    Ok(inputs
        .templates
        .rendered(template, &values, name, namespace)?)
}

/// Declares the login, or opens it again; gives its file, where that is new.
fn add_role(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    draft: &mut Draft<'_>,
) -> Result<Option<RepoPath>, TurnError> {
    if let Some(role) = state.incoming_role {
        let mut edits = RoleEdits::new(inputs.snapshot);
        edits.open(role, &state.files.secret)?;
        edits.write(draft)?;
        let own = state.role_file(inputs)?;
        return Ok(Some(own).filter(|own| role.place.path == *own));
    }
    match RoleStyle::from(&state.owner.source) {
        RoleStyle::Managed => add_entry(state, inputs, draft).map(|()| None),
        RoleStyle::DatabaseRole => add_object(state, inputs, draft).map(Some),
    }
}

fn add_entry(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    draft: &mut Draft<'_>,
) -> Result<(), TurnError> {
    let missing = || TurnError::NoManifest {
        role: state.incoming.to_string(),
    };
    let manifest = inputs.target.manifest.as_ref().ok_or_else(missing)?;
    let before = draft.text(&manifest.path).ok_or_else(missing)?;
    let text = |text: &str| Addition::Text(text.to_owned());
    let secret = vec![("name".to_owned(), text(&state.files.secret))];
    let entry = Addition::Map(vec![
        ("name".to_owned(), text(state.incoming.as_str())),
        ("login".to_owned(), Addition::Bool(true)),
        (
            "inRoles".to_owned(),
            Addition::List(vec![text(&state.owner.name)]),
        ),
        ("passwordSecret".to_owned(), Addition::Map(secret)),
    ]);
    let path = ["spec", "managed", "roles"];
    let text = append(before, manifest.document, &path, &[entry]);
    let text = text.map_err(|source| TurnError::Edit {
        path: manifest.path.clone(),
        source,
    })?;
    draft.write(&manifest.path, text);
    Ok(())
}

fn add_object(
    state: &State<'_>,
    inputs: &Inputs<'_>,
    draft: &mut Draft<'_>,
) -> Result<RepoPath, TurnError> {
    let app = &state.subject.app;
    let name = state.role_object();
    let path = state.role_file(inputs)?;
    if draft.text(&path).is_some() {
        return Err(TurnError::Taken { path });
    }
    let namespace = inputs.target.namespace.as_str();
    let values = json!({
        "app": app.as_str(),
        "cluster": inputs.target.cluster.as_str(),
        "comment": null,
        "inRoles": [state.owner.name],
        "name": name,
        "namespace": namespace,
        "role": state.incoming.as_str(),
        "secret": state.files.secret,
        "wave": inputs.target.waves.cluster().to_string(),
    });
    let template = Template::DatabaseRole;
    let text = inputs
        .templates
        .rendered(template, &values, &name, namespace)?;
    draft.write(&path, text);
    Ok(path)
}

/// The Job that has the login's sessions begin as the owner, so that what it makes is the owner's.
fn job(state: &State<'_>, inputs: &Inputs<'_>) -> Result<String, TurnError> {
    let ground = access::Ground {
        target: inputs.target,
        templates: inputs.templates,
    };
    let mut subject = state.subject.clone();
    subject.secret = state.files.secret.parse()?;
    let about = [
        format!(
            "Sessions of {} are to begin as {}, so that what it makes belongs to that role. Made by",
            state.incoming, state.owner.name
        ),
        format!(
            "`kubectl pgdb rotate {} --two-role`, and taken out by it.",
            state.subject.app
        ),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let files = files_of(session_role::script(&state.owner.name));
    let job = Job {
        name: state.files.job.clone(),
        about: &about,
        files: &files,
    };
    Ok(job_manifest(ground, &subject, &job, inputs.snapshot)?)
}
