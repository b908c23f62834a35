//! New passwords: what is asked for, shown, written and refused.

use serde_json::{Value, json};

use super::{said, sealed, with_apps};
use crate::support::{
    CERTIFICATE, CLUSTER, Repository, SEALED, changed_files, changed_lines, fixture,
    without_sealed_values,
};
use crate::terminal::Terminal;

/// What comes next for one app.
const NEXT: &str = "\nNext:\n  git add infra/databases/postgres/my-shop-secrets-sealed.yaml\n  \
                    git commit -m 'Rotate the password of my-shop'\n  git push\n  \
                    kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it\n";
/// What was done to one app.
const DONE: &str = "a new password on the Cluster postgres-shared in postgres:\n  \
                    my-shop: password in infra/databases/postgres/my-shop-secrets-sealed.yaml\n";

#[test]
fn changes_one_line_and_says_what_comes_next() {
    let repository = with_apps(&["my-shop", "blog"]);
    let before = repository.tree();
    let old = repository.unsealed(SEALED);
    let would = repository.run("rotate my-shop --dry-run=client");
    assert_eq!(repository.tree(), before);
    let outcome = repository.run("rotate my-shop");
    assert_eq!(said(&would), (0, &*format!("Would write {DONE}")));
    assert_eq!(said(&outcome), (0, &*format!("Wrote {DONE}{NEXT}")));
    let diff = "diff --git a/infra/databases/postgres/my-shop-secrets-sealed.yaml b/infra/databases/postgres/my-shop-secrets-sealed.yaml\n\
                --- a/infra/databases/postgres/my-shop-secrets-sealed.yaml\n\
                +++ b/infra/databases/postgres/my-shop-secrets-sealed.yaml\n\
                @@ -11,7 +11,7 @@\n \
                spec:\n   encryptedData:\n     username: <sealed>\n-    password: <sealed>\n+    password: <sealed>\n   \
                template:\n     metadata:\n       name: my-shop-db-creds\n";
    assert_eq!(without_sealed_values(&outcome.stdout), diff);
    assert_eq!(without_sealed_values(&would.stdout), diff);
    let changed = changed_files(&before, &repository.tree());
    assert_eq!(changed.keys().collect::<Vec<_>>(), [SEALED]);
    let (text_before, text_after) = &changed[SEALED];
    assert_eq!(
        without_sealed_values(&changed_lines(text_before, text_after)),
        "     username: <sealed>\n-    password: <sealed>\n+    password: <sealed>\n   template:\n"
    );
    let new = repository.unsealed(SEALED);
    assert_eq!(new["username"], old["username"]);
    assert_eq!(new["password"].len(), 32);
    assert_ne!(new["password"], old["password"]);
}

#[test]
fn what_is_rotated_has_no_finding() {
    for flags in [
        "",
        "--scope namespace-wide",
        "--scope cluster-wide",
        "--roles databaserole",
        "--no-connection-keys",
        "--secret-name shop-login --user shop_owner --database shop",
    ] {
        let repository = with_apps(&[]);
        repository.run_ok(&format!("new-app my-shop --app-namespace shop -q {flags}"));
        let found = repository.run("lint").stdout;
        let outcome = repository.run("rotate my-shop --quiet");
        assert_eq!(said(&outcome), (0, ""), "{flags}");
        assert_eq!(repository.run("lint").stdout, found, "{flags}");
        assert_eq!(repository.unsealed(SEALED)["password"].len(), 32);
    }
}

#[test]
fn several_and_all() {
    let repository = with_apps(&["a", "b", "c", "d"]);
    let passwords =
        || ["a", "b", "c", "d"].map(|app| repository.unsealed(&sealed(app))["password"].clone());
    let before = passwords();
    let two = repository.run("rotate c a c");
    let after = passwords();
    let changed: Vec<bool> = before.iter().zip(&after).map(|(b, a)| b != a).collect();
    assert_eq!(changed, [true, false, true, false]);
    assert_eq!(
        said(&two),
        (
            0,
            "Wrote 2 new passwords on the Cluster postgres-shared in postgres:\n  \
             c: password in infra/databases/postgres/c-secrets-sealed.yaml\n  \
             a: password in infra/databases/postgres/a-secrets-sealed.yaml\n\n\
             Next:\n  git add infra/databases/postgres/a-secrets-sealed.yaml infra/databases/postgres/c-secrets-sealed.yaml\n  \
             git commit -m 'Rotate the passwords of c, a'\n  git push\n  \
             kubectl pgdb verify c a --wait --login    # once Argo CD has synced it\n"
        )
    );
    let all = repository.run("rotate --all --password-length 40");
    assert_eq!(all.code, 0);
    assert!(
        all.stderr
            .contains("\n  git commit -m 'Rotate the passwords of 4 apps'\n")
    );
    assert!(all.stderr.ends_with(
        "\n  kubectl pgdb verify --all --wait --login    # once Argo CD has synced it\n"
    ));
    assert_eq!(passwords().map(|password| password.len()), [40; 4]);
}

#[test]
fn what_is_changed_elsewhere_is_passed_over_by_all() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --quiet");
    let warning = "warning: passed over: blog: the role blog takes its password from the Secret blog-db-creds, which \
                   nothing in the repository makes; change it where the Secret comes from, or correct the name\n";
    let report = repository.run_ok("rotate --all -o json --dry-run=client");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        report["left"],
        json!([{
            "name": "blog",
            "reason": "elsewhere",
            "problem": "the role blog takes its password from the Secret blog-db-creds, which nothing in the repository makes",
        }])
    );
    let outcome = repository.run("rotate --all");
    assert_eq!(
        said(&outcome),
        (0, &*format!("{warning}Wrote {DONE}{NEXT}"))
    );
    repository.remove(SEALED);
    repository.remove(crate::support::DATABASE);
    let text = repository.read(CLUSTER);
    let (start, end) = (
        text.find("      - name: my_shop").unwrap(),
        text.find("  monitoring:").unwrap(),
    );
    repository.write(CLUSTER, &format!("{}{}", &text[..start], &text[end..]));
    let nothing = repository.run("rotate --all");
    assert_eq!(
        said(&nothing),
        (
            0,
            &*format!(
                "{warning}There is no password to change here on the Cluster postgres-shared in postgres: nothing to write.\n"
            )
        )
    );
    assert_eq!(
        repository.refusal_of(["rotate", "blog"], b""),
        "error: blog: the role blog takes its password from the Secret blog-db-creds, which nothing in the repository \
         makes\nhelp: change it where the Secret comes from, or correct the name\n"
    );
}

#[test]
fn tells_programs_what_it_did() {
    let repository = with_apps(&["my-shop", "blog"]);
    let outcome = repository.run("rotate --all -o json --dry-run=client --quiet");
    assert_eq!(said(&outcome), (0, ""));
    let app = |name: &str| {
        json!({
            "name": name,
            "secret": format!("{name}-db-creds"),
            "path": sealed(name),
            "keys": ["password"],
        })
    };
    assert_eq!(
        serde_json::from_str::<Value>(&outcome.stdout).unwrap(),
        json!({
            "apiVersion": "pgdb/v1",
            "kind": "Rotation",
            "cluster": "postgres-shared",
            "namespace": "postgres",
            "reseal": false,
            "dryRun": true,
            "changed": true,
            "apps": [app("blog"), app("my-shop")],
            "left": [],
            "warnings": [],
        })
    );
}

#[test]
fn says_what_is_wrong_with_the_call() {
    let repository = with_apps(&["my-shop", "blog"]);
    for (line, message) in [
        (
            "rotate",
            "error: no app is named\nhelp: name one or several; --all is all of them, and --older-than 90d those with old \
             passwords\n",
        ),
        (
            "rotate my-shp",
            "error: the repository declares no app \"my-shp\" for the Cluster postgres-shared in postgres\nhelp: did you \
             mean my-shop?\n",
        ),
        (
            "rotate my-shop --keep url",
            "error: --keep url: none of the credentials has a sealed value of this key\nhelp: name a key of \
             spec.encryptedData, or leave it out\n",
        ),
        (
            "rotate my-shop --keep username,password",
            "error: --keep password: this is the password itself\nhelp: name the sealed keys that do not hold the password\n",
        ),
        (
            "rotate my-shop --password-length 8",
            "error: --password-length: the password length 8 is outside 22 to 256\nhelp: give a number of characters from \
             22 (128 bits) to 256; 32 is the default\n",
        ),
        (
            "rotate my-shop --older-than 3m",
            "error: --older-than: the period \"3m\" is not understood\nhelp: use a whole number with h (hours), d (days) or \
             w (weeks), such as 90d\n",
        ),
        (
            "rotate my-shop --cluster other",
            "error: no CNPG Cluster named other was found in the repository; there are:\n  postgres-shared\nhelp: choose one of \
             them with --cluster NAME\n",
        ),
    ] {
        let refusal = repository.refusal_of(line.split_whitespace(), b"");
        assert!(refusal.starts_with(message), "{line}: {refusal}");
    }
    for line in [
        "rotate my-shop --all",
        "rotate --all --password-stdin",
        "rotate my-shop --reseal --password-stdin",
        "rotate my-shop --reseal --older-than 1d",
        "rotate my-shop --reseal --cert a.pem",
        "rotate my-shop --reseal --keep a",
    ] {
        let refusal = repository.refusal_of(line.split_whitespace(), b"");
        assert!(!refusal.is_empty(), "{line}");
    }
}

#[test]
fn a_given_password_is_sealed() {
    let repository = with_apps(&["my-shop"]);
    let outcome = repository.run_with("rotate my-shop --password-stdin -q", b"s3cret\n");
    assert_eq!(said(&outcome), (0, ""));
    let opened = repository.unsealed(SEALED);
    assert_eq!(opened["password"], "s3cret");
    assert_eq!(opened["username"], "my_shop");
}

#[test]
fn a_given_password_that_a_uri_must_escape_takes_the_templates_place() {
    let repository = with_apps(&["my-shop"]);
    let found = repository.run("lint --fail-on info");
    assert_eq!((found.code, found.stdout.as_str()), (0, ""));
    let outcome = repository.run_with("rotate my-shop --password-stdin", b"p@ss:1");
    assert_eq!(
        outcome.stderr.lines().nth(1),
        Some(
            "  my-shop: password, uri, jdbc-uri, pgpass in infra/databases/postgres/my-shop-secrets-sealed.yaml"
        )
    );
    let opened = repository.unsealed(SEALED);
    let opened: Vec<(&str, &str)> = opened
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let host = "postgres-shared-rw.postgres.svc:5432";
    assert_eq!(
        opened,
        [
            (
                "jdbc-uri",
                &*format!("jdbc:postgresql://{host}/my_shop?password=p%40ss%3A1&user=my_shop")
            ),
            ("password", "p@ss:1"),
            ("pgpass", &*format!("{host}:my_shop:my_shop:p@ss\\:1\n")),
            (
                "uri",
                &*format!("postgresql://my_shop:p%40ss%3A1@{host}/my_shop")
            ),
            ("username", "my_shop"),
        ]
    );
    let found = repository.run("lint --fail-on info");
    assert_eq!((found.code, found.stdout.as_str()), (0, ""));
    // And new-app finds it as asked for.
    let again = repository.run_ok("new-app my-shop --app-namespace shop -q");
    assert_eq!(again, "");
}

#[test]
fn one_password_is_for_one_app() {
    let repository = with_apps(&["my-shop", "blog"]);
    for line in [
        "rotate --password-stdin my-shop blog",
        "rotate --password-stdin --older-than 1d",
    ] {
        assert_eq!(
            repository.refusal_of(line.split_whitespace(), b"s3cret"),
            "error: --password-stdin: one password is for one app\nhelp: name one app\n"
        );
    }
    // It may be the password, typed behind a flag that takes none.
    assert_eq!(
        repository.refusal_of(["rotate", "--password-stdin", "hunter2"], b"s3cret"),
        "error: NAME: the repository declares no such app; the name is not shown, since --password-stdin takes no value \
         and it may be the password\nhelp: `kubectl pgdb list` shows the apps\n"
    );
}

#[test]
fn the_certificate_is_as_new_app_wants_it() {
    let repository = with_apps(&["my-shop"]);
    let pem = |name: &str| {
        let path = fixture("certificates").join(format!("{name}.pem"));
        std::fs::read_to_string(path).unwrap()
    };
    repository.write(CERTIFICATE, &pem("expired"));
    let refusal = repository.refusal_of(["rotate", "my-shop"], b"");
    assert_eq!(
        refusal,
        repository.refusal_of("new-app other --app-namespace shop".split(' '), b"")
    );
    assert!(
        refusal.contains("the sealing certificate expired on "),
        "{refusal}"
    );
    repository.remove(CERTIFICATE);
    let refusal = repository.refusal_of(["rotate", "my-shop"], b"");
    assert!(
        refusal.starts_with(
            "error: the sealing certificate infra/sealed-secrets/pub-cert.pem is not there\n"
        ),
        "{refusal}"
    );
    repository.write(
        "elsewhere.pem",
        &crate::support::vector_key("certificate_pem"),
    );
    let outcome = repository.run("rotate my-shop --quiet --cert elsewhere.pem");
    assert_eq!(said(&outcome), (0, ""));
    assert_eq!(repository.unsealed(SEALED)["password"].len(), 32);
}

#[test]
fn asks_once_on_a_terminal() {
    let repository = with_apps(&["my-shop"]);
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "rotate my-shop");
    terminal.see("Write these changes?").keys("n");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(2), "{}", ended.screen);
    assert!(
        ended
            .screen
            .ends_with("error: not confirmed; nothing was written")
    );
    assert_eq!(repository.tree(), before);
    let mut terminal = Terminal::run(&repository, "rotate my-shop");
    terminal.see("Write these changes?").keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(
        ended.screen.contains(&format!("Wrote {DONE}")),
        "{}",
        ended.screen
    );
    assert_ne!(repository.tree(), before);
    let ended = Terminal::run(&repository, "rotate my-shop --yes").end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
}

#[test]
fn the_files_that_new_app_and_others_write_are_not_lost() {
    // Both take the lock before they read.
    let repository = with_apps(&["my-shop", "blog"]);
    let start = |line: &str| repository.command(line.split_whitespace()).output();
    let outcomes = std::thread::scope(|scope| {
        let lines = [
            "rotate my-shop -q",
            "new-app other --app-namespace shop -q",
            "rotate blog -q",
            "rotate my-shop -q",
        ];
        let handles = lines.map(|line| scope.spawn(move || start(line).unwrap()));
        handles.map(|handle| handle.join().unwrap().status.code())
    });
    assert_eq!(outcomes, [Some(0); 4]);
    assert_eq!(repository.run_ok("list -o name"), "blog\nmy-shop\nother\n");
    for app in ["my-shop", "blog", "other"] {
        assert_eq!(repository.unsealed(&sealed(app))["password"].len(), 32);
    }
}
