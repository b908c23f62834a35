//! The sealed values that hold the password, and the new ones.

use rand::CryptoRng;

use super::refusal::Reason;
use super::sealed_secret::SealedSecret;
use super::selection::{Credential, databases};
use super::{Inputs, PASSWORD, Purpose};
use crate::declared::{DeclaredApp, DeclaredRole};
use crate::domain::connection::Connection;
use crate::domain::password::Password;
use crate::domain::postgres_name::RoleName;
use crate::sealing::{SealError, SealingKey};
use crate::target::Target;

/// What stands for the password where a form is shown.
const PLACEHOLDER: &str = "PASSWORD";

/// The forms of the whole connection that a SealedSecret holds sealed, password and all.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    /// Their keys, in order.
    pub(super) keys: Vec<String>,
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
        if keys.is_empty() || inputs.purpose == Purpose::Reseal {
            return Ok(Self::default());
        }
        match connection(inputs.target, sealed, apps, role) {
            Ok(connection) => Ok(Self {
                keys,
                connection: Some(connection),
            }),
            Err(problem) => Err(Reason::UnknownConnection { keys, problem }),
        }
    }

    /// How the forms are written anew, with a word in the password's place.
    pub(super) fn shown(&self) -> Vec<String> {
        let Some((connection, role)) = &self.connection else {
            return Vec::new();
        };
        let keys = self.keys.iter();
        let value = |key: &String| connection.secret_key(key, role, PLACEHOLDER);
        keys.filter_map(|key| Some(format!("{key}: {}", value(key)?.trim_end())))
            .collect()
    }
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
    let connection = Connection::new(&target.cluster, &target.namespace, &database);
    Ok((connection, name))
}

/// The sealed values of a new password, with their keys, in the order in which they stand.
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
    let label = sealed.scope.label(target.namespace.as_str(), &sealed.name);
    let mut values = Vec::new();
    for (name, _) in &sealed.encrypted {
        let value = if name == PASSWORD {
            key.seal(password.reveal().as_bytes(), &label, rng)?
        } else {
            let forms = &credential.forms;
            let known = forms.keys.contains(name);
            let form =
                forms
                    .connection
                    .as_ref()
                    .filter(|_| known)
                    .and_then(|(connection, role)| {
                        connection.secret_key(name, role, password.reveal())
                    });
            match form {
                Some(form) => key.seal(form.as_bytes(), &label, rng)?,
                None => continue,
            }
        };
        values.push((name.clone(), value));
    }
    Ok(values)
}
