//! What other parts refuse, as problems of the file.

use std::collections::BTreeSet;

use crate::access::AccessError;
use crate::apps_file::{Position, Problem};
use crate::domain::app::AppError;
use crate::domain::kubernetes_name::AppName;
use crate::new_app::NewAppError;

/// The key that says what a flag of `new-app` does.
fn key(flag: &str) -> &str {
    match flag {
        "--user" => "user",
        "--database" => "database",
        "--secret-name" => "secretName",
        "--existing-secret" => "existingSecret",
        "--pooler" => "pooler",
        _ => "name",
    }
}

/// An app that cannot be.
pub(super) fn of_app(position: Position, error: &AppError) -> Problem {
    let help = match error {
        AppError::Derived { flag, source, .. } => {
            format!("give another with `{}`; {}", key(flag), source.help())
        }
        AppError::NoNamespace => {
            "give the application's namespace as `appNamespaces`, or one for all with --app-namespace".to_owned()
        }
        AppError::ServiceNowhere(_) => "name them as `appNamespaces`".to_owned(),
        AppError::PoolerUnused(_) => {
            "leave `pooler` out, or have a Service lead to it with `service`".to_owned()
        }
        AppError::Twice { .. } => error.help(),
        AppError::MemberOfItself(_) => "leave it out of `inRoles`".to_owned(),
    };
    Problem {
        position,
        message: error.to_string(),
        help: Some(help),
    }
}

/// An app that cannot be planned.
pub(super) fn of_new_app(position: Position, error: &NewAppError) -> Problem {
    let help = match error {
        NewAppError::Taken(conflicts) => {
            let keys: BTreeSet<_> = conflicts
                .iter()
                .map(|conflict| key(conflict.flag))
                .collect();
            let keys: Vec<String> = keys.into_iter().map(|key| format!("`{key}`")).collect();
            format!(
                "choose another {}, or move what is there out of the way",
                keys.join(" or ")
            )
        }
        error => error.help(),
    };
    Problem {
        position,
        message: error.to_string(),
        help: Some(help),
    }
}

/// A database whose owner is no app.
pub(super) fn no_owner(position: Position, owner: &AppName) -> Problem {
    Problem {
        position,
        message: format!(
            "the app {owner} with a role to own the database is neither in this file nor in the repository"
        ),
        help: Some("name an app that has a role of its own in `ownedBy`".to_owned()),
    }
}

/// An access that cannot be declared.
pub(super) fn of_access(position: Position, error: &AccessError) -> Problem {
    let help = error.help();
    Problem {
        position,
        message: error.to_string(),
        help: (!help.is_empty()).then_some(help),
    }
}

/// A database in which its owner cannot grant anything.
pub(super) fn no_subject(position: Position, app: &str, reason: &str) -> Problem {
    Problem {
        position,
        message: format!("nothing can be granted in the database of {app}: {reason}"),
        help: Some("leave `access` and `isolate` out, or mend the app".to_owned()),
    }
}

/// A group whose name is that of a new login.
pub(super) fn taken_group(position: Position, group: &str) -> Problem {
    Problem {
        position,
        message: format!(
            "the role {group:?}, which would hold the privileges of the level, is that of another app of the file"
        ),
        help: Some("give that one another `user`".to_owned()),
    }
}
