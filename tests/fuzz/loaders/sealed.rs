//! The header and the checksum of sealed files, made to fit again: `checkpoint/sealed.rs` says what they are.

/// Before the length, before the checksum, and before what is sealed (bytes).
const LENGTH: usize = 20;
const SUM: usize = 28;
const CONTENT: usize = 60;

/// What a file seals.
pub(super) fn open(file: &[u8]) -> Option<Vec<u8>> {
    file.get(CONTENT..).map(<[u8]>::to_vec)
}

/// The same kind of file about something else.
pub(super) fn close(file: &[u8], content: Vec<u8>) -> Vec<u8> {
    let mut bytes = file[..LENGTH].to_vec();
    bytes.extend((content.len() as u64).to_le_bytes());
    debug_assert_eq!(bytes.len(), SUM);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes).update(&content);
    bytes.extend(hasher.finalize().as_bytes());
    bytes.extend(content);
    bytes
}
