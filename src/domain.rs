//! The words of the product as types that parse once, at the edge.

pub mod password;
pub mod scope;
pub mod time;
