use proptest::prelude::*;

use super::*;

mod refusing;

/// The example of the documentation: everything is given, at the top level or in the target.
const FULL: &str = "\
version: 1
defaultTarget: prod
roles: databaserole
scope: namespace-wide
reclaim: delete
connectionKeys: false
passwordLength: 48
templates: .pgdb/templates
isolate: true
jobImage: registry.example.com:5000/pg/psql:18@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
networkPolicy: true
targets:
  prod:
    cluster: postgres-shared
    namespace: postgres
    clusterFile: infra/databases/postgres/postgres-cluster.yaml
    directory: infra/databases/postgres
    certificate: infra/sealed-secrets/pub-cert.pem
    controllerName: sealed-secrets
    controllerNamespace: sealing
    waves: { secret: -1, cluster: \"5\", database: 20 }
";

fn full() -> TargetSettings {
    TargetSettings {
        cluster: Some("postgres-shared".parse().unwrap()),
        namespace: Some("postgres".parse().unwrap()),
        cluster_file: Some(path("infra/databases/postgres/postgres-cluster.yaml")),
        directory: Some(path("infra/databases/postgres")),
        certificate: Some(path("infra/sealed-secrets/pub-cert.pem")),
        controller_name: Some("sealed-secrets".parse().unwrap()),
        controller_namespace: Some("sealing".parse().unwrap()),
        waves: waves(Some(-1), Some(5), Some(20)),
        roles: Some(RoleStyle::DatabaseRole),
        scope: Some(Scope::NamespaceWide),
        reclaim: Some(ReclaimPolicy::Delete),
        connection_keys: Some(false),
        password_length: Some(PasswordLength::new(48).unwrap()),
        templates: Some(path(".pgdb/templates")),
        isolate: Some(true),
        job_image: Some("registry.example.com:5000/pg/psql:18@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".parse().unwrap()),
        network_policy: Some(true),
        ..TargetSettings::default()
    }
}

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

fn target_name(text: &str) -> TargetName {
    text.parse().unwrap()
}

fn waves(secret: Option<i32>, cluster: Option<i32>, database: Option<i32>) -> WaveSettings {
    WaveSettings {
        secret,
        cluster,
        database,
    }
}

fn parsed(text: &str) -> Settings {
    Settings::parse(text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn chosen(text: &str, wanted: Option<&str>) -> Chosen {
    parsed(text).target(wanted).unwrap()
}

fn cluster(text: &str) -> TargetSettings {
    TargetSettings {
        cluster: Some(text.parse().unwrap()),
        ..TargetSettings::default()
    }
}

/// The errors and their help, two lines each.
fn problems(text: &str) -> String {
    let errors = Settings::parse(text).expect_err(text);
    let lines = errors
        .errors()
        .iter()
        .map(|error| format!("{error}\n  {}\n", error.help()));
    lines.collect()
}

mod reading {
    use super::*;

    #[test]
    fn a_full_file() {
        assert_eq!(
            parsed(FULL).target(None),
            Ok(Chosen {
                name: Some(target_name("prod")),
                settings: full(),
            })
        );
    }

    #[test]
    fn the_top_level_alone() {
        let text = FULL.replace("defaultTarget: prod\n", "");
        let text = text.replace("targets:\n  prod:\n", "").replace("    ", "");
        assert_eq!(
            chosen(&text, None),
            Chosen {
                name: None,
                settings: full(),
            }
        );
    }

    #[test]
    fn nothing() {
        for text in [
            "",
            "# only this\n",
            "---\n",
            "\u{feff}",
            "---\n# x\n",
            "{}",
            "~",
            "\r\n",
        ] {
            let settings = parsed(text);
            assert_eq!(
                settings.target(None).unwrap().settings,
                TargetSettings::default(),
                "{text:?}"
            );
            assert!(settings.is_there);
        }
    }

    #[test]
    fn a_target_wins_over_the_top_level() {
        let text = "\
cluster: shared
roles: databaserole
waves: {secret: 3, database: 9}
targets:
  staging:
    waves: {secret: 1, cluster: 2}
  prod:
    cluster: large
    roles: managed
";
        let staging = TargetSettings {
            waves: waves(Some(1), Some(2), Some(9)),
            roles: Some(RoleStyle::DatabaseRole),
            ..cluster("shared")
        };
        let prod = TargetSettings {
            waves: waves(Some(3), None, Some(9)),
            roles: Some(RoleStyle::Managed),
            ..cluster("large")
        };
        assert_eq!(chosen(text, Some("staging")).settings, staging);
        assert_eq!(chosen(text, Some("prod")).settings, prod);
    }

    #[test]
    fn some_waves_are_completed() {
        let others = Waves::new(10, 20, 30).unwrap();
        assert_eq!(
            waves(Some(0), None, Some(40)).completed(others),
            Waves::new(0, 20, 40)
        );
        assert_eq!(
            waves(None, Some(30), None)
                .completed(others)
                .unwrap_err()
                .to_string(),
            "the sync-waves are not in ascending order: SealedSecret 10, Cluster 30, Database 30"
        );
    }

    #[test]
    fn every_key() {
        for key in Place::Target.keys() {
            let text = format!("{}: {}", key.name, key.example);
            let settings = chosen(&text, None).settings;
            assert_ne!(settings, TargetSettings::default(), "{text}");
        }
        for key in Place::Waves.keys() {
            let text = format!("waves: {{ {}: {} }}", key.name, key.example);
            let settings = chosen(&text, None).settings;
            assert_ne!(settings, TargetSettings::default(), "{text}");
        }
    }

    #[test]
    fn what_lint_leaves_out() {
        let text = "\
lint:
  ignore:
    - rule: PGDB402
      paths: [legacy, apps/shop/db.yaml]
      reason: moves to a vault
    - { rule: secret-type, reason: made by hand }
";
        let ignore = |rule: &str, paths: &[&str], reason: &str| Ignore {
            rule: rule.to_owned(),
            paths: paths.iter().map(|path| path.parse().unwrap()).collect(),
            reason: reason.to_owned(),
        };
        let expected = [
            ignore(
                "PGDB402",
                &["legacy", "apps/shop/db.yaml"],
                "moves to a vault",
            ),
            ignore("secret-type", &[], "made by hand"),
        ];
        assert_eq!(Settings::parse(text).unwrap().ignores(), expected);
        let holds = |path: &str| expected[0].holds_for(&path.parse().unwrap());
        let found = [
            "legacy/a.yaml",
            "legacy",
            "apps/shop/db.yaml",
            "legacy2/a.yaml",
            "apps/shop/x.yaml",
        ];
        assert_eq!(found.map(holds), [true, true, true, false, false]);
        for key in Place::Lint.keys() {
            let text = format!("lint: {{ {}: {} }}", key.name, key.example);
            assert_eq!(Settings::parse(&text).unwrap().ignores().len(), 1);
        }
    }

    #[test]
    fn whatever_the_style() {
        let text = "\u{feff}%YAML 1.2\r\n---\r\n{ \"cluster\": 'one', ? directory : . ,\r\n  waves: ,\
                    namespace: &here 12, connectionKeys: 'true' }\r\n...\r\n";
        let expected = TargetSettings {
            directory: Some(RepoPath::root()),
            namespace: Some("12".parse().unwrap()),
            connection_keys: Some(true),
            ..cluster("one")
        };
        assert_eq!(chosen(text, None).settings, expected);
    }
}

mod choosing {
    use super::*;

    const TWO: &str = "targets: { staging: { cluster: one }, prod: { cluster: two } }\n";

    fn refused(settings: &Settings, wanted: Option<&str>) -> (String, String) {
        let error = settings.target(wanted).unwrap_err();
        (error.to_string(), error.help())
    }

    #[test]
    fn by_name_or_by_default() {
        assert_eq!(chosen(TWO, Some("prod")).settings, cluster("two"));
        let text = format!("defaultTarget: staging\n{TWO}");
        assert_eq!(
            chosen(&text, None),
            Chosen {
                name: Some(target_name("staging")),
                settings: cluster("one"),
            }
        );
        assert_eq!(chosen(&text, Some("prod")).settings, cluster("two"));
    }

    #[test]
    fn the_only_one() {
        assert_eq!(
            chosen("targets:\n  prod:\n", None),
            Chosen {
                name: Some(target_name("prod")),
                settings: TargetSettings::default(),
            }
        );
    }

    #[test]
    fn among_several() {
        let settings = parsed(TWO);
        assert_eq!(
            refused(&settings, None),
            (
                ".pgdb.yaml has several targets, staging, prod, and no `defaultTarget`".to_owned(),
                "choose one with --target, or set `defaultTarget` in .pgdb.yaml".to_owned(),
            )
        );
        assert_eq!(
            settings.target(None).unwrap_err().targets(),
            [target_name("staging"), target_name("prod")]
        );
    }

    #[test]
    fn an_unknown_one() {
        let settings = parsed(TWO);
        let message = |wanted: &str| {
            format!("there is no target {wanted} in .pgdb.yaml, which has staging, prod")
        };
        assert_eq!(
            refused(&settings, Some("prdo")),
            (message("\"prdo\""), "did you mean \"prod\"?".to_owned())
        );
        assert_eq!(
            refused(&settings, Some("d\u{202e}v\n")),
            (
                message("\"d\\u{202e}v\\n\""),
                "use one of staging, prod".to_owned()
            )
        );
    }

    #[test]
    fn where_there_are_none() {
        assert_eq!(
            refused(&Settings::default(), Some("prod")),
            (
                "there is no target \"prod\": the repository has no .pgdb.yaml".to_owned(),
                "leave --target out, or run `kubectl pgdb init` and name the targets there"
                    .to_owned(),
            )
        );
        assert_eq!(
            refused(&parsed("cluster: one"), Some("prod")),
            (
                "there is no target \"prod\": .pgdb.yaml has no `targets`".to_owned(),
                "leave --target out, or name the targets in .pgdb.yaml below `targets`".to_owned(),
            )
        );
        assert_eq!(
            Settings::default().target(None),
            Ok(Chosen {
                name: None,
                settings: TargetSettings::default(),
            })
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Settings::parse(&text);
    }

    #[test]
    fn any_yaml_like_text_is_read_or_refused(
        lines in proptest::collection::vec(
            "[ ]{0,6}([-?] )?(targets|cluster|waves|secret|scope|<<|version|defaultTarget|p|[!-~]{1,4}):? ?[ !-~é]{0,8}",
            0..12,
        )
    ) {
        let text = lines.join("\n");
        if let Err(errors) = Settings::parse(&text) {
            prop_assert!(!errors.errors().is_empty());
            let count = text.lines().count();
            for error in errors.errors() {
                prop_assert!(error.line >= 1 && error.line <= count + 1 && error.column >= 1, "{error} in {text:?}");
                prop_assert!(!error.help().is_empty());
            }
        }
    }
}
