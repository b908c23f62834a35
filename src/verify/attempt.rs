//! How an app is to be logged in: with which credential, through which pod, to which database.

use super::chain::Chain;
use super::expected::Expected;
use super::facts::{Facts, Index, REFLECTS};
use crate::live::fact::Fact;
use crate::live::login::{LoginProblem, Way};

/// What is needed to log in as an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// The namespace of the Secret with the credential: a mirror, or the one beside the Cluster.
    pub secret_namespace: String,
    /// The Secret's name.
    pub secret: String,
    /// The way to PostgreSQL.
    pub way: Way,
    /// The database.
    pub database: String,
    /// The schemas in which the app has to be able to make tables; empty for the first one of its search path.
    pub schemas: Vec<String>,
}

impl Attempt {
    /// What is needed for each app, or why it is not there, with the app's name.
    pub fn of_all(apps: &[Expected], facts: &Facts) -> Vec<(String, Result<Self, LoginProblem>)> {
        let index = Index::of(facts);
        let attempt = |app: &Expected| (app.app.clone(), Self::of(app, facts, &index));
        apps.iter().map(attempt).collect()
    }

    /// What is needed for each user of each app's database, or why it is not there, with the names of both apps.
    pub fn of_users(
        apps: &[Expected],
        facts: &Facts,
    ) -> Vec<(String, String, Result<Self, LoginProblem>)> {
        let index = Index::of(facts);
        let with_access = apps
            .iter()
            .filter_map(|app| Some((app, app.access.as_ref()?)));
        with_access
            .flat_map(|(app, access)| access.users.iter().map(move |user| (app, &user.login)))
            .map(|(app, login)| {
                let attempt = Self::of(login, facts, &index);
                (app.app.clone(), login.app.clone(), attempt)
            })
            .collect()
    }

    fn of(app: &Expected, facts: &Facts, index: &Index<'_>) -> Result<Self, LoginProblem> {
        let chain = Chain::new(app, facts, index, &[]);
        let secret = app.secret.clone().unwrap_or_default();
        let secret_namespace = credential_namespace(&chain, &secret)?;
        let way = match &app.server {
            Some(server) => Way::to(&server.endpoint),
            None => Self::to_primary(&chain)?,
        };
        let (database, schemas) = match (&app.database, &app.guest_in) {
            (Some(database), _) => (database.name.clone(), database.schemas.clone()),
            (None, Some(database)) => (database.clone(), Vec::new()),
            (None, None) => return Err(waits("Database")),
        };
        Ok(Self {
            secret_namespace,
            secret,
            way,
            database,
            schemas,
        })
    }

    /// The way through a Cluster's primary.
    fn to_primary(chain: &Chain<'_>) -> Result<Way, LoginProblem> {
        match chain.cluster() {
            Fact::Unreadable(why) => Err(LoginProblem::NoWay(why)),
            Fact::Present(cluster) if !cluster.current_primary.is_empty() => Ok(Way::Pod {
                namespace: chain.app.namespace.clone(),
                name: cluster.current_primary.clone(),
            }),
            Fact::Absent | Fact::Present(_) => Err(waits("Cluster")),
        }
    }
}

/// The first of the app's namespaces in which it reads the credential: a mirror of the Secret and nothing else, or the
/// Secret itself.
fn credential_namespace(chain: &Chain<'_>, secret: &str) -> Result<String, LoginProblem> {
    let own = &chain.app.namespace;
    let source = format!("{own}/{secret}");
    let mirrors = chain.mirrors().unwrap_or_default();
    let mut unread = None;
    for namespace in &mirrors.namespaces {
        match chain.facts.secrets.get(namespace, secret) {
            Fact::Present(found) if found.meta.annotation(REFLECTS) == Some(source.as_str()) => {
                return Ok(namespace.clone());
            }
            Fact::Unreadable(why) => unread = Some(why),
            Fact::Present(_) | Fact::Absent => {}
        }
    }
    let is_here = matches!(chain.secret(), Fact::Present(_));
    let is_nowhere = mirrors.namespaces.is_empty() && chain.app.is_made_otherwise();
    if is_here && (mirrors.is_read_here || is_nowhere || chain.app.is_bootstrap()) {
        return Ok(own.clone());
    }
    Err(unread.map_or_else(|| waits("Mirror"), LoginProblem::NoWay))
}

fn waits(link: &str) -> LoginProblem {
    LoginProblem::NotTried(format!("waits for the link {link}"))
}
