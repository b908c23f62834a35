use proptest::prelude::*;

use super::*;

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
targets:
  prod:
    cluster: postgres-shared
    namespace: postgres
    clusterFile: infra/databases/postgres/postgres-cluster.yaml
    directory: infra/databases/postgres
    certificate: infra/sealed-secrets/pub-cert.pem
    waves: { secret: -1, cluster: \"5\", database: 20 }
";

fn full() -> TargetSettings {
    TargetSettings {
        cluster: Some("postgres-shared".parse().unwrap()),
        namespace: Some("postgres".parse().unwrap()),
        cluster_file: Some(path("infra/databases/postgres/postgres-cluster.yaml")),
        directory: Some(path("infra/databases/postgres")),
        certificate: Some(path("infra/sealed-secrets/pub-cert.pem")),
        waves: waves(Some(-1), Some(5), Some(20)),
        roles: Some(RoleStyle::DatabaseRole),
        scope: Some(Scope::NamespaceWide),
        reclaim: Some(ReclaimPolicy::Delete),
        connection_keys: Some(false),
        password_length: Some(PasswordLength::new(48).unwrap()),
        templates: Some(path(".pgdb/templates")),
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

mod refusing {
    use super::*;

    #[test]
    fn several_things_at_once_in_order() {
        let text = "\
version: 2
defaultTarget: prdo
clusterfile: x.yaml
targets:
  prod:
    cluster: Shared
    waves: { secret: first, cluster: 1.5 }
    directory: ../elsewhere
  Staging:
    roles: [managed]
    colour: blue
scope: wide
scope: strict
";
        assert_eq!(
            problems(text),
            "\
.pgdb.yaml:1:10: unknown version \"2\"
  write `version: 1`, or use a newer kubectl-pgdb
.pgdb.yaml:2:16: the default target \"prdo\" is not among the targets
  did you mean \"prod\"?
.pgdb.yaml:3:1: unknown key \"clusterfile\"
  did you mean \"clusterFile\"?
.pgdb.yaml:6:14: cluster: the cluster name \"Shared\" holds the capital letter 'S'
  use at most 50 lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit
.pgdb.yaml:7:22: \"secret\" takes a whole number, not \"first\"
  write it like `secret: 0`
.pgdb.yaml:7:38: \"cluster\" takes a whole number, not \"1.5\"
  write it like `cluster: 1`
.pgdb.yaml:8:16: directory: the path \"../elsewhere\" leaves the repository with `..`
  give a path below the repository's root, with `/` between its parts, such as infra/databases/postgres
.pgdb.yaml:9:3: the target name \"Staging\" holds the capital letter 'S'
  use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit
.pgdb.yaml:10:12: \"roles\" takes managed or databaserole, not a list
  write it like `roles: managed`
.pgdb.yaml:11:5: unknown key \"colour\"
  the keys here are cluster, namespace, clusterFile, directory, certificate, waves, roles, scope, reclaim, connectionKeys, passwordLength, templates
.pgdb.yaml:12:8: scope: there is no sealing scope \"wide\"
  the scopes are strict, namespace-wide and cluster-wide
.pgdb.yaml:13:1: the key \"scope\" is given twice, first on line 12
  keep one of them
"
        );
        assert_eq!(
            Settings::parse("a: 1\nb: 1").unwrap_err().to_string(),
            ".pgdb.yaml:1:1: unknown key \"a\"\n.pgdb.yaml:2:1: unknown key \"b\""
        );
    }

    #[test]
    fn what_is_no_settings_file() {
        for (text, expected) in [
            (
                "cluster: one\n  two: [\n",
                "\
.pgdb.yaml:2:6: this is no YAML: mapping values are not allowed in this context
  mend that line, or the one before it; a value with `: ` or ` #` in it needs quotes
",
            ),
            (
                "cluster: one\n---\nnamespace: x\n",
                "\
.pgdb.yaml:3:1: a second YAML document begins here
  the settings are one document: remove the `---` or what follows it
",
            ),
            (
                "- cluster\n",
                "\
.pgdb.yaml:1:1: the file takes keys and values, not a list
  write `key: value`, such as `cluster: postgres-shared`
",
            ),
            (
                "cluster\n",
                "\
.pgdb.yaml:1:1: the file takes keys and values, not a single value
  write `key: value`, such as `cluster: postgres-shared`
",
            ),
        ] {
            assert_eq!(problems(text), expected);
        }
    }

    #[test]
    fn keys_in_the_wrong_place_or_shape() {
        for (text, expected) in [
            (
                "secret: 1\n",
                "\
.pgdb.yaml:1:1: unknown key \"secret\"
  \"secret\" stands below `waves`
",
            ),
            (
                "targets: {prod: {version: 1}}\n",
                "\
.pgdb.yaml:1:18: unknown key \"version\"
  \"version\" stands at the top level alone
",
            ),
            (
                "waves:\n  namespace: x\n  databse: 1\n",
                "\
.pgdb.yaml:2:3: unknown key \"namespace\"
  \"namespace\" stands in a target or at the top level
.pgdb.yaml:3:3: unknown key \"databse\"
  did you mean \"database\"?
",
            ),
            (
                "? [a]\n: 1\n? {a: b}\n: 1\n: 1\n",
                "\
.pgdb.yaml:1:3: a key must be a word, not a list
  write `key: value`
.pgdb.yaml:3:3: a key must be a word, not keys and values
  write `key: value`
.pgdb.yaml:5:1: a key must be a word, not nothing
  write `key: value`
",
            ),
            (
                "targets:\n  prod:\n  prod: {cluster: x, cluster: y}\n",
                "\
.pgdb.yaml:3:3: the key \"prod\" is given twice, first on line 2
  keep one of them
.pgdb.yaml:3:22: the key \"cluster\" is given twice, first on line 3
  keep one of them
",
            ),
            (
                "\"\\e[31m\": 1\n",
                "\
.pgdb.yaml:1:1: unknown key \"\\u{1b}[31m\"
  the keys here are version, defaultTarget, cluster, namespace, clusterFile, directory, certificate, waves, roles, scope, reclaim, connectionKeys, passwordLength, templates, targets
",
            ),
        ] {
            assert_eq!(problems(text), expected);
        }
    }

    #[test]
    fn values_of_the_wrong_kind() {
        for (text, expected) in [
            (
                "cluster:\nroles: ~\n",
                "\
.pgdb.yaml:1:1: \"cluster\" has no value
  write a value, such as `cluster: postgres-shared`, or remove the key
.pgdb.yaml:2:1: \"roles\" has no value
  write a value, such as `roles: managed`, or remove the key
",
            ),
            (
                "clusterFile: {path: x}\n",
                "\
.pgdb.yaml:1:14: \"clusterFile\" takes a file's path, not keys and values
  write it like `clusterFile: infra/databases/postgres/postgres-cluster.yaml`
",
            ),
            (
                "certificate: ./\ndirectory: ''\n",
                "\
.pgdb.yaml:1:14: \"certificate\" takes a file's path, not the repository's root
  write it like `certificate: infra/sealed-secrets/pub-cert.pem`
.pgdb.yaml:2:12: \"directory\" takes a folder's path, not \"\"
  write it like `directory: infra/databases/postgres`
",
            ),
            (
                "connectionKeys: yes\npasswordLength: long\n",
                "\
.pgdb.yaml:1:17: \"connectionKeys\" takes true or false, not \"yes\"
  write it like `connectionKeys: true`
.pgdb.yaml:2:17: passwordLength: the password length \"long\" is not a whole number
  give a number of characters from 22 (128 bits) to 256; 32 is the default
",
            ),
            (
                "waves: [0, 1, 2]\ntargets: [prod]\ndefaultTarget: prod\n",
                "\
.pgdb.yaml:1:8: \"waves\" takes keys and values, not a list
  write it like `waves: { secret: 0, cluster: 1, database: 2 }`
.pgdb.yaml:2:10: \"targets\" takes keys and values, not a list
  write it like `targets: { prod: {}, staging: {} }`
",
            ),
            (
                "targets:\n  prod: postgres-shared\n",
                "\
.pgdb.yaml:2:9: the target \"prod\" takes keys and values, not a single value
  write its keys below it, such as `cluster: postgres-shared`
",
            ),
            (
                "waves: {secret: 3000000000, cluster: ''}\nversion: one\n",
                "\
.pgdb.yaml:1:17: \"secret\" takes a whole number, not \"3000000000\"
  write it like `secret: 0`
.pgdb.yaml:1:38: \"cluster\" takes a whole number, not \"\"
  write it like `cluster: 1`
.pgdb.yaml:2:10: unknown version \"one\"
  write `version: 1`, or use a newer kubectl-pgdb
",
            ),
            (
                "namespace: |\n  postgres\nreclaim: keep\ndefaultTarget: My Target\n",
                "\
.pgdb.yaml:2:3: namespace: the namespace \"postgres\\n\" holds a line end
  use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit
.pgdb.yaml:3:10: reclaim: the reclaim policy \"keep\" is not known
  use retain or delete
.pgdb.yaml:4:16: defaultTarget: the target name \"My Target\" holds the capital letter 'M'
  use at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit
",
            ),
        ] {
            assert_eq!(problems(text), expected);
        }
    }

    #[test]
    fn yaml_that_refers_elsewhere() {
        let text = "\
targets:
  staging: &base { cluster: &name one }
  prod:
    <<: *base
    cluster: *name
    namespace: !!str postgres
  test: *base
";
        assert_eq!(
            problems(text),
            "\
.pgdb.yaml:4:5: the merge key `<<` is not read here
  write the value out; what holds for every target can stand at the top level
.pgdb.yaml:5:14: an alias is not read here
  write the value out; what holds for every target can stand at the top level
.pgdb.yaml:6:22: a tag is not read here
  remove the tag: every value is read as its key needs it
.pgdb.yaml:7:9: an alias is not read here
  write the value out; what holds for every target can stand at the top level
"
        );
        assert_eq!(
            problems("cluster: &a x\n*a : y\n!!str roles: z\n"),
            "\
.pgdb.yaml:2:1: an alias is not read here
  write the value out; what holds for every target can stand at the top level
.pgdb.yaml:3:7: a tag is not read here
  remove the tag: every value is read as its key needs it
"
        );
    }

    #[test]
    fn a_default_that_is_no_target() {
        assert_eq!(
            problems("defaultTarget: prod\ncluster: x\n"),
            "\
.pgdb.yaml:1:16: the default target \"prod\" is not among the targets
  there are no targets: add it below `targets`
"
        );
        assert_eq!(
            problems("targets: {staging: , prod: }\ndefaultTarget: test\n"),
            "\
.pgdb.yaml:2:16: the default target \"test\" is not among the targets
  use one of staging, prod
"
        );
    }

    #[test]
    fn waves_that_do_not_ascend() {
        let help = "  Argo CD syncs lower waves first: the credential must be there before the role, and the role before \
                    the database; set `waves` in .pgdb.yaml, or mend the Cluster's own sync-wave annotation\n";
        let message = |place: &str, waves: &str| {
            format!(
                ".pgdb.yaml:{place}: the sync-waves are not in ascending order: {waves}\n{help}"
            )
        };
        assert_eq!(
            problems("waves: {secret: 1, cluster: 1, database: 2}\n"),
            message("1:1", "SealedSecret 1, Cluster 1, Database 2")
        );
        let text = "\
waves: {secret: 5, database: 4}
targets:
  a: {waves: {cluster: 6}}
  b: {waves: {cluster: 4, secret: 3, database: 9}}
  c: {waves: {secret: 1}}
  d: {}
";
        assert_eq!(
            problems(text),
            message("3:7", "SealedSecret 5, Cluster 6, Database 4")
        );
        let text = "waves: {secret: 0, cluster: 2, database: 1}\ntargets: {a: , b: {waves: {cluster: 3}}, c: }\n";
        assert_eq!(
            problems(text),
            message("1:1", "SealedSecret 0, Cluster 2, Database 1")
                + &message("2:20", "SealedSecret 0, Cluster 3, Database 1")
        );
        // The top level alone would not do, but no target is left with it.
        parsed(
            "waves: {secret: 0, cluster: 2, database: 1}\ntargets: {a: {waves: {database: 3}}}\n",
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
