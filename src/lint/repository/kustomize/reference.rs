//! What a word of a kustomization means: a path in the repository, or something from elsewhere.
//!
//! Source: kustomize, `api/internal/git/repospec.go` (`NewRepoSpecFromURL`) and `api/internal/loader/fileloader.go` (`Load`, `New`):
//! a URL, else a file, else a Git repository, else a folder.

use crate::repo::path::RepoPath;

/// How words begin that kustomize takes for a repository of GitHub, the only host that needs no scheme. `gh:` was taken by
/// versions before 5.
const GITHUB: [&str; 3] = ["github.com/", "github.com:", "gh:"];

/// What is part of a repository's address and of no path that anybody chooses. Versions before 5 took some of these without a
/// scheme.
const GIT: [&str; 3] = [".git/", "_git/", "?"];

/// The path that a word means in a kustomization of this folder; none where it means something from elsewhere, leaves the
/// repository, is absolute, or is a patch in place of a path.
pub(super) fn path(folder: &RepoPath, word: &str) -> Option<RepoPath> {
    if is_remote(word) || is_inline(word) || word.is_empty() {
        return None;
    }
    folder.resolve(word)
}

/// Whether kustomize would fetch it.
fn is_remote(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let is_forced = word.starts_with("git::");
    is_forced
        || word.contains("://")
        || has_user(&word)
        || GITHUB.iter().any(|host| word.starts_with(host))
        || GIT.iter().any(|mark| word.contains(mark))
        || word.ends_with(".git")
}

/// Whether it begins as `git@host:` does.
fn has_user(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, _)| {
        user.starts_with(|c: char| c.is_ascii_alphabetic())
            && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

/// Whether it is a patch itself, as `patchesStrategicMerge` may have it.
fn is_inline(word: &str) -> bool {
    word.contains('\n') || word.contains(": ") || word.starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_they_mean() {
        let folder: RepoPath = "infra/pg".parse().unwrap();
        for (word, expected) in [
            ("db.yaml", Some("infra/pg/db.yaml")),
            ("./db.yaml", Some("infra/pg/db.yaml")),
            ("../base", Some("infra/base")),
            ("../base/", Some("infra/base")),
            ("../../apps//shop", Some("apps/shop")),
            ("sub/v1.2/db.yaml", Some("infra/pg/sub/v1.2/db.yaml")),
            (
                "shop.example.org/db.yaml",
                Some("infra/pg/shop.example.org/db.yaml"),
            ),
            // Without a scheme only GitHub is taken for a host.
            ("gitlab.com/org/repo", Some("infra/pg/gitlab.com/org/repo")),
            ("conf.d/db.yaml", Some("infra/pg/conf.d/db.yaml")),
            (".hidden/db.yaml", Some("infra/pg/.hidden/db.yaml")),
            (
                "github.community/x.yaml",
                Some("infra/pg/github.community/x.yaml"),
            ),
            ("a@b/db.yaml", None),
            ("../../../elsewhere", None),
            ("/etc/db.yaml", None),
            ("", None),
            ("https://example.org/db.yaml", None),
            ("HTTPS://example.org/db.yaml", None),
            ("https://github.com/org/repo//path?ref=v1", None),
            ("github.com/org/repo//path?ref=v1", None),
            ("GitHub.com/org/repo", None),
            ("github.com:org/repo", None),
            ("gh:org/repo", None),
            ("git::https://example.org/repo", None),
            ("git::gitlab.com/org/repo", None),
            ("git@example.org:org/repo.git", None),
            ("ssh://git@example.org/org/repo", None),
            ("file:///srv/repo", None),
            ("oci://example.org/chart", None),
            ("example.org/org/repo.git", None),
            ("example.org/org/repo.git//path", None),
            ("dev.example.org/org/project/_git/repo", None),
            ("example.org/org/repo?version=v1", None),
            ("apiVersion: v1\nkind: Secret\n", None),
            ("{\"kind\": \"Secret\"}", None),
            ("back\\slash.yaml", None),
        ] {
            let found = path(&folder, word);
            assert_eq!(found.as_ref().map(RepoPath::as_str), expected, "{word}");
        }
    }
}
