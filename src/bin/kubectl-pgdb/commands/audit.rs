//! `audit`.

mod page;

use clap::{Args, ValueEnum};
use pgdb::audit::{Facts, Question, Report, with_database};
use pgdb::live::fact::Fact;
use pgdb::live::login::Way;
use pgdb::target::Target;

use crate::checks;
use crate::cli::Global;
use crate::cluster::{ClusterFlags, ClusterWire, Door, Session, block_on};
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::workspace::Workspace;
use page::Page;

/// Show who may connect to which database, and what roles may do that their declarations do not say.
///
/// Asks PostgreSQL as each app's own role, with its credential from the Cluster's namespace, through a port-forward to
/// the primary: who may connect to each database, and in the declared ones who was granted what. Whatever is more than the
/// repository declares is a finding: privileges, memberships, attributes of roles, objects that belong to others. What is
/// less is told too. Nothing is changed.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 nobody has more rights than declared; 1 somebody has; 3 nobody was found who has, but a database could not be looked at."
)]
pub(crate) struct Audit {
    /// List the databases too that PostgreSQL has for itself: postgres, template0 and template1.
    #[arg(long, env = "PGDB_ALL_DATABASES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    all_databases: bool,
    /// Print a table or a versioned structure.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Table, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
}

/// How it is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// A versioned structure.
    Json,
    /// The same structure.
    Yaml,
}

/// Runs it.
pub(crate) fn run(args: &Audit, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let workspace = Workspace::open(global)?;
    let request = args.target.request(global, &workspace)?;
    let apps = DeclaredApps::read_own(&workspace, &request)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    let facts = block_on(look(args, &apps))?;
    let question = Question {
        declared: &apps.declared,
        target: &apps.target,
        all_databases: args.all_databases,
    };
    let report = pgdb::audit::run(question, &facts);
    print(args.output, &report, output)?;
    Ok(checks::exit(report.status))
}

/// Asks PostgreSQL.
async fn look(args: &Audit, apps: &DeclaredApps) -> Result<Facts, Failure> {
    let session = Session::connect(&args.cluster).await?;
    let target = &apps.target;
    let way = match &target.server {
        Some(server) => Way::to(&server.endpoint),
        None => Way::Pod {
            namespace: target.namespace.to_string(),
            name: primary(&session, target).await?,
        },
    };
    let declared = with_database(&apps.declared);
    let doors = declared.filter_map(|app| Door::of_app(app, target, &way, "audit"));
    Ok(session.audit(doors.collect()).await)
}

/// The primary's pod.
///
/// # Errors
/// When there is none, or the Cluster cannot be read.
async fn primary(session: &Session, target: &Target) -> Result<String, Failure> {
    let (namespace, name) = (target.namespace.as_str(), target.cluster.as_str());
    let status = format!("kubectl cnpg status {name} --namespace {namespace}");
    let cluster = session.object::<ClusterWire>(namespace, name);
    match cluster.await {
        Fact::Present(cluster) if !cluster.current_primary.is_empty() => {
            Ok(cluster.current_primary)
        }
        Fact::Present(_) => Err(Failure::unknown(
            format!("the Cluster {name} in {namespace} has no primary"),
            status,
        )),
        Fact::Absent => Err(Failure::unknown(
            format!("there is no Cluster {name} in the namespace {namespace}"),
            "see that Argo CD has synced it: kubectl pgdb verify --all",
        )),
        Fact::Unreadable(why) => Err(why.into()),
    }
}

fn print(format: Format, report: &Report, output: &Output) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::unknown(format!("the report cannot be written: {error}"), "")
    };
    match format {
        Format::Table => {
            let page = Page::new(report, output.pen());
            output.data(&page.text(output.is_quiet()))
        }
        Format::Json => output.json(report),
        Format::Yaml => {
            let text = serde_yaml::to_string(report).map_err(|error| failed(&error))?;
            output.data(&text)
        }
    }
}
