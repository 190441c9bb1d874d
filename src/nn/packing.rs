//! Matrices as the kernel reads them: strips of columns, each in one piece.

use super::product::{STRIP, padded};
#[cfg(target_arch = "x86_64")]
use pulp::core_arch::x86::Sse;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m128;

/// Length of [`pack`]'s result for a matrix `[k, n]`.
pub(super) fn packed_len(k: usize, n: usize) -> usize {
    n.div_ceil(STRIP) * k * padded(n).min(STRIP)
}

/// Writes the matrix `[k, n]` as strips, each in one piece. The padding keeps what it holds.
pub(super) fn pack(matrix: &[f32], n: usize, into: &mut [f32]) {
    let width = padded(n).min(STRIP);
    let k = matrix.len() / n;
    for (strip, first) in into.chunks_exact_mut(k * width).zip((0..n).step_by(STRIP)) {
        let columns = first..(first + STRIP).min(n);
        for (into, row) in strip.chunks_exact_mut(width).zip(matrix.chunks_exact(n)) {
            into[..columns.len()].copy_from_slice(&row[columns.clone()]);
        }
    }
}

/// Writes the transpose `[k, n]` of a matrix `[n, k]` as strips, as [`pack`] does.
pub(super) fn pack_transposed(matrix: &[f32], k: usize, into: &mut [f32]) {
    // The compiler moves the elements of a tile one by one unless told how.
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = Sse::try_new() {
        pack_by_tiles(
            matrix,
            k,
            into,
            #[inline(always)]
            |tile| transpose_by_shuffles(sse, tile),
        );
        return;
    }
    pack_by_tiles(matrix, k, into, transpose);
}

/// Side of the tiles that are transposed in registers.
const TILE: usize = 4;
type Tile = [[f32; TILE]; TILE];

/// Rows of a strip that are filled before the next ones: rows of 256 bytes share few sets of the first-level cache.
const ROWS: usize = 32;

#[inline(always)]
fn pack_by_tiles(matrix: &[f32], k: usize, into: &mut [f32], transpose: impl Fn(Tile) -> Tile) {
    let n = matrix.len() / k;
    let width = padded(n).min(STRIP);
    let strips = into.chunks_exact_mut(k * width);
    for (strip, columns) in strips.zip(matrix.chunks(k * STRIP)) {
        // Widths that the compiler knows cost no checks.
        match width {
            64 => fill_strip::<64>(columns, k, strip, &transpose),
            48 => fill_strip::<48>(columns, k, strip, &transpose),
            32 => fill_strip::<32>(columns, k, strip, &transpose),
            _ => fill_strip::<16>(columns, k, strip, &transpose),
        }
    }
}

/// What lies in rows of length `k` becomes the first columns of a strip `[k, WIDTH]`.
#[inline(always)]
fn fill_strip<const WIDTH: usize>(
    columns: &[f32],
    k: usize,
    strip: &mut [f32],
    transpose: impl Fn(Tile) -> Tile,
) {
    let (strip, _) = strip.as_chunks_mut::<WIDTH>();
    for (block, into) in strip.chunks_mut(ROWS).enumerate() {
        let rows = block * ROWS..block * ROWS + into.len();
        let (fours, mut at) = (columns.chunks_exact(TILE * k), 0);
        let rest = fours.remainder();
        for four in fours {
            let four = std::array::from_fn(|i| &four[i * k..][..k][rows.clone()]);
            fill_four(four, into, at, &transpose);
            at += TILE;
        }
        for column in rest.chunks_exact(k) {
            for (into, &value) in into.iter_mut().zip(&column[rows.clone()]) {
                into[at] = value;
            }
            at += 1;
        }
    }
}

/// Fills four columns, the first of which is `at`.
#[inline(always)]
fn fill_four<const WIDTH: usize>(
    columns: [&[f32]; TILE],
    into: &mut [[f32; WIDTH]],
    at: usize,
    transpose: impl Fn(Tile) -> Tile,
) {
    let tiles = columns.map(|column| column.as_chunks::<TILE>().0);
    let (whole, rest) = into.as_chunks_mut::<TILE>();
    for (j, into) in whole.iter_mut().enumerate() {
        let tile = transpose(std::array::from_fn(|i| tiles[i][j]));
        for (into, values) in into.iter_mut().zip(tile) {
            into[at..at + TILE].copy_from_slice(&values);
        }
    }
    let done = whole.len() * TILE;
    for (j, into) in rest.iter_mut().enumerate() {
        for (into, column) in into[at..].iter_mut().zip(columns) {
            *into = column[done + j];
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transpose_by_shuffles(sse: Sse, tile: Tile) -> Tile {
    let [a, b, c, d]: [__m128; TILE] = pulp::cast(tile);
    let (ab_low, ab_high) = (sse._mm_unpacklo_ps(a, b), sse._mm_unpackhi_ps(a, b));
    let (cd_low, cd_high) = (sse._mm_unpacklo_ps(c, d), sse._mm_unpackhi_ps(c, d));
    pulp::cast([
        sse._mm_movelh_ps(ab_low, cd_low),
        sse._mm_movehl_ps(cd_low, ab_low),
        sse._mm_movelh_ps(ab_high, cd_high),
        sse._mm_movehl_ps(cd_high, ab_high),
    ])
}

#[inline(always)]
fn transpose(tile: Tile) -> Tile {
    std::array::from_fn(|j| std::array::from_fn(|i| tile[i][j]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of which every element tells where it is.
    fn numbered(rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns).map(|i| i as f32).collect()
    }

    fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
        (0..columns)
            .flat_map(|j| matrix.iter().skip(j).step_by(columns).copied())
            .collect()
    }

    #[test]
    fn strips_hold_the_columns_one_after_another() {
        let (k, n) = (3, 70);
        let matrix = numbered(k, n);
        let mut strips = vec![0.0; packed_len(k, n)];
        pack(&matrix, n, &mut strips);
        assert_eq!(strips[..STRIP], matrix[..STRIP]);
        assert_eq!(strips[k * STRIP..][..n - STRIP], matrix[STRIP..n]);
    }

    #[test]
    fn a_tile_is_transposed() {
        let tile = [
            [0.0, 1.0, 2.0, 3.0],
            [4.0, 5.0, 6.0, 7.0],
            [8.0, 9.0, 10.0, 11.0],
            [12.0, 13.0, 14.0, 15.0],
        ];
        let expected = [
            [0.0, 4.0, 8.0, 12.0],
            [1.0, 5.0, 9.0, 13.0],
            [2.0, 6.0, 10.0, 14.0],
            [3.0, 7.0, 11.0, 15.0],
        ];
        assert_eq!(transpose(tile), expected);
        #[cfg(target_arch = "x86_64")]
        assert_eq!(
            transpose_by_shuffles(Sse::try_new().expect("SSE"), tile),
            expected
        );
    }

    #[test]
    fn strips_of_the_transpose_are_those_of_the_transposed_matrix() {
        for k in [1, 3, 4, 5, 31, 32, 33, 64, 70] {
            for n in [1, 4, 5, 16, 17, 40, 50, 64, 65, 70, 130] {
                let matrix = numbered(k, n);
                let mut strips = vec![0.5; packed_len(k, n)];
                let (mut plain, mut shuffled) = (strips.clone(), strips.clone());
                pack(&matrix, n, &mut strips);
                let columns = transposed(&matrix, n);
                pack_by_tiles(&columns, k, &mut plain, transpose);
                pack_transposed(&columns, k, &mut shuffled);
                assert_eq!(strips, plain, "{k} x {n}");
                assert_eq!(strips, shuffled, "{k} x {n}");
            }
        }
    }
}
