//! How the replay memory is stored: in blocks of rows, each of which is a file that only grows, and a digest of them. What is stored
//! already is neither written nor read again.

use serde::{Deserialize, Serialize};
use std::ops::Range;

use super::{End, Replay, Shape};

/// BLAKE3 of the rows of a block that can be sampled.
pub type Hash = [u8; 32];

/// Largest block (bytes), if a row is no larger.
const LARGEST: usize = 4 << 20;
/// A small memory has several blocks too, so that displaced rows are deleted.
const PIECES: usize = 16;
/// Rows that a run may have: file names have so many digits.
const MOST_ROWS: u64 = 1_000_000_000_000;
/// Numbers that become bytes at once.
const CHUNK: usize = 1 << 14;

/// Rows that are stored together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its first row, which may have been displaced by now; a multiple of [`Replay::block_rows`].
    pub first: u64,
    /// Those of its rows that can be sampled.
    pub rows: Range<u64>,
    /// Bytes of a row.
    pub row_bytes: usize,
    /// Rows that it has at most.
    pub most_rows: usize,
}

impl Block {
    /// Where a row begins, counted from the block's first one (bytes).
    pub fn offset(&self, row: u64) -> u64 {
        (row - self.first) * self.row_bytes as u64
    }

    /// Bytes that it has at most.
    pub fn largest(&self) -> u64 {
        (self.most_rows * self.row_bytes) as u64
    }
}

/// A digest of a memory: equal for equal memories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Rows pushed since the start.
    pub pushed: u64,
    /// Hashes of the blocks with rows that can be sampled, the oldest first.
    pub blocks: Vec<Hash>,
}

/// Reads the bytes of those rows of a block that can be sampled, and no more; or says why it cannot.
pub type Read<'a> = &'a dyn Fn(&Block) -> Result<Vec<u8>, String>;

impl Replay {
    /// Rows of a block.
    pub fn block_rows(&self) -> usize {
        let Shape { horizon, .. } = self.shape;
        let most = (LARGEST / (4 * self.shape.row())).max(1);
        (self.shape.rows() / PIECES).max(horizon).clamp(1, most)
    }

    /// The blocks with rows that can be sampled, the oldest first.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + use<> {
        let (rows, most_rows) = (self.rows(), self.block_rows());
        let row_bytes = 4 * self.shape.row();
        let size = most_rows as u64;
        let numbers = rows.start / size..rows.end.div_ceil(size);
        numbers.map(move |number| {
            let first = number * size;
            Block {
                first,
                rows: first.max(rows.start)..(first + size).min(rows.end),
                row_bytes,
                most_rows,
            }
        })
    }

    /// Rows as they are stored: little-endian, four bytes a number.
    pub fn bytes(&self, rows: Range<u64>) -> Vec<u8> {
        let bytes = (rows.end - rows.start) as usize * 4 * self.shape.row();
        let mut all = Vec::with_capacity(bytes);
        self.for_each_chunk(rows, |bytes| all.extend_from_slice(bytes));
        all
    }

    /// The digest of what it holds.
    pub fn digest(&self) -> Digest {
        let hash = |block: Block| {
            // One that is partly forgotten has another hash than it had.
            let known = if block.rows.start == block.first {
                self.hashes.get(&block.first).copied()
            } else {
                None
            };
            known.unwrap_or_else(|| self.hash(block.rows))
        };
        Digest {
            pushed: self.pushed,
            blocks: self.blocks().map(hash).collect(),
        }
    }

    /// Takes over what was stored.
    ///
    /// # Errors
    /// A block cannot be read, or is not what the digest says, or none of a memory of this shape; nothing changes.
    pub fn restore(&mut self, digest: &Digest, read: Read) -> Result<(), String> {
        let Digest { pushed, blocks } = digest;
        let rows = self.shape.horizon as u64;
        let could_be = match self.shape.capacity {
            0 => *pushed == 0,
            _ => *pushed < MOST_ROWS && pushed.is_multiple_of(rows),
        };
        // Where nothing is touched that is not read.
        let mut restored = Self::new(self.shape);
        restored.pushed = if could_be { *pushed } else { 0 };
        if !could_be || restored.blocks().count() != blocks.len() {
            return Err("its replay memory has another shape".to_owned());
        }
        for (block, hash) in restored.blocks().zip(blocks) {
            let bytes = read(&block)?;
            if blake3::hash(&bytes).as_bytes() != hash {
                let first = block.first;
                return Err(format!(
                    "the block of its replay memory from row {first} on is not what was saved"
                ));
            }
            restored.fill(&block, &bytes)?;
        }
        restored.hash_blocks_from(restored.rows().start);
        *self = restored;
        Ok(())
    }

    /// The rows of a block that can be sampled, from their bytes.
    fn fill(&mut self, block: &Block, bytes: &[u8]) -> Result<(), String> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        let count = (block.rows.end - block.rows.start) as usize * self.shape.row();
        if !rest.is_empty() || numbers.len() != count {
            return Err("its replay memory has rows of another size".to_owned());
        }
        let end = self.shape.observations + self.shape.actions + 1;
        let width = self.shape.width();
        let mut transitions = numbers.chunks_exact(width);
        for row in block.rows.clone() {
            for environment in 0..self.shape.envs {
                let bytes = transitions.next().expect("they were counted");
                let place = self.place(row, environment);
                let to = &mut self.ring[place];
                for (number, bytes) in to.iter_mut().zip(bytes) {
                    *number = f32::from_le_bytes(*bytes);
                }
                let is_sound = to.iter().all(|x| x.is_finite());
                if !is_sound || End::from_number(to[end]).is_none() {
                    return Err("its replay memory holds what no step says".to_owned());
                }
            }
        }
        Ok(())
    }

    /// Hashes the blocks that have become complete since `first` was the next row.
    pub(super) fn hash_blocks_from(&mut self, first: u64) {
        let is_new = |block: &Block| {
            let end = block.first + block.most_rows as u64;
            block.rows == (block.first..end) && end > first
        };
        let new: Vec<_> = self.blocks().filter(is_new).collect();
        for block in new {
            let hash = self.hash(block.rows);
            self.hashes.insert(block.first, hash);
        }
        self.forget_hashes();
    }

    /// Removes the hashes of blocks that are not complete.
    pub(super) fn forget_hashes(&mut self) {
        let (rows, size) = (self.rows(), self.block_rows() as u64);
        self.hashes
            .retain(|&first, _| rows.start <= first && first + size <= rows.end);
    }

    fn hash(&self, rows: Range<u64>) -> Hash {
        let mut hasher = blake3::Hasher::new();
        self.for_each_chunk(rows, |bytes| {
            hasher.update(bytes);
        });
        *hasher.finalize().as_bytes()
    }

    /// The bytes of rows, in pieces.
    fn for_each_chunk(&self, rows: Range<u64>, mut use_it: impl FnMut(&[u8])) {
        let row = self.shape.row();
        let count = (rows.end - rows.start) as usize * row;
        if count == 0 {
            return;
        }
        let start = self.place(rows.start, 0).start;
        let before_the_end = count.min(self.ring.len() - start);
        let parts = [
            &self.ring[start..][..before_the_end],
            &self.ring[..count - before_the_end],
        ];
        let mut buffer = vec![[0; 4]; CHUNK.min(count)];
        for numbers in parts.into_iter().flat_map(|part| part.chunks(CHUNK)) {
            let bytes = &mut buffer[..numbers.len()];
            for (bytes, number) in bytes.iter_mut().zip(numbers) {
                *bytes = number.to_le_bytes();
            }
            use_it(bytes.as_flattened());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{rollout, shape};
    use super::*;

    /// Rows 5 to 20 of a memory of 2 environments, in blocks of 4 rows.
    fn replay() -> Replay {
        let mut replay = Replay::new(shape(2, 4, 32));
        for k in 0..5 {
            replay.push(&rollout(2, 4, 100.0 * k as f32));
        }
        replay
    }

    #[test]
    fn blocks_cover_what_is_remembered() {
        let mut replay = Replay::new(shape(2, 3, 34));
        assert_eq!(replay.blocks().count(), 0);
        for _ in 0..7 {
            replay.push(&rollout(2, 3, 0.0));
        }
        // 17 of 21 rows, in blocks of 3; a row has 2 transitions of 5 numbers.
        assert_eq!((replay.rows(), replay.block_rows()), (4..21, 3));
        let blocks: Vec<_> = replay.blocks().map(|b| (b.first, b.rows)).collect();
        let firsts: Vec<_> = blocks.iter().map(|(first, _)| *first).collect();
        assert_eq!(firsts, [3, 6, 9, 12, 15, 18]);
        assert_eq!(blocks[0].1, 4..6);
        assert_eq!(blocks[5].1, 18..21);
        let block = replay.blocks().nth(1).expect("there are six");
        assert_eq!((block.offset(7), block.largest()), (40, 120));
    }

    #[test]
    fn a_block_of_a_large_memory_has_about_4_mib() {
        let large = Shape {
            observations: 24,
            actions: 6,
            ..shape(16, 32, 1_000_000)
        };
        // 16 transitions of 56 numbers.
        assert_eq!(Replay::new(large).block_rows(), (4 << 20) / (16 * 56 * 4));
        assert_eq!(Replay::new(Shape::NOTHING).block_rows(), 1);
    }

    #[test]
    fn what_is_kept_comes_back() {
        let replay = replay();
        let digest = replay.digest();
        let mut other = Replay::new(replay.shape());
        let read = |block: &Block| Ok(replay.bytes(block.rows.clone()));
        other.restore(&digest, &read).expect("it is its own");
        assert_eq!(other.rows(), replay.rows());
        assert_eq!(other.digest(), digest);
        assert_eq!(other.bytes(other.rows()), replay.bytes(replay.rows()));
        // 16 rows of 2 transitions of 5 numbers.
        assert_eq!(replay.bytes(replay.rows()).len(), 16 * 2 * 5 * 4);
    }

    #[test]
    fn known_hashes_are_those_that_would_be_computed() {
        let mut replay = replay();
        for k in 0..9 {
            replay.push(&rollout(2, 4, k as f32));
            let known = replay.digest();
            assert!(!replay.hashes.is_empty());
            replay.hashes.clear();
            assert_eq!(replay.digest(), known);
            replay.hash_blocks_from(0);
        }
    }

    #[test]
    fn what_differs_has_another_digest() {
        let digest = replay().digest();
        let mut other = Replay::new(replay().shape());
        for k in 0..5 {
            let mut rollout = rollout(2, 4, 100.0 * k as f32);
            if k == 3 {
                rollout.actions[2] += 1.0;
            }
            other.push(&rollout);
        }
        let differing = digest.blocks.iter().zip(other.digest().blocks);
        assert_eq!(differing.filter(|(a, b)| **a != *b).count(), 1);
    }

    #[test]
    fn what_is_no_memory_of_its_own_is_refused_and_costs_nothing() {
        let replay = replay();
        let digest = replay.digest();
        let mut other = Replay::new(replay.shape());
        other.push(&rollout(2, 4, 7.0));
        let before = other.digest();
        let bytes = |block: &Block| replay.bytes(block.rows.clone());
        let mut refused = |digest: &Digest, read: Read| {
            let error = other.restore(digest, read).expect_err("it is not its own");
            assert_eq!(other.digest(), before, "it stays as it was");
            error
        };
        let with = |pushed, blocks: &[Hash]| Digest {
            pushed,
            blocks: blocks.to_vec(),
        };
        let own: Read = &|block| Ok(bytes(block));
        for digest in [
            with(20, &digest.blocks[1..]),
            with(19, &digest.blocks),
            with(0, &digest.blocks),
            with(u64::MAX, &digest.blocks),
            with(u64::MAX / 4 * 4, &digest.blocks),
        ] {
            assert!(refused(&digest, own).contains("another shape"));
        }
        let other_bytes: Read = &|block| {
            let mut bytes = bytes(block);
            bytes[3] ^= 1;
            Ok(bytes)
        };
        assert!(refused(&digest, other_bytes).contains("not what was saved"));
        assert_eq!(refused(&digest, &|_| Err("gone".to_owned())), "gone");
    }

    #[test]
    fn numbers_that_no_step_says_are_refused_whoever_hashed_them() {
        let replay = replay();
        let try_with = |change: &dyn Fn(&mut Vec<u8>)| {
            let read = |block: &Block| {
                let mut bytes = replay.bytes(block.rows.clone());
                change(&mut bytes);
                Ok(bytes)
            };
            let mut digest = replay.digest();
            for (block, hash) in replay.blocks().zip(&mut digest.blocks) {
                *hash = *blake3::hash(&read(&block)?).as_bytes();
            }
            Replay::new(replay.shape()).restore(&digest, &read)
        };
        let put = |at: usize, number: f32| {
            move |bytes: &mut Vec<u8>| bytes[4 * at..][..4].copy_from_slice(&number.to_le_bytes())
        };
        assert_eq!(try_with(&put(0, 1e30)), Ok(()));
        assert_eq!(try_with(&put(3, 2.0)), Ok(()));
        // An observation, and the way a step ended.
        assert!(try_with(&put(0, f32::NAN)).is_err());
        assert!(try_with(&put(2, f32::INFINITY)).is_err());
        assert!(try_with(&put(3, 4.0)).is_err());
        assert!(try_with(&put(8, 0.5)).is_err());
        assert!(try_with(&|bytes| bytes.truncate(bytes.len() - 4)).is_err());
        assert!(try_with(&|bytes| bytes.push(0)).is_err());
    }
}
