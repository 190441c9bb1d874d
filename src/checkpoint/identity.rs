//! Which run a checkpoint is of.

use serde::{Deserialize, Serialize};

use super::RunSettings;
use super::run_subject::RunSubject;
use crate::meaning::{MEANING_VERSION, Meaning};

/// What may not change while a run goes on, as a hash. Of a scene that is what it means, not how it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIdentity {
    /// The version of meanings that the hash is of; 0: none of them.
    meaning_version: u32,
    hash: [u8; 32],
}

/// A checkpoint that is not admitted.
#[derive(Debug, thiserror::Error)]
pub(super) enum IdentityError {
    /// It is of another run.
    #[error("it belongs to another run")]
    OtherRun,
    /// What its scene means is hashed in a way that is not known here.
    #[error(
        "it identifies its scene by a hash of version {found}, and this sinew knows versions up to {newest}: \
         a newer sinew is needed"
    )]
    NewerVersion { found: u32, newest: u32 },
}

impl RunIdentity {
    /// Of a run with these settings.
    pub(super) fn new(settings: &RunSettings, subject: Option<&dyn RunSubject>) -> Self {
        let RunSettings {
            learner,
            seed,
            envs,
            ..
        } = settings;
        let subject = subject.map_or(Meaning::Nothing, |subject| subject.meaning(learner));
        let parts = [
            ("learner", Meaning::of(learner)),
            ("seed", Meaning::of(seed)),
            ("envs", Meaning::of(envs)),
            ("subject", subject),
        ];
        let meaning = Meaning::Fields(parts.map(|(name, part)| (name.to_owned(), part)).into());
        Self {
            meaning_version: MEANING_VERSION,
            hash: meaning.hash(),
        }
    }

    /// Whether a checkpoint with the identity `stored` is of this run. Where that is of an older version, nothing can be said against
    /// it: the scene and the settings beside it have been compared already.
    ///
    /// # Errors
    /// It is of another run, or of a newer version.
    pub(super) fn admits(&self, stored: &Self) -> Result<(), IdentityError> {
        if stored.meaning_version > self.meaning_version {
            return Err(IdentityError::NewerVersion {
                found: stored.meaning_version,
                newest: self.meaning_version,
            });
        }
        if stored.meaning_version == self.meaning_version && stored.hash != self.hash {
            return Err(IdentityError::OtherRun);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_the_same_version_are_compared_and_newer_ones_are_refused() {
        let identity = |meaning_version, first| RunIdentity {
            meaning_version,
            hash: [first; 32],
        };
        let mine = identity(3, 1);
        assert!(mine.admits(&mine).is_ok() && mine.admits(&identity(2, 9)).is_ok());
        let error = |other| mine.admits(&other).expect_err("it is another");
        assert!(matches!(error(identity(3, 2)), IdentityError::OtherRun));
        let newer = error(identity(4, 1)).to_string();
        assert!(
            newer.contains("version 4") && newer.contains("up to 3"),
            "{newer}"
        );
    }
}
