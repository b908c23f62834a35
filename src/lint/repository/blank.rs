//! What stands where a value is still to be filled in.
//!
//! Narrower than [`super::word::is_placeholder`]: a password may well hold a `$` or a `<`, and is one all the same.

/// What tools put a value in place of: how such a text begins.
const REFERENCES: [&str; 8] = [
    "ENC[",
    "ref+",
    "secretref+",
    "vault:",
    "op://",
    "bao:",
    "arn:aws:",
    "<path:",
];

/// What encloses a name that is still to be replaced.
const ENCLOSING: [(&str, &str); 6] = [
    ("<", ">"),
    ("__", "__"),
    ("@", "@"),
    ("%", "%"),
    ("#{", "}"),
    ("{", "}"),
];

/// Words for a person who is to replace them, letters and digits alone.
const WORDS: [&str; 8] = [
    "avp",
    "masked",
    "placeholder",
    "redacted",
    "replaceme",
    "replacethis",
    "tbd",
    "todo",
];

/// What examples have for a password.
const EXAMPLES: [&str; 10] = [
    "mypassword",
    "pass",
    "passwd",
    "password",
    "pw",
    "pwd",
    "secret",
    "somepassword",
    "thepassword",
    "mysecret",
];

/// Whether a value is empty, or still to be filled in by a tool or a person.
pub fn is_blank(text: &str) -> bool {
    let text = text.trim();
    let within = ["{{", "{%", "${", "$(", "<path:"];
    text.is_empty()
        || within.iter().any(|mark| text.contains(mark))
        || REFERENCES.iter().any(|begin| text.starts_with(begin))
        || is_enclosed(text)
        || is_variable(text)
        || is_of_grafana(text)
        || is_crossed_out(text)
        || is_for_people(text)
}

/// Whether a password in a text is none, but what examples and comments have in its place.
pub fn is_blank_or_example(text: &str) -> bool {
    let parameters = ["%s", "%L", "%I", "?"];
    is_blank(text)
        || parameters.contains(&text)
        || text.starts_with("%(")
        || EXAMPLES.contains(&folded(text).as_str())
}

fn is_enclosed(text: &str) -> bool {
    ENCLOSING.iter().any(|(begin, end)| {
        text.len() > begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end)
    })
}

/// Whether this is `$NAME`, also behind the backslashes that keep it for a shell within a shell.
fn is_variable(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let text = text.trim_start_matches('\\');
    text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_name)
    })
}

/// Whether this is `$__env{NAME}`, `$__file{path}` or the like, in which Grafana's settings fill in a value.
fn is_of_grafana(text: &str) -> bool {
    text.starts_with("$__") && text.ends_with('}') && text.contains('{')
}

/// Whether this is `***`, `xxx`, `...` or the like.
fn is_crossed_out(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next().unwrap_or_default();
    "*xX.-_•?".contains(first) && text.len() > 1 && characters.all(|c| c == first)
}

fn is_for_people(text: &str) -> bool {
    let folded = folded(text);
    WORDS.contains(&folded.as_str())
        || (folded.starts_with("your")
            && ["password", "secret", "credential"]
                .iter()
                .any(|word| folded.contains(word)))
}

/// The letters and digits alone, in lower case.
fn folded(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_ascii_alphanumeric());
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_still_to_be_filled_in() {
        for text in [
            "",
            "  ",
            "${PASSWORD}",
            "${PASSWORD:=x}",
            "$(PASSWORD)",
            "$DB_PASSWORD",
            "\\$DB_PASSWORD",
            "$__env{DB_PASSWORD}",
            "$__file{/run/secrets/password}",
            "{{ .password }}",
            "{% raw %}",
            "<your-password>",
            "<path:secret/data/db#password>",
            "prefix-<path:secret/data/db#password>",
            "ENC[AES256_GCM,data:abc=,type:str]",
            "ref+vault://secret/db#password",
            "vault:secret/data/db#password",
            "op://vault/db/password",
            "__DB_PASSWORD__",
            "@PASSWORD@",
            "%PASSWORD%",
            "#{PASSWORD}",
            "{password}",
            "***",
            "xxxx",
            "...",
            "REPLACE_ME",
            "replace-me",
            "your-password-here",
            "AVP",
            "TODO",
        ] {
            assert!(is_blank(text), "{text}");
        }
        for text in [
            "hunter2",
            "\\hunter2",
            "pa$$word",
            "a<b",
            "$1$x",
            "password",
            "changeme",
            "x",
            "<",
            "@a",
            "xxy",
            "todo1",
        ] {
            assert!(!is_blank(text), "{text}");
        }
    }

    #[test]
    fn knows_the_passwords_of_examples() {
        for text in [
            "password",
            "PASSWORD",
            "pw",
            "my-password",
            "%s",
            "%(password)s",
            "$PW",
        ] {
            assert!(is_blank_or_example(text), "{text}");
        }
        for text in ["hunter2", "password1", "postgres", "changeme"] {
            assert!(!is_blank_or_example(text), "{text}");
        }
    }
}
