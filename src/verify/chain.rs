//! One app's chain while it is looked at: what is expected, the facts, and the links so far.

use super::checks::Link;
use super::expected::{Expected, MirrorsTo};
use super::facts::{Facts, Index};
use crate::domain::reflection::Reflection;
use crate::live::Live;
use crate::live::cluster::{Cluster, ManagedRole};
use crate::live::database::{Database, DatabaseRole};
use crate::live::fact::{Cause, Fact, Unreadable};
use crate::live::job::Job;
use crate::live::meta::{Meta, place};
use crate::live::sealed_secret::SealedSecret;
use crate::live::secret::Secret;
use crate::live::shelf::Shelf;
use crate::report::{Check, Status};

/// One app's chain.
pub(super) struct Chain<'facts> {
    /// What is expected.
    pub(super) app: &'facts Expected,
    /// What was read.
    pub(super) facts: &'facts Facts,
    /// The same, looked up by other things than names.
    pub(super) index: &'facts Index<'facts>,
    /// The links that are left out.
    pub(super) skip: &'facts [Link],
    /// The links that were looked at, in order.
    pub(super) checks: Vec<Check>,
}

/// Where mirrors of a credential are to be.
#[derive(Debug, Default)]
pub(super) struct Mirrors {
    /// The namespaces, in order, without the Cluster's own.
    pub(super) namespaces: Vec<String>,
    /// Whether the app also reads the Secret in the Cluster's namespace.
    pub(super) is_read_here: bool,
    /// Why the namespaces that patterns reach are not known, where they are not.
    pub(super) unread: Option<Unreadable>,
    /// Whether labels or patterns that are not understood choose more namespaces than these.
    pub(super) is_undecided: bool,
}

/// How the app's role is declared on the live cluster.
#[derive(Clone, Copy, Debug)]
pub(super) enum LiveRole<'facts> {
    /// In the Cluster.
    Managed(&'facts Cluster, &'facts ManagedRole),
    /// As an object of its own.
    Object(&'facts DatabaseRole),
}

impl<'facts> Chain<'facts> {
    /// The chain before its first link.
    pub(super) fn new(
        app: &'facts Expected,
        facts: &'facts Facts,
        index: &'facts Index<'facts>,
        skip: &'facts [Link],
    ) -> Self {
        Self {
            app,
            facts,
            index,
            skip,
            checks: Vec::new(),
        }
    }

    /// An object in the cluster's namespace.
    fn get<T: Live>(&self, shelf: &'facts Shelf<T>, name: &str) -> Fact<&'facts T> {
        shelf.get(&self.app.namespace, name)
    }

    /// The app's SealedSecret; absent too where nothing names it.
    pub(super) fn sealed_secret(&self) -> Fact<&'facts SealedSecret> {
        match &self.app.secret {
            Some(name) => self.get(&self.facts.sealed_secrets, name),
            None => Fact::Absent,
        }
    }

    /// The app's Secret beside the Cluster; absent too where nothing names it.
    pub(super) fn secret(&self) -> Fact<&'facts Secret> {
        match &self.app.secret {
            Some(name) => self.get(&self.facts.secrets, name),
            None => Fact::Absent,
        }
    }

    /// The Cluster.
    pub(super) fn cluster(&self) -> Fact<&'facts Cluster> {
        self.get(&self.facts.clusters, &self.app.cluster)
    }

    /// The app's Database; absent too where the app has none.
    pub(super) fn database(&self) -> Fact<&'facts Database> {
        match &self.app.database {
            Some(database) => self.get(&self.facts.databases, &database.object),
            None => Fact::Absent,
        }
    }

    /// A Job that the product declares.
    pub(super) fn job(&self, name: &str) -> Fact<&'facts Job> {
        self.get(&self.facts.jobs, name)
    }

    /// The DatabaseRoles that declare the app's role.
    pub(super) fn role_objects(&self) -> &'facts [&'facts DatabaseRole] {
        let Expected {
            namespace, cluster, ..
        } = self.app;
        let role = self.app.login_role().unwrap_or_default();
        self.index.roles(namespace, cluster, role)
    }

    /// The app's role as it is declared: in the Cluster, which wins, or as an object of its own.
    pub(super) fn role(&self) -> Fact<LiveRole<'facts>> {
        let role = self.app.login_role().unwrap_or_default();
        let cluster = self.cluster();
        if let Fact::Present(cluster) = cluster
            && let Some(managed) = cluster.roles.get(role)
        {
            return Fact::Present(LiveRole::Managed(cluster, managed));
        }
        if let Some(object) = self.role_object() {
            return Fact::Present(LiveRole::Object(object));
        }
        match (cluster, self.unread_role_objects()) {
            (Fact::Unreadable(why), _) => Fact::Unreadable(why),
            (_, Some(why)) => Fact::Unreadable(why.clone()),
            _ => Fact::Absent,
        }
    }

    /// The DatabaseRole that declares the app's role: the one that the repository names; without one, the one that CNPG
    /// has applied, where there are several.
    fn role_object(&self) -> Option<&'facts DatabaseRole> {
        let objects = self.role_objects();
        if let Some(name) = self.app.role_object() {
            return objects
                .iter()
                .find(|object| object.meta.name == name)
                .copied();
        }
        let is_applied = |object: &&&DatabaseRole| object.applied.applied == Some(true);
        objects.iter().find(is_applied).or(objects.first()).copied()
    }

    /// Why DatabaseRoles are not known, where they are not; CNPG before 1.30 has none, which is known unless the app is to
    /// have one.
    fn unread_role_objects(&self) -> Option<&'facts Unreadable> {
        let why = self.facts.roles.unread_of(&self.app.namespace);
        why.filter(|why| why.cause != Cause::NotServed || self.app.role_object().is_some())
    }

    /// Where mirrors are to be; `None` where nothing says it yet.
    pub(super) fn mirrors(&self) -> Option<Mirrors> {
        let mut mirrors = Mirrors::default();
        if let MirrorsTo::Named(names) = &self.app.mirrors {
            mirrors.namespaces.clone_from(names);
        } else {
            self.add_reflected(&self.reflection()?, &mut mirrors);
        }
        mirrors.namespaces.sort();
        mirrors.namespaces.dedup();
        // Reflector copies nothing onto the source.
        let before = mirrors.namespaces.len();
        mirrors
            .namespaces
            .retain(|name| *name != self.app.namespace);
        mirrors.is_read_here = mirrors.namespaces.len() != before;
        Some(mirrors)
    }

    /// Adds the namespaces that the annotations name, and the live ones that their patterns reach.
    fn add_reflected(&self, reflection: &Reflection, mirrors: &mut Mirrors) {
        let named = reflection.named();
        mirrors
            .namespaces
            .extend(named.iter().map(ToString::to_string));
        if !is_open(reflection) {
            return;
        }
        mirrors.unread = self.facts.namespaces.unread_of("").cloned();
        mirrors.is_undecided = !reflection.selectors().is_empty();
        for namespace in self.facts.namespaces.all() {
            let name = &namespace.meta.name;
            match reflection.reaches(name) {
                Some(true) => mirrors.namespaces.push(name.clone()),
                Some(false) => {}
                None => mirrors.is_undecided = true,
            }
        }
        if mirrors.is_undecided
            && let Some(secret) = &self.app.secret
        {
            let source = format!("{}/{secret}", self.app.namespace);
            let copies = self.index.copies(&source);
            mirrors.namespaces.extend(copies.map(str::to_owned));
        }
    }

    /// Where Reflector is to copy the credential to, as annotations say it.
    fn reflection(&self) -> Option<Reflection> {
        match (&self.app.mirrors, self.secret()) {
            (MirrorsTo::Declared(reflection), _) => Some(reflection.clone()),
            (MirrorsTo::AsLive, Fact::Present(secret)) => Some(reflection_of(&secret.meta)),
            _ => None,
        }
    }

    /// The first link among these that is broken, so that what follows from it cannot be expected to be there.
    pub(super) fn broken_before(&self, links: &[Link]) -> Option<&'static str> {
        let is_it = |check: &&Check| {
            check.status == Status::Fail
                && links.iter().any(|link| link.subject().check == check.check)
        };
        self.checks.iter().find(is_it).map(|check| check.title)
    }

    /// An object in the cluster's namespace, for a message.
    pub(super) fn place(&self, kind: &str, name: &str) -> String {
        place(kind, &self.app.namespace, name)
    }

    /// The app's Secret, for a message.
    pub(super) fn secret_place(&self, kind: &str) -> Option<String> {
        let name = self.app.secret.as_deref()?;
        Some(self.place(kind, name))
    }
}

/// What a live Secret's annotations say to Reflector.
pub(super) fn reflection_of(meta: &Meta) -> Reflection {
    Reflection::read(|key| meta.annotation(key))
}

/// Whether it reaches namespaces that it does not name.
fn is_open(reflection: &Reflection) -> bool {
    !reflection.patterns().is_empty()
        || !reflection.selectors().is_empty()
        || reflection.mirrors_to_all()
}
