//! What a role has in PostgreSQL, asked by the role itself.

use pgdb::live::holdings::{DatabaseState, Dependency, Holdings, Inside, Kind, Sessions};
use pgdb::live::login::{Grantee, LoginProblem};
use pgdb::sql::holdings::{
    DATABASES, DEPENDENCIES, FOREIGN, GRANTED, LIMITS, MEMBERS, OWNED, ROLE, database, sessions,
};
use pgdb::sql::{SEARCH_PATH, WHO_MAY_CONNECT};
use tokio_postgres::{Client, SimpleQueryRow};

use super::Session;
use super::login::{Door, rows};

/// The database of every server that everybody may connect to.
const MAINTENANCE: &str = "postgres";
/// PostgreSQL's codes for a database that is not there, takes no sessions, or not this role's (manual, appendix A).
const NOT_THAT_DATABASE: [&str; 3] = ["3D000", "55000", "42501"];

impl Session {
    /// Logs in to the door's database and asks what the role has; where PostgreSQL lets nobody in there, through the
    /// database `postgres`.
    ///
    /// # Errors
    /// Why it could not.
    pub(crate) async fn holdings(&self, door: &Door) -> Result<Holdings, LoginProblem> {
        let name = door.database.as_str();
        match self
            .enter(door, async |client| ask(client, name, true).await)
            .await
        {
            Err(LoginProblem::Refused(refusal))
                if NOT_THAT_DATABASE.contains(&refusal.code.as_str()) =>
            {
                let door = Door {
                    database: MAINTENANCE.to_owned(),
                    ..door.clone()
                };
                let asked = self.enter(&door, async |client| ask(client, name, false).await);
                asked.await.map(|(holdings, _)| holdings)
            }
            asked => asked.map(|(holdings, _)| holdings),
        }
    }
}

/// Asks all of it; what is in the database only where that is the one that was logged in to.
async fn ask(client: &Client, name: &str, is_inside: bool) -> Result<Holdings, LoginProblem> {
    rows(client, SEARCH_PATH).await?;
    rows(client, LIMITS).await?;
    let role = rows(client, ROLE).await?;
    let [role] = role.as_slice() else {
        return Err(LoginProblem::Broken(
            "PostgreSQL did not say who one is".to_owned(),
        ));
    };
    let state = rows(client, &database(name)).await?;
    let sessions = rows(client, &sessions(name)).await?;
    let dependencies = rows(client, DEPENDENCIES).await?;
    Ok(Holdings {
        role: text(role, 0),
        is_superuser: role.get(1) == Some("t"),
        database: state.first().map(|row| DatabaseState {
            owner: text(row, 0),
            size: row.get(1).and_then(|size| size.parse().ok()),
        }),
        sessions: sessions.iter().map(session).collect(),
        inside: if is_inside {
            Some(inside(client).await?)
        } else {
            None
        },
        dependencies: dependencies.iter().map(dependency).collect(),
        databases: names(&rows(client, DATABASES).await?),
        members: names(&rows(client, MEMBERS).await?),
    })
}

/// What is in the database that was logged in to.
async fn inside(client: &Client) -> Result<Inside, LoginProblem> {
    let owned = rows(client, OWNED).await?;
    let granted = rows(client, GRANTED).await?;
    let foreign = rows(client, FOREIGN).await?;
    let connect = rows(client, WHO_MAY_CONNECT).await?;
    let of_role = |row: &SimpleQueryRow| (text(row, 0), number(row, 1));
    Ok(Inside {
        owned: owned
            .iter()
            .map(|row| Kind {
                kind: text(row, 0),
                count: number(row, 1),
                names: text(row, 2).lines().map(str::to_owned).collect(),
            })
            .collect(),
        granted: granted.iter().map(of_role).collect(),
        foreign: foreign.iter().map(of_role).collect(),
        connect: connect
            .iter()
            .map(|row| {
                row.get(0)
                    .map_or(Grantee::Public, |role| Grantee::Role(role.to_owned()))
            })
            .collect(),
    })
}

fn session(row: &SimpleQueryRow) -> Sessions {
    Sessions {
        role: text(row, 0),
        application: text(row, 1),
        address: row.get(2).map(str::to_owned),
        since: row.get(3).map(str::to_owned),
        count: number(row, 4),
    }
}

fn dependency(row: &SimpleQueryRow) -> Dependency {
    Dependency {
        database: row.get(0).map(|name| (name.to_owned(), text(row, 1))),
        owned: number(row, 2),
        rights: number(row, 3),
    }
}

/// A column; empty for null.
fn text(row: &SimpleQueryRow, column: usize) -> String {
    row.get(column).unwrap_or_default().to_owned()
}

fn number(row: &SimpleQueryRow, column: usize) -> u64 {
    row.get(column)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

fn names(rows: &[SimpleQueryRow]) -> Vec<String> {
    rows.iter().map(|row| text(row, 0)).collect()
}
