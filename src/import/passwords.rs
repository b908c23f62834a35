//! Passwords of a file that take the place of those that are sealed.

use std::collections::HashMap;

use rand::CryptoRng;

use super::Inputs;
use super::update::Update;
use crate::apps_file::{Position, Problem};
use crate::declared::DeclaredApp;
use crate::repo::draft::Draft;
use crate::rotate::{self, Purpose, Reason, Replacement, RotateError};
use crate::sealing::SealingKey;

/// A password for an app that is there, and where the file says so.
pub(super) struct Given<'input> {
    position: Position,
    replacement: Replacement<'input>,
}

/// Takes the passwords out of the updates; notes where a credential would get two.
pub(super) fn take<'input>(
    updates: &mut [Update<'input>],
    problems: &mut Vec<Problem>,
) -> Vec<Given<'input>> {
    let mut seen: HashMap<&str, Position> = HashMap::new();
    let mut given = Vec::new();
    for update in updates {
        let Some(password) = update.password.take() else {
            continue;
        };
        let (app, position) = (update.app, update.position);
        let secret = app.credential.as_ref().map(|found| found.name.as_str());
        let secret = secret.unwrap_or_default();
        match seen.get(secret) {
            Some(first) => problems.push(Problem {
                position,
                message: format!(
                    "the Secret {secret} of {} is also that of the app on line {}, which gives it a password",
                    app.name, first.line
                ),
                help: Some("give the password with one of them".to_owned()),
            }),
            None => {
                seen.insert(secret, position);
                given.push(Given {
                    position,
                    replacement: Replacement { app, password },
                });
            }
        }
    }
    given
}

/// Seals the passwords in the places of the old ones; gives what the user should know.
///
/// # Errors
/// Every credential that cannot get another password here.
pub(super) fn replace(
    given: Vec<Given<'_>>,
    inputs: &Inputs<'_>,
    key: &SealingKey,
    draft: &mut Draft<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Vec<String>, Vec<Problem>> {
    let places: Vec<(Position, &DeclaredApp)> = given
        .iter()
        .map(|given| (given.position, given.replacement.app))
        .collect();
    let first = places.first().map(|(position, _)| *position);
    let first = first.unwrap_or_default();
    let rotation = rotate::Inputs {
        target: inputs.ground.target,
        snapshot: inputs.snapshot,
        declared: inputs.declared,
        keep: &[],
        purpose: Purpose::NewPassword,
    };
    let given = given.into_iter().map(|given| given.replacement).collect();
    rotate::replace(&rotation, given, key, inputs.now, draft, rng, sealed).map_err(|error| {
        let RotateError::Refused(refusals) = error else {
            return vec![problem(first, error.to_string(), error.help())];
        };
        let refusals = refusals.into_iter();
        refusals
            .map(|refusal| {
                let mut places = places.iter();
                let found = places.find(|(_, app)| app.name == refusal.app);
                let position = found.map_or(first, |(position, _)| *position);
                let help = match &refusal.reason {
                    Reason::UnknownKeys { .. } | Reason::UnknownConnection { .. } => format!(
                        "give it the password with `kubectl pgdb rotate {}`, which takes --keep",
                        refusal.app
                    ),
                    _ => refusal.help(),
                };
                problem(position, refusal.to_string(), help)
            })
            .collect()
    })
}

fn problem(position: Position, message: String, help: String) -> Problem {
    Problem {
        position,
        message: format!("the password cannot be replaced: {message}"),
        help: Some(help),
    }
}
