//! The server's certificate, and kubeconfig files that trust it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The token that is accepted at first.
pub const TOKEN: &str = "tester-bearer-token";

/// An authority of its own, and a certificate for 127.0.0.1 and `localhost`.
pub struct Certificate {
    /// The authority's certificate, as PEM.
    pub authority: String,
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Certificate {
    pub fn generate() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "kubernetes");
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();

        let names = ["127.0.0.1", "localhost"].map(str::to_owned).to_vec();
        let mut params = CertificateParams::new(names).unwrap();
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "kube-apiserver");
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self {
            authority: issuer.pem(),
            certificate,
            key,
        }
    }

    /// What takes TLS connections with this certificate; without ALPN, so that HTTP/1.1 is spoken.
    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// The folder of the kubeconfig files.
pub struct Kubeconfigs {
    folder: TempDir,
    server: String,
    authority: String,
}

impl Kubeconfigs {
    pub fn new(server: &str, certificate: &Certificate) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pgdb-kubeconfig-")
            .tempdir();
        let this = Self {
            folder: folder.unwrap(),
            server: server.to_owned(),
            authority: certificate.authority.clone(),
        };
        this.write("config", TOKEN);
        this
    }

    /// The file with the first token.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// A file with another token.
    pub fn write(&self, name: &str, token: &str) -> PathBuf {
        self.write_user(name, &json!({"token": token}))
    }

    /// A file whose user has its token from a program, which notes each of its runs.
    pub fn write_plugin(&self) -> PathBuf {
        let folder = self.folder.path();
        let (script, runs) = (folder.join("plugin"), self.runs());
        let credential = json!({
            "apiVersion": "client.authentication.k8s.io/v1",
            "kind": "ExecCredential",
            "status": {"token": "TOKEN"},
        })
        .to_string()
        .replace("TOKEN", "'\"$(cat \"$0.token\")\"'");
        let text = format!(
            "#!/bin/sh\necho run >>'{}'\necho '{credential}'\n",
            runs.display()
        );
        self.set_plugin_token(TOKEN);
        write(&script, &text);
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&script, executable).unwrap();
        let user = json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": script,
            "interactiveMode": "Never",
        }});
        self.write_user("config-plugin", &user)
    }

    /// What the program gives from now on.
    pub fn set_plugin_token(&self, token: &str) {
        write(&self.folder.path().join("plugin.token"), token);
    }

    /// How often the program ran.
    pub fn plugin_runs(&self) -> usize {
        let runs = fs::read_to_string(self.runs()).unwrap_or_default();
        runs.lines().count()
    }

    fn runs(&self) -> PathBuf {
        self.folder.path().join("plugin.runs")
    }

    /// JSON, which is YAML as well.
    fn write_user(&self, name: &str, user: &Value) -> PathBuf {
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "tester", "namespace": "default"}}],
            "clusters": [{"name": "test", "cluster": {
                "server": self.server,
                "certificate-authority-data": STANDARD.encode(&self.authority),
            }}],
            "users": [{"name": "tester", "user": user}],
        });
        let path = self.folder.path().join(name);
        let text = serde_json::to_string_pretty(&config).unwrap();
        write(&path, &text);
        path
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}
