//! The same objects as `gather` reads, followed from change to change.

use std::convert::Infallible;

use futures_util::stream::{LocalBoxStream, SelectAll, StreamExt};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, Error, Event, watcher};
use pgdb::live::Live;
use pgdb::live::fact::{Cause, Fact, Unreadable};
use pgdb::live::permission::Permission;
use pgdb::live::shelf::Shelf;
use pgdb::verify::Facts;

use super::Session;
use super::gather::{Selection, Sight};
use super::objects::{
    ApplicationWire, ClusterWire, CronJobWire, DatabaseRoleWire, DatabaseWire, JobWire,
    NamespaceWire, PodWire, PoolerWire, SealedSecretWire, SecretWire, Served, ServiceWire, Wire,
};

/// What changes the facts.
type Update = Box<dyn FnOnce(&mut Facts)>;

/// Which facts a kind belongs to.
type Place<T> = fn(&mut Facts) -> &mut Shelf<T>;

/// The changes of all that is looked at, as they come.
pub(crate) struct Changes {
    updates: SelectAll<LocalBoxStream<'static, Update>>,
}

impl Changes {
    /// Follows what was gathered.
    pub(crate) fn of(session: &Session, sight: &Sight, facts: &Facts) -> Self {
        let mut changes = Self {
            updates: SelectAll::new(),
        };
        changes.follow::<ApplicationWire>(session, Selection::default(), |facts| {
            &mut facts.applications
        });
        changes.follow::<SealedSecretWire>(session, sight.sealed_secrets(), |facts| {
            &mut facts.sealed_secrets
        });
        changes
            .follow::<NamespaceWire>(session, Selection::default(), |facts| &mut facts.namespaces);
        changes.follow_engine(session, sight);
        changes.follow::<PodWire>(session, Sight::reflector(), |facts| &mut facts.reflector);
        if let Some(services) = sight.services() {
            changes.follow::<ServiceWire>(session, services, |facts| &mut facts.services);
        }
        if let (Some(poolers), Some(pods)) = (sight.poolers(), sight.pooler_pods()) {
            changes.follow::<PoolerWire>(session, poolers, |facts| &mut facts.poolers);
            changes.follow::<PodWire>(session, pods, |facts| &mut facts.pooler_pods);
        }
        for selection in secrets(sight, facts) {
            changes.follow::<SecretWire>(session, selection, |facts| &mut facts.secrets);
        }
        changes
    }

    /// Follows what makes roles and databases.
    fn follow_engine(&mut self, session: &Session, sight: &Sight) {
        if sight.is_server() {
            self.follow::<CronJobWire>(session, sight.jobs(), |facts| &mut facts.cron_jobs);
            self.follow::<JobWire>(session, sight.jobs(), |facts| &mut facts.jobs);
            return;
        }
        self.follow::<ClusterWire>(session, sight.clusters(), |facts| &mut facts.clusters);
        self.follow::<DatabaseRoleWire>(session, sight.here(None), |facts| &mut facts.roles);
        self.follow::<DatabaseWire>(session, sight.databases(), |facts| &mut facts.databases);
        self.follow::<PodWire>(session, sight.primaries(), |facts| &mut facts.pods);
        if let Some(jobs) = sight.access_jobs() {
            self.follow::<JobWire>(session, jobs, |facts| &mut facts.jobs);
        }
    }

    /// Takes the next change into the facts, and all that have come by then.
    pub(crate) async fn take(&mut self, facts: &mut Facts) {
        match self.updates.next().await {
            Some(update) => update(facts),
            // Every watch starts again by itself, so that none ends; without any there is nothing to come.
            None => match std::future::pending::<Infallible>().await {},
        }
        while let Some(Some(update)) = futures_util::FutureExt::now_or_never(self.updates.next()) {
            update(facts);
        }
    }

    fn follow<W: Wire>(
        &mut self,
        session: &Session,
        selection: Selection,
        place: Place<W::Object>,
    ) {
        let config = Config {
            label_selector: Some(selection.labels.clone()).filter(|labels| !labels.is_empty()),
            field_selector: Some(selection.fields.clone()).filter(|fields| !fields.is_empty()),
            ..Config::default()
        };
        let events = watcher(selection.api::<W>(session), config).default_backoff();
        let session = session.clone();
        // The list with which a watch begins, until it is whole.
        let mut list: Vec<W::Object> = Vec::new();
        let updates = events.filter_map(move |event| {
            let update = update(event, &mut list, &selection, place, &session);
            std::future::ready(update)
        });
        self.updates.push(updates.boxed_local());
    }
}

/// The Secrets as they could be gathered: of all namespaces, or of each alone.
fn secrets(sight: &Sight, facts: &Facts) -> Vec<Selection> {
    let elsewhere = facts.secrets.unread_elsewhere();
    if elsewhere.is_some_and(|why| why.cause == Cause::Forbidden) {
        sight.secrets_apart().collect()
    } else {
        vec![sight.secrets()]
    }
}

/// What an event of a watch changes.
fn update<W: Wire>(
    event: Result<Event<Served<W>>, Error>,
    list: &mut Vec<W::Object>,
    selection: &Selection,
    place: Place<W::Object>,
    session: &Session,
) -> Option<Update> {
    let namespace = selection.namespace.clone();
    match event {
        Ok(Event::Init) => {
            list.clear();
            None
        }
        Ok(Event::InitApply(object)) => {
            list.push(object.live());
            None
        }
        Ok(Event::InitDone) => {
            let listed = Fact::Present(std::mem::take(list));
            Some(Box::new(move |facts| {
                replace(place(facts), namespace.as_deref(), listed)
            }))
        }
        Ok(Event::Apply(object)) => {
            let object = object.live();
            Some(Box::new(move |facts| place(facts).put(object)))
        }
        Ok(Event::Delete(object)) => {
            let object = object.live();
            Some(Box::new(move |facts| {
                let meta = object.meta();
                place(facts).remove(&meta.namespace, &meta.name);
            }))
        }
        Err(error) => {
            let why = unreadable::<W>(&error, selection, session)?;
            Some(Box::new(move |facts| {
                replace(place(facts), namespace.as_deref(), Fact::Unreadable(why));
            }))
        }
    }
}

fn replace<T: Live>(shelf: &mut Shelf<T>, namespace: Option<&str>, list: Fact<Vec<T>>) {
    match namespace {
        Some(namespace) => shelf.replace_in(namespace, list),
        None => shelf.replace(list),
    }
}

/// Why nothing is known any more; none for a watch that begins again from where it was, of which what is known holds.
pub(super) fn unreadable<W: Wire>(
    error: &Error,
    selection: &Selection,
    session: &Session,
) -> Option<Unreadable> {
    let resource = match W::GROUP {
        "" => W::PLURAL.to_owned(),
        group => format!("{}.{group}", W::PLURAL),
    };
    let reason = |verb, error| {
        let permission = Permission::new(verb, &resource, selection.namespace.as_deref());
        session.unreadable(error, &permission)
    };
    match error {
        Error::InitialListFailed(error) => Some(reason("list", error)),
        // Without the right to watch, no change would ever be seen.
        Error::WatchStartFailed(error) => {
            Some(reason("watch", error)).filter(|why| why.cause == Cause::Forbidden)
        }
        Error::WatchFailed(_) | Error::WatchError(_) | Error::NoResourceVersion => None,
    }
}
