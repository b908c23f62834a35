//! Apps, put together of the pieces that were found.

use std::collections::{HashMap, HashSet};

use super::name::{Namesakes, unused};
use super::objects::TargetObjects;
use super::role::Roles;
use super::turns::Turns;
use super::{
    DeclaredAccess, DeclaredApp, DeclaredCredential, DeclaredDatabase, DeclaredRole,
    DeclaredService, RoleSource,
};
use crate::domain::kubernetes_name::ServiceName;
use crate::domain::turns::NEXT_SUFFIX;
use crate::target::Target;
use crate::target::own::{is_made_for_cluster, secret_reference};

/// What was found of a target's pieces.
struct Pieces<'found> {
    databases: &'found [DeclaredDatabase],
    roles: Roles,
    turns: Turns,
    credentials: &'found [DeclaredCredential],
    /// The number of the credential that makes a Secret.
    secrets: HashMap<&'found str, usize>,
    /// The names of the databases in PostgreSQL, with the app that the product made each for.
    names: HashMap<&'found str, Option<&'found str>>,
    /// What is declared of the access to the databases of these names.
    accesses: HashMap<&'found str, &'found DeclaredAccess>,
    services: &'found [(String, DeclaredService)],
    target: &'found Target,
}

/// An app in the making: the numbers of its pieces, and the name that it would like to have.
#[derive(Default)]
struct Draft {
    database: Option<usize>,
    role: Option<usize>,
    login: Option<usize>,
    credential: Option<usize>,
    is_shared: bool,
    base: String,
}

impl Draft {
    fn is_empty(&self) -> bool {
        self.database.is_none() && self.role.is_none() && self.credential.is_none()
    }
}

/// Puts the apps together, in the order of their names; and all roles, in the order in which they count.
pub(super) fn assemble(
    found: &TargetObjects<'_, '_>,
    target: &Target,
) -> (Vec<DeclaredApp>, Vec<DeclaredRole>) {
    let pieces = Pieces::of(found, target);
    let mut drafts = pieces.drafts_of_databases();
    drafts.extend(pieces.drafts_of_roles());
    drafts.extend(pieces.drafts_of_credentials(found, target));
    for draft in &mut drafts {
        draft.base = pieces.namesakes(draft).base();
    }
    join_by_name(&mut drafts);
    // Who may choose first: the product's own, then the more complete, then what has that very name.
    drafts.sort_by_key(|draft| {
        let namesakes = pieces.namesakes(draft);
        let has_the_name = namesakes.database.is_some_and(|d| d.object == draft.base);
        (
            namesakes.label().is_none(),
            draft.database.is_none(),
            draft.role.is_none(),
            !has_the_name,
        )
    });
    let mut taken = HashSet::new();
    let mut apps: Vec<DeclaredApp> = drafts
        .iter()
        .map(|draft| pieces.app(draft, &mut taken))
        .collect();
    apps.sort_by(|left, right| left.name.cmp(&right.name));
    (apps, pieces.roles.all)
}

impl<'found> Pieces<'found> {
    fn of(found: &'found TargetObjects<'_, '_>, target: &'found Target) -> Self {
        let secrets = found.credentials.iter().enumerate();
        let databases = found.databases.iter();
        let roles = Roles::of(found, target);
        Self {
            databases: &found.databases,
            turns: Turns::of(&roles),
            roles,
            credentials: &found.credentials,
            secrets: secrets
                .map(|(number, credential)| (credential.name.as_str(), number))
                .collect(),
            services: &found.services,
            target,
            names: databases
                .map(|database| (database.name.as_str(), database.app.as_deref()))
                .collect(),
            accesses: found
                .accesses
                .iter()
                .map(|access| (access.database.as_str(), access))
                .collect(),
        }
    }

    /// One app for each Database, with the role that it belongs to and that role's credential.
    fn drafts_of_databases(&self) -> Vec<Draft> {
        let owner = |database: &DeclaredDatabase| self.roles.number(database.owner.as_deref()?);
        let owners: Vec<Option<usize>> = self.databases.iter().map(owner).collect();
        let mut owned: HashMap<usize, usize> = HashMap::new();
        for role in owners.iter().flatten() {
            *owned.entry(*role).or_default() += 1;
        }
        let draft = |(number, role): (usize, Option<usize>)| Draft {
            database: Some(number),
            role,
            login: role.and_then(|role| self.turns.login(role)),
            credential: role.and_then(|role| self.credential_of(role)),
            is_shared: role.is_some_and(|role| owned.get(&role).is_some_and(|times| *times > 1)),
            base: String::new(),
        };
        owners.into_iter().enumerate().map(draft).collect()
    }

    /// One app for each role that owns no database (neither a Database nor that of the Cluster's bootstrap) and logs in with a
    /// password, or keeps what is left of an app and is no group of others.
    fn drafts_of_roles(&self) -> Vec<Draft> {
        let databases = self.databases.iter();
        let owners: HashSet<&str> = databases.filter_map(|d| d.owner.as_deref()).collect();
        let members = self.roles.all.iter().enumerate();
        let groups = members
            .filter(|(number, _)| !self.turns.is_member(*number))
            .flat_map(|(_, role)| &role.in_roles);
        let groups: HashSet<&str> = groups.map(String::as_str).collect();
        let roles = self.roles.all.iter().enumerate();
        roles
            .filter(|(_, role)| {
                let is_of_an_app = role.source != RoleSource::Cluster && !role.is_bootstrapped;
                let logs_in = is_of_an_app && role.login && role.password_secret.is_some();
                logs_in || (role.is_kept() && !groups.contains(role.name.as_str()))
            })
            .filter(|(number, role)| {
                !owners.contains(role.name.as_str()) && !self.turns.is_member(*number)
            })
            .map(|(number, _)| Draft {
                role: Some(number),
                login: self.turns.login(number),
                credential: self.credential_of(number),
                ..Draft::default()
            })
            .collect()
    }

    /// One app for each credential that nothing uses.
    fn drafts_of_credentials(&self, found: &TargetObjects<'_, '_>, target: &Target) -> Vec<Draft> {
        let roles = self.roles.all.iter();
        let used: HashSet<&str> = roles
            .filter_map(|role| role.password_secret.as_deref())
            .chain(found.claimed.iter().map(String::as_str))
            .collect();
        let spec = found.cluster.as_ref().and_then(|c| c.root.get("spec"));
        let is_the_clusters = |name: &str| {
            is_made_for_cluster(target.cluster.as_str(), name)
                || spec.is_some_and(|spec| secret_reference(spec, name).is_some())
        };
        let credentials = self.credentials.iter().enumerate();
        credentials
            .filter(|(_, credential)| credential.is_evident())
            .filter(|(_, credential)| {
                let name = credential.name.as_str();
                let is_next = name.strip_suffix(NEXT_SUFFIX);
                let is_next = is_next.is_some_and(|own| used.contains(own));
                !used.contains(name) && !is_the_clusters(name) && !is_next
            })
            .map(|(number, _)| Draft {
                credential: Some(number),
                ..Draft::default()
            })
            .collect()
    }

    /// The number of the credential of a role, or of the one that logs in for it.
    fn credential_of(&self, role: usize) -> Option<usize> {
        let login = self.turns.login(role).unwrap_or(role);
        let secret = self.roles.all.get(login)?.password_secret.as_deref()?;
        self.secrets.get(secret).copied()
    }

    fn namesakes(&self, draft: &Draft) -> Namesakes<'_> {
        Namesakes {
            database: draft.database.and_then(|number| self.databases.get(number)),
            role: draft.role.and_then(|number| self.roles.all.get(number)),
            credential: draft
                .credential
                .and_then(|number| self.credentials.get(number)),
            is_shared: draft.is_shared,
        }
    }

    fn app(&self, draft: &Draft, taken: &mut HashSet<String>) -> DeclaredApp {
        let namesakes = self.namesakes(draft);
        let service = namesakes.label().and_then(|label| {
            let mut services = self.services.iter();
            services
                .find(|(app, _)| app == label)
                .map(|(_, service)| service)
        });
        DeclaredApp {
            name: unused(namesakes.candidates(), taken),
            is_own: namesakes.label().is_some(),
            role: namesakes.role.cloned(),
            login: draft
                .login
                .and_then(|number| self.roles.all.get(number))
                .cloned(),
            database: namesakes.database.cloned(),
            guest_in: self.guest_in(namesakes).map(str::to_owned),
            credential: namesakes.credential.cloned(),
            access: namesakes
                .database
                .and_then(|database| self.accesses.get(database.name.as_str()))
                .map(|access| (*access).clone()),
            pooler: self.pooler(namesakes, service),
            service: service.cloned(),
        }
    }
}

impl<'found> Pieces<'found> {
    /// The Pooler that an app connects through.
    fn pooler(
        &self,
        pieces: Namesakes<'found>,
        service: Option<&DeclaredService>,
    ) -> Option<ServiceName> {
        let named = pieces
            .credential
            .and_then(|credential| credential.host.as_deref());
        let host = named.or(service.map(|service| service.host.as_str()))?;
        self.target.pooler(host)
    }

    /// The database that an app without one of its own logs in to.
    fn guest_in(&self, pieces: Namesakes<'found>) -> Option<&'found str> {
        if pieces.database.is_some() || pieces.role.is_none() {
            return None;
        }
        let credential = pieces.credential?;
        // A database that is named like the role is evidently its own.
        let named = credential.database.as_deref();
        let named = named.filter(|named| pieces.role.is_some_and(|role| role.name != *named))?;
        let app = self.names.get(named)?;
        (*app != credential.app.as_deref()).then_some(named)
    }
}

/// Takes pieces of one name together whose references lead nowhere: a Database without a role with a role without a
/// Database, then either without a credential with a credential that nothing uses.
fn join_by_name(drafts: &mut Vec<Draft>) {
    join(
        drafts,
        |draft| draft.database.is_some() && draft.role.is_none(),
        |draft| draft.database.is_none() && draft.role.is_some(),
    );
    join(
        drafts,
        |draft| (draft.database.is_some() || draft.role.is_some()) && draft.credential.is_none(),
        |draft| draft.database.is_none() && draft.role.is_none(),
    );
}

/// Gives each draft that lacks something the pieces of the one that has it under the same name, where there is exactly
/// one of each.
fn join(drafts: &mut Vec<Draft>, lacks: fn(&Draft) -> bool, has: fn(&Draft) -> bool) {
    let only = |wanted: fn(&Draft) -> bool| {
        let mut found: HashMap<&str, Option<usize>> = HashMap::new();
        let wanted = drafts.iter().enumerate().filter(|(_, draft)| wanted(draft));
        for (number, draft) in wanted {
            found
                .entry(draft.base.as_str())
                .and_modify(|known| *known = None)
                .or_insert(Some(number));
        }
        found
    };
    let (lacking, having) = (only(lacks), only(has));
    let pairs: Vec<(usize, usize)> = lacking
        .into_iter()
        .filter_map(|(base, number)| Some((number?, having.get(base).copied()??)))
        .collect();
    for (taker, giver) in pairs {
        let given = drafts.get_mut(giver).map(std::mem::take);
        if let (Some(draft), Some(given)) = (drafts.get_mut(taker), given) {
            draft.role = draft.role.or(given.role);
            draft.login = draft.login.or(given.login);
            draft.credential = draft.credential.or(given.credential);
        }
    }
    drafts.retain(|draft| !draft.is_empty());
}
