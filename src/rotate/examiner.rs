//! Whether an app's password can be changed here.

use std::collections::BTreeMap;

use super::refusal::{Reason, Refusal};
use super::sealed_secret::{Located, SealedSecret};
use super::selection::{Credential, secret_of};
use super::values::Forms;
use super::{Inputs, PASSWORD, Purpose};
use crate::declared::{CredentialSource, DeclaredApp, DeclaredCredential, DeclaredRole, Place};
use crate::domain::scope::Scope;
use crate::repo::header::KUSTOMIZATION_NAMES;
use crate::repo::kustomization::Kustomization;
use crate::repo::object::{Object, objects_in};
use crate::repo::snapshot::Snapshot;
use crate::target::own::{is_made_for_cluster, secret_reference};

/// The sealed keys that are known not to hold the password, as CNPG and applications name them.
const OPEN_KEYS: [&str; 6] = ["username", "user", "host", "port", "dbname", "database"];

/// What is looked at to tell whether an app's password can be changed.
pub(super) struct Examiner<'run> {
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
    /// Finds the SealedSecrets of some apps.
    pub(super) fn new(inputs: &'run Inputs<'run>, apps: &[&DeclaredApp]) -> Self {
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

    /// The credential of an app, if its password can be changed.
    pub(super) fn credential(&self, app: &DeclaredApp) -> Result<Credential, Refusal> {
        let refuse = |place, reason| Refusal {
            app: app.name.clone(),
            place,
            reason,
        };
        let found = self.declared(app).map_err(|reason| refuse(None, reason))?;
        let place = Some(found.place.clone());
        let located = self.located.get(found);
        let forms = match self.usable(found, located) {
            Ok(()) => Forms::of(self.inputs, located, self.sharing(found), app.login_role()),
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
            role: app.login_role().map(|role| role.name.clone()),
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
        let credential = match (app.login_role(), &app.credential) {
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
            _ if app.is_credential_outside() => Err(Reason::MadeElsewhere {
                role: name,
                secret: secret.clone(),
            }),
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
