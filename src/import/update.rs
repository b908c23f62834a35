//! What changes of an app that is there: setting by setting, as edits of its manifests.

use super::Inputs;
use super::edits::Edits;
use super::places::{Places, Spot};
use crate::apps_file::{Entry, Position, Problem, Said};
use crate::declared::{DeclaredApp, Place, RoleSource};
use crate::domain::choice::ReclaimPolicy;
use crate::domain::connection::{Connection, ConnectionKey};
use crate::domain::database_option::Extension;
use crate::domain::kubernetes_name::{AppName, Namespace};
use crate::domain::password::Password;
use crate::domain::postgres_name::{DatabaseName, GroupRoleName, SchemaName};
use crate::domain::reflection::REFLECTOR;
use crate::repo::edit::{Addition, Edit, Step};
use crate::repo::yaml::Node;

/// An app whose settings change.
pub(super) struct Update<'input> {
    /// Where the file says so.
    position: Position,
    app: &'input DeclaredApp,
    name: AppName,
    /// What is said, and is not so yet; the rest is none.
    said: Said,
    /// The password that replaces the sealed one.
    pub(super) password: Option<Password>,
    /// The warning of a password that is not used.
    pub(super) warning: Option<String>,
}

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
    let problems = fixed(&entry, there);
    if !problems.is_empty() {
        return Err(problems);
    }
    let is_kept = entry.password.is_some() && !replaces_passwords;
    let secret = app.credential.as_ref().map(|found| found.name.as_str());
    let warning = is_kept.then(|| {
        format!(
            "the credential sealed in {} is kept; the password in the file is not used (--replace-passwords does)",
            secret.unwrap_or_default()
        )
    });
    let said = entry.said;
    Ok(Update {
        position: entry.position,
        app,
        name: entry.name,
        said: Said {
            namespaces: other_list(said.namespaces, there.namespaces.as_deref()),
            extensions: further(said.extensions, there.extensions.as_deref()),
            schemas: further(said.schemas, there.schemas.as_deref()),
            connection_limit: other(said.connection_limit, there.connection_limit.as_ref()),
            reclaim: other(said.reclaim, there.reclaim.as_ref()),
            in_roles: other_list(said.in_roles, there.in_roles.as_deref()),
            comment: other(said.comment, there.comment.as_ref()),
            connection_keys: other(said.connection_keys, there.connection_keys.as_ref()),
            ..Said::default()
        },
        password: entry.password.filter(|_| replaces_passwords),
        warning,
    })
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
        CREATED,
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

impl Update<'_> {
    /// The settings that change, as the file calls them.
    pub(super) fn settings(&self) -> Vec<&'static str> {
        let said = &self.said;
        let settings = [
            (said.namespaces.is_some(), "appNamespaces"),
            (said.extensions.is_some(), "extensions"),
            (said.schemas.is_some(), "schemas"),
            (said.connection_limit.is_some(), "connectionLimit"),
            (said.reclaim.is_some(), "reclaim"),
            (said.in_roles.is_some(), "inRoles"),
            (said.comment.is_some(), "comment"),
            (said.connection_keys.is_some(), "connectionKeys"),
            (self.password.is_some(), "password"),
        ];
        let changing = settings.into_iter().filter(|(changes, _)| *changes);
        changing.map(|(_, name)| name).collect()
    }

    /// Adds the edits of the app's manifests.
    ///
    /// # Errors
    /// What cannot be found in the files, or not be changed there.
    pub(super) fn add_to(
        &self,
        edits: &mut Edits,
        places: &mut Places<'_>,
        inputs: &Inputs<'_>,
    ) -> Result<(), Problem> {
        self.edit_credential(edits, places, inputs)?;
        self.edit_role(edits, places)?;
        self.edit_database(edits, places)
    }

    fn edit_credential(
        &self,
        edits: &mut Edits,
        places: &mut Places<'_>,
        inputs: &Inputs<'_>,
    ) -> Result<(), Problem> {
        let said = &self.said;
        let Some(credential) = &self.app.credential else {
            return Ok(());
        };
        if said.namespaces.is_none() && said.connection_keys.is_none() {
            return Ok(());
        }
        let (spot, node) = self.find(places, &credential.place)?;
        let edits = edits.of(&credential.place.path, &spot, self.position);
        if let Some(namespaces) = &said.namespaces {
            edits.extend(mirroring(&spot, node, namespaces));
        }
        if let (Some(wanted), Some(database)) = (said.connection_keys, self.database()) {
            let ground = inputs.ground.target;
            let connection = Connection::new(&ground.cluster, &ground.namespace, &database);
            edits.extend(connection_keys(&spot, node, &connection, wanted));
        }
        Ok(())
    }

    /// The database that the connection keys name.
    fn database(&self) -> Option<DatabaseName> {
        let declared = self.app.database.as_ref().map(|database| &database.name);
        let named = || self.app.credential.as_ref()?.database.as_ref();
        declared.or_else(named)?.parse().ok()
    }

    fn edit_role(&self, edits: &mut Edits, places: &mut Places<'_>) -> Result<(), Problem> {
        let said = &self.said;
        let Some(role) = &self.app.role else {
            return Ok(());
        };
        if said.in_roles.is_none() && said.comment.is_none() {
            return Ok(());
        }
        let (spot, node) = self.find(places, &role.place)?;
        let (spot, node) = match (&role.source, node.get("spec")) {
            (RoleSource::DatabaseRole(_), Some(spec)) => {
                let steps = spot.below(&["spec"]);
                (Spot { steps, ..spot }, spec)
            }
            _ => (spot, node),
        };
        let edits = edits.of(&role.place.path, &spot, self.position);
        if let Some(comment) = &said.comment {
            let comment = Addition::Text(comment.to_string());
            edits.push(Edit::set(&spot.below(&["comment"]), comment));
        }
        if let Some(groups) = &said.in_roles {
            edits.extend(memberships(&spot, node, groups));
        }
        Ok(())
    }

    fn edit_database(&self, edits: &mut Edits, places: &mut Places<'_>) -> Result<(), Problem> {
        let said = &self.said;
        let Some(database) = &self.app.database else {
            return Ok(());
        };
        let changes = said.extensions.is_some()
            || said.schemas.is_some()
            || said.connection_limit.is_some()
            || said.reclaim.is_some();
        if !changes {
            return Ok(());
        }
        let (spot, node) = self.find(places, &database.place)?;
        let edits = edits.of(&database.place.path, &spot, self.position);
        if let Some(limit) = said.connection_limit {
            let limit = Addition::Integer(limit.get().into());
            edits.push(Edit::set(&spot.below(&["spec", "connectionLimit"]), limit));
        }
        if let Some(reclaim) = said.reclaim {
            let policy = Addition::Text(reclaim.to_string());
            let path = spot.below(&["spec", "databaseReclaimPolicy"]);
            edits.push(Edit::set(&path, policy));
            if reclaim == ReclaimPolicy::Delete {
                edits.explain(path);
            }
        }
        let owner = database.owner.as_deref().unwrap_or_default();
        if let Some(extensions) = &said.extensions {
            edits.extend(extension_items(&spot, node, extensions));
        }
        if let Some(schemas) = &said.schemas {
            edits.extend(schema_items(&spot, node, schemas, owner));
        }
        Ok(())
    }

    fn find<'places, 'text>(
        &self,
        places: &'places mut Places<'text>,
        place: &Place,
    ) -> Result<(Spot, &'places Node<'text>), Problem> {
        places.find(place).ok_or_else(|| Problem {
            position: self.position,
            message: format!(
                "{place}: several objects of {} stand on this line, and it cannot be told which is meant",
                self.name
            ),
            help: Some("give each a line of its own, or change them by hand".to_owned()),
        })
    }
}

/// Reflector's annotations for these namespaces. A list of namespaces for the automatic mirrors is not made: without one
/// they go to all that are allowed.
fn mirroring(spot: &Spot, node: &Node<'_>, namespaces: &[Namespace]) -> Vec<Edit<'static>> {
    const ANNOTATIONS: [&str; 3] = ["spec", "template", "metadata"];
    const KEYS: [&str; 4] = [
        "reflector.v1.k8s.emberstack.com/reflection-allowed",
        "reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces",
        "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
        "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces",
    ];
    debug_assert!(KEYS.iter().all(|key| key.starts_with(REFLECTOR)));
    let list: Vec<&str> = namespaces.iter().map(Namespace::as_str).collect();
    let list = list.join(",");
    let found = node.at(&["spec", "template", "metadata", "annotations"]);
    let [allowed, allowed_list, automatic, automatic_list] = KEYS;
    let is_listed = found.and_then(|found| found.get(automatic_list)).is_some();
    let values = [
        (true, allowed, "true"),
        (true, allowed_list, list.as_str()),
        (true, automatic, "true"),
        (is_listed, automatic_list, list.as_str()),
    ];
    let values = values.into_iter().filter(|(is_wanted, ..)| *is_wanted);
    values
        .map(|(_, key, value)| {
            let mut path = spot.below(&ANNOTATIONS);
            path.extend([Step::Key("annotations"), Step::Key(key)]);
            Edit::set(&path, Addition::Text(value.to_owned()))
        })
        .collect()
}

/// The connection keys that are missing, or those that are too many.
fn connection_keys(
    spot: &Spot,
    node: &Node<'_>,
    connection: &Connection,
    are_wanted: bool,
) -> Vec<Edit<'static>> {
    let data = node.at(&["spec", "template", "data"]);
    let sealed = node.at(&["spec", "encryptedData"]);
    let has = |node: Option<&Node<'_>>, key: &str| node.and_then(|node| node.get(key)).is_some();
    if are_wanted {
        let keys = connection.open_keys().into_iter();
        let keys = keys.chain(connection.templated_keys());
        let missing = keys.filter(|key| !has(data, key.key) && !has(sealed, key.key));
        let path = spot.below(&["spec", "template", "data"]);
        return missing
            .map(|ConnectionKey { key, value }| Edit::insert_key(&path, key, Addition::Text(value)))
            .collect();
    }
    let mut edits = Vec::new();
    for key in Connection::KEYS {
        if has(data, key) {
            edits.push(Edit::remove(
                &spot.below(&["spec", "template", "data", key]),
            ));
        }
        if has(sealed, key) {
            edits.push(Edit::remove(&spot.below(&["spec", "encryptedData", key])));
        }
    }
    edits
}

/// The roles that a role becomes a member of, and those that it leaves.
fn memberships(spot: &Spot, node: &Node<'_>, groups: &[GroupRoleName]) -> Vec<Edit<'static>> {
    let found = node.get("inRoles").map_or(&[][..], Node::items);
    let is_wanted = |text: &str| groups.iter().any(|group| group.as_str() == text);
    let leaving = found.iter().enumerate();
    let leaving = leaving.filter(|(_, item)| !item.as_str().is_some_and(is_wanted));
    let mut edits: Vec<Edit<'static>> = leaving
        .map(|(number, _)| {
            let mut path = spot.below(&["inRoles"]);
            path.push(Step::Item(number));
            Edit::remove(&path)
        })
        .collect();
    let is_there = |group: &&GroupRoleName| {
        let mut found = found.iter().filter_map(Node::as_str);
        found.any(|text| text == group.as_str())
    };
    let joining = groups.iter().filter(|group| !is_there(group));
    let joining: Vec<Addition> = joining
        .map(|group| Addition::Text(group.to_string()))
        .collect();
    if !joining.is_empty() {
        edits.push(Edit::append(&spot.below(&["inRoles"]), joining));
    }
    edits
}

/// The extensions that come, those that are there in another version, and those that were to go.
fn extension_items(spot: &Spot, node: &Node<'_>, extensions: &[Extension]) -> Vec<Edit<'static>> {
    let found = node.at(&["spec", "extensions"]);
    let found = found.map_or(&[][..], Node::items);
    let path = spot.below(&["spec", "extensions"]);
    let mut edits = Vec::new();
    let mut new = Vec::new();
    for extension in extensions {
        let Some((number, item)) = named(found, extension.name()) else {
            let mut fields = vec![(
                "name".to_owned(),
                Addition::Text(extension.name().to_owned()),
            )];
            let version = extension.version();
            fields.extend(
                version.map(|version| ("version".to_owned(), Addition::Text(version.to_owned()))),
            );
            new.push(Addition::Map(fields));
            continue;
        };
        let at =
            |key: &'static str| [path.as_slice(), &[Step::Item(number), Step::Key(key)]].concat();
        match (extension.version(), item.get("version")) {
            (Some(version), _) => {
                edits.push(Edit::set(
                    &at("version"),
                    Addition::Text(version.to_owned()),
                ));
            }
            (None, Some(_)) => edits.push(Edit::remove(&at("version"))),
            (None, None) => {}
        }
        if item.get("ensure").is_some() {
            edits.push(Edit::set(
                &at("ensure"),
                Addition::Text("present".to_owned()),
            ));
        }
    }
    if !new.is_empty() {
        edits.push(Edit::append(&path, new));
    }
    edits
}

/// The schemas that come, and those that were to go.
fn schema_items(
    spot: &Spot,
    node: &Node<'_>,
    schemas: &[SchemaName],
    owner: &str,
) -> Vec<Edit<'static>> {
    let found = node.at(&["spec", "schemas"]);
    let found = found.map_or(&[][..], Node::items);
    let path = spot.below(&["spec", "schemas"]);
    let mut edits = Vec::new();
    let mut new = Vec::new();
    for schema in schemas {
        match named(found, schema.as_str()) {
            Some((number, _)) => {
                let ensure = [Step::Item(number), Step::Key("ensure")];
                let ensure = [path.as_slice(), &ensure].concat();
                edits.push(Edit::set(&ensure, Addition::Text("present".to_owned())));
            }
            None => new.push(Addition::Map(vec![
                ("name".to_owned(), Addition::Text(schema.to_string())),
                ("owner".to_owned(), Addition::Text(owner.to_owned())),
            ])),
        }
    }
    if !new.is_empty() {
        edits.push(Edit::append(&path, new));
    }
    edits
}

/// The item of a list that has this name, and its number.
fn named<'tree, 'text>(
    items: &'tree [Node<'text>],
    name: &str,
) -> Option<(usize, &'tree Node<'text>)> {
    let has = |item: &&Node<'_>| item.get("name").and_then(Node::as_str) == Some(name);
    items.iter().enumerate().find(|(_, item)| has(item))
}
