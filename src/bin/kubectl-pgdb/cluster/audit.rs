//! What `audit` asks: of the server once, and of each database.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use pgdb::audit::{Facts, Inside};
use pgdb::live::login::LoginProblem;
use pgdb::live::server::{Membership, Server, ServerDatabase, ServerRole};
use pgdb::sql::held::{Object, granted};
use pgdb::sql::holdings::LIMITS;
use pgdb::sql::{SEARCH_PATH, server};
use tokio_postgres::{Client, SimpleQueryRow};

use super::Session;
use super::login::{Door, rows};

/// How many databases are asked at the same time: each opens a session on the primary.
const AT_ONCE: usize = 8;
/// How many apps are tried where only the server is asked.
const TRIES: usize = 3;
/// Asks for the server's version as a number.
const VERSION: &str = "SELECT current_setting('server_version_num')";

impl Session {
    /// Asks each database, and the server through the first that lets its app in.
    pub(crate) async fn audit(&self, doors: Vec<Door>) -> Facts {
        let mut facts = Facts::default();
        let mut doors = doors.into_iter();
        for door in doors.by_ref() {
            let asked = self.enter(&door, async |client| {
                Ok((ask_server(client).await?, ask_inside(client).await?))
            });
            match asked.await {
                Ok(((server, inside), _)) => {
                    facts.server = Some(server);
                    facts.insides.insert(door.database, Ok(inside));
                    break;
                }
                Err(problem) => {
                    facts.insides.insert(door.database, Err(problem));
                }
            }
        }
        let insides = stream::iter(doors).map(|door| async move {
            let asked = self.enter(&door, async |client| ask_inside(client).await);
            let inside = asked.await.map(|(inside, _)| inside);
            (door.database, inside)
        });
        let insides: BTreeMap<String, Result<Inside, LoginProblem>> =
            insides.buffer_unordered(AT_ONCE).collect().await;
        facts.insides.extend(insides);
        facts
    }
}

impl Session {
    /// Asks the server through the first of some databases that lets its app in.
    ///
    /// # Errors
    /// Why the last of those that were tried did not.
    pub(crate) async fn server_of(&self, doors: Vec<Door>) -> Result<Server, LoginProblem> {
        let mut problem = LoginProblem::NotTried(
            "no app is declared that could log in and ask PostgreSQL".to_owned(),
        );
        for door in doors.into_iter().take(TRIES) {
            match self
                .enter(&door, async |client| ask_server(client).await)
                .await
            {
                Ok((server, _)) => return Ok(server),
                Err(found) => problem = found,
            }
        }
        Err(problem)
    }
}

/// Asks for the server's roles and databases.
async fn ask_server(client: &Client) -> Result<Server, LoginProblem> {
    prepare(client).await?;
    let roles = rows(client, server::ROLES).await?;
    let databases = rows(client, server::DATABASES).await?;
    let memberships = rows(client, server::MEMBERSHIPS).await?;
    let databases: Option<Vec<ServerDatabase>> = databases.iter().map(database).collect();
    Ok(Server {
        roles: roles.iter().map(role).collect(),
        databases: databases.ok_or_else(unclear)?,
        memberships: memberships.iter().map(membership).collect(),
    })
}

/// Asks who was granted what in the database.
async fn ask_inside(client: &Client) -> Result<Inside, LoginProblem> {
    prepare(client).await?;
    let version = rows(client, VERSION).await?;
    let version = version.first().and_then(|row| row.get(0)?.parse().ok());
    Ok(Inside {
        version: version.unwrap_or_default(),
        objects: objects(&rows(client, &granted()).await?)?,
    })
}

/// Looks for PostgreSQL's own functions alone, and not for long.
async fn prepare(client: &Client) -> Result<(), LoginProblem> {
    rows(client, SEARCH_PATH).await?;
    rows(client, LIMITS).await?;
    Ok(())
}

/// The objects of rows.
///
/// # Errors
/// When a row is none.
pub(super) fn objects(rows: &[SimpleQueryRow]) -> Result<Vec<Object>, LoginProblem> {
    let object = |row: &SimpleQueryRow| {
        let column = |number| row.get(number);
        Object::of_row([0, 1, 2, 3, 4, 5, 6, 7].map(column))
    };
    let objects: Option<Vec<Object>> = rows.iter().map(object).collect();
    objects.ok_or_else(unclear)
}

fn unclear() -> LoginProblem {
    LoginProblem::Broken("PostgreSQL's answer is not understood".to_owned())
}

fn role(row: &SimpleQueryRow) -> (String, ServerRole) {
    let attributes = text(row, 2);
    let attributes = attributes.split(',').filter(|word| !word.is_empty());
    let role = ServerRole {
        can_login: is_true(row, 1),
        attributes: attributes.map(str::to_owned).collect(),
    };
    (text(row, 0), role)
}

fn database(row: &SimpleQueryRow) -> Option<ServerDatabase> {
    Some(ServerDatabase {
        name: text(row, 0),
        owner: text(row, 1),
        takes_sessions: is_true(row, 2),
        grants: serde_json::from_str(row.get(3)?).ok()?,
    })
}

fn membership(row: &SimpleQueryRow) -> Membership {
    Membership {
        role: text(row, 0),
        member: text(row, 1),
        is_admin: is_true(row, 2),
        inherits: is_true(row, 3),
        may_set: is_true(row, 4),
    }
}

/// A column; empty for null.
fn text(row: &SimpleQueryRow, column: usize) -> String {
    row.get(column).unwrap_or_default().to_owned()
}

fn is_true(row: &SimpleQueryRow, column: usize) -> bool {
    row.get(column) == Some("t")
}
