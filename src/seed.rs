//! One seed and its named streams: the only source of random generators.
//!
//! A generator is addressed by its *purpose*, never by when it is created, so results do not depend on the order in
//! which parts of a run start or on the number of threads:
//!
//! ```
//! use rand::Rng;
//! use sinew::seed::Seed;
//!
//! let starts = Seed::new(7).stream("start").child(3); // environment 3
//! assert_eq!(starts.nth(0).next_u64(), starts.nth(0).next_u64());
//! assert_ne!(starts.nth(0).next_u64(), starts.nth(1).next_u64()); // episodes 0 and 1
//! ```

use rand::SeedableRng;
use serde::{Deserialize, Serialize};

/// The generator used everywhere (xoshiro256++): small, fast, serialisable, the same on every platform.
pub type Rng = rand_xoshiro::Xoshiro256PlusPlus;

/// The seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed(u64);

impl Seed {
    /// The seed given with `--seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Its number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The family of generators for one purpose.
    pub fn stream(self, purpose: &str) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key("sinew random stream");
        hasher.update(&self.0.to_le_bytes());
        hasher.update(purpose.as_bytes());
        Stream(*hasher.finalize().as_bytes())
    }
}

/// A family of generators, addressed by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream([u8; 32]);

impl Stream {
    /// Generator `n` of the family.
    pub fn nth(&self, n: u64) -> Rng {
        Rng::from_seed(self.child(n).0)
    }

    /// The family for one purpose within this one; its draws leave all others unchanged.
    pub fn stream(&self, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("sinew random stream within a stream");
        hasher.update(&self.0);
        hasher.update(purpose.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The family of families: `stream.child(environment).nth(episode)`.
    pub fn child(&self, n: u64) -> Self {
        Self(*blake3::keyed_hash(&self.0, &n.to_le_bytes()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng as _;

    #[test]
    fn streams_differ_by_seed_purpose_and_number() {
        let first = |seed, purpose: &str, n| Seed::new(seed).stream(purpose).nth(n).next_u64();
        let all = [
            first(1, "a", 0),
            first(2, "a", 0),
            first(1, "b", 0),
            first(1, "a", 1),
            Seed::new(1).stream("a").stream("a").nth(0).next_u64(),
            Seed::new(1).stream("a").stream("b").nth(0).next_u64(),
        ];
        for (i, x) in all.iter().enumerate() {
            assert!(!all[i + 1..].contains(x), "stream {i} is met again");
        }
    }
}
