//! `export`.

use clap::{Args, ValueEnum};
use pgdb::export::export;

use crate::app_flags::AppFlags;
use crate::cli::Global;
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::workspace::Workspace;

/// Write the repository's apps as a file that `import` takes.
///
/// Settings that are the defaults, or follow from an app's name, are left out. There are no passwords in it: what is sealed
/// cannot be read. `import` of the file into the same repository changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The apps [default: all].
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    defaults: AppFlags,
    /// Write YAML or JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Yaml, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// Runs it.
pub(crate) fn run(args: &Export, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let workspace = Workspace::open(global)?;
    let defaults = args.defaults.options(&workspace.settings)?;
    let request = args.target.request(global, &workspace)?;
    let apps = DeclaredApps::read(&workspace, &request)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    let chosen = if args.names.is_empty() {
        apps.declared.apps.iter().collect()
    } else {
        apps.choose(&args.names, true)?
    };
    let exported = export(&apps.declared, chosen, &defaults);
    for warning in &exported.warnings {
        output.warn(warning);
    }
    match args.output {
        Format::Json => output.json(&exported.document)?,
        Format::Yaml => {
            let text = serde_yaml::to_string(&exported.document)
                .map_err(|error| Failure::unknown(format!("cannot write YAML: {error}"), ""))?;
            output.data(&text)?;
        }
    }
    Ok(Exit::Done)
}
