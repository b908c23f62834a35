//! Apps that are whole: by the product, by hand, in each style.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::domain::app::{App, AppOptions, AppRequest};
use crate::domain::choice::{ReclaimPolicy, RoleStyle};
use crate::domain::password::PasswordLength;
use crate::domain::time::UnixTime;
use crate::new_app::{Credential, Inputs, plan};
use crate::render::Templates;
use crate::sealing::SealingKey;
use crate::target::TargetRequest;

const CLUSTER: &str =
    include_str!("../../../tests/fixtures/guide/infra/databases/postgres/postgres-cluster.yaml");
const KUSTOMIZATION: &str =
    include_str!("../../../tests/fixtures/guide/infra/databases/postgres/kustomization.yaml");
const VECTORS: &str = include_str!("../../../tests/vectors/vectors.json");
const GUIDE: &str = "infra/databases/postgres";

/// The guide's repository after `new-app my-shop`, and its target.
fn after_new_app(roles: RoleStyle) -> (Snapshot, Target) {
    let path = |name: &str| format!("{GUIDE}/{name}").parse().unwrap();
    let snapshot = Snapshot::new([
        (path("postgres-cluster.yaml"), CLUSTER.to_owned()),
        (path("kustomization.yaml"), KUSTOMIZATION.to_owned()),
    ]);
    let target = Target::resolve(&TargetRequest::default(), &snapshot).unwrap();
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let certificate = vectors["keys"][0]["certificate_pem"].as_str().unwrap();
    let key = SealingKey::from_pem(certificate, UnixTime::new(1_800_000_000)).unwrap();
    let request = AppRequest {
        name: "my-shop".parse().unwrap(),
        namespaces: vec!["shop".parse().unwrap()],
        role: None,
        database: None,
        secret: None,
        options: AppOptions {
            connection_keys: true,
            extensions: vec!["pgcrypto".parse().unwrap(), "postgis@3.4".parse().unwrap()],
            schemas: vec!["audit".parse().unwrap()],
            encoding: None,
            locale: None,
            connection_limit: None,
            reclaim: ReclaimPolicy::Retain,
            roles,
            ..AppOptions::default()
        },
    };
    let app = App::new(request).unwrap();
    let inputs = Inputs {
        app: &app,
        target: &target,
        snapshot: &snapshot,
        templates: &Templates::default(),
        key: Some(&key),
    };
    let credential = Credential::Generate(PasswordLength::default());
    let plan = plan(&inputs, credential, &mut StdRng::seed_from_u64(7)).unwrap();
    (plan.changes.applied_to(&snapshot), target)
}

fn present(name: &str) -> DeclaredItem {
    DeclaredItem {
        name: name.to_owned(),
        version: None,
        ensure: Ensure::Present,
    }
}

#[test]
fn by_the_product() {
    let (snapshot, target) = after_new_app(RoleStyle::Managed);
    let mut declared = apps(&snapshot, &target);
    let app = declared.apps.pop().unwrap();
    assert_eq!(
        shown(&declared),
        [
            "blog: blog - blog-db-creds-is-not-there missing [Credential, Database]"
                .replace("blog-db-creds-is-not-there", "-")
        ]
    );
    let mut credential = app.credential.unwrap();
    let encrypted = std::mem::take(&mut credential.encrypted);
    assert_eq!(
        encrypted.keys().collect::<Vec<_>>(),
        ["password", "username"]
    );
    assert!(encrypted.values().all(|value| value.starts_with('A')));
    let keys = [
        "dbname", "host", "jdbc-uri", "pgpass", "port", "uri", "user",
    ];
    assert_eq!(
        credential,
        DeclaredCredential {
            name: "my-shop-db-creds".to_owned(),
            source: CredentialSource::SealedSecret,
            place: place("infra/databases/postgres/my-shop-secrets-sealed.yaml", 1),
            encrypted: BTreeMap::new(),
            open_keys: keys.map(str::to_owned).into(),
            database: Some("my_shop".to_owned()),
            host: Some("postgres-shared-rw.postgres.svc".to_owned()),
            secret_type: Some("kubernetes.io/basic-auth".to_owned()),
            reloads: true,
            wave: Some("0".to_owned()),
            reflection: mirrored("shop", "shop"),
            scope: Scope::Strict,
            app: Some("my-shop".to_owned()),
            again: Vec::new(),
        }
    );
    assert_eq!(
        (app.name.as_str(), app.is_own, app.role, app.database),
        (
            "my-shop",
            true,
            Some(DeclaredRole {
                name: "my_shop".to_owned(),
                source: RoleSource::Managed,
                place: place("infra/databases/postgres/postgres-cluster.yaml", 19),
                password_secret: Some("my-shop-db-creds".to_owned()),
                secret_origin: None,
                login: true,
                disables_password: false,
                is_bootstrapped: false,
                ensure: Ensure::Present,
                superuser: false,
                attributes: Vec::new(),
                in_roles: Vec::new(),
                comment: None,
                kept: None,
                app: None,
                again: Vec::new(),
            }),
            Some(DeclaredDatabase {
                object: "my-shop-db".to_owned(),
                name: "my_shop".to_owned(),
                owner: Some("my_shop".to_owned()),
                place: place("infra/databases/postgres/my-shop-db.yaml", 1),
                extensions: vec![
                    present("pgcrypto"),
                    DeclaredItem {
                        version: Some("3.4".to_owned()),
                        ..present("postgis")
                    }
                ],
                schemas: vec![present("audit")],
                encoding: None,
                locale: None,
                connection_limit: None,
                reclaim: ReclaimPolicy::Retain,
                ensure: Ensure::Present,
                app: Some("my-shop".to_owned()),
                again: Vec::new(),
            })
        )
    );
}

/// Both flags set, and these lists.
fn mirrored(allowed: &str, automatic: &str) -> Reflection {
    Reflection::read(|key| match key.rsplit_once('/')?.1 {
        "reflection-allowed" | "reflection-auto-enabled" => Some("true"),
        "reflection-allowed-namespaces" => Some(allowed),
        "reflection-auto-namespaces" => Some(automatic),
        _ => None,
    })
}

#[test]
fn by_the_product_as_an_object() {
    let (snapshot, target) = after_new_app(RoleStyle::DatabaseRole);
    let mut declared = apps(&snapshot, &target);
    let app = declared.apps.pop().unwrap();
    assert_eq!(
        app.role,
        Some(DeclaredRole {
            name: "my_shop".to_owned(),
            source: RoleSource::DatabaseRole("my-shop-role".to_owned()),
            place: place("infra/databases/postgres/my-shop-role.yaml", 1),
            password_secret: Some("my-shop-db-creds".to_owned()),
            secret_origin: None,
            login: true,
            disables_password: false,
            is_bootstrapped: false,
            ensure: Ensure::Present,
            superuser: false,
            attributes: Vec::new(),
            in_roles: Vec::new(),
            comment: None,
            kept: None,
            app: Some("my-shop".to_owned()),
            again: Vec::new(),
        })
    );
    assert_eq!((app.missing(), app.mismatches()), (Vec::new(), Vec::new()));
}

#[test]
fn by_hand_from_the_guide() {
    let declared = apps(
        &snapshot(&[
            ("cluster.yaml", &cluster(&[("shop_user", "shop-db-creds")])),
            ("anything.yaml", &database("shop-db", "shop_user")),
            ("other.yml", &sealed("shop-db-creds", "shop")),
        ]),
        &target(),
    );
    let sealed = [("password", "AgP="), ("username", "AgU=")];
    assert_eq!(
        declared.apps,
        [DeclaredApp {
            name: "shop".to_owned(),
            is_own: false,
            role: Some(DeclaredRole {
                name: "shop_user".to_owned(),
                source: RoleSource::Managed,
                place: place("infra/pg/cluster.yaml", 10),
                password_secret: Some("shop-db-creds".to_owned()),
                secret_origin: None,
                login: true,
                disables_password: false,
                is_bootstrapped: false,
                ensure: Ensure::Present,
                superuser: false,
                attributes: Vec::new(),
                in_roles: Vec::new(),
                comment: None,
                kept: None,
                app: None,
                again: Vec::new(),
            }),
            login: None,
            database: Some(DeclaredDatabase {
                object: "shop-db".to_owned(),
                name: "shop_user".to_owned(),
                owner: Some("shop_user".to_owned()),
                place: place("infra/pg/anything.yaml", 1),
                extensions: Vec::new(),
                schemas: Vec::new(),
                encoding: None,
                locale: None,
                connection_limit: None,
                reclaim: ReclaimPolicy::Retain,
                ensure: Ensure::Present,
                app: None,
                again: Vec::new(),
            }),
            guest_in: None,
            access: None,
            service: None,
            pooler: None,
            credential: Some(DeclaredCredential {
                name: "shop-db-creds".to_owned(),
                source: CredentialSource::SealedSecret,
                place: place("infra/pg/other.yml", 1),
                encrypted: sealed
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .into(),
                open_keys: BTreeSet::new(),
                database: None,
                host: None,
                secret_type: Some("Opaque".to_owned()),
                reloads: false,
                wave: None,
                reflection: mirrored("shop", ""),
                scope: Scope::Strict,
                app: None,
                again: Vec::new(),
            }),
        }]
    );
    assert_eq!((declared.unreadable, declared.renamed_by), (vec![], None));
}

#[test]
fn all_in_one_list() {
    let mut list = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    for text in [database("shop-db", "shop"), sealed("shop-db-creds", "shop")] {
        let lines: Vec<&str> = text.lines().collect();
        list.push_str(&format!("  - {}\n", lines.join("\n    ")));
    }
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &[("all.yaml", &list)]),
        ["shop: shop shop-db shop-db-creds"]
    );
}

#[test]
fn two_databases_share_a_role() {
    let shop = labelled(&database("shop-db", "shop"), "shop");
    let audit = database("shop-audit-db", "shop");
    let credential = labelled(&sealed("shop-db-creds", "shop"), "shop");
    let files = [
        ("a.yaml", shop.as_str()),
        ("b.yaml", &audit),
        ("c.yaml", &credential),
    ];
    assert_eq!(
        found(&[("shop", "shop-db-creds")], &files),
        [
            "shop own: shop shop-db shop-db-creds",
            "shop-audit: shop shop-audit-db shop-db-creds"
        ]
    );
}

#[test]
fn clashing_names() {
    let files = [
        ("a.yaml", database("shop", "first")),
        ("b.yaml", database("shop-db", "second")),
        ("c.yaml", labelled(&database("x-db", "third"), "shop")),
        ("d.yaml", labelled(&database("y-db", "fourth"), "shop")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let missing = "missing [Credential, Role]";
    assert_eq!(
        found(&[], &files),
        [
            format!("shop own: - x-db - {missing}"),
            format!("shop-2: - shop - {missing}"),
            format!("shop-db: - shop-db - {missing}"),
            format!("y own: - y-db - {missing}"),
        ]
    );
}

#[test]
fn other_makers_of_the_secret() {
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: shop\nspec:\n  target:\n    name: shop-db-creds\n    template:\n      type: kubernetes.io/basic-auth\n      metadata:\n        labels:\n          cnpg.io/reload: \"\"\n        annotations:\n          reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n          reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"\n          reflector.v1.k8s.emberstack.com/reflection-auto-namespaces: shop\n      data:\n        uri: x\n";
    let open = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop-db-creds\nstringData:\n  username: shop\n  password: hunter2\n";
    let files = [
        ("cluster.yaml", cluster(&[("shop", "shop-db-creds")])),
        ("db.yaml", database("shop-db", "shop")),
        ("external.yaml", external.to_owned()),
        ("open.yaml", open.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let credential = |files: &[(&str, &str)]| {
        let mut declared = apps(&snapshot(files), &target());
        declared.apps.pop().unwrap().credential.unwrap()
    };
    let first = credential(&files);
    assert_eq!(
        first,
        DeclaredCredential {
            name: "shop-db-creds".to_owned(),
            source: CredentialSource::ExternalSecret,
            place: place("infra/pg/external.yaml", 1),
            encrypted: BTreeMap::new(),
            open_keys: ["uri".to_owned()].into(),
            database: None,
            host: None,
            secret_type: Some("kubernetes.io/basic-auth".to_owned()),
            reloads: true,
            wave: None,
            reflection: mirrored("", "shop"),
            scope: Scope::Strict,
            app: None,
            again: vec![place("infra/pg/open.yaml", 1)],
        }
    );
    let files: Vec<_> = files
        .into_iter()
        .filter(|(path, _)| *path != "external.yaml")
        .collect();
    let second = credential(&files);
    assert_eq!(second.source, CredentialSource::Secret);
    assert_eq!(
        second.open_keys,
        ["password".to_owned(), "username".to_owned()].into()
    );
    assert!(!format!("{second:?}").contains("hunter2"));
}
