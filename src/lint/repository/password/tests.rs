use super::*;

/// What is found in a text: the passwords, and in what they stand.
fn found(text: &str) -> Vec<(&str, Form)> {
    let found = passwords(text).into_iter();
    found
        .map(|password| (text.get(password.bytes).unwrap(), password.form))
        .collect()
}

#[test]
fn passwords_are_found() {
    use Form::{ConnectionString, Environment, Sql, Uri, Verifier};
    for (text, expected) in [
        ("postgres://app:hunter2@db/app", vec![("hunter2", Uri)]),
        (
            "url: \"postgresql+asyncpg://app:hunter2@db\"",
            vec![("hunter2", Uri)],
        ),
        ("# postgresql://a:h2@h1,h2/db", vec![("h2", Uri)]),
        ("postgresql://a:x@y@h/db", vec![("x@y", Uri)]),
        (
            "postgresql://h/db?user=a&password=hunter2&x=1",
            vec![("hunter2", Uri)],
        ),
        (
            "jdbc:postgresql://h/db?password=hunter2\n",
            vec![("hunter2", Uri)],
        ),
        (
            "jdbc:postgresql:db?password=hunter2",
            vec![("hunter2", Uri)],
        ),
        (
            "primary_conninfo: host=h user=a password=hunter2",
            vec![("hunter2", ConnectionString)],
        ),
        (
            "c = \"password='hunter 2' dbname=x\"",
            vec![("hunter 2", ConnectionString)],
        ),
        (
            "export PGPASSWORD=hunter2; psql",
            vec![("hunter2", Environment)],
        ),
        ("PGPASSWORD: 'hunter2'\n", vec![("hunter2", Environment)]),
        (
            "- name: PGPASSWORD\n  value: hunter2\n",
            vec![("hunter2", Environment)],
        ),
        (
            "{\"name\": \"PGPASSWORD\", \"value\": \"hunter2\"}",
            vec![("hunter2", Environment)],
        ),
        (
            "CREATE ROLE a LOGIN PASSWORD 'hunter2';",
            vec![("hunter2", Sql)],
        ),
        (
            "alter user \"a\"\n  with encrypted password 'hunter2'",
            vec![("hunter2", Sql)],
        ),
        (
            "-- CREATE USER a PASSWORD E'hunter2'",
            vec![("hunter2", Sql)],
        ),
        (
            "- 'CREATE ROLE a PASSWORD ''hunter2'''",
            vec![("hunter2", Sql)],
        ),
        (
            "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password 'hunter2')",
            vec![("hunter2", Sql)],
        ),
        (
            "ALTER ROLE a PASSWORD 'SCRAM-SHA-256$4096:a=$b=:c='",
            vec![("SCRAM-SHA-256$4096:a=$b=:c=", Verifier)],
        ),
        (
            "postgres://a:one@h postgres://b:two@h",
            vec![("one", Uri), ("two", Uri)],
        ),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_password_is_not_found() {
    for text in [
        "postgresql://{{ .username }}:{{ .password }}@h:5432/db",
        "postgresql://{{.username}}:{{.password}}@h:5432/db",
        "jdbc:postgresql://h:5432/db?password={{ .password }}&user={{ .username }}",
        "postgres://app:$PASSWORD@h/db",
        "postgres://app:${PASSWORD}@h/db",
        "postgres://app:$(PASSWORD)@h/db",
        "postgres://app:<password>@h/db",
        "postgres://app:<path:secret/data/db#password>@h/db",
        "postgres://user:password@h/db",
        "postgres://app:***@h/db",
        "postgres://app:%s@h/db",
        "postgres://app:{password}@h/db",
        "postgres://app:@h/db",
        "postgres://app@h/db",
        "postgres://h:5432/db",
        "postgres.example.org:5432/a@b",
        "image: postgres:16@sha256",
        "redis://:hunter2@h",
        "host=h user=a password=$PGPASSWORD",
        "host=h user=a password=",
        "password=hunter2",
        "the password = x and more",
        "PGPASSWORD=\"$PASSWORD\" psql",
        "PGPASSWORD=$(cat /run/secret) psql",
        "- name: PGPASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: x\n",
        "PGPASSWORD:\n  valueFrom: x",
        "PGPASSWORD_FILE=/run/secret",
        "MYPGPASSWORD=hunter2",
        "CREATE ROLE a PASSWORD :'pw'",
        "CREATE ROLE a PASSWORD ''",
        "CREATE ROLE a PASSWORD '***'",
        "CREATE ROLE a PASSWORD '{{ .password }}'",
        "CREATE ROLE a PASSWORD '${PASSWORD}'",
        "sh -c \"psql -c \\\"ALTER USER a WITH PASSWORD '\\$PASSWORD';\\\"\"",
        "user=a password=$__env{PASSWORD} host=h",
        "CREATE ROLE a PASSWORD NULL",
        "EXECUTE format('ALTER ROLE a PASSWORD %L', pw)",
        "EXECUTE 'ALTER ROLE a PASSWORD ''' || pw || ''''",
        "CREATE ROLE a; SELECT password 'x'",
        "UPDATE users SET password = 'hunter2'",
        "passwordSecret:\n  name: x",
        "",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn other_characters_do_no_harm() {
    let long = "ä".repeat(500);
    assert_eq!(
        found(&format!("{long}CREATE ROLE ä PASSWORD 'größe'{long}")),
        [("größe", Form::Sql)]
    );
    assert_eq!(
        found("ässword äassword=x host=y postgres://ä:ö@ü"),
        [("ö", Form::Uri)]
    );
}
