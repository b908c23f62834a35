//! Lists the apps that a repository declares, with what each consists of and what is missing.
//!
//! It only looks: where several Clusters are possible, the apps of all of them are listed.

mod error;
mod report;
mod state;
mod targets;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::declared::{
    ClusterReference, Declared, DeclaredApp, Manifests, Piece, Place, Unreadable,
};
use crate::domain::kubernetes_name::{ClusterName, Namespace};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::settings::Settings;
use crate::target::neighbourhood::Neighbourhood;

pub use error::ListError;
pub use report::{
    AccessReport, AppReport, ClusterReport, DatabaseReport, Duplicate, NamespacesReport, Report,
    RoleReport, SecretReport, Summary, UnreadableReport,
};
pub use state::State;

use report::Members;
use targets::{ListedTarget, Sight};

/// Which apps are to be listed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Request {
    /// Those of this target of `.pgdb.yaml`.
    pub target: Option<String>,
    /// Those of every target, also where one is named here or as `defaultTarget`.
    pub all: bool,
    /// Those of the Clusters of this name.
    pub cluster: Option<ClusterName>,
    /// Those of the Cluster in this file; its text must be in the snapshot where the file is there.
    pub cluster_file: Option<RepoPath>,
    /// Those of the Clusters in this namespace.
    pub namespace: Option<Namespace>,
}

/// A file that could not be read, such as for its permissions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    /// Its path below the root, as it can be shown.
    pub path: String,
    /// Why.
    pub problem: String,
}

/// An app, and the targets that declare it: the same files may be as near to several.
struct Listed {
    /// The target's number and the app as it is there; the first one counts.
    variants: Vec<(usize, DeclaredApp)>,
    /// Who else may do what in its database, as the first one says it.
    access: Option<AccessReport>,
}

/// The apps that a repository declares.
///
/// # Errors
/// When there is no such target or Cluster.
pub fn run(
    request: &Request,
    settings: &Settings,
    snapshot: &Snapshot,
    unread: Vec<Unread>,
) -> Result<Report, ListError> {
    let manifests = Manifests::of(snapshot);
    let Sight {
        mut targets,
        candidates,
        is_narrowed,
        mut warnings,
    } = Sight::of(request, settings, snapshot, &manifests)?;
    let neighbourhoods: Vec<Neighbourhood> = targets
        .iter()
        .map(|listed| Neighbourhood::among(&listed.target, &candidates))
        .collect();
    let mut gathered = Gathered::default();
    for (number, (listed, neighbourhood)) in targets.iter().zip(&neighbourhoods).enumerate() {
        gathered.add(number, manifests.apps(&listed.target, neighbourhood));
    }
    if !is_narrowed {
        let seen = targets.iter().map(|listed| &listed.target);
        let rest = manifests.unclaimed(&seen.zip(&neighbourhoods).collect::<Vec<_>>());
        warnings.extend(targets::unnamed(&rest));
        gathered.add_rest(&mut targets, request, &manifests, rest);
        gathered.unreadable = manifests.unreadable().to_vec();
    }
    targets::refuse_unknown_cluster(request, &targets, snapshot)?;
    let mut report = Report::of(gathered, &targets, unread, warnings);
    report.place = place(request, &targets);
    Ok(report)
}

/// What of the repository was looked at, for a message; none where it was all of it.
fn place(request: &Request, targets: &[ListedTarget]) -> Option<String> {
    match (targets, &request.namespace) {
        ([only], _) => Some(format!(
            "for the {} {} in {}",
            only.target.kind(),
            only.target.cluster,
            only.namespace
        )),
        (_, Some(namespace)) => Some(format!("in the namespace {namespace}")),
        _ => None,
    }
}

/// A piece, where it was found, and its name: a line may hold several.
type Found = (Piece, Place, String);

/// What was found of the targets.
#[derive(Default)]
struct Gathered {
    apps: Vec<Listed>,
    /// In the order of their places, each file once.
    unreadable: Vec<Unreadable>,
    /// The app that was found by this piece first.
    by_piece: HashMap<Found, usize>,
}

impl Gathered {
    /// Adds the apps of a target.
    fn add(&mut self, number: usize, declared: Declared) {
        let members = Members::of(&declared.roles);
        for app in declared.apps {
            let piece = first_piece(&app);
            let known = piece.as_ref().and_then(|piece| self.by_piece.get(piece));
            match known.and_then(|known| self.apps.get_mut(*known)) {
                Some(known) => known.variants.push((number, app)),
                None => self.push(number, app, &members),
            }
        }
        self.unreadable.extend(declared.unreadable);
        self.unreadable
            .sort_by(|one, other| one.place.cmp(&other.place));
        self.unreadable.dedup();
    }

    fn push(&mut self, number: usize, app: DeclaredApp, members: &Members<'_>) {
        let piece = first_piece(&app).map(|piece| (piece, self.apps.len()));
        self.by_piece.extend(piece);
        self.apps.push(Listed {
            access: members.access(&app),
            variants: vec![(number, app)],
        });
    }

    /// Adds the apps of objects that lie near none of the Clusters they name: of Clusters that have no manifest here,
    /// and such as are in the wrong folder.
    fn add_rest(
        &mut self,
        targets: &mut Vec<ListedTarget>,
        request: &Request,
        manifests: &Manifests<'_>,
        mut objects: Vec<ClusterReference<'_>>,
    ) {
        for listed in targets::without_manifest(request, manifests, &objects) {
            let same = targets.iter().position(|known| {
                known.target.cluster == listed.target.cluster && known.namespace == listed.namespace
            });
            let target = same.and_then(|number| targets.get(number));
            let target = &target.unwrap_or(&listed).target;
            let places: HashSet<&Place> = objects.iter().map(|object| object.place).collect();
            let declared = manifests.apps_of_databases(target, &objects);
            let members = Members::of(&declared.roles);
            for app in declared.apps {
                let piece = first_piece(&app);
                let is_new = piece.is_some_and(|piece| {
                    let is_of_these = places.contains(&piece.1);
                    let is_credential = piece.0 == Piece::Credential && same.is_none();
                    (is_of_these || is_credential) && !self.by_piece.contains_key(&piece)
                });
                if is_new {
                    self.push(same.unwrap_or(targets.len()), app, &members);
                }
            }
            let everywhere = Neighbourhood::among(target, &[]);
            manifests.claim(&mut objects, target, &everywhere);
            if same.is_none() {
                targets.push(listed);
            }
        }
    }

    /// The apps, without those that are nothing but a credential which an app of another target uses.
    fn without_used_credentials(apps: Vec<Listed>) -> Vec<Listed> {
        let variants = apps.iter().flat_map(|listed| &listed.variants);
        let used: HashSet<Found> = variants
            .filter(|(_, app)| !is_credential_alone(app))
            .filter_map(|(_, app)| credential_of(app))
            .collect();
        let is_used = |app: &DeclaredApp| {
            is_credential_alone(app) && credential_of(app).is_some_and(|it| used.contains(&it))
        };
        let mut apps = apps;
        apps.retain(|listed| !listed.variants.iter().all(|(_, app)| is_used(app)));
        apps
    }
}

/// Whether an app is nothing but a credential.
fn is_credential_alone(app: &DeclaredApp) -> bool {
    app.role.is_none() && app.database.is_none()
}

/// The piece that an app is told by.
fn first_piece(app: &DeclaredApp) -> Option<Found> {
    let database = app.database.as_ref().map(|database| {
        let name = database.object.clone();
        (Piece::Database, database.place.clone(), name)
    });
    let role = app.role.as_ref();
    let role = || role.map(|role| (Piece::Role, role.place.clone(), role.name.clone()));
    database.or_else(role).or_else(|| credential_of(app))
}

fn credential_of(app: &DeclaredApp) -> Option<Found> {
    let credential = app.credential.as_ref()?;
    let name = credential.name.clone();
    Some((Piece::Credential, credential.place.clone(), name))
}
