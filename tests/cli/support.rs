//! A repository in a temporary folder, and the binary run in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::repo::yaml::{Node, parse};
use pgdb::sealing::UnsealingKey;
use tempfile::TempDir;

/// The Cluster's file in the guide's repository.
pub const CLUSTER: &str = "infra/databases/postgres/postgres-cluster.yaml";
/// The kustomization beside it.
pub const KUSTOMIZATION: &str = "infra/databases/postgres/kustomization.yaml";
/// The sealing certificate.
pub const CERTIFICATE: &str = "infra/sealed-secrets/pub-cert.pem";
/// What `new-app my-shop` makes.
pub const SEALED: &str = "infra/databases/postgres/my-shop-secrets-sealed.yaml";
/// What `new-app my-shop` makes.
pub const DATABASE: &str = "infra/databases/postgres/my-shop-db.yaml";

/// The files of a repository: path to text; `.git` is left out.
pub type Tree = BTreeMap<String, String>;

/// A repository of its own for one test.
pub struct Repository {
    folder: TempDir,
}

/// What a run printed, and its exit code (-1 for a run that a signal ended).
#[derive(Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Repository {
    /// The guide's repository, with the 2048-bit certificate of the vectors as its sealing certificate.
    pub fn guide() -> Self {
        let repository = Self::empty();
        copy(&fixture("guide"), repository.path());
        repository.write(CERTIFICATE, &vector_key("certificate_pem"));
        repository
    }

    /// A git repository that holds nothing.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pgdb-test-")
            .tempdir()
            .unwrap();
        let git = folder.path().join(".git");
        fs::create_dir_all(git.join("objects")).unwrap();
        fs::create_dir_all(git.join("refs")).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        Self { folder }
    }

    /// Its root.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with its folders.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Replaces a text in a file, which must be there once.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// All files but those of git.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        collect(self.path(), self.path(), &mut tree);
        tree
    }

    /// The binary, to be run in the repository with nothing of the environment but `PATH`.
    pub fn command<Arg: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = Arg>) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path().parent().unwrap());
        command
    }

    /// Runs the binary without a terminal; the arguments are the words of `line`.
    pub fn run(&self, line: &str) -> Outcome {
        self.run_with(line, b"")
    }

    /// Runs the binary with this on its standard input.
    pub fn run_with(&self, line: &str, stdin: &[u8]) -> Outcome {
        run(self.command(line.split_whitespace()), stdin)
    }

    /// Runs the binary, which must succeed and say nothing but `stderr`'s usual summary; gives standard output.
    pub fn run_ok(&self, line: &str) -> String {
        let outcome = self.run(line);
        assert_eq!(outcome.code, 0, "{line}: {}", outcome.stderr);
        outcome.stdout
    }

    /// Runs `new-app my-shop --app-namespace shop` with more words.
    pub fn new_app(&self, more: &str) -> Outcome {
        self.run(&format!("new-app my-shop --app-namespace shop {more}"))
    }

    /// The manifests that such a run would write, sealed values left out.
    pub fn manifests(&self, more: &str) -> String {
        let outcome = self.new_app(&format!("{more} --dry-run=client --output=yaml --quiet"));
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, warning_of(more)),
            "{more}"
        );
        without_sealed_values(&outcome.stdout)
    }

    /// The structure that such a run would print, without writing anything.
    pub fn report(&self, more: &str) -> serde_json::Value {
        let outcome = self.new_app(&format!("{more} --dry-run=client --output=json --quiet"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{more}");
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    /// What `new-app` says to more words that it must refuse with exit code 2, without data and without a change.
    pub fn refusal(&self, more: &str) -> String {
        let args = "new-app my-shop --app-namespace shop".split_whitespace();
        self.refusal_of(args.chain(more.split_whitespace()), b"")
    }

    /// What a call says that must be refused with exit code 2, without data and without a change of any file.
    pub fn refusal_of<'arg>(
        &self,
        args: impl IntoIterator<Item = &'arg str>,
        stdin: &[u8],
    ) -> String {
        self.refusal_by(self.command(args), stdin)
    }

    /// The same for a command that was prepared.
    pub fn refusal_by(&self, command: Command, stdin: &[u8]) -> String {
        let before = self.tree();
        let shown = format!("{command:?}");
        let outcome = run(command, stdin);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{shown}\n{}",
            outcome.stderr
        );
        assert_eq!(self.tree(), before, "{shown}");
        self.without_path(&outcome.stderr)
    }

    /// The text with the root's path as `ROOT`.
    pub fn without_path(&self, text: &str) -> String {
        let root = self.path().canonicalize().unwrap();
        text.replace(root.to_str().unwrap(), "ROOT")
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    /// Runs git in the repository, which must succeed.
    pub fn git(&self, line: &str, stdin: &str) -> Outcome {
        let mut command = Command::new("git");
        command
            .args(line.split_whitespace())
            .current_dir(self.path());
        let outcome = run(command, stdin.as_bytes());
        assert_eq!(outcome.code, 0, "git {line}: {}", outcome.stderr);
        outcome
    }

    /// Opens every sealed value of a SealedSecret with the private key of the vectors: key to value.
    pub fn unsealed(&self, path: &str) -> BTreeMap<String, String> {
        let text = self.read(path);
        let stream = parse(&text).unwrap();
        let root = &stream.documents[0].root;
        let name = |key: &str| root.at(&["metadata", key]).and_then(Node::as_str).unwrap();
        let scope = |key: &str| root.at(&["metadata", "annotations", key]).is_some();
        let label = if scope("sealedsecrets.bitnami.com/cluster-wide") {
            String::new()
        } else if scope("sealedsecrets.bitnami.com/namespace-wide") {
            name("namespace").to_owned()
        } else {
            format!("{}/{}", name("namespace"), name("name"))
        };
        self.unsealed_for(path, &label).unwrap()
    }

    /// Opens every sealed value for this label; none when one of them does not open.
    pub fn unsealed_for(&self, path: &str, label: &str) -> Option<BTreeMap<String, String>> {
        let text = self.read(path);
        let stream = parse(&text).unwrap();
        let der = STANDARD
            .decode(vector_key("private_key_pkcs8_der_b64"))
            .unwrap();
        let key = UnsealingKey::from_der(&der).unwrap();
        let sealed = stream.documents[0].root.at(&["spec", "encryptedData"]);
        let entries = sealed.unwrap().entries().iter().map(|(name, sealed)| {
            let value = key.unseal(sealed.as_str().unwrap(), label).ok()?;
            let value = String::from_utf8(value.to_vec()).unwrap();
            Some((name.as_str().unwrap().to_owned(), value))
        });
        entries.collect()
    }
}

/// What is warned of where flags ask for the namespace `pg`, which is not the guide's Cluster's.
pub fn warning_of(flags: &str) -> &'static str {
    if flags.contains("--namespace pg") {
        "warning: infra/databases/postgres/postgres-cluster.yaml: the Cluster is in the namespace postgres; pg is used, \
         as asked for, and what is sealed for it opens nowhere else\n"
    } else {
        ""
    }
}

/// The binary under test.
pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_kubectl-pgdb"))
}

/// Runs a command to its end.
pub fn run(mut command: Command, stdin: &[u8]) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A program that does not read its input closes the pipe.
    drop(pipe.write_all(stdin));
    drop(pipe);
    outcome(child.wait_with_output().unwrap())
}

/// What a finished process printed.
pub fn outcome(output: Output) -> Outcome {
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The text with every sealed value replaced, since sealing is different each time.
pub fn without_sealed_values(text: &str) -> String {
    let is_sealed = |word: &str| word.len() > 300 && STANDARD.decode(word).is_ok();
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let content = word.trim_end_matches([' ', '\n']);
        if is_sealed(content) {
            word.replace(content, "<sealed>")
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

/// What changed from one text to the other: its lines with `-` and `+`, each change with one line around it.
pub fn changed_lines(before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let text = diff.unified_diff().context_radius(1).to_string();
    let lines = text.lines().filter(|line| !line.starts_with("@@"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The trees' files that differ: a path and its two texts, an absent one empty.
pub fn changed_files(before: &Tree, after: &Tree) -> BTreeMap<String, (String, String)> {
    let text = |tree: &Tree, path: &str| tree.get(path).cloned().unwrap_or_default();
    let paths = before.keys().chain(after.keys());
    paths
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| (path.clone(), (text(before, path), text(after, path))))
        .collect()
}

/// What of a tree is the same in each run: all but the sealed values.
pub fn comparable(tree: Tree) -> Tree {
    tree.into_iter()
        .map(|(path, text)| (path, without_sealed_values(&text)))
        .collect()
}

/// A folder of the tests' fixtures.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A field of the vectors' 2048-bit key.
pub fn vector_key(field: &str) -> String {
    vector_keys()[0][field].as_str().unwrap().to_owned()
}

/// The vectors' keys.
pub fn vector_keys() -> Vec<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/vectors.json");
    let vectors: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    vectors["keys"].as_array().unwrap().clone()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn collect(root: &Path, folder: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if entry.file_name() == ".git" {
            continue;
        }
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if kind.is_dir() {
            collect(root, &path, tree);
        } else if kind.is_symlink() {
            tree.insert(
                name,
                format!("-> {}", fs::read_link(&path).unwrap().display()),
            );
        } else {
            tree.insert(
                name,
                String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            );
        }
    }
}
