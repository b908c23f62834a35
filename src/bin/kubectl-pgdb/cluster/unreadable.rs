//! What an error of the client means, and what to do about it.
//!
//! No answer is quoted but the API server's own words on why it refuses. What was to be read may be Secrets, and a
//! parser's message holds the value that it did not expect.

use std::io::{Error as IoError, ErrorKind};

use http_body_util::LengthLimitError;
use kube::client::AuthError;
use kube::core::Status;
use pgdb::live::fact::{Cause, Unreadable};
use pgdb::live::permission::Permission;

use super::Session;
use super::attempts::{TimedOut, is_broken};
use super::error_chain::{find, root};
use super::reading::Unexpected;
use crate::failure::{Exit, Failure};

/// The longest part of the API server's own words that is shown, in characters.
const LONGEST_QUOTE: usize = 300;
/// What kube gives as the reason of an answer that is no Status of the API server.
const NO_STATUS: &str = "Failed to parse error data";

impl From<Unreadable> for Failure {
    fn from(reason: Unreadable) -> Self {
        let help = match reason.cause {
            Cause::Forbidden => format!(
                "ask for that right; this says whether you have it: {}",
                reason.remedy
            ),
            _ => reason.remedy,
        };
        Self::new(Exit::Unknown, reason.evidence, help)
    }
}

impl Session {
    /// Why that could not be done.
    pub(crate) fn unreadable(&self, error: &kube::Error, permission: &Permission) -> Unreadable {
        match error {
            kube::Error::Api(status) => self.refused(status, permission),
            kube::Error::SerdeError(error) => malformed(permission, error),
            kube::Error::FromUtf8(_) => Unreadable::new(
                Cause::Malformed,
                format!("the answer to `{}` is no text", permission.deed()),
                IN_BETWEEN,
            ),
            error => match find::<Unexpected>(error) {
                Some(unexpected) => Unreadable::new(
                    Cause::Malformed,
                    format!("the answer to `{}` {unexpected}", permission.deed()),
                    IN_BETWEEN,
                ),
                None => self.no_answer(error),
            },
        }
    }

    /// The server answered, and did not do it.
    fn refused(&self, status: &Status, permission: &Permission) -> Unreadable {
        let server = &self.server;
        let deed = permission.deed();
        let said = said(status);
        match status.code {
            401 => Unreadable::new(
                Cause::Unauthorised,
                format!(
                    "{server} does not accept the credential (401): it is wrong, or not valid any more"
                ),
                "log in again or renew the token, until `kubectl auth whoami` answers",
            ),
            403 => Unreadable::forbidden(permission, user(status).as_deref()),
            404 => Unreadable::not_served(permission),
            408 | 504 => Unreadable::new(
                Cause::TimedOut,
                format!("{server} gave up on `{deed}` ({}){said}", status.code),
                "try again, later if it is busy",
            ),
            410 => Unreadable::new(
                Cause::Unavailable,
                format!("{server} forgot the list while it was being read, twice: `{deed}` (410)"),
                "try again",
            ),
            429 => Unreadable::new(
                Cause::TooManyRequests,
                format!("{server} takes no more requests for now: `{deed}` (429){said}"),
                "try again later",
            ),
            code @ 500..=599 => Unreadable::new(
                Cause::Unavailable,
                format!("{server} cannot `{deed}` for now ({code}){said}"),
                "try again later; `kubectl get --raw /readyz?verbose` says how the API server is",
            ),
            code => Unreadable::new(
                Cause::Refused,
                format!("{server} refused to `{deed}` ({code}){said}"),
                IN_BETWEEN,
            ),
        }
    }

    /// No whole answer came.
    fn no_answer(&self, error: &kube::Error) -> Unreadable {
        let server = &self.server;
        if let Some(TimedOut(limit)) = find::<TimedOut>(error) {
            return Unreadable::new(
                Cause::TimedOut,
                format!("{server} gave no whole answer within {limit}"),
                "check the way there (VPN, proxy), or wait longer with --request-timeout",
            );
        }
        if find::<LengthLimitError>(error).is_some() {
            return Unreadable::new(
                Cause::Malformed,
                format!("{server} answered more than was to be expected"),
                IN_BETWEEN,
            );
        }
        if let Some(rustls::Error::InvalidCertificate(_)) = find::<rustls::Error>(error) {
            return Unreadable::new(
                Cause::Untrusted,
                format!(
                    "the certificate of {server} is not trusted: {}",
                    root(error)
                ),
                "check server and certificate-authority of the cluster in the kubeconfig, and whether a proxy is in between",
            );
        }
        if find::<AuthError>(error).is_some() {
            return Unreadable::new(
                Cause::Unauthorised,
                "the credential could not be renewed".to_owned(),
                "log in again, until `kubectl auth whoami` answers",
            );
        }
        if is_broken(error) {
            return Unreadable::new(
                Cause::Unreachable,
                format!("the connection to {server} broke before the answer was whole"),
                "try again; check the way there (VPN, proxy)",
            );
        }
        let timed_out = |error: &IoError| error.kind() == ErrorKind::TimedOut;
        let cause = match find::<IoError>(error) {
            Some(error) if timed_out(error) => Cause::TimedOut,
            _ => Cause::Unreachable,
        };
        Unreadable::new(
            cause,
            format!("{server} cannot be reached: {}", root(error)),
            "check the context and the way there (VPN, proxy): `kubectl cluster-info`",
        )
    }
}

/// What to do about an answer that no API server gives.
const IN_BETWEEN: &str = "is something between here and the API server that answers instead, such as a proxy that asks to log in?";

/// An answer that is not what was asked for. The parser's words are left out: they quote values.
fn malformed(permission: &Permission, error: &serde_json::Error) -> Unreadable {
    let what = if error.is_eof() {
        "is cut short"
    } else if error.is_data() {
        "does not hold what it should"
    } else {
        "is no JSON"
    };
    Unreadable::new(
        Cause::Malformed,
        format!(
            "the answer to `{}` {what} (line {}, column {})",
            permission.deed(),
            error.line(),
            error.column()
        ),
        IN_BETWEEN,
    )
}

/// The API server's own words as the end of a sentence; nothing where something else answered.
pub(super) fn said(status: &Status) -> String {
    let message = status.message.trim();
    if status.reason == NO_STATUS || message.is_empty() {
        return String::new();
    }
    let quote: String = message.chars().take(LONGEST_QUOTE).collect();
    format!(": {quote}")
}

/// Who the API server takes one for, in quotation marks: `... is forbidden: User "dev" cannot list ...`.
fn user(status: &Status) -> Option<String> {
    let (_, rest) = status.message.split_once("User \"")?;
    let (user, _) = rest.split_once('"')?;
    let user: String = user.chars().take(LONGEST_QUOTE).collect();
    (status.reason == "Forbidden").then(|| format!("{user:?}"))
}
