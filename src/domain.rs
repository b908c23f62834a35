//! The words of the product as types that parse once, at the edge.
