//! All objects of one kind, as far as they could be read.

use std::collections::BTreeMap;

use super::Live;
use super::fact::{Fact, Unreadable};

/// The objects of one kind, by namespace and name, and which namespaces could be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shelf<T> {
    objects: BTreeMap<String, BTreeMap<String, T>>,
    /// The namespaces that were read alone, each with the reason where it could not be.
    alone: BTreeMap<String, Option<Unreadable>>,
    /// Why the others could not be read, where they could not.
    elsewhere: Option<Unreadable>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            alone: BTreeMap::new(),
            elsewhere: None,
        }
    }
}

impl<T: Live> Shelf<T> {
    /// The shelf of a list that was read, or could not be.
    pub fn of(list: Fact<Vec<T>>) -> Self {
        let mut shelf = Self::default();
        shelf.replace(list);
        shelf
    }

    /// Puts the list of all namespaces in the place of what was known.
    pub fn replace(&mut self, list: Fact<Vec<T>>) {
        self.objects.clear();
        self.alone.clear();
        self.elsewhere = self.put_all(list);
    }

    /// Puts the list of one namespace in the place of what was known of it.
    pub fn replace_in(&mut self, namespace: &str, list: Fact<Vec<T>>) {
        self.objects.remove(namespace);
        let why = self.put_all(list);
        self.alone.insert(namespace.to_owned(), why);
    }

    fn put_all(&mut self, list: Fact<Vec<T>>) -> Option<Unreadable> {
        match list {
            Fact::Present(objects) => {
                objects.into_iter().for_each(|object| self.put(object));
                None
            }
            Fact::Absent => None,
            Fact::Unreadable(why) => Some(why),
        }
    }

    /// Puts one object there, in the place of an older version.
    pub fn put(&mut self, object: T) {
        let meta = object.meta();
        let (namespace, name) = (meta.namespace.clone(), meta.name.clone());
        self.objects
            .entry(namespace)
            .or_default()
            .insert(name, object);
    }

    /// Takes one object away.
    pub fn remove(&mut self, namespace: &str, name: &str) {
        if let Some(objects) = self.objects.get_mut(namespace) {
            objects.remove(name);
        }
    }

    /// One object.
    pub fn get(&self, namespace: &str, name: &str) -> Fact<&T> {
        let found = self
            .objects
            .get(namespace)
            .and_then(|objects| objects.get(name));
        match (found, self.unread_of(namespace)) {
            (Some(object), _) => Fact::Present(object),
            (None, Some(why)) => Fact::Unreadable(why.clone()),
            (None, None) => Fact::Absent,
        }
    }

    /// The objects of one namespace that could be read, in the order of their names.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = &T> {
        let objects = self.objects.get(namespace).into_iter();
        objects.flat_map(BTreeMap::values)
    }

    /// Every object that could be read, in the order of namespaces and names.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.objects.values().flat_map(BTreeMap::values)
    }

    /// Why a namespace could not be read, where it could not; the empty text is the scope of what has no namespace.
    pub fn unread_of(&self, namespace: &str) -> Option<&Unreadable> {
        match self.alone.get(namespace) {
            Some(why) => why.as_ref(),
            None => self.elsewhere.as_ref(),
        }
    }

    /// Why the namespaces that were not read alone could not be read, where they could not.
    pub fn unread_elsewhere(&self) -> Option<&Unreadable> {
        self.elsewhere.as_ref()
    }
}
