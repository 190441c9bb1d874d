//! Heights from pictures: `Picture(file: "hills.png", ..)` becomes a `Grid` of rows, in the scene's own text.

use std::fmt::Write as _;
use std::io::Cursor;

use png::{ColorType, Decoder, DecodingError, Transformations};

use super::files::{self, bytes};
use crate::ron_tree::{Child, Document, Node, ReadError, Reporter};

/// The largest file of a picture (bytes).
const MAX_BYTES: u64 = 32 << 20;
/// The longest side of a picture.
const MAX_PIXELS: u32 = 2048;
/// The longest side of a grid; pixels of a larger picture are averaged.
const MAX_ROWS: usize = 128;
/// Pictures of a scene.
const MAX_PICTURES: usize = 64;

/// Puts grids in the place of all pictures of the terrain.
pub(super) fn expand(document: &mut Document) -> Result<(), ReadError> {
    let reporter = document.reporter().clone();
    let Some(world) = document.root_mut().and_then(|root| root.field_mut("world")) else {
        return Ok(());
    };
    let pictures: Vec<&Node> = world.items_of("terrain").filter(is_picture).collect();
    if let Some(extra) = pictures.get(MAX_PICTURES) {
        let title = format!("the terrain has {} pictures", pictures.len());
        let help = format!("at most {MAX_PICTURES}");
        return Err(reporter.error(*extra, title, [help]));
    }
    let mut files = Vec::new();
    let solids = world.items_of_mut("terrain");
    for picture in solids.filter(|solid| is_picture(&&**solid)) {
        files.extend(to_grid(picture, &reporter)?);
    }
    for file in files {
        document.made_from(file.into());
    }
    Ok(())
}

fn is_picture(solid: &&Node) -> bool {
    solid.is_a("Picture")
}

/// Makes a grid of a picture; the answer is the picture's file.
fn to_grid(picture: &mut Node, reporter: &Reporter) -> Result<Option<String>, ReadError> {
    let Some(file) = picture.field("file") else {
        // The check says so.
        return Ok(None);
    };
    let (_, path) = files::named(reporter, file.value, "like \"hills.png\"")?;
    let bytes = bytes(&path, MAX_BYTES).map_err(|error| {
        let help = "a PNG of at most 32 MiB";
        reporter.error(file.value, error.say().0, [help])
    })?;
    let rows = rows(bytes).map_err(|trouble| {
        let help = format!("a PNG of 2 to {MAX_PIXELS} pixels along each side");
        reporter.error(file.value, trouble.of(&path), [help])
    })?;
    let at = file.span();
    let rows = Node::generated(&written(&rows), &at);
    picture.rename("Grid");
    picture.replace_field("file", vec![Child::entry("rows", rows, &at)]);
    Ok(Some(path))
}

/// Rows as text.
fn written(rows: &[Vec<f32>]) -> String {
    let mut text = "[".to_owned();
    for row in rows {
        text.push('[');
        for share in row {
            // Finer than 16 bits tell apart.
            let number = format!("{share:.5}");
            let short = number.trim_end_matches('0').trim_end_matches('.');
            let _ = write!(text, "{short},");
        }
        text.push_str("],\n");
    }
    text.push(']');
    text
}

/// Why a picture gives no rows.
enum Trouble {
    NoPicture(DecodingError),
    Size(u32, u32),
}

impl Trouble {
    fn of(self, path: &str) -> String {
        match self {
            Trouble::NoPicture(error) => format!("`{path}` is no PNG, or damaged: {error}"),
            Trouble::Size(width, height) => format!("`{path}` has {width} x {height} pixels"),
        }
    }
}

impl From<DecodingError> for Trouble {
    fn from(error: DecodingError) -> Trouble {
        Trouble::NoPicture(error)
    }
}

/// How bright a picture is, from 0 to 1, from its top to its bottom.
fn rows(bytes: Vec<u8>) -> Result<Vec<Vec<f32>>, Trouble> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    // To 8 or 16 bits of grey or of colour.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    let (width, height) = reader.info().size();
    let sides = 2..=MAX_PIXELS;
    let size = reader.output_buffer_size();
    let size = size.filter(|_| sides.contains(&width) && sides.contains(&height));
    let mut pixels = vec![0; size.ok_or(Trouble::Size(width, height))?];
    let frame = reader.next_frame(&mut pixels)?;
    let channels = frame.color_type.samples();
    let is_deep = frame.bit_depth == png::BitDepth::Sixteen;
    let pixel_bytes = channels * if is_deep { 2 } else { 1 };
    let is_grey = matches!(
        frame.color_type,
        ColorType::Grayscale | ColorType::GrayscaleAlpha
    );
    let brightness = |pixel: &[u8]| {
        let channel = |i: usize| match is_deep {
            true => f32::from(u16::from_be_bytes([pixel[2 * i], pixel[2 * i + 1]])) / 65_535.0,
            false => f32::from(pixel[i]) / 255.0,
        };
        match is_grey {
            true => channel(0),
            // The luminance of ITU-R BT.709, of the values as they are stored.
            false => 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2),
        }
    };
    let lines = pixels.chunks_exact(frame.line_size).take(height as usize);
    let rows = lines.map(|line| {
        let row: Vec<f32> = line.chunks_exact(pixel_bytes).map(brightness).collect();
        averaged(&row)
    });
    let columns = transposed(&rows.collect::<Vec<_>>());
    let columns: Vec<Vec<f32>> = columns.iter().map(|column| averaged(column)).collect();
    Ok(transposed(&columns))
}

/// A line of at most [`MAX_ROWS`] numbers, each the mean of its share of the line.
fn averaged(line: &[f32]) -> Vec<f32> {
    let count = line.len().min(MAX_ROWS);
    let width = line.len() as f64 / count as f64;
    let share = |i: usize| {
        let (start, end) = (i as f64 * width, (i + 1) as f64 * width);
        let (first, last) = (start as usize, (end.ceil() as usize).min(line.len()));
        let parts = (first..last).map(|j| {
            let covered = end.min((j + 1) as f64) - start.max(j as f64);
            covered * f64::from(line[j])
        });
        (parts.sum::<f64>() / width) as f32
    };
    (0..count).map(share).collect()
}

fn transposed(rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let columns = rows.first().map_or(0, Vec::len);
    let column = |i: usize| rows.iter().map(|row| row[i]).collect();
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_averaged_by_what_each_part_covers() {
        // 192 numbers for 128: one and a half for each.
        let line: Vec<f32> = (0..192).map(|i| [0.0, 1.5, 3.0][i % 3]).collect();
        let short = averaged(&line);
        assert_eq!(short.len(), 128);
        // (0 + 1.5 / 2) / 1.5, and (1.5 / 2 + 3) / 1.5.
        assert_eq!(short[..4], [0.5, 2.5, 0.5, 2.5]);
        assert_eq!(averaged(&line[..128]), line[..128]);
    }

    #[test]
    fn numbers_are_written_as_short_as_they_are() {
        let rows = [vec![0.0, 1.0], vec![0.5, 1.0 / 3.0]];
        assert_eq!(written(&rows), "[[0,1,],\n[0.5,0.33333,],\n]");
    }
}
