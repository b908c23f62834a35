//! What a user may do in another app's database, asked in a session of its own.

use pgdb::live::login::LoginProblem;
use pgdb::sql::SEARCH_PATH;
use pgdb::sql::held::{DENIED, TRY, WHO, own};
use pgdb::sql::holdings::LIMITS;
use pgdb::verify::{Attempt, Seen};
use tokio_postgres::Client;

use super::Session;
use super::audit::objects;
use super::login::{Door, rows};

impl Session {
    /// Logs in as a user, asks what it may do, and tries some of it without doing anything.
    ///
    /// # Errors
    /// Why it could not log in; where it is to be refused, that is what is looked for.
    pub(crate) async fn try_out(&self, attempt: &Attempt) -> Result<Seen, LoginProblem> {
        let door = Door::of(attempt);
        let asked = self.enter(&door, async |client| ask(client).await);
        asked.await.map(|(seen, _)| seen)
    }
}

async fn ask(client: &Client) -> Result<Seen, LoginProblem> {
    rows(client, SEARCH_PATH).await?;
    rows(client, LIMITS).await?;
    let who = rows(client, WHO).await?;
    let [who] = who.as_slice() else {
        return Err(LoginProblem::Broken(
            "PostgreSQL did not say who one is".to_owned(),
        ));
    };
    let mut seen = Seen {
        role: who.get(0).unwrap_or_default().to_owned(),
        is_superuser: who.get(1) == Some("t"),
        has_owners_rights: who.get(2) == Some("t"),
        version: who
            .get(3)
            .and_then(|number| number.parse().ok())
            .unwrap_or_default(),
        objects: objects(&rows(client, &own()).await?)?,
    };
    for denied in tried(client).await? {
        for object in &mut seen.objects {
            object.deny(&seen.role, std::slice::from_ref(&denied));
        }
    }
    Ok(seen)
}

/// What was denied: schema, table and privilege. Where trying is not possible, such as without PL/pgSQL, nothing is
/// known beyond what the catalogues say.
async fn tried(client: &Client) -> Result<Vec<(String, String, String)>, LoginProblem> {
    match rows(client, TRY).await {
        Ok(_) => {}
        Err(LoginProblem::Refused(_)) => return Ok(Vec::new()),
        Err(problem) => return Err(problem),
    }
    let denied = rows(client, DENIED).await?;
    let denied = denied.first().and_then(|row| row.get(0)).unwrap_or("[]");
    Ok(serde_json::from_str(denied).unwrap_or_default())
}
