//! What the server's thread and the test share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;

use super::access::Access;
use super::fault::Fault;
use super::kinds::Kind;
use super::port_forward::Forwards;
use super::proxy::Services;
use super::requests::{Request, Requests};
use super::store::Store;

/// All that the server knows.
pub struct State {
    pub store: Store,
    pub access: Access,
    /// The plurals of kinds that are not installed.
    pub unserved: BTreeSet<&'static str>,
    /// The bearer token that is accepted.
    pub token: String,
    /// What `/version` says, such as `v1.34.1`.
    pub version: String,
    /// How long each request takes at least.
    pub latency: Duration,
    pub faults: Vec<(Requests, Fault)>,
    pub log: Vec<Request>,
    pub services: Services,
    pub forwards: Forwards,
    /// What pods said, by namespace and name.
    pub logs: BTreeMap<(String, String), String>,
    /// How many times all watches were closed, bookmarks sent, and hanging requests released.
    pub closings: u64,
    pub bookmarks: u64,
    pub releases: u64,
    /// Whether a watch that asks for the objects first is refused, as servers before 1.32 do.
    pub refuses_initial_events: bool,
}

impl State {
    pub fn serves(&self, kind: &Kind) -> bool {
        !self.unserved.contains(kind.resource)
    }
}

/// The state, and how each side learns of a change.
pub struct Shared {
    state: Mutex<State>,
    /// Wakes the server's tasks.
    changed: watch::Sender<()>,
    /// Wakes the test.
    arrived: Condvar,
}

impl Shared {
    pub fn new(token: &str) -> Arc<Self> {
        let state = State {
            store: Store::new(),
            access: Access::default(),
            unserved: BTreeSet::new(),
            token: token.to_owned(),
            version: "v1.34.1".to_owned(),
            latency: Duration::ZERO,
            faults: Vec::new(),
            log: Vec::new(),
            services: Services::default(),
            forwards: Forwards::default(),
            logs: BTreeMap::new(),
            closings: 0,
            bookmarks: 0,
            releases: 0,
            refuses_initial_events: false,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
            arrived: Condvar::new(),
        })
    }

    /// The state, to look at. A test that failed while it held the state does not matter.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Changes the state, and wakes the tasks that wait for a change.
    pub fn change<T>(&self, how: impl FnOnce(&mut State) -> T) -> T {
        let given = how(&mut self.lock());
        self.changed.send_replace(());
        given
    }

    /// To be asked for before the state is looked at, and awaited after.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Enters a request in the log.
    pub fn arrived(&self, request: Request) {
        self.lock().log.push(request);
        self.arrived.notify_all();
    }

    /// Waits until as many of these requests have arrived.
    pub fn wait_for(&self, requests: &Requests, number: usize) {
        let limit = Duration::from_secs(30);
        let count = |state: &State| state.log.iter().filter(|one| requests.contain(one)).count();
        let (state, timeout) = self
            .arrived
            .wait_timeout_while(self.lock(), limit, |state| count(state) < number)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(
            !timeout.timed_out(),
            "waited for {number} of {requests:?} among {:#?}",
            state
                .log
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        );
    }
}
