//! Texts of which no line may be quoted, since it may be a value of a Secret.

use super::repository::password::passwords;

/// A sealed value is longer: its RSA part alone, of the smallest key that is taken, has so many characters of base64.
const SHORTEST_SEALED: usize = 340;

/// Whether a text may hold a secret in clear, so that not even the lines around a change of it may be shown.
///
/// Told by the words alone, whether or not the text parses, and rather once too often than too rarely.
pub fn may_hold_secret(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| value_of(line, key).is_some());
    let is_secret = text.lines().any(|line| {
        let values = values_of(line, "kind");
        values.into_iter().any(|kind| {
            let kind = kind.trim_start_matches(is_decoration);
            let end = kind.find(|c: char| !c.is_alphanumeric());
            let kind = kind.get(..end.unwrap_or(kind.len()));
            matches!(kind, Some("Secret" | "SecretList"))
        })
    });
    (is_secret && (has("data") || has("stringData")))
        || (has("secretGenerator") && has("literals"))
        || has_unsealed_value(text)
        || !passwords(text).is_empty()
}

/// Whether a value below `encryptedData` is too short to be a sealed one.
fn has_unsealed_value(text: &str) -> bool {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(flow) = value_of(line, "encryptedData") else {
            continue;
        };
        let depth = indentation(line);
        let below = lines
            .clone()
            .take_while(|line| line.trim().is_empty() || indentation(line) > depth);
        let pairs = flow.split(',').chain(below);
        if pairs
            .filter_map(|pair| pair.split_once(':'))
            .any(is_unsealed)
        {
            return true;
        }
    }
    false
}

fn is_unsealed((_, value): (&str, &str)) -> bool {
    let value = value.trim_matches(is_decoration);
    let is_block = value.starts_with(['|', '>', '#', '&', '*']);
    !value.is_empty() && !is_block && value.len() < SHORTEST_SEALED
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// What stands around a key or a value in YAML and JSON.
fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '{' | '}' | '[' | ']')
}

/// What follows the first such key of a line.
fn value_of<'line>(line: &'line str, key: &str) -> Option<&'line str> {
    values_of(line, key).into_iter().next()
}

/// What follows each such key of a line: there are several where a whole document is one line.
fn values_of<'line>(line: &'line str, key: &str) -> Vec<&'line str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let after = line.match_indices(key).filter_map(|(start, _)| {
        let before = line.get(..start)?;
        let after = line.get(start + key.len()..)?;
        let after = after.trim_start_matches(['"', '\'']).trim_start();
        let value = after.strip_prefix(':')?;
        (!before.ends_with(is_part)).then_some(value)
    });
    after.collect()
}

#[cfg(test)]
mod tests {
    use super::may_hold_secret;

    #[test]
    fn a_secret_with_values_does() {
        for text in [
            "kind: Secret\nstringData:\n  password: x\n",
            "kind: \"Secret\" # made by hand\r\ndata: {password: eA==}\r\n",
            "items:\n- kind: Secret\n  data:\n    password: eA==\n",
            r#"{"kind":"List","items":[{"kind":"Secret","data":{"password":"eA=="}}]}"#,
            "secretGenerator:\n- name: x\n  literals:\n  - password=x\n",
            "uri: postgresql://app:hunter2@db/app\n",
            "spec:\n  encryptedData:\n    password: hunter2\n",
            r#"{"spec":{"encryptedData":{"password":"hunter2"},"template":{}}}"#,
            "spec: [\nkind: Secret\ndata:\n  x: y\n",
        ] {
            assert!(may_hold_secret(text), "{text}");
        }
    }

    #[test]
    fn what_is_sealed_or_refers_to_a_secret_does_not() {
        let sealed = "A".repeat(600);
        for text in [
            format!(
                "kind: SealedSecret\nspec:\n  encryptedData:\n    password: {sealed}\n\n  template:\n    data:\n      port: '5432'\n"
            ),
            format!(
                "kind: SealedSecret\nspec:\n  encryptedData:\n    password: |\n      {sealed}\n"
            ),
            format!(
                r#"{{"kind":"SealedSecret","spec":{{"encryptedData":{{"password":"{sealed}"}}}}}}"#
            ),
            format!(
                "{{\n  \"kind\": \"SealedSecret\",\n  \"encryptedData\": {{\n    \"password\": \"{sealed}\"\n  }}\n}}\n"
            ),
            "kind: SecretStore\ndata: x\n".to_owned(),
            "kind: Database\nspec:\n  owner: shop\n".to_owned(),
            "kind: Secret\nmetadata:\n  annotations:\n    reflects: postgres/x\n".to_owned(),
            "secretGenerator:\n- name: x\n  envs: [x.env]\n".to_owned(),
        ] {
            assert!(!may_hold_secret(&text), "{text}");
        }
    }
}
