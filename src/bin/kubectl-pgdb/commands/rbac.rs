//! `rbac`.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use pgdb::declared::Declared;
use pgdb::domain::kubernetes_name::{Namespace, ObjectName};
use pgdb::live::rights::{Scope, Task};
use pgdb::rbac::{List, Subject, SubjectError, Wanted, manifests};
use pgdb::settings::TargetSettings;
use pgdb::target::{GUIDE_NAMESPACE, TargetRequest};

use crate::cli::Global;
use crate::commands::fetch_cert::ControllerFlags;
use crate::declared_apps::{self, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::flag_value::{list, one};
use crate::output::Output;
use crate::workspace::Workspace;

/// Print the least rights that people and pipelines need at the cluster, as manifests of RBAC.
///
/// They are what the tasks really ask of the API server, and what doctor asks about. Nothing is sent to a cluster: apply
/// them with kubectl, or commit them. In a repository the namespaces are those of its apps.
#[derive(Args, Debug)]
pub(crate) struct Rbac {
    /// Allow these tasks; may be given several times, or as a list with commas.
    #[arg(
        long = "for",
        value_name = "TASK",
        value_enum,
        value_delimiter = ',',
        default_value = "verify",
        env = "PGDB_FOR",
        hide_env = true
    )]
    tasks: Vec<Word>,
    /// Allow them to this user; may be given several times.
    #[arg(long, value_name = "NAME")]
    user: Vec<String>,
    /// Allow them to this group; may be given several times.
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    /// Allow them to this ServiceAccount; may be given several times.
    #[arg(long, value_name = "NAMESPACE:NAME")]
    service_account: Vec<String>,
    /// Allow the Secrets of this app namespace to be read [default: those of the repository's apps].
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true
    )]
    app_namespace: Vec<String>,
    /// Name the roles and bindings so.
    #[arg(long, value_name = "NAME", default_value = "kubectl-pgdb")]
    name: String,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    controller: ControllerFlags,
    /// Print YAML documents, or one List as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Yaml, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Word {
    /// Look at the live objects, and wait for them.
    Verify,
    /// Log in as the apps: `verify --login`.
    Login,
    /// Fetch the sealing certificate.
    FetchCert,
    /// All of these, as `doctor` asks about them.
    Doctor,
    /// Start a sync of a server that CNPG does not run, and see how it went.
    Sync,
    /// See who may do what in the databases.
    Audit,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

impl Word {
    fn tasks(self) -> &'static [Task] {
        match self {
            Self::Verify => &[Task::Verify],
            Self::Login => &[Task::Login],
            Self::FetchCert => &[Task::FetchCert],
            Self::Doctor => &[Task::Verify, Task::Login, Task::FetchCert],
            Self::Sync => &[Task::Sync],
            Self::Audit => &[Task::Audit],
        }
    }
}

/// Runs it.
pub(crate) fn run(args: &Rbac, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let name: ObjectName = args
        .name
        .parse()
        .map_err(|error| Failure::usage(format!("--name: {error}"), SUBJECT_HELP))?;
    let subjects = subjects(args)?;
    let given: Vec<Namespace> = list("--app-namespace", &args.app_namespace)?;
    let given: BTreeSet<String> = given.iter().map(ToString::to_string).collect();
    let (scope, known) = scope(args, global, output)?;
    if subjects.is_empty() {
        output.warn("nobody is named with --user, --group or --service-account: there are roles alone, and no bindings");
    }
    let wanted = Wanted {
        name,
        tasks: args
            .tasks
            .iter()
            .flat_map(|word| word.tasks())
            .copied()
            .collect(),
        scope,
        app_namespaces: if given.is_empty() { known } else { given },
        subjects,
    };
    print(args, &wanted, output)?;
    Ok(Exit::Done)
}

/// What is said where a name of an object is refused.
const SUBJECT_HELP: &str = "use lower-case letters, digits, `-` and `.`";

fn subjects(args: &Rbac) -> Result<Vec<Subject>, Failure> {
    let parsed = |flag: &'static str, parse: fn(&str) -> Result<Subject, SubjectError>| {
        move |text: &String| {
            parse(text).map_err(|error| Failure::usage(format!("{flag}: {error}"), error.help()))
        }
    };
    let users = args.user.iter().map(parsed("--user", Subject::user));
    let groups = args.group.iter().map(parsed("--group", Subject::group));
    let accounts = args.service_account.iter();
    let accounts = accounts.map(parsed("--service-account", Subject::service_account));
    users.chain(groups).chain(accounts).collect()
}

/// Where the rights are needed, and the namespaces that the repository's credentials are mirrored to.
fn scope(
    args: &Rbac,
    global: &Global,
    output: &Output,
) -> Result<(Scope, BTreeSet<String>), Failure> {
    let workspace = Workspace::around(global)?;
    let settings = workspace
        .as_ref()
        .map(|workspace| workspace.settings.clone());
    let controller = args
        .controller
        .wanted(&settings.unwrap_or_else(TargetSettings::default))?;
    let found = match &workspace {
        Some(workspace) => {
            let request = args.target.request(global, workspace)?;
            declared_apps::apps(workspace, &request)?
        }
        None => None,
    };
    let mut scope = Scope {
        namespace: GUIDE_NAMESPACE.to_owned(),
        controller: controller.namespace_or_default().to_owned(),
        has_roles: true,
        has_argo_cd: true,
        has_services: false,
        has_poolers: false,
        has_access: true,
        is_server: false,
    };
    let Some((declared, target)) = found else {
        let request = TargetRequest {
            namespace: one("--namespace", global.namespace.as_deref())?,
            ..TargetRequest::default()
        };
        if let Some(namespace) = request.namespace {
            scope.namespace = namespace.to_string();
        }
        return Ok((scope, BTreeSet::new()));
    };
    for warning in warnings(&declared) {
        output.warn(&warning);
    }
    scope.namespace = target.namespace.to_string();
    scope.has_services = declared.apps.iter().any(|app| app.service.is_some());
    scope.has_poolers = declared.apps.iter().any(|app| app.pooler.is_some());
    scope.has_access = declared.apps.iter().any(|app| app.access.is_some());
    scope.is_server = target.server.is_some();
    Ok((scope, namespaces(&declared, output)))
}

/// The namespaces that credentials are mirrored to, as far as they are named.
fn namespaces(declared: &Declared, output: &Output) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for app in &declared.apps {
        let services = app.service.iter().flat_map(|service| &service.namespaces);
        found.extend(services.cloned());
        let Some(credential) = &app.credential else {
            continue;
        };
        let reflection = &credential.reflection;
        found.extend(reflection.named().iter().map(ToString::to_string));
        let is_open = reflection.mirrors_to_all()
            || !reflection.patterns().is_empty()
            || !reflection.selectors().is_empty();
        if is_open {
            output.warn(&format!(
                "{}: patterns choose the namespaces of {}: name those that are to be read with --app-namespace",
                credential.place, credential.name
            ));
        }
    }
    found
}

fn print(args: &Rbac, wanted: &Wanted, output: &Output) -> Result<(), Failure> {
    let manifests = manifests(wanted);
    if args.output == Format::Json {
        return output.json(&List::of(manifests));
    }
    let mut text = String::new();
    for manifest in &manifests {
        let document = serde_yaml::to_string(manifest)
            .map_err(|error| Failure::unknown(format!("cannot write YAML: {error}"), ""))?;
        text.push_str("---\n");
        text.push_str(&document);
    }
    output.data(&text)
}
