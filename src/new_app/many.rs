//! Many apps in one change: the repository is read once, credentials are sealed on all cores, and what apps share (the
//! Cluster's manifest, the kustomization) is edited once.

use rand::CryptoRng;

use super::credential::{Sealing, seal_all};
use super::error::NewAppError;
use super::inventory::{Found, Inventory};
use super::site::Site;
use super::{
    AppFiles, Credential, Inputs, Piece, PieceKind, PieceState, access_manifest, cluster,
    kustomize, service,
};
use crate::domain::access::{Level, object_name};
use crate::domain::app::{App, Share};
use crate::domain::choice::{ReclaimPolicy, RoleStyle};
use crate::render::{Template, Templates};
use crate::repo::draft::Draft;
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::sealing::SealingKey;
use crate::target::Target;

/// What every app of a plan is made from.
#[derive(Clone, Copy)]
pub struct Ground<'input> {
    /// The PostgreSQL that the apps are put on.
    pub target: &'input Target,
    /// The templates in use.
    pub templates: &'input Templates,
    /// The cluster's sealing key; needed where a credential is to be sealed alone.
    pub key: Option<&'input SealingKey>,
}

/// An app that is wanted, and where its password comes from.
pub struct Wanted {
    /// The app.
    pub app: App,
    /// Its password.
    pub credential: Credential,
}

/// What becomes of the apps, in their order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Planned {
    /// The pieces of each app, in the order of the sync-waves.
    pub pieces: Vec<Vec<Piece>>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Why apps cannot be planned: each reason with the number of the app that it is about, or of the first of them where it
/// is about what they share.
pub type Refusals = Vec<(usize, NewAppError)>;

/// Plans apps in a draft; `sealed` is called after each credential that was sealed, on whatever thread.
///
/// Names are compared with those that the draft's snapshot has, not among the apps.
///
/// # Errors
/// All that stands in the way of any app; the draft is not to be used then.
pub fn plan_all(
    ground: Ground<'_>,
    wanted: Vec<Wanted>,
    draft: &mut Draft<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
    sealed: &(dyn Fn() + Sync),
) -> Result<Planned, Refusals> {
    let whole = |error: NewAppError| vec![(0, error)];
    let (apps, credentials): (Vec<App>, Vec<Credential>) = wanted
        .into_iter()
        .map(|wanted| (wanted.app, wanted.credential))
        .unzip();
    let snapshot = draft.snapshot();
    let all: Vec<&App> = apps.iter().collect();
    if all.is_empty() {
        return Ok(Planned::default());
    }
    let site = Site::of(ground.target, snapshot, &all).map_err(whole)?;
    let inputs = |app| Inputs {
        app,
        target: ground.target,
        snapshot,
        templates: ground.templates,
        key: ground.key,
    };
    let inputs: Vec<Inputs<'_>> = apps.iter().map(inputs).collect();
    let drafts = each(&inputs, |inputs| AppDraft::of(inputs, &site))?;
    let mut planned = Planned {
        pieces: drafts.iter().map(AppDraft::pieces).collect(),
        warnings: warnings(&site, &apps),
    };
    for draft in &drafts {
        planned
            .warnings
            .extend_from_slice(draft.inventory.warnings());
    }
    let mut sealings = Vec::new();
    for ((number, app), credential) in drafts.iter().enumerate().zip(credentials) {
        match app.sealing(number, credential) {
            Ok(sealing) => sealings.push(sealing),
            Err(Some(warning)) => planned.warnings.push(warning),
            Err(None) => {}
        }
    }
    for (number, text) in seal_all(sealings, rng, sealed)? {
        if let Some(app) = drafts.get(number) {
            draft.write(&app.files.secret, text);
        }
    }
    if apps.iter().any(has_managed_role) {
        let missing = drafts.iter().filter(|app| {
            has_managed_role(app.inputs.app) && app.inventory.role.object().is_none()
        });
        let closed = drafts
            .iter()
            .filter(|app| has_managed_role(app.inputs.app) && app.inventory.role.is_closed());
        let roles = cluster::Roles {
            missing: missing.map(AppDraft::role).collect(),
            closed: closed.map(AppDraft::role).collect(),
        };
        let added = cluster::add(ground.target, &site, &roles, draft).map_err(whole)?;
        planned.warnings.extend(added);
    }
    for app in &drafts {
        app.write_manifests(draft).map_err(whole)?;
    }
    let files: Vec<&RepoPath> = drafts.iter().flat_map(AppDraft::files_in_use).collect();
    kustomize::add(ground.target, &files, draft).map_err(whole)?;
    Ok(planned)
}

/// All that stands in the way of any app, where nothing is to be planned.
pub fn refusals(ground: Ground<'_>, wanted: &[Wanted], snapshot: &Snapshot) -> Refusals {
    let apps: Vec<&App> = wanted.iter().map(|wanted| &wanted.app).collect();
    if apps.is_empty() {
        return Refusals::new();
    }
    let site = match Site::of(ground.target, snapshot, &apps) {
        Ok(site) => site,
        Err(error) => return vec![(0, error)],
    };
    let inputs = |app| Inputs {
        app,
        target: ground.target,
        snapshot,
        templates: ground.templates,
        key: ground.key,
    };
    let inputs: Vec<Inputs<'_>> = apps.into_iter().map(inputs).collect();
    let drafts = each(&inputs, |inputs| AppDraft::of(inputs, &site));
    drafts.err().unwrap_or_default()
}

/// Does something for each app; with the errors of all where there is one.
fn each<'input, T>(
    inputs: &'input [Inputs<'input>],
    act: impl Fn(&'input Inputs<'input>) -> Result<T, NewAppError>,
) -> Result<Vec<T>, Refusals> {
    let mut done = Vec::with_capacity(inputs.len());
    let mut refusals = Vec::new();
    for (number, inputs) in inputs.iter().enumerate() {
        match act(inputs) {
            Ok(result) => done.push(result),
            Err(error) => refusals.push((number, error)),
        }
    }
    if refusals.is_empty() {
        Ok(done)
    } else {
        Err(refusals)
    }
}

/// Whether an app's role is an entry of the Cluster.
fn has_managed_role(app: &App) -> bool {
    app.options.roles == RoleStyle::Managed && app.options.share != Share::Database
}

/// What could not be looked at, and what may undo the change, each once.
fn warnings(site: &Site<'_>, apps: &[App]) -> Vec<String> {
    let mut warnings: Vec<String> = site.other_namespace().into_iter().collect();
    for warning in apps.iter().flat_map(|app| site.not_looked_at(app)) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    if apps.iter().any(has_managed_role) {
        warnings.extend(site.replacing_patches());
    }
    warnings
}

/// One app on its way into the draft.
struct AppDraft<'input> {
    inputs: &'input Inputs<'input>,
    files: AppFiles,
    inventory: Inventory<'input>,
    /// The levels of access that have a group already.
    levels: Vec<Level>,
}

impl<'input> AppDraft<'input> {
    /// Looks at what is there.
    fn of(inputs: &'input Inputs<'input>, site: &Site<'input>) -> Result<Self, NewAppError> {
        let Inputs { app, target, .. } = inputs;
        let own = app.namespaces.iter();
        if let Some(own) = own.into_iter().find(|found| **found == target.namespace) {
            return Err(NewAppError::OwnNamespace {
                namespace: own.clone(),
            });
        }
        service::check_namespaces(inputs)?;
        check_server(app, target)?;
        let files = AppFiles::new(app, target)?;
        let inventory = Inventory::of(inputs, &files, site);
        inventory.check()?;
        if let (true, Some(refusal)) = (inventory.is_new(), site.kept_otherwise(app)) {
            return Err(refusal);
        }
        let levels = if app.options.isolate {
            access_manifest::levels(app, site)
        } else {
            Vec::new()
        };
        Ok(Self {
            inputs,
            files,
            inventory,
            levels,
        })
    }

    /// Its role, as it is to be declared.
    fn role(&self) -> cluster::Role<'input> {
        cluster::Role {
            app: self.inputs.app,
            origin: self.inventory.origin,
        }
    }

    /// Its pieces, in the order of the sync-waves.
    fn pieces(&self) -> Vec<Piece> {
        let Inputs { app, target, .. } = self.inputs;
        let (files, inventory) = (&self.files, &self.inventory);
        let share = app.options.share;
        let mut pieces = Vec::new();
        if share != Share::Database {
            if !app.options.existing_secret {
                let (kind, object) = (PieceKind::SealedSecret, app.secret.as_str());
                pieces.push(piece(kind, object, &files.secret, inventory.secret));
            }
            pieces.push(match (app.options.roles, &target.manifest) {
                (RoleStyle::Managed, Some(manifest)) => Piece {
                    document: manifest.document,
                    ..piece(
                        PieceKind::ManagedRole,
                        target.cluster.as_str(),
                        &manifest.path,
                        inventory.role,
                    )
                },
                _ => {
                    let object = app.role_object.as_str();
                    piece(PieceKind::DatabaseRole, object, &files.role, inventory.role)
                }
            });
        }
        if share != Share::Login {
            let database = inventory.database;
            let object = app.database_object.as_str();
            pieces.push(piece(
                PieceKind::Database,
                object,
                &files.database,
                database,
            ));
        }
        if app.options.isolate && share == Share::Whole {
            let object = object_name(&app.name);
            pieces.push(piece(
                PieceKind::Access,
                &object,
                &files.access,
                inventory.access,
            ));
        }
        if let (Some(service), true) = (&app.options.service, share != Share::Database) {
            let kind = PieceKind::Service;
            let documents = 0..app.namespaces.len();
            pieces.extend(documents.map(|document| Piece {
                document,
                ..piece(kind, service.as_str(), &files.service, inventory.service)
            }));
        }
        pieces
    }

    /// What is to be sealed; else a warning, where a password that was given is not used.
    fn sealing(
        &self,
        number: usize,
        credential: Credential,
    ) -> Result<Sealing<'input>, Option<String>> {
        let app = self.inputs.app;
        let is_sealed = app.options.share != Share::Database && !app.options.existing_secret;
        let is_missing = is_sealed && self.inventory.secret.object().is_none();
        match credential {
            credential if is_missing => Ok(Sealing {
                number,
                inputs: self.inputs,
                credential,
            }),
            Credential::Generate(_) => Err(None),
            Credential::Given(_) => Err(Some(format!(
                "the credential sealed in {} is kept; the password that was given is not used",
                app.secret
            ))),
        }
    }

    /// Writes the DatabaseRole and the Database that are missing.
    fn write_manifests(&self, draft: &mut Draft<'_>) -> Result<(), NewAppError> {
        let Inputs {
            app,
            target,
            templates,
            ..
        } = self.inputs;
        for piece in self.pieces() {
            let template = match piece.kind {
                PieceKind::DatabaseRole => Template::DatabaseRole,
                PieceKind::Database => Template::Database,
                PieceKind::Access if piece.state == PieceState::Made => {
                    access_manifest::write(self.inputs, &self.levels, draft)?;
                    continue;
                }
                // All are in one file, which is written once.
                PieceKind::Service if piece.document == 0 => Template::Service,
                PieceKind::Service => continue,
                PieceKind::SealedSecret | PieceKind::ManagedRole | PieceKind::Access => continue,
            };
            match piece.state {
                PieceState::Kept => {}
                PieceState::Made => {
                    let text = templates.render(template, app, target, &[], &[])?;
                    let text = match template {
                        Template::DatabaseRole => self.role().explained_object(text),
                        _ => text,
                    };
                    draft.write(&piece.path, text);
                }
                PieceState::TakenOver => {
                    cluster::open(self.role(), &piece.path, piece.document, draft)?;
                }
            }
        }
        Ok(())
    }

    /// The app's own files in which one of its pieces is.
    fn files_in_use(&self) -> Vec<&RepoPath> {
        let pieces = self.pieces();
        let mut files: Vec<&RepoPath> = self.files.all().into();
        files.retain(|file| pieces.iter().any(|piece| piece.path == **file));
        files
    }
}

/// Refuses what a server has not that CNPG does not run.
fn check_server(app: &App, target: &Target) -> Result<(), NewAppError> {
    let Some(server) = &target.server else {
        return Ok(());
    };
    let what = match (app.options.roles, app.options.reclaim) {
        _ if app.options.pooler.is_some() => "a Pooler",
        _ if app.options.service.is_some() && server.endpoint.host.is_address() => {
            "a Service, which cannot lead to a bare address,"
        }
        (RoleStyle::Managed, _) => "roles: managed",
        (_, ReclaimPolicy::Delete) => "reclaim: delete",
        (RoleStyle::DatabaseRole, ReclaimPolicy::Retain) => return Ok(()),
    };
    Err(NewAppError::NotOnServer {
        what,
        server: target.cluster.clone(),
    })
}

/// A piece that is there, or is made in this file.
fn piece(kind: PieceKind, object: &str, file: &RepoPath, found: Found<'_>) -> Piece {
    let (path, document) = found.object().unwrap_or((file, 0));
    Piece {
        kind,
        object: object.to_owned(),
        path: path.clone(),
        document,
        state: match found {
            Found::There(..) => PieceState::Kept,
            Found::Closed(..) => PieceState::TakenOver,
            Found::Missing => PieceState::Made,
        },
    }
}
