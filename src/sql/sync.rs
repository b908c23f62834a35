//! Scripts for a server that CloudNativePG does not run: they make its roles, passwords, databases, schemas and extensions
//! what is declared.

pub mod rows;
