//! `new-app --existing-secret`: a credential that something else makes.

use serde_json::json;

use crate::apiserver::ApiServer;
use crate::support::{CERTIFICATE, CLUSTER, DATABASE, Repository};
use crate::verify::verify;
use crate::world::World;

const EXTERNAL: &str = "infra/databases/postgres/login.yaml";
const CALL: &str = "--existing-secret shop-login --yes --quiet";

/// An ExternalSecret whose Secret has this username, and these further lines of metadata.
fn external(username: &str, metadata: &str) -> String {
    format!(
        "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: shop
  namespace: postgres
spec:
  target:
    name: shop-login
    template:
      type: kubernetes.io/basic-auth
      metadata:
        labels:
          cnpg.io/reload: \"true\"
{metadata}      data:
        username: {username}
        password: '{{{{ .password }}}}'
  data:
    - secretKey: password
      remoteRef:
        key: shop
"
    )
}

const REFLECTED: &str = "        annotations:
          reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"
          reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: shop
          reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"
";

#[test]
fn nothing_is_sealed_and_no_certificate_is_needed() {
    let repository = Repository::guide();
    repository.remove(CERTIFICATE);
    let before = repository.read(CLUSTER);
    let outcome = repository.new_app("--existing-secret shop-login --output json");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr,
        "warning: nothing in the repository makes the Secret shop-login: it has to be in the namespace postgres with the keys \
         username (my_shop) and password, and with the label cnpg.io/reload
warning: nothing in the repository mirrors the Secret shop-login to shop: whoever makes it has to give it Reflector's \
         annotations, or bring it there in another way
Wrote my-shop on the Cluster postgres-shared in postgres:
  edit   infra/databases/postgres/postgres-cluster.yaml
  create infra/databases/postgres/my-shop-db.yaml
  edit   infra/databases/postgres/kustomization.yaml

Next:
  git add infra/databases/postgres/postgres-cluster.yaml infra/databases/postgres/my-shop-db.yaml \
         infra/databases/postgres/kustomization.yaml
  git commit -m 'Add the database of my-shop'
  git push
  kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it
"
    );
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["secret"], "shop-login");
    let kinds: Vec<_> = report["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| &piece["kind"])
        .collect();
    assert_eq!(kinds, ["ManagedRole", "Database"]);
    let entry = "      - name: my_shop\n        login: true\n        passwordSecret:\n          \
                 name: shop-login # pgdb:ignore PGDB202 made outside of this repository\n";
    let after = repository.read(CLUSTER).replace(entry, "");
    let wave = "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n";
    assert_eq!(after.replace(wave, ""), before);
    let tree = repository.tree();
    let again = repository.new_app("--existing-secret shop-login");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
    assert_eq!(repository.tree(), tree);
}

#[test]
fn its_namespaces_need_not_be_given() {
    let repository = Repository::guide();
    let outcome = repository.run(&format!("new-app my-shop {CALL} --roles databaserole"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr,
        "warning: nothing in the repository makes the Secret shop-login: it has to be in the namespace postgres with the keys \
         username (my_shop) and password, and with the label cnpg.io/reload
warning: nothing in the repository mirrors the Secret shop-login to the application: whoever makes it has to bring it there
"
    );
    let role = repository.read("infra/databases/postgres/my-shop-role.yaml");
    assert!(
        role.ends_with(
            "    name: shop-login # pgdb:ignore PGDB202 made outside of this repository\n"
        ),
        "{role}"
    );
}

#[test]
fn where_no_comment_can_stand_that_is_said() {
    let repository = Repository::guide();
    repository.write(
        CLUSTER,
        "{\"apiVersion\": \"postgresql.cnpg.io/v1\", \"kind\": \"Cluster\", \"metadata\": {\"name\": \"postgres-shared\",
  \"namespace\": \"postgres\"}, \"spec\": {\"instances\": 3}}
",
    );
    let outcome = repository.new_app("--existing-secret shop-login --quiet");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr.lines().last(),
        Some(
            "warning: infra/databases/postgres/postgres-cluster.yaml: no comment can stand behind the Secret shop-login of the role \
             my_shop, so that list and lint take it for missing where nothing in the repository makes it"
        )
    );
}

#[test]
fn lint_list_and_export_know_it() {
    for style in ["managed", "databaserole"] {
        let repository = Repository::guide();
        repository.run_ok(&format!(
            "new-app my-shop {CALL} --app-namespace shop --roles {style}"
        ));
        let lint = repository.run("lint --output json");
        let report: serde_json::Value = serde_json::from_str(&lint.stdout).unwrap();
        let codes: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| &found["code"])
            .collect();
        assert_eq!(codes, ["PGDB901"], "{style}: the guide's own role alone");
        let list: serde_json::Value =
            serde_json::from_str(&repository.run("list --output json").stdout).unwrap();
        let app = list["apps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|app| app["name"] == "my-shop")
            .unwrap();
        assert_eq!(
            (&app["state"], &app["problems"]),
            (&"complete".into(), &serde_json::json!([]))
        );
        let exported = repository.run_ok("export my-shop");
        assert!(
            exported.contains("- name: my-shop\n  existingSecret: shop-login\n"),
            "{exported}"
        );
        repository.write("apps.yaml", &exported);
        let tree = repository.tree();
        repository.run_ok("import apps.yaml --yes --quiet");
        assert_eq!(repository.tree(), tree, "{style}");
        // The same from the file alone.
        let other = Repository::guide();
        other.write("apps.yaml", &exported);
        other.run_ok("import apps.yaml --yes --quiet");
        assert_eq!(other.tree(), tree, "{style}");
    }
}

#[test]
fn rotate_and_another_credential_are_refused() {
    let repository = Repository::guide();
    repository.run_ok(&format!("new-app my-shop {CALL} --app-namespace shop"));
    repository.remove(CERTIFICATE);
    let tree = repository.tree();
    let outcome = repository.run("rotate my-shop --yes");
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: my-shop: the Secret shop-login of the role my_shop is made \
         outside of this repository
help: change the password where the Secret comes from: with the label cnpg.io/reload on the Secret, CNPG gives it to \
         PostgreSQL at once
"
    );
    assert_eq!(
        repository.refusal(""),
        "error: the app my-shop is there with other settings
  infra/databases/postgres/postgres-cluster.yaml:22: spec.managed.roles[].passwordSecret.name is \"shop-login\", asked for is \
         \"my-shop-db-creds\"
help: ask for what is there; sealed values are bound to the Secret's name, namespace, scope and role: for another of these take \
         the SealedSecret away, change the rest by hand, and run the same command again
"
    );
    assert_eq!(
        repository.refusal("--secret-name shop-login"),
        "error: the app my-shop is there with other settings
  infra/databases/postgres/postgres-cluster.yaml:19: spec.managed.roles[].passwordSecret is \"made elsewhere \
         (--existing-secret)\", asked for is \"sealed\"
help: ask for what is there, or change the manifests by hand and run the same command again
"
    );
    assert_eq!(repository.tree(), tree);
}

#[test]
fn what_makes_it_in_the_repository_is_looked_at() {
    let repository = Repository::guide();
    repository.write(EXTERNAL, &external("my_shop_app", REFLECTED));
    assert_eq!(
        repository.refusal("--existing-secret shop-login"),
        "error: the app my-shop is there with other settings
  infra/databases/postgres/login.yaml:19: spec.target.template.data.username is \"my_shop_app\", asked for is \"my_shop\"
help: ask for what is there, or change the manifests by hand and run the same command again
"
    );
    let without_label = external("my_shop", "").replace("cnpg.io/reload", "other");
    repository.write(EXTERNAL, &without_label.replace("password: ", "other: "));
    let outcome = repository.new_app("--existing-secret shop-login --dry-run=client --quiet");
    assert_eq!(
        outcome.stderr,
        "warning: infra/databases/postgres/login.yaml:1: the Secret shop-login has no key password, which CNPG reads
warning: infra/databases/postgres/login.yaml:1: the Secret shop-login has no label cnpg.io/reload, so that CNPG would apply a \
         changed password late
warning: nothing in the repository mirrors the Secret shop-login to shop: whoever makes it has to give it Reflector's \
         annotations, or bring it there in another way
"
    );
    repository.write(EXTERNAL, &external("my_shop", REFLECTED));
    let outcome = repository.new_app("--existing-secret shop-login --quiet");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(
        repository
            .read(CLUSTER)
            .contains("name: shop-login # not made by kubectl-pgdb\n")
    );
    let exported = repository.run_ok("export my-shop");
    assert!(
        exported.contains("existingSecret: shop-login\n"),
        "{exported}"
    );
    repository.run_ok("remove my-shop --offline --yes --quiet");
    assert_eq!(repository.read(EXTERNAL), external("my_shop", REFLECTED));
    assert!(!repository.tree().contains_key(DATABASE));
}

#[test]
fn a_username_in_clear_is_read_of_every_kind_that_makes_secrets() {
    for (kind, spec, found) in [
        (
            "v1, kind: Secret",
            "stringData: {username: other, password: \"ENC[a]\"}",
            Some("stringData.username"),
        ),
        (
            "v1, kind: Secret",
            "data: {username: b3RoZXI=, password: YQ==}",
            Some("data.username"),
        ),
        (
            "v1, kind: Secret",
            "stringData: {username: \"ENC[AES256_GCM,data:AAAA]\", password: \"ENC[a]\"}",
            None,
        ),
        (
            "secretgenerator.mittwald.de/v1alpha1, kind: StringSecret",
            "spec: {data: {username: other}, fields: [{fieldName: password}]}",
            Some("spec.data.username"),
        ),
        (
            "bitnami.com/v1alpha1, kind: SealedSecret",
            "spec: {encryptedData: {password: AgA=}, template: {data: {username: other}}}",
            Some("spec.template.data.username"),
        ),
    ] {
        let repository = Repository::guide();
        let manifest = format!(
            "{{apiVersion: {kind}, metadata: {{name: shop-login, namespace: postgres, labels: {{cnpg.io/reload: \"\"}}}}, {spec}}}\n"
        );
        repository.write(EXTERNAL, &manifest);
        let outcome = repository.new_app("--existing-secret shop-login --dry-run=client --quiet");
        match found {
            Some(field) => {
                let line =
                    format!("login.yaml:1: {field} is \"other\", asked for is \"my_shop\"\n");
                assert_eq!(outcome.code, 2, "{kind}");
                assert!(outcome.stderr.contains(&line), "{}", outcome.stderr);
            }
            None => assert_eq!(outcome.code, 0, "{}", outcome.stderr),
        }
    }
}

#[test]
fn another_apps_credential_and_flags_of_sealing_are_refused() {
    let repository = Repository::guide();
    repository.run_ok("new-app other --app-namespace shop --yes --quiet");
    let refusal = repository.refusal("--existing-secret other-db-creds");
    assert_eq!(
        refusal,
        "error: the app needs names that belong to something else
  infra/databases/postgres/other-secrets-sealed.yaml:1: SealedSecret other-db-creds belongs to the app \"other\"
  infra/databases/postgres/postgres-cluster.yaml:19: the Secret other-db-creds is the credential of the role \"other\"
help: choose another name with --existing-secret
"
    );
    for flag in ["--secret-name x", "--password-length 30", "--scope strict"] {
        let refusal = repository.refusal(&format!("--existing-secret shop-login {flag}"));
        let name = flag.split(' ').next().unwrap();
        assert!(
            refusal.contains(&format!(
                "'--existing-secret <SECRET>' cannot be used with '{name}"
            )),
            "{refusal}"
        );
    }
    repository.refusal("--existing-secret shop-login --password-stdin");
    assert_eq!(
        repository
            .refusal("--existing-secret Shop_Login")
            .lines()
            .next(),
        Some(
            "error: --existing-secret: the object name \"Shop_Login\" holds the capital letter 'S'"
        )
    );
}

#[test]
fn verify_checks_the_secret_and_what_is_mirrored() {
    let repository = Repository::guide();
    repository.run_ok(&format!("new-app my-shop {CALL}"));
    let server = ApiServer::start();
    let _world = World::of(&server, repository.path());
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("verify", outcome.stdout);
    server.edit("secrets", "postgres", "shop-login", |secret| {
        secret["data"]["username"] = json!("b3RoZXI=");
    });
    let outcome = verify(&repository, &server.kubeconfig(), "my-shop");
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!("verify_other_username", outcome.stdout);
    assert!(!outcome.stdout.contains("b3RoZXI") && !outcome.stdout.contains("other\""));
}
