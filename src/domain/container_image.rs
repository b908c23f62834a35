//! The image that a container runs.

use std::str::FromStr;

use super::name::{NameError, checked_texts, first_outside};

/// The longest that is taken; registries take less.
const LONGEST: usize = 512;

const HELP: &str = "give it as a Pod has it, such as ghcr.io/cloudnative-pg/postgresql:18";

/// The name of a container image, with its tag or digest: letters, digits and `-._/:@`, beginning with a letter or digit.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ContainerImage(String);

checked_texts!(ContainerImage);

impl FromStr for ContainerImage {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let refuse = |problem: String| Err(NameError::new("the image", text, problem, HELP));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._/:@".contains(c);
        match first_outside(text, allowed) {
            _ if text.is_empty() => refuse("is empty".to_owned()),
            Some(found) => refuse(format!("holds {found}")),
            None if text.len() > LONGEST => refuse(format!("has {} characters", text.len())),
            None if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
                refuse("does not begin with a letter or digit".to_owned())
            }
            None => Ok(Self(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_a_pod_takes() {
        for text in [
            "postgres",
            "docker.io/library/postgres:18-alpine",
            "localhost:5000/a/b@sha256:00ff",
            "a/b:Tag_1",
        ] {
            assert_eq!(text.parse::<ContainerImage>().unwrap().as_str(), text);
        }
        let problem = |text: &str| text.parse::<ContainerImage>().unwrap_err().to_string();
        assert_eq!(problem(""), r#"the image "" is empty"#);
        assert_eq!(problem("a b"), r#"the image "a b" holds a space"#);
        assert_eq!(
            problem("-a"),
            r#"the image "-a" does not begin with a letter or digit"#
        );
        assert_eq!(
            problem("a{{b"),
            r#"the image "a{{b" holds the character '{'"#
        );
    }
}
