//! A report in the forms that programs read.

pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
#[cfg(test)]
mod tests;
