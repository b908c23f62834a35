//! Nothing that `lint` says, in whatever form, holds a password of the files that it looks at.

use super::clean;
use crate::support::{CLUSTER, DATABASE, KUSTOMIZATION, Repository};

/// A password that stands nowhere else.
const PASSWORD: &str = "hunter2Zq9x";
/// The same in base64.
const ENCODED: &str = "aHVudGVyMlpxOXg=";

/// Where passwords stand, each in a file with something else to be found on the same line or near it: what it is, the file
/// below the folder of the databases, and its text, in which `PASSWORD` and `ENCODED` are filled in.
const PLANTED: [(&str, &str, &str); 30] = [
    (
        "a Secret",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: postgres}\nstringData: {username: a, password: @PASSWORD@}\n",
    ),
    (
        "a Secret in a block",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\nstringData:\n  username: a\n  password: |\n    @PASSWORD@\n",
    ),
    (
        "a Secret on one line",
        "a.yaml",
        "{apiVersion: v1, kind: Secret, metadata: {name: my-shop-db-creds, namespace: postgres}, stringData: {username: a, password: @PASSWORD@}}\n",
    ),
    (
        "a Secret as JSON",
        "a.json",
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"my-shop-db-creds","namespace":"postgres"},"data":{"username":"YQ==","password":"@ENCODED@"}}"#,
    ),
    (
        "a List with a Database beside the Secret",
        "a.json",
        r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"postgresql.cnpg.io/v1","kind":"Database","metadata":{"name":"a","namespace":"postgres"},"spec":{"name":"a","owner":"nobody","cluster":{"name":"postgres-shared"},"ensure":"absent"}},{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"postgres"},"stringData":{"other":"@PASSWORD@"}}]}"#,
    ),
    (
        "a Secret whose key is there twice",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n  annotations: {a: b, a: c, password: @PASSWORD@}\nstringData: {password: @PASSWORD@, password: @PASSWORD@}\n",
    ),
    (
        "a Secret with an anchor",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\nstringData:\n  username: a\n  password: &pw @PASSWORD@\n  uri: *pw\n",
    ),
    (
        "a Secret in a version that there is not",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {PGPASSWORD: @PASSWORD@}\n---\n{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: b, namespace: postgres}, spec: {name: b, owner: nobody, cluster: {name: postgres-shared}}}\n",
    ),
    (
        "YAML that breaks off in the password",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: \"@PASSWORD@\n",
    ),
    (
        "an alias that is the password",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: *@PASSWORD@\n",
    ),
    (
        "a tag that is the password",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: !@PASSWORD@!x y\n",
    ),
    (
        "a wrong key that is the password",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password:\n @PASSWORD@\n x: y\n",
    ),
    (
        "what is not sealed",
        "a.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\nspec: {encryptedData: {username: @PASSWORD@, username: @PASSWORD@}, template: {metadata: {name: other}}}\n",
    ),
    (
        "a template's value",
        "a.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: b, namespace: postgres}\nspec: {encryptedData: {}, template: {metadata: {name: other}, data: {password: @PASSWORD@}}}\n",
    ),
    (
        "a template's URI",
        "a.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: b, namespace: postgres}\nspec: {template: {metadata: {name: other}, data: {uri: \"postgres://a:@PASSWORD@@h/db\"}}}\n",
    ),
    (
        "a comment behind a field",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: b, namespace: postgres}\nspec:\n  name: b\n  owner: nobody # password: @PASSWORD@\n  cluster: {name: postgres-shared}\n",
    ),
    (
        "a URI in a comment behind a field",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: b, namespace: postgres}\nspec:\n  name: b\n  owner: nobody # postgres://b:@PASSWORD@@h/b\n  cluster: {name: postgres-shared}\n",
    ),
    (
        "a comment that ignores nothing",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: b, namespace: postgres}\nspec:\n  name: b\n  owner: my_shop # pgdb:ignore postgres://b:@PASSWORD@@h/b\n  cluster: {name: postgres-shared}\n",
    ),
    (
        "a comment near an edit",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: b\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: 2\n    # The password is hunter2, that is password=@PASSWORD@\nspec: {name: b, owner: my_shop, cluster: {name: postgres-shared}}\n",
    ),
    (
        "a Secret behind an edit",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: b\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: 2\nspec: {name: b, owner: my_shop, cluster: {name: postgres-shared}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: c}\nstringData: {other: @PASSWORD@}\n",
    ),
    (
        "a Secret that could be mended",
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\nstringData: {username: my_shop, password: @PASSWORD@}\ntype: kubernetes.io/basic-auth\n",
    ),
    (
        "a variable beside an edit",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: b\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: 2\nspec: {name: b, owner: my_shop, cluster: {name: postgres-shared}}\n---\nkind: Pod\nspec:\n  env:\n  - name: APP_PASSWORD\n    value: @PASSWORD@\n",
    ),
    (
        "a value on the line of another finding",
        "a.yaml",
        "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: other, namespace: postgres}, spec: {instances: 1, storage: {size: 1Gi}, env: [{name: PGPASSWORD, value: @PASSWORD@}], managed: {roles: [{name: postgres}, {name: a}, {name: a}]}}}\n",
    ),
    (
        "SQL of a Cluster",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: other, namespace: postgres}\nspec:\n  instances: 1\n  bootstrap: {initdb: {database: a, owner: a, postInitSQL: [\"ALTER ROLE a PASSWORD '@PASSWORD@'\"]}}\n  managed: {roles: [{name: a, ensure: absent}]}\n",
    ),
    (
        "a connection string",
        "a.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: b, namespace: postgres, annotations: {dsn: \"host=h user=u password=@PASSWORD@\"}}\nspec: {name: b, owner: nobody, cluster: {name: postgres-shared}, comment: \"Server=h;Password=@PASSWORD@\"}\n",
    ),
    (
        "SQL in a file",
        "a.sql",
        "ALTER ROLE a\n  PASSWORD '@PASSWORD@'; -- pgdb:ignore\n",
    ),
    (
        "a file of variables",
        "a.env",
        "PGPASSWORD=@PASSWORD@\nURI=postgres://a:@PASSWORD@@h/db\n",
    ),
    (
        "values of a chart",
        "values.yaml",
        "uri: postgres://a:@PASSWORD@@h/db\n# pgdb:ignore\n",
    ),
    (
        "a kustomization",
        "sub/kustomization.yaml",
        "{resources: [none.yaml], secretGenerator: [{name: my-shop-db-creds, literals: [username=a, password=@PASSWORD@, 'postgres://a:@PASSWORD@@h/token=x']}]}\n",
    ),
    (
        "a certificate with more in it",
        "../../sealed-secrets/pub-cert.pem",
        "password: @PASSWORD@\n-----BEGIN PRIVATE KEY-----\n@ENCODED@\n",
    ),
];

/// The ways to call it.
const CALLS: [&str; 7] = [
    "lint --fail-on never",
    "lint --fail-on never -o json",
    "lint --fail-on never -o sarif",
    "lint --fail-on never -o github",
    "lint --fail-on never -o junit",
    "lint --fail-on never --fix --dry-run=client",
    "list -A -o wide",
];

fn filled(text: &str) -> String {
    text.replace("@PASSWORD@", PASSWORD)
        .replace("@ENCODED@", ENCODED)
}

fn assert_silent(repository: &Repository, what: &str) {
    for call in CALLS {
        let outcome = repository.run(call);
        let said = outcome.stdout + &outcome.stderr;
        for secret in [PASSWORD, ENCODED] {
            assert!(!said.contains(secret), "{what}: {call}: {said}");
        }
    }
}

#[test]
fn no_password_is_shown() {
    for (what, path, text) in PLANTED {
        let repository = clean();
        let folder = "infra/databases/postgres";
        repository.write(&format!("{folder}/{path}"), &filled(text));
        let found = repository.run("lint --quiet");
        assert_ne!(found.stdout, "", "{what}: nothing is found there");
        assert_silent(&repository, what);
    }
}

#[test]
fn no_password_is_shown_of_many_files() {
    let repository = clean();
    for (number, (_, path, text)) in PLANTED.iter().enumerate() {
        let path = format!(
            "infra/databases/postgres/{number}/{}",
            path.replace("../", "")
        );
        repository.write(&path, &filled(text));
    }
    assert_silent(&repository, "all of them");
}

#[test]
fn a_file_with_a_secret_is_not_mended() {
    let repository = clean();
    repository.replace(DATABASE, "sync-wave: \"2\"", "sync-wave: 2");
    repository.replace(CLUSTER, "sync-wave: \"1\"", "sync-wave: 1");
    let secret =
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: other}\nstringData: {other: x1}\n";
    repository.write(CLUSTER, &format!("{}{secret}", repository.read(CLUSTER)));
    let outcome = repository.run("lint --fix --dry-run=client");
    assert!(!outcome.stdout.contains(CLUSTER), "{}", outcome.stdout);
    assert_eq!(
        outcome.stderr,
        "warning: infra/databases/postgres/postgres-cluster.yaml: PGDB302 is not mended: the file holds a secret value in clear, \
         which its diff could show; seal the value, then run this again, or change the file by hand\n\
         Of 2 findings, 1 would be mended.\n"
    );
    let before = repository.read(CLUSTER);
    repository.run("lint --fix --yes");
    assert_eq!(repository.read(CLUSTER), before);
    assert!(repository.read(DATABASE).contains("sync-wave: \"2\""));
}

#[test]
fn a_line_without_a_secret_is_still_shown() {
    let repository = clean();
    let listed = repository.read(KUSTOMIZATION);
    repository.write(
        KUSTOMIZATION,
        &listed.replace("my-shop-db.yaml", "my-shop-dp.yaml"),
    );
    let outcome = repository.run("lint");
    assert!(
        outcome.stdout.contains("| - my-shop-dp.yaml")
            || outcome.stdout.contains("|   - my-shop-dp.yaml"),
        "{}",
        outcome.stdout
    );
}
