//! The keys of `.pgdb.yaml`: what they are called, what they take, what they mean.

use Place::{File, Ignored, Lint, Target, Waves};

/// Every key of `.pgdb.yaml`, in the order in which they are best written.
///
/// The one source for the check of unknown keys, for the documentation and for the file that `init` writes.
pub const KEYS: [Key; 36] = [
    Key {
        name: "version",
        place: File,
        takes: "a version",
        example: "1",
        default: "1",
        about: "The version of this file's format; 1 is the only one.",
    },
    Key {
        name: "defaultTarget",
        place: File,
        takes: "a target's name",
        example: "prod",
        default: "none",
        about: "The target that is meant when no --target is given.",
    },
    Key {
        name: "cluster",
        place: Target,
        takes: "a name",
        example: "postgres-shared",
        default: "the repository's only Cluster",
        about: "The name of the CNPG Cluster that apps are put on, or of the server.",
    },
    Key {
        name: "namespace",
        place: Target,
        takes: "a name",
        example: "postgres",
        default: "the namespace in the Cluster's manifest, else postgres",
        about: "The namespace of that Cluster.",
    },
    Key {
        name: "clusterFile",
        place: Target,
        takes: "a file's path",
        example: "infra/databases/postgres/postgres-cluster.yaml",
        default: "the file that declares the Cluster",
        about: "The Cluster's manifest.",
    },
    Key {
        name: "directory",
        place: Target,
        takes: "a folder's path",
        example: "infra/databases/postgres",
        default: "the folder of the Cluster's manifest",
        about: "The folder that new manifests go to.",
    },
    Key {
        name: "certificate",
        place: Target,
        takes: "a file's path",
        example: "infra/sealed-secrets/pub-cert.pem",
        default: "infra/sealed-secrets/pub-cert.pem",
        about: "The sealing certificate of the Sealed Secrets controller.",
    },
    Key {
        name: "controllerName",
        place: Target,
        takes: "a name",
        example: "sealed-secrets-controller",
        default: "sealed-secrets-controller, else the one that is found",
        about: "The name of the Sealed Secrets controller's Service.",
    },
    Key {
        name: "controllerNamespace",
        place: Target,
        takes: "a name",
        example: "kube-system",
        default: "kube-system, else where it is found",
        about: "The namespace of that Service.",
    },
    Key {
        name: "waves",
        place: Target,
        takes: "keys and values",
        example: "{ secret: 0, cluster: 1, database: 2 }",
        default: "0, 1 and 2",
        about: "The Argo CD sync-waves of the SealedSecret, the Cluster and the Database; they must ascend.",
    },
    Key {
        name: "secret",
        place: Waves,
        takes: "a whole number",
        example: "0",
        default: "0",
        about: "The sync-wave of the SealedSecret.",
    },
    Key {
        name: "cluster",
        place: Waves,
        takes: "a whole number",
        example: "1",
        default: "1",
        about: "The sync-wave of the Cluster, and of a DatabaseRole.",
    },
    Key {
        name: "database",
        place: Waves,
        takes: "a whole number",
        example: "2",
        default: "2",
        about: "The sync-wave of the Database.",
    },
    Key {
        name: "roles",
        place: Target,
        takes: "managed or databaserole",
        example: "managed",
        default: "managed",
        about: "How roles are declared: managed (in the Cluster) or databaserole (objects of their own, CNPG 1.30).",
    },
    Key {
        name: "scope",
        place: Target,
        takes: "strict, namespace-wide or cluster-wide",
        example: "strict",
        default: "strict",
        about: "Where a sealed value can be opened: strict, namespace-wide or cluster-wide.",
    },
    Key {
        name: "reclaim",
        place: Target,
        takes: "retain or delete",
        example: "retain",
        default: "retain",
        about: "What becomes of a database whose Database object is deleted: retain or delete.",
    },
    Key {
        name: "connectionKeys",
        place: Target,
        takes: "true or false",
        example: "true",
        default: "true",
        about: "Whether the Secret also holds host, port, dbname, uri and the like.",
    },
    Key {
        name: "passwordLength",
        place: Target,
        takes: "a whole number",
        example: "32",
        default: "32",
        about: "How many characters a generated password has: 22 to 256.",
    },
    Key {
        name: "templates",
        place: Target,
        takes: "a folder's path",
        example: ".pgdb/templates",
        default: ".pgdb/templates",
        about: "A folder with templates that stand in for the built-in ones of the same name.",
    },
    Key {
        name: "isolate",
        place: Target,
        takes: "true or false",
        example: "false",
        default: "false",
        about: "Whether nobody but a new app's own roles may connect to its database.",
    },
    Key {
        name: "jobImage",
        place: Target,
        takes: "a container image",
        example: "ghcr.io/cloudnative-pg/postgresql:18",
        default: "the Cluster's own, else CNPG's default",
        about: "The image with psql in which Jobs run SQL.",
    },
    Key {
        name: "networkPolicy",
        place: Target,
        takes: "true or false",
        example: "false",
        default: "false",
        about: "Whether a NetworkPolicy lets such a Job reach PostgreSQL and DNS alone.",
    },
    Key {
        name: "engine",
        place: Target,
        takes: "cnpg or postgres",
        example: "postgres",
        default: "cnpg",
        about: "Who runs PostgreSQL: cnpg (CloudNativePG), or postgres for a server that somebody else runs.",
    },
    Key {
        name: "host",
        place: Target,
        takes: "a host's name",
        example: "db.example.org",
        default: "the Cluster's read-write Service; needed with engine: postgres",
        about: "With engine: postgres, the host of the server, as applications reach it.",
    },
    Key {
        name: "port",
        place: Target,
        takes: "a whole number",
        example: "5432",
        default: "5432",
        about: "With engine: postgres, the port of the server.",
    },
    Key {
        name: "connectionSecret",
        place: Target,
        takes: "a name",
        example: "postgres-shared-connection",
        default: "the name in `cluster` with -connection behind it",
        about: "With engine: postgres, the Secret that holds the connection by which apps are made.",
    },
    Key {
        name: "connectionKey",
        place: Target,
        takes: "a key's name",
        example: "uri",
        default: "uri",
        about: "With engine: postgres, the key of that Secret.",
    },
    Key {
        name: "schedule",
        place: Target,
        takes: "five fields as cron does",
        example: "\"*/15 * * * *\"",
        default: "*/15 * * * *",
        about: "With engine: postgres, when the CronJob makes the server what is declared.",
    },
    Key {
        name: "timeZone",
        place: Target,
        takes: "a time zone's name",
        example: "Europe/Vienna",
        default: "the one of the Kubernetes control plane",
        about: "With engine: postgres, the time zone of that schedule.",
    },
    Key {
        name: "allowPlaintext",
        place: Target,
        takes: "true or false",
        example: "false",
        default: "false",
        about: "With engine: postgres, whether passwords may go over the network in clear.",
    },
    Key {
        name: "lint",
        place: File,
        takes: "keys and values",
        example: "{ ignore: [{ rule: PGDB402, paths: [legacy], reason: moves to a vault }] }",
        default: "none",
        about: "What `kubectl pgdb lint` leaves out.",
    },
    Key {
        name: "ignore",
        place: Lint,
        takes: "a list",
        example: "[{ rule: PGDB402, paths: [legacy], reason: moves to a vault }]",
        default: "none",
        about: "Findings that are left out, each with the reason.",
    },
    Key {
        name: "rule",
        place: Ignored,
        takes: "a rule's code or name",
        example: "PGDB402",
        default: "none: it must be given",
        about: "The rule whose findings are left out.",
    },
    Key {
        name: "paths",
        place: Ignored,
        takes: "a list of paths",
        example: "[legacy]",
        default: "the whole repository",
        about: "The files and folders for which they are left out.",
    },
    Key {
        name: "reason",
        place: Ignored,
        takes: "a sentence",
        example: "moves to a vault",
        default: "none: it must be given",
        about: "Why they are left out.",
    },
    Key {
        name: "targets",
        place: File,
        takes: "keys and values",
        example: "{ prod: {}, staging: {} }",
        default: "none",
        about: "Several targets by name, each with keys of its own, which win over those at the top level.",
    },
];

/// One key of `.pgdb.yaml`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// Where it may stand.
    pub place: Place,
    /// What its value is, in words that continue "takes".
    pub takes: &'static str,
    /// A value as YAML; the default itself, where the default is a value.
    pub example: &'static str,
    /// What holds where the key is not given: a value, or words for it.
    pub default: &'static str,
    /// One sentence on what it means.
    pub about: &'static str,
}

/// Where a key may stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// At the top level alone.
    File,
    /// In a target, or at the top level, where it holds for every target.
    Target,
    /// Below `waves`.
    Waves,
    /// Below `lint`.
    Lint,
    /// In an entry of `ignore`.
    Ignored,
}

impl Place {
    /// The keys that may stand in a mapping at this place: at the top level those of a target as well.
    pub fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter()
            .filter(move |key| key.place == self || (self == File && key.place == Target))
    }

    /// The key of this name that may stand at this place.
    pub fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, Place};
    use crate::domain::choice::{ReclaimPolicy, RoleStyle};
    use crate::domain::password::PasswordLength;
    use crate::domain::scope::Scope;
    use crate::domain::wave::Waves;

    #[test]
    fn defaults_are_those_of_the_domain() {
        let default = |place: Place, name| place.key(name).unwrap().default.to_owned();
        let waves = Waves::default();
        assert_eq!(
            [
                default(Place::Target, "roles"),
                default(Place::Target, "scope"),
                default(Place::Target, "reclaim"),
                default(Place::Target, "passwordLength"),
                default(Place::Waves, "secret"),
                default(Place::Waves, "cluster"),
                default(Place::Waves, "database"),
            ],
            [
                RoleStyle::default().to_string(),
                Scope::default().to_string(),
                ReclaimPolicy::default().to_string(),
                PasswordLength::default().to_string(),
                waves.secret().to_string(),
                waves.cluster().to_string(),
                waves.database().to_string(),
            ]
        );
    }

    #[test]
    fn are_one_sentence_each() {
        for key in KEYS {
            assert!(
                key.about.ends_with('.') && key.about.len() <= 110,
                "{key:?}"
            );
        }
    }
}
