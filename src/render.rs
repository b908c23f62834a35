//! Manifests from the templates in `templates/`, or from a repository's own of the same name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use handlebars::{Handlebars, RenderErrorReason, TemplateErrorReason};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::domain::app::App;
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
    /// What is declared of a server that CNPG does not run, and the CronJob that makes it true.
    Sync,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::SealedSecret,
        Self::Database,
        Self::DatabaseRole,
        Self::Sync,
    ];

    /// The name of its file, in the product and in a repository that overrides it.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::SealedSecret => "sealed-secret.yaml.hbs",
            Self::Database => "database.yaml.hbs",
            Self::DatabaseRole => "database-role.yaml.hbs",
            Self::Sync => "sync.yaml.hbs",
        }
    }

    /// The kind of the object that it makes; the first one, of several.
    pub fn kind(self) -> &'static str {
        match self {
            Self::SealedSecret => "SealedSecret",
            Self::Database => "Database",
            Self::DatabaseRole => "DatabaseRole",
            Self::Sync => "ConfigMap",
        }
    }

    fn embedded(self) -> &'static str {
        match self {
            Self::SealedSecret => include_str!("../templates/sealed-secret.yaml.hbs"),
            Self::Database => include_str!("../templates/database.yaml.hbs"),
            Self::DatabaseRole => include_str!("../templates/database-role.yaml.hbs"),
            Self::Sync => include_str!("../templates/sync.yaml.hbs"),
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
        let rendered = self.text_of(template, &values)?;
        self.checked(
            template,
            check(template, &rendered, app, target).map(|()| rendered),
        )
    }

    /// The manifest of a server that CNPG does not run; `values` are all that its template uses.
    ///
    /// # Errors
    /// When an overriding template is no Handlebars, asks for what is not there, or leaves out an object.
    pub fn sync(&self, values: &serde_json::Value) -> Result<String, RenderError> {
        let rendered = self.text_of(Template::Sync, values)?;
        let problem = check_sync(&rendered, values);
        self.checked(Template::Sync, problem.map(|()| rendered))
    }

    /// What a template makes of these values.
    fn text_of(
        &self,
        template: Template,
        values: &serde_json::Value,
    ) -> Result<String, RenderError> {
        let (engine, name) = (self.engine(), template.file_name());
        let rendered = if engine.has_template(name) {
            engine.render(name, values)
        } else {
            engine.render_template(self.text(template), values)
        };
        rendered.map_err(|error| RenderError::Template {
            place: self.place(template),
            reason: reason(&error),
        })
    }

    /// What came out, or what is wrong with it and which template gave it.
    fn checked(
        &self,
        template: Template,
        rendered: Result<String, String>,
    ) -> Result<String, RenderError> {
        rendered.map_err(|problem| RenderError::Manifest {
            place: self.place(template),
            problem,
        })
    }

    /// Where a template is, for messages.
    fn place(&self, template: Template) -> String {
        let overriding = self.overridden.get(&template);
        overriding.map_or(template.file_name().to_owned(), |found| found.place.clone())
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

/// The values that a template may use.
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
    let (name, wave) = match template {
        Template::SealedSecret => (&app.secret, target.waves.secret()),
        Template::Database => (&app.database_object, target.waves.database()),
        // A server's manifest is no app's: `sync` renders it.
        Template::DatabaseRole | Template::Sync => (&app.role_object, target.waves.cluster()),
    };
    json!({
        "app": app.name.as_str(),
        "appNamespaces": app.namespace_list(),
        "comment": options.comment.as_ref().map(|comment| comment.as_str()),
        "cluster": target.cluster.as_str(),
        "connectionLimit": options.connection_limit.map(|limit| limit.get().to_string()),
        "data": data,
        "database": app.database.as_str(),
        "encoding": options.encoding.as_ref().map(|encoding| encoding.as_str()),
        "encrypted": sealed,
        "extensions": extensions,
        "inRoles": options.in_roles.iter().map(|group| group.as_str()).collect::<Vec<_>>(),
        "locale": options.locale.as_ref().map(|locale| locale.as_str()),
        "name": name.as_str(),
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

/// Whether a manifest is one document that holds the object that it has to be.
fn check(template: Template, text: &str, app: &App, target: &Target) -> Result<(), String> {
    let stream = yaml::parse(text).map_err(|error| format!("is no valid YAML: {error}"))?;
    let [document] = stream.documents.as_slice() else {
        return Err(format!(
            "has {} documents instead of one",
            stream.documents.len()
        ));
    };
    let name = match template {
        Template::SealedSecret => &app.secret,
        Template::Database => &app.database_object,
        Template::DatabaseRole | Template::Sync => &app.role_object,
    };
    let namespace = target.namespace.as_str();
    check_object(&document.root, template.kind(), name.as_str(), namespace)
}

/// Whether a manifest is the ConfigMap, the CronJob and the Job of a server, in this order and before anything else.
fn check_sync(text: &str, values: &serde_json::Value) -> Result<(), String> {
    let stream = yaml::parse(text).map_err(|error| format!("is no valid YAML: {error}"))?;
    let value = |key: &str| values.get(key).and_then(serde_json::Value::as_str);
    let (name, namespace) = (
        value("name").unwrap_or_default(),
        value("namespace").unwrap_or_default(),
    );
    let now = format!("{name}-now");
    let mut documents = stream.documents.iter();
    for (kind, name) in [("ConfigMap", name), ("CronJob", name), ("Job", &now)] {
        let Some(document) = documents.next() else {
            return Err(format!("lacks the {kind}"));
        };
        check_object(&document.root, kind, name, namespace)?;
    }
    Ok(())
}

/// Whether an object is the one that it has to be.
fn check_object(root: &Node<'_>, kind: &str, name: &str, namespace: &str) -> Result<(), String> {
    for (path, wanted) in [
        (&["kind"][..], kind),
        (&["metadata", "name"], name),
        (&["metadata", "namespace"], namespace),
    ] {
        let found = root.at(path).and_then(Node::as_str);
        if found != Some(wanted) {
            let found = found.map_or("not set".to_owned(), |found| format!("{found:?}"));
            return Err(format!(
                "has {} {found}, which must be {wanted:?}",
                path.join(".")
            ));
        }
    }
    Ok(())
}
