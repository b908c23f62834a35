//! What of an app is in the repository, and what else hangs on it.

use super::companions::{self, Companions};
use super::error::RemoveError;
use super::patches;
use super::stage::Goal;
use super::users::{self, User};
use super::{Fate, Inputs, Piece};
use crate::declared::{
    CredentialSource, DeclaredCredential, DeclaredRole, Ensure, Place, RoleSource,
};
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::yaml::Node;
use crate::target::own::{OwnNames, managed_roles};

/// The annotation of a Database that said `databaseReclaimPolicy: delete` before its removal began.
pub(super) const WAS_TO_BE_DROPPED: &str = "kubectl-pgdb/reclaim-policy-was";

/// Where an object or an entry is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Spot {
    /// The file.
    pub(super) path: RepoPath,
    /// The number of its document in the file, from 0.
    pub(super) document: usize,
    /// The number of its item, from 0, where the document is a List, or of the entry among the managed roles.
    pub(super) item: Option<usize>,
}

/// What is to be done about a role.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RoleState {
    /// The repository does not declare it.
    Missing,
    /// Other apps of the repository need it.
    Shared,
    /// It is there to log in.
    Active,
    /// It keeps what it owns, and nobody logs in as it.
    Kept,
    /// It is to be dropped.
    Leaving,
}

/// What of an app is in the repository.
pub(super) struct Inventory<'input> {
    pub(super) inputs: &'input Inputs<'input>,
    /// Where the Database is.
    pub(super) database: Option<Spot>,
    /// Where what makes the Secret is.
    pub(super) credential: Option<Spot>,
    /// Where the role is.
    pub(super) role: Option<Spot>,
    /// Where the Services in the app's namespaces are.
    pub(super) services: Vec<Spot>,
    /// Whether the Database said, before its removal began, that its data goes with it.
    pub(super) was_to_be_dropped: bool,
    /// Whether a kustomization may say of it that its data goes with it, whatever the Database itself says.
    pub(super) may_be_overruled: bool,
    /// Whether the DatabaseRole says that its role goes with it.
    drops_role: bool,
    /// Other apps that need the role, and why.
    sharing: Vec<String>,
    /// What else needs the Secret.
    users: Vec<User>,
    /// The database that is meant, where no Database declares it.
    named: Option<String>,
    /// What there is beside these.
    pub(super) beside: Companions<'input>,
}

impl<'input> Inventory<'input> {
    /// Looks for the app's pieces.
    pub(super) fn of(inputs: &'input Inputs<'input>) -> Result<Self, RemoveError> {
        refuse_own(inputs)?;
        refuse_again(inputs)?;
        companions::refuse_granted(inputs)?;
        let app = inputs.app;
        let spot = |kind: &'static str, name: &str, place: &Place| {
            let what = format!("{kind} {name}");
            find(inputs, place)?.ok_or_else(|| RemoveError::NotFound {
                what,
                place: place.clone(),
            })
        };
        let database = app.database.as_ref();
        let database = database.map(|found| spot("Database", &found.object, &found.place));
        let credential = app.credential.as_ref();
        let credential =
            credential.map(|found| spot(kind_of(found.source), &found.name, &found.place));
        let role = app.role.as_ref().map(|role| role_spot(inputs, role));
        let services = app.service.iter().flat_map(|service| {
            let places = service.places.iter();
            places.map(|place| spot("Service", &service.name, place))
        });
        let mut inventory = Self {
            inputs,
            database: database.transpose()?,
            credential: credential.transpose()?,
            role: role.transpose()?,
            services: services.collect::<Result<_, _>>()?,
            was_to_be_dropped: false,
            may_be_overruled: false,
            drops_role: false,
            sharing: sharing(inputs),
            users: Vec::new(),
            named: None,
            beside: Companions::default(),
        };
        inventory.was_to_be_dropped = inventory.says(
            inventory.database.as_ref(),
            &["metadata", "annotations", WAS_TO_BE_DROPPED],
            "delete",
        );
        inventory.drops_role = inventory.is_object()
            && inventory.says(
                inventory.role.as_ref(),
                &["spec", "databaseRoleReclaimPolicy"],
                "delete",
            );
        inventory.named = named_database(inputs)?;
        inventory.beside = Companions::of(inputs, inventory.database_name())?;
        inventory.users = users::keeping(&inventory);
        patches::refuse(&inventory)?;
        inventory.may_be_overruled = patches::may_overrule(&inventory);
        Ok(inventory)
    }

    /// Whether an object says this at a path.
    fn says(&self, spot: Option<&Spot>, path: &[&str], value: &str) -> bool {
        let Some(spot) = spot else { return false };
        let text = self.inputs.snapshot.text(&spot.path).unwrap_or_default();
        let objects = objects_in(&spot.path, text).unwrap_or_default();
        let object = objects.get(spot.document);
        let root = object.and_then(|object| spot.root(&object.root));
        root.and_then(|root| root.at(path)?.as_str()) == Some(value)
    }

    /// Whether the role is an object of its own.
    pub(super) fn is_object(&self) -> bool {
        let role = self.inputs.app.role.as_ref();
        role.is_some_and(|role| matches!(role.source, RoleSource::DatabaseRole(_)))
    }

    /// The role in PostgreSQL.
    pub(super) fn role_name(&self) -> Option<&str> {
        self.inputs.app.role.as_ref().map(|role| role.name.as_str())
    }

    /// The database in PostgreSQL.
    pub(super) fn database_name(&self) -> Option<&str> {
        let declared = self.inputs.app.database.as_ref();
        let declared = declared.map(|database| database.name.as_str());
        declared.or(self.named.as_deref())
    }

    /// What is to be done about the role.
    pub(super) fn role_state(&self) -> RoleState {
        let Some(role) = &self.inputs.app.role else {
            return RoleState::Missing;
        };
        let is_dropped = self.inputs.goal == Goal::DropDatabase && self.drops_role;
        if !self.sharing.is_empty() {
            RoleState::Shared
        } else if role.ensure == Ensure::Absent || is_dropped {
            RoleState::Leaving
        } else if role.is_kept() && self.beside.open_logins().next().is_none() {
            RoleState::Kept
        } else {
            RoleState::Active
        }
    }

    /// Whether there is no database to drop: the role logged in to another app's.
    pub(super) fn has_no_database(&self) -> bool {
        let role = self.inputs.app.role.as_ref();
        let kept = role.and_then(DeclaredRole::keeps);
        self.database_name().is_none() && kept.is_some_and(|kept| kept.database.is_empty())
    }

    /// Whether what makes the Secret goes.
    pub(super) fn credential_goes(&self) -> bool {
        self.credential.is_some()
            && self.sharing.is_empty()
            && self.users.is_empty()
            && !self.is_credential_foreign()
    }

    /// Whether the credential was there for the app to use: something else provides it.
    fn is_credential_foreign(&self) -> bool {
        let role = self.inputs.app.role.as_ref();
        role.is_some_and(|role| role.secret_origin.is_some())
    }

    /// Why the role, or the Secret, stays.
    pub(super) fn why_shared(&self) -> String {
        self.sharing.join("; ")
    }

    /// Why the Secret stays.
    pub(super) fn why_used(&self) -> String {
        let users = self.users.iter().map(ToString::to_string);
        let mut all: Vec<String> = self.sharing.iter().cloned().chain(users).collect();
        if self.is_credential_foreign() {
            all.push("kubectl-pgdb did not make it".to_owned());
        }
        all.join("; ")
    }

    /// The refusal to keep the data of an app that is on its way out.
    pub(super) fn is_leaving(&self) -> RemoveError {
        let app = self.inputs.app;
        let database = app.database.as_ref();
        let absent = database.filter(|database| database.ensure == Ensure::Absent);
        let role = app.role.as_ref().map(|role| &role.place);
        let place = absent.map(|database| &database.place).or(role).cloned();
        RemoveError::Leaving {
            app: app.name.clone(),
            place: place.unwrap_or(Place {
                path: self.inputs.target.directory.clone(),
                line: 1,
            }),
            database: self.database_name().unwrap_or_default().to_owned(),
        }
    }

    /// The pieces, where nothing is to be done.
    pub(super) fn untouched(&self) -> Vec<Piece> {
        let role = self.role_piece(Fate::Stays(
            "as the owner of the data, without login and password".to_owned(),
        ));
        let credential = self.credential_piece(Fate::Stays(self.why_used()));
        role.into_iter().chain(credential).collect()
    }

    /// What the user should know of the repository.
    pub(super) fn warnings(&self) -> Vec<String> {
        let credential = self.inputs.app.credential.as_ref();
        let mut found: Vec<String> = Vec::new();
        if self.credential_goes()
            && let Some(credential) = credential
        {
            found.extend(users::mentions(self.inputs, &credential.name));
        }
        found.extend(companions::still_granted(self.inputs));
        found.extend(patches::unpruned(self));
        found.extend(patches::of_roles(self));
        found
    }
}

impl Spot {
    /// The steps from the document's top level to the object.
    pub(super) fn root<'tree, 'text>(
        &self,
        document: &'tree Node<'text>,
    ) -> Option<&'tree Node<'text>> {
        match self.item {
            None => Some(document),
            Some(item) => document.get("items")?.items().get(item),
        }
    }
}

/// The kind of object that makes a Secret.
pub(super) fn kind_of(source: CredentialSource) -> &'static str {
    match source {
        CredentialSource::SealedSecret => "SealedSecret",
        CredentialSource::ExternalSecret => "ExternalSecret",
        CredentialSource::StringSecret => "StringSecret",
        CredentialSource::Secret => "Secret",
    }
}

/// Refuses the role that the Cluster has for itself.
fn refuse_own(inputs: &Inputs<'_>) -> Result<(), RemoveError> {
    match &inputs.app.role {
        Some(role) if role.source == RoleSource::Cluster || role.is_bootstrapped => {
            Err(RemoveError::ClustersOwn {
                app: inputs.app.name.clone(),
                role: role.name.clone(),
                place: role.place.clone(),
            })
        }
        _ => Ok(()),
    }
}

/// Refuses an app of which a piece is there several times: which of them counts is not for this program to say.
fn refuse_again(inputs: &Inputs<'_>) -> Result<(), RemoveError> {
    let app = inputs.app;
    let credential = |found: &DeclaredCredential| {
        let what = format!("the Secret {}", found.name);
        (what, found.place.clone(), found.again.clone())
    };
    let role = app.role.as_ref().map(|found| {
        let what = format!("the role {:?}", found.name);
        (what, found.place.clone(), found.again.clone())
    });
    let database = app.database.as_ref().map(|found| {
        let what = format!("the Database {}", found.object);
        (what, found.place.clone(), found.again.clone())
    });
    let all = [app.credential.as_ref().map(credential), role, database];
    for (what, place, again) in all.into_iter().flatten() {
        if !again.is_empty() {
            let places = [place].into_iter().chain(again).collect();
            return Err(RemoveError::Again { what, places });
        }
    }
    Ok(())
}

/// Finds the object that begins on a line.
fn find(inputs: &Inputs<'_>, place: &Place) -> Result<Option<Spot>, RemoveError> {
    let objects = parsed(inputs, &place.path)?;
    let spot = |document, item| Spot {
        path: place.path.clone(),
        document,
        item,
    };
    for object in &objects {
        if object.is("", "List") {
            let items = object.root.get("items").map_or(&[][..], Node::items);
            if let Some(item) = items.iter().position(|item| item.line == place.line) {
                return Ok(Some(spot(object.document, Some(item))));
            }
        } else if object.root.line == place.line {
            return Ok(Some(spot(object.document, None)));
        }
    }
    Ok(None)
}

/// The objects of a file.
pub(super) fn parsed<'text>(
    inputs: &Inputs<'text>,
    path: &'text RepoPath,
) -> Result<Vec<Object<'text>>, RemoveError> {
    let text = inputs.snapshot.text(path).unwrap_or_default();
    objects_in(path, text).map_err(|source| RemoveError::NotYaml {
        path: path.clone(),
        source,
    })
}

/// Where a role is: the entry of the Cluster's manifest, or the object.
pub(super) fn role_spot(inputs: &Inputs<'_>, role: &DeclaredRole) -> Result<Spot, RemoveError> {
    let missing = || RemoveError::NotFound {
        what: format!("the role {:?}", role.name),
        place: role.place.clone(),
    };
    if role.source != RoleSource::Managed {
        return find(inputs, &role.place)?.ok_or_else(missing);
    }
    let manifest = inputs.target.manifest.as_ref();
    let manifest = manifest.filter(|manifest| manifest.path == role.place.path);
    let manifest = manifest.ok_or_else(|| RemoveError::InPatch {
        role: role.name.clone(),
        place: role.place.clone(),
    })?;
    let objects = parsed(inputs, &manifest.path)?;
    let cluster = objects
        .iter()
        .find(|object| object.document == manifest.document);
    let entries = cluster.map(managed_roles).unwrap_or_default();
    let item = entries
        .iter()
        .position(|entry| entry.get("name").and_then(Node::as_str) == Some(&role.name));
    Ok(Spot {
        path: manifest.path.clone(),
        document: manifest.document,
        item: Some(item.ok_or_else(missing)?),
    })
}

/// The other apps whose databases belong to the app's role.
fn sharing(inputs: &Inputs<'_>) -> Vec<String> {
    let Some(role) = &inputs.app.role else {
        return Vec::new();
    };
    let others = inputs
        .declared
        .apps
        .iter()
        .filter(|app| app.name != inputs.app.name);
    others
        .filter_map(|app| {
            let database = app.database.as_ref()?;
            let is_shared = database.owner.as_deref() == Some(&role.name);
            is_shared.then(|| {
                format!(
                    "the database {:?} of the app {} belongs to the role too ({})",
                    database.name, app.name, database.place
                )
            })
        })
        .collect()
}

/// The database that is to be dropped, where no Database declares it: the one that was named, else that of the role's name.
fn named_database(inputs: &Inputs<'_>) -> Result<Option<String>, RemoveError> {
    let app = inputs.app;
    let asked = inputs.database.map(ToString::to_string);
    if let Some(database) = &app.database {
        return match asked {
            Some(asked) if asked != database.name => Err(RemoveError::OtherDatabase {
                app: app.name.clone(),
                declared: database.name.clone(),
                place: database.place.clone(),
                asked,
            }),
            _ => Ok(None),
        };
    }
    if inputs.goal == Goal::KeepData {
        return Ok(asked);
    }
    let role = app.role.as_ref();
    if asked.is_none() && role.is_some_and(|role| role.ensure == Ensure::Absent) {
        return Ok(None);
    }
    // A role that logs in without a database of its own may have been made to use another's.
    let by_role = role.and_then(DeclaredRole::keeps);
    let by_role = by_role.map(|kept| kept.database);
    if asked.is_none() && by_role.as_deref() == Some("") {
        return Ok(None);
    }
    let name = asked.or(by_role).ok_or_else(|| RemoveError::NoDatabase {
        app: app.name.clone(),
    })?;
    for other in inputs
        .declared
        .apps
        .iter()
        .filter(|other| other.name != app.name)
    {
        let database = other.database.as_ref();
        let declared = database.filter(|database| database.name == name);
        // Where a removed app's database had the name of its role, that keeps it.
        let kept = other.role.as_ref();
        let kept = kept.filter(|role| database.is_none() && role.is_kept() && role.name == name);
        let place = declared.map(|database| &database.place);
        if let Some(place) = place.or(kept.map(|role| &role.place)) {
            return Err(RemoveError::AnothersDatabase {
                database: name,
                app: other.name.clone(),
                place: place.clone(),
            });
        }
    }
    refuse_clusters_database(inputs, &name)?;
    Ok(Some(name))
}

/// Refuses the database that the Cluster's bootstrap makes.
fn refuse_clusters_database(inputs: &Inputs<'_>, name: &str) -> Result<(), RemoveError> {
    let Some(manifest) = &inputs.target.manifest else {
        return Ok(());
    };
    let objects = parsed(inputs, &manifest.path)?;
    let mut clusters = objects.iter();
    let cluster = clusters.find(|object| object.document == manifest.document);
    let own = cluster.map(OwnNames::of);
    match own.filter(|own| own.database.as_deref() == Some(name)) {
        Some(own) => Err(RemoveError::ClustersDatabase {
            database: name.to_owned(),
            place: Place {
                path: manifest.path.clone(),
                line: own.line,
            },
        }),
        None => Ok(()),
    }
}
