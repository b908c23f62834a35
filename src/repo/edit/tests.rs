use super::{Addition, append, insert_key};
