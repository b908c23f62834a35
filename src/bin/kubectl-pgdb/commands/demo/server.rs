//! The sample of a server that CloudNativePG does not run.

use pgdb::domain::dsn::Dsn;
use pgdb::init::server::{Server, seal_connection};
use pgdb::render::Templates;
use pgdb::repo::change_set::ChangeSet;
use pgdb::repo::draft::Draft;
use pgdb::repo::snapshot::Snapshot;
use pgdb::sealing::{DemoKey, SealingKey};
use pgdb::settings::{FILE, Settings};
use pgdb::target::{GUIDE_DIRECTORY, GUIDE_NAMESPACE, Target, TargetRequest};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::randomness;
use crate::workspace::{now, settings_failure};

/// The sample's administrator, whose password opens nothing.
const DSN: &[u8] =
    b"postgresql://admin:a-sample-password@db.example.org:5432/postgres?sslmode=verify-full";

/// The settings and the sealed connection of the sample's server.
pub(super) fn files(certificate: &str, key: &DemoKey) -> Result<ChangeSet, Failure> {
    let dsn = Dsn::from_bytes(Zeroizing::new(DSN.to_vec()), false)
        .map_err(|error| Failure::unknown(error, error.help()))?;
    let server = Server {
        name: "postgres-legacy".parse()?,
        namespace: GUIDE_NAMESPACE.parse()?,
        endpoint: dsn.endpoint().clone(),
        connection_secret: None,
        directory: GUIDE_DIRECTORY.parse()?,
        certificate: Some(certificate.parse()?),
        allows_plaintext: false,
    };
    let text = server.settings();
    let settings = Settings::parse(&text).map_err(settings_failure)?;
    let chosen = settings
        .target(None)
        .map_err(|error| Failure::usage(&error, error.help()))?;
    let request = TargetRequest::default().or_settings(&chosen.settings);
    let snapshot = Snapshot::new([(
        format!("{GUIDE_DIRECTORY}/kustomization.yaml").parse()?,
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n"
            .to_owned(),
    )]);
    let target = Target::resolve(&request, &snapshot)?;
    let sealing_key = SealingKey::from_pem(key.certificate_pem(), now())
        .map_err(|error| Failure::unknown(&error, error.help()))?;
    let mut draft = Draft::new(&snapshot);
    draft.write(&FILE.parse()?, text);
    let mut rng = randomness::system()?;
    seal_connection(
        &target,
        &dsn,
        &Templates::default(),
        &sealing_key,
        &mut rng,
        &mut draft,
    )?;
    let drafted = draft.into_change_set();
    // In the demo all of it is new.
    let mut changes = ChangeSet::default();
    for change in drafted.changes() {
        if let Some(after) = change.after() {
            changes.write(change.path().clone(), None, after.to_owned());
        }
    }
    Ok(changes)
}
