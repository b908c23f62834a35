//! What the tests of commands that talk to a cluster stand on, tested by itself.

mod apiserver;
mod controllers;
mod postgres;
mod world;
