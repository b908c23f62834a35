//! What a text holds, told from its unindented lines alone: fast enough to ask of every file of a large repository.

use memchr::memmem;

use super::inside::SYNC_FILE_END;
use super::object::PRODUCT;
use super::path::RepoPath;

/// The kinds of object that the product reads, by their API group; a List may hold any of them.
const KINDS: [(&str, &str); 10] = [
    ("postgresql.cnpg.io/", "Cluster"),
    ("postgresql.cnpg.io/", "Database"),
    ("postgresql.cnpg.io/", "DatabaseRole"),
    ("postgresql.cnpg.io/", "Pooler"),
    ("bitnami.com/", "SealedSecret"),
    ("external-secrets.io/", "ExternalSecret"),
    ("secretgenerator.mittwald.de/", "StringSecret"),
    ("v1", "Secret"),
    ("v1", "ConfigMap"),
    ("v1", "List"),
];

/// The file names under which kustomize looks for its list of resources, in its own order.
pub const KUSTOMIZATION_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a file's name says that it is YAML, of which JSON is a part; a kustomization may have no such end.
pub fn is_named_as_yaml(path: &RepoPath) -> bool {
    let end = path.file_name().rsplit_once('.').map(|(_, end)| end);
    matches!(end, Some("yaml" | "yml" | "json"))
}

/// What the unindented lines of one document say of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Header<'text> {
    /// The value of `apiVersion`.
    pub api_version: Option<&'text str>,
    /// The value of `kind`.
    pub kind: Option<&'text str>,
    /// Whether the top level is written so that its lines tell nothing: indented, or in braces as in JSON.
    pub undecided: bool,
    /// Whether an unindented key has been seen.
    begun: bool,
}

impl Header<'_> {
    /// Whether the document is, or may be, one of the kinds that the product reads.
    pub fn is_known_kind(&self) -> bool {
        if self.undecided {
            return true;
        }
        let (Some(api_version), Some(kind)) = (self.api_version, self.kind) else {
            return false;
        };
        KINDS
            .iter()
            .any(|(group, known)| kind == *known && api_version.starts_with(group))
    }

    /// Whether the document is, or may be, a CNPG Cluster.
    pub fn may_be_cluster(&self) -> bool {
        self.undecided
            || (self.kind == Some("Cluster")
                && self
                    .api_version
                    .is_some_and(|version| version.starts_with("postgresql.cnpg.io/")))
    }
}

/// Whether a file may say anything that the product needs: an object of a known kind, or a kustomization.
///
/// Decides by the unindented lines, so a definition of a kind (a CRD of over 1 MB) or a chart is not taken for an
/// object of it, and nothing is parsed.
pub fn is_relevant(path: &RepoPath, text: &[u8]) -> bool {
    if KUSTOMIZATION_NAMES.contains(&path.file_name()) || may_be_sync_file(path, text) {
        return true;
    }
    let mentioned = ["cnpg.io/", "Secret"]
        .iter()
        .any(|needle| memmem::find(text, needle.as_bytes()).is_some());
    let is_marked = memmem::find(text, PRODUCT.as_bytes()).is_some();
    let counts = |header: &Header<'_>| {
        header.is_known_kind() && (is_marked || header.kind != Some("ConfigMap"))
    };
    (mentioned || is_marked)
        && std::str::from_utf8(text)
            .is_ok_and(|text| headers(text).iter().any(counts) || holds_own_service(text))
}

/// Whether a text holds a Service and the product's name, as those that it makes have it.
pub fn holds_own_service(text: &str) -> bool {
    let is_service = |header: &Header<'_>| header.kind == Some("Service");
    text.contains(PRODUCT) && headers(text).iter().any(is_service)
}

/// Whether a file may be one in which the product declares all of a server that CNPG does not run.
fn may_be_sync_file(path: &RepoPath, text: &[u8]) -> bool {
    path.as_str().ends_with(SYNC_FILE_END) && memmem::find(text, PRODUCT.as_bytes()).is_some()
}

/// The headers of a text's documents, in order.
///
/// A line that begins with `---` separates documents (YAML 1.2.2, section 9.1.2: such a line cannot be part of a
/// scalar). What stands before the first separator counts only when it has content.
pub fn headers(text: &str) -> Vec<Header<'_>> {
    let mut found = Vec::new();
    let mut current = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        if let Some(rest) = after_separator(line) {
            found.extend(current.take());
            let undecided = has_content(rest);
            current = Some(Header {
                undecided,
                ..Header::default()
            });
            continue;
        }
        if has_content(line) && !line.starts_with('%') {
            read_line(current.get_or_insert_default(), line);
        }
    }
    found.extend(current);
    found
}

/// The text of the document that holds this byte: what stands between the separators around it.
pub fn document_around(text: &str, byte: usize) -> &str {
    let mut begin = 0;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let next = position + line.len();
        let content = line.trim_start_matches('\u{feff}').trim_end();
        if after_separator(content).is_some_and(|rest| !has_content(rest)) || content == "..." {
            if position > byte {
                return text.get(begin..position).unwrap_or_default();
            }
            begin = next;
        }
        position = next;
    }
    text.get(begin..)
        .unwrap_or_default()
        .trim_start_matches('\u{feff}')
}

/// What follows `---` on a line that separates documents.
fn after_separator(line: &str) -> Option<&str> {
    line.strip_prefix("---")
        .filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
}

/// Whether a line holds more than white space and a comment.
fn has_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

/// Takes from a line with content what it says of its document.
fn read_line<'text>(header: &mut Header<'text>, line: &'text str) {
    let begins =
        line.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '\'' | '_'));
    let entry = if begins { line.split_once(':') } else { None };
    let Some((key, value)) = entry else {
        header.undecided |= !header.begun;
        return;
    };
    header.begun = true;
    match unquoted(key) {
        "apiVersion" => header.api_version = Some(scalar(value)),
        "kind" => header.kind = Some(scalar(value)),
        _ => {}
    }
}

/// A plain or quoted value on one line, without a comment behind it.
fn scalar(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or_default();
    unquoted(value)
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(api_version: &'static str, kind: &'static str) -> Header<'static> {
        Header {
            api_version: Some(api_version),
            kind: Some(kind),
            undecided: false,
            begun: true,
        }
    }

    #[test]
    fn reads_the_unindented_lines() {
        let text = "\u{feff}# a\n%YAML 1.2\n---\nmetadata:\n  kind: No\nkind: \"Cluster\" # c\n'apiVersion': postgresql.cnpg.io/v1\n\
                    --- # next\r\napiVersion: v1\r\nkind: Secret\r\ndata: |\n  ---\n---\n# nothing\n";
        assert_eq!(
            headers(text),
            [
                header("postgresql.cnpg.io/v1", "Cluster"),
                header("v1", "Secret"),
                Header::default(),
            ]
        );
    }

    #[test]
    fn cuts_out_a_document() {
        let text = "\u{feff}# x\na: 1\n--- # next\nb: 2\n...\n---\nc: 3\n";
        let around = |needle| document_around(text, text.find(needle).unwrap());
        assert_eq!(around("a:"), "\u{feff}# x\na: 1\n");
        assert_eq!(around("b:"), "b: 2\n");
        assert_eq!(around("c:"), "c: 3\n");
    }

    #[test]
    fn leaves_open_what_lines_do_not_tell() {
        let undecided = Header {
            undecided: true,
            ..Header::default()
        };
        assert_eq!(headers("{\"kind\": \"Cluster\"}"), [undecided]);
        assert_eq!(headers("--- {kind: Cluster}\n"), [undecided]);
        assert_eq!(headers("  kind: Cluster\n  apiVersion: x\n"), [undecided]);
        assert_eq!(headers("# only\n\n"), []);
    }

    #[test]
    fn knows_what_matters() {
        let relevant =
            |path: &str, text: &str| is_relevant(&path.parse().unwrap(), text.as_bytes());
        assert!(relevant(
            "a.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\n"
        ));
        assert!(relevant(
            "a.yaml",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
        ));
        assert!(relevant(
            "a.json",
            "{\"apiVersion\": \"postgresql.cnpg.io/v1\"}"
        ));
        assert!(relevant("x/kustomization.yaml", "resources: []\n"));
        assert!(!relevant(
            "crd.yaml",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: clusters.postgresql.cnpg.io/v1\n"
        ));
        assert!(!relevant(
            "a.yaml",
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: Secret\n"
        ));
    }
}
