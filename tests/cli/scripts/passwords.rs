//! Passwords on their way from Secrets to PostgreSQL.

use super::server::Server;
use crate::postgres::is_usable;

#[test]
fn each_password_is_set_when_it_differs() {
    if !is_usable() {
        return;
    }
    let mut server = Server::new("pass_admin", "SUPERUSER");
    server
        .job
        .replace_psql("printf '%s\\n' \"$@\" >>FOLDER/arguments\nexec PSQL \"$@\"");
    let passwords = [
        "plain",
        "it's \"$x\" `id` \\' :'x' %s",
        "pässwörd ﬁ 名",
        "soft\u{ad}hyphen and\u{a0}space",
        "two\nlines",
        &"long".repeat(40),
        "\u{1}control\u{7f}",
    ];
    for (number, password) in passwords.iter().enumerate() {
        server.role(
            &format!("pass_{number}"),
            Some(&format!("creds-{number}.x")),
        );
        server.password(&format!("creds-{number}.x"), &format!("\t {password} \r\n"));
    }
    let said = server.sync();
    let set = |number: usize| {
        format!("NOTICE:  ALTER ROLE pass_{number} PASSWORD, from the Secret creds-{number}.x")
    };
    assert_eq!(said[7..14], std::array::from_fn::<String, 7, _>(set));
    let database = server.inside("postgres");
    let log_in = |number: usize, password: &str| {
        let done = database.try_with(&format!("pass_{number}"), password, "SELECT 1");
        done.map_err(|error| error.contains("password authentication failed"))
    };
    for (number, password) in passwords.iter().enumerate() {
        assert_eq!(log_in(number, password), Ok("1".to_owned()), "{password:?}");
        assert_eq!(log_in(number, "plain "), Err(true), "{password:?}");
    }
    let kept = server.ask("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'pass__' AND rolpassword NOT LIKE 'SCRAM-SHA-256$4096:%$%:%'");
    assert_eq!(kept, "");
    // What PostgreSQL prepares in a way of its own is set each time; the rest is not.
    assert_eq!(server.sync(), [&set(3), "1 statement run"]);

    server.password("creds-0.x", "new");
    server.password("creds-3.x", "new");
    server.sync();
    server.is_settled();
    assert_eq!(log_in(0, "new"), Ok("1".to_owned()));
    assert_eq!(log_in(0, "plain"), Err(true));

    // What PostgreSQL keeps of a password may stand for it.
    let verifier = server.ask("SELECT rolpassword FROM pg_authid WHERE rolname = 'pass_0'");
    server.password("creds-1.x", &verifier);
    assert_eq!(server.sync(), [&set(1), "1 statement run"]);
    server.is_settled();
    assert_eq!(log_in(1, "new"), Ok("1".to_owned()));

    let arguments = server.job.read("arguments");
    for password in passwords.iter().chain(&["new", "secret"]) {
        assert!(!arguments.contains(password), "{arguments}");
    }
}

#[test]
fn a_role_without_its_secret_is_made_and_told() {
    if !is_usable() {
        return;
    }
    let mut server = Server::new("nopass_admin", "SUPERUSER");
    for word in ["missing", "empty", "binary"] {
        server.role(&format!("nopass_{word}"), Some(word));
    }
    server.password("empty", " \n");
    server
        .job
        .write_bytes("credentials/binary/password", b"top\xffsecret");
    let said = server.sync_partly();
    assert_eq!(
        said,
        [
            "NOTICE:  CREATE ROLE nopass_missing LOGIN",
            "NOTICE:  CREATE ROLE nopass_empty LOGIN",
            "NOTICE:  CREATE ROLE nopass_binary LOGIN",
            "WARNING:  the role nopass_missing has no password: the Secret missing is not there, or has nothing under the key password",
            "WARNING:  the role nopass_empty has no password: the Secret empty is not there, or has nothing under the key password",
            "WARNING:  the role nopass_binary has no new password: that of the Secret binary is no UTF-8",
            "3 statements run",
        ]
    );
    for word in ["missing", "empty", "binary"] {
        server.password(word, "here");
    }
    let said = server.sync();
    assert_eq!(said.last().unwrap(), "3 statements run");
    server.is_settled();
    let database = server.inside("postgres");
    assert_eq!(
        database.try_with("nopass_missing", "here", "SELECT 1"),
        Ok("1".to_owned())
    );
}
