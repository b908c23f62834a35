//! What new apps are to be like, for the commands that make them.

use clap::Args;
use pgdb::domain::app::AppOptions;
use pgdb::domain::password::PasswordLength;
use pgdb::settings::TargetSettings;

use crate::failure::Failure;
use crate::flag_value::one;

/// What new apps are to be like where nothing else says so.
#[derive(Args, Clone, Debug)]
pub(crate) struct AppFlags {
    /// Keep or drop a database when its object is deleted: retain or delete [default: retain].
    #[arg(long, value_name = "POLICY", env = "PGDB_RECLAIM", hide_env = true)]
    reclaim: Option<String>,
    /// Declare a role in the Cluster or as an object of its own: managed or databaserole [default: managed].
    #[arg(long, value_name = "STYLE", env = "PGDB_ROLES", hide_env = true)]
    roles: Option<String>,
    /// Seal for this scope: strict, namespace-wide or cluster-wide [default: strict].
    #[arg(long, value_name = "SCOPE", env = "PGDB_SCOPE", hide_env = true)]
    scope: Option<String>,
    /// Leave host, port, dbname, user, uri, jdbc-uri and pgpass out of Secrets.
    #[arg(long, env = "PGDB_NO_CONNECTION_KEYS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    no_connection_keys: bool,
}

impl AppFlags {
    /// The options of a new app, by flags first and by the settings then.
    ///
    /// # Errors
    /// The flag whose value is refused.
    pub(crate) fn options(&self, settings: &TargetSettings) -> Result<AppOptions, Failure> {
        let reclaim = one("--reclaim", self.reclaim.as_deref())?;
        let roles = one("--roles", self.roles.as_deref())?;
        let scope = one("--scope", self.scope.as_deref())?;
        Ok(AppOptions {
            reclaim: reclaim.or(settings.reclaim).unwrap_or_default(),
            roles: roles.unwrap_or(settings.role_style()),
            scope: scope.or(settings.scope).unwrap_or_default(),
            connection_keys: !self.no_connection_keys && settings.connection_keys.unwrap_or(true),
            ..AppOptions::default()
        })
    }
}

/// The length of passwords that are made, by a flag first and by the settings then.
///
/// # Errors
/// When the flag's value is refused.
pub(crate) fn password_length(
    flag: Option<&str>,
    settings: &TargetSettings,
) -> Result<PasswordLength, Failure> {
    let length = one("--password-length", flag)?;
    Ok(length.or(settings.password_length).unwrap_or_default())
}
