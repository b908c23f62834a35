//! The namespaces that a repository's manifests mention.

use crate::domain::kubernetes_name::Namespace;

/// The namespaces that the lines of a text give as the value of a key `namespace`, and the names of Namespace objects.
///
/// Told from the lines alone, since it is asked of every file of a repository, only to offer names to choose from.
pub fn mentioned(text: &[u8]) -> Vec<Namespace> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Vec::new();
    };
    let is_namespace = text.contains("kind: Namespace");
    let key_of = |line: &str| {
        let line = line.trim_start();
        if is_namespace && line.starts_with("name:") {
            return line.strip_prefix("name:").map(str::to_owned);
        }
        line.strip_prefix("namespace:").map(str::to_owned)
    };
    text.lines()
        .filter_map(key_of)
        .filter_map(|value| {
            let value = value.split(" #").next().unwrap_or_default();
            value.trim().trim_matches(['"', '\'']).parse().ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_found_in_lines() {
        let found = |text: &str| -> Vec<String> {
            mentioned(text.as_bytes())
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(
            found(
                "metadata:\n  name: x\n  namespace: shop # c\nspec:\n  destination:\n    namespace: \"blog\"\n    namespace: {{ x }}\n"
            ),
            ["shop", "blog"]
        );
        assert_eq!(
            found("kind: Namespace\nmetadata:\n  name: shop\n"),
            ["shop"]
        );
        assert_eq!(
            found("kind: Secret\nmetadata:\n  name: shop\n"),
            [] as [&str; 0]
        );
    }
}
