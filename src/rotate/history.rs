//! Since when passwords are in the repository, told by git's history.
//!
//! A sealed value is as good as random, so that its beginning is its name: the commit whose diff adds it is the one that
//! brought it in, whatever else was done to the file. Where one commit replaces every sealed value of a SealedSecret that
//! was there before and has several, that is what sealing the same values again looks like, and not a new password: the
//! values that went are then looked for in the commits before.

mod diff;

use std::collections::{HashMap, HashSet};

use super::PASSWORD;
use super::age::{Age, AgeSource};
use super::selection::{Credential, Selection};
use crate::domain::time::UnixTime;
use diff::{Hunk, SealedLine};

/// The characters by which a sealed value is told from all others: 240 random bits but for its first two bytes.
const NAME_LENGTH: usize = 40;

/// The output of `git log` that is read, line by line, as [`line`](Self::line) says; newest commit first.
#[derive(Debug, Default)]
pub struct History {
    tracks: Vec<Track>,
    /// The values that are looked for: the numbers of the tracks, and the keys.
    wanted: HashMap<String, Vec<(usize, String)>>,
    commit: Commit,
    hunk: Hunk,
    /// What the commit brought in, by the numbers of the tracks.
    introduced: HashMap<usize, Introduced>,
    /// The values that stood on lines which the commit took away: one that stands on others instead is not new.
    removed: HashSet<String>,
    is_shallow: bool,
}

/// The sealed values that a commit brought in, by their keys.
type Introduced = HashMap<String, NewValue>;

/// A sealed value that a commit brought in.
#[derive(Clone, Debug)]
struct NewValue {
    value: String,
    /// The one that it replaced.
    before: Option<String>,
}

/// A commit.
#[derive(Clone, Copy, Debug, Default)]
struct Commit {
    time: UnixTime,
    parents: usize,
}

/// A credential whose values are followed back.
#[derive(Debug)]
struct Track {
    /// The number of the credential in the selection.
    credential: usize,
    /// The beginnings of the sealed values by their keys, as they were before the commits that were read.
    values: HashMap<String, String>,
    since: Option<(Commit, bool)>,
}

impl History {
    /// The format of the line that begins a commit, for `git log --format`: NUL, with which no line of a diff begins, the
    /// committer's time, and the parents.
    pub const FORMAT: &str = "format:%x00%ct %P";

    /// Looks for the passwords of the credentials of which nothing else says how old they are. Of a shallow clone not all
    /// commits are known.
    pub fn of(selection: &Selection, is_shallow: bool) -> Self {
        let mut history = Self {
            is_shallow,
            ..Self::default()
        };
        let credentials = selection.credentials.iter().enumerate();
        for (number, credential) in credentials.filter(|(_, credential)| credential.age.is_none()) {
            history.follow(number, credential);
        }
        history
    }

    fn follow(&mut self, credential: usize, found: &Credential) {
        let values = found.sealed.encrypted.iter();
        let values: HashMap<String, String> = values
            .filter_map(|(key, value)| Some((key.clone(), name_of(value)?)))
            .collect();
        if !values.contains_key(PASSWORD) {
            return;
        }
        let track = self.tracks.len();
        for (key, value) in &values {
            let wanted = self.wanted.entry(value.clone()).or_default();
            wanted.push((track, key.clone()));
        }
        self.tracks.push(Track {
            credential,
            values,
            since: None,
        });
    }

    /// Reads a line of `git log --patch --unified=1`, of which each commit begins as [`FORMAT`](Self::FORMAT) says.
    pub fn line(&mut self, line: &[u8]) {
        if let Some(commit) = line.strip_prefix(b"\0") {
            self.end_commit();
            self.commit = Commit::read(&String::from_utf8_lossy(commit));
            return;
        }
        if line.starts_with(b"@@") || line.starts_with(b"diff ") {
            self.end_hunk();
            self.hunk.begin(line.starts_with(b"@@"));
            return;
        }
        self.hunk.line(line, self.commit.parents.max(1));
    }

    /// Gives each credential the age of its password; what no commit has is of `now`.
    pub fn tell(mut self, selection: &mut Selection, now: UnixTime) {
        self.end_commit();
        for track in self.tracks {
            let age = match track.since {
                None => Age {
                    since: now,
                    source: AgeSource::Uncommitted,
                },
                Some((commit, is_oldest)) => Age {
                    since: commit.time,
                    source: if is_oldest {
                        AgeSource::OldestCommit
                    } else {
                        AgeSource::Git
                    },
                },
            };
            if let Some(credential) = selection.credentials.get_mut(track.credential) {
                credential.age = Some(age);
            }
        }
    }

    /// Notes which of the values that are looked for the hunk added, and which ones it took away for them.
    fn end_hunk(&mut self) {
        let (removed, added) = self.hunk.take();
        for (number, line) in added.iter().enumerate() {
            let Some(wanted) = self.wanted.get(&line.value) else {
                continue;
            };
            let before = replaced(&removed, &added, number);
            for (track, key) in wanted {
                let introduced = self.introduced.entry(*track).or_default();
                let new = NewValue {
                    value: line.value.clone(),
                    before: before.clone(),
                };
                introduced.insert(key.clone(), new);
            }
        }
        self.removed
            .extend(removed.into_iter().map(|line| line.value));
    }

    fn end_commit(&mut self) {
        self.end_hunk();
        let is_oldest = self.is_shallow && self.commit.parents == 0;
        let removed = std::mem::take(&mut self.removed);
        for (number, mut introduced) in std::mem::take(&mut self.introduced) {
            introduced.retain(|_, new| !removed.contains(&new.value));
            let Some(track) = self.tracks.get_mut(number) else {
                continue;
            };
            if introduced.contains_key(PASSWORD) {
                track.since = Some((self.commit, is_oldest));
            }
            let is_sealed_again = track.is_sealed_again(&introduced);
            for (key, new) in introduced {
                let Some(before) = new.before else { continue };
                // A new password is looked for further back: it may have been taken back to that one.
                if key == PASSWORD && !is_sealed_again {
                    continue;
                }
                let wanted = self.wanted.entry(before.clone()).or_default();
                wanted.push((number, key.clone()));
                track.values.insert(key, before);
            }
        }
    }
}

impl Track {
    /// Whether a commit replaced every value, of at least two.
    fn is_sealed_again(&self, introduced: &Introduced) -> bool {
        let is_replaced = |key| introduced.get(key).is_some_and(|new| new.before.is_some());
        self.values.len() > 1 && self.values.keys().all(is_replaced)
    }
}

impl Commit {
    /// Reads the line that begins a commit.
    fn read(line: &str) -> Self {
        let mut words = line.split_whitespace();
        let seconds = words.next().and_then(|word| word.parse().ok());
        Self {
            time: UnixTime::new(seconds.unwrap_or_default()),
            parents: words.count(),
        }
    }
}

/// The value that one of the added lines replaced: that of the removed line of the same key at the same place among them.
fn replaced(removed: &[SealedLine], added: &[SealedLine], number: usize) -> Option<String> {
    let key = &added.get(number)?.key;
    let of_key = |lines: &[SealedLine]| lines.iter().filter(|line| line.key == *key).count();
    if of_key(removed) != of_key(added) {
        return None;
    }
    let place = of_key(added.get(..number)?);
    let mut removed = removed.iter().filter(|line| line.key == *key);
    removed.nth(place).map(|line| line.value.clone())
}

/// The beginning of a sealed value; none of what is too short for one.
fn name_of(value: &str) -> Option<String> {
    let mut characters = value.chars().filter(|c| !c.is_whitespace());
    let name: String = characters.by_ref().take(NAME_LENGTH).collect();
    (name.len() == NAME_LENGTH && name.bytes().all(diff::is_base64)).then_some(name)
}

#[cfg(test)]
mod tests;
