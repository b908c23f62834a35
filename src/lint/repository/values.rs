//! Passwords in the values files of Helm charts.

use super::blank::is_blank_or_example;
use super::word::{Span, Word};
use crate::repo::path::RepoPath;
use crate::repo::yaml::{Node, parse};

/// Whether a file's name says that it holds a chart's values: `values.yaml`, `values-prod.yaml`, `postgres.values.yml`.
pub fn is_values_file(path: &RepoPath) -> bool {
    let name = path.file_name();
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| stem.starts_with("values") || stem.ends_with("values"))
}

/// Where the passwords of a values file stand; none in a text that is no YAML, or that SOPS encrypts.
pub fn passwords_in_values(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let documents = parse(text).map_or_else(|_| Vec::new(), |stream| stream.documents);
    for document in &documents {
        if document.root.get("sops").is_none() {
            collect(&document.root, &mut found);
        }
    }
    found
}

fn collect(node: &Node<'_>, found: &mut Vec<Span>) {
    for (key, value) in node.entries() {
        let is_password = key.as_str().is_some_and(is_password_key);
        let password = Word::of(value).filter(|word| is_password && is_password_value(word));
        found.extend(password.map(|word| word.span));
        collect(value, found);
    }
    for item in node.items() {
        collect(item, found);
    }
}

/// Whether a key is that of a password itself, not of a Secret or a key that holds one: `password`, `postgresPassword`.
fn is_password_key(key: &str) -> bool {
    let letters = key.chars().filter(|c| c.is_ascii_alphanumeric());
    let folded: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    folded.ends_with("password") || folded.ends_with("passwd")
}

/// Whether a value is a password itself, not a switch or where to read it from, such as `env://NAME` or `file:///path`.
fn is_password_value(word: &Word<'_>) -> bool {
    let is_switch = !word.is_quoted && matches!(&*word.text, "true" | "false");
    !is_switch && !word.text.contains("://") && !is_blank_or_example(&word.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_values_files() {
        let is = |name: &str| is_values_file(&name.parse().unwrap());
        assert!(is("a/values.yaml") && is("values-prod.yml") && is("a/postgres.values.yaml"));
        assert!(!is("values.json") && !is("a/values/shop.yaml") && !is("evaluations.yaml"));
    }

    #[test]
    fn finds_what_stands_in_clear() {
        let found = |text: &str| passwords_in_values(text).len();
        for text in [
            "auth:\n  password: hunter2\n",
            "auth: {postgresPassword: 'hunter2'}\n",
            "users:\n- name: shop\n  PASSWORD: hunter2\n",
            "db_password: 12345678\n",
            "a: 1\n---\nadminPasswd: |\n  hunter2\n",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
        for text in [
            "auth:\n  password: \"\"\n  existingSecret: x\n",
            "usePassword: true\ngeneratePassword: false\n",
            "secretKeys:\n  adminPasswordKey: password\n",
            "password: file:///secrets/password\nredis: {password: \"env://REDIS_PASSWORD\"}\n",
            "password: ${DB_PASSWORD}\npasswd: <path:vault#x>\n",
            "password: changeit # password: hunter2\n"
                .replace("changeit", "********")
                .as_str(),
            "password:\n  secretKeyRef: {name: x, key: password}\n",
            "password: ENC[AES256_GCM,data:x]\nsops: {version: 3}\n",
            "{{- if .Values.x }}\npassword: hunter2\n{{ end }}\n",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
    }
}
