//! The name by which `--target` and `.pgdb.yaml` mean one PostgreSQL of several.

use std::str::FromStr;

use super::kubernetes_name::check_label;
use super::name::{NameError, checked_texts};

/// The name of a target, such as `prod`: an RFC 1123 label of at most 63 characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TargetName(String);

checked_texts!(TargetName);

impl FromStr for TargetName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check_label("the target name", text)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_label() {
        assert_eq!("prod-2".parse::<TargetName>().unwrap().as_str(), "prod-2");
        assert_eq!(
            "Prod".parse::<TargetName>().unwrap_err().to_string(),
            r#"the target name "Prod" holds the capital letter 'P'"#
        );
    }
}
