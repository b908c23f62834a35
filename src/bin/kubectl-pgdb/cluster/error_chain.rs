//! The causes of an error, down to the first one.

use std::error::Error;
use std::io;
use std::iter::successors;

/// The error and its causes, the last one being where it began.
pub(super) fn causes<'error>(
    error: &'error (dyn Error + 'static),
) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    successors(Some(error), |error| cause(*error))
}

/// What an error says of its cause. An I/O error that wraps another one names that one's cause and passes over it.
fn cause<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The first of the causes that is such an error.
pub(super) fn find<'error, T: Error + 'static>(
    error: &'error (dyn Error + 'static),
) -> Option<&'error T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// Where it began, in its own words.
pub(super) fn root(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{causes, find, root};
    use std::io;

    #[test]
    fn follows_what_an_io_error_wraps() {
        let inner = io::Error::new(io::ErrorKind::UnexpectedEof, "cut off");
        let outer = io::Error::other(inner);
        assert_eq!(causes(&outer).count(), 3);
        assert_eq!(root(&outer), "cut off");
        assert_eq!(
            find::<io::Error>(&outer).unwrap().kind(),
            io::ErrorKind::Other
        );
    }
}
