//! The whole life of apps: each step is a commit, Argo CD syncs it, and PostgreSQL has the last word.

mod access;
mod at_once;
mod audit;
mod document;
mod interrupted;
mod leaving;
mod many;
mod one_app;
mod trials;
mod turns;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::controllers::Controllers;
use crate::postgres;
use crate::support::{CLUSTER, Outcome, Repository};

/// A git repository with the guide's layout, and the cluster that it describes.
struct Life {
    repository: Repository,
    cluster: Controllers,
}

impl Life {
    /// None where there is no PostgreSQL.
    fn begin() -> Option<Self> {
        postgres::is_usable().then(|| Self::of(Repository::guide()))
    }

    /// The same without the role that the guide has by hand, which is no whole app.
    fn without_others() -> Option<Self> {
        let repository = Repository::guide();
        let text = repository.read(CLUSTER);
        let (before, entry) = text.split_once("    roles:\n").unwrap();
        let (_, after) = entry.split_once("name: blog-db-creds\n").unwrap();
        repository.write(CLUSTER, &format!("{before}    roles: []\n{after}"));
        postgres::is_usable().then(|| Self::of(repository))
    }

    fn of(repository: Repository) -> Self {
        repository.git("init --quiet", "");
        let cluster = Controllers::start(repository.path());
        let this = Self {
            repository,
            cluster,
        };
        this.commit("the-guide");
        this
    }

    /// Runs the binary, which must print no password that is in a Secret.
    fn run(&self, words: &str) -> Outcome {
        let outcome = self.cluster.run(&self.repository, words);
        for secret in self.cluster.server.all("secrets") {
            for key in ["password", "uri", "jdbc-uri", "pgpass"] {
                let value = value(&secret, key);
                for text in [&outcome.stdout, &outcome.stderr] {
                    assert!(
                        value.is_empty() || !text.contains(value.trim_end()),
                        "{words}: {text}"
                    );
                }
            }
        }
        outcome
    }

    /// Runs a command that changes the repository, which is free of findings after it, and commits the change.
    fn change(&self, words: &str) -> Outcome {
        let outcome = self.run(words);
        assert_eq!(outcome.code, 0, "{words}\n{}", outcome.stderr);
        self.commit(&words.replace(' ', "_"));
        outcome
    }

    /// The same, and Argo CD syncs it.
    fn live(&self, words: &str) -> Outcome {
        let outcome = self.change(words);
        self.cluster.sync();
        outcome
    }

    /// The same for a change that a file says which is not to be committed.
    fn live_without(&self, file: &str, words: &str) -> Outcome {
        let outcome = self.run(words);
        assert_eq!(outcome.code, 0, "{words}\n{}", outcome.stderr);
        self.repository.remove(file);
        self.commit(&words.replace(' ', "_"));
        self.cluster.sync();
        outcome
    }

    /// Commits what has changed, and looks at what is there then.
    fn commit(&self, message: &str) {
        commit(&self.repository, message);
        // The role that the guide has by hand is the one that is told of.
        let lint = self.repository.run("lint --output json");
        let report: Value = serde_json::from_str(&lint.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let of_apps: Vec<&Value> = findings
            .iter()
            .filter(|finding| !finding["message"].to_string().contains("blog"))
            .collect();
        assert_eq!((lint.code, of_apps), (0, vec![]), "{message}");
    }

    /// What `list` says of the state of an app; nothing where it lists none of this name.
    fn state(&self, app: &str) -> String {
        let listed = self.repository.run("list --quiet");
        let row = listed
            .stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(app));
        let state = row.and_then(|row| row.split("postgres-shared").nth(1));
        state.unwrap_or_default().trim().to_owned()
    }

    /// `verify --login` finds that an app works.
    fn assert_works(&self, app: &str) {
        let outcome = self.run(&format!("verify {app} --login"));
        assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
    }

    /// A value of an app's Secret; nothing where there is no such Secret.
    fn value(&self, namespace: &str, app: &str, key: &str) -> String {
        let secret = self
            .cluster
            .get("secrets", namespace, &format!("{app}-db-creds"));
        secret.map(|secret| value(&secret, key)).unwrap_or_default()
    }

    /// Logs in as the role of my-shop, to its database.
    fn log_in(&self, password: &str, statements: &str) -> Result<String, String> {
        let postgres = &self.cluster.postgres;
        let said = postgres.log_in("my_shop", "my_shop", password, "require", statements);
        // Where it failed is the machine's.
        said.map_err(|error| match error.split_once("FATAL:  ") {
            Some((_, reason)) => reason.to_owned(),
            None => error,
        })
    }
}

/// The SQL that was printed for a superuser, one script after the other.
fn scripts(outcome: &Outcome) -> Vec<String> {
    let printed = outcome.stderr.split("<<'SQL'\n").skip(1);
    let scripts = printed.map(|rest| rest.split_once("\nSQL\n").unwrap().0.to_owned());
    scripts.collect()
}

/// Commits all that has changed; the message is one word.
fn commit(repository: &Repository, message: &str) {
    let who = "-c user.name=Ada -c user.email=ada@example.com -c commit.gpgsign=false";
    repository.git("add --all", "");
    repository.git(&format!("{who} commit --quiet -m {message}"), "");
}

/// A value of a Secret.
fn value(secret: &Value, key: &str) -> String {
    let value = secret["data"][key].as_str().unwrap_or_default();
    String::from_utf8(STANDARD.decode(value).unwrap()).unwrap()
}
