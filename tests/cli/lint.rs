//! `lint` as it is called: what it says, in which form, and how it ends.

mod calls;
mod made;
mod mending;
mod pipelines;
mod secrecy;

use crate::support::{CLUSTER, Repository};

/// The guide's repository whose Cluster has no role made by hand, with the app `my-shop`: nothing is to be found in it.
fn clean() -> Repository {
    let repository = without_roles();
    let made = repository.new_app("--quiet");
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    repository
}

/// The guide's repository whose Cluster has no roles.
fn without_roles() -> Repository {
    let repository = Repository::guide();
    let text = repository.read(CLUSTER);
    let (start, end) = (
        text.find("  managed:").unwrap(),
        text.find("  monitoring:").unwrap(),
    );
    repository.write(CLUSTER, &format!("{}{}", &text[..start], &text[end..]));
    repository
}
