//! Apps that are known by their names alone.

use clap::Args;
use pgdb::domain::app::{AppOptions, AppRequest};
use pgdb::domain::kubernetes_name::{AppName, ObjectName};
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::target::{GUIDE_NAMESPACE, TargetRequest};

use super::{Asked, Expectation};
use crate::commands::verify::Verify;
use crate::failure::Failure;
use crate::flag_value::{list, one};

/// Names that follow from the app's, where there is no repository to look them up in.
#[derive(Args, Debug)]
#[command(next_help_heading = "Where the app is in no repository")]
pub(crate) struct NameFlags {
    /// Expect the credential in this namespace; may be given several times [default: what the Secret's annotations say].
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true
    )]
    app_namespace: Vec<String>,
    /// Expect this login role [default: NAME with underscores].
    #[arg(long, value_name = "ROLE", env = "PGDB_USER", hide_env = true)]
    user: Option<String>,
    /// Expect this database [default: NAME with underscores].
    #[arg(long, value_name = "DATABASE", env = "PGDB_DATABASE", hide_env = true)]
    database: Option<String>,
    /// Expect the credential in this Secret [default: NAME-db-creds].
    #[arg(long, value_name = "SECRET", env = "PGDB_SECRET_NAME", hide_env = true)]
    secret_name: Option<String>,
}

impl NameFlags {
    /// Refuses the flags that stand in for a repository, where there is one.
    ///
    /// # Errors
    /// When one of them is given.
    pub(super) fn refuse(&self) -> Result<(), Failure> {
        let given = [
            (!self.app_namespace.is_empty(), "--app-namespace"),
            (self.user.is_some(), "--user"),
            (self.database.is_some(), "--database"),
            (self.secret_name.is_some(), "--secret-name"),
        ];
        let given: Vec<&str> = given
            .into_iter()
            .filter_map(|(is_given, flag)| is_given.then_some(flag))
            .collect();
        if given.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(
            format!(
                "the repository says what is expected, and {} something else",
                given.join(", ")
            ),
            "leave them out, or run it in a folder that is no repository",
        ))
    }
}

/// What is expected of the apps that are named, or, with `--all`, of those that the product's label marks.
///
/// # Errors
/// When no app is named, or a value is refused.
pub(super) fn expectation(args: &Verify, request: TargetRequest) -> Result<Expectation, Failure> {
    if args.names.is_empty() && !args.all {
        return Err(Failure::usage(
            "no app is named, and there is no repository here that declares any",
            "name one, as in `kubectl pgdb verify my-shop`, or look at all with --all",
        ));
    }
    let names: Vec<AppName> = list("NAME", &args.names)?;
    let app = |name: AppName| -> Result<AppRequest, Failure> {
        Ok(AppRequest {
            name,
            namespaces: list("--app-namespace", &args.names_by.app_namespace)?,
            role: one::<RoleName>("--user", args.names_by.user.as_deref())?,
            database: one::<DatabaseName>("--database", args.names_by.database.as_deref())?,
            secret: one::<ObjectName>("--secret-name", args.names_by.secret_name.as_deref())?,
            options: AppOptions {
                roles: request.roles,
                ..AppOptions::default()
            },
        })
    };
    let apps: Result<Vec<AppRequest>, Failure> = names.into_iter().map(app).collect();
    let namespace = match request.namespace {
        Some(namespace) => namespace,
        None => GUIDE_NAMESPACE.parse()?,
    };
    Ok(Expectation {
        namespace,
        cluster: request.cluster,
        asked: if args.all {
            Asked::Labelled
        } else {
            Asked::Named(apps?)
        },
        warnings: Vec::new(),
    })
}
