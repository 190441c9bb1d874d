//! Exact serialisation of `Vec<f32>` as little-endian bytes, copied as a whole instead of number by number.
//! For `#[serde(with = "crate::floats")]` on a `Vec<f32>`.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;

/// Writes the numbers' bits.
///
/// # Errors
/// The format's own.
pub fn serialize<S: Serializer>(numbers: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    serializer.serialize_bytes(&bytes)
}

/// Reads what [`serialize`] wrote, bit for bit. Takes no more memory than the bytes that are there.
///
/// # Errors
/// The number of bytes is not a multiple of 4.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    deserializer.deserialize_bytes(Floats)
}

struct Floats;

impl Visitor<'_> for Floats {
    type Value = Vec<f32>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("four bytes for each number")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        if rest.is_empty() {
            Ok(numbers.iter().map(|&b| f32::from_le_bytes(b)).collect())
        } else {
            Err(E::invalid_length(bytes.len(), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Numbers(#[serde(with = "crate::floats")] Vec<f32>);

    #[test]
    fn numbers_come_back_bit_for_bit() {
        let numbers = vec![0.1, -0.0, f32::MIN_POSITIVE / 2.0, f32::NAN, f32::INFINITY];
        let bytes = postcard::to_stdvec(&Numbers(numbers.clone())).expect("it is written");
        assert_eq!(bytes.len(), 1 + 4 * 5, "a length and four bytes each");
        let Numbers(back) = postcard::from_bytes(&bytes).expect("it is read");
        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&numbers));
    }

    #[test]
    fn a_number_that_is_cut_is_refused() {
        assert!(postcard::from_bytes::<Numbers>(&[5, 0, 0, 0, 0, 0]).is_err());
    }
}
