//! Argo CD sync-waves.

use thiserror::Error;

/// The annotation that holds an object's sync-wave: an integer in quotes, lower first.
pub const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The waves in which an app's objects are synced: the credential, the role's Cluster, the Database; ascending.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waves {
    secret: i32,
    cluster: i32,
    database: i32,
}

/// Waves that are not in ascending order.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "the sync-waves are not in ascending order: SealedSecret {secret}, Cluster {cluster}, Database {database}"
)]
pub struct WavesError {
    secret: i32,
    cluster: i32,
    database: i32,
}

impl WavesError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        "Argo CD syncs lower waves first: the credential must be there before the role, and the role before the \
         database; set `waves` in .pgdb.yaml, or mend the Cluster's own sync-wave annotation"
    }
}

impl Waves {
    /// Waves in ascending order.
    ///
    /// # Errors
    /// When they do not ascend.
    pub fn new(secret: i32, cluster: i32, database: i32) -> Result<Self, WavesError> {
        if secret < cluster && cluster < database {
            return Ok(Self {
                secret,
                cluster,
                database,
            });
        }
        Err(WavesError {
            secret,
            cluster,
            database,
        })
    }

    /// The wave of the SealedSecret.
    pub fn secret(&self) -> i32 {
        self.secret
    }

    /// The wave of the Cluster, and of a DatabaseRole.
    pub fn cluster(&self) -> i32 {
        self.cluster
    }

    /// The wave of the Database.
    pub fn database(&self) -> i32 {
        self.database
    }
}

impl Default for Waves {
    /// The guide's: 0, 1 and 2.
    fn default() -> Self {
        Self {
            secret: 0,
            cluster: 1,
            database: 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascend() {
        assert_eq!(Waves::new(0, 1, 2).unwrap(), Waves::default());
        assert_eq!(
            Waves::new(0, 2, 2).unwrap_err().to_string(),
            "the sync-waves are not in ascending order: SealedSecret 0, Cluster 2, Database 2"
        );
        assert!(Waves::new(1, 0, 2).is_err());
    }
}
