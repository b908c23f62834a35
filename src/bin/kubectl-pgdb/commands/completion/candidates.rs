//! What may stand where the cursor is.

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::path::Path;
use std::sync::Mutex;

use clap::builder::StyledStr;
use clap::{Arg, ValueHint};
use pgdb::declared;
use pgdb::list::{self, Request};
use pgdb::repo::header::is_relevant;
use pgdb::repo::namespaces::mentioned;
use pgdb::target::{Target, TargetRequest, candidates as clusters};
use pgdb::verify::Link;

use super::line::{Line, Wanted};
use crate::files::Root;
use crate::workspace::read_settings;

/// The answer to a shell's question.
pub(super) struct Answer {
    candidates: Vec<Candidate>,
    directive: Directive,
}

/// One word that may stand there.
struct Candidate {
    word: String,
    /// Empty where there is nothing to say.
    about: String,
}

/// What the shell does besides offering the candidates.
///
/// Source: cobra `completions.go`, `ShellCompDirective`.
#[derive(Clone, Copy)]
enum Directive {
    /// It offers files where there are no candidates.
    Files = 0,
    /// Nothing.
    NoFiles = 4,
    /// It offers folders alone.
    Folders = 16,
}

/// The candidates for the word of which `current` is there.
///
/// For the value in `--flag=value` these are bare values: the shell puts the flag back.
pub(super) fn of(line: &Line<'_>, current: &str) -> Answer {
    match line.wanted(current) {
        Wanted::Nothing => Answer::none(Directive::NoFiles),
        Wanted::Value { arg, typed } => values(line, arg, &typed),
        Wanted::Flag => {
            let flags = line.flags().map(|(name, arg)| Candidate {
                word: format!("--{name}"),
                about: first_line(arg.get_help()),
            });
            Answer::of(flags, current)
        }
        Wanted::Command => {
            let commands = line.commands().map(|command| Candidate {
                word: command.get_name().to_owned(),
                about: first_line(command.get_about()),
            });
            Answer::of(commands, current)
        }
    }
}

/// The values of a flag or argument that begin with what is there; of a list, of its last part.
fn values(line: &Line<'_>, arg: &Arg, typed: &str) -> Answer {
    let Some(known) = known_values(line, arg) else {
        return Answer::none(match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath => Directive::Files,
            ValueHint::DirPath => Directive::Folders,
            _ => Directive::NoFiles,
        });
    };
    let delimiter = arg.get_value_delimiter();
    let before = delimiter
        .and_then(|delimiter| typed.rsplit_once(delimiter))
        .map_or("", |(before, _)| before);
    let is_new = |candidate: &Candidate| {
        delimiter.is_none_or(|delimiter| before.split(delimiter).all(|part| part != candidate.word))
    };
    let known = known
        .into_iter()
        .filter(is_new)
        .map(|candidate| match delimiter {
            Some(delimiter) if !before.is_empty() => Candidate {
                word: format!("{before}{delimiter}{}", candidate.word),
                ..candidate
            },
            _ => candidate,
        });
    Answer::of(known, typed)
}

/// The values that are known of a flag or argument; none where it may take anything.
fn known_values(line: &Line<'_>, arg: &Arg) -> Option<Vec<Candidate>> {
    let words = arg.get_possible_values();
    if !words.is_empty() {
        let candidate = |value: &clap::builder::PossibleValue| Candidate {
            word: value.get_name().to_owned(),
            about: first_line(value.get_help()),
        };
        return Some(words.iter().map(candidate).collect());
    }
    let found = match arg.get_id().as_str() {
        "target" => targets(line),
        "namespace" | "app_namespace" => namespaces(line),
        "cluster" | "cluster_name" => cluster_names(line),
        "app" | "names" => app_names(line),
        "apps" => listed_names(line),
        "skip" => Some(Link::words().map(Candidate::bare).collect()),
        "cluster_file" => cluster_files(line),
        _ => return None,
    };
    Some(found.unwrap_or_default())
}

/// The repository that the line is about.
fn root(line: &Line<'_>) -> Option<Root> {
    let named = match line.value_of("repo") {
        Some(path) => Some(path.into()),
        None => env::var_os("PGDB_REPO").filter(|path| !path.is_empty()),
    };
    match named {
        Some(path) => Root::at(Path::new(&path)).ok(),
        None => Root::find(&env::current_dir().ok()?).ok(),
    }
}

fn targets(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let settings = read_settings(&root(line)?).ok()?;
    Some(settings.targets().map(Candidate::bare).collect())
}

fn namespaces(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let found = Mutex::new(BTreeSet::new());
    root(line)?
        .snapshot(&[], |_, text| {
            if let Ok(mut found) = found.lock() {
                found.extend(mentioned(text));
            }
            false
        })
        .ok()?;
    let found = found.into_inner().ok()?;
    Some(found.iter().map(Candidate::bare).collect())
}

fn cluster_names(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let snapshot = root(line)?.snapshot(&[], is_relevant).ok()?.snapshot;
    let named = clusters(&snapshot).into_iter().map(|found| Candidate {
        word: found.cluster.to_string(),
        about: found.path.to_string(),
    });
    Some(named.collect())
}

/// The apps that the repository declares for the Cluster that is meant.
fn app_names(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let root = root(line)?;
    let settings = read_settings(&root).ok()?;
    let settings = settings.target(line.value_of("target")).ok()?.settings;
    let request = TargetRequest {
        roles: settings.role_style(),
        ..TargetRequest::default()
    };
    let snapshot = root.snapshot(&[], is_relevant).ok()?.snapshot;
    let target = Target::resolve(&request.or_settings(&settings), &snapshot).ok()?;
    let apps = declared::apps(&snapshot, &target).apps.into_iter();
    Some(apps.map(|app| Candidate::bare(app.name)).collect())
}

/// The apps that `list` knows, of all Clusters.
fn listed_names(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let root = root(line)?;
    let settings = read_settings(&root).ok()?;
    let request = Request {
        target: line.value_of("target").map(str::to_owned),
        cluster: line.value_of("cluster_name").and_then(|c| c.parse().ok()),
        namespace: line.value_of("namespace").and_then(|n| n.parse().ok()),
        ..Request::default()
    };
    let snapshot = root.snapshot(&[], is_relevant).ok()?.snapshot;
    let report = list::run(&request, &settings, &snapshot, Vec::new()).ok()?;
    Some(report.names().into_iter().map(Candidate::bare).collect())
}

fn cluster_files(line: &Line<'_>) -> Option<Vec<Candidate>> {
    let snapshot = root(line)?.snapshot(&[], is_relevant).ok()?.snapshot;
    let filed = clusters(&snapshot).into_iter().map(|found| Candidate {
        word: found.path.to_string(),
        about: found.cluster.to_string(),
    });
    Some(filed.collect())
}

/// The first line of a help text.
fn first_line(help: Option<&StyledStr>) -> String {
    let text = help.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().replace('\t', " ")
}

impl Candidate {
    fn bare(word: impl fmt::Display) -> Self {
        Self {
            word: word.to_string(),
            about: String::new(),
        }
    }
}

impl Answer {
    fn none(directive: Directive) -> Self {
        Self {
            candidates: Vec::new(),
            directive,
        }
    }

    /// The candidates that begin with what is there.
    fn of(candidates: impl IntoIterator<Item = Candidate>, typed: &str) -> Self {
        let candidates = candidates.into_iter();
        Self {
            candidates: candidates
                .filter(|candidate| candidate.word.starts_with(typed))
                .collect(),
            directive: Directive::NoFiles,
        }
    }
}

/// A line for each candidate, with a tab before what it means, and a last one with the directive.
///
/// Source: kubectl `pkg/cmd/plugin/plugin_completion.go`.
impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Candidate { word, about } in &self.candidates {
            if about.is_empty() {
                writeln!(formatter, "{word}")?;
            } else {
                writeln!(formatter, "{word}\t{about}")?;
            }
        }
        writeln!(formatter, ":{}", self.directive as u8)
    }
}
