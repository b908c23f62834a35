//! The order in which Argo CD syncs what belongs to one Cluster: credential, then Cluster or DatabaseRole, then Database.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Repository;
use super::credential::Credential;
use super::object::Object;
use super::word::known;
use crate::declared::CredentialSource;
use crate::domain::wave::{SYNC_WAVE, Waves};
use crate::repo::path::RepoPath;

/// When an object is synced, beside the others of its Cluster.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Step {
    /// What makes a role's Secret.
    Credential,
    /// What declares roles: a Cluster or a DatabaseRole.
    Role,
    /// A Database.
    Database,
}

/// An object that has its place in the order.
#[derive(Debug)]
pub struct Member<'text> {
    /// The object.
    pub object: Arc<Object<'text>>,
    /// Its place.
    pub step: Step,
    /// The name of its Cluster.
    pub cluster: String,
    /// Whether another object that is deployed with it, or it, has a sync-wave.
    pub uses_waves: bool,
    /// Where it makes a Secret: the number of the credential.
    credential: Option<usize>,
}

/// All objects that have a place, each once, and which comes before which.
#[derive(Debug, Default)]
pub struct Order<'text> {
    /// In the order of the kinds, then as they were read.
    pub members: Vec<Member<'text>>,
    /// Numbers of members that are deployed together: the earlier one, and the later one.
    pub pairs: Vec<(usize, usize)>,
    /// By the addresses of the objects.
    numbers: HashMap<usize, usize>,
    /// The kustomizations that build a file; its folder where there are none.
    units: HashMap<&'text RepoPath, BTreeSet<RepoPath>>,
}

impl<'text> Order<'text> {
    /// The order of a repository. Patches, and what kustomize adds a wave to, are left out.
    pub fn of(repository: &Repository<'text>) -> Self {
        let mut order = Self::default();
        order.add_members(repository);
        order.add_pairs(repository);
        order.tell_use(repository);
        order
    }

    fn add_members(&mut self, repository: &Repository<'text>) {
        for (number, credential) in repository.credentials.iter().enumerate() {
            let secret = credential.secret.as_deref().unwrap_or_default();
            let mut users = repository.users_of(secret);
            let user = users.find(|role| role.object.may_be_beside(&credential.object));
            if let Some(cluster) = user.and_then(|role| role.known_cluster()) {
                self.add(
                    repository,
                    &credential.object,
                    Step::Credential,
                    cluster,
                    Some(number),
                );
            }
        }
        for cluster in repository.clusters.iter().filter(|found| found.is_whole) {
            if let Some(name) = cluster.name() {
                self.add(repository, &cluster.object, Step::Role, name, None);
            }
        }
        for role in repository.roles.iter().filter(|role| role.entry.is_none()) {
            if let Some(name) = role.known_cluster() {
                self.add(repository, &role.object, Step::Role, name, None);
            }
        }
        for database in &repository.databases {
            if let Some(name) = database.known_cluster() {
                self.add(repository, &database.object, Step::Database, name, None);
            }
        }
    }

    fn add(
        &mut self,
        repository: &Repository<'text>,
        object: &Arc<Object<'text>>,
        step: Step,
        cluster: &str,
        credential: Option<usize>,
    ) {
        if object.is_patch || repository.kustomize_mentions(object, SYNC_WAVE) {
            return;
        }
        self.units
            .entry(object.path)
            .or_insert_with(|| units(repository, object.path));
        self.numbers
            .insert(Arc::as_ptr(object).addr(), self.members.len());
        self.members.push(Member {
            object: Arc::clone(object),
            step,
            cluster: cluster.to_owned(),
            uses_waves: false,
            credential,
        });
    }

    fn add_pairs(&mut self, repository: &Repository<'text>) {
        for role in &repository.roles {
            let secret = known(role.password_secret.as_ref()).unwrap_or_default();
            for maker in repository.makers_of(secret) {
                self.add_pair(&maker.object, &role.object);
            }
        }
        for database in &repository.databases {
            let (Some(cluster), Some(owner)) = (database.known_cluster(), database.known_owner())
            else {
                continue;
            };
            for role in repository.roles_named(cluster, owner) {
                self.add_pair(&role.object, &database.object);
            }
            for cluster in repository.clusters_named(cluster, &database.object) {
                self.add_pair(&cluster.object, &database.object);
            }
        }
        self.pairs.sort_unstable();
        self.pairs.dedup();
    }

    fn add_pair(&mut self, earlier: &Arc<Object<'text>>, later: &Arc<Object<'text>>) {
        let number =
            |object: &Arc<Object<'text>>| self.numbers.get(&Arc::as_ptr(object).addr()).copied();
        let unit = |object: &Object<'text>| self.units.get(object.path);
        let (Some(first), Some(second)) = (number(earlier), number(later)) else {
            return;
        };
        let share = match (unit(earlier), unit(later)) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => false,
        };
        if share && earlier.may_be_beside(later) {
            self.pairs.push((first, second));
        }
    }

    fn tell_use(&mut self, repository: &Repository<'text>) {
        let mut in_use: HashMap<&str, BTreeSet<&RepoPath>> = HashMap::new();
        for member in &self.members {
            let credential = member.credential(repository);
            let made = credential.and_then(|found| found.made.as_ref());
            if member.object.wave.is_some() || made.is_some_and(|made| made.wave.is_some()) {
                let units = self.units.get(member.object.path).into_iter().flatten();
                in_use.entry(&member.cluster).or_default().extend(units);
            }
        }
        let uses = |member: &Member<'text>| {
            let mut units = self.units.get(member.object.path).into_iter().flatten();
            let in_use = in_use.get(member.cluster.as_str());
            in_use.is_some_and(|known| units.any(|unit| known.contains(unit)))
        };
        let uses: Vec<bool> = self.members.iter().map(uses).collect();
        for (member, uses) in self.members.iter_mut().zip(uses) {
            member.uses_waves = uses;
        }
    }

    /// The numbers of the members that come before or behind a member, by its number.
    pub fn neighbours(&self) -> HashMap<usize, Vec<usize>> {
        let mut found: HashMap<usize, Vec<usize>> = HashMap::new();
        for (earlier, later) in &self.pairs {
            found.entry(*earlier).or_default().push(*later);
            found.entry(*later).or_default().push(*earlier);
        }
        found
    }

    /// The neighbours of a member.
    pub fn near(
        &self,
        neighbours: &HashMap<usize, Vec<usize>>,
        number: usize,
    ) -> Vec<&Member<'text>> {
        let numbers = neighbours.get(&number).into_iter().flatten();
        numbers
            .filter_map(|number| self.members.get(*number))
            .collect()
    }
}

/// What an object is deployed with: the kustomizations that build its file, else its folder.
fn units(repository: &Repository<'_>, path: &RepoPath) -> BTreeSet<RepoPath> {
    let building = repository.building(path);
    if building.is_empty() {
        return BTreeSet::from([path.parent()]);
    }
    building
        .into_iter()
        .map(|found| found.path.clone())
        .collect()
}

impl Member<'_> {
    /// Its wave as it is written; none where there is none, or what is there is no integer.
    pub fn written(&self) -> Option<i64> {
        let wave = self.object.wave.as_ref()?;
        wave.text.parse().ok()
    }

    /// What makes a Secret, where it does.
    pub fn credential<'a, 'text>(
        &self,
        repository: &'a Repository<'text>,
    ) -> Option<&'a Credential<'text>> {
        repository.credentials.get(self.credential?)
    }

    /// Whether it is to have a wave: SealedSecrets, and CNPG's own kinds; but not a Cluster without managed roles, which waits
    /// for no credential.
    pub fn needs_wave(&self, repository: &Repository<'_>) -> bool {
        if self.is_cluster() {
            let mut roles = repository.roles_of(&self.cluster);
            return roles.any(|role| role.entry.is_some());
        }
        let source = self.credential(repository).map(|found| found.source);
        source.is_none_or(|source| source == CredentialSource::SealedSecret)
    }

    /// Whether it is a Cluster itself.
    pub fn is_cluster(&self) -> bool {
        self.step == Step::Role && self.object.kind == "Cluster"
    }

    /// The wave that it is to have: as `.pgdb.yaml` says, else the one that the Cluster has itself, else the guide's.
    pub fn wanted(&self, repository: &Repository<'_>) -> i64 {
        let settings = repository.target_of(&self.cluster);
        let settings = settings.map(|target| target.waves).unwrap_or_default();
        let guide = Waves::default();
        let clusters = repository.clusters_named(&self.cluster, &self.object);
        let own = clusters.filter_map(|cluster| cluster.object.wave.as_ref()?.text.parse().ok());
        let wave = match self.step {
            Step::Credential => settings.secret.unwrap_or(guide.secret()),
            Step::Role => {
                let found = settings.cluster.or_else(|| own.last());
                found.unwrap_or(guide.cluster())
            }
            Step::Database => settings.database.unwrap_or(guide.database()),
        };
        i64::from(wave)
    }

    /// Whether a wave would put it in order with its neighbours, which have the waves that they are to have where they have
    /// none.
    pub fn fits(&self, wave: i64, near: &[&Self], repository: &Repository<'_>) -> bool {
        near.iter().all(|other| {
            let its = other.written().unwrap_or_else(|| other.wanted(repository));
            if other.step < self.step {
                its < wave
            } else {
                wave < its
            }
        })
    }
}
