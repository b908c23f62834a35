//! Manifests in every shape that repositories have.
