//! `verify`.

mod expectation;
mod logins;
mod page;
mod progress;
mod waiting;

use clap::Args;
use pgdb::domain::time_limit::{TimeLimit, TimeLimitError};
use pgdb::report::{Status, Suite};
use pgdb::verify::{Link, Report};

use crate::checks::{self, Format};
use crate::cli::Global;
use crate::cluster::{ClusterFlags, Session, block_on};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use expectation::Expectation;
use logins::{log_in, try_users};
use page::Page;
use progress::Progress;
use waiting::{Ended, Waiting};

/// Prove on the live cluster that an app's database works, or name the broken link.
///
/// Looks at the whole chain: Argo CD, SealedSecret, Secret, its mirrors, the role, its password, the Database, the Cluster
/// and, with --login, a real login. What is expected comes from the repository's manifests where there is a repository,
/// else from NAME and flags. Nothing is changed.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 every link holds; 1 a link is broken; 3 nothing is broken, but a link could not be looked at."
)]
pub(crate) struct Verify {
    /// The apps.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Look at every app of the repository; without one, at every Database with the product's label.
    #[arg(long, short = 'A', conflicts_with = "names", env = "PGDB_ALL", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    all: bool,
    /// Log in as the app, through a port-forward to the primary.
    #[arg(long, env = "PGDB_LOGIN", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    login: bool,
    /// Wait until every link holds; ends at once on what waiting cannot mend.
    #[arg(long, short, env = "PGDB_WAIT", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    wait: bool,
    /// With --wait: how long, such as 90s or 5m; 0 waits without end.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        env = "PGDB_TIMEOUT",
        hide_env = true
    )]
    timeout: String,
    /// With --wait: go on though a link is broken that waiting cannot mend.
    #[arg(long, env = "PGDB_KEEP_WAITING", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    keep_waiting: bool,
    /// Leave this link out: argo-cd, sealed-secret, secret, mirror, service, role, password, database, privileges, cluster, pooler, login or access; may be given
    /// several times.
    #[arg(
        long,
        value_name = "LINK",
        value_delimiter = ',',
        env = "PGDB_SKIP",
        hide_env = true
    )]
    skip: Vec<String>,
    /// Look at the CNPG Cluster in this file, a path from the repository's root.
    #[arg(long, value_name = "PATH", env = "PGDB_CLUSTER_FILE", hide_env = true)]
    cluster_file: Option<String>,
    /// Look at this CNPG Cluster [default: the repository's, else the only one of the namespace].
    #[arg(
        long = "cluster",
        value_name = "CLUSTER",
        env = "PGDB_CLUSTER",
        hide_env = true
    )]
    cluster_name: Option<String>,
    /// Print a table, a versioned structure, or JUnit XML.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Table, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
    #[command(flatten)]
    names_by: expectation::NameFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Verify, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let skip = links(&args.skip)?;
    let limit: TimeLimit = match args.timeout.parse() {
        Ok(limit) => limit,
        Err(error) => return Err(refused_limit(&error)),
    };
    let expectation = Expectation::of(args, global)?;
    for warning in &expectation.warnings {
        output.warn(warning);
    }
    let waiting = Waiting {
        expectation: &expectation,
        skip: &skip,
        login: args.login && !skip.contains(&Link::Login),
        access: args.login && !skip.contains(&Link::Access),
        limit: limit.get(),
        keep: args.keep_waiting,
    };
    let report = block_on(look(args, &waiting, output))?;
    print(args, &report, output)?;
    Ok(checks::exit(report.status))
}

/// Reads the cluster, and looks at it again until every link holds where that is asked for.
async fn look(args: &Verify, call: &Waiting<'_>, output: &Output) -> Result<Report, Failure> {
    let session = Session::connect(&args.cluster).await?;
    let mut facts = session.gather(&call.expectation.sight()).await;
    if !args.wait {
        let apps = call.expectation.apps(&facts)?;
        if call.login {
            log_in(&session, &apps, &mut facts).await;
        }
        if call.access {
            try_users(&session, &apps, &mut facts).await;
        }
        return Ok(pgdb::verify::run(&apps, &facts, call.skip));
    }
    let (report, ended) = call
        .run(&session, facts, &mut Progress::new(output))
        .await?;
    match ended {
        Ended::Late => output.warn(&format!(
            "waited {}, and not every link holds",
            args.timeout
        )),
        Ended::InVain if report.status == Status::Fail => {
            output.warn(
                "stopped waiting: this does not mend itself; --keep-waiting waits all the same",
            );
        }
        Ended::InVain | Ended::Well => {}
    }
    Ok(report)
}

fn print(args: &Verify, report: &Report, output: &Output) -> Result<(), Failure> {
    if args.output == Format::Table {
        let page = Page::new(report, output.pen());
        return output.data(&page.text(output.is_quiet()));
    }
    let suites: Vec<Suite<'_>> = report
        .apps
        .iter()
        .map(|app| Suite {
            name: &app.app,
            checks: &app.checks,
        })
        .collect();
    checks::print_data(args.output, report, "kubectl pgdb verify", &suites, output)
}

/// The links of these words.
///
/// # Errors
/// When there is no such link.
fn links(words: &[String]) -> Result<Vec<Link>, Failure> {
    let link = |word: &String| {
        Link::of(word).ok_or_else(|| {
            let known: Vec<&str> = Link::words().collect();
            Failure::usage(
                format!("--skip: there is no link {word:?}"),
                format!("the links are {}", known.join(", ")),
            )
        })
    };
    words.iter().map(link).collect()
}

fn refused_limit(error: &TimeLimitError) -> Failure {
    Failure::usage(format!("--timeout: {error}"), error.help())
}
