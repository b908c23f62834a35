//! The words of the product as types that parse once, at the edge.

pub mod access;
pub mod app;
pub mod choice;
pub mod connection;
pub mod container_image;
pub mod database_option;
pub mod dsn;
pub mod endpoint;
pub mod engine;
pub mod kubernetes_name;
pub mod name;
pub mod nearest;
pub mod password;
pub mod period;
pub mod postgres_name;
pub mod reflection;
pub mod role_comment;
pub mod schedule;
pub mod scope;
pub mod target_name;
pub mod time;
pub mod time_limit;
pub mod turns;
pub mod visible;
pub mod wave;
