use super::{parsed, problems};
use crate::settings::Settings;

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
  the keys here are cluster, namespace, clusterFile, directory, certificate, controllerName, controllerNamespace, waves, roles, scope, reclaim, connectionKeys, passwordLength, templates, isolate, jobImage, networkPolicy, engine, host, port, connectionSecret, connectionKey, schedule, timeZone, allowPlaintext
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
  the keys here are version, defaultTarget, cluster, namespace, clusterFile, directory, certificate, controllerName, controllerNamespace, waves, roles, scope, reclaim, connectionKeys, passwordLength, templates, isolate, jobImage, networkPolicy, engine, host, port, connectionSecret, connectionKey, schedule, timeZone, allowPlaintext, lint, targets
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
        format!(".pgdb.yaml:{place}: the sync-waves are not in ascending order: {waves}\n{help}")
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
    parsed("waves: {secret: 0, cluster: 2, database: 1}\ntargets: {a: {waves: {database: 3}}}\n");
}

#[test]
fn what_lint_cannot_leave_out() {
    let text = "\
lint:
  ignore:
    - rule: PGDB402
    - reason: because
      path: x
    - { rule: PGDB1, reason: ' ' }
    - PGDB402
    - { rule: PGDB1, reason: a, paths: [../x, ''] }
  colour: blue
";
    assert_eq!(
        problems(text),
        "\
.pgdb.yaml:3:7: this entry has no \"reason\"
  add `reason: moves to a vault`
.pgdb.yaml:4:7: this entry has no \"rule\"
  add `rule: PGDB402`
.pgdb.yaml:5:7: unknown key \"path\"
  did you mean \"paths\"?
.pgdb.yaml:6:7: this entry has no \"reason\"
  add `reason: moves to a vault`
.pgdb.yaml:7:7: an entry of \"ignore\" takes keys and values, not a single value
  write its keys, such as `rule: PGDB402` and `reason: moves to a vault`
.pgdb.yaml:8:41: paths: the path \"../x\" leaves the repository with `..`
  give a path below the repository's root, with `/` between its parts, such as infra/databases/postgres
.pgdb.yaml:8:47: \"paths\" takes a list of paths, not \"\"
  write it like `paths: [legacy]`
.pgdb.yaml:9:3: unknown key \"colour\"
  the keys here are ignore
"
    );
    assert_eq!(
        problems("lint: []\n"),
        ".pgdb.yaml:1:7: \"lint\" takes keys and values, not a list\n  write it like `lint: { ignore: [{ rule: PGDB402, paths: [legacy], reason: moves to a vault }] }`\n"
    );
    assert_eq!(
        problems("lint: { ignore: PGDB402 }\n"),
        ".pgdb.yaml:1:17: \"ignore\" takes a list, not a single value\n  write it like `ignore: [{ rule: PGDB402, paths: [legacy], reason: moves to a vault }]`\n"
    );
}
