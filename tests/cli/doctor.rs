//! `doctor` on an API server where everything is there, and with one thing missing at a time.

use crate::fetch_cert::ask;
use crate::world::World;

#[test]
fn draft() {
    let (repository, server, _world) = World::guide();
    let outcome = ask(&repository, &server, "doctor");
    println!("{}\n{}\n{}", outcome.code, outcome.stdout, outcome.stderr);
    let outcome = ask(&repository, &server, "doctor -o json");
    println!("{}\n{}\n{}", outcome.code, outcome.stdout, outcome.stderr);
    for r in server.requests() {
        println!("{r}");
    }
}
