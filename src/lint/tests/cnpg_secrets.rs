//! The Secrets of roles' passwords as CNPG wants them, in the shapes that real repositories have.

use crate::lint::finding::{Fix, FixEdit, Operation, Step};
use crate::repo::edit::Addition;

use super::guide::{CLUSTER, Guide, KUSTOMIZATION, SEALED};

const NOTHING: [&str; 0] = [];
const LOGIN: &str = "        login: true\n";

/// The findings of these rules.
fn of(guide: &Guide, codes: &[&str]) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|line| codes.iter().any(|code| line.starts_with(code)));
    found
}

#[test]
fn the_label_is_added_where_the_secret_gets_its_labels() {
    let sealed = |text: &str| {
        let guide = Guide::new().write(SEALED, text);
        let found = guide.lint().findings;
        let found = found
            .into_iter()
            .filter(|finding| finding.code == "PGDB709");
        found
            .filter_map(|finding| finding.fix)
            .collect::<Vec<Fix>>()
    };
    let fix = |keys: &[&str]| Fix {
        title: "add the label cnpg.io/reload".to_owned(),
        edits: vec![FixEdit {
            path: SEALED.parse().unwrap(),
            document: 0,
            steps: keys.iter().copied().map(Step::from).collect(),
            operation: Operation::Insert(
                "cnpg.io/reload".to_owned(),
                Addition::Text("true".to_owned()),
            ),
        }],
    };
    let metadata = "metadata: {name: my-shop-db-creds, namespace: postgres}\n";
    let made = |head: &str, rest: &str| sealed(&format!("{head}{metadata}{rest}"));
    let seal = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n";
    let external = "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\n";
    let generated = "apiVersion: secretgenerator.mittwald.de/v1alpha1\nkind: StringSecret\n";
    let template = fix(&["spec", "template", "metadata", "labels"]);
    assert_eq!(
        made(seal, "spec: {encryptedData: {}}\n"),
        std::slice::from_ref(&template)
    );
    assert_eq!(made(seal, "spec: {template: {type: Opaque}}\n"), [template]);
    assert_eq!(
        made(external, "spec: {target: {template: {type: Opaque}}}\n"),
        [fix(&["spec", "target", "template", "metadata", "labels"])]
    );
    let own = fix(&["metadata", "labels"]);
    assert_eq!(made(external, "spec: {}\n"), std::slice::from_ref(&own));
    assert_eq!(made(generated, "spec: {}\n"), std::slice::from_ref(&own));
    assert_eq!(made("apiVersion: v1\nkind: Secret\n", ""), [own]);
}

#[test]
fn secrets_that_need_no_label() {
    let unlabelled = || Guide::new().replace(SEALED, "        cnpg.io/reload: \"true\"\n", "");
    let codes = ["PGDB709"];
    assert_eq!(of(&unlabelled(), &codes).len(), 1);
    // Whatever the label's value is, its presence counts.
    let other = Guide::new().replace(SEALED, "cnpg.io/reload: \"true\"", "cnpg.io/reload: \"\"");
    assert_eq!(of(&other, &codes), NOTHING);
    for said in [
        "commonLabels: {cnpg.io/reload: \"true\"}\nresources:",
        "labels: [{pairs: {cnpg.io/reload: \"true\"}, includeTemplates: true}]\nresources:",
    ] {
        let labelled = unlabelled().replace(KUSTOMIZATION, "resources:", said);
        assert_eq!(of(&labelled, &codes), NOTHING, "{said}");
    }
    let aliased = unlabelled()
        .replace(SEALED, "  labels:\n    app", "  labels: &labels\n    app")
        .replace(
            SEALED,
            "      labels:\n",
            "      labels:\n        <<: *labels\n",
        );
    assert_eq!(of(&aliased, &codes), NOTHING);
    let unused = unlabelled().replace(
        CLUSTER,
        "          name: my-shop-db-creds\n",
        "          name: other\n",
    );
    assert_eq!(of(&unused, &codes), NOTHING);
    let absent = unlabelled().replace(CLUSTER, LOGIN, "        ensure: absent\n");
    assert_eq!(of(&absent, &codes), NOTHING);
    let elsewhere = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: my-shop-db-creds, namespace: shop}
spec: {encryptedData: {username: AgBy, password: AgBy}}
";
    let elsewhere = Guide::new().write("apps/shop/creds.yaml", elsewhere);
    assert_eq!(of(&elsewhere, &["PGDB709", "PGDB710"]), NOTHING);
}

#[test]
fn a_label_that_the_secret_does_not_get() {
    let external = |template: &str| {
        let text = format!(
            "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: my-shop-db-creds
  namespace: postgres
  labels: {{cnpg.io/reload: \"true\"}}
spec: {{target: {{{template}}}, dataFrom: [{{extract: {{key: shop}}}}]}}
"
        );
        let found = Guide::new().write(SEALED, &text).lint().findings;
        let mut found = found.into_iter().filter(|found| found.code == "PGDB709");
        let finding = found.next()?;
        let line = finding
            .related
            .first()
            .map(|related| related.place.start.line);
        Some((finding.help, line))
    };
    // External Secrets passes on its own labels only where there is no template.
    assert_eq!(external(""), None);
    assert_eq!(
        external("template: {type: kubernetes.io/basic-auth}"),
        Some((
            Some("put the label into `spec.target.template.metadata.labels`, from where the Secret gets it".to_owned()),
            Some(6)
        ))
    );
}

#[test]
fn of_copies_in_unknown_namespaces_the_nearest_is_the_roles() {
    let external = "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: my-shop-db-creds}
spec: {dataFrom: [{extract: {key: shop}}]}
";
    let found = |guide: &Guide| of(guide, &["PGDB709"]);
    let (other, beside) = ("apps/shop/creds.yaml", "infra/databases/creds.yaml");
    // The Secret that is surely in the Cluster's namespace is the one that CNPG takes.
    assert_eq!(found(&Guide::new().write(other, external)), NOTHING);
    let none = || Guide::new().remove(SEALED);
    assert_eq!(found(&none().write(other, external)).len(), 1);
    let both = || none().write(other, external).write(beside, external);
    let lacks = "CNPG does not see at once when this password changes: the Secret lacks the label `cnpg.io/reload`";
    assert_eq!(
        found(&both()),
        [format!(
            "PGDB709 warning infra/databases/creds.yaml:3:18 {lacks}"
        )]
    );
    let labelled = external.replace("creds}", "creds, labels: {cnpg.io/reload: \"\"}}");
    assert_eq!(found(&both().write(beside, &labelled)), NOTHING);
    assert_eq!(found(&both().write(other, &labelled)).len(), 1);
    // What is surely elsewhere does not count.
    let elsewhere = labelled.replace("creds,", "creds, namespace: shop,");
    assert_eq!(found(&both().write(beside, &elsewhere)).len(), 1);
}

#[test]
fn types_of_secrets() {
    let with = |line: &str| {
        let guide = Guide::new().replace(SEALED, "    type: kubernetes.io/basic-auth\n", line);
        of(&guide, &["PGDB710"])
    };
    assert_eq!(
        with(""),
        [
            "PGDB710 info my-shop-secrets-sealed.yaml:4:9 the type of this Secret is Opaque, not kubernetes.io/basic-auth"
        ]
    );
    assert_eq!(with("    type: \"${TYPE}\"\n"), NOTHING);
}
