//! Apps that work.

use super::verify;
use crate::world::World;

#[test]
fn every_link_passes() {
    let (repository, server, _world) = World::guide();
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout);
}
