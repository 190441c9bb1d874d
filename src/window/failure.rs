//! The first error of the window, which outlives its app.

use bevy::prelude::Resource;
use std::sync::{Arc, Mutex, MutexGuard};

/// The first error of the window, if any.
#[derive(Resource, Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    /// Stores an error unless there is one already.
    pub(super) fn note(&self, error: String) {
        self.lock().get_or_insert(error);
    }

    /// Takes the error, as a result.
    pub(super) fn take(&self) -> Result<(), String> {
        self.lock().take().map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().expect("no holder panics")
    }
}
