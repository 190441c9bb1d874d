//! Small and large damage to valid files, text and binary alike.

use rand::RngExt;
use rand::seq::IndexedRandom;
use sinew::seed::Rng;
use std::ops::Range;

use crate::loaders::Loader;

const NUMBERS: [&str; 24] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "255",
    "65536",
    "1e38",
    "3.5e38",
    "-1e38",
    "1e-45",
    "1e-38",
    "1e300",
    "1e999",
    "NaN",
    "inf",
    "-inf",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.1e-7_0",
];
const FLOATS: [f32; 10] = [
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    1e-45,
    -0.0,
    1e20,
    -1e20,
];

/// One of the loader's files, damaged; where a checksum would only say so, in what it seals, and sealed again.
pub(crate) fn mutated(loader: &Loader, rng: &mut Rng) -> Vec<u8> {
    let file = loader.corpus.choose(rng).unwrap();
    let other = loader.corpus.choose(rng).unwrap();
    match &loader.seal {
        Some(seal) if rng.random_bool(0.75) => {
            let (Some(mut bytes), Some(other)) = ((seal.open)(file), (seal.open)(other)) else {
                return file.clone();
            };
            damage(&mut bytes, &other, loader.words, rng);
            (seal.close)(file, bytes)
        }
        _ => {
            let mut bytes = file.clone();
            damage(&mut bytes, other, loader.words, rng);
            bytes
        }
    }
}

fn damage(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], rng: &mut Rng) {
    if !words.is_empty() && !bytes.is_empty() && rng.random_bool(0.3) {
        return change_numbers(bytes, rng);
    }
    // Mostly little, so that what comes after a check is reached; sometimes much.
    let times = 1 + rng.random_range(0..3_u32).pow(rng.random_range(0..3));
    for _ in 0..times {
        damage_once(bytes, other, words, rng);
    }
}

/// Other numbers at some places of a text, most of them of ordinary size: such a file often loads.
fn change_numbers(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..bytes.len());
        let number = if rng.random_bool(0.3) {
            (*NUMBERS.choose(rng).unwrap()).to_owned()
        } else if rng.random() {
            rng.random_range(0..1000).to_string()
        } else {
            format!("{}e{}", rng.random_range(-9..10), rng.random_range(-9..10))
        };
        bytes.splice(run_of(bytes, at, is_of_a_number), number.bytes());
    }
}

fn damage_once(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], rng: &mut Rng) {
    if bytes.is_empty() {
        bytes.extend((0..rng.random_range(1..32)).map(|_| rng.random::<u8>()));
        return;
    }
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..16) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 => bytes[at] = *[0, 1, 0x7f, 0x80, 0xfe, 0xff].choose(rng).unwrap(),
        3 => {
            let new: Vec<u8> = (0..rng.random_range(1..16)).map(|_| rng.random()).collect();
            bytes.splice(at..at, new);
        }
        4 => drop(bytes.drain(span(bytes, rng))),
        5 => {
            let piece = bytes[span(bytes, rng)].to_vec();
            let times = *[1, 1, 1, 2, 30].choose(rng).unwrap();
            bytes.splice(at..at, piece.repeat(times));
        }
        6 => {
            let piece = other[span(other, rng)].to_vec();
            bytes.splice(span(bytes, rng), piece);
        }
        7 => bytes.truncate(at),
        8 => put(bytes, at, &integer(rng)),
        9 => {
            let old = varint_at(bytes, at);
            bytes.splice(old, varint(extreme(rng)));
        }
        10 => {
            let at = if rng.random() { at & !3 } else { at };
            put(bytes, at, &FLOATS.choose(rng).unwrap().to_le_bytes());
        }
        11 => {
            let word = words.choose(rng).unwrap_or(&"");
            bytes.splice(at..at, word.bytes());
        }
        12 => {
            let number = NUMBERS.choose(rng).unwrap();
            bytes.splice(run_of(bytes, at, is_of_a_number), number.bytes());
        }
        13 => {
            let number =
                (extreme(rng) as i64 as f64 * 0.5f64.powi(rng.random_range(0..80))).to_string();
            bytes.splice(run_of(bytes, at, is_of_a_number), number.bytes());
        }
        14 => {
            let word = words.choose(rng).unwrap_or(&"");
            bytes.splice(run_of(bytes, at, is_of_a_word), word.bytes());
        }
        _ => {
            // Two words of the file change places.
            let (one, two) = (run_of(bytes, at, is_of_a_word), span(bytes, rng));
            let two = run_of(bytes, two.start, is_of_a_word);
            if one.end <= two.start {
                let (first, second) = (bytes[one.clone()].to_vec(), bytes[two.clone()].to_vec());
                bytes.splice(two, first);
                bytes.splice(one, second);
            }
        }
    }
}

/// A part that is not empty: mostly short.
fn span(bytes: &[u8], rng: &mut Rng) -> Range<usize> {
    let start = rng.random_range(0..bytes.len().max(1));
    let longest = *[4, 16, 64, 256, usize::MAX].choose(rng).unwrap();
    let longest = longest.min(bytes.len() - start.min(bytes.len()));
    start.min(bytes.len())..start + rng.random_range(0..=longest)
}

/// Overwrites as much as there is room for.
fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    let room = &mut bytes[at..];
    let count = room.len().min(new.len());
    room[..count].copy_from_slice(&new[..count]);
}

/// A number near the end of some range.
fn extreme(rng: &mut Rng) -> u64 {
    let bits = rng.random_range(0..=64);
    let power = 1_u64.checked_shl(bits).unwrap_or(0);
    power.wrapping_add_signed(rng.random_range(-2..=1))
}

fn integer(rng: &mut Rng) -> Vec<u8> {
    let mut bytes = extreme(rng).to_le_bytes().to_vec();
    bytes.truncate(*[1, 2, 4, 8, 8].choose(rng).unwrap());
    if rng.random() {
        bytes.reverse();
    }
    bytes
}

/// Seven bits a byte, the last one without the high bit (as `postcard` has it).
fn varint(mut x: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while x >= 0x80 {
        bytes.push(x as u8 | 0x80);
        x >>= 7;
    }
    bytes.push(x as u8);
    bytes
}

/// What would be read as one number from here.
fn varint_at(bytes: &[u8], at: usize) -> Range<usize> {
    let rest = &bytes[at..bytes.len().min(at + 10)];
    let length = rest.iter().position(|byte| *byte < 0x80);
    at..at + length.map_or(rest.len(), |last| last + 1)
}

/// The next run of such bytes from here on; nothing at the end if there is none.
fn run_of(bytes: &[u8], at: usize, is_of: fn(u8) -> bool) -> Range<usize> {
    let end = bytes.len();
    let start = (at..end).find(|&i| is_of(bytes[i])).unwrap_or(end);
    // Also what of it lies before.
    let start = (0..start)
        .rev()
        .take_while(|&i| is_of(bytes[i]))
        .last()
        .unwrap_or(start);
    start..(start..end).find(|&i| !is_of(bytes[i])).unwrap_or(end)
}

fn is_of_a_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b".-_".contains(&byte)
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
