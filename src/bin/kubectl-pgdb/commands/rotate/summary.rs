//! What `rotate` says when it is done.

use pgdb::domain::time::UnixTime;
use pgdb::rotate::{Age, AgeSource, Plan, Purpose, Rotation, Selection};
use pgdb::target::Target;

/// Apps are named one by one up to so many.
const MOST_NAMED: usize = 3;

/// The apps that are passed over, since their passwords are changed elsewhere.
pub(super) fn passed_over(selection: &Selection) -> Vec<String> {
    let elsewhere = selection.elsewhere.iter();
    elsewhere
        .map(|refusal| format!("passed over: {refusal}; {}", refusal.help()))
        .collect()
}

/// What was planned, for people.
pub(super) struct Summary<'run> {
    /// The plan.
    pub(super) plan: &'run Plan,
    /// What it was made of.
    pub(super) selection: &'run Selection,
    /// The PostgreSQL that the apps are on.
    pub(super) target: &'run Target,
    /// What becomes of the credentials.
    pub(super) purpose: Purpose,
    /// The time from which ages are counted.
    pub(super) now: UnixTime,
    /// Whether the apps were named, and not all meant.
    pub(super) is_named: bool,
}

impl Summary<'_> {
    /// What was, or would be, done.
    pub(super) fn text(&self, dry_run: bool) -> String {
        let place = format!("on {}", self.target.place());
        let rotations = &self.plan.rotations;
        let younger = self.younger();
        if rotations.is_empty() {
            let nothing = match self.purpose {
                Purpose::NewPassword if younger.is_empty() => "There is no password to change here",
                Purpose::NewPassword => "Nothing is older",
                Purpose::Reseal => "Nothing is sealed otherwise than before",
            };
            return format!("{nothing} {place}: nothing to write.{younger}");
        }
        let begin = if dry_run { "Would write" } else { "Wrote" };
        let what = match (self.purpose, rotations.len()) {
            (Purpose::NewPassword, 1) => "a new password".to_owned(),
            (Purpose::NewPassword, count) => format!("{count} new passwords"),
            (Purpose::Reseal, 1) => "a credential, sealed again,".to_owned(),
            (Purpose::Reseal, count) => format!("{count} credentials, sealed again,"),
        };
        let lines: String = rotations
            .iter()
            .map(|rotation| self.line(rotation))
            .collect();
        format!("{begin} {what} {place}:{lines}{younger}")
    }

    fn line(&self, rotation: &Rotation) -> String {
        let age = rotation.age.map(|age| format!(" ({})", self.age(age)));
        format!(
            "\n  {}: {} in {}{}",
            rotation.apps.join(", "),
            rotation.keys.join(", "),
            rotation.path,
            age.unwrap_or_default()
        )
    }

    /// The passwords that are left as they are, since they are not old enough.
    fn younger(&self) -> String {
        let younger = self.selection.younger.iter();
        let lines = younger.map(|credential| {
            let age = credential.age.map(|age| self.age(age));
            format!(
                "\n  left {}: {}",
                credential.asked.join(", "),
                age.unwrap_or_else(|| "of unknown age".to_owned())
            )
        });
        lines.collect()
    }

    fn age(&self, age: Age) -> String {
        let days = match age.days(self.now) {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        let since = age.since.date();
        match age.source {
            AgeSource::Annotation => format!("{days} old, by its annotation of {since}"),
            AgeSource::Git => format!("{days} old, by the commit of {since}"),
            AgeSource::OldestCommit => {
                format!("at least {days} old, by the oldest commit, of {since}")
            }
            AgeSource::Uncommitted => "not committed yet".to_owned(),
        }
    }

    /// The subject of the commit.
    pub(super) fn subject(&self) -> String {
        let (one, several) = match self.purpose {
            Purpose::NewPassword => ("Rotate the password of", "Rotate the passwords of"),
            Purpose::Reseal => (
                "Seal again the credential of",
                "Seal again the credentials of",
            ),
        };
        match self.names().as_slice() {
            [only] => format!("{one} {only}"),
            few if few.len() <= MOST_NAMED => format!("{several} {}", few.join(", ")),
            many => format!("{several} {} apps", many.len()),
        }
    }

    /// The words by which `verify` is told which apps.
    pub(super) fn words(&self) -> String {
        let names = self.names();
        let is_all = self.selection.younger.is_empty() && self.selection.elsewhere.is_empty();
        if names.len() > MOST_NAMED && is_all && !self.is_named {
            return "--all".to_owned();
        }
        names.join(" ")
    }

    fn names(&self) -> Vec<&str> {
        let apps = self
            .plan
            .rotations
            .iter()
            .flat_map(|rotation| &rotation.apps);
        apps.map(String::as_str).collect()
    }
}
