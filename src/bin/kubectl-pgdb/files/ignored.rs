//! Whether git would ignore a file.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};
use pgdb::repo::path::RepoPath;

use super::root::Root;

impl Root {
    /// The rule by which git ignores a file at this path, such as `*secret*` of `.gitignore`; none where it does not.
    ///
    /// The `.gitignore` of the nearest folder decides, then `info/exclude`, then the user's own excludes
    /// (gitignore(5)).
    pub(crate) fn ignores(&self, path: &RepoPath) -> Option<String> {
        let file = self.path().join(path.as_str());
        let folders = file
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(self.path()));
        let excludes = (
            self.path().to_owned(),
            self.path().join(".git/info/exclude"),
        );
        let lists = folders
            .map(|folder| (folder.to_owned(), folder.join(".gitignore")))
            .chain([excludes])
            .map(|(folder, list)| rules(&folder, &list))
            .chain([Gitignore::global().0]);
        for rules in lists {
            match rules.matched_path_or_any_parents(&file, false) {
                Match::Ignore(rule) => return Some(self.described(rule)),
                Match::Whitelist(_) => return None,
                Match::None => {}
            }
        }
        None
    }

    fn described(&self, rule: &Glob) -> String {
        let list = rule
            .from()
            .map_or(Path::new("the user's excludes"), |list| {
                list.strip_prefix(self.path()).unwrap_or(list)
            });
        format!("`{}` in {}", rule.original(), list.display())
    }
}

/// The rules of a list that stands for a folder; none where there is no list, or it cannot be read.
fn rules(folder: &Path, list: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    if list.is_file() {
        drop(builder.add(list));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_list_decides() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("infra/db")).unwrap();
        fs::write(
            folder.path().join(".gitignore"),
            "*secret*\n/infra/other/\n",
        )
        .unwrap();
        fs::write(
            folder.path().join("infra/db/.gitignore"),
            "!*-sealed.yaml\n",
        )
        .unwrap();
        let root = Root::at(folder.path()).unwrap();
        let ignores = |path: &str| root.ignores(&path.parse().unwrap());
        assert_eq!(ignores("infra/db/secrets-sealed.yaml"), None);
        assert_eq!(
            ignores("infra/db/secrets.yaml"),
            Some("`*secret*` in .gitignore".to_owned())
        );
        assert_eq!(
            ignores("infra/other/x.yaml"),
            Some("`/infra/other/` in .gitignore".to_owned())
        );
        assert_eq!(ignores("infra/db/x.yaml"), None);
    }
}
