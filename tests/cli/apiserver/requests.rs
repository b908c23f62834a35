//! What was asked of the server: the log, and how a test says which requests it means.

use std::fmt;

use hyper::http::request::Parts;

/// A request that arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// Such as `/api/v1/secrets`, as it was sent.
    pub path: String,
    /// The query's names and values, decoded, in their order.
    pub query: Vec<(String, String)>,
}

impl Request {
    pub(super) fn new(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: pairs
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
        }
    }

    /// A value of the query; empty when it is not there.
    pub fn query(&self, name: &str) -> &str {
        let pair = self.query.iter().find(|(known, _)| known == name);
        pair.map_or("", |(_, value)| value)
    }

    /// Whether it asks for a watch.
    pub fn is_watch(&self) -> bool {
        self.method == "GET" && matches!(self.query("watch"), "true" | "1")
    }

    /// Whether it asks for a list of this resource, such as `secrets`, or for one page of it.
    pub fn is_list_of(&self, resource: &str) -> bool {
        self.method == "GET" && !self.is_watch() && self.is_collection_of(resource)
    }

    fn is_collection_of(&self, resource: &str) -> bool {
        let parts: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let parts = match parts.as_slice() {
            ["api", _, rest @ ..] | ["apis", _, _, rest @ ..] => rest,
            _ => return false,
        };
        matches!(parts, [last] | ["namespaces", _, last] if *last == resource)
    }
}

impl fmt::Display for Request {
    /// Such as `GET /api/v1/secrets?limit=500`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        for (number, (name, value)) in self.query.iter().enumerate() {
            let before = if number == 0 { '?' } else { '&' };
            write!(formatter, "{before}{name}={value}")?;
        }
        Ok(())
    }
}

/// Which requests are meant.
#[derive(Clone, Debug)]
pub struct Requests {
    selection: Selection,
    limit: Option<usize>,
}

#[derive(Clone, Debug)]
enum Selection {
    All,
    Lists(String),
    Watches(String),
    Method(String, String),
}

impl Requests {
    /// Every request.
    pub fn all() -> Self {
        Self::new(Selection::All)
    }

    /// Lists of a resource (`secrets`), or one page of such a list, of one namespace or of all.
    pub fn lists(resource: &str) -> Self {
        Self::new(Selection::Lists(resource.to_owned()))
    }

    /// Watches of a resource (`secrets`), of one namespace or of all.
    pub fn watches(resource: &str) -> Self {
        Self::new(Selection::Watches(resource.to_owned()))
    }

    /// Requests of this method whose path and query (`/api/v1/secrets?limit=500`) contain a text.
    pub fn of(method: &str, containing: &str) -> Self {
        Self::new(Selection::Method(method.to_owned(), containing.to_owned()))
    }

    /// The first `number` of them alone.
    pub fn first(mut self, number: usize) -> Self {
        self.limit = Some(number);
        self
    }

    fn new(selection: Selection) -> Self {
        Self {
            selection,
            limit: None,
        }
    }

    /// Whether a request is one of them.
    pub fn contain(&self, request: &Request) -> bool {
        match &self.selection {
            Selection::All => true,
            Selection::Lists(resource) => request.is_list_of(resource),
            Selection::Watches(resource) => {
                request.is_watch() && request.is_collection_of(resource)
            }
            Selection::Method(method, text) => {
                request.method == *method && request.to_string().contains(text.as_str())
            }
        }
    }

    /// The same as [`Self::contain`], counting down to the end of [`Self::first`].
    pub(super) fn take(&mut self, request: &Request) -> bool {
        if self.limit == Some(0) || !self.contain(request) {
            return false;
        }
        if let Some(limit) = &mut self.limit {
            *limit -= 1;
        }
        true
    }
}

/// The text with `+` and `%xx` undone.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let code: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&code, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
