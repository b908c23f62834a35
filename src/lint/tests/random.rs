//! Whatever a repository holds, a run ends with findings whose places are there, and says the same again.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};
use crate::lint::Report;
use crate::lint::finding::{Finding, Place};
use crate::lint::fix::plan;
use crate::lint::is_wanted_text;
use crate::lint::rules::RULES;

/// The files of the guide, and some beside them.
const FILES: [&str; 10] = [
    CLUSTER,
    KUSTOMIZATION,
    SEALED,
    DATABASE,
    "infra/databases/postgres/role.yaml",
    "infra/databases/postgres/grants.sql",
    "infra/databases/postgres/db.env",
    "infra/databases/kustomization.yml",
    "prod/Kustomization",
    "apps/list.json",
];

/// The keys that rules look at, and some that they do not.
const KEYS: [&str; 54] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "annotations",
    "labels",
    "spec",
    "items",
    "managed",
    "roles",
    "passwordSecret",
    "disablePassword",
    "ensure",
    "superuser",
    "inRoles",
    "connectionLimit",
    "cluster",
    "owner",
    "databaseReclaimPolicy",
    "extensions",
    "schemas",
    "bootstrap",
    "initdb",
    "recovery",
    "database",
    "secret",
    "superuserSecret",
    "instances",
    "storage",
    "encryptedData",
    "template",
    "data",
    "stringData",
    "type",
    "username",
    "password",
    "uri",
    "sops",
    "target",
    "resources",
    "bases",
    "components",
    "patches",
    "path",
    "secretGenerator",
    "literals",
    "envs",
    "files",
    "argocd.argoproj.io/sync-wave",
    "sealedsecrets.bitnami.com/cluster-wide",
    "reflector.v1.k8s.emberstack.com/reflection-allowed",
    "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces",
    "cnpg.io/reload",
];

/// Values that mean something to a rule.
const VALUES: [&str; 28] = [
    "postgres-shared",
    "postgres",
    "my_shop",
    "my-shop-db",
    "my-shop-db-creds",
    "shop",
    "true",
    "0",
    "-1",
    "present",
    "absent",
    "retain",
    "delete",
    "kubernetes.io/basic-auth",
    "my-shop-db.yaml",
    "../postgres",
    "../../../..",
    "https://example.org/x",
    "password=hunter2",
    "postgres://a:hunter2@h/db?password=x",
    "postgres://@:@",
    "host=h password='",
    "CREATE ROLE ä PASSWORD 'hunter2'",
    "ALTER USER a PASSWORD '''",
    "AQBRJGbQ6Qrc",
    "${NAME:=x}",
    "{{ .name }}",
    "shop-[0-9]+,(",
];

/// The kinds that rules look at.
const KINDS: [(&str, &str); 9] = [
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("postgresql.cnpg.io/v1", "Database"),
    ("postgresql.cnpg.io/v1", "DatabaseRole"),
    ("bitnami.com/v1alpha1", "SealedSecret"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("secretgenerator.mittwald.de/v1alpha1", "StringSecret"),
    ("v1", "Secret"),
    ("v1", "List"),
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"),
];

/// A tree of such keys and values.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => select(&VALUES[..]).prop_map(|text| Value::String(text.to_owned())),
        1 => any::<String>().prop_map(Value::String),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let entry = (select(&KEYS[..]), inner.clone());
        prop_oneof![
            1 => vec(inner, 0..4).prop_map(Value::Array),
            3 => vec(entry, 0..6).prop_map(mapping),
        ]
    })
}

fn mapping(entries: Vec<(&str, Value)>) -> Value {
    let entries = entries.into_iter();
    Value::Object(
        entries
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

/// An object of a kind that rules look at, as YAML or as JSON.
fn object() -> impl Strategy<Value = String> {
    let names = (select(&VALUES[..]), select(&VALUES[..]), tree(), tree());
    (
        select(&KINDS[..]),
        names,
        vec((select(&KEYS[..]), tree()), 0..6),
        any::<bool>(),
    )
        .prop_map(
            |((version, kind), (name, namespace, annotations, spec), more, is_json)| {
                let metadata = mapping(vec![
                    ("name", name.into()),
                    ("namespace", namespace.into()),
                    ("annotations", annotations),
                ]);
                let mut entries = vec![("spec", spec)];
                entries.extend(more);
                entries.extend([
                    ("apiVersion", version.into()),
                    ("kind", kind.into()),
                    ("metadata", metadata),
                ]);
                let object = mapping(entries);
                if is_json {
                    return object.to_string();
                }
                serde_yaml::to_string(&object).unwrap()
            },
        )
}

/// A piece of the guide's files, from one place to another.
fn piece() -> impl Strategy<Value = String> {
    (
        select(&FILES[..4]),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(path, from, to)| {
            let guide = Guide::new();
            let text = guide.snapshot().text(&path.parse().unwrap()).unwrap();
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            text.get(from.min(to)..from.max(to))
                .unwrap_or_default()
                .to_owned()
        })
}

/// Runs all rules, twice, and looks at what they say.
fn assert_sound(guide: &Guide) {
    let report = guide.lint();
    for finding in &report.findings {
        assert!(RULES.iter().any(|rule| rule.code == finding.code));
        assert!(
            !finding.message.is_empty() && !finding.message.ends_with('.'),
            "{finding:?}"
        );
        assert_place(guide, &finding.place);
        for related in &finding.related {
            assert_place(guide, &related.place);
        }
    }
    assert_eq!(guide.lint(), report);
    assert_mendable(guide, &report);
}

/// Makes all fixes and looks at what becomes of the repository: what was mended is not found again, and no file that could
/// be read cannot be read any more, or holds a secret value that is shown.
fn assert_mendable(guide: &Guide, report: &Report) {
    let plan = plan(report, guide.snapshot());
    let fixable = report.fixable();
    assert_eq!(plan.mended + plan.refused.len(), fixable, "{plan:?}");
    for change in plan.changes.changes() {
        assert!(!report.confidential.contains(change.path()), "{plan:?}");
    }
    let after = guide.mended(&plan);
    assert_eq!(
        count(&after, "PGDB001"),
        count(report, "PGDB001"),
        "{plan:?}"
    );
    let refused: Vec<&Finding> = plan
        .refused
        .iter()
        .map(|refused| &refused.finding)
        .collect();
    let mended = report
        .findings
        .iter()
        .filter(|finding| finding.fix.is_some());
    for finding in mended.filter(|finding| !refused.contains(finding)) {
        let same = |other: &&Finding| is_same(other, finding);
        let before = report.findings.iter().filter(same).count();
        let left = after.findings.iter().filter(same).count();
        assert!(left < before, "{finding:?} is still found after {plan:?}");
    }
}

fn count(report: &Report, code: &str) -> usize {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.code == code).count()
}

/// Whether two findings say the same of one file, wherever in it.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let key = |finding: &Finding| {
        (
            finding.code,
            finding.place.path.clone(),
            finding.message.clone(),
        )
    };
    key(one) == key(other)
}

fn assert_place(guide: &Guide, place: &Place) {
    assert!(
        place.start.line >= 1 && place.start.column >= 1,
        "{place:?}"
    );
    assert!(place.span.start <= place.span.end, "{place:?}");
    assert!(
        (place.start.line, place.start.column) <= (place.end.line, place.end.column),
        "{place:?}"
    );
    let text = guide.snapshot().text(&place.path).unwrap_or_default();
    if !place.path.file_name().ends_with(".pem") {
        let bytes = place.span.start as usize..place.span.end as usize;
        assert!(text.get(bytes).is_some(), "{place:?} in {text:?}");
    }
}

/// The guide's repository with these texts in place of its files, or beside them.
fn repository(texts: &[(&str, String)]) -> Guide {
    let texts = texts.iter();
    texts.fold(Guide::new(), |guide, (path, text)| guide.write(path, text))
}

/// Changes of the guide's files that can all be mended again: the file, a text in it, and what it becomes.
const BREAKS: [(&str, &str, &str); 10] = [
    (DATABASE, "sync-wave: \"2\"", "sync-wave: 2"),
    (
        DATABASE,
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"2\"\n",
        "",
    ),
    (CLUSTER, "sync-wave: \"1\"", "sync-wave: 1"),
    (
        CLUSTER,
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n",
        "",
    ),
    (SEALED, "        cnpg.io/reload: \"true\"\n", ""),
    (SEALED, "-enabled: \"true\"", "-enabled: true"),
    (
        SEALED,
        "        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: \"shop\"\n",
        "",
    ),
    (
        SEALED,
        "-allowed-namespaces: \"shop\"",
        "-allowed-namespaces: \"\"",
    ),
    (
        SEALED,
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n",
        "",
    ),
    (KUSTOMIZATION, "  - my-shop-db.yaml\n", ""),
];

/// The guide's repository with some of the breaks.
fn broken(breaks: &[bool]) -> Guide {
    let chosen = BREAKS.iter().zip(breaks).filter(|(_, chosen)| **chosen);
    chosen.fold(Guide::new(), |guide, ((path, from, to), _)| {
        let text = guide.snapshot().text(&path.parse().unwrap()).unwrap();
        let text = text.replacen(from, to, 1);
        guide.write(path, &text)
    })
}

#[test]
fn each_break_is_found_and_mended() {
    for (number, what) in BREAKS.iter().enumerate() {
        let breaks: Vec<bool> = (0..BREAKS.len()).map(|other| other == number).collect();
        let guide = broken(&breaks);
        let report = guide.lint();
        let plan = plan(&report, guide.snapshot());
        assert!(plan.mended > 0, "{what:?}: {report:?}");
        assert_eq!(guide.mended(&plan).findings, [], "{what:?}");
    }
}

proptest! {
    #[test]
    fn breaks_are_mended(breaks in vec(any::<bool>(), BREAKS.len()), returns in any::<bool>()) {
        let mut guide = broken(&breaks);
        if returns {
            for path in &FILES[..4] {
                let text = guide.snapshot().text(&path.parse().unwrap()).unwrap();
                let text = text.replace('\n', "\r\n");
                guide = guide.write(path, &text);
            }
        }
        assert_sound(&guide);
    }

    #[test]
    fn objects_of_plausible_keys_and_values(
        files in vec((select(&FILES[..]), vec(object(), 1..4)), 1..4),
    ) {
        let join = |(path, objects): (&'static str, Vec<String>)| (path, objects.join("\n---\n"));
        let files: Vec<(&str, String)> = files.into_iter().map(join).collect();
        assert_sound(&repository(&files));
    }

    #[test]
    fn pieces_of_the_guide(files in vec((select(&FILES[..]), vec(piece(), 1..4)), 1..4)) {
        let join = |(path, pieces): (&'static str, Vec<String>)| (path, pieces.concat());
        let files: Vec<(&str, String)> = files.into_iter().map(join).collect();
        assert_sound(&repository(&files));
    }

    #[test]
    fn any_text(
        path in select(&FILES[..]),
        text in any::<String>(),
        head in select(&KINDS[..]),
        words in vec(select(&VALUES[..]), 0..4),
    ) {
        let (version, kind) = head;
        let headed = format!("apiVersion: {version}\nkind: {kind}\n{text}{}", words.join(&text));
        is_wanted_text(&path.parse().unwrap(), headed.as_bytes());
        let files = [(path, text.clone()), ("infra/databases/postgres/more.yaml", headed), ("infra/sealed-secrets/pub-cert.pem", text)];
        assert_sound(&repository(&files));
    }
}
