//! The state of a run between two iterations: all that a process needs to resume it with the same bits.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::{fmt, io};

use super::identity::{IdentityError, RunIdentity};
use super::sealed::{FileKind, SealError};
use crate::files;
use crate::learn::replay::block::Digest;

const KIND: FileKind = FileKind {
    name: "run",
    called: "checkpoint",
    version: 3,
    oldest: 2,
};

/// Each turns the content of one version into that of the next, from the oldest version that is read on.
const UPGRADES: [fn(&[u8]) -> Vec<u8>; (KIND.version - KIND.oldest) as usize] = [from_version_2];

/// Version 2 began with a hash of Debug output. Version 3 puts the version of meanings before the hash; 0 stands for none.
fn from_version_2(content: &[u8]) -> Vec<u8> {
    [&[0], content].concat()
}

/// A checkpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A sinew of another version wrote it.
    #[error("{0}")]
    OtherVersion(String),
    /// It is intact, but of another run.
    #[error("it belongs to another run")]
    OtherRun,
    /// It could not be read.
    #[error("{0}")]
    Io(io::Error),
    /// It is malformed.
    #[error("{0}")]
    Broken(String),
}

impl From<IdentityError> for SnapshotError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::OtherRun => Self::OtherRun,
            newer @ IdentityError::NewerVersion { .. } => Self::OtherVersion(newer.to_string()),
        }
    }
}

/// The state of a run, with its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which run.
    pub identity: RunIdentity,
    /// Rollouts learnt from.
    pub iteration: u64,
    /// The state that determines the next iteration.
    pub state: State,
    /// The bytes of the policy file that solved the scene.
    pub best: Option<Vec<u8>>,
    /// Lengths of the tables.
    pub logs: LogLengths,
    /// Wall-clock times, for reports.
    pub clock: Clock,
}

/// All that the next iteration depends on, and nothing else: runs with equal states stay equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Networks, optimiser, statistics.
    pub learner: Vec<u8>,
    /// Counters and last episodes.
    pub progress: Vec<u8>,
    /// One entry per environment, in order.
    #[serde(deserialize_with = "not_too_many")]
    pub environments: Vec<Vec<u8>>,
    /// Digest of the replay memory, whose rows are in files of their own. It follows the rest of a [`Snapshot`] if the
    /// learner has such a memory.
    #[serde(skip)]
    pub memory: Digest,
}

/// Most environments of a checkpoint. An empty one takes one byte in a file, but many in memory.
const MOST_ENVIRONMENTS: usize = 1 << 16;

fn not_too_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
    struct Environments;

    impl<'de> Visitor<'de> for Environments {
        type Value = Vec<Vec<u8>>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            write!(f, "at most {MOST_ENVIRONMENTS} environments")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut environments = Vec::new();
            while let Some(environment) = items.next_element()? {
                if environments.len() == MOST_ENVIRONMENTS {
                    return Err(A::Error::invalid_length(environments.len() + 1, &self));
                }
                environments.push(environment);
            }
            Ok(environments)
        }
    }

    deserializer.deserialize_seq(Environments)
}

impl State {
    /// The `state_hash` that `train --json` prints.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let parts = [&self.learner, &self.progress].into_iter();
        for part in parts.chain(&self.environments) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        if self.memory != Digest::default() {
            hasher.update(&self.memory.pushed.to_le_bytes());
            for block in &self.memory.blocks {
                hasher.update(block);
            }
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Lengths of the tables (bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLengths {
    /// Of `metrics.csv`.
    pub metrics: u64,
    /// Of `timing.csv`.
    pub timing: u64,
}

/// Wall-clock times, summed over all processes of a run. For reports only: no result depends on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Seconds since launch, excluding the time between processes.
    pub wall_s: f64,
    /// Seconds spent in collecting and learning.
    pub working_s: f64,
    /// Seconds from the launch to the end of the first update.
    pub first_update_s: Option<f64>,
    /// Seconds from the launch until the scene was solved.
    pub solved_s: Option<f64>,
}

impl Clock {
    /// The same if all its times are finite and not negative, else zeros.
    pub fn or_zero(self) -> Self {
        let readings = [
            Some(self.wall_s),
            Some(self.working_s),
            self.first_update_s,
            self.solved_s,
        ];
        let is_sound = |x: &f64| x.is_finite() && *x >= 0.0;
        if readings.iter().flatten().all(is_sound) {
            self
        } else {
            Self::default()
        }
    }
}

impl Snapshot {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut content = postcard::to_stdvec(self).expect("plain data serialises to memory");
        let memory = &self.state.memory;
        if *memory != Digest::default() {
            content.extend(postcard::to_stdvec(memory).expect("plain data serialises to memory"));
        }
        KIND.seal(&content)
    }

    /// Reads the bytes of a file. Each part is validated by the module that restores it.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let unsealed = KIND.unseal(bytes).map_err(|error| match error {
            SealError::Version { .. } => SnapshotError::OtherVersion(error.to_string()),
            _ => SnapshotError::Broken(error.to_string()),
        })?;
        let broken = |error: postcard::Error| SnapshotError::Broken(error.to_string());
        let mut content = Cow::Borrowed(unsealed.content);
        for upgrade in &UPGRADES[(unsealed.version - KIND.oldest) as usize..] {
            content = upgrade(&content).into();
        }
        let (mut snapshot, mut rest): (Self, _) =
            postcard::take_from_bytes(&content).map_err(broken)?;
        if !rest.is_empty() {
            (snapshot.state.memory, rest) = postcard::take_from_bytes(rest).map_err(broken)?;
        }
        if rest.is_empty() {
            Ok(snapshot)
        } else {
            Err(SnapshotError::Broken(
                "it holds more than a checkpoint".to_owned(),
            ))
        }
    }
}

/// The name of the file of a checkpoint.
pub(super) fn file_name(iteration: u64) -> String {
    format!("{iteration:012}.sinew")
}

/// The files of checkpoints in their folder, the oldest first.
pub(super) fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let is_one = |name: &String| {
        let stem = name.strip_suffix(".sinew");
        stem.is_some_and(|stem| stem.len() == 12 && stem.bytes().all(|b| b.is_ascii_digit()))
    };
    let names = files::list(folder)?;
    Ok(names.into_iter().filter(is_one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(memory: Digest) -> Snapshot {
        Snapshot {
            identity: RunIdentity::default(),
            iteration: 3,
            state: State {
                learner: vec![1, 2],
                progress: vec![3],
                environments: vec![vec![4], vec![5]],
                memory,
            },
            best: None,
            logs: LogLengths::default(),
            clock: Clock::default(),
        }
    }

    fn remembered() -> Digest {
        Digest {
            pushed: 300,
            blocks: vec![[8; 32], [9; 32]],
        }
    }

    #[test]
    fn an_image_comes_back_with_and_without_a_memory() {
        for memory in [Digest::default(), remembered()] {
            let snapshot = snapshot(memory);
            let bytes = snapshot.to_bytes();
            assert_eq!(Snapshot::from_bytes(&bytes).expect("it is whole"), snapshot);
        }
        // 300 is two bytes, a length of 2 one, and a hash 32.
        let without = snapshot(Digest::default()).to_bytes().len();
        assert_eq!(
            snapshot(remembered()).to_bytes().len(),
            without + 2 + 1 + 64
        );
    }

    #[test]
    fn the_hash_of_a_state_covers_its_memory() {
        let hash = |memory| snapshot(memory).state.hash();
        let mut other = remembered();
        other.blocks[1][0] ^= 1;
        let hashes = [hash(Digest::default()), hash(remembered()), hash(other)];
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2]);
    }

    #[test]
    fn more_than_an_image_is_refused() {
        for memory in [Digest::default(), remembered()] {
            let mut content = KIND
                .unseal(&snapshot(memory).to_bytes())
                .unwrap()
                .content
                .to_vec();
            content.extend([0; 40]);
            let error = Snapshot::from_bytes(&KIND.seal(&content)).expect_err("too long");
            assert!(matches!(error, SnapshotError::Broken(_)));
        }
    }
}
