//! Manifests from the templates in `templates/`, or from a repository's own of the same name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use handlebars::{Handlebars, RenderErrorReason, TemplateErrorReason};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::domain::app::App;
use crate::domain::kubernetes_name::{Namespace, ServiceName};
use crate::domain::name::quoted;
use crate::repo::scalar::quote;
use crate::repo::yaml::{self, Node};
use crate::target::Target;

/// A template of the product, named like its file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Template {
    /// The SealedSecret of an app.
    SealedSecret,
    /// The Database of an app.
    Database,
    /// The DatabaseRole of an app.
    DatabaseRole,
    /// The DatabaseRole of a group of those who may use an app's database.
    GroupRole,
    /// The access to an app's database: a ConfigMap with SQL, the Job that runs it, and perhaps a NetworkPolicy.
    Access,
    /// The Services in the app's namespaces, which lead to the database's host.
    Service,
    /// What is declared of a server that CNPG does not run: a ConfigMap with SQL, the CronJob that runs it, the Job for at
    /// once, and perhaps a NetworkPolicy.
    Sync,
    /// The SealedSecret with the connection of a server that CNPG does not run.
    Connection,
    /// The SealedSecret of the login that comes next, where two take turns.
    NextSecret,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::SealedSecret,
        Self::Database,
        Self::DatabaseRole,
        Self::GroupRole,
        Self::Access,
        Self::Service,
        Self::Sync,
        Self::Connection,
        Self::NextSecret,
    ];

    /// The name of its file, in the product and in a repository that overrides it.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::SealedSecret => "sealed-secret.yaml.hbs",
            Self::Database => "database.yaml.hbs",
            Self::DatabaseRole => "database-role.yaml.hbs",
            Self::GroupRole => "group-role.yaml.hbs",
            Self::Access => "access.yaml.hbs",
            Self::Service => "service.yaml.hbs",
            Self::Sync => "sync.yaml.hbs",
            Self::Connection => "connection.yaml.hbs",
            Self::NextSecret => "next-secret.yaml.hbs",
        }
    }

    /// The kind of the object that it makes, of the first where it makes several.
    pub fn kind(self) -> &'static str {
        self.kinds().first().copied().unwrap_or_default()
    }

    /// The kinds of the objects that it makes, in their order; one that may be left out comes last.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::SealedSecret | Self::Connection | Self::NextSecret => &["SealedSecret"],
            Self::Database => &["Database"],
            Self::DatabaseRole | Self::GroupRole => &["DatabaseRole"],
            Self::Access => &["ConfigMap", "Job", "NetworkPolicy"],
            Self::Service => &["Service"],
            Self::Sync => &["ConfigMap", "CronJob", "Job", "NetworkPolicy"],
        }
    }

    /// How many objects it makes at least.
    fn fewest(self) -> usize {
        match self {
            Self::Access => 2,
            Self::Sync => 3,
            _ => 1,
        }
    }

    fn embedded(self) -> &'static str {
        match self {
            Self::SealedSecret => include_str!("../templates/sealed-secret.yaml.hbs"),
            Self::Database => include_str!("../templates/database.yaml.hbs"),
            Self::DatabaseRole => include_str!("../templates/database-role.yaml.hbs"),
            Self::GroupRole => include_str!("../templates/group-role.yaml.hbs"),
            Self::Access => include_str!("../templates/access.yaml.hbs"),
            Self::Service => include_str!("../templates/service.yaml.hbs"),
            Self::Sync => include_str!("../templates/sync.yaml.hbs"),
            Self::Connection => include_str!("../templates/connection.yaml.hbs"),
            Self::NextSecret => include_str!("../templates/next-secret.yaml.hbs"),
        }
    }
}

/// The templates in use: the product's, some of them overridden by the repository's.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    overridden: BTreeMap<Template, Overriding>,
    /// Those of them that are valid, read once however many apps are rendered.
    engine: OnceLock<Handlebars<'static>>,
}

#[derive(Clone, Debug)]
struct Overriding {
    place: String,
    text: String,
}

/// Why a template gave no manifest that can be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RenderError {
    /// The template is no Handlebars, or asks for a value that is not there.
    #[error("{place}: {reason}")]
    Template {
        /// The template's path.
        place: String,
        /// What Handlebars said.
        reason: String,
    },
    /// What came out is not the object that it has to be.
    #[error("{place}: the manifest that it gives {problem}")]
    Manifest {
        /// The template's path.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl RenderError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        "mend the template, or take it away to use the product's own of that name"
    }
}

impl Templates {
    /// Uses a repository's own text for a template; `place` is its path, for messages.
    pub fn override_with(&mut self, template: Template, place: String, text: String) {
        self.overridden.insert(template, Overriding { place, text });
        self.engine = OnceLock::new();
    }

    /// The text of a template.
    fn text(&self, template: Template) -> &str {
        let overriding = self.overridden.get(&template);
        overriding.map_or(template.embedded(), |found| found.text.as_str())
    }

    fn engine(&self) -> &Handlebars<'static> {
        self.engine.get_or_init(|| {
            let mut engine = engine();
            for template in Template::ALL {
                // Why one is refused is said where it is used.
                drop(engine.register_template_string(template.file_name(), self.text(template)));
            }
            engine
        })
    }

    /// The manifest that a template makes of an app; `sealed` are the sealed values and `data` the templated ones.
    ///
    /// # Errors
    /// When an overriding template is no Handlebars, asks for what is not there, or gives no single object of the
    /// template's kind with the app's names.
    pub fn render(
        &self,
        template: Template,
        app: &App,
        target: &Target,
        sealed: &[Entry],
        data: &[Entry],
    ) -> Result<String, RenderError> {
        let values = values(template, app, target, sealed, data);
        let namespaces: Vec<&str> = match template {
            Template::Service => app.namespaces.iter().map(Namespace::as_str).collect(),
            _ => vec![target.namespace.as_str()],
        };
        let name = object_name(template, app);
        self.rendered_in(template, &values, name, &namespaces)
    }

    /// The manifest that a template makes of values, which has to hold objects of this name and namespace.
    ///
    /// # Errors
    /// When an overriding template is no Handlebars, asks for what is not there, or gives other objects.
    pub fn rendered(
        &self,
        template: Template,
        values: &impl Serialize,
        name: &str,
        namespace: &str,
    ) -> Result<String, RenderError> {
        self.rendered_in(template, values, name, &[namespace])
    }

    /// The same of several namespaces, with an object in each.
    fn rendered_in(
        &self,
        template: Template,
        values: &impl Serialize,
        name: &str,
        namespaces: &[&str],
    ) -> Result<String, RenderError> {
        let overriding = self.overridden.get(&template);
        let place =
            || overriding.map_or(template.file_name().to_owned(), |found| found.place.clone());
        let (engine, file) = (self.engine(), template.file_name());
        let rendered = if engine.has_template(file) {
            engine.render(file, values)
        } else {
            engine.render_template(self.text(template), values)
        };
        let rendered = rendered.map_err(|error| RenderError::Template {
            place: place(),
            reason: reason(&error),
        })?;
        check(template, &rendered, name, namespaces).map_err(|problem| RenderError::Manifest {
            place: place(),
            problem,
        })?;
        Ok(rendered)
    }
}

/// A key and its value in a Secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value: sealed data in base64, or a template for the controller.
    pub value: String,
}

/// Handlebars as it is used here: a missing value is an error, and every value is written as a YAML scalar.
fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(|text| quote(text).into_owned());
    engine
}

/// What Handlebars said, without its own words for where.
fn reason(error: &handlebars::RenderError) -> String {
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => {
            let line = error.line_no.unwrap_or(1);
            format!("line {line}: there is no value {}", quoted(name))
        }
        RenderErrorReason::TemplateError(error) => {
            let line = error.pos().map_or(1, |(line, _)| line);
            match error.reason() {
                TemplateErrorReason::InvalidSyntax(_) => {
                    format!("line {line}: this is no valid Handlebars")
                }
                reason => format!("line {line}: this is no valid Handlebars: {reason}"),
            }
        }
        reason => reason.to_string(),
    }
}

/// The values that a template of an app's own objects may use.
fn values(
    template: Template,
    app: &App,
    target: &Target,
    sealed: &[Entry],
    data: &[Entry],
) -> serde_json::Value {
    let options = &app.options;
    let extensions: Vec<_> = options
        .extensions
        .iter()
        .map(|extension| json!({ "name": extension.name(), "version": extension.version() }))
        .collect();
    let scope: BTreeMap<_, _> = options.scope.annotation().into_iter().collect();
    let other_locale = options.encoding.is_some() || options.locale.is_some();
    let wave = match template {
        Template::SealedSecret | Template::Connection | Template::NextSecret => {
            target.waves.secret()
        }
        Template::Database | Template::Access | Template::Service | Template::Sync => {
            target.waves.database()
        }
        Template::DatabaseRole | Template::GroupRole => target.waves.cluster(),
    };
    let connection = app.connection(target.connection(&app.database), &target.namespace);
    let namespaces: Vec<&str> = app.namespaces.iter().map(Namespace::as_str).collect();
    json!({
        "app": app.name.as_str(),
        "appNamespaces": app.namespace_list(),
        "appNamespaceList": namespaces,
        "comment": options.comment.as_ref().map(|comment| comment.as_str()),
        "cluster": target.cluster.as_str(),
        "connectionLimit": options.connection_limit.map(|limit| limit.get().to_string()),
        "data": data,
        "database": app.database.as_str(),
        "encoding": options.encoding.as_ref().map(|encoding| encoding.as_str()),
        "encrypted": sealed,
        "extensions": extensions,
        "externalName": connection.fully_qualified_host(),
        "inRoles": options.in_roles.iter().map(|group| group.as_str()).collect::<Vec<_>>(),
        "locale": options.locale.as_ref().map(|locale| locale.as_str()),
        "name": object_name(template, app),
        "namespace": target.namespace.as_str(),
        "reclaim": options.reclaim.as_str(),
        "role": app.role.as_str(),
        "schemas": options.schemas.iter().map(|schema| schema.as_str()).collect::<Vec<_>>(),
        "scope": scope,
        "secret": app.secret.as_str(),
        // PostgreSQL copies template1, which may hold data in another encoding or order, only as it is; template0 goes
        // with any (PostgreSQL manual, section 22.3).
        "template": other_locale.then_some("template0"),
        "wave": wave.to_string(),
    })
}

/// The name of the object that a template makes of an app.
fn object_name(template: Template, app: &App) -> &str {
    match template {
        Template::SealedSecret
        | Template::Access
        | Template::Sync
        | Template::Connection
        | Template::NextSecret => app.secret.as_str(),
        Template::Database => app.database_object.as_str(),
        Template::DatabaseRole | Template::GroupRole => app.role_object.as_str(),
        Template::Service => app.options.service.as_ref().map_or("", ServiceName::as_str),
    }
}

/// Whether a manifest holds the objects that it has to, and no others: each of the template's kinds in the only namespace,
/// or the only kind in each of the namespaces.
fn check(template: Template, text: &str, name: &str, namespaces: &[&str]) -> Result<(), String> {
    let stream = yaml::parse(text).map_err(|error| format!("is no valid YAML: {error}"))?;
    let (documents, kinds) = (&stream.documents, template.kinds());
    let wanted: Vec<(&str, &str)> = match namespaces {
        [namespace] => kinds.iter().map(|kind| (*kind, *namespace)).collect(),
        several => several
            .iter()
            .map(|namespace| (template.kind(), *namespace))
            .collect(),
    };
    let fewest = template.fewest().max(namespaces.len());
    if !(fewest..=wanted.len()).contains(&documents.len()) {
        let wanted = match wanted.len() {
            1 => "one".to_owned(),
            several => several.to_string(),
        };
        return Err(format!(
            "has {} documents instead of {wanted}",
            documents.len()
        ));
    }
    for (document, (kind, namespace)) in documents.iter().zip(wanted) {
        // Beside the Jobs that its CronJob makes, a server has one of its own name.
        let now = format!("{name}-now");
        let name = match (template, kind) {
            (Template::Sync, "Job") => now.as_str(),
            _ => name,
        };
        for (path, wanted) in [
            (&["kind"][..], kind),
            (&["metadata", "name"], name),
            (&["metadata", "namespace"], namespace),
        ] {
            let found = document.root.at(path).and_then(Node::as_str);
            if found != Some(wanted) {
                let found = found.map_or("not set".to_owned(), |found| format!("{found:?}"));
                return Err(format!(
                    "has {} {found}, which must be {wanted:?}",
                    path.join(".")
                ));
            }
        }
    }
    Ok(())
}
