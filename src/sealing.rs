//! Sealing as `kubeseal` does it.
