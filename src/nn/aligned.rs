//! Memory whose first element begins a cache line, so that no vector of the kernel straddles two.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;

/// A slice of `f32` that begins at a multiple of 64 bytes.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    values: Vec<f32>,
    first: usize,
    len: usize,
}

impl Aligned {
    /// Makes room for `len` elements; what was there is lost when it has to grow.
    pub(super) fn grow(&mut self, len: usize) {
        if len > self.len {
            self.values = vec![0.0; len + LINE / size_of::<f32>()];
            self.first = self.values.as_ptr().align_offset(LINE);
            self.len = len;
        }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[self.first..][..self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[self.first..][..self.len]
    }
}

/// Elsewhere in memory other elements begin a line.
impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.grow(self.len);
        clone.copy_from_slice(self);
        clone
    }
}

impl PartialEq for Aligned {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_a_line_and_keeps_its_content_when_cloned() {
        let mut values = Aligned::default();
        values.grow(5);
        values.copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let clone = values.clone();
        for values in [&values, &clone] {
            assert_eq!(values.as_ptr().align_offset(LINE), 0);
            assert_eq!(values[..], [1.0, 2.0, 3.0, 4.0, 5.0]);
        }
    }
}
