//! Answers that do not come, or are none: nothing is known then, and never that all is well.

use super::gitops::repository;
use super::{Fault as Row, all_of, harmless, unknown};
use crate::apiserver::{ApiServer, Fault, Reach, Requests};

/// The groups of the API.
const CNPG: &str = "postgresql.cnpg.io";

const REFUSED: [Row; 14] = [
    unknown(
        "SealedSecrets may not be listed",
        |server| forbidden(server, "bitnami.com", "sealedsecrets"),
        "sealed-secret",
        "forbidden",
    ),
    unknown(
        "Secrets may be listed nowhere",
        |server| forbidden(server, "", "secrets"),
        "secret",
        "forbidden",
    ),
    unknown(
        "Secrets may be listed in the app's namespace alone",
        |server| server.forbid("list", "", "secrets", "postgres"),
        "secret",
        "forbidden",
    ),
    unknown(
        "Secrets may be listed in the Cluster's namespace alone",
        |server| server.forbid("list", "", "secrets", "shop"),
        "mirror",
        "forbidden",
    ),
    harmless(
        "Secrets may be listed in each namespace, not in all at once",
        |server| {
            server.forbid("list", "", "secrets", Reach::ClusterScope);
        },
    ),
    unknown(
        "Clusters may not be listed",
        |server| forbidden(server, CNPG, "clusters"),
        "role",
        "forbidden",
    ),
    harmless(
        "DatabaseRoles may not be listed, and the Cluster declares the role",
        |server| {
            forbidden(server, CNPG, "databaseroles");
        },
    ),
    unknown(
        "Databases may not be listed",
        |server| forbidden(server, CNPG, "databases"),
        "database",
        "forbidden",
    ),
    unknown(
        "pods may not be listed in the Cluster's namespace",
        |server| forbidden(server, "", "pods"),
        "cluster",
        "forbidden",
    ),
    harmless("namespaces may not be listed", |server| {
        forbidden(server, "", "namespaces");
    }),
    unknown(
        "SealedSecrets are not served",
        |server| server.uninstall("sealedsecrets"),
        "sealed-secret",
        "not-served",
    ),
    unknown(
        "Databases are not served",
        |server| server.uninstall("databases"),
        "database",
        "not-served",
    ),
    harmless("DatabaseRoles are not served, before CNPG 1.30", |server| {
        server.uninstall("databaseroles");
    }),
    unknown(
        "the token has expired",
        |server| server.accept_token("another-token"),
        "argo-cd",
        "unauthorised",
    ),
];

const DAMAGED: [Row; 15] = [
    unknown(
        "the connection ends instead of an answer",
        |server| secrets(server, Fault::CutBefore),
        "secret",
        "unreachable",
    ),
    unknown(
        "the connection ends within the list of Secrets",
        |server| secrets(server, Fault::CutAfter(200)),
        "secret",
        "unreachable",
    ),
    unknown(
        "half of the list of Secrets comes",
        |server| secrets(server, Fault::Truncated),
        "secret",
        "unreachable",
    ),
    unknown(
        "the list of Secrets is no JSON",
        |server| secrets(server, Fault::Malformed),
        "secret",
        "malformed",
    ),
    unknown(
        "a page to sign in comes instead of Secrets",
        |server| secrets(server, Fault::Html(200)),
        "secret",
        "malformed",
    ),
    unknown(
        "a gateway answers with a page of its own",
        |server| secrets(server, Fault::Html(502)),
        "secret",
        "unavailable",
    ),
    unknown(
        "the list of Secrets has no body",
        |server| secrets(server, Fault::Empty),
        "secret",
        "malformed",
    ),
    unknown(
        "an empty list of another kind comes",
        |server| secrets(server, Fault::OtherKind),
        "secret",
        "malformed",
    ),
    unknown(
        "a Secret is null",
        |server| secrets(server, Fault::NullItem),
        "secret",
        "malformed",
    ),
    unknown(
        "a Secret has no metadata",
        |server| secrets(server, Fault::ItemWithoutMetadata),
        "secret",
        "malformed",
    ),
    unknown(
        "an empty list of another kind comes instead of Applications",
        |server| server.fault(Requests::lists("applications"), Fault::OtherKind),
        "argo-cd",
        "malformed",
    ),
    unknown(
        "a page to sign in comes for everything",
        |server| server.fault(Requests::all(), Fault::Html(200)),
        "argo-cd",
        "malformed",
    ),
    unknown(
        "the API server stays busy",
        |server| secrets(server, Fault::status(429)),
        "secret",
        "too-many-requests",
    ),
    unknown(
        "the API server stays unavailable",
        |server| secrets(server, Fault::status(503)),
        "secret",
        "unavailable",
    ),
    unknown(
        "the API server wants to be left alone for a minute",
        |server| secrets(server, Fault::retry_after(429, 60)),
        "secret",
        "too-many-requests",
    ),
];

const HEALED: [Row; 6] = [
    harmless("the API server is busy once", |server| {
        server.fault(
            Requests::lists("secrets").first(1),
            Fault::retry_after(429, 0),
        );
    }),
    harmless(
        "the API server is busy once, and says for how long",
        |server| {
            server.fault(
                Requests::lists("databases").first(1),
                Fault::retry_after(429, 1),
            );
        },
    ),
    harmless("the API server is unavailable twice", |server| {
        server.fault(Requests::lists("clusters").first(2), Fault::status(503));
    }),
    harmless("a gateway fails once for everything", |server| {
        for kind in [
            "applications",
            "secrets",
            "sealedsecrets",
            "clusters",
            "databases",
        ] {
            server.fault(Requests::lists(kind).first(1), Fault::Html(502));
        }
    }),
    harmless("the connection ends once instead of an answer", |server| {
        server.fault(Requests::lists("secrets").first(1), Fault::CutBefore);
    }),
    harmless("the connection ends twice within an answer", |server| {
        server.fault(Requests::lists("secrets").first(2), Fault::CutAfter(100));
    }),
];

const SILENT: [Row; 2] = [
    unknown(
        "no answer comes for Applications",
        |server| server.fault(Requests::lists("applications"), Fault::Hang),
        "argo-cd",
        "timed-out",
    ),
    unknown(
        "no answer comes at all",
        |server| server.fault(Requests::all(), Fault::Hang),
        "argo-cd",
        "timed-out",
    ),
];

fn forbidden(server: &ApiServer, group: &str, resource: &str) {
    server.forbid("list", group, resource, Reach::Everywhere);
}

fn secrets(server: &ApiServer, fault: Fault) {
    server.fault(Requests::lists("secrets"), fault);
}

#[test]
fn what_may_not_be_read_is_unknown() {
    insta::assert_snapshot!(all_of(&REFUSED, &repository(), "my-shop"));
}

#[test]
fn what_is_no_answer_is_unknown() {
    insta::assert_snapshot!(all_of(&DAMAGED, &repository(), "my-shop"));
}

#[test]
fn what_passes_is_asked_for_again() {
    insta::assert_snapshot!(all_of(&HEALED, &repository(), "my-shop"));
}

#[test]
fn what_does_not_come_in_time_is_unknown() {
    // The first link's list is among those, so that a slow machine changes nothing.
    let words = "my-shop --request-timeout 200ms";
    insta::assert_snapshot!(all_of(&SILENT, &repository(), words));
}
