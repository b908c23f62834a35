//! kubeseal itself opens what we seal, and we open what it seals; where it is not installed, nothing is tested.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may do what the library may not, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pgdb::domain::scope::Scope;
use pgdb::domain::time::UnixTime;
use pgdb::sealing::{DemoKey, SealingKey, UnsealingKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tempfile::TempDir;

const NAMESPACE: &str = "postgres";
const NAME: &str = "my-shop-db-creds";

/// 2026-01-01 00:00:00 UTC.
const NOW: UnixTime = UnixTime::new(1_767_225_600);

/// kubeseal looks at the real clock: a certificate that ends far from any day on which this test runs.
const VALID_FOR: Duration = Duration::from_secs(200 * 365 * 86_400);

/// A key pair in files, as kubeseal wants it.
struct Fixture {
    folder: TempDir,
    key: DemoKey,
}

impl Fixture {
    fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let key = DemoKey::generate(2048, &mut rng, NOW, VALID_FOR).unwrap();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("key.pem"), key.private_key_pem()).unwrap();
        fs::write(folder.path().join("cert.pem"), key.certificate_pem()).unwrap();
        Self { folder, key }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What kubeseal prints, given `arguments` and `input`; an error is its standard error.
    fn kubeseal(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new("kubeseal")
            .args(arguments)
            .env("KUBECONFIG", self.path("no-such-kubeconfig"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The SealedSecret `sealed`, opened by kubeseal with the private key alone: the Secret.
    fn recover(&self, sealed: &Value) -> Result<Value, String> {
        let key = self.path("key.pem");
        let arguments = [
            "--recovery-unseal",
            "--recovery-private-key",
            key.to_str().unwrap(),
        ];
        let secret = self.kubeseal(&arguments, sealed.to_string().as_bytes())?;
        Ok(serde_json::from_slice(&secret).unwrap())
    }
}

/// Whether kubeseal is on the PATH; if not, says that the test did nothing.
fn kubeseal_is_missing(test: &str) -> bool {
    let missing = Command::new("kubeseal").arg("--version").output().is_err();
    if missing {
        eprintln!("{test}: skipped, because kubeseal is not on the PATH");
    }
    missing
}

/// A SealedSecret whose values were sealed for `label`, and that says it is of `scope`.
fn sealed_secret(
    key: &SealingKey,
    values: &BTreeMap<&str, Vec<u8>>,
    scope: Scope,
    label: &str,
) -> Value {
    let mut rng = StdRng::seed_from_u64(2);
    let sealed: BTreeMap<_, _> = values
        .iter()
        .map(|(name, value)| (*name, key.seal(value, label, &mut rng).unwrap()))
        .collect();
    let annotations: BTreeMap<_, _> = scope.annotation().into_iter().collect();
    json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "annotations": annotations},
        "spec": {
            "encryptedData": sealed,
            "template": {
                "metadata": {"name": NAME, "namespace": NAMESPACE},
                "type": "kubernetes.io/basic-auth",
                "data": {"uri": "postgresql://{{ .username }}:{{ .password }}@db/my_shop"},
            },
        },
    })
}

fn values() -> BTreeMap<&'static str, Vec<u8>> {
    BTreeMap::from([
        ("username", b"my_shop".to_vec()),
        ("password", b"hYwTkao5KpNMlR0waJIyaBPtTlk3X1zs".to_vec()),
        ("empty", Vec::new()),
        ("binary", (0..=255).collect()),
        ("long", vec![b'x'; 5_000]),
    ])
}

#[test]
fn kubeseal_opens_what_we_seal() {
    if kubeseal_is_missing("kubeseal_opens_what_we_seal") {
        return;
    }
    let fixture = Fixture::new();
    let key = SealingKey::from_pem(fixture.key.certificate_pem(), NOW).unwrap();
    for scope in Scope::ALL {
        let label = scope.label(NAMESPACE, NAME);
        let secret = fixture
            .recover(&sealed_secret(&key, &values(), scope, &label))
            .unwrap_or_else(|error| panic!("{scope}: {error}"));
        let mut expected = values();
        let uri = b"postgresql://my_shop:hYwTkao5KpNMlR0waJIyaBPtTlk3X1zs@db/my_shop";
        expected.insert("uri", uri.to_vec());
        // Go writes an empty value as null.
        let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default());
        let data: BTreeMap<_, _> = secret["data"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), decode(value).unwrap()))
            .collect();
        assert_eq!(data, expected, "{scope}");
        assert_eq!(secret["type"], "kubernetes.io/basic-auth");
        assert_eq!(secret["metadata"]["name"], NAME);
    }
}

#[test]
fn kubeseal_refuses_another_label() {
    if kubeseal_is_missing("kubeseal_refuses_another_label") {
        return;
    }
    let fixture = Fixture::new();
    let key = SealingKey::from_pem(fixture.key.certificate_pem(), NOW).unwrap();
    for scope in Scope::ALL {
        let sealed = sealed_secret(&key, &values(), scope, "postgres/other");
        assert!(fixture.recover(&sealed).is_err(), "{scope}");
    }
}

#[test]
fn we_open_what_kubeseal_seals() {
    if kubeseal_is_missing("we_open_what_kubeseal_seals") {
        return;
    }
    let fixture = Fixture::new();
    let certificate = fixture.path("cert.pem");
    let key = UnsealingKey::from_pem(fixture.key.private_key_pem()).unwrap();
    for scope in Scope::ALL {
        let arguments = [
            "--raw",
            "--cert",
            certificate.to_str().unwrap(),
            "--namespace",
            NAMESPACE,
            "--name",
            NAME,
            "--scope",
            scope.as_str(),
            "--from-file",
            "/dev/stdin",
        ];
        let sealed = fixture.kubeseal(&arguments, b"s3cret").unwrap();
        let sealed = String::from_utf8(sealed).unwrap();
        let opened = key
            .unseal(sealed.trim_end(), &scope.label(NAMESPACE, NAME))
            .unwrap_or_else(|error| panic!("{scope}: {error}"));
        assert_eq!(opened.as_slice(), b"s3cret", "{scope}");
    }
}
