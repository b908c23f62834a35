//! What a file says of an app that is there, against what is there.

use super::error;
use super::update::Update;
use crate::apps_file::{Entry, Position, Problem, Said};
use crate::declared::{DeclaredApp, DeclaredCredential};
use crate::domain::app::{AppError, Share};

/// What is said of an app against what is there.
///
/// # Errors
/// Every setting that cannot change any more.
pub(super) fn compare<'input>(
    entry: Entry,
    app: &'input DeclaredApp,
    there: &Said,
    replaces_passwords: bool,
) -> Result<Update<'input>, Vec<Problem>> {
    if let Some(problem) = other_share(&entry, there) {
        return Err(vec![problem]);
    }
    let mut problems = fixed(&entry, there);
    let position = entry.position;
    let is_given = entry.password.is_some();
    let is_existing = there.existing_secret == Some(true);
    let said = entry.said;
    let said = Said {
        // Whoever makes the Secret says where it is mirrored to.
        namespaces: other_list(said.namespaces, there.namespaces.as_deref())
            .filter(|_| !is_existing),
        extensions: further(said.extensions, there.extensions.as_deref()),
        schemas: further(said.schemas, there.schemas.as_deref()),
        connection_limit: other(said.connection_limit, there.connection_limit.as_ref()),
        reclaim: other(said.reclaim, there.reclaim.as_ref()),
        in_roles: other_list(said.in_roles, there.in_roles.as_deref()),
        comment: other(said.comment, there.comment.as_ref()),
        connection_keys: other(said.connection_keys, there.connection_keys.as_ref()),
        ..Said::default()
    };
    let credential = app.credential.as_ref();
    problems.extend(by_selector(position, credential, &said));
    problems.extend(own_group(position, &said, there));
    if !problems.is_empty() {
        return Err(problems);
    }
    let secret = credential.map(|found| found.name.as_str());
    let secret = secret.unwrap_or_default();
    let kept = (is_given && !replaces_passwords).then(|| {
        format!(
            "the credential sealed in {secret} is kept; the password in the file is not used (--replace-passwords does)"
        )
    });
    let elsewhere = app.service.as_ref().filter(|_| said.namespaces.is_some());
    let elsewhere = elsewhere.map(|service| {
        format!(
            "the Services {} stay in the namespaces {}: change {} by hand",
            service.name,
            service.namespaces.join(", "),
            service
                .places
                .first()
                .map(|place| place.path.to_string())
                .unwrap_or_default()
        )
    });
    let templated = (said.connection_keys == Some(true)).then(|| {
        format!(
            "the URIs in {secret} are put together from the password as it is: where it has characters that a URI must \
             escape, give it another with `kubectl pgdb rotate {}`",
            entry.name
        )
    });
    Ok(Update {
        position,
        app,
        name: entry.name,
        said,
        password: entry.password.filter(|_| replaces_passwords),
        warnings: kept.into_iter().chain(elsewhere).chain(templated).collect(),
    })
}

/// The refusal of an entry that wants other pieces than the app has.
fn other_share(entry: &Entry, there: &Said) -> Option<Problem> {
    let name = &entry.name;
    let text = |name: Option<String>| name.unwrap_or_default();
    let (is, help) = match (there.share, entry.said.share) {
        (there, said) if there == said => return None,
        (Share::Login, _) => {
            let database = text(there.database.as_ref().map(ToString::to_string));
            (
                format!("a login to the database {database}, without one of its own"),
                format!("say so with `ownsDatabase: false` and `database: {database}`"),
            )
        }
        (Share::Database, _) => {
            let owner = text(there.owned_by.as_ref().map(ToString::to_string));
            (
                format!("a further database of the app {owner}"),
                format!("say so with `ownedBy: {owner}`"),
            )
        }
        (Share::Whole, Share::Login) => (
            "an app with a database of its own".to_owned(),
            "leave `ownsDatabase` out".to_owned(),
        ),
        (Share::Whole, _) => (
            "an app with a login of its own".to_owned(),
            "leave `ownedBy` out".to_owned(),
        ),
    };
    Some(Problem {
        position: entry.position,
        message: format!("{name} is there as {is}"),
        help: Some(format!("{help}, or give the entry another `name`")),
    })
}

/// The refusal of other namespaces where a selector chooses them too.
fn by_selector(
    position: Position,
    credential: Option<&DeclaredCredential>,
    said: &Said,
) -> Option<Problem> {
    let credential = credential.filter(|_| said.namespaces.is_some())?;
    credential.reflection.selectors().first()?;
    Some(Problem {
        position,
        message: format!(
            "{}: a selector chooses the namespaces of {}",
            credential.place, credential.name
        ),
        help: Some("leave `appNamespaces` out, or take the selector away".to_owned()),
    })
}

/// The refusal of a role that is to be a member of itself.
fn own_group(position: Position, said: &Said, there: &Said) -> Option<Problem> {
    let role = there.role.as_ref()?;
    let groups = said.in_roles.as_ref()?;
    let is_own = groups.iter().any(|group| group.as_str() == role.as_str());
    is_own.then(|| error::of_app(position, &AppError::MemberOfItself(role.to_string())))
}

/// What is said, unless it is so.
fn other<T: PartialEq>(said: Option<T>, there: Option<&T>) -> Option<T> {
    said.filter(|said| Some(said) != there)
}

/// A list that is said, unless it is so in any order.
fn other_list<T: PartialEq>(said: Option<Vec<T>>, there: Option<&[T]>) -> Option<Vec<T>> {
    let there = there.unwrap_or_default();
    said.filter(|said| said.len() != there.len() || said.iter().any(|item| !there.contains(item)))
}

/// The items of a list that is said which are not there; none where there are none.
fn further<T: PartialEq>(said: Option<Vec<T>>, there: Option<&[T]>) -> Option<Vec<T>> {
    let there = there.unwrap_or_default();
    let mut said = said?;
    said.retain(|item| !there.contains(item));
    (!said.is_empty()).then_some(said)
}

/// The settings that are said otherwise than they are, and that can never change.
fn fixed(entry: &Entry, there: &Said) -> Vec<Problem> {
    let said = &entry.said;
    let mut problems = Vec::new();
    let mut check = |key: &str, said: Option<String>, there: Option<String>, help: &str| {
        if let Some(said) = said
            && Some(&said) != there.as_ref()
        {
            let is = there.map_or("not set".to_owned(), |there| format!("{there:?}"));
            problems.push(Problem {
                position: entry.position,
                message: format!(
                    "{key} of {} is {is}, and cannot become {said:?}",
                    entry.name
                ),
                help: Some(help.to_owned()),
            });
        }
    };
    fn text<T: ToString>(value: Option<&T>) -> Option<String> {
        value.map(ToString::to_string)
    }
    const CREATED: &str =
        "a database keeps what it was created with: make another app and move the data";
    const SEALED: &str = "the credential is sealed for it: remove the app with `kubectl pgdb remove`, which keeps the \
                          data, and make it anew";
    const RENAMED: &str = "the application may know it by its name: add another one by hand, and take this one away later";
    const LED: &str = "change the host by hand in the connection keys of the credential, and in the Service where there is one";
    const STYLE: &str = "move the role with `kubectl pgdb migrate-roles`";
    check(
        "user",
        text(said.role.as_ref()),
        text(there.role.as_ref()),
        SEALED,
    );
    check(
        "database",
        text(said.database.as_ref()),
        text(there.database.as_ref()),
        if there.share == Share::Login {
            SEALED
        } else {
            CREATED
        },
    );
    check(
        "secretName",
        text(said.secret.as_ref()),
        text(there.secret.as_ref()),
        SEALED,
    );
    check(
        "encoding",
        text(said.encoding.as_ref()),
        text(there.encoding.as_ref()),
        CREATED,
    );
    check(
        "locale",
        text(said.locale.as_ref()),
        text(there.locale.as_ref()),
        CREATED,
    );
    let maker = |existing: Option<bool>| {
        let word = |is_existing| {
            if is_existing {
                "made elsewhere"
            } else {
                "sealed"
            }
        };
        existing.map(|is_existing| word(is_existing).to_owned())
    };
    check(
        "the credential",
        maker(said.existing_secret),
        maker(there.existing_secret),
        SEALED,
    );
    check(
        "service",
        text(said.service.as_ref()),
        text(there.service.as_ref()),
        RENAMED,
    );
    check(
        "pooler",
        text(said.pooler.as_ref()),
        text(there.pooler.as_ref()),
        LED,
    );
    check(
        "scope",
        text(said.scope.as_ref()),
        text(there.scope.as_ref()),
        SEALED,
    );
    check(
        "roles",
        text(said.roles.as_ref()),
        text(there.roles.as_ref()),
        STYLE,
    );
    check(
        "ownedBy",
        text(said.owned_by.as_ref()),
        text(there.owned_by.as_ref()),
        SEALED,
    );
    problems
}
