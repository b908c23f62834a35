//! The questions of `new-app`.

use std::collections::BTreeSet;

use pgdb::domain::kubernetes_name::{AppName, Namespace};
use pgdb::domain::name::NameError;
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::target::{Candidate, Target};

use super::given::Given;
use crate::failure::Failure;
use crate::prompt::{Prompt, parsed};

const ANOTHER: &str = "another one, or several";
const NONE: &str = "none";

/// Asks for what is missing; where nothing that is needed is missing, nothing is asked.
pub(super) fn complete(
    given: &mut Given,
    prompt: &Prompt,
    target: &Target,
    known: &BTreeSet<Namespace>,
) -> Result<(), Failure> {
    if !given.is_incomplete() {
        return Ok(());
    }
    let name = match given.name.clone() {
        Some(name) => name,
        None => prompt.text("Name of the app", None, |answer| {
            parsed::<AppName>(answer, name_help)
        })?,
    };
    if given.lacks_namespaces() {
        given.namespaces = namespaces(prompt, &name, target, known)?;
    }
    if given.role.is_none() {
        let default = RoleName::of_app(&name).ok().map(|role| role.to_string());
        given.role = Some(prompt.text("Login role", default, |answer| parsed(answer, name_help))?);
    }
    if given.database.is_none() {
        let default = DatabaseName::of_app(&name)
            .ok()
            .map(|database| database.to_string());
        given.database =
            Some(prompt.text("Database", default, |answer| parsed(answer, name_help))?);
    }
    if given.options.extensions.is_empty() {
        given.options.extensions = prompt.text("Extensions", Some(NONE.to_owned()), |answer| {
            words(answer)
                .filter(|word| *word != NONE)
                .map(|name| parsed(name, name_help))
                .collect()
        })?;
    }
    if !given.says_isolation {
        let question = "Let other apps' roles connect to the database?";
        given.options.isolate = !prompt.confirm(question)?;
    }
    given.name = Some(name);
    Ok(())
}

/// Lets the user choose the Cluster that is meant.
pub(super) fn choose_cluster(
    mut candidates: Vec<Candidate>,
    prompt: &Prompt,
) -> Result<Candidate, Failure> {
    let choices: Vec<String> = candidates
        .iter()
        .map(|candidate| {
            format!(
                "{} ({}:{})",
                candidate.cluster, candidate.path, candidate.line
            )
        })
        .collect();
    let chosen = prompt.choose("Cluster", &choices)?;
    Ok(candidates.swap_remove(chosen))
}

/// Asks for the app's namespaces: one of those that the repository mentions, or others.
fn namespaces(
    prompt: &Prompt,
    app: &AppName,
    target: &Target,
    known: &BTreeSet<Namespace>,
) -> Result<Vec<Namespace>, Failure> {
    let mut choices: Vec<String> = known
        .iter()
        .filter(|namespace| **namespace != target.namespace)
        .map(ToString::to_string)
        .collect();
    // The one that is named like the app is most likely meant.
    choices.sort_by_key(|choice| choice != app.as_str());
    if !choices.is_empty() {
        choices.push(ANOTHER.to_owned());
        let chosen = prompt.choose("Namespace of the app", &choices)?;
        if let Some(choice) = choices.get(chosen).filter(|choice| *choice != ANOTHER) {
            return Ok(vec![choice.parse()?]);
        }
    }
    prompt.text("Namespaces of the app", Some(app.to_string()), |answer| {
        words(answer).map(|name| namespace(name, target)).collect()
    })
}

fn namespace(answer: &str, target: &Target) -> Result<Namespace, String> {
    let namespace: Namespace = parsed(answer, name_help)?;
    if namespace == target.namespace {
        return Err(format!(
            "{namespace} is the cluster's own namespace; name the one where the application runs"
        ));
    }
    Ok(namespace)
}

/// The words of a list, with commas, spaces or both between them.
fn words(answer: &str) -> impl Iterator<Item = &str> {
    answer
        .split([',', ' ', '\t'])
        .filter(|word| !word.is_empty())
}

fn name_help(error: &NameError) -> String {
    error.help().to_owned()
}
