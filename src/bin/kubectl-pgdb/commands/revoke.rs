//! `revoke`.

use clap::Args;
use pgdb::domain::access::asked::Grantee;
use pgdb::grant::{Change, Request};

use crate::access_change::AccessChange;
use crate::cli::{ChangeFormat, DryRun, Global};
use crate::declared_apps::TargetFlags;
use crate::failure::{Exit, Failure};
use crate::flag_value::one;
use crate::output::Output;
use crate::right_flags::RightFlags;
use crate::workspace::Workspace;

/// Take from somebody what was granted in an app's database: all of it, a level, or some privileges.
///
/// The role stays, with its login: `kubectl pgdb remove` takes that out. The privileges go with the next sync.
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    /// The app whose database it is.
    #[arg(value_name = "NAME")]
    app: String,
    /// The app or role that is not allowed it any more.
    #[arg(
        long,
        value_name = "USER",
        env = "PGDB_FROM",
        hide_env = true,
        required_unless_present = "isolate"
    )]
    from: Option<String>,
    #[command(flatten)]
    right: RightFlags,
    /// End the isolation: give CONNECT and TEMPORARY back to PUBLIC.
    #[arg(long, env = "PGDB_ISOLATE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    isolate: bool,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, or a summary as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = ChangeFormat::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: ChangeFormat,
}

/// Runs it.
pub(crate) fn run(args: &Revoke, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let from: Option<Grantee> = one("--from", args.from.as_deref())?;
    let right = args.right.right()?;
    if let (None, Some(_)) = (&from, &right) {
        return Err(Failure::usage(
            "nobody is named who is not to be allowed it any more",
            "name an app or a role with --from",
        ));
    }
    let workspace = Workspace::open(global)?;
    AccessChange {
        app: &args.app,
        request: Request {
            isolate: args.isolate.then_some(false),
            change: from.map(|from| Change::Revoke(from, right)),
        },
        new: None,
        key: None,
        target: args.target.request(global, &workspace)?,
        named_cluster: args.target.is_named(),
        dry_run: args.dry_run.is_client(),
        format: args.output,
        subject: "Revoke access to",
    }
    .carry_out(&workspace, global, output)?;
    Ok(Exit::Done)
}
