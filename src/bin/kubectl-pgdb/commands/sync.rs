//! `sync`.

mod page;

use clap::{Args, ValueEnum};
use pgdb::audit::with_database;
use pgdb::domain::access::SCRIPT_HASH;
use pgdb::domain::time_limit::{TimeLimit, TimeLimitError};
use pgdb::live::fact::{Fact, Unreadable};
use pgdb::live::job::{Job, Outcome};
use pgdb::live::login::Way;
use pgdb::sync_status::Facts;
use pgdb::target::Target;

use crate::checks;
use crate::cli::Global;
use crate::cluster::{ClusterFlags, Door, JobWire, Session, Timer, block_on};
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::output::{Output, visible};
use crate::workspace::{Workspace, now};

/// Make a server at once what is declared of it, or show its last runs, their logs and what differs.
///
/// For a server that CloudNativePG does not run: makes a Job from its CronJob, waits for it, and shows what it said. With
/// --status it shows the last runs, and which of the declared roles, memberships and databases are not so, as PostgreSQL
/// tells an app that logs in. For a Cluster, --status and --logs are about the Jobs of `grant`, which Argo CD runs.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 done, or all is as declared; 1 the run failed, or something differs; 2 the call is wrong; 3 the cluster could not be asked, or the time was over."
)]
pub(crate) struct Sync {
    /// Run the scripts at once, and wait for it: what is done without another of these flags.
    #[arg(long, env = "PGDB_NOW", hide_env = true, value_parser = clap::builder::FalseyValueParser::new(), conflicts_with_all = ["status", "logs"])]
    now: bool,
    /// Show the last runs, and what differs between the declared and the real state.
    #[arg(long, env = "PGDB_STATUS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new(), conflicts_with = "logs")]
    status: bool,
    /// Print the log of the newest run.
    #[arg(long, env = "PGDB_LOGS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    logs: bool,
    /// With --logs: that of this Job.
    #[arg(
        long,
        value_name = "NAME",
        env = "PGDB_JOB",
        hide_env = true,
        requires = "logs"
    )]
    job: Option<String>,
    /// How long a run is waited for, such as 90s or 5m; 0 waits without end.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        env = "PGDB_TIMEOUT",
        hide_env = true
    )]
    timeout: String,
    /// With --status: print a table or a versioned structure.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Table, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
}

/// How the status is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// A versioned structure.
    Json,
    /// The same structure.
    Yaml,
}

/// How many lines of a run are shown when it has ended.
const LAST_LINES: usize = 10;
/// How many lines of a log are printed.
const ALL_LINES: usize = 2_000;

/// Runs it.
pub(crate) fn run(args: &Sync, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let limit: TimeLimit = args.timeout.parse().map_err(|error: TimeLimitError| {
        Failure::usage(format!("--timeout: {error}"), error.help())
    })?;
    let workspace = Workspace::open(global)?;
    let request = args.target.request(global, &workspace)?;
    let apps = DeclaredApps::read_own(&workspace, &request)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    if args.status {
        return status(args, &apps, output);
    }
    if args.logs {
        return block_on(logs(args, &apps, output));
    }
    if apps.target.server.is_none() {
        return Err(Failure::usage(
            format!(
                "CloudNativePG makes the roles and databases of {}, and Argo CD runs the Jobs of `grant` when it syncs: there is nothing to start here",
                apps.target.place()
            ),
            "argocd app sync NAME, for the whole Application, since a selective sync skips hooks; then kubectl pgdb verify --all",
        ));
    }
    block_on(at_once(args, limit, &apps, output))
}

/// Makes a Job and waits for it.
async fn at_once(
    args: &Sync,
    limit: TimeLimit,
    apps: &DeclaredApps,
    output: &Output,
) -> Result<Exit, Failure> {
    let session = Session::connect(&args.cluster).await?;
    let (namespace, name) = (apps.target.namespace.as_str(), apps.target.sync_name());
    let job = session.start_job(namespace, &name).await?;
    let its = job.meta.annotation(SCRIPT_HASH);
    if apps
        .declared
        .script
        .as_deref()
        .is_some_and(|script| its != Some(script))
    {
        output.warn(
            "the cluster has other scripts than this repository: what is declared here is not pushed or not synced yet",
        );
    }
    let job_name = job.meta.name.clone();
    output.tell(&format!("The Job {job_name} runs in {namespace}."));
    let ended = session.follow_job(&job, &Timer::new(limit.get())).await;
    let Some(job) = ended.map_err(Failure::from)? else {
        return Err(Failure::unknown(
            format!(
                "waited {}, and the Job {job_name} has not ended",
                args.timeout
            ),
            format!("kubectl pgdb sync --logs --job {job_name}"),
        ));
    };
    show(&session, &job, output).await?;
    Ok(match job.outcome {
        Outcome::Complete => Exit::Done,
        _ => Exit::Findings,
    })
}

/// Prints how a Job ended, and its last lines.
async fn show(session: &Session, job: &Job, output: &Output) -> Result<(), Failure> {
    match session.job_log(job, LAST_LINES).await {
        Ok(lines) => output.data(&text(&lines))?,
        Err(why) => output.warn(&format!("its log cannot be read: {}", why.evidence)),
    }
    let name = &job.meta.name;
    let took = match (job.started.or(job.meta.created), job.ended) {
        (Some(began), Some(ended)) => format!(" after {} s", ended.since(began).as_secs()),
        _ => String::new(),
    };
    match &job.outcome {
        Outcome::Failed { message, .. } => {
            output.warn(&format!("the Job {name} failed{took}: {message}"))
        }
        _ => output.tell(&format!("The Job {name} is done{took}.")),
    }
    Ok(())
}

/// Lines as a text.
fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Prints a log.
async fn logs(args: &Sync, apps: &DeclaredApps, output: &Output) -> Result<Exit, Failure> {
    let session = Session::connect(&args.cluster).await?;
    let namespace = apps.target.namespace.as_str();
    let job = match &args.job {
        Some(name) => match session.job(namespace, name).await {
            Fact::Present(job) => job,
            Fact::Absent => {
                return Err(Failure::usage(
                    format!("there is no Job {name:?} in the namespace {namespace}"),
                    "kubectl pgdb sync --status lists them",
                ));
            }
            Fact::Unreadable(why) => return Err(why.into()),
        },
        None => newest(jobs(&session, &apps.target).await, apps)?,
    };
    let lines = session.job_log(&job, ALL_LINES).await;
    output.data(&text(&lines.map_err(Failure::from)?))?;
    Ok(Exit::Done)
}

/// The newest Job of the target.
///
/// # Errors
/// When there is none, or they cannot be read.
fn newest(jobs: Fact<Vec<Job>>, apps: &DeclaredApps) -> Result<Job, Failure> {
    let jobs = match jobs {
        Fact::Present(jobs) => jobs,
        Fact::Absent => Vec::new(),
        Fact::Unreadable(why) => return Err(why.into()),
    };
    let name = apps.target.sync_name();
    let is_its = |job: &Job| match apps.target.server {
        Some(_) => job.is_of(&name),
        None => apps.declared.apps.iter().any(|app| {
            app.access
                .as_ref()
                .is_some_and(|access| access.object == job.meta.name)
        }),
    };
    let its = jobs.into_iter().filter(is_its);
    its.max_by(|one, other| one.age_key().cmp(&other.age_key()))
        .ok_or_else(|| {
            Failure::usage(
                format!("no Job has run yet for {}", apps.target.place()),
                "see that Argo CD has synced: kubectl pgdb verify --all",
            )
        })
}

/// The Jobs of the product in the target's namespace.
async fn jobs(session: &Session, target: &Target) -> Fact<Vec<Job>> {
    session
        .own_objects::<JobWire>(target.namespace.as_str())
        .await
}

/// Shows the last runs, and what differs.
fn status(args: &Sync, apps: &DeclaredApps, output: &Output) -> Result<Exit, Failure> {
    let facts = block_on(look(args, apps))?;
    let report = pgdb::sync_status::run(&apps.declared, &apps.target, &facts);
    let report = report.map_err(|why: Unreadable| Failure::from(why))?;
    match args.output {
        Format::Table => output.data(&page::text(&report, output.pen()))?,
        Format::Json => output.json(&report)?,
        Format::Yaml => {
            let text = serde_yaml::to_string(&report).map_err(|error| {
                Failure::unknown(format!("the report cannot be written: {error}"), "")
            })?;
            output.data(&text)?;
        }
    }
    if let Some(why) = &report.unread {
        output.warn(&format!("PostgreSQL could not be asked: {}", visible(why)));
    }
    Ok(checks::exit(report.status))
}

async fn look(args: &Sync, apps: &DeclaredApps) -> Result<Facts, Failure> {
    let session = Session::connect(&args.cluster).await?;
    let target = &apps.target;
    let jobs = jobs(&session, target).await;
    let Some(server) = &target.server else {
        return Ok(Facts {
            now: now(),
            cron_job: Fact::Absent,
            jobs,
            server: None,
        });
    };
    let name = target.sync_name();
    let cron_job = session.cron_job(target.namespace.as_str(), &name).await;
    let way = Way::to(&server.endpoint);
    let doors =
        with_database(&apps.declared).filter_map(|app| Door::of_app(app, target, &way, "sync"));
    Ok(Facts {
        now: now(),
        cron_job,
        jobs,
        server: Some(session.server_of(doors.collect()).await),
    })
}
