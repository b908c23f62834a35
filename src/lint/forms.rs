//! A report in the forms that programs read.

pub mod json;
