//! From `new-app` to the end of `remove`.

use regex::Regex;

use super::Server;

#[test]
fn an_app_is_made_and_proved() {
    let server = Server::start();
    server.run_ok(
        "new-app my-shop --app-namespace shop --extension pgcrypto --schema audit --yes --quiet",
    );
    server.cluster.sync();
    let said = server.run_ok("verify my-shop --login");
    // A Secret's version, a time and PostgreSQL's version are others each time.
    let changing =
        Regex::new(r"version \d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|PostgreSQL [0-9.]+").unwrap();
    assert_eq!(
        changing.replace_all(&said, "..."),
        "my-shop on the server legacy in postgres
  Argo CD       pass     Application argocd/databases: is Synced at 5eed5eed
  SealedSecret  pass     SealedSecret postgres/my-shop-db-creds: is Synced at generation 1
  Secret        pass     Secret postgres/my-shop-db-creds: has username, password and 7 more keys, at ...
  Mirror        pass     Secret shop/my-shop-db-creds: mirrors ..., its data is equal
  Sync          pass     CronJob postgres/legacy-sync: the Job legacy-sync-now has made the server what is declared at ... UTC
  Login         pass     Server postgres/legacy: logged in to ... as \"my_shop\" over TLS, owns the database, may create tables in audit
                warning  every role of the server may connect to \"my_shop\", since PUBLIC may
                           -> as the owner: REVOKE CONNECT, TEMPORARY ON DATABASE \"my_shop\" FROM PUBLIC;
Every link holds: 6 looked at.
"
    );
}
