//! Roles whose Secret nothing in the repository makes.

use super::repository::Repository;
use super::repository::role::Role;
use super::repository::word::Word;
use crate::domain::nearest::{differ_in_digits_alone, nearest};
use crate::target::own::is_made_for_cluster;

/// More comparisons than this are not made: names that nothing makes and names that no role uses are then so many that the
/// repository evidently makes its Secrets elsewhere.
const MOST_COMPARISONS: usize = 200_000;

/// The roles whose password no maker, generator, unread file or CNPG itself makes: with the Secret, and with a name near to
/// it that something makes and no role uses.
pub(super) fn unmade<'a, 'text>(
    repository: &'a Repository<'text>,
) -> Vec<(&'a Role<'text>, &'a Word<'text>, Option<&'a str>)> {
    let roles = repository.roles.iter().filter(|role| !role.is_absent());
    let unmade: Vec<(&Role<'_>, &Word<'_>)> = roles
        .filter_map(|role| Some((role, role.password_secret.as_ref()?)))
        .filter(|(role, secret)| is_unmade(repository, role, secret))
        .collect();
    let mut unused: Vec<&str> = repository.secrets().collect();
    unused.retain(|secret| repository.users_of(secret).next().is_none());
    // The index has no order of its own, and of equally near names the first is taken.
    unused.sort_unstable();
    if unmade.len().saturating_mul(unused.len()) > MOST_COMPARISONS {
        unused.clear();
    }
    let near = |role: &Role<'_>, secret: &Word<'_>| {
        let near = nearest(&secret.text, unused.iter().copied())
            .filter(|near| !differ_in_digits_alone(near, &secret.text))?;
        let mut makers = repository.makers_of(near);
        makers
            .any(|maker| maker.object.may_be_beside(&role.object))
            .then_some(near)
    };
    unmade
        .into_iter()
        .map(|(role, secret)| (role, secret, near(role, secret)))
        .collect()
}

fn is_unmade(repository: &Repository<'_>, role: &Role<'_>, secret: &Word<'_>) -> bool {
    let (Some(name), Some(cluster)) = (secret.known(), role.known_cluster()) else {
        return false;
    };
    repository.makers_of(name).next().is_none()
        && !repository.generates(name)
        && !is_made_for_cluster(cluster, name)
        && !repository.is_in_unread(name)
        && !repository.kustomize_mentions(&role.object, name)
}
