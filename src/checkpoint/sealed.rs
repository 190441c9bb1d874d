//! Bytes with a header that says what they are, and a checksum that shows whether all of them are there.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SINEW` and three bytes that no text has |
//! | 8 | the kind of file, padded with spaces |
//! | 4 | version of the kind's format, little-endian |
//! | 8 | length of what follows the header, little-endian |
//! | 32 | BLAKE3 of what is before it and what follows it |
//!
//! The checksum detects damage, not forgery: every reader validates the content.

const MAGIC: [u8; 8] = *b"SINEW\x00\xff\n";
const HEADER: usize = 8 + 8 + 4 + 8 + 32;

/// A kind of sealed file, and the versions of its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileKind {
    /// Its name in the header, at most 8 ASCII characters.
    pub(super) name: &'static str,
    /// Its name in messages.
    pub(super) called: &'static str,
    /// The version that is written.
    pub(super) version: u32,
    /// The oldest version that is read; its reader brings the content of older versions up to date. It is at most the one before
    /// `version`, once there is one.
    pub(super) oldest: u32,
}

/// What a sealed file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsealed<'a> {
    /// The version of its format.
    pub(super) version: u32,
    pub(super) content: &'a [u8],
}

/// A file that cannot be unsealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SealError {
    /// Another kind of file.
    #[error("it is not a sinew {0}")]
    Foreign(&'static str),
    /// Of a version that is not read.
    #[error(
        "its format has version {found}, and this sinew reads {}: {} sinew is needed",
        versions(*oldest, *newest),
        if found > newest { "a newer" } else { "an older" }
    )]
    Version {
        /// What the header says.
        found: u32,
        /// The oldest that is read.
        oldest: u32,
        /// The newest that is read.
        newest: u32,
    },
    /// Truncated or altered.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl FileKind {
    fn head(self, length: usize) -> Vec<u8> {
        let mut name = [b' '; 8];
        name[..self.name.len()].copy_from_slice(self.name.as_bytes());
        let mut head = MAGIC.to_vec();
        head.extend(name);
        head.extend(self.version.to_le_bytes());
        head.extend((length as u64).to_le_bytes());
        head
    }

    /// `content` with its header.
    pub(super) fn seal(self, content: &[u8]) -> Vec<u8> {
        let mut bytes = self.head(content.len());
        let sum = checksum(&bytes, content);
        bytes.extend(sum);
        bytes.extend_from_slice(content);
        bytes
    }

    /// The content of a file of this version, or of an older one that is still read.
    ///
    /// # Errors
    /// The bytes are of another kind or version, or damaged.
    pub(super) fn unseal(self, bytes: &[u8]) -> Result<Unsealed<'_>, SealError> {
        let foreign = SealError::Foreign(self.called);
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
        let (oldest, newest) = (self.oldest, self.version);
        if !(oldest..=newest).contains(&found) {
            return Err(SealError::Version {
                found,
                oldest,
                newest,
            });
        }
        let length = u64::from_le_bytes(head[20..28].try_into().expect("eight bytes"));
        if length != content.len() as u64 {
            return Err(SealError::Damaged(
                "its length is not the one it was written with",
            ));
        }
        if checksum(head, content) != sum {
            return Err(SealError::Damaged("its checksum does not match"));
        }
        Ok(Unsealed {
            version: found,
            content,
        })
    }
}

/// A range of versions, in words.
fn versions(oldest: u32, newest: u32) -> String {
    match newest - oldest {
        0 => format!("version {newest}"),
        1 => format!("versions {oldest} and {newest}"),
        _ => format!("versions {oldest} to {newest}"),
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

    const KIND: FileKind = FileKind {
        name: "test",
        called: "test file",
        version: 3,
        oldest: 2,
    };

    fn content(bytes: &[u8]) -> Result<&[u8], SealError> {
        KIND.unseal(bytes).map(|unsealed| unsealed.content)
    }

    #[test]
    fn what_was_sealed_is_opened() {
        let bytes = KIND.seal(b"hello");
        assert_eq!(bytes.len(), HEADER + 5);
        assert_eq!(content(&bytes), Ok(b"hello".as_slice()));
        assert_eq!(content(&KIND.seal(b"")), Ok(b"".as_slice()));
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_seen() {
        let bytes = KIND.seal(b"hello");
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(content(&changed).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(content(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(content(&[&bytes[..], b"!"].concat()).is_err());
    }

    #[test]
    fn other_kinds_and_versions_are_named() {
        let other = FileKind {
            name: "other",
            ..KIND
        };
        assert_eq!(
            content(&other.seal(b"")),
            Err(SealError::Foreign("test file"))
        );
        let error = |version| {
            let other = FileKind { version, ..KIND };
            let refused = content(&other.seal(b"")).map(<[u8]>::to_vec);
            refused.expect_err("another version").to_string()
        };
        assert_eq!(
            error(4),
            "its format has version 4, and this sinew reads versions 2 and 3: a newer sinew is needed"
        );
        assert_eq!(
            error(1),
            "its format has version 1, and this sinew reads versions 2 and 3: an older sinew is needed"
        );
        let before = FileKind { version: 2, ..KIND };
        let sealed = before.seal(b"hello");
        let unsealed = KIND.unseal(&sealed).expect("the one before is read");
        assert_eq!((unsealed.version, unsealed.content), (2, &b"hello"[..]));
    }
}
