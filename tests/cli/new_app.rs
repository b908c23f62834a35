//! `new-app` by flags: what it writes, and what it says.

use crate::support::{DATABASE, Repository, SEALED, without_sealed_values};

#[test]
fn writes_what_the_design_shows_with_a_database_role() {
    let repository = Repository::guide();
    std::fs::remove_file(repository.path().join(crate::support::KUSTOMIZATION)).unwrap();
    let before = repository.tree();
    let outcome = repository.run("new-app my-shop --app-namespace shop --roles databaserole");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let mut after = repository.tree();
    for path in before.keys() {
        assert_eq!(after.remove(path), before.get(path).cloned());
    }
    let names: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            DATABASE,
            "infra/databases/postgres/my-shop-role.yaml",
            SEALED
        ]
    );
    insta::assert_snapshot!(
        "database_role_files",
        without_sealed_values(&after.values().cloned().collect::<String>())
    );
    let unsealed = repository.unsealed(SEALED);
    assert_eq!(
        unsealed.keys().collect::<Vec<_>>(),
        ["password", "username"]
    );
    assert_eq!(unsealed["username"], "my_shop");
    assert_eq!(unsealed["password"].len(), 32);
}
