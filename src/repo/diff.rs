//! Change sets as people and `git apply` read them.

use similar::TextDiff;

use super::change_set::{Change, ChangeSet};

/// A unified diff of all changes, as `git apply` takes it; empty for an empty set.
pub fn unified(changes: &ChangeSet) -> String {
    changes.changes().iter().map(unified_change).collect()
}

fn unified_change(change: &Change) -> String {
    let path = change.path();
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    let mode = match change {
        Change::Create { .. } => "new file mode 100644\n",
        Change::Edit { .. } => "",
        Change::Delete { .. } => "deleted file mode 100644\n",
    };
    let header = (
        if change.before().is_some() {
            old.as_str()
        } else {
            "/dev/null"
        },
        if change.after().is_some() {
            new.as_str()
        } else {
            "/dev/null"
        },
    );
    let before = change.before().unwrap_or_default();
    let after = change.after().unwrap_or_default();
    let diff = TextDiff::from_lines(before, after);
    let body = diff
        .unified_diff()
        .context_radius(3)
        .header(header.0, header.1)
        .to_string();
    format!("diff --git {old} {new}\n{mode}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_git_takes() {
        let mut changes = ChangeSet::default();
        changes.write("a/new.yaml".parse().unwrap(), None, "x: 1\n".to_owned());
        changes.write(
            "old.yaml".parse().unwrap(),
            Some("a\nb"),
            "a\nb\nc".to_owned(),
        );
        assert_eq!(
            unified(&changes),
            "diff --git a/a/new.yaml b/a/new.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/a/new.yaml\n@@ -0,0 +1 @@\n+x: 1\n\
             diff --git a/old.yaml b/old.yaml\n--- a/old.yaml\n+++ b/old.yaml\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"
        );
    }
}
