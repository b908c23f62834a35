//! The keys of an entry: what they are called, what they take, what they mean.

use crate::domain::access::Level;

/// A key of an entry.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// A value that it could have, as YAML.
    pub example: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Takes {
    /// A text that matches a pattern, of at most so many characters.
    Text(&'static str, usize),
    /// A server encoding of PostgreSQL, in capital or small letters.
    Encoding,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts of which each matches a pattern, or one of them.
    Texts(&'static str),
    /// The same, but not empty.
    SomeTexts(&'static str),
    /// A list of names, each with a version or none.
    Extensions,
    /// Privileges of tables, as a list or with commas between them.
    Privileges,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Privileges of any kind of object, as a list or with commas between them.
    AnyPrivileges,
    /// A list of what others may do in the database.
    Access,
}

const LABEL: &str = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
const SERVICE: &str = "^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$";
const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const ROLE: &str =
    "^(?!pg_|cnpg_|(postgres|streaming_replica|public|none)$)[a-z_][a-z0-9_-]{0,62}$";
const GROUP: &str = "^(?!cnpg_|(postgres|streaming_replica|public|none)$)[a-z_][a-z0-9_-]{0,62}$";
const DATABASE: &str = "^(?!(postgres|template0|template1)$)[a-z_][a-z0-9_-]{0,62}$";
const SCHEMA: &str = "^(?!pg_|information_schema$)[a-z_][a-z0-9_-]{0,62}$";
const LOCALE: &str = "^[A-Za-z][A-Za-z0-9_.@-]*$";
/// An app or a role that is to be allowed something.
const GRANTEE: &str = "^(?!pg_|cnpg_|(postgres|streaming_replica|public|none)$)([a-z_][a-z0-9_-]{0,62}|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$";
/// A schema or table as it is called in PostgreSQL, or all.
const TABLE: &str = r"^(\*|(?! )[\p{Alphabetic}\p{N}_$. -]*[\p{Alphabetic}\p{N}_$.-])$";
const OWN_SCHEMA: &str =
    r"^(\*|(?! |pg_|information_schema$)[\p{Alphabetic}\p{N}_$. -]*[\p{Alphabetic}\p{N}_$.-])$";
/// One line without control characters and those that change the direction of writing, and not blank.
const LINE: &str =
    r"^(?!\s*$)[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+$";
/// One line that neither begins nor ends with white space; what ends the line may be there.
const PASSWORD: &str =
    r"^(?![\s\ufeff])[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f](\r?\n)?$";

/// The keys of the product's own entries, in the order in which they are written.
pub const FIELDS: [Field; 24] = [
    Field {
        name: "name",
        takes: Takes::Text(LABEL, 63),
        about: "The application's name; all other names follow from it.",
        example: "my-shop",
    },
    Field {
        name: "appNamespaces",
        takes: Takes::SomeTexts(LABEL),
        about: "The namespaces that the credential is mirrored to.",
        example: "[shop]",
    },
    Field {
        name: "user",
        takes: Takes::Text(ROLE, 63),
        about: "The login role.",
        example: "my_shop",
    },
    Field {
        name: "database",
        takes: Takes::Text(DATABASE, 63),
        about: "The database.",
        example: "my_shop",
    },
    Field {
        name: "ownsDatabase",
        takes: Takes::Flag,
        about: "Whether the role owns the database; false for a login to a database of another app.",
        example: "false",
    },
    Field {
        name: "ownedBy",
        takes: Takes::Text(LABEL, 63),
        about: "The app whose role owns the database; this one then is a further database of that app.",
        example: "my-shop",
    },
    Field {
        name: "secretName",
        takes: Takes::Text(SUBDOMAIN, 253),
        about: "The credential's Secret.",
        example: "my-shop-db-creds",
    },
    Field {
        name: "existingSecret",
        takes: Takes::Text(SUBDOMAIN, 253),
        about: "The credential's Secret, where something else makes it and nothing is to be sealed.",
        example: "my-shop-login",
    },
    Field {
        name: "service",
        takes: Takes::Text(SERVICE, 63),
        about: "A Service that leads to the database's host, in each of the app's namespaces.",
        example: "postgres",
    },
    Field {
        name: "pooler",
        takes: Takes::Text(SERVICE, 63),
        about: "The CNPG Pooler that the app connects through.",
        example: "pooler-rw",
    },
    Field {
        name: "extensions",
        takes: Takes::Extensions,
        about: "Extensions of the database.",
        example: "[pgcrypto, postgis@3.4.2]",
    },
    Field {
        name: "schemas",
        takes: Takes::Texts(SCHEMA),
        about: "Schemas of the database, owned by the role.",
        example: "[audit]",
    },
    Field {
        name: "encoding",
        takes: Takes::Encoding,
        about: "The database's encoding.",
        example: "UTF8",
    },
    Field {
        name: "locale",
        takes: Takes::Text(LOCALE, 63),
        about: "The database's locale.",
        example: "C.UTF-8",
    },
    Field {
        name: "connectionLimit",
        takes: Takes::Number,
        about: "How many sessions the database takes at once; -1 is no limit.",
        example: "50",
    },
    Field {
        name: "reclaim",
        takes: Takes::Word(&["retain", "delete"]),
        about: "Whether the database is kept or dropped when its object is deleted.",
        example: "retain",
    },
    Field {
        name: "isolate",
        takes: Takes::Flag,
        about: "Whether nobody but the database's own roles may connect to it.",
        example: "true",
    },
    Field {
        name: "access",
        takes: Takes::Access,
        about: "Who else may do what in the database; what is left out is taken away.",
        example: "[{to: reports, as: reader}]",
    },
    Field {
        name: "roles",
        takes: Takes::Word(&["managed", "databaserole"]),
        about: "Whether the role is an entry of the Cluster or an object of its own.",
        example: "managed",
    },
    Field {
        name: "inRoles",
        takes: Takes::Texts(GROUP),
        about: "The roles that the login role is a member of.",
        example: "[reporting]",
    },
    Field {
        name: "comment",
        takes: Takes::Text(LINE, 500),
        about: "What PostgreSQL shows beside the role.",
        example: "shop team",
    },
    Field {
        name: "scope",
        takes: Takes::Word(&["strict", "namespace-wide", "cluster-wide"]),
        about: "The scope that the credential is sealed for.",
        example: "strict",
    },
    Field {
        name: "connectionKeys",
        takes: Takes::Flag,
        about: "Whether the Secret has host, port, dbname, user, uri, jdbc-uri and pgpass.",
        example: "true",
    },
    Field {
        name: "password",
        takes: Takes::Text(PASSWORD, 4098),
        about: "The password; one is made where none is given.",
        example: "\"...\"",
    },
];

/// The keys that an app cannot have which owns no database (`ownsDatabase: false`).
pub(super) const OF_DATABASES: [&str; 9] = [
    "ownedBy",
    "extensions",
    "schemas",
    "encoding",
    "locale",
    "connectionLimit",
    "reclaim",
    "isolate",
    "access",
];

/// The keys that an app cannot have whose Secret something else makes (`existingSecret`).
pub(super) const OF_SEALED: [&str; 4] = ["secretName", "scope", "connectionKeys", "password"];

/// The keys that an app cannot have which has no login of its own (`ownedBy`).
pub(super) const OF_LOGINS: [&str; 12] = [
    "appNamespaces",
    "user",
    "secretName",
    "existingSecret",
    "service",
    "pooler",
    "roles",
    "inRoles",
    "comment",
    "scope",
    "connectionKeys",
    "password",
];

/// The keys of an entry of `access`.
pub const ACCESS_FIELDS: [Field; 7] = [
    Field {
        name: "to",
        takes: Takes::Text(GRANTEE, 63),
        about: "The app or role that is allowed something.",
        example: "reports",
    },
    Field {
        name: "as",
        takes: Takes::Word(&Level::WORDS),
        about: "All that this level may do, by the group role that holds its privileges.",
        example: "reader",
    },
    Field {
        name: "privileges",
        takes: Takes::AnyPrivileges,
        about: "Privileges in PostgreSQL's words: on all tables, unless another key or the words mean something else.",
        example: "[SELECT, INSERT]",
    },
    Field {
        name: "schema",
        takes: Takes::Text(OWN_SCHEMA, 63),
        about: "The schema that the privileges are in, or on; all of them where none is named.",
        example: "audit",
    },
    Field {
        name: "table",
        takes: Takes::Text(TABLE, 63),
        about: "The table of the schema, or of `public`, that the privileges are on; `*` is all.",
        example: "orders",
    },
    Field {
        name: "sequences",
        takes: Takes::Flag,
        about: "Whether the privileges are on all sequences.",
        example: "true",
    },
    Field {
        name: "functions",
        takes: Takes::Flag,
        about: "Whether the privileges are on all functions and procedures.",
        example: "true",
    },
];

/// The keys of an entry of `access` that go with privileges.
pub(super) const OF_PRIVILEGES: [&str; 4] = ["schema", "table", "sequences", "functions"];

/// The keys of an entry that names a user, in the two other formats.
pub const USER_FIELDS: [Field; 7] = [
    Field {
        name: "username",
        takes: Takes::Text(ROLE, 63),
        about: "The login role; the app is named like it, with `-` for `_`.",
        example: "alice",
    },
    Field {
        name: "name",
        takes: Takes::Text(LABEL, 63),
        about: "The app's name, where it is to be another one.",
        example: "alice",
    },
    Field {
        name: "appNamespaces",
        takes: Takes::SomeTexts(LABEL),
        about: "The namespaces that the credential is mirrored to.",
        example: "[shop]",
    },
    Field {
        name: "password",
        takes: Takes::Text(PASSWORD, 4098),
        about: "The password; one is made where none is given.",
        example: "\"...\"",
    },
    Field {
        name: "email",
        takes: Takes::Text(LINE, 500),
        about: "Whom to write to; becomes the role's comment.",
        example: "alice@example.com",
    },
    Field {
        name: "databases",
        takes: Takes::Texts(DATABASE),
        about: "The user's databases: with all privileges the role owns them, else they are other apps'.",
        example: "[newdb]",
    },
    Field {
        name: "privileges",
        takes: Takes::Privileges,
        about: "What the user may do with the tables of the databases: ALL, or privileges of tables.",
        example: "ALL",
    },
];

impl Takes {
    /// Whether one text may be several, with commas between them.
    pub(super) fn has_commas(self) -> bool {
        matches!(self, Self::Privileges | Self::AnyPrivileges)
    }

    /// What is taken, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text(..) | Self::Encoding => "a text",
            Self::Word(_) => "a word",
            Self::Texts(_) | Self::SomeTexts(_) => "a list of texts",
            Self::Extensions => "a list of extensions",
            Self::Privileges | Self::AnyPrivileges => "privileges",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
            Self::Access => "a list of who may do what",
        }
    }
}
