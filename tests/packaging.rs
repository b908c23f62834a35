//! The krew manifest follows krew's rules, and `scripts/package` makes what it says.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files and runs a script, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;

const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));
const UNMADE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// krew `pkg/index/types.go`; a field that krew does not know is refused here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plugin {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    version: String,
    homepage: String,
    short_description: String,
    description: String,
    caveats: String,
    platforms: Vec<Platform>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Platform {
    selector: Selector,
    uri: String,
    sha256: String,
    bin: String,
    files: Vec<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Selector {
    match_labels: BTreeMap<String, String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn parse(path: &Path) -> Plugin {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    let owned = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
    owned.into_iter().collect()
}

/// A platform of the manifest, as it must be.
fn platform(os: &str, arch: &str, owner: &str, sha256: &str) -> Platform {
    Platform {
        selector: Selector {
            match_labels: map([("os", os), ("arch", arch)]),
        },
        uri: format!(
            "https://github.com/{owner}/kubectl-pgdb/releases/download/{VERSION}/kubectl-pgdb-{os}-{arch}.tar.gz"
        ),
        sha256: sha256.to_owned(),
        bin: "kubectl-pgdb".to_owned(),
        files: vec![
            map([("from", "kubectl-pgdb"), ("to", ".")]),
            map([("from", "LICENSE"), ("to", ".")]),
        ],
    }
}

#[test]
fn manifest_follows_krews_rules() {
    let plugin = parse(&root().join("krew-manifest.yaml"));
    assert_eq!(
        (plugin.api_version.as_str(), plugin.kind.as_str()),
        ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    );
    assert_eq!(plugin.metadata.name, "pgdb");
    let spec = plugin.spec;
    assert_eq!(spec.version, VERSION);
    assert_eq!(spec.homepage, "https://github.com/OWNER/kubectl-pgdb");
    // It shares a line with the name in what `kubectl krew search` prints, where "kubectl" goes without saying.
    let short = spec.short_description;
    assert!(
        (1..=50).contains(&short.len()) && !short.contains(['\r', '\n']) && !short.ends_with('.'),
        "{short:?}"
    );
    assert!(!short.contains("kubectl"), "{short:?}");
    assert!(!spec.description.trim().is_empty());
    assert!(spec.caveats.contains("kubectl pgdb completion install\n"));
    assert_eq!(
        spec.platforms,
        [
            platform("linux", "amd64", "OWNER", UNMADE),
            platform("linux", "arm64", "OWNER", UNMADE),
            platform("darwin", "amd64", "OWNER", UNMADE),
            platform("darwin", "arm64", "OWNER", UNMADE),
        ]
    );
}

/// Runs `scripts/package` on a file in the binary's place, and gives what it printed.
fn package(out: &Path, target: &str, binary: &Path) -> String {
    let output = Command::new(root().join("scripts/package"))
        .args(["--owner", "example", "--target", target])
        .arg("--binary")
        .arg(binary)
        .arg("--out")
        .arg(out)
        .env("SOURCE_DATE_EPOCH", "1767225600")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a program prints.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn archives_are_the_same_each_time_and_in_the_manifest() {
    let folder = TempDir::new().unwrap();
    let out = |name: &str| -> PathBuf { folder.path().join(name) };
    let binary = out("built");
    fs::write(&binary, "what was built").unwrap();
    let first = package(&out("a"), "x86_64-unknown-linux-musl", &binary);
    // The same from a file with other permissions.
    fs::set_permissions(&binary, Permissions::from_mode(0o700)).unwrap();
    let again = package(&out("b"), "x86_64-unknown-linux-musl", &binary);
    let name = "kubectl-pgdb-linux-amd64.tar.gz";
    let archive = out("a").join(name);
    let archive = archive.to_str().unwrap();
    assert_eq!(
        fs::read(out("a").join(name)).unwrap(),
        fs::read(out("b").join(name)).unwrap()
    );
    let sum = printed("sha256sum", &[archive]);
    assert_eq!(first, sum);
    assert_ne!(first, again, "each names its own file");

    let listing = printed(
        "tar",
        &[
            "--list",
            "--verbose",
            "--numeric-owner",
            "--utc",
            "-f",
            archive,
        ],
    );
    let words = |line: &str| -> Vec<String> {
        let words = line.split_whitespace().map(str::to_owned);
        // All but the size.
        words
            .enumerate()
            .filter(|(at, _)| *at != 2)
            .map(|(_, word)| word)
            .collect()
    };
    let listed: Vec<String> = listing.lines().map(|line| words(line).join(" ")).collect();
    assert_eq!(
        listed,
        [
            "-rw-r--r-- 0/0 2026-01-01 00:00 LICENSE",
            "-rwxr-xr-x 0/0 2026-01-01 00:00 kubectl-pgdb",
        ]
    );

    // A second platform is added to the manifest of the first.
    package(&out("a"), "aarch64-apple-darwin", &binary);
    let darwin = printed(
        "sha256sum",
        &[out("a")
            .join("kubectl-pgdb-darwin-arm64.tar.gz")
            .to_str()
            .unwrap()],
    );
    let sum_of = |line: &str| line.split(' ').next().unwrap().to_owned();
    let plugin = parse(&out("a").join("pgdb.yaml"));
    assert_eq!(
        plugin.spec.homepage,
        "https://github.com/example/kubectl-pgdb"
    );
    assert_eq!(
        plugin.spec.platforms,
        [
            platform("linux", "amd64", "example", &sum_of(&sum)),
            platform("linux", "arm64", "example", UNMADE),
            platform("darwin", "amd64", "example", UNMADE),
            platform("darwin", "arm64", "example", &sum_of(&darwin)),
        ]
    );
}
