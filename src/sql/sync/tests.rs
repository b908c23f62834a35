use super::rows::{Ensure, ExtensionRow};
use super::*;

fn role(name: &str) -> RoleRow {
    RoleRow {
        name: name.to_owned(),
        app: Some("my-shop".to_owned()),
        object: None,
        login: true,
        secret: Some("my-shop-db-creds".to_owned()),
        external: false,
        ensure: Ensure::Present,
        in_roles: vec![],
        comment: None,
        kept: None,
    }
}

fn database(name: &str) -> DatabaseRow {
    DatabaseRow {
        name: name.to_owned(),
        app: Some("my-shop".to_owned()),
        object: Some("my-shop-db".to_owned()),
        owner: "my_shop".to_owned(),
        ensure: Ensure::Present,
        extensions: vec![],
        schemas: vec![],
        encoding: None,
        locale: None,
        connection_limit: None,
    }
}

fn text<'a>(scripts: &'a [(String, String)], name: &str) -> &'a str {
    let found = scripts.iter().find(|(file, _)| file == name);
    &found.unwrap().1
}

#[test]
fn rows_are_one_a_line_without_what_only_the_product_needs() {
    let mut gone = role("old");
    gone.ensure = Ensure::Absent;
    let mut with_contents = database("it's\n");
    with_contents.schemas = vec!["audit".to_owned()];
    with_contents.extensions = vec![ExtensionRow {
        name: "pgcrypto".to_owned(),
        version: None,
    }];
    let declared = Rows {
        roles: vec![role("my_shop"), gone],
        databases: vec![database("my_shop"), with_contents],
    };
    let scripts = scripts(&declared, &[]);
    let roles = text(&scripts, "10-roles.sql");
    assert_eq!(
        roles.strip_prefix(BEGIN),
        Some(
            r#"SET pgdb.roles = '[
  {"login":true,"name":"my_shop","secret":"my-shop-db-creds"},
  {"ensure":"absent","login":true,"name":"old","secret":"my-shop-db-creds"}
]';
\ir roles.sql
"#
        )
    );
    assert_eq!(
        text(&scripts, "20-databases.sql"),
        r#"SET pgdb.databases = E'[
  {"name":"my_shop","owner":"my_shop"},
  {"name":"it''s\\n","owner":"my_shop"}
]';
\ir databases.sql
"#
    );
    assert_eq!(
        text(&scripts, "30-contents.sql"),
        r#"\set ON_ERROR_STOP off
\set database 'it\'s\n'
\ir connect.sql
\if :there
SET pgdb.contents = '{"extensions":[{"name":"pgcrypto"}],"owner":"my_shop","schemas":["audit"]}';
SET pgdb.wanted = E'{"database": "it''s\\n", "owner": "my_shop", "isolate": null, "roles": [], "rows": []}';
\ir contents.sql
\endif
\set ON_ERROR_STOP on
"#
    );
    assert_eq!(
        text(&scripts, "40-dropped-roles.sql"),
        r#"\connect -reuse-previous=on :"maintenance"
\ir session.sql
SET pgdb.dropped = '[
  "old"
]';
\ir dropped-roles.sql
\ir end.sql
"#
    );
}

#[test]
fn files_come_in_the_order_of_the_run() {
    let scripts = scripts(&Rows::default(), &[]);
    let names: Vec<&str> = scripts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "10-roles.sql",
            "20-databases.sql",
            "30-contents.sql",
            "40-dropped-roles.sql",
            "connect.sql",
            "contents.sql",
            "count.sql",
            "databases.sql",
            "dropped-roles.sql",
            "end.sql",
            "privileges.sql",
            "roles.sql",
            "session.sql",
            "sync.sh",
        ]
    );
    assert_eq!(
        text(&scripts, "40-dropped-roles.sql"),
        "\\connect -reuse-previous=on :\"maintenance\"\n\\ir end.sql\n"
    );
}
