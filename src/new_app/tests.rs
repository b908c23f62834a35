use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::domain::app::{AppOptions, AppRequest};
use crate::domain::choice::RoleStyle;
use crate::domain::scope::Scope;
use crate::domain::time::UnixTime;
use crate::render::Template;
use crate::repo::change_set::Change;
use crate::sealing::UnsealingKey;
use crate::target::TargetRequest;

const CLUSTER: &str =
    include_str!("../../tests/fixtures/guide/infra/databases/postgres/postgres-cluster.yaml");
const KUSTOMIZATION: &str =
    include_str!("../../tests/fixtures/guide/infra/databases/postgres/kustomization.yaml");
const VECTORS: &str = include_str!("../../tests/vectors/vectors.json");
/// 2027-01-15 08:00:00 UTC, when the vectors' certificates are valid.
const NOW: UnixTime = UnixTime::new(1_800_000_000);

struct World {
    target: Target,
    snapshot: Snapshot,
    templates: Templates,
    key: SealingKey,
    vectors: serde_json::Value,
}

fn vector_key(vectors: &serde_json::Value, field: &str) -> String {
    vectors["keys"][0][field].as_str().unwrap().to_owned()
}

fn world() -> World {
    let path = |name: &str| format!("infra/databases/postgres/{name}").parse().unwrap();
    let snapshot = Snapshot::new([
        (path("postgres-cluster.yaml"), CLUSTER.to_owned()),
        (path("kustomization.yaml"), KUSTOMIZATION.to_owned()),
    ]);
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    World {
        target: Target::resolve(&TargetRequest::default(), &snapshot).unwrap(),
        snapshot,
        templates: Templates::default(),
        key: SealingKey::from_pem(&vector_key(&vectors, "certificate_pem"), NOW).unwrap(),
        vectors,
    }
}

impl World {
    fn inputs<'world>(&'world self, app: &'world App) -> Inputs<'world> {
        Inputs {
            app,
            target: &self.target,
            snapshot: &self.snapshot,
            templates: &self.templates,
            key: Some(&self.key),
        }
    }

    fn plan(&self, app: &App, credential: Credential) -> Result<Plan, NewAppError> {
        plan(&self.inputs(app), credential, &mut StdRng::seed_from_u64(7))
    }

    fn generated(&self, app: &App) -> Plan {
        self.plan(app, Credential::Generate(PasswordLength::default()))
            .unwrap()
    }

    /// Writes a plan into the snapshot.
    fn apply(&mut self, plan: &Plan) {
        self.snapshot = plan.changes.applied_to(&self.snapshot);
    }

    /// Opens the value of a key of the only SealedSecret among a plan's files.
    fn opened(&self, plan: &Plan, label: &str, key: &str) -> String {
        let text = plan.changes.changes()[0].after().unwrap();
        let stream = crate::repo::yaml::parse(text).unwrap();
        let sealed = stream.documents[0]
            .root
            .at(&["spec", "encryptedData", key])
            .unwrap()
            .as_str()
            .unwrap();
        let der = vector_key(&self.vectors, "private_key_pkcs8_der_b64");
        let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, der).unwrap();
        let opened = UnsealingKey::from_der(&der)
            .unwrap()
            .unseal(sealed, label)
            .unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
    }
}

fn app(name: &str, options: AppOptions) -> App {
    let request = AppRequest {
        name: name.parse().unwrap(),
        namespaces: vec!["shop".parse().unwrap()],
        role: None,
        database: None,
        secret: None,
        options,
    };
    App::new(request).unwrap()
}

fn defaults() -> AppOptions {
    AppOptions {
        connection_keys: true,
        ..AppOptions::default()
    }
}

fn everything() -> AppOptions {
    AppOptions {
        extensions: vec!["pgcrypto".parse().unwrap(), "postgis@3.4".parse().unwrap()],
        schemas: vec!["shop".parse().unwrap(), "audit".parse().unwrap()],
        encoding: Some("UTF8".parse().unwrap()),
        locale: Some("C.UTF-8".parse().unwrap()),
        connection_limit: Some("20".parse().unwrap()),
        reclaim: "delete".parse().unwrap(),
        in_roles: vec!["pg_read_all_data".parse().unwrap()],
        ..defaults()
    }
}

/// The plan's files as one text, sealed values left out.
fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for change in plan.changes.changes() {
        text.push_str(&format!("=== {}\n", change.path()));
        for line in change.after().unwrap().lines() {
            let sealed = line
                .split_once(": Ag")
                .or(line.split_once(": AQ"))
                .filter(|(_, value)| value.len() > 300);
            text.push_str(
                sealed
                    .map_or(line.to_owned(), |(key, _)| format!("{key}: <sealed>"))
                    .as_str(),
            );
            text.push('\n');
        }
    }
    text
}

#[test]
fn managed_role() {
    insta::assert_snapshot!(shown(&world().generated(&app("my-shop", defaults()))));
}

#[test]
fn managed_role_with_everything() {
    insta::assert_snapshot!(shown(&world().generated(&app("my-shop", everything()))));
}

#[test]
fn database_role_with_everything() {
    let options = AppOptions {
        roles: RoleStyle::DatabaseRole,
        ..everything()
    };
    insta::assert_snapshot!(shown(&world().generated(&app("my-shop", options))));
}

#[test]
fn other_scopes_and_no_connection_keys() {
    for (scope, label) in [(Scope::NamespaceWide, "postgres"), (Scope::ClusterWide, "")] {
        let options = AppOptions {
            scope,
            ..AppOptions::default()
        };
        let world = world();
        let plan = world.generated(&app("my-shop", options));
        assert_eq!(world.opened(&plan, label, "username"), "my_shop");
        insta::assert_snapshot!(format!("scope_{scope}"), shown(&plan));
    }
}

#[test]
fn a_given_password_is_sealed_with_the_keys_that_need_it_encoded() {
    let world = world();
    let password = |text: &str| {
        Password::from_bytes(zeroize::Zeroizing::new(text.as_bytes().to_vec())).unwrap()
    };
    let plan = world
        .plan(
            &app("my-shop", defaults()),
            Credential::Given(password("p@ss:w\\rd")),
        )
        .unwrap();
    let label = "postgres/my-shop-db-creds";
    let opened = |key| world.opened(&plan, label, key);
    assert_eq!(opened("password"), "p@ss:w\\rd");
    assert_eq!(
        opened("uri"),
        "postgresql://my_shop:p%40ss%3Aw%5Crd@postgres-shared-rw.postgres.svc:5432/my_shop"
    );
    assert_eq!(
        opened("jdbc-uri"),
        "jdbc:postgresql://postgres-shared-rw.postgres.svc:5432/my_shop?password=p%40ss%3Aw%5Crd&user=my_shop"
    );
    assert_eq!(
        opened("pgpass"),
        "postgres-shared-rw.postgres.svc:5432:my_shop:my_shop:p@ss\\:w\\\\rd\n"
    );
    insta::assert_snapshot!(shown(&plan));
}

#[test]
fn pieces_that_are_missing_are_made_alone() {
    let app = app("my-shop", everything());
    let mut world = world();
    let whole = world.generated(&app);
    world.apply(&whole);
    let complete = world.snapshot.clone();
    for missing in whole.changes.changes() {
        world.snapshot = complete.clone();
        match missing.before() {
            Some(before) => world
                .snapshot
                .insert(missing.path().clone(), before.to_owned()),
            None => world.snapshot.remove(missing.path()),
        }
        let again = world.generated(&app);
        let paths: Vec<_> = again.changes.changes().iter().map(Change::path).collect();
        assert_eq!(paths, [missing.path()]);
        if !missing.path().as_str().contains("sealed") {
            assert_eq!(again.changes.applied_to(&world.snapshot), complete);
        }
    }
}

#[test]
fn an_overriding_template_must_give_the_object() {
    let problem = |text: &str| {
        let mut world = world();
        world
            .templates
            .override_with(Template::Database, "own.hbs".to_owned(), text.to_owned());
        let credential = Credential::Generate(PasswordLength::default());
        world
            .plan(&app("my-shop", defaults()), credential)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        problem("kind: Database\nmetadata: {name: other, namespace: postgres}\n"),
        "own.hbs: the manifest that it gives has metadata.name \"other\", which must be \"my-shop-db\""
    );
    assert_eq!(
        problem("kind: Database\n---\nkind: Database\n"),
        "own.hbs: the manifest that it gives has 2 documents instead of one"
    );
    assert!(
        problem("{{nonsense}}").starts_with("own.hbs: "),
        "{}",
        problem("{{nonsense}}")
    );
    assert!(problem("a: [").starts_with("own.hbs: the manifest that it gives is no valid YAML"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn planning_twice_gives_an_empty_set(
        name in "[a-z]([a-z0-9-]{0,20}[a-z0-9])?",
        database_role: bool,
        connection_keys: bool,
        extensions in prop::collection::btree_set("[a-z][a-z0-9_]{0,8}(@[0-9.]{1,4})?", 0..3),
        schemas in prop::collection::btree_set("[a-oq-z][a-z0-9_]{0,8}", 0..3),
        limit in prop::option::of(1..1000i32),
        scope in prop::sample::select(Scope::ALL.to_vec()),
        given in prop::option::of("[ -~]{1,40}"),
    ) {
        let names: std::collections::BTreeSet<_> = extensions.iter().map(|text| text.split('@').next().unwrap().to_owned()).collect();
        prop_assume!(names.len() == extensions.len() && name != "blog" && name != "app" && name != "postgres" && name != "public" && name != "none");
        let options = AppOptions {
            extensions: extensions.iter().map(|text| text.parse().unwrap()).collect(),
            schemas: schemas.iter().map(|text| text.parse().unwrap()).collect(),
            connection_limit: limit.map(|limit| limit.to_string().parse().unwrap()),
            roles: if database_role { RoleStyle::DatabaseRole } else { RoleStyle::Managed },
            scope,
            connection_keys,
            ..AppOptions::default()
        };
        let app = app(&name, options);
        let mut world = world();
        let given = given.and_then(|text| Password::from_bytes(zeroize::Zeroizing::new(text.into_bytes())).ok());
        let credential = given.map_or(Credential::Generate(PasswordLength::default()), Credential::Given);
        let first = world.plan(&app, credential).unwrap();
        prop_assert!(!first.changes.is_empty());
        world.apply(&first);
        let second = world.generated(&app);
        prop_assert!(second.changes.is_empty(), "{:?}", second.changes);
        prop_assert!(second.pieces.iter().all(|piece| piece.state == PieceState::Kept));
    }
}
