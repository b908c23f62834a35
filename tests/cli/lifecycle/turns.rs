//! Two login roles take turns, and no client ever fails.

use std::sync::{Condvar, Mutex};
use std::thread;

use super::Life;
use crate::apiserver::ApiServer;
use crate::postgres::Postgres;

const TURN: &str = "rotate my-shop --two-role --yes";

/// Who may log in.
const LOGINS: &str = "SELECT string_agg(rolname || CASE WHEN rolcanlogin THEN ' logs in' ELSE ' is closed' END, ', ' ORDER BY rolname) \
     FROM pg_roles WHERE rolname LIKE 'my_shop%'";

/// Logs in with the mirrored Secret of the moment.
fn log_in(server: &ApiServer, postgres: &Postgres, statements: &str) -> Result<String, String> {
    let secret = server.get("secrets", "shop", "my-shop-db-creds").unwrap();
    let (user, password) = (
        super::value(&secret, "username"),
        super::value(&secret, "password"),
    );
    let uri = super::value(&secret, "uri");
    assert!(uri.contains(&format!("//{user}:{password}@")));
    postgres.log_in(&user, "my_shop", &password, "require", statements)
}

/// The same in a life.
fn enter(life: &Life, statements: &str) -> Result<String, String> {
    log_in(&life.cluster.server, &life.cluster.postgres, statements)
}

/// An application that logs in all the time.
#[derive(Default)]
struct Client {
    state: Mutex<State>,
    turned: Condvar,
}

#[derive(Default)]
struct State {
    rounds: u64,
    failures: Vec<String>,
    is_done: bool,
}

impl Client {
    fn run(&self, server: &ApiServer, postgres: &Postgres) {
        loop {
            let entered = log_in(server, postgres, "SELECT current_user");
            let mut state = self.state.lock().unwrap();
            state.rounds += 1;
            if entered != Ok("my_shop".to_owned()) {
                state.failures.push(format!("{entered:?}"));
            }
            self.turned.notify_all();
            if state.is_done {
                return;
            }
        }
    }

    /// Waits until it has read its Secret once more, and logged in with that.
    fn again(&self) {
        let state = self.state.lock().unwrap();
        let enough = state.rounds + 2;
        let waited = self.turned.wait_while(state, |state| state.rounds < enough);
        drop(waited.unwrap());
    }

    fn stop(&self) {
        self.state.lock().unwrap().is_done = true;
    }
}

/// Ends the client, also where the test fails.
struct Stop<'client>(&'client Client);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// All turns, each step synced one action after the other, with a client that logs in all the time and after each of them.
fn never_fails(roles: &str, backwards: bool) {
    let Some(life) = Life::begin() else { return };
    life.live(&format!(
        "new-app my-shop --app-namespace shop --roles {roles} --yes"
    ));
    enter(&life, "CREATE TABLE orders (item text)").unwrap();
    life.cluster.backwards.set(backwards);
    *life.cluster.between.borrow_mut() = Some(Box::new(|cluster| {
        let entered = log_in(&cluster.server, &cluster.postgres, "SELECT current_user");
        assert_eq!(entered, Ok("my_shop".to_owned()));
    }));
    let client = Client::default();
    let (server, postgres) = (&life.cluster.server, &life.cluster.postgres);
    thread::scope(|scope| {
        scope.spawn(|| client.run(server, postgres));
        let _stop = Stop(&client);
        for (turn, (from, to)) in [("my_shop", "my_shop_b"), ("my_shop_b", "my_shop_a")]
            .into_iter()
            .enumerate()
        {
            for step in 1..=3 {
                life.live(TURN);
                let expected = if step == 1 { from } else { to };
                let user = life.value("shop", "my-shop", "username");
                assert_eq!(user, expected, "turn {turn}, step {step}");
                life.assert_works("my-shop");
                assert_eq!(life.state("my-shop"), "complete");
                client.again();
            }
            let made =
                format!("CREATE TABLE made_in_{turn} (); INSERT INTO orders VALUES ('{turn}')");
            enter(&life, &made).unwrap();
        }
    });
    assert_eq!(client.state.lock().unwrap().failures, [""; 0]);
    assert_eq!(
        postgres.sql("postgres", LOGINS),
        "my_shop is closed, my_shop_a logs in, my_shop_b is closed"
    );
    let owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(postgres.sql("my_shop", owners), "my_shop");
}

#[test]
fn nobody_fails_with_roles_in_the_cluster() {
    never_fails("managed", false);
}

#[test]
fn nobody_fails_with_database_roles() {
    never_fails("databaserole", false);
}

#[test]
fn nobody_fails_whichever_controller_is_first() {
    never_fails("managed", true);
}

/// A step that is asked for too early: nothing is written, and why is said.
fn refused(life: &Life, code: i32, because: &str) {
    let before = life.repository.tree();
    let outcome = life.run(TURN);
    let error = outcome
        .stderr
        .lines()
        .find(|line| line.starts_with("error: "));
    let error = error.unwrap_or_default();
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    assert!(error.contains(because), "{}", outcome.stderr);
    assert_eq!(life.repository.tree(), before);
}

#[test]
fn a_step_waits_for_the_one_before() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop --yes");
    let postgres = &life.cluster.postgres;
    life.change(TURN);
    refused(
        &life,
        1,
        "the login \"my_shop_b\" does not work yet: SealedSecret: it is not there",
    );
    life.cluster.sync();
    postgres.sql("postgres", "ALTER ROLE my_shop_b RESET role");
    refused(
        &life,
        1,
        "\"my_shop_b\" logs in, and its sessions do not begin as the owner \"my_shop\"",
    );
    // The hook runs again.
    life.cluster.sync();
    life.change(TURN);
    refused(
        &life,
        1,
        "the Secret my-shop-db-creds does not bring everybody in as \"my_shop_b\" yet: SealedSecret: ",
    );
    life.cluster.sync();
    let session = postgres.session_as("my_shop", "my_shop");
    refused(
        &life,
        1,
        "sessions of the old login are open: 1 as \"my_shop\" from ",
    );
    drop(session);
    life.live(TURN);
    life.assert_works("my-shop");
    assert_eq!(
        postgres.sql("postgres", LOGINS),
        "my_shop is closed, my_shop_b logs in"
    );
}

#[test]
fn access_is_granted_in_every_state() {
    let Some(life) = Life::begin() else { return };
    life.live("new-app my-shop --app-namespace shop --isolate --yes");
    for step in 0..=3 {
        if step > 0 {
            life.live(TURN);
        }
        life.live(&format!(
            "grant my-shop --to report{step} --as reader --app-namespace bi --yes"
        ));
        enter(
            &life,
            &format!("CREATE TABLE t{step} (); INSERT INTO t{step} DEFAULT VALUES"),
        )
        .unwrap();
        let user = format!("report{step}");
        let password = life.value("bi", &user, "password");
        let postgres = &life.cluster.postgres;
        let count = format!("SELECT count(*) FROM t{step}");
        let read = postgres.log_in(&user, "my_shop", &password, "require", &count);
        assert_eq!(read, Ok("1".to_owned()), "step {step}");
    }
    // A new password in place is the login's.
    life.live("rotate my-shop --yes");
    life.assert_works("my-shop");
}
