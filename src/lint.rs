//! The repository's rules: what is in the manifests, and is it right, before anything is merged.
//!
//! Pure and offline: a snapshot becomes findings. One rule is one file in `rules/`, with its example; a line in
//! [`rules::RULES`] is all that it takes to be run, explained, documented and tested.

pub mod explanation;
pub mod finding;
pub mod fix;
pub mod forms;
pub mod ignoring;
pub mod repository;
pub mod rule;
pub mod rules;
pub mod selection;
#[cfg(test)]
mod tests;
mod unmade;

use std::collections::{BTreeSet, HashMap};

use memchr::memmem;

use finding::{Finding, Lines, Severity};
use ignoring::Directives;
use repository::confidential::Confidential;
use repository::password::passwords;
use repository::values::is_values_file;
use repository::{Input, Repository};
use rule::{Findings, Rule};

use crate::repo::header::is_relevant;
use crate::repo::path::RepoPath;
use crate::settings::Ignore;

/// The bytes from which on a text that is no manifest is left alone: a dump of a database, or the data of a test.
const LARGE: usize = 1024 * 1024;

/// Whether a file may say something that the rules look at, so that a run has to know its text: it is a manifest, holds a
/// password, or lists the values of a Secret.
pub fn is_wanted_text(path: &RepoPath, text: &[u8]) -> bool {
    if is_relevant(path, text) {
        return true;
    }
    let Ok(text) = str::from_utf8(text) else {
        return false;
    };
    let is_list = [".env", ".properties"]
        .iter()
        .any(|end| path.file_name().ends_with(end));
    let holds = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    let is_list = (is_list || is_values_file(path)) && (holds("assw") || holds("ASSW"));
    text.len() < LARGE && (is_list || !passwords(text).is_empty())
}

/// What a run is to report.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'run> {
    /// The rules that are run; in the order of their codes.
    pub rules: Vec<&'static Rule>,
    /// The files and folders whose findings are reported; all where there is none.
    pub paths: BTreeSet<RepoPath>,
    /// What `.pgdb.yaml` ignores.
    pub ignores: &'run [Ignore],
}

/// What a run found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// By file and place.
    pub findings: Vec<Finding>,
    /// How many findings were left out because somebody ignores them, with a reason.
    pub ignored: usize,
    /// How many files were read as manifests.
    pub manifests: usize,
    /// Templates that were skipped: they are still to be filled in.
    pub templates: Vec<RepoPath>,
    /// Those of the files that fixes would change which hold a secret value in clear: nobody may show a part of them.
    pub confidential: BTreeSet<RepoPath>,
}

/// Runs rules over a repository.
pub fn run(input: Input<'_>, wanted: &Wanted<'_>) -> Report {
    let repository = Repository::read(input);
    let mut findings = Vec::new();
    for rule in &wanted.rules {
        let mut found = Findings::new(rule);
        (rule.check)(&repository, &mut found);
        findings.append(&mut found.into_all());
    }
    findings.retain(|finding| is_wanted(&finding.place.path, &wanted.paths));
    locate(&mut findings, &repository);
    findings.sort_by(|left, right| left.order().cmp(&right.order()));
    findings.dedup();
    let all = findings.len();
    let mut comments = HashMap::new();
    findings.retain(|finding| {
        let path = &finding.place.path;
        let mut by_settings = wanted.ignores.iter();
        let by_comment = comments
            .entry(path.clone())
            .or_insert_with(|| Directives::of(path, repository.text(path)));
        !by_comment.ignore(finding)
            && !by_settings.any(|ignore| finding.is_of(&ignore.rule) && ignore.holds_for(path))
    });
    Report {
        confidential: conceal(&mut findings, &repository),
        ignored: all - findings.len(),
        findings,
        manifests: repository.manifests,
        templates: repository.templates.into_iter().cloned().collect(),
    }
}

/// Whether a file is one of those that were asked for, or below one of the folders.
fn is_wanted(path: &RepoPath, wanted: &BTreeSet<RepoPath>) -> bool {
    wanted.is_empty()
        || wanted.contains(path)
        || wanted
            .iter()
            .any(|folder| path.relative_to(folder).is_some())
}

/// Fills in the lines and columns of all places.
fn locate(findings: &mut [Finding], repository: &Repository<'_>) {
    let mut lines: HashMap<RepoPath, Lines<'_>> = HashMap::new();
    let places = findings.iter_mut().flat_map(|finding| {
        let related = finding.related.iter_mut().map(|related| &mut related.place);
        related.chain([&mut finding.place])
    });
    for place in places {
        if !lines.contains_key(&place.path) {
            lines.insert(place.path.clone(), Lines::of(repository.text(&place.path)));
        }
        if let Some(lines) = lines.get(&place.path) {
            lines.locate(place);
        }
    }
}

/// Marks the findings whose line may hold a secret value, and tells in which files that are to be mended one stands in clear.
fn conceal(findings: &mut [Finding], repository: &Repository<'_>) -> BTreeSet<RepoPath> {
    let mut confidential = Confidential::of(repository);
    for finding in findings.iter_mut() {
        finding.is_secret = finding.is_secret || confidential.hides(&finding.place);
    }
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let edits = fixes.flat_map(|fix| &fix.edits);
    let mut files: BTreeSet<RepoPath> = edits.map(|edit| edit.path.clone()).collect();
    files.retain(|file| confidential.holds_in_clear(file));
    files
}

impl Report {
    /// How many findings are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// How many findings can be mended.
    pub fn fixable(&self) -> usize {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.fix.is_some()).count()
    }

    /// Whether one of the findings is at least so grave.
    pub fn reaches(&self, threshold: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity >= threshold)
    }
}
