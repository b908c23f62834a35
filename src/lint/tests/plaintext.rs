//! Credentials in clear, and what looks like them, as real repositories have them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::guide::{CLUSTER, Guide, KUSTOMIZATION, SEALED};
use crate::lint::is_wanted_text;

/// What stands for a password, which nothing may say.
const PASSWORD: &str = "hunter2-ö";

/// What the rules on plaintext find.
fn found(guide: &Guide) -> Vec<String> {
    let report = guide.lint();
    assert!(!format!("{report:?}").contains(PASSWORD), "{report:#?}");
    let mut findings = guide.findings();
    findings.retain(|finding| finding.starts_with("PGDB4"));
    findings
}

/// A Secret of a name and namespace with these further lines.
fn secret(name: &str, namespace: &str, lines: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: {namespace}\n{lines}"
    )
}

/// What is found of the guide's credential as a Secret with these lines.
fn of_credential(lines: &str) -> Vec<String> {
    found(&Guide::new().write(SEALED, &secret("my-shop-db-creds", "postgres", lines)))
}

/// What is found of a Secret in another folder and namespace that nothing names.
fn of_other(path: &str, lines: &str) -> Vec<String> {
    found(&Guide::new().write(path, &secret("other", "elsewhere", lines)))
}

const NONE: [&str; 0] = [];

#[test]
fn a_secret_that_a_role_uses() {
    let encoded = STANDARD.encode(PASSWORD);
    for lines in [
        format!("data:\n  password: {encoded}\n"),
        format!("data: {{password: \"{encoded}\"}}\n"),
        format!("stringData:\n  password: {PASSWORD}\n"),
        format!("data:\n  password: {PASSWORD}\n"),
        format!("data:\n  password: |\n    {encoded}\n"),
    ] {
        let found = of_credential(&lines);
        assert_eq!(found.len(), 1, "{lines}");
        assert!(
            found[0].ends_with("this Secret holds \"password\" in clear"),
            "{found:?}"
        );
    }
    assert_eq!(
        of_credential(&format!(
            "stringData:\n  username: my_shop\n  uri: postgres://a:{PASSWORD}@h/db\n  password: {PASSWORD}\n"
        )),
        [
            "PGDB401 error my-shop-secrets-sealed.yaml:8:3 this Secret holds \"password\", \"uri\" in clear"
        ]
    );
}

#[test]
fn a_secret_in_a_list_and_with_other_line_ends() {
    let secret = secret(
        "my-shop-db-creds",
        "postgres",
        &format!("stringData:\n  password: {PASSWORD}\n"),
    );
    let items: String = secret.lines().map(|line| format!("    {line}\n")).collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  -\n{items}");
    assert_eq!(
        found(&Guide::new().write(SEALED, &list)),
        ["PGDB401 error my-shop-secrets-sealed.yaml:11:7 this Secret holds \"password\" in clear"]
    );
    let json = format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {{\"name\": \"my-shop-db-creds\"}}, \"stringData\": {{\"password\": \"{PASSWORD}\"}}}}"
    );
    let guide = Guide::new().remove(SEALED);
    assert_eq!(
        found(&guide.write("infra/databases/postgres/creds.json", &json)),
        ["PGDB401 error creds.json:1:97 this Secret holds \"password\" in clear"]
    );
    assert_eq!(
        found(&Guide::new().write(SEALED, &secret.replace('\n', "\r\n"))),
        ["PGDB401 error my-shop-secrets-sealed.yaml:7:3 this Secret holds \"password\" in clear"]
    );
}

#[test]
fn secrets_that_hold_no_value_in_clear() {
    let encoded = STANDARD.encode("<path:secret/data/db#password>");
    for lines in [
        "type: kubernetes.io/basic-auth\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: \"\"\n".to_owned(),
        "stringData:\n  username: my_shop\n  password:\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: ${DB_PASSWORD}\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: \"{{ .password }}\"\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: <your-password>\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: <path:secret/data/db#password>\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: !vault db\n".to_owned(),
        "stringData:\n  username: my_shop\n  password: AVP\n".to_owned(),
        format!("data:\n  password: {encoded}\n"),
        "data:\n  password: <password>\n".to_owned(),
        format!("stringData:\n  password: ENC[AES256_GCM,data:{PASSWORD},type:str]\n"),
        format!("data:\n  password: {PASSWORD}\nsops:\n  version: 3.9.0\n"),
        "stringData:\n  uri: postgresql://a:${PASSWORD}@h/db\n".to_owned(),
        "stringData:\n  uri: postgresql://h/db\n".to_owned(),
        "data:\n  tls.crt: YWJj\n  tls.key: YWJj\ntype: kubernetes.io/tls\n".to_owned(),
    ] {
        assert_eq!(of_credential(&lines), NONE, "{lines}");
    }
    let mirror =
        "  annotations:\n    reflector.v1.k8s.emberstack.com/reflects: postgres/my-shop-db-creds\n";
    assert_eq!(of_credential(mirror), NONE);
    let replicated =
        "  annotations:\n    replicator.v1.mittwald.de/replicate-from: postgres/x\ndata: {}\n";
    assert_eq!(of_credential(replicated), NONE);
    let token = "type: kubernetes.io/service-account-token\n";
    assert_eq!(of_other("ci/token.yaml", token), NONE);
}

#[test]
fn secrets_that_only_may_be_of_a_database() {
    let login = format!("stringData:\n  username: a\n  password: {PASSWORD}\n");
    assert_eq!(
        of_other("ci/login.yaml", &login),
        ["PGDB401 info ci/login.yaml:8:3 this Secret holds \"password\" in clear"]
    );
    let basic = format!("type: kubernetes.io/basic-auth\nstringData:\n  password: {PASSWORD}\n");
    assert_eq!(
        of_other("ci/login.yaml", &basic),
        ["PGDB401 info ci/login.yaml:8:3 this Secret holds \"password\" in clear"]
    );
    // Beside the databases' manifests, or in their namespace, it is one.
    assert_eq!(
        of_other("infra/databases/postgres/login.yaml", &login),
        ["PGDB401 error login.yaml:8:3 this Secret holds \"password\" in clear"]
    );
    let guide = Guide::new().write("ci/login.yaml", &secret("other", "postgres", &login));
    assert_eq!(
        found(&guide),
        ["PGDB401 error ci/login.yaml:8:3 this Secret holds \"password\" in clear"]
    );
    // A token is not.
    let token = format!("stringData:\n  token: {PASSWORD}\n");
    assert_eq!(
        of_other("infra/databases/postgres/token.yaml", &token),
        NONE
    );
    // A connection is one wherever it stands, unless it is a sample.
    let uri = format!("stringData:\n  DATABASE_URL: postgres://a:{PASSWORD}@h/db\n");
    let at = |path: &str| of_other(path, &uri);
    assert_eq!(
        at("apps/shop/env.yaml"),
        ["PGDB401 error apps/shop/env.yaml:7:3 this Secret holds \"DATABASE_URL\" in clear"]
    );
    assert_eq!(
        at("apps/shop/env.example.yaml"),
        ["PGDB401 info apps/shop/env.example.yaml:7:3 this Secret holds \"DATABASE_URL\" in clear"]
    );
    // Another namespace's Secret of the same name is not what the role uses.
    let namesake = secret(
        "my-shop-db-creds",
        "elsewhere",
        &format!("stringData:\n  password: {PASSWORD}\n"),
    );
    assert_eq!(found(&Guide::new().write("apps/x.yaml", &namesake)), NONE);
}

#[test]
fn a_secret_that_a_cluster_names() {
    let guide = Guide::new()
        .replace(
            CLUSTER,
            "  instances: 3\n",
            "  instances: 3\n  superuserSecret:\n    name: admin\n",
        )
        .write(
            "infra/databases/admin.yaml",
            &secret(
                "admin",
                "postgres",
                &format!("stringData:\n  password: {PASSWORD}\n"),
            ),
        );
    assert_eq!(
        found(&guide),
        ["PGDB401 error infra/databases/admin.yaml:7:3 this Secret holds \"password\" in clear"]
    );
}

/// What is found of the guide's kustomization with these lines below.
fn of_generator(lines: &str, path: &str, text: &str) -> Vec<String> {
    let guide = Guide::new().replace(
        KUSTOMIZATION,
        "  - my-shop-db.yaml\n",
        &format!("  - my-shop-db.yaml\nsecretGenerator:\n{lines}"),
    );
    found(&guide.write(&format!("infra/databases/postgres/{path}"), text))
}

#[test]
fn generators() {
    let literals = |value: &str| {
        let lines = format!(
            "- name: my-shop-db-creds\n  literals:\n  - username=my_shop\n  - password={value}\n"
        );
        of_generator(&lines, "x.sql", "")
    };
    let place = "PGDB402 error kustomization.yaml:11:5 the value of \"password\" stands in the repository in clear";
    assert_eq!(literals(PASSWORD), [place]);
    assert_eq!(literals(&format!("'{PASSWORD}'")), [place]);
    assert_eq!(literals("${PASSWORD}"), NONE);
    assert_eq!(literals(""), NONE);
    let env = "- name: my-shop-db-creds\n  envs:\n  - db.env\n";
    assert_eq!(
        of_generator(
            env,
            "db.env",
            &format!("# the login\n#password=old\nusername=my_shop\r\npassword={PASSWORD}\r\n")
        ),
        [
            "PGDB402 error kustomization.yaml:10:5 the value of \"password\" stands in the repository in clear"
        ]
    );
    assert_eq!(of_generator(env, "other.env", ""), NONE);
    assert_eq!(
        of_generator(
            env,
            "db.env",
            "password=ENC[AES256_GCM,data:x,type:str]\nsops_version=3.9.0\n"
        ),
        NONE
    );
    let file =
        "- name: my-shop-db-creds\n  files:\n  - password=db.properties\n  - username=x.txt\n";
    assert_eq!(
        of_generator(file, "db.properties", PASSWORD),
        [
            "PGDB402 error kustomization.yaml:10:5 the value of \"password\" stands in the repository in clear"
        ]
    );
}

#[test]
fn generators_of_other_secrets() {
    let generator = |literal: &str| {
        let kustomization =
            format!("secretGenerator:\n- name: other\n  literals:\n  - user=a\n  - {literal}\n");
        found(&Guide::new().write("apps/kustomization.yaml", &kustomization))
    };
    assert_eq!(generator(&format!("password={PASSWORD}")), NONE);
    assert_eq!(generator(&format!("API_TOKEN={PASSWORD}")), NONE);
    assert_eq!(generator(&format!("REDIS_URL=redis://:{PASSWORD}@h")), NONE);
    assert_eq!(
        generator(&format!("POSTGRES_PASSWORD={PASSWORD}")),
        [
            "PGDB402 error apps/kustomization.yaml:5:5 the value of \"POSTGRES_PASSWORD\" stands in the repository in clear"
        ]
    );
    assert_eq!(
        generator(&format!("DATABASE_URL=postgres://a:{PASSWORD}@h/db")),
        [
            "PGDB402 error apps/kustomization.yaml:5:5 the value of \"DATABASE_URL\" stands in the repository in clear"
        ]
    );
}

#[test]
fn passwords_in_other_files() {
    let at = |path: &str, text: &str| found(&Guide::new().write(path, text));
    let folder = "infra/databases/postgres";
    let values = format!("db:\n  url: postgres://a:{PASSWORD}@h/db # x\n");
    assert_eq!(
        at(&format!("{folder}/chart/values.yaml"), &values),
        ["PGDB403 error chart/values.yaml:2:21 a connection URI holds a password in clear"]
    );
    assert_eq!(
        at(
            &format!("{folder}/.env.properties"),
            &format!("PGPASSWORD={PASSWORD}\n")
        ),
        ["PGDB403 error .env.properties:1:12 PGPASSWORD is given in clear"]
    );
    assert_eq!(
        at(
            &format!("{folder}/a.sql"),
            "ALTER ROLE a PASSWORD 'SCRAM-SHA-256$4096:x$y:z';\n"
        ),
        [
            "PGDB403 info a.sql:1:24 SQL sets the password of a role by its SCRAM verifier, with which guesses can be tried \
             offline"
        ]
    );
    // Elsewhere it is nothing that this product looks after.
    assert_eq!(at("apps/values.yaml", &values), NONE);
    let ignored = format!(
        "-- pgdb:ignore PGDB403 a throw-away database\nALTER ROLE a PASSWORD '{PASSWORD}';\n"
    );
    assert_eq!(at(&format!("{folder}/a.sql"), &ignored), NONE);
}

#[test]
fn passwords_in_manifests() {
    let guide = Guide::new()
        .replace(
            CLUSTER,
            "  instances: 3\n",
            &format!(
                "  instances: 3\n  bootstrap:\n    initdb:\n      postInitSQL:\n        - CREATE ROLE a PASSWORD '{PASSWORD}'\n"
            ),
        )
        .replace(
            SEALED,
            "uri: postgresql://{{ .username }}:{{ .password }}@",
            &format!("uri: postgresql://a:{PASSWORD}@"),
        );
    assert_eq!(
        found(&guide),
        [
            "PGDB403 error my-shop-secrets-sealed.yaml:35:27 a connection URI holds a password in clear",
            "PGDB403 error postgres-cluster.yaml:14:35 SQL sets the password of a role in clear",
        ]
    );
}

#[test]
fn texts_are_kept_for_what_they_hold() {
    let is_wanted =
        |path: &str, text: &str| is_wanted_text(&path.parse().unwrap(), text.as_bytes());
    let sql = "CREATE ROLE a PASSWORD 'hunter2';";
    assert!(is_wanted("a.sql", sql));
    assert!(!is_wanted("a.sql", "CREATE ROLE a PASSWORD :'pw';"));
    assert!(!is_wanted(
        "a.sql",
        &format!("{sql}{}", " ".repeat(1024 * 1024))
    ));
    assert!(is_wanted("values.yaml", "url: postgres://a:hunter2@h/db\n"));
    assert!(is_wanted("values.yaml", "password: hunter2\n"));
    assert!(!is_wanted("shop.yaml", "password: hunter2\n"));
    assert!(is_wanted("db.env", "password=hunter2\n"));
    assert!(!is_wanted("db.env", "host=h\n"));
    assert!(!is_wanted_text(
        &"a.sql".parse().unwrap(),
        b"PASSWORD \xff postgres://a:b@c"
    ));
}

#[test]
fn texts_that_are_no_manifests_are_not_read_as_such() {
    let folder = "infra/databases/postgres";
    let guide = Guide::new()
        .write(
            &format!("{folder}/a.sql"),
            "CREATE ROLE a PASSWORD '***';\n  - {",
        )
        .write(&format!("{folder}/values.json"), "{ \"a\": [ }")
        .write(&format!("{folder}/values.yaml"), "a: [\n");
    assert_eq!(guide.findings(), NONE);
    assert_eq!(guide.lint().manifests, 4);
}

#[test]
fn passwords_of_charts() {
    let values = |path: &str| {
        let text = "auth:\n  username: shop\n  password: hunter2\n  database: shop\n";
        Guide::new().write(path, text).findings()
    };
    assert_eq!(
        values("infra/databases/postgres/values-prod.yaml"),
        ["PGDB403 warning values-prod.yaml:3:13 a values file holds a password in clear"]
    );
    assert_eq!(values("apps/shop/values.yaml"), [] as [&str; 0]);
    assert_eq!(
        values("infra/databases/postgres/shop.yaml"),
        [] as [&str; 0]
    );
}
