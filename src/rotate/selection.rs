//! The credentials of the apps that were asked for, each once, and what speaks against changing one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::age::{Age, AgeSource};
use super::error::RotateError;
use super::refusal::{Reason, Refusal};
use super::sealed_secret::{Located, PASSWORD_CHANGED, SealedSecret};
use super::values::Forms;
use super::{Inputs, PASSWORD, Purpose};
use crate::declared::{CredentialSource, DeclaredApp, DeclaredCredential, DeclaredRole, Place};
use crate::domain::period::Period;
use crate::domain::scope::Scope;
use crate::domain::time::UnixTime;
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::kustomization::Kustomization;
use crate::repo::object::{Object, objects_in};
use crate::repo::path::RepoPath;
use crate::repo::snapshot::Snapshot;
use crate::target::own::{is_made_for_cluster, secret_reference};

/// The sealed keys that are known not to hold the password, as CNPG and applications name them.
const OPEN_KEYS: [&str; 6] = ["username", "user", "host", "port", "dbname", "database"];

/// The credentials to change.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Each once, in the order in which their apps were asked for.
    pub credentials: Vec<Credential>,
    /// Those that are left as they are, since their passwords are not old enough.
    pub younger: Vec<Credential>,
    /// The apps that are passed over, since their passwords are not this repository's to change.
    pub elsewhere: Vec<Refusal>,
}

/// The sealed credential of one app, or of several that share it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The apps whose credential it is, whether they were asked for or not.
    pub apps: Vec<String>,
    /// Those of them that were asked for.
    pub asked: Vec<String>,
    /// The login role; none where the Cluster's manifest is elsewhere.
    pub role: Option<String>,
    /// Its SealedSecret.
    pub(super) sealed: SealedSecret,
    /// The forms of the whole connection that are sealed, and what is needed to write them anew.
    pub(super) forms: Forms,
    /// How old its password is, where that was asked for.
    pub age: Option<Age>,
    /// Where the Cluster itself uses the Secret, beside its roles.
    pub(super) used_by_cluster: Option<Place>,
    /// Whether the product made it.
    pub(super) is_own: bool,
    /// Whether CNPG takes a new password at once.
    pub(super) reloads: bool,
}

impl Credential {
    /// The Secret's name.
    pub fn secret(&self) -> &str {
        &self.sealed.name
    }

    /// The SealedSecret's file.
    pub fn path(&self) -> &RepoPath {
        &self.sealed.place.path
    }
}

impl Selection {
    /// The credentials of some apps. Where they were named, each must be one that can be changed here; else those that
    /// are changed elsewhere are passed over.
    ///
    /// # Errors
    /// When something speaks against changing one, and then of all of them what it is; or `--keep` names what it must
    /// not, or what is not there.
    pub fn of(
        inputs: &Inputs<'_>,
        apps: &[&DeclaredApp],
        are_named: bool,
    ) -> Result<Self, RotateError> {
        if inputs.keep.iter().any(|key| key == PASSWORD) {
            return Err(RotateError::KeepsPassword);
        }
        let mut selection = Self::default();
        let mut refused = Vec::new();
        let examiner = Examiner::new(inputs, apps);
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for app in apps {
            if let Some(number) = secret_of(app).and_then(|secret| numbers.get(secret)) {
                // Seen already: it is changed with the other one.
                if let Some(known) = selection.credentials.get_mut(*number) {
                    known.asked.push(app.name.clone());
                }
                continue;
            }
            match examiner.credential(app) {
                Ok(credential) => {
                    let number = selection.credentials.len();
                    numbers.extend(secret_of(app).map(|secret| (secret, number)));
                    selection.credentials.push(credential);
                }
                Err(refusal) if refusal.is_elsewhere() && !are_named => {
                    selection.elsewhere.push(refusal);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if !refused.is_empty() {
            return Err(RotateError::Refused(refused));
        }
        let is_there = |key: &&String| {
            let mut credentials = selection.credentials.iter();
            !credentials.any(|credential| credential.sealed.seals(key))
        };
        match inputs.keep.iter().find(is_there) {
            Some(key) => Err(RotateError::NothingToKeep { key: key.clone() }),
            None => Ok(selection),
        }
    }
}

impl Selection {
    /// Reads the annotations that say how old passwords are; gives a warning for each that is no date.
    pub fn read_days(&mut self) -> Vec<String> {
        let mut warnings = Vec::new();
        for credential in &mut self.credentials {
            let Some(text) = &credential.sealed.changed else {
                continue;
            };
            match UnixTime::of_date(text) {
                Some(since) => {
                    let source = AgeSource::Annotation;
                    credential.age = Some(Age { since, source });
                }
                None => warnings.push(format!(
                    "{}: the annotation {PASSWORD_CHANGED} is no date such as 2026-08-01: {text:?}",
                    credential.sealed.place
                )),
            }
        }
        warnings
    }

    /// The files of the credentials of which nothing says yet how old they are, each once.
    pub fn undated(&self) -> BTreeSet<&RepoPath> {
        let credentials = self.credentials.iter();
        let undated = credentials.filter(|credential| credential.age.is_none());
        undated.map(Credential::path).collect()
    }

    /// Leaves the passwords as they are that are younger than the period, and those whose age nobody knows.
    pub fn keep_older(&mut self, period: &Period, now: UnixTime) {
        let credentials = std::mem::take(&mut self.credentials);
        let is_older = |credential: &Credential| {
            let age = credential.age.map(|age| now.since(age.since));
            age.is_some_and(|age| age >= period.duration())
        };
        (self.credentials, self.younger) = credentials.into_iter().partition(is_older);
    }
}

/// The Secret that an app's role takes its password from, where it is the app's credential.
fn secret_of(app: &DeclaredApp) -> Option<&str> {
    app.credential.as_ref().map(|found| found.name.as_str())
}

/// What is looked at to tell whether an app's password can be changed.
struct Examiner<'run> {
    inputs: &'run Inputs<'run>,
    located: Located,
    /// All apps by the Secrets of their credentials.
    sharing: BTreeMap<&'run str, Vec<&'run DeclaredApp>>,
    /// Whether any kustomization gives names a prefix or suffix, so that it is worth a closer look.
    renames_exist: bool,
    /// The Cluster's manifest.
    cluster: Option<Object<'run>>,
}

impl<'run> Examiner<'run> {
    fn new(inputs: &'run Inputs<'run>, apps: &[&DeclaredApp]) -> Self {
        let credentials = apps.iter().filter_map(|app| app.credential.as_ref());
        let mut sharing: BTreeMap<&str, Vec<&DeclaredApp>> = BTreeMap::new();
        for app in &inputs.declared.apps {
            if let Some(secret) = secret_of(app) {
                sharing.entry(secret).or_default().push(app);
            }
        }
        Self {
            inputs,
            located: Located::of(inputs.snapshot, credentials),
            sharing,
            renames_exist: has_renaming(inputs.snapshot),
            cluster: cluster(inputs),
        }
    }

    fn credential(&self, app: &DeclaredApp) -> Result<Credential, Refusal> {
        let refuse = |place, reason| Refusal {
            app: app.name.clone(),
            place,
            reason,
        };
        let found = self.declared(app).map_err(|reason| refuse(None, reason))?;
        let place = Some(found.place.clone());
        let located = self.located.get(found);
        let forms = match self.usable(found, located) {
            Ok(()) => Forms::of(self.inputs, located, self.sharing(found), app.role.as_ref()),
            Err(reason) => Err(reason),
        };
        let (Some(sealed), forms) = (
            located,
            forms.map_err(|reason| refuse(place.clone(), reason))?,
        ) else {
            return Err(refuse(place, Reason::HidesValues));
        };
        let sharing = self.sharing(found).iter();
        Ok(Credential {
            apps: sharing.map(|app| app.name.clone()).collect(),
            asked: vec![app.name.clone()],
            role: app.role.as_ref().map(|role| role.name.clone()),
            sealed: sealed.clone(),
            forms,
            age: None,
            used_by_cluster: self.used_by_cluster(app, found),
            is_own: found.app.is_some(),
            reloads: found.reloads,
        })
    }

    /// Where the Cluster itself uses the Secret; that its bootstrap gives it to the very role is no other use.
    fn used_by_cluster(&self, app: &DeclaredApp, credential: &DeclaredCredential) -> Option<Place> {
        if app.role.as_ref().is_some_and(|role| role.is_bootstrapped) {
            return None;
        }
        let cluster = self.cluster.as_ref()?;
        let line = secret_reference(cluster.root.get("spec")?, &credential.name)?;
        Some(Place {
            path: cluster.path.clone(),
            line,
        })
    }

    fn sharing(&self, credential: &DeclaredCredential) -> &[&'run DeclaredApp] {
        self.sharing
            .get(credential.name.as_str())
            .map_or(&[], Vec::as_slice)
    }

    /// The app's credential, if it is a SealedSecret and the role takes its password from it.
    fn declared<'app>(&self, app: &'app DeclaredApp) -> Result<&'app DeclaredCredential, Reason> {
        let credential = match (&app.role, &app.credential) {
            // Whoever uses it, and whether it is used at all.
            (_, Some(credential)) if self.inputs.purpose == Purpose::Reseal => credential,
            _ if app.is_leaving() => return Err(Reason::Leaving),
            (Some(role), _) => self.credential_of(role, app)?,
            (None, _) => without_role(app, self.inputs.target.manifest.is_some())?,
        };
        if !credential.again.is_empty() {
            return Err(Reason::Again {
                secret: credential.name.clone(),
                again: credential.again.clone(),
            });
        }
        if credential.source != CredentialSource::SealedSecret {
            return Err(Reason::OtherMaker {
                secret: credential.name.clone(),
                made_by: credential.source,
            });
        }
        Ok(credential)
    }

    fn credential_of<'app>(
        &self,
        role: &DeclaredRole,
        app: &'app DeclaredApp,
    ) -> Result<&'app DeclaredCredential, Reason> {
        let name = role.name.clone();
        if role.disables_password {
            return Err(Reason::PasswordDisabled { role: name });
        }
        let Some(secret) = &role.password_secret else {
            return Err(Reason::NoPasswordSecret { role: name });
        };
        match &app.credential {
            Some(credential) if credential.name == *secret => Ok(credential),
            _ if is_made_for_cluster(self.inputs.target.cluster.as_str(), secret) => {
                Err(Reason::MadeByCnpg {
                    role: name,
                    secret: secret.clone(),
                })
            }
            _ => Err(Reason::NotDeclared {
                role: name,
                secret: secret.clone(),
            }),
        }
    }

    /// Whether a new password sealed into it would come to be the Secret's.
    fn usable(
        &self,
        credential: &DeclaredCredential,
        sealed: Option<&SealedSecret>,
    ) -> Result<(), Reason> {
        let Some(sealed) = sealed else {
            return Err(Reason::HidesValues);
        };
        if sealed.is_of_old_form {
            return Err(Reason::OldForm);
        }
        if sealed.hides_values {
            return Err(Reason::HidesValues);
        }
        if self.inputs.purpose == Purpose::Reseal {
            return Ok(());
        }
        if !sealed.seals(PASSWORD) {
            return Err(Reason::NoPassword);
        }
        if sealed.templated.iter().any(|(key, _)| key == PASSWORD) {
            return Err(Reason::TemplatesPassword);
        }
        if sealed.is_immutable {
            return Err(Reason::Immutable);
        }
        self.label_holds(credential, sealed)?;
        let unknown = sealed.encrypted.iter().map(|(key, _)| key);
        let unknown = unknown.filter(|key| !self.is_known(key));
        let keys: Vec<String> = unknown.cloned().collect();
        if keys.is_empty() {
            return Ok(());
        }
        Err(Reason::UnknownKeys { keys })
    }

    /// Whether it is known of a key if it holds the password.
    fn is_known(&self, key: &str) -> bool {
        key == PASSWORD
            || OPEN_KEYS.contains(&key)
            || Forms::KEYS.contains(&key)
            || self.inputs.keep.iter().any(|kept| kept == key)
    }

    /// Whether the values are opened for the name and namespace that they are sealed for.
    fn label_holds(
        &self,
        credential: &DeclaredCredential,
        sealed: &SealedSecret,
    ) -> Result<(), Reason> {
        let differs = |found: &Option<String>, own: &str| {
            let other = found.as_deref().filter(|text| *text != own);
            other.filter(|text| !text.contains('$')).map(str::to_owned)
        };
        let namespace = self.inputs.target.namespace.as_str();
        if let Some(template) = differs(&sealed.template_namespace, namespace)
            && sealed.scope != Scope::ClusterWide
        {
            return Err(Reason::OtherTemplateNamespace { template });
        }
        if sealed.scope != Scope::Strict {
            return Ok(());
        }
        if let Some(template) = differs(&sealed.template_name, &sealed.name) {
            return Err(Reason::OtherTemplateName { template });
        }
        if !self.renames_exist {
            return Ok(());
        }
        let reaching = Kustomization::reaching(self.inputs.snapshot, &credential.place.path);
        match reaching.into_iter().find(|found| found.renames) {
            Some(found) => Err(Reason::Renamed {
                kustomization: found.path,
            }),
            None => Ok(()),
        }
    }
}

/// The manifest of the Cluster.
fn cluster<'input>(inputs: &Inputs<'input>) -> Option<Object<'input>> {
    let manifest = inputs.target.manifest.as_ref()?;
    let text = inputs.snapshot.text(&manifest.path)?;
    let objects = objects_in(&manifest.path, text).ok()?;
    let mut objects = objects.into_iter();
    objects.find(|object| object.document == manifest.document)
}

/// The credential of an app without a role: somebody else's to use where the Cluster is declared elsewhere.
fn without_role(app: &DeclaredApp, has_manifest: bool) -> Result<&DeclaredCredential, Reason> {
    let secret = || secret_of(app).unwrap_or_default().to_owned();
    match &app.credential {
        Some(credential) if !has_manifest => Ok(credential),
        _ => Err(Reason::NoRole { secret: secret() }),
    }
}

/// Whether any kustomization of the repository puts something before or behind names.
fn has_renaming(snapshot: &Snapshot) -> bool {
    let mut files = snapshot.files();
    files.any(|(path, text)| {
        KUSTOMIZATION_NAMES.contains(&path.file_name())
            && (text.contains("namePrefix") || text.contains("nameSuffix"))
    })
}

/// The databases of some apps, each once.
pub(super) fn databases(apps: &[&DeclaredApp]) -> BTreeSet<String> {
    let databases = apps.iter().filter_map(|app| app.database.as_ref());
    databases.map(|database| database.name.clone()).collect()
}
