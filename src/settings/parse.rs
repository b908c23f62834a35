//! Reads a `.pgdb.yaml`, and goes on after an error to find the others.

use std::collections::BTreeMap;

use super::error::{Problem, SettingsError, SettingsErrors};
use super::keys::{Key, Place};
use super::reader::{Entry, Reader};
use super::{Settings, TargetSettings, WaveSettings};
use crate::domain::name::quoted;
use crate::domain::target_name::TargetName;
use crate::repo::yaml::{self, Document, Node};

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
        let mut ignores = Vec::new();
        let help = "write `key: value`, such as `cluster: postgres-shared`";
        let entries = self.entries(root, "the file", help).unwrap_or_default();
        for (key, entry) in self.known(Place::File, entries) {
            match key.name {
                "version" => self.version(key, &entry),
                "defaultTarget" => {
                    let name: Option<TargetName> = self.parsed(key, &entry);
                    default_target = default_target.or(name.map(|name| (name, entry.value)));
                }
                "lint" => ignores = self.lint(key, &entry),
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
            ignores,
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
            "engine" => settings.engine = self.parsed(key, entry),
            "host" => settings.host = self.parsed(key, entry),
            "port" => settings.port = self.parsed(key, entry),
            "connectionSecret" => settings.connection_secret = self.parsed(key, entry),
            "connectionKey" => settings.connection_key = self.parsed(key, entry),
            "schedule" => settings.schedule = self.parsed(key, entry),
            "timeZone" => settings.time_zone = self.parsed(key, entry),
            "allowPlaintext" => settings.allow_plaintext = self.read(key, entry),
            "clusterFile" => settings.cluster_file = self.file_path(key, entry),
            "directory" => settings.directory = self.path(key, entry),
            "certificate" => settings.certificate = self.file_path(key, entry),
            "controllerName" => settings.controller_name = self.parsed(key, entry),
            "controllerNamespace" => settings.controller_namespace = self.parsed(key, entry),
            "roles" => settings.roles = self.parsed(key, entry),
            "scope" => settings.scope = self.parsed(key, entry),
            "reclaim" => settings.reclaim = self.parsed(key, entry),
            "connectionKeys" => settings.connection_keys = self.read(key, entry),
            "passwordLength" => settings.password_length = self.parsed(key, entry),
            "templates" => settings.templates = self.path(key, entry),
            "isolate" => settings.isolate = self.read(key, entry),
            "jobImage" => settings.job_image = self.parsed(key, entry),
            "networkPolicy" => settings.network_policy = self.read(key, entry),
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
