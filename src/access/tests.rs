//! Manifests of the access to databases, and the groups that hold the privileges of levels.

use super::*;
use crate::declared::{Declared, access_in, apps};
use crate::domain::access::Level;
use crate::domain::choice::RoleStyle;
use crate::repo::snapshot::Snapshot;
use crate::settings::WaveSettings;
use crate::target::TargetRequest;

const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
  namespace: postgres
spec:
  instances: 3
";

/// What a manifest is made from.
struct World {
    snapshot: Snapshot,
    target: Target,
    templates: Templates,
}

impl World {
    /// A Cluster whose spec has these lines too.
    fn with(spec: &str) -> Self {
        Self::of(&format!("{CLUSTER}{spec}"), TargetRequest::default())
    }

    fn of(cluster: &str, request: TargetRequest) -> Self {
        let path: RepoPath = "db/cluster.yaml".parse().unwrap();
        let snapshot = Snapshot::new([(path, cluster.to_owned())]);
        let target = Target::resolve(&request, &snapshot).unwrap();
        Self {
            snapshot,
            target,
            templates: Templates::default(),
        }
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            target: &self.target,
            templates: &self.templates,
        }
    }

    /// The text of the only file that is written.
    fn written(&self, access: &Access) -> String {
        let subject = subject("my-shop");
        let mut draft = Draft::new(&self.snapshot);
        let wanted = Wanted {
            subject: &subject,
            access,
            there: None,
        };
        let files = write(self.ground(), &[wanted], &mut draft).unwrap();
        let [path] = files.as_slice() else {
            panic!("{files:?}");
        };
        assert_eq!(path.as_str(), "db/my-shop-access.yaml");
        draft.text(path).unwrap().to_owned()
    }

    fn declared(&self) -> Declared {
        apps(&self.snapshot, &self.target)
    }
}

fn subject(app: &str) -> Subject {
    let name = app.replace('-', "_");
    Subject {
        app: app.parse().unwrap(),
        database: name.parse().unwrap(),
        owner: name.parse().unwrap(),
        secret: format!("{app}-db-creds").parse().unwrap(),
    }
}

fn isolated() -> Access {
    Access {
        isolate: Some(true),
        ..Access::default()
    }
}

/// A manifest without what its scripts say.
fn without_scripts(text: &str) -> String {
    let mut shown = String::new();
    let mut is_script = false;
    for line in text.lines() {
        if is_script && (line.is_empty() || line.starts_with("    ")) {
            continue;
        }
        is_script = line == "  privileges.sql: |" || line == "  run.sh: |";
        let line = match line.split_once("script-sha256: ") {
            Some((front, _)) => format!("{front}script-sha256: <hash>"),
            None => line.to_owned(),
        };
        shown.push_str(&format!("{line}\n"));
    }
    shown
}

/// The image of a Job, and the Secrets that it is pulled with.
fn image(world: &World) -> (String, Vec<String>) {
    let text = world.written(&isolated());
    let found = |key: &str| {
        let lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(key));
        lines
            .map(|value| value.trim_matches('"').to_owned())
            .collect::<Vec<_>>()
    };
    let secrets = match text.contains("imagePullSecrets") {
        true => found("- name: ")
            .into_iter()
            .take_while(|name| name != "psql")
            .collect(),
        false => Vec::new(),
    };
    (found("image: ").remove(0), secrets)
}

#[test]
fn a_manifest_says_what_its_script_does() {
    let mut access = Access {
        levels: vec![Level::Reader],
        revoked: vec!["old".parse().unwrap()],
        ..isolated()
    };
    let kind = crate::domain::access::privilege::Kind::Table;
    let privileges = kind.privileges(["SELECT"]).unwrap();
    let on = crate::domain::access::Objects::All(kind, None);
    access.add(&"etl".parse().unwrap(), &on, &privileges);
    let world = World::with("");
    let text = world.written(&access);
    insta::assert_snapshot!(without_scripts(&text));
    let path: RepoPath = "db/my-shop-access.yaml".parse().unwrap();
    let declared = access_in(&path, &text).unwrap();
    assert_eq!(declared.access.unwrap().access, access);
    assert_eq!(declared.hash, Some(declared.actual_hash));
}

#[test]
fn a_network_policy_where_the_settings_ask_for_one() {
    let mut world = World::with("");
    world.target.jobs.network_policy = true;
    let text = world.written(&isolated());
    let (_, policy) = text.split_once("kind: NetworkPolicy").unwrap();
    insta::assert_snapshot!(policy);
}

#[test]
fn the_image_has_the_server_version() {
    let of = |spec: &str| image(&World::with(spec));
    let named = |name: &str| (name.to_owned(), Vec::new());
    assert_eq!(of(""), named("ghcr.io/cloudnative-pg/postgresql:18"));
    assert_eq!(
        of("  imageName: registry.example/postgresql:16.4\n"),
        named("registry.example/postgresql:16.4")
    );
    assert_eq!(
        of("  imageCatalogRef:\n    kind: ImageCatalog\n    name: ours\n    major: 17\n"),
        named("ghcr.io/cloudnative-pg/postgresql:17")
    );
    assert_eq!(
        of("  imagePullSecrets:\n    - name: pull\n    - name: other\n"),
        (
            "ghcr.io/cloudnative-pg/postgresql:18".to_owned(),
            vec!["pull".to_owned(), "other".to_owned()]
        )
    );
    let mut world = World::with("  imageName: registry.example/postgresql:16.4\n");
    world.target.jobs.image = Some("registry.example/psql:1".parse().unwrap());
    assert_eq!(image(&world), named("registry.example/psql:1"));
}

#[test]
fn waves_follow_the_databases() {
    let request = TargetRequest {
        waves: WaveSettings {
            database: Some(8),
            ..WaveSettings::default()
        },
        ..TargetRequest::default()
    };
    let text = World::of(CLUSTER, request).written(&isolated());
    let waves = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("argocd.argoproj.io/sync-wave: "));
    assert_eq!(waves.collect::<Vec<_>>(), ["\"8\"", "\"9\""]);
}

#[test]
fn groups_are_declared_once_as_the_owner_is() {
    let world = World::with("");
    let (shop, archive) = (subject("my-shop"), subject("archive"));
    let of_one_owner = Subject {
        owner: shop.owner.clone(),
        ..archive
    };
    let blog = subject("blog");
    let groups = |subject, levels, style| Groups {
        subject,
        levels,
        style,
    };
    let all = [
        groups(&shop, &Level::ALL[..], RoleStyle::Managed),
        groups(&of_one_owner, &Level::ALL[..1], RoleStyle::Managed),
        groups(&blog, &Level::ALL[1..], RoleStyle::DatabaseRole),
    ];
    let mut draft = Draft::new(&world.snapshot);
    let files = add_groups(world.ground(), &all, &[], &mut draft).unwrap();
    let files: Vec<&str> = files.iter().map(RepoPath::as_str).collect();
    assert_eq!(files, ["db/blog-writer-role.yaml"]);
    let mut text = String::new();
    for change in draft.into_change_set().changes() {
        text.push_str(&format!("# {}\n{}", change.path(), change.after().unwrap()));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_role_that_is_no_group_is_refused() {
    for (fields, problem) in [
        ("        login: true\n", "logs in"),
        ("        superuser: true\n", "is a superuser"),
    ] {
        let world = World::with(&format!(
            "  managed:\n    roles:\n      - name: my_shop_reader\n{fields}"
        ));
        let subject = subject("my-shop");
        let groups = Groups {
            subject: &subject,
            levels: &Level::ALL,
            style: RoleStyle::Managed,
        };
        let mut draft = Draft::new(&world.snapshot);
        let declared = world.declared();
        let refused = add_groups(world.ground(), &[groups], &declared.roles, &mut draft);
        let Refused { number, error } = refused.unwrap_err();
        assert_eq!(
            (number, error.to_string()),
            (
                0,
                format!(
                    "db/cluster.yaml:10: the role \"my_shop_reader\", which would hold the privileges of a level, {problem}"
                )
            )
        );
    }
}

#[test]
fn what_stands_elsewhere_is_not_written_again() {
    let mut world = World::with("");
    let text = world.written(&isolated());
    let elsewhere: RepoPath = "db/others.yaml".parse().unwrap();
    let there = access_in(&elsewhere, &text).unwrap();
    world.snapshot.insert(elsewhere, text);
    let subject = subject("my-shop");
    let plan = |access: &Access, there: &DeclaredAccess| {
        let mut draft = Draft::new(&world.snapshot);
        let wanted = Wanted {
            subject: &subject,
            access,
            there: Some(there),
        };
        let files = write(world.ground(), &[wanted], &mut draft);
        let files = files.map_err(|refused| refused.error.to_string());
        (files, draft.into_change_set().is_empty())
    };
    // As it is to be.
    let same = plan(&isolated(), &there);
    assert_eq!(same, (Ok(vec!["db/others.yaml".parse().unwrap()]), true));
    let other = Access::default();
    assert_eq!(
        plan(&other, &there),
        (
            Err("db/others.yaml:3: the access to this database is declared here, not in db/my-shop-access.yaml".to_owned()),
            true
        )
    );
    let mut twice = there.clone();
    twice.again.push(there.place.clone());
    assert_eq!(
        plan(&isolated(), &twice),
        (
            Err("db/others.yaml:3: the access to this database is declared here, and at db/others.yaml:3 too".to_owned()),
            true
        )
    );
}
