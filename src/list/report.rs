//! What `list` says: the structure of `-o json` and `-o yaml`.

mod access;
mod app;

use std::collections::HashSet;

use serde::Serialize;

use super::state::State;
use super::targets::{ListedTarget, labels};
use super::{Gathered, ListError, Unread};
use crate::declared::Unreadable;
use crate::domain::nearest::nearest;
use crate::report::REPORT_VERSION;

pub use access::AccessReport;
pub(super) use access::Members;
pub use app::{
    AppReport, ClusterReport, DatabaseReport, Duplicate, NamespacesReport, RoleReport, SecretReport,
};

/// So many apps are named where one is asked for that is not there; more would be no help.
const NAMED: usize = 20;

/// The apps of a repository. It holds no value of a Secret, sealed or not.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub api_version: &'static str,
    /// Always `AppList`.
    pub kind: &'static str,
    /// How many apps are in which state.
    pub summary: Summary,
    /// The apps, in the order of the targets and of their names.
    pub apps: Vec<AppReport>,
    /// The files that were not looked at.
    pub unreadable: Vec<UnreadableReport>,
    /// What the user should know besides.
    #[serde(skip)]
    pub warnings: Vec<String>,
    /// What of the repository was looked at, such as `in the namespace data`; none where it was all of it.
    #[serde(skip)]
    pub place: Option<String>,
}

/// How many apps are in which state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All apps.
    pub apps: usize,
    /// Those that have all their pieces.
    pub complete: usize,
    /// Those that lack one, or have a reference that leads elsewhere.
    pub incomplete: usize,
    /// Those that are declared as absent.
    pub leaving: usize,
    /// Those that were removed, and whose roles keep their data.
    pub kept: usize,
}

/// A file that was not looked at.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnreadableReport {
    /// The file.
    pub path: String,
    /// Where it stops being YAML; none of a file that could not be read at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Why.
    pub problem: String,
    /// Whether it holds `{{`, as a template does that is still to be filled in.
    pub template: bool,
}

impl Report {
    /// The report on what was gathered.
    pub(super) fn of(
        gathered: Gathered,
        targets: &[ListedTarget],
        unread: Vec<Unread>,
        warnings: Vec<String>,
    ) -> Self {
        let labels = labels(targets);
        let Gathered {
            apps, unreadable, ..
        } = gathered;
        let mut apps: Vec<(usize, AppReport)> = Gathered::without_used_credentials(apps)
            .into_iter()
            .filter_map(|listed| AppReport::of(&listed, targets, &labels))
            .collect();
        apps.sort_by(|(one, app), (other, next)| (one, &app.name).cmp(&(other, &next.name)));
        let unreadable = unreadable.into_iter().map(UnreadableReport::of);
        let unread = unread.into_iter().map(|file| UnreadableReport {
            path: file.path,
            line: None,
            problem: file.problem,
            template: false,
        });
        Self {
            api_version: REPORT_VERSION,
            kind: "AppList",
            unreadable: unreadable.chain(unread).collect(),
            warnings,
            ..Self::of_apps(apps.into_iter().map(|(_, app)| app).collect())
        }
    }

    /// A report on these apps.
    fn of_apps(apps: Vec<AppReport>) -> Self {
        let count = |state| apps.iter().filter(|app| app.state == state).count();
        Self {
            api_version: REPORT_VERSION,
            kind: "AppList",
            summary: Summary {
                apps: apps.len(),
                complete: count(State::Complete),
                incomplete: count(State::Incomplete),
                leaving: count(State::Leaving),
                kept: count(State::Kept),
            },
            apps,
            unreadable: Vec::new(),
            warnings: Vec::new(),
            place: None,
        }
    }

    /// The same report on the apps of these names alone; on all where there are none.
    ///
    /// # Errors
    /// The first name that no app has.
    pub fn choose(self, names: &[String]) -> Result<Self, ListError> {
        if names.is_empty() {
            return Ok(self);
        }
        let known: HashSet<&str> = self.apps.iter().map(|app| app.name.as_str()).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name.as_str())) {
            return Err(self.unknown(name));
        }
        let wanted: HashSet<&str> = names.iter().map(String::as_str).collect();
        let apps = self.apps.into_iter();
        let apps = apps.filter(|app| wanted.contains(app.name.as_str()));
        Ok(Self {
            unreadable: self.unreadable,
            warnings: self.warnings,
            place: self.place,
            ..Self::of_apps(apps.collect())
        })
    }

    fn unknown(&self, name: &str) -> ListError {
        let names = self.names();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None if names.is_empty() => {
                "see that this working tree is the right one and up to date".to_owned()
            }
            None if names.len() > NAMED => {
                "`kubectl pgdb list --output name` prints the names".to_owned()
            }
            None => format!("it declares {}", names.join(", ")),
        };
        ListError::UnknownApp {
            name: name.to_owned(),
            place: self
                .place
                .as_ref()
                .map_or(String::new(), |place| format!(" {place}")),
            help,
        }
    }

    /// The names of the apps, each once, in the order of the apps.
    pub fn names(&self) -> Vec<&str> {
        let mut known = HashSet::new();
        let names = self.apps.iter().map(|app| app.name.as_str());
        names.filter(|name| known.insert(*name)).collect()
    }
}

impl UnreadableReport {
    fn of(file: Unreadable) -> Self {
        Self {
            path: file.place.path.to_string(),
            line: Some(file.place.line),
            problem: file.problem,
            template: file.is_template,
        }
    }
}
