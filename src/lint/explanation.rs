//! What is said of a rule to people: by `lint --explain`, and in docs/rules.md.

use textwrap::{Options, WordSplitter};

use super::rule::Rule;
use super::rules::RULES;

/// What stands above the rules in docs/rules.md.
const INTRODUCTION: &str = "\
# The rules of `lint`

What `kubectl pgdb lint` looks for; [lint.md](lint.md) says how to run it, and how to ignore a finding with a reason. The first
digit of a code is its subject: 0 files, 1 namespaces, 2 names, 3 sync-waves, 4 plaintext, 5 sealing, 6 Reflector, 7 CNPG,
8 Kustomize, 9 pieces that are missing or left over. `kubectl pgdb lint --explain CODE` prints a rule's section.

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

/// Longer lines of an example are cut: they are sealed values.
const LONGEST: usize = 100;

impl Rule {
    /// The rule as a page of text.
    pub fn explanation(&self) -> String {
        let fixable = if self.is_fixable {
            ", can be mended by --fix"
        } else {
            ""
        };
        format!(
            "{} {} ({}{fixable})\n\n{}\n\nWhy it matters\n{}\n\nHow to mend it\n{}\n\nBad: {}\n{}\nGood: {}\n{}",
            self.code,
            self.name,
            self.severity.as_str(),
            wrapped(self.summary),
            wrapped(self.why),
            wrapped(self.mend),
            self.example.path,
            indented(self.example.bad),
            self.example.path,
            indented(self.example.good),
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
            "## {} {}\n\n*{}{fixable}.* {}\n\n{}\n\n{}\n\nBad, in `{}`:\n\n```yaml\n{}```\n\nGood:\n\n```yaml\n{}```\n",
            self.code,
            self.name,
            self.severity.as_str(),
            self.summary,
            self.why,
            self.mend,
            self.example.path,
            shortened(self.example.bad),
            shortened(self.example.good),
        )
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
    let lines = shortened(text);
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

/// The lines of an example, sealed values cut.
fn shortened(text: &str) -> String {
    let short = |line: &str| match line.char_indices().nth(LONGEST) {
        Some((_, _)) => {
            let start: String = line.chars().take(40).collect();
            format!("{start}...\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(short).collect()
}
