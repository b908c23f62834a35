use super::*;
use crate::render::Templates;
use crate::repo::change_set::{Change, ChangeSet};
use crate::repo::path::RepoPath;
use crate::settings::Settings;
use crate::target::{Target, TargetRequest};

const SETTINGS: &str =
    "engine: postgres\ncluster: legacy\nhost: db.example.org\nnamespace: postgres\n";
const FILE: &str = "infra/databases/postgres/legacy-sync.yaml";

fn path(text: &str) -> RepoPath {
    text.parse().unwrap()
}

fn target() -> Target {
    let settings = Settings::parse(SETTINGS).unwrap();
    let chosen = settings.target(None).unwrap().settings;
    let request = TargetRequest::default().or_settings(&chosen);
    Target::resolve(&request, &Snapshot::default()).unwrap()
}

fn declared(json: &str) -> Declarations {
    serde_json::from_str(json).unwrap()
}

fn rendered(declarations: &Declarations) -> String {
    let target = target();
    let manifest = Manifest {
        target: &target,
        declarations,
    };
    manifest.render(&Templates::default()).unwrap()
}

const ROWS: &str = r#"{"roles":[
{"name":"gone","object":"gone-role","ensure":"absent"},
{"name":"mail","app":"mail","object":"mail-role","login":true,"secret":"mail-login","external":true},
{"name":"my_shop","app":"my-shop","object":"my-shop-role","login":true,"secret":"my-shop-db-creds","inRoles":["team"],"comment":"\"it's\": # a shop\u0085"},
{"name":"old","app":"old-shop","object":"old-shop-role","kept":{"app":"old-shop","database":"old_data"}}],
"databases":[
{"name":"gone","object":"gone-db","owner":"gone","ensure":"absent"},
{"name":"my_shop","app":"my-shop","object":"my-shop-db","owner":"my_shop","extensions":[{"name":"pgcrypto"},{"name":"hstore","version":"1.8"}],"schemas":["audit"],"encoding":"UTF8","locale":"C","connectionLimit":5}],
"access":[
{"app":"my-shop","database":"my_shop","owner":"my_shop","isolate":true,"levels":["reader"],"grants":[{"to":"etl","on":"table","schema":"audit","name":"log","privileges":["SELECT"]}]}]}
"#;

#[test]
fn the_manifest() {
    let text = rendered(&declared(ROWS));
    let file = SyncFile::read(&path(FILE), &text).unwrap();
    insta::assert_snapshot!(without_fixed_scripts(&text).replace(&file.hash.unwrap(), "HASH"));
}

/// The same text without the lines of the scripts that are the same for every server.
fn without_fixed_scripts(text: &str) -> String {
    let mut is_kept = true;
    let mut kept = String::new();
    for line in text.lines() {
        let key = line
            .strip_prefix("  ")
            .and_then(|line| line.strip_suffix(": |"));
        if let Some(key) = key {
            is_kept = key.starts_with(|c: char| c.is_ascii_digit()) || key == "declared.json";
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        is_kept |= line == "---";
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn rows_survive_the_file_and_their_declarations() {
    let declarations = declared(ROWS);
    assert_eq!(declarations.json(), ROWS);
    let text = rendered(&declarations);
    let read = SyncFile::read(&path(FILE), &text).unwrap();
    assert_eq!(read.declarations, declarations);
    assert_eq!(read.hash.as_deref(), Some(read.actual_hash.as_str()));
    let mut snapshot = Snapshot::new([(path(FILE), text.clone())]);
    expand(&mut snapshot).unwrap();
    // All are taken back from what is shown of them.
    let mut changes = ChangeSet::default();
    for (path, text) in snapshot.files() {
        if path.as_str() != FILE {
            changes.write(path.clone(), None, text.to_owned());
        }
    }
    assert_eq!(changes.changes().len(), 7);
    let target = target();
    let templates = Templates::default();
    let empty = Snapshot::default();
    let folding = Folding {
        target: &target,
        snapshot: &empty,
        templates: &templates,
    };
    let folded = fold(changes, folding).unwrap();
    let [Change::Create { path, after }] = folded.changes() else {
        panic!("{folded:?}");
    };
    assert_eq!((path.as_str(), after.as_str()), (FILE, text.as_str()));
}
