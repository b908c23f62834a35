//! From `new-app` to the end of `remove`.

use super::Server;

#[test]
fn an_app_is_made_and_proved() {
    let server = Server::start();
    server.run_ok(
        "new-app my-shop --app-namespace shop --extension pgcrypto --schema audit --yes --quiet",
    );
    server.cluster.sync();
    let said = server.run_ok("verify my-shop --login");
    assert_eq!(said, "");
}
