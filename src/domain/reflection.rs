//! Reflector's annotations: the namespaces that a Secret may be mirrored to, and those that it is mirrored to by itself.
//!
//! Source: kubernetes-reflector `Mirroring/Core/MirroringPropertiesExtensions.cs`; the annotations are read by
//! `TryGetAnnotationValue` of ES.FX.Additions.KubernetesClient, which trims every value and takes what it cannot convert
//! for absent.

pub mod reading;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::kubernetes_name::Namespace;

/// What the keys of all of Reflector's annotations begin with.
pub const REFLECTOR: &str = "reflector.v1.k8s.emberstack.com";

/// How large a pattern may be once it is compiled, in bytes: ample for the names of namespaces.
const PATTERN_LIMIT: usize = 1 << 18;

/// Where a Secret is mirrored to, as its annotations say.
///
/// Mirrors are made by themselves in the namespaces that both lists hold, when both flags are set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reflection {
    /// Whether mirrors are allowed: `reflection-allowed`.
    pub allowed: bool,
    /// Where: `reflection-allowed-namespaces` and its selector.
    pub allowed_namespaces: NamespaceList,
    /// Whether mirrors are made without being asked for: `reflection-auto-enabled`.
    pub automatic: bool,
    /// Where: `reflection-auto-namespaces` and its selector.
    pub automatic_namespaces: NamespaceList,
}

/// One of Reflector's lists of namespaces, with the selector beside it. Where both are empty, all namespaces are in it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NamespaceList {
    /// The list as written, trimmed; empty where there is none.
    pub text: String,
    /// The selector of namespaces by their labels as written, trimmed; empty where there is none.
    pub selector: String,
    entries: Vec<Entry>,
}

/// An entry of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Entry {
    /// The name of one namespace.
    Named(Namespace),
    /// A regular expression.
    Pattern(Pattern),
}

/// A regular expression of .NET, compiled when it is first asked for.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Reflection {
    /// Reads the annotations of a Secret; `annotation` gives the value of a key.
    pub fn read<'text>(annotation: impl Fn(&str) -> Option<&'text str>) -> Self {
        let value = |name: &str| {
            let found = annotation(&format!("{REFLECTOR}/{name}"));
            found.unwrap_or_default().trim()
        };
        // `Convert.ToBoolean` of .NET takes these words in any case, and nothing else.
        let flag = |name: &str| value(name).eq_ignore_ascii_case("true");
        Self {
            allowed: flag("reflection-allowed"),
            allowed_namespaces: NamespaceList::new(
                value("reflection-allowed-namespaces"),
                value("reflection-allowed-namespaces-selector"),
            ),
            automatic: flag("reflection-auto-enabled"),
            automatic_namespaces: NamespaceList::new(
                value("reflection-auto-namespaces"),
                value("reflection-auto-namespaces-selector"),
            ),
        }
    }

    /// Whether a mirror may be in this namespace; none where its labels, or a pattern that only .NET understands, decide.
    pub fn allows(&self, namespace: &str) -> Option<bool> {
        if !self.allowed {
            return Some(false);
        }
        self.allowed_namespaces.holds(namespace)
    }

    /// Whether Reflector makes a mirror in this namespace by itself; none where its labels, or a pattern that only .NET
    /// understands, decide.
    pub fn reaches(&self, namespace: &str) -> Option<bool> {
        if !self.is_automatic() {
            return Some(false);
        }
        match (
            self.allowed_namespaces.holds(namespace),
            self.automatic_namespaces.holds(namespace),
        ) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether mirrors are made at all without being asked for.
    pub fn is_automatic(&self) -> bool {
        self.allowed && self.automatic
    }

    /// The namespaces that the lists name and that a mirror is made in, in order and each once.
    pub fn named(&self) -> Vec<Namespace> {
        let lists = [&self.allowed_namespaces, &self.automatic_namespaces];
        let mut found: Vec<Namespace> = lists
            .into_iter()
            .flat_map(NamespaceList::names)
            .filter(|name| self.reaches(name.as_str()) == Some(true))
            .cloned()
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// The patterns, as written, by which a mirror may be made in namespaces that no list names.
    pub fn patterns(&self) -> Vec<&str> {
        let lists = [&self.automatic_namespaces, &self.allowed_namespaces];
        if !self.is_automatic() || lists.iter().any(|list| list.is_names_alone()) {
            return Vec::new();
        }
        let narrowing = lists.into_iter().find(|list| !list.is_everything());
        narrowing.map_or_else(Vec::new, |list| list.patterns().collect())
    }

    /// The selectors, as written, by which a mirror may be made in namespaces that no list names.
    pub fn selectors(&self) -> Vec<&str> {
        let lists = [&self.automatic_namespaces, &self.allowed_namespaces];
        if !self.is_automatic() || lists.iter().any(|list| list.is_names_alone()) {
            return Vec::new();
        }
        let selectors = lists.into_iter().map(|list| list.selector.as_str());
        selectors.filter(|text| !text.is_empty()).collect()
    }

    /// Whether a mirror is made in every namespace there is.
    pub fn mirrors_to_all(&self) -> bool {
        self.is_automatic()
            && self.allowed_namespaces.is_everything()
            && self.automatic_namespaces.is_everything()
    }
}

impl NamespaceList {
    /// The list of these two annotations.
    fn new(text: &str, selector: &str) -> Self {
        let entries = text.split(',').map(str::trim);
        Self {
            text: text.to_owned(),
            selector: selector.to_owned(),
            entries: entries
                .filter(|entry| !entry.is_empty())
                .map(Entry::new)
                .collect(),
        }
    }

    /// Whether a namespace is in it; none where that is not to be told from its name.
    pub fn holds(&self, namespace: &str) -> Option<bool> {
        if self.text.is_empty() && self.selector.is_empty() {
            return Some(true);
        }
        let mut answers = self.entries.iter().map(|entry| entry.matches(namespace));
        // Reflector takes the first that matches, and gives up at the first that is no pattern.
        match answers.find(|answer| *answer != Some(false)) {
            Some(answer) => answer,
            None if self.selector.is_empty() => Some(false),
            None => None,
        }
    }

    /// Whether every namespace is in it: nothing is written, or a pattern that every name matches.
    pub fn is_everything(&self) -> bool {
        let matches_all = |entry: &Entry| match entry {
            Entry::Named(_) => false,
            Entry::Pattern(pattern) => matches!(pattern.text.as_str(), ".*" | ".+" | "^.*$"),
        };
        (self.text.is_empty() && self.selector.is_empty()) || self.entries.iter().any(matches_all)
    }

    /// The entries that name one namespace.
    pub fn names(&self) -> impl Iterator<Item = &Namespace> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Named(name) => Some(name),
            Entry::Pattern(_) => None,
        })
    }

    /// The entries that are patterns, as written.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Named(_) => None,
            Entry::Pattern(pattern) => Some(pattern.text.as_str()),
        })
    }

    /// Whether it holds nothing but the namespaces that it names.
    pub fn is_names_alone(&self) -> bool {
        !self.text.is_empty() && self.selector.is_empty() && self.patterns().next().is_none()
    }
}

impl Entry {
    fn new(text: &str) -> Self {
        match text.parse() {
            Ok(name) => Self::Named(name),
            Err(_) => Self::Pattern(Pattern {
                text: text.to_owned(),
                compiled: OnceLock::new(),
            }),
        }
    }

    fn matches(&self, namespace: &str) -> Option<bool> {
        match self {
            Self::Named(name) => Some(name.as_str() == namespace),
            Self::Pattern(pattern) => pattern.matches(namespace),
        }
    }
}

impl Pattern {
    /// Whether the first match is the whole name; none for what cannot be compiled here.
    fn matches(&self, namespace: &str) -> Option<bool> {
        let compiled = self.compiled.get_or_init(|| compile(&self.text)).as_ref()?;
        let found = compiled.find(namespace);
        Some(found.is_some_and(|found| found.len() == namespace.len()))
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

/// The pattern as this side reads it; none where .NET reads it differently, or alone.
fn compile(text: &str) -> Option<Regex> {
    if has_class_operator(text) {
        return None;
    }
    RegexBuilder::new(text)
        .size_limit(PATTERN_LIMIT)
        .build()
        .ok()
}

/// Whether a class of characters holds what .NET and the `regex` crate read differently: a class in it, or the doubled
/// sign of an operation.
fn has_class_operator(text: &str) -> bool {
    let mut is_in_class = false;
    let mut is_escaped = false;
    let mut before = None;
    for character in text.chars() {
        if is_escaped {
            is_escaped = false;
            before = None;
            continue;
        }
        match character {
            '\\' => is_escaped = true,
            '[' if is_in_class => return true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '&' | '-' | '~' if is_in_class && before == Some(character) => return true,
            _ => {}
        }
        before = Some(character);
    }
    false
}
