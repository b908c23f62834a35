//! The script by which a role's sessions begin as another role's, that it is a member of: what they make is then that one's.
//!
//! Source: PostgreSQL manual, `ALTER ROLE` (everybody may set defaults of one's own) and `SET ROLE`.

use super::literal;

/// What does the work; the setting `pgdb.owner` says as whom sessions are to begin.
const SET: &str = include_str!("../../templates/sql/session-role.sql");

/// The whole script, which the role runs itself. Run again, it changes nothing.
pub fn script(owner: &str) -> String {
    format!("SET pgdb.owner = {};\n{SET}", literal(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_quoted_once() {
        let script = script("it's");
        assert!(
            script.starts_with("SET pgdb.owner = 'it''s';\n"),
            "{script}"
        );
        assert_eq!(script.matches("it''s").count(), 1);
    }
}
