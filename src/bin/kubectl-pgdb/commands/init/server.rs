//! `init --engine postgres`.

use pgdb::domain::dsn::Dsn;
use pgdb::domain::endpoint::{Endpoint, Host, Port};
use pgdb::domain::kubernetes_name::{ClusterName, Namespace};
use pgdb::init::server::{Server, seal_connection};
use pgdb::repo::draft::Draft;
use pgdb::repo::path::RepoPath;
use pgdb::settings::{FILE, Settings};
use pgdb::target::{GUIDE_DIRECTORY, GUIDE_NAMESPACE, Target, TargetRequest};

use super::Init;
use crate::cli::Global;
use crate::failure::{Exit, Failure};
use crate::flag_value::one;
use crate::given_password::dsn_from_stdin;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks, git_commands};
use crate::randomness;
use crate::secrecy;
use crate::workspace::{Workspace, open_root, settings_failure};

/// What a server is called where nobody says it.
const NAME: &str = "postgres";

/// Writes the settings of a server that CNPG does not run, and seals its connection where that is given.
pub(super) fn run(args: &Init, global: &Global, output: &Output) -> Result<Exit, Failure> {
    secrecy::forbid_core_dumps();
    let mut given = Given::of(args, global)?;
    let dsn = args
        .dsn_stdin
        .then(|| dsn_from_stdin("init --engine postgres", args.allow_plaintext))
        .transpose()?;
    given.endpoint = endpoint(args, dsn.as_ref())?;
    let root = open_root(global)?;
    let path: RepoPath = FILE.parse()?;
    let there = root.read(&path)?;
    let server = given.server(&root)?;
    let text = there.clone().unwrap_or_else(|| server.settings());
    let settings = Settings::parse(&text).map_err(settings_failure)?;
    let chosen = settings
        .target(global.target.as_deref())
        .map_err(|error| Failure::usage(&error, error.help()))?;
    let workspace = Workspace {
        root,
        settings: chosen.settings,
    };
    let request = TargetRequest::default().or_settings(&workspace.settings);
    if request.server.is_none() {
        return Err(Failure::usage(
            format!("{FILE} is there and says nothing of a server that CloudNativePG does not run"),
            "add the target by hand: `engine: postgres`, `cluster`, `host` and `port`",
        ));
    }
    let reading = workspace.read(&[], false)?;
    let target = Target::resolve(&request, &reading.snapshot)?;
    let templates = workspace.templates()?;
    let key = workspace.sealing_key(args.cert.as_deref(), output);
    let mut draft = Draft::new(&reading.snapshot);
    if there.is_none() {
        draft.write(&path, text);
    }
    if let Some(dsn) = &dsn {
        let mut rng = randomness::system()?;
        seal_connection(&target, dsn, &templates, &key?, &mut rng, &mut draft)?;
    }
    drop(dsn);
    let changes = draft.into_change_set();
    if changes.is_empty() {
        output.tell(&format!("{FILE} is there: nothing to write."));
        return Ok(Exit::Done);
    }
    let dry_run = args.dry_run.is_client();
    let prompt = asks(global).then(|| Prompt::new(output.colour_stderr()));
    let proposal = Proposal {
        workspace: &workspace,
        output,
        dry_run,
        prints_diff: true,
        prompt: prompt.as_ref(),
        staged: &reading.staged,
    };
    proposal.carry_out(&changes, None)?;
    if !dry_run {
        output.tell(&said(&target, args.dsn_stdin));
        let subject = format!("Add the server {}", target.cluster);
        output.tell(&git_commands(&changes, &subject, &workspace.root));
    }
    Ok(Exit::Done)
}

/// What was written, and what is still to be there.
fn said(target: &Target, has_connection: bool) -> String {
    let server = target.server.as_ref();
    let (secret, key) = match server {
        Some(server) => (
            server.connection_secret.as_str(),
            server.connection_key.as_str(),
        ),
        None => return String::new(),
    };
    let endpoint = target.endpoint();
    let place = target.place();
    if has_connection {
        return format!(
            "Wrote {place}, at {}:{}, with its connection sealed as {secret}.",
            endpoint.host, endpoint.port
        );
    }
    format!(
        "Wrote {place}, at {}:{}. Its connection has to be in the Secret {secret}, under the key {key}.",
        endpoint.host, endpoint.port
    )
}

/// What the flags say, parsed.
struct Given<'args> {
    args: &'args Init,
    name: ClusterName,
    namespace: Namespace,
    endpoint: Option<Endpoint>,
}

impl<'args> Given<'args> {
    fn of(args: &'args Init, global: &Global) -> Result<Self, Failure> {
        let name: Option<ClusterName> = one("--cluster", args.cluster.as_deref())?;
        let namespace: Option<Namespace> = one("--namespace", global.namespace.as_deref())?;
        Ok(Self {
            args,
            name: match name {
                Some(name) => name,
                None => NAME.parse()?,
            },
            namespace: match namespace {
                Some(namespace) => namespace,
                None => GUIDE_NAMESPACE.parse()?,
            },
            endpoint: None,
        })
    }

    fn server(self, root: &crate::files::Root) -> Result<Server, Failure> {
        let certificate = Target::guide_certificate();
        let endpoint = self.endpoint.ok_or_else(|| {
            Failure::usage(
                "the server's host is not said",
                "give it with --host HOST, or the whole connection with --dsn-stdin",
            )
        })?;
        Ok(Server {
            name: self.name,
            namespace: self.namespace,
            endpoint,
            connection_secret: one(
                "--connection-secret",
                self.args.connection_secret.as_deref(),
            )?,
            directory: GUIDE_DIRECTORY.parse()?,
            certificate: root.read(&certificate)?.map(|_| certificate),
            allows_plaintext: self.args.allow_plaintext,
        })
    }
}

/// Where the server listens, as applications reach it: as flags say, else as the Jobs reach it.
fn endpoint(args: &Init, dsn: Option<&Dsn>) -> Result<Option<Endpoint>, Failure> {
    let host: Option<Host> = one("--host", args.host.as_deref())?;
    let port: Option<Port> = one("--port", args.port.as_deref())?;
    let of_dsn = dsn.map(Dsn::endpoint);
    let Some(host) = host.or_else(|| of_dsn.map(|found| found.host.clone())) else {
        return Ok(None);
    };
    let port = port.or_else(|| of_dsn.map(|found| found.port));
    Ok(Some(Endpoint {
        host,
        port: port.unwrap_or_default(),
    }))
}
