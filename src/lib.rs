//! Decides what an application's database on a shared PostgreSQL cluster needs in a GitOps repository.
//!
//! The library is pure: text, time and randomness come in as arguments, and what should happen goes out as data.
//! It never reads a file, a clock, a terminal, a network or the system's randomness; the binary does.
//!
//! - [`domain`]: the words of the product as types that parse once (names, password, waves, an app).
//! - [`repo`]: the repository as text: paths, snapshot, YAML trees and edits, objects, change sets.
//! - [`sealing`]: a certificate becomes a sealing key, a value becomes what only the controller can open.
//! - [`settings`]: what a repository keeps in `.pgdb.yaml`.
//! - [`target`]: which CNPG Cluster is meant, and where its manifests are.
//! - [`declared`]: the apps that the repository declares for a target.
//! - [`render`]: templates become manifests.
//! - [`sync`]: what is declared of a server that CNPG does not run, in one file.
//! - [`access`]: who may do what in an app's database, as a manifest with SQL and the Job that runs it.
//! - [`live`]: facts of the live cluster's objects.
//! - [`sql`]: SQL as text, quoted.
//! - [`report`]: checks, how each ended, and what to do.
//! - [`new_app`]: plans an app's credential, role and database.
//! - [`grant`]: who else may do what in an app's database.
//! - [`remove`]: takes an app out of the repository, in stages, and keeps its data unless told otherwise.
//! - [`rotate`]: gives apps new passwords, or has the same ones sealed again.
//! - [`list`]: the apps that the repository declares, and what each lacks.
//! - [`verify`]: proves an app's chain on the live cluster, or names the broken link.
//! - [`doctor`]: facts of the cluster become checks of what must be there and allowed.
//! - [`rbac`]: the least rights that a task needs, as manifests.
//! - [`fetch_cert`]: the controller's certificate, and what it changes in the repository.
//! - [`lint`]: what is in the repository becomes findings of what is not right.
//! - [`init`]: the `.pgdb.yaml` of a repository, from what was found in it.
//!
//! The direction is `domain` <- `live`, `repo`, `report`, `sealing`, `sql` <- `settings`, `target`, `declared`, `render` <- `access` <- use cases <- the binary.

pub mod access;
pub mod apps_file;
pub mod audit;
pub mod declared;
pub mod doctor;
pub mod domain;
pub mod export;
pub mod fetch_cert;
pub mod grant;
pub mod import;
pub mod init;
pub mod lint;
pub mod list;
pub mod live;
pub mod migrate_roles;
pub mod new_app;
pub mod rbac;
pub mod remove;
pub mod render;
pub mod repo;
pub mod report;
pub mod rotate;
pub mod sealing;
pub mod settings;
pub mod sql;
pub mod sync;
pub mod sync_status;
pub mod target;
pub mod verify;
