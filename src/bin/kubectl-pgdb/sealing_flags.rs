//! Which certificate is sealed with, for the commands that seal.

use std::path::PathBuf;

use clap::Args;
use pgdb::sealing::SealingKey;

use crate::cluster::ClusterFlags;
use crate::commands::fetch_cert::{ControllerFlags, fetch};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::workspace::{Workspace, warn_of_end};

/// Which certificate is sealed with.
#[derive(Args, Clone, Debug)]
pub(crate) struct SealingFlags {
    /// Seal with the certificate in this file [default: infra/sealed-secrets/pub-cert.pem].
    #[arg(long, value_name = "FILE", env = "PGDB_CERT", hide_env = true)]
    pub(crate) cert: Option<PathBuf>,
    /// Seal with the newest certificate of the cluster's Sealed Secrets controller.
    #[arg(
        long,
        env = "PGDB_CERT_FROM_CLUSTER",
        hide_env = true,
        conflicts_with = "cert",
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub(crate) cert_from_cluster: bool,
}

impl SealingFlags {
    /// The key of the certificate. Why there is none is for the caller to say where one is needed.
    ///
    /// # Errors
    /// When the user interrupts, or a flag that names the controller is no name.
    pub(crate) fn key(
        &self,
        controller: &ControllerFlags,
        cluster: &ClusterFlags,
        workspace: &Workspace,
        output: &Output,
    ) -> Result<Result<SealingKey, Failure>, Failure> {
        if !self.cert_from_cluster {
            return Ok(workspace.sealing_key(self.cert.as_deref(), output));
        }
        let wanted = controller.wanted(&workspace.settings)?;
        match fetch(cluster, &wanted) {
            Ok(fetched) => {
                warn_of_end(fetched.origin(), fetched.key(), output);
                Ok(Ok(fetched.key().clone()))
            }
            Err(failure) if failure.exit == Exit::Interrupted => Err(failure),
            Err(failure) => Ok(Err(failure)),
        }
    }
}
