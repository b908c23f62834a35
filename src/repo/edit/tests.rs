//! Tests of the editor as a whole: shapes with their exact outcome, refusals, and what holds for any text.

mod checks;
mod documents;
mod properties;
mod refusals;
mod removal_properties;
mod removals;
mod set_text;
mod set_text_properties;
mod shapes;
mod steps;

use super::{Addition, append, apply, insert_key, remove, set, set_text};

fn text(text: &str) -> Addition {
    Addition::Text(text.to_owned())
}

fn map<const N: usize>(pairs: [(&str, Addition); N]) -> Addition {
    Addition::Map(
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// The entry of `spec.managed.roles` that the product writes.
fn role(name: &str) -> Addition {
    map([
        ("name", text(name)),
        ("login", Addition::Bool(true)),
        ("passwordSecret", map([("name", text("my-shop-db-creds"))])),
    ])
}

const ROLES: [&str; 3] = ["spec", "managed", "roles"];

/// The path to a document's top level.
const TOP: [&str; 0] = [];
