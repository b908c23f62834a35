//! The specification: every fault that is known, the link that it breaks, and what is said of it.
//!
//! Each is put into a cluster where all works, alone. What is named first is in the tables; what a person reads, and with
//! `--quiet` nothing else, is in the snapshots.

mod answers;
mod gitops;
mod mirror;
mod objects;
mod postgres;
mod privileges;

use std::sync::Mutex;

use crate::apiserver::ApiServer;
use crate::support::{Outcome, Repository};
use crate::world::World;

use super::{assert_tells_no_secret, json_of, secrets, verify};

/// A fault.
pub(super) struct Fault {
    /// What is wrong, in one line.
    what: &'static str,
    /// Puts it into the cluster.
    put: fn(&ApiServer),
    /// The exit code.
    code: i32,
    /// The first link that does not hold, and the reason; none where all hold in spite of it.
    broken: Option<(&'static str, &'static str)>,
}

/// A fault by which a link is broken: exit code 1.
const fn broken(
    what: &'static str,
    put: fn(&ApiServer),
    link: &'static str,
    reason: &'static str,
) -> Fault {
    Fault {
        what,
        put,
        code: 1,
        broken: Some((link, reason)),
    }
}

/// A fault by which nothing is known of a link: exit code 3.
const fn unknown(
    what: &'static str,
    put: fn(&ApiServer),
    link: &'static str,
    reason: &'static str,
) -> Fault {
    Fault {
        what,
        put,
        code: 3,
        broken: Some((link, reason)),
    }
}

/// What breaks no link: exit code 0.
const fn harmless(what: &'static str, put: fn(&ApiServer)) -> Fault {
    Fault {
        what,
        put,
        code: 0,
        broken: None,
    }
}

/// So many faults are looked at at the same time: most of the time is spent in waiting.
const AT_ONCE: usize = 6;

/// Puts each fault into a cluster of its own where the repository's apps work, compares what is named first, and gives
/// what a person reads of all of them. `words` come after `verify`.
fn all_of(faults: &[Fault], repository: &Repository, words: &str) -> String {
    let next = Mutex::new(0..faults.len());
    let said = Mutex::new(vec![Ok(String::new()); faults.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(number) = next.lock().unwrap().next() else {
                        break;
                    };
                    let text = look_at(&faults[number], repository, words);
                    said.lock().unwrap()[number] = text;
                }
            });
        }
    });
    let said = said.into_inner().unwrap();
    let wrong: Vec<&String> = said.iter().filter_map(|said| said.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let said: Vec<String> = said.into_iter().filter_map(Result::ok).collect();
    said.join("\n")
}

/// What a person reads of it; an error when it is not as the table says.
fn look_at(fault: &Fault, repository: &Repository, words: &str) -> Result<String, String> {
    let Fault {
        what, code, broken, ..
    } = fault;
    let structure = run(fault, repository, &format!("{words} --output json"));
    let report = json_of(&structure);
    let first = &report["apps"][0]["broken"];
    let first = first
        .as_object()
        .map(|first| (first["check"].as_str(), first["reason"].as_str()));
    let wanted = broken.map(|(link, reason)| (Some(link), Some(reason)));
    let status = match code {
        0 => "pass",
        1 => "fail",
        _ => "unknown",
    };
    if structure.code != *code || first != wanted || report["status"] != status {
        return Err(format!("{what}: {} {first:?}", structure.code));
    }
    let page = run(fault, repository, &format!("{words} --quiet"));
    if page.code != *code {
        return Err(format!("{what}: {} {}", page.code, page.stdout));
    }
    let (link, reason) = broken.unwrap_or(("every link holds", ""));
    let first = format!("{code} {link} {reason}");
    Ok(without_minutes(&format!(
        "## {what}\n{}\n{}",
        first.trim_end(),
        page.stdout
    )))
}

/// Runs it in a cluster of its own.
fn run(fault: &Fault, repository: &Repository, words: &str) -> Outcome {
    let server = ApiServer::start();
    let world = World::of(&server, repository.path());
    (fault.put)(&server);
    let kubeconfig = server.kubeconfig();
    let outcome = verify(repository, &kubeconfig, words);
    assert_tells_no_secret(&outcome, &secrets(&world, &kubeconfig), fault.what);
    assert_eq!(outcome.stderr, "", "{}", fault.what);
    let address = server.address().to_string();
    Outcome {
        stdout: outcome.stdout.replace(&address, "SERVER"),
        ..outcome
    }
}

/// The text with `N min` in the place of any number of minutes.
fn without_minutes(text: &str) -> String {
    let Some((before, after)) = text.split_once(" min after") else {
        return text.to_owned();
    };
    let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
    format!("{before}N min after{after}")
}
