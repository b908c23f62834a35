//! What is said of a rule to people: by `lint --explain`, and in docs/rules.md.

use similar::{Change, TextDiff};
use textwrap::{Options, WordSplitter};

use super::rule::Rule;
use super::rules::RULES;
use crate::sealing::SealingKey;

/// What stands above the rules in docs/rules.md.
const INTRODUCTION: &str = "\
# The rules of `lint`

What `kubectl pgdb lint` looks for; [lint.md](lint.md) says how to run it, and how to ignore a finding with a reason. The first
digit of a code is its subject: 0 files, 1 namespaces, 2 names, 3 sync-waves, 4 plaintext, 5 sealing, 6 Reflector, 7 CNPG
and from 751 on who may do what in databases, 8 Kustomize, 9 pieces that are missing or left over. `kubectl pgdb lint --explain CODE` prints a rule's section.

The severity is the usual one: what cannot be decided without the cluster is at most an info.

";

/// docs/rules.md: every rule.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("| code | name | severity | `--fix` | looks for |\n|---|---|---|---|---|\n");
    for rule in RULES {
        let fix = if rule.is_fixable { "yes" } else { "" };
        text.push_str(&format!(
            "| [{}](#{}) | {} | {} | {fix} | {} |\n",
            rule.code,
            rule.anchor(),
            rule.name,
            rule.severity.as_str(),
            rule.summary
        ));
    }
    for rule in RULES {
        text.push('\n');
        text.push_str(&rule.section());
    }
    text
}

/// The rules in a table, one a line.
pub fn overview() -> String {
    let mut rows = vec![[
        "CODE".to_owned(),
        "NAME".to_owned(),
        "SEVERITY".to_owned(),
        "FIX".to_owned(),
        "LOOKS FOR".to_owned(),
    ]];
    rows.extend(RULES.iter().map(|rule| {
        let fix = if rule.is_fixable { "yes" } else { "-" };
        let severity = rule.severity.as_str();
        [rule.code, rule.name, severity, fix, rule.summary].map(str::to_owned)
    }));
    let name = rows.iter().map(|[_, name, ..]| name.len()).max();
    let name = name.unwrap_or_default();
    let line = |[code, word, severity, fix, summary]: &[String; 5]| {
        format!("{code:7}   {word:name$}   {severity:8}   {fix:3}   {summary}\n")
    };
    rows.iter().map(line).collect()
}

/// Longer words of an example that could be base64 are cut: they are sealed values.
const LONGEST: usize = 60;
/// So much of them is shown.
const SHOWN: usize = 24;

impl Rule {
    /// The rule as a page of text.
    pub fn explanation(&self) -> String {
        let fixable = if self.is_fixable {
            ", can be mended by --fix"
        } else {
            ""
        };
        format!(
            "{} {} ({}{fixable})\n\n{}\n\nWhy it matters\n{}\n\nHow to mend it\n{}\n\nExample: {}, from bad (-) to good (+)\n{}",
            self.code,
            self.name,
            self.severity.as_str(),
            wrapped(self.summary),
            wrapped(self.why),
            wrapped(self.mend),
            self.example.path,
            indented(&self.difference()),
        )
    }

    /// The anchor of its heading in Markdown.
    fn anchor(&self) -> String {
        format!("{}-{}", self.code.to_lowercase(), self.name)
    }

    /// The rule as a section of Markdown, with a heading of the second level.
    fn section(&self) -> String {
        let fixable = if self.is_fixable {
            ", mended by `--fix`"
        } else {
            ""
        };
        format!(
            "## {} {}\n\n*{}{fixable}.* {}\n\n{}\n\n{}\n\n`{}`, from bad (`-`) to good (`+`):\n\n```diff\n{}```\n",
            self.code,
            self.name,
            self.severity.as_str(),
            self.summary,
            self.why,
            self.mend,
            self.example.path,
            self.difference(),
        )
    }

    /// The example's file, with the lines that change marked.
    fn difference(&self) -> String {
        let [bad, good] = [self.example.bad, self.example.good].map(shortened);
        let diff = TextDiff::from_lines(&bad, &good);
        let line = |change: Change<&str>| format!("{}{}", change.tag(), change.value());
        diff.iter_all_changes().map(line).collect()
    }
}

/// Text for a terminal of 100 columns, names kept whole.
fn wrapped(text: &str) -> String {
    let options = Options::new(98)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The lines of an example, each ended: sealed values cut, and what a certificate says in place of its bytes.
fn shortened(text: &str) -> String {
    if let Ok(key) = SealingKey::of_any_time(text) {
        return format!(
            "-----BEGIN CERTIFICATE-----\n... RSA, {} bits, valid from {} to {} ...\n-----END CERTIFICATE-----\n",
            key.bits(),
            key.not_before().date(),
            key.not_after().date()
        );
    }
    let lines = text.lines();
    lines
        .map(|line| {
            let words: Vec<String> = line.split(' ').map(shortened_word).collect();
            words.join(" ") + "\n"
        })
        .collect()
}

fn shortened_word(word: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    if word.len() <= LONGEST || !word.chars().all(is_base64) {
        return word.to_owned();
    }
    let start: String = word.chars().take(SHOWN).collect();
    format!("{start}...")
}

#[cfg(test)]
mod tests {
    use super::{RULES, overview};

    #[test]
    fn every_example_shows_what_changes_and_no_sealed_value() {
        for rule in RULES {
            let text = rule.difference();
            let changed = text.lines().filter(|line| line.starts_with(['-', '+']));
            assert_ne!(changed.count(), 0, "{}", rule.code);
            let longest = text.split_whitespace().map(str::len).max();
            assert!(longest < Some(200), "{}: {longest:?}", rule.code);
            assert!(rule.explanation().contains(rule.example.path));
        }
    }

    #[test]
    fn a_certificate_is_told_by_what_it_says() {
        let rule = RULES.iter().find(|rule| rule.code == "PGDB504").unwrap();
        assert_eq!(
            rule.difference(),
            " -----BEGIN CERTIFICATE-----\n\
             -... RSA, 2048 bits, valid from 2023-01-01 to 2024-01-01 ...\n\
             +... RSA, 2048 bits, valid from 2026-01-01 to 2126-01-01 ...\n \
             -----END CERTIFICATE-----\n"
        );
    }

    #[test]
    fn the_overview_has_a_line_for_each_rule() {
        let text = overview();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), RULES.len() + 1);
        assert_eq!(
            lines[..2],
            [
                "CODE      NAME                           SEVERITY   FIX   LOOKS FOR",
                "PGDB001   invalid-yaml                   error      -     A manifest is no valid YAML."
            ]
        );
    }
}
