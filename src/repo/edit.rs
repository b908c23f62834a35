//! stub until merged
#![allow(missing_docs, unused)]
use thiserror::Error;
#[derive(Debug, Error)]
#[error("x")]
pub struct EditError;
impl EditError {
    pub fn help(&self) -> &'static str {
        ""
    }
    pub fn snippet(&self) -> Option<&str> {
        None
    }
}
pub enum Addition {
    Text(String),
    Bool(bool),
    Integer(i64),
    List(Vec<Addition>),
    Map(Vec<(String, Addition)>),
}
pub fn append(
    text: &str,
    document: usize,
    path: &[&str],
    entries: &[Addition],
) -> Result<String, EditError> {
    Err(EditError)
}
pub fn insert_key(
    text: &str,
    document: usize,
    path: &[&str],
    key: &str,
    entry: &Addition,
) -> Result<String, EditError> {
    Err(EditError)
}
