//! Reflector's annotations, in the shapes that real repositories have.

use crate::lint::finding::{Fix, FixEdit, Operation, Step};
use crate::lint::rules::rule;
use crate::repo::edit::Addition;

use super::guide::{DATABASE, Guide, KUSTOMIZATION, SEALED};

const NOTHING: [&str; 0] = [];
pub(super) const PREFIX: &str = "reflector.v1.k8s.emberstack.com";

/// The guide's SealedSecret with these annotations of Reflector in its template.
pub(super) fn reflecting(annotations: &[(&str, &str)]) -> Guide {
    let lines: String = annotations
        .iter()
        .map(|(key, value)| format!("        {PREFIX}/{key}: {value}\n"))
        .collect();
    let all = all_lines(8);
    Guide::new().replace(SEALED, &all, &lines)
}

/// The four lines of the guide's SealedSecret.
fn all_lines(indentation: usize) -> String {
    let lines = [
        "allowed: \"true\"",
        "allowed-namespaces: \"shop\"",
        "auto-enabled: \"true\"",
        "auto-namespaces: \"shop\"",
    ];
    lines
        .iter()
        .map(|line| format!("{:indentation$}{PREFIX}/reflection-{line}\n", ""))
        .collect()
}

/// What is offered to mend.
pub(super) fn fixes(guide: &Guide) -> Vec<Fix> {
    let found = guide.lint().findings;
    found
        .into_iter()
        .filter_map(|finding| finding.fix)
        .collect()
}

#[test]
fn a_secret_that_is_not_mirrored_is_fine() {
    assert_eq!(reflecting(&[]).findings(), NOTHING);
}

#[test]
fn the_guides_annotations_are_enough() {
    let guide = reflecting(&[
        ("reflection-allowed", "\"true\""),
        ("reflection-auto-enabled", "'True'"),
        ("reflection-allowed-namespaces", "\"shop, blog\""),
    ]);
    assert_eq!(guide.findings(), NOTHING);
}

#[test]
fn what_allows_nothing() {
    for (value, expected) in [
        (
            "\"false\"",
            "PGDB601 info my-shop-secrets-sealed.yaml:25:61 Reflector mirrors nothing: `reflection-allowed` says so",
        ),
        (
            "\"yes\"",
            "PGDB601 error my-shop-secrets-sealed.yaml:25:61 Reflector mirrors nothing: \"yes\" is neither `true` nor `false`",
        ),
    ] {
        let guide = reflecting(&[
            ("reflection-allowed", value),
            ("reflection-auto-enabled", "\"true\""),
        ]);
        assert_eq!(guide.findings(), [expected]);
    }
    let placeholder = reflecting(&[("reflection-allowed", "\"${MIRROR:=true}\"")]);
    assert_eq!(placeholder.findings(), NOTHING);
}

#[test]
fn a_patch_of_kustomize_may_add_annotations() {
    let annotation = format!("{PREFIX}/reflection-allowed: \"true\"\n");
    let patch = "patches:\n  - path: mirrored.yaml\n";
    let guide = reflecting(&[("reflection-allowed-namespaces", "\"shop\"")])
        .replace(KUSTOMIZATION, "resources:", &format!("{patch}resources:"))
        .write("infra/databases/postgres/mirrored.yaml", &annotation);
    assert_eq!(guide.findings(), NOTHING);
}

#[test]
fn what_an_alias_or_a_merge_key_brings_in_is_not_known() {
    let merged = reflecting(&[("reflection-allowed-namespaces", "\"shop\"")])
        .replace(
            SEALED,
            "      annotations:\n",
            "      annotations:\n        <<: *mirrored\n",
        )
        .replace(
            SEALED,
            "  encryptedData:\n",
            "  note: &mirrored\n    a: b\n  encryptedData:\n",
        );
    assert_eq!(merged.findings(), NOTHING);
}

#[test]
fn a_secret_of_no_role_is_left_alone() {
    let tls = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: wildcard-tls
  namespace: postgres
  annotations:
    reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"
spec:
  encryptedData:
    tls.key: AgBy
  template:
    metadata:
      annotations:
        reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"
        reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"
";
    let rules = ["PGDB6"];
    let found = Guide::new().write("infra/tls/sealed.yaml", tls).findings();
    assert_eq!(of(&found, &rules), NOTHING);
}

#[test]
fn a_login_to_something_else_is_left_alone() {
    let login = |name: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {{name: {name}, namespace: media}}
spec:
  encryptedData: {{username: AgBy, password: AgBy}}
  template:
    metadata:
      annotations:
        {PREFIX}/reflection-allowed: \"true\"
        {PREFIX}/reflection-allowed-namespaces: \".*\"
"
        )
    };
    let found = |name: &str| {
        let found = Guide::new().write("apps/media/sealed.yaml", &login(name));
        of(&found.findings(), &["PGDB603"]).len()
    };
    assert_eq!(found("share-creds"), 0);
    assert_eq!(found("share-db-creds"), 1);
}

/// The findings whose codes begin so.
pub(super) fn of<'list>(found: &'list [String], codes: &[&str]) -> Vec<&'list str> {
    let found = found.iter().map(String::as_str);
    found
        .filter(|line| codes.iter().any(|code| line.starts_with(code)))
        .collect()
}

#[test]
fn mirrors_that_nobody_makes() {
    let allowed = [
        ("reflection-allowed", "\"true\""),
        ("reflection-allowed-namespaces", "\"shop\""),
    ];
    assert_eq!(
        reflecting(&allowed).findings(),
        [
            "PGDB602 info my-shop-secrets-sealed.yaml:25:9 no mirror is made by itself: `reflection-auto-enabled` is not there"
        ]
    );
    for (value, severity) in [("\"false\"", "info"), ("\"yes\"", "warning")] {
        let [first, second] = allowed;
        let guide = reflecting(&[first, second, ("reflection-auto-enabled", value)]);
        assert_eq!(
            guide.findings(),
            [format!(
                "PGDB602 {severity} my-shop-secrets-sealed.yaml:27:66 no mirror is made by itself: `reflection-auto-enabled` is not `true`"
            )]
        );
    }
}

#[test]
fn a_mirror_that_a_secret_asks_for() {
    let asking = "apiVersion: v1
kind: Secret
metadata:
  name: creds
  namespace: shop
  annotations:
    reflector.v1.k8s.emberstack.com/reflects: \"postgres/my-shop-db-creds\"
";
    let guide = reflecting(&[
        ("reflection-allowed", "\"true\""),
        ("reflection-allowed-namespaces", "\"shop\""),
    ]);
    let found = guide.write("apps/shop/creds.yaml", asking).findings();
    assert_eq!(of(&found, &["PGDB6"]), NOTHING);
}

#[test]
fn annotations_that_the_secret_does_not_get() {
    let own = format!(
        "    argocd.argoproj.io/sync-wave: \"0\"\n{}spec:",
        all_lines(4)
    );
    let both = Guide::new().replace(
        SEALED,
        "    argocd.argoproj.io/sync-wave: \"0\"\nspec:",
        &own,
    );
    assert_eq!(both.findings(), NOTHING);
    let bad = Guide::bad(rule("PGDB606").unwrap());
    let [fix] = &fixes(&bad)[..] else {
        panic!("one fix");
    };
    let keys = ["spec", "template", "metadata", "annotations"].map(Step::from);
    let inserted: Vec<&str> = fix
        .edits
        .iter()
        .filter(|edit| edit.steps == keys)
        .filter_map(|edit| match &edit.operation {
            Operation::Insert(key, Addition::Text(_)) => key.strip_prefix(PREFIX),
            _ => None,
        })
        .collect();
    assert_eq!(
        inserted,
        [
            "/reflection-allowed",
            "/reflection-allowed-namespaces",
            "/reflection-auto-enabled",
            "/reflection-auto-namespaces",
        ]
    );
    let everywhere = bad.replace(
        SEALED,
        "reflection-allowed-namespaces: \"shop\"",
        "reflection-allowed-namespaces: \"\"",
    );
    assert_eq!(fixes(&everywhere), []);
}

#[test]
fn a_sealed_secret_with_neither_template_nor_role() {
    let sealed = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: blog-creds, namespace: postgres, annotations: {reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"}}
spec: {encryptedData: {username: AgBy, password: AgBy}}
";
    let found = Guide::new()
        .write("infra/databases/postgres/blog.yaml", sealed)
        .findings();
    assert_eq!(
        of(&found, &["PGDB6"]),
        [
            "PGDB606 error blog.yaml:3:65 Reflector does not see this: it is on the SealedSecret, not on the Secret that it makes"
        ]
    );
}

#[test]
fn what_makes_other_secrets_is_read_where_its_metadata_is() {
    let external = |spec: &str, annotations: &str| {
        format!(
            "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: my-shop-db-creds
  namespace: postgres
  labels:
    cnpg.io/reload: \"true\"
{annotations}spec:
  secretStoreRef:
    name: vault
  target:
    name: my-shop-db-creds
{spec}"
        )
    };
    let asked =
        "  annotations:\n    reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"\n";
    let codes = |text: &str| {
        let guide = Guide::new()
            .remove(SEALED)
            .remove(DATABASE)
            .replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "")
            .write(SEALED, text);
        let found = guide.findings();
        let found = of(&found, &["PGDB601", "PGDB709"]);
        let codes = found.iter().filter_map(|line| line.split(' ').next());
        codes.map(str::to_owned).collect::<Vec<String>>()
    };
    // Without a template the Secret gets what the ExternalSecret has, with one what that says.
    assert_eq!(codes(&external("", asked)), ["PGDB601"]);
    let template = "    template:\n      type: kubernetes.io/basic-auth\n";
    assert_eq!(codes(&external(template, asked)), ["PGDB709"]);
}

#[test]
fn files_that_sops_encrypts_are_not_mended() {
    let secret = "apiVersion: v1
kind: Secret
metadata:
  name: my-shop-db-creds
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: \"0\"
    reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"
    reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"
    reflector.v1.k8s.emberstack.com/reflection-auto-namespaces: shop
type: kubernetes.io/basic-auth
stringData:
  username: ENC[AES256_GCM,data:x,type:str]
  password: ENC[AES256_GCM,data:x,type:str]
sops:
  version: 3.9.0
";
    let guide = Guide::new().write(SEALED, secret);
    let found = guide.findings();
    assert_eq!(
        of(&found, &["PGDB6", "PGDB7"]),
        [
            "PGDB709 warning my-shop-secrets-sealed.yaml:4:9 CNPG does not see at once when this password changes: the Secret lacks the label `cnpg.io/reload`",
            "PGDB603 error my-shop-secrets-sealed.yaml:8:5 every namespace may get this password: `reflection-allowed-namespaces` is not there",
        ]
    );
    assert_eq!(fixes(&guide), []);
}

#[test]
fn values_without_quotes() {
    let guide = reflecting(&[
        ("reflection-allowed", "true"),
        ("reflection-allowed-namespaces", "shop"),
        ("reflection-auto-enabled", "\"true\""),
    ]);
    assert_eq!(
        guide.findings(),
        [
            "PGDB607 error my-shop-secrets-sealed.yaml:25:61 `reflection-allowed` is true without quotes, which is no string"
        ]
    );
    let keys = ["spec", "template", "metadata", "annotations"].map(Step::from);
    let key = format!("{PREFIX}/reflection-allowed");
    assert_eq!(
        fixes(&guide),
        [Fix {
            title: "put the value into quotes".to_owned(),
            edits: vec![FixEdit {
                path: SEALED.parse().unwrap(),
                document: 0,
                steps: keys.into_iter().chain([Step::Key(key)]).collect(),
                operation: Operation::SetText("true".to_owned()),
            }],
        }]
    );
}
