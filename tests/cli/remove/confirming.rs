//! Nothing is dropped that was not named.

use super::with_my_shop;
use crate::support::DATABASE;
use crate::terminal::{CTRL_C, Terminal};

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

#[test]
fn a_person_types_the_name_and_sees_the_change() {
    let repository = with_my_shop("");
    let before = repository.tree();
    let question = "? Type the database's name (my_shop) to drop it with all its data:";
    let mut terminal = Terminal::run(&repository, "remove my-shop --drop-database --offline");
    terminal.see_question(question).answer("my-shop");
    terminal.see("the database is my_shop; Ctrl-C ends without a change");
    terminal.keys(CTRL_C);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    assert_eq!(repository.tree(), before);

    let mut terminal = Terminal::run(&repository, "remove my-shop --drop-database --offline");
    terminal.see_question(question).answer("my_shop");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("n");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(2), "{}", ended.screen);
    assert_eq!(repository.tree(), before);

    let mut terminal = Terminal::run(
        &repository,
        "remove my-shop --drop-database --offline --yes",
    );
    terminal.see_question(question).answer("my_shop");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(
        repository
            .read(DATABASE)
            .contains("  ensure: absent # pgdb:ignore")
    );
}

#[test]
fn a_person_is_asked_once_where_no_data_is_lost() {
    let repository = with_my_shop("");
    let mut terminal = Terminal::run(&repository, "remove my-shop --offline");
    terminal
        .see_question("? Write these changes? (Y/n)")
        .keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!repository.tree().contains_key(DATABASE));
}
