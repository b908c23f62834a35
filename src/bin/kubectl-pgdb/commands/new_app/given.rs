//! What the command line and the settings say of an app, parsed.

use pgdb::domain::app::{AppOptions, AppRequest};
use pgdb::domain::choice::{ReclaimPolicy, RoleStyle};
use pgdb::domain::kubernetes_name::{AppName, Namespace, ObjectName};
use pgdb::domain::password::PasswordLength;
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::domain::scope::Scope;
use pgdb::settings::TargetSettings;
use pgdb::target::TargetRequest;

use super::NewApp;
use crate::cli::Global;
use crate::failure::Failure;
use crate::flag_value::{list, one};

/// What was given, by flags first and by `.pgdb.yaml` then.
pub(super) struct Given {
    /// The app's name.
    pub(super) name: Option<AppName>,
    /// The namespaces that the credential is mirrored to.
    pub(super) namespaces: Vec<Namespace>,
    /// The login role.
    pub(super) role: Option<RoleName>,
    /// The database.
    pub(super) database: Option<DatabaseName>,
    /// The credential's Secret.
    pub(super) secret: Option<ObjectName>,
    /// What is asked for beyond names.
    pub(super) options: AppOptions,
    /// What is known of the target.
    pub(super) target: TargetRequest,
    /// How long a generated password is.
    pub(super) password_length: PasswordLength,
    /// Whether a flag or the settings say that the app is to be isolated, or is not.
    pub(super) says_isolation: bool,
    from_flags: FromFlags,
}

/// Flags that settings may stand in for.
struct FromFlags {
    reclaim: Option<ReclaimPolicy>,
    roles: Option<RoleStyle>,
    scope: Option<Scope>,
    password_length: Option<PasswordLength>,
    no_connection_keys: bool,
    isolate: Option<bool>,
}

impl Given {
    /// Parses the flags.
    ///
    /// # Errors
    /// The first value that is refused, with its flag and what is allowed.
    pub(super) fn parse(args: &NewApp, global: &Global) -> Result<Self, Failure> {
        let options = AppOptions {
            extensions: list("--extension", &args.extension)?,
            schemas: list("--schema", &args.schema)?,
            encoding: one("--encoding", args.encoding.as_deref())?,
            locale: one("--locale", args.locale.as_deref())?,
            connection_limit: one("--connection-limit", args.connection_limit.as_deref())?,
            in_roles: list("--in-role", &args.in_role)?,
            comment: one("--comment", args.comment.as_deref())?,
            existing_secret: args.existing_secret.is_some(),
            service: one("--service", args.service.as_deref())?,
            pooler: one("--pooler", args.pooler.as_deref())?,
            ..AppOptions::default()
        };
        let target = TargetRequest {
            cluster: one("--cluster", args.cluster.as_deref())?,
            cluster_file: one("--cluster-file", args.cluster_file.as_deref())?,
            namespace: one("--namespace", global.namespace.as_deref())?,
            ..TargetRequest::default()
        };
        Ok(Self {
            name: app_name(args)?,
            namespaces: list("--app-namespace", &args.app_namespace)?,
            role: one("--user", args.user.as_deref())?,
            database: one("--database", args.database.as_deref())?,
            secret: match &args.existing_secret {
                Some(name) => one("--existing-secret", Some(name))?,
                None => one("--secret-name", args.secret_name.as_deref())?,
            },
            options,
            target,
            password_length: PasswordLength::default(),
            says_isolation: false,
            from_flags: FromFlags {
                reclaim: one("--reclaim", args.reclaim.as_deref())?,
                roles: one("--roles", args.roles.as_deref())?,
                scope: one("--scope", args.scope.as_deref())?,
                password_length: one("--password-length", args.password_length.as_deref())?,
                no_connection_keys: args.no_connection_keys,
                isolate: args.isolate,
            },
        })
    }

    /// Whether something that is needed is missing.
    pub(super) fn is_incomplete(&self) -> bool {
        self.name.is_none() || self.lacks_namespaces()
    }

    /// Whether the app's namespaces are needed and missing: nothing is mirrored of a Secret that something else makes.
    pub(super) fn lacks_namespaces(&self) -> bool {
        self.namespaces.is_empty() && !self.options.existing_secret
    }

    /// Refuses when something that is needed is missing.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn check_complete(&self) -> Result<(), Failure> {
        let mut missing = Vec::new();
        if self.name.is_none() {
            missing.push("NAME");
        }
        if self.lacks_namespaces() {
            missing.push("--app-namespace");
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(
            format!(
                "these are needed, and there is nobody to ask: {}",
                missing.join(", ")
            ),
            "give them, as in `kubectl pgdb new-app my-shop --app-namespace shop`, or call it on a terminal without \
             --no-input",
        ))
    }

    /// Fills in from the settings what no flag said.
    pub(super) fn settle(&mut self, settings: &TargetSettings) {
        let flags = &self.from_flags;
        self.options.reclaim = flags.reclaim.or(settings.reclaim).unwrap_or_default();
        self.options.roles = flags.roles.unwrap_or(settings.role_style());
        self.options.scope = flags.scope.or(settings.scope).unwrap_or_default();
        self.options.connection_keys =
            !flags.no_connection_keys && settings.connection_keys.unwrap_or(true);
        self.options.isolate = flags.isolate.or(settings.isolate).unwrap_or_default();
        self.says_isolation = flags.isolate.is_some() || settings.isolate.is_some();
        self.password_length = flags
            .password_length
            .or(settings.password_length)
            .unwrap_or_default();
        let target = &mut self.target;
        target.roles = self.options.roles;
        self.target = std::mem::take(target).or_settings(settings);
    }

    /// The request for an app.
    ///
    /// # Errors
    /// When there is no name.
    pub(super) fn request(&self) -> Result<AppRequest, Failure> {
        self.check_complete()?;
        let Some(name) = self.name.clone() else {
            return Err(Failure::usage(
                "the app's name is missing",
                "give it as NAME",
            ));
        };
        Ok(AppRequest {
            name,
            namespaces: self.namespaces.clone(),
            role: self.role.clone(),
            database: self.database.clone(),
            secret: self.secret.clone(),
            options: self.options.clone(),
        })
    }
}

/// The app's name. One that is refused is not quoted beside `--password-stdin`: it may be the password, typed behind a
/// flag that takes none.
fn app_name(args: &NewApp) -> Result<Option<AppName>, Failure> {
    let name = one("NAME", args.name.as_deref());
    if !args.password_stdin {
        return name;
    }
    name.map_err(|failure| Failure {
        message: "NAME: this is no app name; it is not shown, since --password-stdin takes no value and it may be the \
                  password"
            .to_owned(),
        ..failure
    })
}
