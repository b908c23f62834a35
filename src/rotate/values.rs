//! The sealed values that hold the password, and the new ones.

use std::collections::BTreeSet;

use rand::CryptoRng;
use zeroize::Zeroizing;

use super::refusal::Reason;
use super::sealed_secret::SealedSecret;
use super::selection::Credential;
use super::{Inputs, PASSWORD, Purpose};
use crate::declared::{DeclaredApp, DeclaredRole};
use crate::domain::connection::Connection;
use crate::domain::password::{Password, PasswordLength};
use crate::domain::postgres_name::RoleName;
use crate::domain::scope::Scope;
use crate::sealing::{SealError, SealingKey};
use crate::target::Target;

/// The key of the login's name in every credential.
const USERNAME: &str = "username";

/// What stands for the password where a form is shown.
const PLACEHOLDER: &str = "PASSWORD";

/// The forms of the whole connection that a SealedSecret holds sealed, password and all.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    /// Their keys, in order.
    pub(super) keys: Vec<String>,
    /// The keys of the template that put the same forms together as the product writes them, in order.
    pub(super) templated: Vec<String>,
    /// Where they lead, and as whom; none where there are none of them.
    connection: Option<(Connection, RoleName)>,
}

impl Forms {
    /// The keys of the forms: CNPG's own.
    pub(super) const KEYS: [&str; 5] = ["uri", "jdbc-uri", "pgpass", "fqdn-uri", "fqdn-jdbc-uri"];

    /// Those of a SealedSecret that are not to be kept. What they hold cannot be read: where they lead is told by the apps
    /// that share the credential.
    pub(super) fn of(
        inputs: &Inputs<'_>,
        sealed: Option<&SealedSecret>,
        apps: &[&DeclaredApp],
        role: Option<&DeclaredRole>,
    ) -> Result<Self, Reason> {
        let keys = sealed.map_or(&[][..], |sealed| &sealed.encrypted).iter();
        let keys = keys
            .map(|(key, _)| key)
            .filter(|key| Self::KEYS.contains(&key.as_str()) && !inputs.keep.contains(key));
        let keys: Vec<String> = keys.cloned().collect();
        if inputs.purpose == Purpose::Reseal {
            return Ok(Self::default());
        }
        match connection(inputs.target, sealed, apps, role) {
            Ok(connection) => Ok(Self {
                keys,
                templated: templated(&connection.0, sealed),
                connection: Some(connection),
            }),
            Err(_) if keys.is_empty() => Ok(Self::default()),
            Err(problem) => Err(Reason::UnknownConnection { keys, problem }),
        }
    }

    /// The keys whose values cannot be put together of this password: it has characters that a URI must escape.
    pub(super) fn moved(&self, password: &Password) -> &[String] {
        if password.is_uri_unreserved() {
            &[]
        } else {
            &self.templated
        }
    }

    /// One of the forms with a password in it.
    fn value(&self, key: &str, password: &str) -> Option<Zeroizing<String>> {
        let (_, role) = self.connection.as_ref()?;
        self.value_for(key, role, password)
    }

    /// One of the forms with a role and its password in it.
    fn value_for(&self, key: &str, role: &RoleName, password: &str) -> Option<Zeroizing<String>> {
        let (connection, _) = self.connection.as_ref()?;
        connection.secret_key(key, role, password)
    }

    /// How the forms are written anew, with a word in the password's place.
    pub(super) fn shown(&self) -> Vec<String> {
        let keys = self.keys.iter();
        keys.filter_map(|key| {
            let value = self.value(key, PLACEHOLDER)?;
            Some(format!("{key}: {}", value.trim_end()))
        })
        .collect()
    }
}

/// The template's keys that hold a form exactly as the product writes it, in the template's order.
fn templated(connection: &Connection, sealed: Option<&SealedSecret>) -> Vec<String> {
    let own = connection.templated_keys();
    let is_own =
        |key: &str, text: &str| own.iter().any(|form| form.key == key && form.value == text);
    let templates = sealed.map_or(&[][..], |sealed| &sealed.templated).iter();
    templates
        .filter(|(key, text)| text.as_deref().is_some_and(|text| is_own(key, text)))
        .map(|(key, _)| key.clone())
        .collect()
}

/// Where the forms lead, and as whom.
///
/// # Errors
/// What is not known of that.
fn connection(
    target: &Target,
    sealed: Option<&SealedSecret>,
    apps: &[&DeclaredApp],
    role: Option<&DeclaredRole>,
) -> Result<(Connection, RoleName), String> {
    let role = role.ok_or("the repository does not say which role it is")?;
    let name: RoleName = role
        .name
        .parse()
        .map_err(|_| format!("the role's name {:?} is not a plain one", role.name))?;
    let said = ["dbname", "database"]
        .into_iter()
        .find_map(|key| sealed?.template(key))
        .filter(|text| !text.contains("{{"));
    let database = match (
        said,
        databases(apps).into_iter().collect::<Vec<_>>().as_slice(),
    ) {
        (Some(said), _) => said.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => return Err("the app has no database".to_owned()),
        (None, several) => {
            return Err(format!(
                "it cannot be told which database they name: {}",
                several.join(", ")
            ));
        }
    };
    let database = database
        .parse()
        .map_err(|_| format!("the database's name {database:?} is not a plain one"))?;
    let connection = target.connection(&database);
    let host = sealed.and_then(|sealed| sealed.template("host"));
    let pooler = host.and_then(|host| target.pooler(host));
    let connection = match pooler {
        Some(pooler) => connection.through(&pooler, &target.namespace),
        None => connection,
    };
    Ok((connection, name))
}

/// The sealed values of a new password, with their keys, in the order in which they stand; then those that were templates.
///
/// # Errors
/// When a value cannot be sealed.
pub(super) fn sealed(
    credential: &Credential,
    target: &Target,
    password: &Password,
    key: &SealingKey,
    rng: &mut impl CryptoRng,
) -> Result<Vec<(String, String)>, SealError> {
    let sealed = &credential.sealed;
    let forms = &credential.forms;
    let label = sealed.scope.label(target.namespace.as_str(), &sealed.name);
    let own = sealed.encrypted.iter().map(|(name, _)| name);
    let mut values = Vec::new();
    for name in own.chain(forms.moved(password)) {
        if name == PASSWORD {
            let value = key.seal(password.reveal().as_bytes(), &label, rng)?;
            values.push((name.clone(), value));
        } else if (forms.keys.contains(name) || !sealed.seals(name))
            && let Some(form) = forms.value(name, password.reveal())
        {
            values.push((name.clone(), key.seal(form.as_bytes(), &label, rng)?));
        }
    }
    Ok(values)
}

/// The sealed values of a login that is to take over, with their keys.
pub(super) struct NextValues {
    /// Those of its own Secret.
    pub(super) own: Vec<(String, String)>,
    /// Those that will take the place of the app's.
    pub(super) kept: Vec<(String, String)>,
}

/// Makes a password for a login, and seals it for the Secret of its own, and once more for the app's.
///
/// # Errors
/// When a value cannot be sealed.
pub(super) fn next_login(
    credential: &Credential,
    target: &Target,
    (login, secret): (&RoleName, &str),
    length: PasswordLength,
    key: &SealingKey,
    rng: &mut impl CryptoRng,
) -> Result<NextValues, SealError> {
    let password = Password::generate(length, rng);
    let (namespace, sealed) = (target.namespace.as_str(), &credential.sealed);
    let label = Scope::Strict.label(namespace, secret);
    let mut own = Vec::new();
    for (name, value) in [(USERNAME, login.as_str()), (PASSWORD, password.reveal())] {
        own.push((name.to_owned(), key.seal(value.as_bytes(), &label, rng)?));
    }
    let label = sealed.scope.label(namespace, &sealed.name);
    let mut kept = Vec::new();
    for (name, _) in &sealed.encrypted {
        let forms = &credential.forms;
        let form = match name.as_str() {
            PASSWORD => Some(Zeroizing::new(password.reveal().to_owned())),
            USERNAME | "user" => Some(Zeroizing::new(login.to_string())),
            name if forms.keys.iter().any(|known| known == name) => {
                forms.value_for(name, login, password.reveal())
            }
            _ => None,
        };
        if let Some(form) = form {
            kept.push((name.clone(), key.seal(form.as_bytes(), &label, rng)?));
        }
    }
    Ok(NextValues { own, kept })
}

/// The databases of some apps, each once.
fn databases(apps: &[&DeclaredApp]) -> BTreeSet<String> {
    let databases = apps.iter().filter_map(|app| app.database.as_ref());
    databases.map(|database| database.name.clone()).collect()
}
