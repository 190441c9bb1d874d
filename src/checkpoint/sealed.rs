//! Bytes with a header that says what they are, and a checksum that shows whether all of them are there.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SINEW` and three bytes that no text has |
//! | 8 | the kind, padded with spaces |
//! | 4 | version of the kind's format, little-endian |
//! | 8 | length of what follows the header, little-endian |
//! | 32 | BLAKE3 of what is before it and what follows it |
//!
//! A checksum keeps no stranger from writing what he likes: whoever opens the bytes has to check what they say.

const MAGIC: [u8; 8] = *b"SINEW\x00\xff\n";
const HEADER: usize = 8 + 8 + 4 + 8 + 32;

/// What sealed bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its name, at most 8 ASCII characters.
    pub(super) name: &'static str,
    /// Of its format. Other versions are refused.
    pub(super) version: u32,
}

/// Bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SealError {
    /// Something else altogether.
    #[error("it is no {0} of sinew")]
    Foreign(&'static str),
    /// Of another version.
    #[error("its format has version {found}, this sinew reads version {expected}")]
    Version {
        /// What the header says.
        found: u32,
        /// What would do.
        expected: u32,
    },
    /// Cut off, or changed.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Kind {
    fn head(self, length: usize) -> Vec<u8> {
        let mut name = [b' '; 8];
        name[..self.name.len()].copy_from_slice(self.name.as_bytes());
        let mut head = MAGIC.to_vec();
        head.extend(name);
        head.extend(self.version.to_le_bytes());
        head.extend((length as u64).to_le_bytes());
        head
    }

    /// `content` behind its header.
    pub(super) fn seal(self, content: &[u8]) -> Vec<u8> {
        let mut bytes = self.head(content.len());
        let sum = checksum(&bytes, content);
        bytes.extend(sum);
        bytes.extend_from_slice(content);
        bytes
    }

    /// What [`Kind::seal`] was given.
    ///
    /// # Errors
    /// The bytes are of another kind or version, or not whole.
    pub(super) fn open(self, bytes: &[u8]) -> Result<&[u8], SealError> {
        let foreign = SealError::Foreign(self.name);
        if !bytes.starts_with(&MAGIC) {
            return Err(foreign);
        }
        let (head, content) = bytes
            .split_at_checked(HEADER)
            .ok_or(SealError::Damaged("its header is cut off"))?;
        let (head, sum) = head.split_at(HEADER - 32);
        if head[8..16] != self.head(0)[8..16] {
            return Err(foreign);
        }
        let found = u32::from_le_bytes(head[16..20].try_into().expect("four bytes"));
        if found != self.version {
            let expected = self.version;
            return Err(SealError::Version { found, expected });
        }
        let length = u64::from_le_bytes(head[20..28].try_into().expect("eight bytes"));
        if length != content.len() as u64 {
            return Err(SealError::Damaged(
                "its length is not the one it was written with",
            ));
        }
        if checksum(head, content) != sum {
            return Err(SealError::Damaged("its checksum does not fit"));
        }
        Ok(content)
    }
}

fn checksum(head: &[u8], content: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(content);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind {
        name: "test",
        version: 3,
    };

    #[test]
    fn what_was_sealed_is_opened() {
        let bytes = KIND.seal(b"hello");
        assert_eq!(bytes.len(), HEADER + 5);
        assert_eq!(KIND.open(&bytes), Ok(b"hello".as_slice()));
        assert_eq!(KIND.open(&KIND.seal(b"")), Ok(b"".as_slice()));
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_seen() {
        let bytes = KIND.seal(b"hello");
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(KIND.open(&changed).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(KIND.open(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(KIND.open(&[&bytes[..], b"!"].concat()).is_err());
    }

    #[test]
    fn other_kinds_and_versions_are_named() {
        let other = Kind {
            name: "other",
            ..KIND
        };
        assert_eq!(KIND.open(&other.seal(b"")), Err(SealError::Foreign("test")));
        let later = Kind { version: 4, ..KIND };
        let error = KIND.open(&later.seal(b"")).expect_err("another version");
        assert_eq!(
            error.to_string(),
            "its format has version 4, this sinew reads version 3"
        );
    }
}
