//! A kustomization that makes a database's Secret of a password in clear.

use crate::lint::finding::{Finding, Severity};
use crate::lint::repository::Repository;
use crate::lint::repository::clear::{Exposure, exposure, is_postgres_key, shown_key};
use crate::lint::repository::kustomize::{Generator, Kustomize};
use crate::lint::repository::neighbourhood::Neighbourhood;
use crate::lint::repository::word::{Word, known};
use crate::lint::rule::{Example, Findings, Rule};

pub(super) const RULE: Rule = Rule {
    code: "PGDB402",
    name: "plaintext-generator",
    severity: Severity::Error,
    is_fixable: false,
    summary: "A kustomization's `secretGenerator` makes a database's credential of values that stand in the repository in clear.",
    why: "The Secret is generated, its password is not: whoever can read the repository or its history can log in to the \
          database. Unless it is told otherwise, the generator also gives the Secret another name whenever a value changes, \
          which no role follows.",
    mend: "Seal the values, with `kubectl pgdb new-app` or `kubeseal`, list the SealedSecret in `resources`, and remove the \
           generator. Then change the password, since it stays in the history.",
    example: Example {
        path: "infra/databases/postgres/kustomization.yaml",
        bad: include_str!("plaintext_generator/bad.yaml"),
        good: include_str!("plaintext_generator/good.yaml"),
        beside: &[],
    },
    check,
};

/// A value in clear: where the generator takes it from, its key, and what it gives away.
struct Exposed<'run, 'text> {
    word: &'run Word<'text>,
    key: String,
    exposure: Exposure,
}

fn check(repository: &Repository<'_>, found: &mut Findings) {
    let neighbourhood = Neighbourhood::of(repository);
    for kustomize in &repository.kustomizes {
        for generator in &kustomize.generators {
            let exposed = exposed(repository, kustomize, generator);
            let severity = severity(repository, &neighbourhood, kustomize, generator, &exposed);
            for value in &exposed {
                let message = format!(
                    "the value of {} stands in the repository in clear",
                    shown_key(&value.key)
                );
                // The line may be the value itself.
                let finding =
                    Finding::at(kustomize.path, value.word.span.beginning(), message).secret();
                if let Some(severity) = severity {
                    found.push_as(severity, finding);
                }
            }
        }
    }
}

/// The values in clear that a generator takes.
fn exposed<'run, 'text>(
    repository: &Repository<'text>,
    kustomize: &Kustomize<'text>,
    generator: &'run Generator<'text>,
) -> Vec<Exposed<'run, 'text>> {
    let text_of = |word: &Word<'_>| {
        let path = kustomize.resolve(word)?;
        repository.snapshot.text(&path)
    };
    let mut found = Vec::new();
    for word in &generator.literals {
        found.extend(entry(word, &word.text));
    }
    for word in &generator.envs {
        let lines = text_of(word).unwrap_or_default().lines();
        found.extend(lines.filter_map(|line| entry(word, line)));
    }
    for word in &generator.files {
        let key = word.text.split_once('=').map(|(key, _)| key);
        let key = key.unwrap_or_else(|| word.text.rsplit('/').next().unwrap_or_default());
        let path = kustomize.resolve_file(word);
        let text = path.and_then(|path| repository.snapshot.text(&path));
        found.extend(text.and_then(|text| value(word, key, text)));
    }
    found
}

/// What `key=value` gives away.
fn entry<'run, 'text>(word: &'run Word<'text>, line: &str) -> Option<Exposed<'run, 'text>> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let (key, text) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    value(word, key.trim(), text.trim().trim_matches(['"', '\'']))
}

fn value<'run, 'text>(
    word: &'run Word<'text>,
    key: &str,
    text: &str,
) -> Option<Exposed<'run, 'text>> {
    Some(Exposed {
        word,
        key: key.to_owned(),
        exposure: exposure(key, text)?,
    })
}

/// How much it matters; none where the Secret is hardly a database's.
fn severity(
    repository: &Repository<'_>,
    neighbourhood: &Neighbourhood<'_>,
    kustomize: &Kustomize<'_>,
    generator: &Generator<'_>,
    exposed: &[Exposed<'_, '_>],
) -> Option<Severity> {
    let is_used = known(generator.name.as_ref()).is_some_and(|name| {
        repository.users_of(name).next().is_some()
            || repository.clusters_using(name).next().is_some()
    });
    let is_postgres = |value: &Exposed<'_, '_>| {
        value.exposure == Exposure::Connection || is_postgres_key(&value.key)
    };
    let secret_type = generator.secret_type.as_ref();
    let is_basic = secret_type.is_some_and(|word| word.text == "kubernetes.io/basic-auth");
    let has = |key: &str| {
        let mut literals = generator.literals.iter().chain(&generator.files);
        literals.any(|word| word.text.split('=').next() == Some(key))
    };
    if is_used || exposed.iter().any(is_postgres) {
        return Some(Severity::Error);
    }
    let is_login = is_basic || has("username") && has("password");
    is_login.then(|| {
        if neighbourhood.is_folder(&kustomize.path.parent()) {
            Severity::Error
        } else {
            // A login to something; whether it is a database nobody can tell.
            Severity::Info
        }
    })
}
