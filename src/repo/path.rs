//! Paths inside the repository.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A path of a file or folder inside the repository, relative to its root.
///
/// Components are separated by `/`; there is no leading `/`, no empty, `.` or `..` component, no backslash
/// and no control character. The root itself is the empty path. Symbolic links are the binary's concern.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RepoPath(String);

/// Why a text is no path inside the repository.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the path {path:?} {problem}")]
pub struct RepoPathError {
    path: String,
    problem: &'static str,
}

impl RepoPathError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        "give a path below the repository's root, with `/` between its parts, such as infra/databases/postgres"
    }
}

impl RepoPath {
    /// The repository's root.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// The path as text, with `/` between the parts; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path; the root is its own parent.
    pub fn parent(&self) -> Self {
        match self.0.rsplit_once('/') {
            Some((parent, _)) => Self(parent.to_owned()),
            None => Self::root(),
        }
    }

    /// Whether this is the repository's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of `relative` below this folder.
    ///
    /// # Errors
    /// When `relative` is no path inside the repository by itself.
    pub fn join(&self, relative: &str) -> Result<Self, RepoPathError> {
        let relative: Self = relative.parse()?;
        if self.is_root() {
            return Ok(relative);
        }
        if relative.is_root() {
            return Ok(self.clone());
        }
        Ok(Self(format!("{}/{}", self.0, relative.0)))
    }

    /// The path that `reference` means when it stands in a file of this folder; `..` goes up.
    ///
    /// None when it leaves the repository, is absolute, or is no path.
    pub fn resolve(&self, reference: &str) -> Option<Self> {
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        if reference.starts_with('/') {
            return None;
        }
        for part in reference.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        parts.join("/").parse().ok()
    }

    /// The path from `folder` to this one, when this one is below it.
    pub fn relative_to(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return Some(&self.0);
        }
        self.0.strip_prefix(folder.as_str())?.strip_prefix('/')
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl FromStr for RepoPath {
    type Err = RepoPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |problem| RepoPathError {
            path: text.to_owned(),
            problem,
        };
        if text.starts_with('/') {
            return Err(refuse("is absolute"));
        }
        if text.contains('\\') {
            return Err(refuse("holds a backslash"));
        }
        if text.contains(|c: char| c.is_control()) {
            return Err(refuse("holds a control character"));
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(refuse("leaves the repository with `..`")),
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises() {
        let path: RepoPath = "./infra//databases/./x.yaml/".parse().unwrap();
        assert_eq!(path.as_str(), "infra/databases/x.yaml");
        assert_eq!(path.file_name(), "x.yaml");
        assert_eq!(path.parent().as_str(), "infra/databases");
        assert_eq!(
            path.relative_to(&"infra".parse().unwrap()),
            Some("databases/x.yaml")
        );
        assert_eq!(path.relative_to(&"inf".parse().unwrap()), None);
        assert_eq!("x".parse::<RepoPath>().unwrap().parent(), RepoPath::root());
    }

    #[test]
    fn resolves() {
        let folder: RepoPath = "infra/databases".parse().unwrap();
        let resolved = |reference| folder.resolve(reference).map(|path| path.to_string());
        assert_eq!(
            resolved("../base/x.yaml"),
            Some("infra/base/x.yaml".to_owned())
        );
        assert_eq!(
            resolved("./x.yaml"),
            Some("infra/databases/x.yaml".to_owned())
        );
        assert_eq!(resolved("../../../x.yaml"), None);
        assert_eq!(resolved("/x.yaml"), None);
    }

    #[test]
    fn refuses() {
        for (text, message) in [
            ("/etc/passwd", r#"the path "/etc/passwd" is absolute"#),
            (
                "a/../../b",
                r#"the path "a/../../b" leaves the repository with `..`"#,
            ),
            ("a\\b", r#"the path "a\\b" holds a backslash"#),
            ("a\0b", r#"the path "a\0b" holds a control character"#),
        ] {
            assert_eq!(text.parse::<RepoPath>().unwrap_err().to_string(), message);
        }
    }
}
