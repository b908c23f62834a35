//! Nothing is dropped that was not named.

use super::with_my_shop;

#[test]
fn the_databases_name_has_to_be_given() {
    let repository = with_my_shop("");
    assert_eq!(
        repository.refusal_of(["remove", "my-shop", "--drop-database"], b""),
        "error: --drop-database has to be confirmed with the database's name, and there is nobody to ask
help: give it with --confirm DATABASE
"
    );
    assert_eq!(
        repository.refusal_of(
            [
                "remove",
                "my-shop",
                "--drop-database",
                "--confirm",
                "my-shop",
                "--quiet"
            ],
            b""
        ),
        "error: --confirm says \"my-shop\", and the database is \"my_shop\"
help: give the name of the database that is to be lost; nothing was written
"
    );
    // --yes answers what is asked, and does not name what is lost.
    assert_eq!(
        repository.refusal_of(["remove", "my-shop", "--drop-database", "--yes"], b""),
        "error: --drop-database has to be confirmed with the database's name, and there is nobody to ask
help: give it with --confirm DATABASE
"
    );
}
