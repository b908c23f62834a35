//! What the user should know of a credential that gets a new password.

use super::PASSWORD;
use super::selection::Credential;
use crate::domain::password::Password;
use crate::sealing::SealingKey;
use crate::sealing::shape::rsa_bytes;

/// The warnings of one credential.
pub(super) fn of(credential: &Credential, password: &Password, key: &SealingKey) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(sharing(credential));
    warnings.extend(other_use(credential));
    warnings.extend(no_role(credential));
    warnings.extend(no_reload(credential));
    warnings.extend(kept_values(credential, key));
    warnings.extend(forms(credential));
    if !password.is_uri_unreserved() {
        warnings.extend(templates(credential, password));
    }
    warnings
}

/// What of them also holds where another role's credential takes its place.
pub(super) fn shared(credential: &Credential) -> Vec<String> {
    let found = [sharing(credential), other_use(credential)];
    found.into_iter().flatten().collect()
}

fn sharing(credential: &Credential) -> Option<String> {
    let others = credential.apps.iter();
    let others: Vec<&str> = others
        .filter(|app| !credential.asked.contains(app))
        .map(String::as_str)
        .collect();
    (!others.is_empty()).then(|| {
        format!(
            "the Secret {} is the credential of {} too, which gets the new password with it",
            credential.secret(),
            others.join(" and ")
        )
    })
}

fn other_use(credential: &Credential) -> Option<String> {
    let place = credential.used_by_cluster.as_ref()?;
    Some(format!(
        "{place}: the Cluster itself uses the Secret {} too, and gets the new password with it",
        credential.secret()
    ))
}

fn no_role(credential: &Credential) -> Option<String> {
    credential.role.is_none().then(|| {
        format!(
            "the Cluster's manifest is not in the repository: see that a role of it takes its password from the Secret {}",
            credential.secret()
        )
    })
}

fn no_reload(credential: &Credential) -> Option<String> {
    (!credential.reloads).then(|| {
        format!(
            "{}: the Secret {} has no label cnpg.io/reload: CNPG takes the new password only when it next looks at the \
             Cluster for another reason",
            credential.sealed.place,
            credential.secret()
        )
    })
}

/// The sealed values that stay and could not be opened beside the new ones.
fn kept_values(credential: &Credential, key: &SealingKey) -> Vec<String> {
    let place = &credential.sealed.place;
    let kept = credential.sealed.encrypted.iter();
    let kept = kept.filter(|(name, _)| name != PASSWORD && !credential.forms.keys.contains(name));
    kept.filter_map(|(name, value)| match rsa_bytes(value) {
        Ok(bytes) if bytes == key.bits().div_ceil(8) => None,
        Ok(_) => Some(format!(
            "{place}: the sealed {name} stays, and was sealed with a key of another size: is this the certificate of the \
             same cluster?"
        )),
        Err(problem) => Some(format!(
            "{place}: the value of {name} stays, and is no sealed value ({problem}): the controller cannot make the Secret"
        )),
    })
    .collect()
}

/// The forms that are written anew though nobody knows what they were.
fn forms(credential: &Credential) -> Option<String> {
    if credential.is_own {
        return None;
    }
    let forms = credential.forms.shown();
    (!forms.is_empty()).then(|| {
        let lines: String = forms.iter().map(|form| format!("\n  {form}")).collect();
        format!(
            "{}: what was sealed here cannot be read, and is written anew in this form:{lines}",
            credential.sealed.place
        )
    })
}

/// The templates that put a password together with other text, which this one may not fit.
fn templates(credential: &Credential, password: &Password) -> Vec<String> {
    let moved = credential.forms.moved(password);
    let templates = credential.sealed.templated.iter();
    templates
        .filter(|(key, _)| !moved.contains(key))
        .filter(|(_, text)| {
            let text = text.as_deref().unwrap_or_default();
            text.contains(".password") && !text.contains("urlquery")
        })
        .map(|(key, _)| {
            format!(
                "{}: the template of {key} puts the password in as it is, and this one has characters that a URI must \
                 escape",
                credential.sealed.place
            )
        })
        .collect()
}
