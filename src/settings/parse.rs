//! Reads a `.pgdb.yaml`, and goes on after an error to find the others.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::error::{Problem, Refusal, SettingsError, SettingsErrors};
use super::keys::{Key, Place};
use super::{Settings, TargetSettings, WaveSettings};
use crate::domain::name::quoted;
use crate::domain::target_name::TargetName;
use crate::repo::path::RepoPath;
use crate::repo::yaml::{self, Document, Node, Value};

/// The settings in a text, or everything that is wrong in it.
pub(super) fn parse(text: &str) -> Result<Settings, SettingsErrors> {
    let stream = match yaml::parse(text) {
        Ok(stream) => stream,
        Err(error) => {
            return Err(SettingsErrors(vec![SettingsError {
                line: error.line,
                column: error.column,
                problem: Problem::NotYaml(error.problem),
            }]));
        }
    };
    let mut reader = Reader::default();
    let settings = reader.documents(&stream.documents);
    if reader.errors.is_empty() {
        return Ok(settings);
    }
    reader
        .errors
        .sort_by_key(|error| (error.line, error.column));
    Err(SettingsErrors(reader.errors))
}

/// Gathers the errors.
#[derive(Default)]
struct Reader {
    errors: Vec<SettingsError>,
}

/// A key that is a word, and its value.
struct Entry<'tree> {
    name: &'tree str,
    key: &'tree Node<'tree>,
    value: &'tree Node<'tree>,
}

/// The settings of one target as they are read.
#[derive(Default)]
struct Target<'tree> {
    settings: TargetSettings,
    /// The key `waves`, where an error about the waves is reported.
    waves: Option<&'tree Node<'tree>>,
}

impl Reader {
    fn documents(&mut self, documents: &[Document<'_>]) -> Settings {
        if let Some(second) = documents.get(1) {
            self.report(&second.root, Problem::SecondDocument);
        }
        let mut settings = match documents.first() {
            Some(first) => self.file(&first.root),
            None => Settings::default(),
        };
        settings.is_there = true;
        settings
    }

    fn file(&mut self, root: &Node<'_>) -> Settings {
        let mut everywhere = Target::default();
        let mut default_target = None;
        let mut targets = Some(Vec::new());
        let help = "write `key: value`, such as `cluster: postgres-shared`";
        let entries = self.entries(root, "the file", help).unwrap_or_default();
        for (key, entry) in self.known(Place::File, entries) {
            match key.name {
                "version" => self.version(key, &entry),
                "defaultTarget" => {
                    let name: Option<TargetName> = self.parsed(key, &entry);
                    default_target = default_target.or(name.map(|name| (name, entry.value)));
                }
                "targets" => targets = self.targets(key, &entry),
                _ => self.target_key(key, &entry, &mut everywhere),
            }
        }
        if let (Some((name, node)), Some(targets)) = (&default_target, &targets) {
            self.check_default(name, node, targets);
        }
        let targets = targets.unwrap_or_default();
        self.check_waves(&everywhere, &targets);
        Settings {
            is_there: true,
            default_target: default_target.map(|(name, _)| name),
            everywhere: everywhere.settings,
            targets: targets
                .into_iter()
                .map(|(name, target)| (name, target.settings))
                .collect(),
        }
    }

    fn version(&mut self, key: &'static Key, entry: &Entry<'_>) {
        if let Some(text) = self.scalar(key, entry)
            && text != "1"
        {
            self.report(entry.value, Problem::Version(text.to_owned()));
        }
    }

    /// The targets; none when they are not keys and values at all.
    fn targets<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
    ) -> Option<Vec<(TargetName, Target<'tree>)>> {
        let entries = self.entries_of_key(key, entry)?;
        let mut targets = Vec::new();
        let mut seen = BTreeMap::new();
        for entry in &entries {
            self.check_once(&mut seen, entry);
            let target = self.target(entry);
            match entry.name.parse() {
                Ok(name) => targets.push((name, target)),
                Err(error) => self.report(entry.key, Problem::TargetName(error)),
            }
        }
        Some(targets)
    }

    fn target<'tree>(&mut self, entry: &Entry<'tree>) -> Target<'tree> {
        let what = format!("the target {}", quoted(entry.name));
        let help = "write its keys below it, such as `cluster: postgres-shared`";
        let entries = self.entries(entry.value, &what, help).unwrap_or_default();
        let mut target = Target::default();
        for (key, entry) in self.known(Place::Target, entries) {
            self.target_key(key, &entry, &mut target);
        }
        target
    }

    fn target_key<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
        target: &mut Target<'tree>,
    ) {
        let settings = &mut target.settings;
        match key.name {
            "cluster" => settings.cluster = self.parsed(key, entry),
            "namespace" => settings.namespace = self.parsed(key, entry),
            "clusterFile" => settings.cluster_file = self.file_path(key, entry),
            "directory" => settings.directory = self.path(key, entry),
            "certificate" => settings.certificate = self.file_path(key, entry),
            "roles" => settings.roles = self.parsed(key, entry),
            "scope" => settings.scope = self.parsed(key, entry),
            "reclaim" => settings.reclaim = self.parsed(key, entry),
            "connectionKeys" => settings.connection_keys = self.read(key, entry),
            "passwordLength" => settings.password_length = self.parsed(key, entry),
            "templates" => settings.templates = self.path(key, entry),
            "waves" => {
                settings.waves = self.waves(key, entry);
                target.waves = Some(entry.key);
            }
            _ => {}
        }
    }

    fn waves(&mut self, key: &'static Key, entry: &Entry<'_>) -> WaveSettings {
        let mut waves = WaveSettings::default();
        let entries = self.entries_of_key(key, entry).unwrap_or_default();
        for (key, entry) in self.known(Place::Waves, entries) {
            match key.name {
                "secret" => waves.secret = self.read(key, &entry),
                "cluster" => waves.cluster = self.read(key, &entry),
                "database" => waves.database = self.read(key, &entry),
                _ => {}
            }
        }
        waves
    }

    fn check_default(
        &mut self,
        name: &TargetName,
        node: &Node<'_>,
        targets: &[(TargetName, Target<'_>)],
    ) {
        if targets.iter().any(|(target, _)| target == name) {
            return;
        }
        let problem = Problem::DefaultTarget {
            name: name.clone(),
            targets: targets.iter().map(|(target, _)| target.clone()).collect(),
        };
        self.report(node, problem);
    }

    /// Checks that the waves ascend wherever all three are given: a missing one may be discovered later.
    fn check_waves(&mut self, everywhere: &Target<'_>, targets: &[(TargetName, Target<'_>)]) {
        let shared = everywhere.settings.waves;
        if targets.is_empty() {
            self.check_ascending(shared, everywhere.waves);
        }
        let mut shared_is_checked = false;
        for (_, target) in targets {
            if target.waves.is_none() && std::mem::replace(&mut shared_is_checked, true) {
                continue;
            }
            let waves = target.settings.waves.or(shared);
            self.check_ascending(waves, target.waves.or(everywhere.waves));
        }
    }

    fn check_ascending(&mut self, waves: WaveSettings, node: Option<&Node<'_>>) {
        if let (Some(node), Some(Err(error))) = (node, waves.all()) {
            self.report(node, Problem::Waves(error));
        }
    }
}

/// Values.
impl Reader {
    /// A value that the domain reads.
    fn parsed<T>(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<T>
    where
        T: FromStr,
        T::Err: Into<Refusal>,
    {
        match self.scalar(key, entry)?.parse() {
            Ok(value) => Some(value),
            Err(refusal) => {
                let refusal: Refusal = refusal.into();
                let key = key.name;
                self.report(entry.value, Problem::Refused { key, refusal });
                None
            }
        }
    }

    /// A boolean or a number, which Rust reads; in quotes or not.
    fn read<T: FromStr>(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<T> {
        let text = self.scalar(key, entry)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.report(entry.value, wrong_kind(key, quoted(text)));
        }
        value
    }

    fn path(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<RepoPath> {
        if self.scalar(key, entry)?.is_empty() {
            self.report(entry.value, wrong_kind(key, quoted("")));
            return None;
        }
        self.parsed(key, entry)
    }

    fn file_path(&mut self, key: &'static Key, entry: &Entry<'_>) -> Option<RepoPath> {
        let path = self.path(key, entry)?;
        if path.is_root() {
            let found = "the repository's root".to_owned();
            self.report(entry.value, wrong_kind(key, found));
            return None;
        }
        Some(path)
    }

    /// The text of a value that is one word or number.
    fn scalar<'tree>(&mut self, key: &'static Key, entry: &Entry<'tree>) -> Option<&'tree str> {
        if self.is_alias_or_tagged(entry.value) {
            return None;
        }
        if entry.value.is_null() {
            let (key, example) = (key.name, key.example);
            self.report(entry.key, Problem::NoValue { key, example });
            return None;
        }
        let text = entry.value.as_str();
        if text.is_none() {
            let found = described(entry.value).to_owned();
            self.report(entry.value, wrong_kind(key, found));
        }
        text
    }
}

/// Keys.
impl Reader {
    /// The keys and values of a mapping that is the value of a key.
    fn entries_of_key<'tree>(
        &mut self,
        key: &'static Key,
        entry: &Entry<'tree>,
    ) -> Option<Vec<Entry<'tree>>> {
        self.entries(entry.value, &in_quotes(key), &like_the_example(key))
    }

    /// The keys and values of a mapping, of which nothing at all is an empty one; none for any other node.
    fn entries<'tree>(
        &mut self,
        node: &'tree Node<'tree>,
        what: &str,
        help: &str,
    ) -> Option<Vec<Entry<'tree>>> {
        if self.is_alias_or_tagged(node) {
            return None;
        }
        if !node.is_null() && !matches!(node.value, Value::Mapping { .. }) {
            let problem = Problem::Kind {
                what: what.to_owned(),
                takes: "keys and values",
                found: described(node).to_owned(),
                help: help.to_owned(),
            };
            self.report(node, problem);
            return None;
        }
        let entries = node.entries().iter();
        Some(entries.filter_map(|pair| self.entry(pair)).collect())
    }

    fn entry<'tree>(
        &mut self,
        (key, value): &'tree (Node<'tree>, Node<'tree>),
    ) -> Option<Entry<'tree>> {
        if self.is_alias_or_tagged(key) {
            return None;
        }
        match key.as_str() {
            Some("<<") => self.report(key, Problem::MergeKey),
            Some(name) => return Some(Entry { name, key, value }),
            None => {
                let found = described(key);
                self.report(key, Problem::KeyIsNoWord { found });
            }
        }
        None
    }

    /// The entries whose keys are known at a place; one that is there twice is read twice, to find its errors.
    fn known<'tree>(
        &mut self,
        place: Place,
        entries: Vec<Entry<'tree>>,
    ) -> Vec<(&'static Key, Entry<'tree>)> {
        let mut seen = BTreeMap::new();
        let mut known = Vec::new();
        for entry in entries {
            let Some(key) = place.key(entry.name) else {
                let key = entry.name.to_owned();
                self.report(entry.key, Problem::UnknownKey { key, place });
                continue;
            };
            self.check_once(&mut seen, &entry);
            known.push((key, entry));
        }
        known
    }

    fn check_once<'tree>(&mut self, seen: &mut BTreeMap<&'tree str, usize>, entry: &Entry<'tree>) {
        if let Some(&first) = seen.get(entry.name) {
            let key = entry.name.to_owned();
            self.report(entry.key, Problem::KeyTwice { key, first });
        } else {
            seen.insert(entry.name, entry.key.line);
        }
    }

    fn is_alias_or_tagged(&mut self, node: &Node<'_>) -> bool {
        if matches!(node.value, Value::Alias(_)) {
            self.report(node, Problem::Alias);
            return true;
        }
        if node.tag.is_some() {
            self.report(node, Problem::Tag);
            return true;
        }
        false
    }

    fn report(&mut self, node: &Node<'_>, problem: Problem) {
        self.errors.push(SettingsError {
            line: node.line,
            column: node.column + 1,
            problem,
        });
    }
}

fn wrong_kind(key: &'static Key, found: String) -> Problem {
    Problem::Kind {
        what: in_quotes(key),
        takes: key.takes,
        found,
        help: like_the_example(key),
    }
}

fn in_quotes(key: &Key) -> String {
    format!("{:?}", key.name)
}

fn like_the_example(key: &Key) -> String {
    format!("write it like `{}: {}`", key.name, key.example)
}

/// What a node is, in words.
fn described(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Sequence { .. } => "a list",
        Value::Mapping { .. } => "keys and values",
        Value::Scalar(..) if node.is_null() => "nothing",
        Value::Scalar(..) => "a single value",
        Value::Alias(_) => "an alias",
    }
}
