//! `grant`.

use clap::Args;
use pgdb::domain::access::asked::Grantee;
use pgdb::grant::{Change, NewUser, Request};
use pgdb::new_app::Credential;

use crate::access_change::AccessChange;
use crate::app_flags::{AppFlags, password_length};
use crate::cli::{ChangeFormat, DryRun, Global};
use crate::cluster::ClusterFlags;
use crate::commands::fetch_cert::ControllerFlags;
use crate::declared_apps::TargetFlags;
use crate::failure::{Exit, Failure};
use crate::flag_value::{list, one};
use crate::given_password;
use crate::output::Output;
use crate::right_flags::RightFlags;
use crate::sealing_flags::SealingFlags;
use crate::secrecy;
use crate::workspace::Workspace;

/// Let somebody use an app's database: as a reader, as a writer, or with privileges of one's own choice.
///
/// Privileges of a level are held by a group role without login, and its members are declared as such; other privileges the
/// role holds itself. They reach all that is there and all that the owner will make. A ConfigMap with SQL and an Argo CD hook
/// Job that runs it as the database's owner are written into the same change. A login that is not there yet is made, with a
/// sealed credential of its own.
#[derive(Args, Debug)]
pub(crate) struct Grant {
    /// The app whose database it is.
    #[arg(value_name = "NAME")]
    app: String,
    /// The app or role that is allowed something.
    #[arg(
        long,
        value_name = "USER",
        env = "PGDB_TO",
        hide_env = true,
        required_unless_present = "isolate"
    )]
    to: Option<String>,
    #[command(flatten)]
    right: RightFlags,
    /// Let nobody but the database's own roles connect: take CONNECT and TEMPORARY from PUBLIC.
    #[arg(long, env = "PGDB_ISOLATE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    isolate: bool,
    /// Make the login if it is not there, and mirror its credential to this namespace; may be given several times.
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true,
        requires = "to"
    )]
    app_namespace: Vec<String>,
    /// Read the new login's password from standard input instead of making one.
    #[arg(long, env = "PGDB_PASSWORD_STDIN", hide_env = true, requires = "app_namespace", value_parser = clap::builder::FalseyValueParser::new())]
    password_stdin: bool,
    /// Make the new login's password so many characters long, 22 to 256 [default: 32].
    #[arg(
        long,
        value_name = "NUMBER",
        env = "PGDB_PASSWORD_LENGTH",
        hide_env = true
    )]
    password_length: Option<String>,
    #[command(flatten)]
    new: AppFlags,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    sealing: SealingFlags,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, or a summary as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = ChangeFormat::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: ChangeFormat,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    kube: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Grant, global: &Global, output: &Output) -> Result<Exit, Failure> {
    secrecy::forbid_core_dumps();
    let to: Option<Grantee> = one("--to", args.to.as_deref())?;
    let right = args.right.right()?;
    let change = match (to, right) {
        (Some(to), Some(right)) => Some(Change::Grant(to, right)),
        (Some(_), None) => {
            return Err(Failure::usage(
                "nothing is named that is to be allowed",
                "name a level with --as reader or --as writer, or privileges as in --privileges SELECT,INSERT",
            ));
        }
        (None, Some(_)) => {
            return Err(Failure::usage(
                "nobody is named who is to be allowed it",
                "name an app or a role with --to",
            ));
        }
        (None, None) => None,
    };
    let namespaces = list("--app-namespace", &args.app_namespace)?;
    // Before the lock is taken: whoever pipes it in may take his time.
    let password = args
        .password_stdin
        .then(|| given_password::from_stdin("grant"))
        .transpose()?;
    let workspace = Workspace::open(global)?;
    let length = password_length(args.password_length.as_deref(), &workspace.settings)?;
    let new = NewUser {
        namespaces,
        options: args.new.options(&workspace.settings)?,
        credential: password.map_or(Credential::Generate(length), Credential::Given),
    };
    let key = match new.namespaces.is_empty() {
        true => None,
        false => {
            let kube = &args.kube;
            Some(
                args.sealing
                    .key(&args.controller, kube, &workspace, output)?,
            )
        }
    };
    AccessChange {
        app: &args.app,
        request: Request {
            isolate: args.isolate.then_some(true),
            change,
        },
        new: Some(new),
        key,
        target: args.target.request(global, &workspace)?,
        named_cluster: args.target.is_named(),
        dry_run: args.dry_run.is_client(),
        format: args.output,
        subject: "Grant access to",
    }
    .carry_out(&workspace, global, output)?;
    Ok(Exit::Done)
}
