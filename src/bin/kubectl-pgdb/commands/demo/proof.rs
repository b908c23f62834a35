//! Shows that what was sealed can be opened by whoever holds the private key.
//!
//! The only place outside tests where a private key is used: the demo's own.

use std::fs;
use std::path::Path;

use pgdb::domain::scope::Scope;
use pgdb::repo::yaml::{Node, parse};
use pgdb::sealing::{DemoKey, UnsealingKey};

use crate::failure::Failure;

/// Opens each sealed value of a SealedSecret, and says what came out; the password's length, not the password.
pub(super) fn opened(path: &Path, key: &DemoKey) -> Result<String, Failure> {
    let failed = |problem: String| Failure::unknown(format!("{}: {problem}", path.display()), "");
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let stream = parse(&text).map_err(|error| failed(error.to_string()))?;
    let key =
        UnsealingKey::from_pem(key.private_key_pem()).map_err(|error| failed(error.to_string()))?;
    let mut lines =
        vec!["\nOpened with the demo's private key, as the controller would:".to_owned()];
    for root in stream.documents.iter().map(|document| &document.root) {
        let name = |key: &str| {
            root.at(&["metadata", key])
                .and_then(Node::as_str)
                .unwrap_or_default()
        };
        let label = Scope::Strict.label(name("namespace"), name("name"));
        let sealed = root
            .at(&["spec", "encryptedData"])
            .map_or(&[][..], Node::entries);
        for (field, value) in sealed {
            let field = field.as_str().unwrap_or_default();
            let value = key
                .unseal(value.as_str().unwrap_or_default(), &label)
                .map_err(|error| failed(format!("{field}: {error}")))?;
            let shown = match (field, std::str::from_utf8(&value)) {
                ("username", Ok(text)) => text.to_owned(),
                _ => format!("{} characters, not shown", value.len()),
            };
            lines.push(format!("  {field}: {shown}"));
        }
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}
