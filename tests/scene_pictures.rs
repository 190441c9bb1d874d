//! Promise: the heights of a picture are as bright as it is, in the scene's own text; one that cannot be read is told where it is named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use png::{BitDepth, ColorType};
use sinew::scene::Scene;
use std::fs;
use tempfile::TempDir;

const SMALL: &str = include_str!("scenes/small.ron");

/// A PNG of rows of pixels.
fn png(width: u32, color: ColorType, depth: BitDepth, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let row = width as usize * color.samples() * if depth == BitDepth::Sixteen { 2 } else { 1 };
    let mut encoder = png::Encoder::new(&mut bytes, width, (pixels.len() / row) as u32);
    encoder.set_color(color);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// The small scene with this terrain, beside a file `hills.png`.
fn open(terrain: &str, file: Option<&[u8]>) -> Result<Scene, String> {
    let folder = TempDir::new().unwrap();
    if let Some(bytes) = file {
        fs::write(folder.path().join("hills.png"), bytes).unwrap();
    }
    let scene = folder.path().join("scene.ron");
    let world = format!("world: (terrain: [\n{terrain}\n]), robot: (");
    fs::write(&scene, SMALL.replacen("robot: (", &world, 1)).unwrap();
    let scene = Scene::open(scene.to_str().unwrap());
    let path = folder.path().to_str().unwrap().to_owned();
    scene.map_err(|error| error.to_string().replace(&path, "FOLDER"))
}

const PICTURE: &str =
    r#"Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)"#;

fn heights(file: &[u8]) -> Vec<f32> {
    let scene = open(PICTURE, Some(file)).unwrap_or_else(|error| panic!("{error}"));
    scene.world().heights[0].heights.clone()
}

#[test]
fn white_is_as_high_as_it_says_and_the_top_is_far_along_y() {
    let grey = png(
        3,
        ColorType::Grayscale,
        BitDepth::Eight,
        &[0, 0, 255, 51, 0, 0],
    );
    assert_eq!(heights(&grey), [0.1, 0.0, 0.0, 0.0, 0.0, 0.5]);
    let deep = [0x80, 0, 0, 0, 0, 0, 0xff, 0xff];
    let deep = png(2, ColorType::Grayscale, BitDepth::Sixteen, &deep);
    // 0x8000 / 0xffff, to five digits.
    assert_eq!(heights(&deep), [0.0, 0.5, 0.5 * 0.50001, 0.0]);
    let colors = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    let colors = png(2, ColorType::Rgb, BitDepth::Eight, &colors);
    assert_eq!(
        heights(&colors),
        [0.5 * 0.0722, 0.5, 0.5 * 0.2126, 0.5 * 0.7152]
    );
}

#[test]
fn the_text_of_the_scene_needs_the_picture_no_more() {
    let grey = png(2, ColorType::Grayscale, BitDepth::Eight, &[0, 51, 102, 255]);
    let scene = open(PICTURE, Some(&grey)).unwrap();
    let again = Scene::parse("again", scene.text()).unwrap();
    assert_eq!(again.world(), scene.world());
    assert!(scene.files().iter().any(|file| file.ends_with("hills.png")));
    let grid = "Grid(center: (5, 0, 0), size: (10, 4), height: 0.5, rows: [[0, 0.2], [0.4, 1]])";
    assert_eq!(open(grid, None).unwrap().world(), scene.world());
}

#[test]
fn a_large_picture_becomes_a_small_text() {
    let pixels: Vec<u8> = (0..300 * 260).map(|i| (i % 251) as u8).collect();
    let large = png(300, ColorType::Grayscale, BitDepth::Eight, &pixels);
    let scene = open(PICTURE, Some(&large)).unwrap();
    assert_eq!(scene.world().heights[0].cells, [127, 127]);
    assert!(scene.text().len() < 200_000);
    assert!(open(&format!("{PICTURE}, {PICTURE}"), Some(&large)).is_ok());
}

#[test]
fn pictures_that_cannot_be_read() {
    let refused = |terrain: &str, file: Option<&[u8]>, expected: Expect| {
        expected.assert_eq(&open(terrain, file).unwrap_err());
    };
    let grey = |width, pixels: &[u8]| png(width, ColorType::Grayscale, BitDepth::Eight, pixels);
    refused(
        PICTURE,
        None,
        expect![[r#"
        error: cannot read `FOLDER/hills.png`: No such file or directory (os error 2)
         --> FOLDER/scene.ron:3:15
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)
          |               ^^^^^^^^^^^ found `"hills.png"`
          |
          = help: a PNG of at most 32 MiB"#]],
    );
    refused(
        PICTURE,
        Some(b"solid part"),
        expect![[r#"
        error: `FOLDER/hills.png` is no PNG, or damaged: Invalid PNG signature.
         --> FOLDER/scene.ron:3:15
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)
          |               ^^^^^^^^^^^ found `"hills.png"`
          |
          = help: a PNG of 2 to 2048 pixels along each side"#]],
    );
    let whole = grey(20, &[7; 400]);
    refused(
        PICTURE,
        Some(&whole[..whole.len() - 30]),
        expect![[r#"
        error: `FOLDER/hills.png` is no PNG, or damaged: unexpected end of file
         --> FOLDER/scene.ron:3:15
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)
          |               ^^^^^^^^^^^ found `"hills.png"`
          |
          = help: a PNG of 2 to 2048 pixels along each side"#]],
    );
    refused(
        PICTURE,
        Some(&grey(1, &[0, 1])),
        expect![[r#"
        error: `FOLDER/hills.png` has 1 x 2 pixels
         --> FOLDER/scene.ron:3:15
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)
          |               ^^^^^^^^^^^ found `"hills.png"`
          |
          = help: a PNG of 2 to 2048 pixels along each side"#]],
    );
    refused(
        PICTURE,
        Some(&grey(2049, &[0; 2 * 2049])),
        expect![[r#"
        error: `FOLDER/hills.png` has 2049 x 2 pixels
         --> FOLDER/scene.ron:3:15
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), height: 0.5)
          |               ^^^^^^^^^^^ found `"hills.png"`
          |
          = help: a PNG of 2 to 2048 pixels along each side"#]],
    );
    refused(
        &PICTURE.replace("\"hills.png\"", "7"),
        None,
        expect![[r#"
            error: expected the name of a file
             --> FOLDER/scene.ron:3:15
              |
            3 | Picture(file: 7, center: (5, 0, 0), size: (10, 4), height: 0.5)
              |               ^ found `7`
              |
              = help: like "hills.png""#]],
    );
    let misspelt = PICTURE.replace("height", "hight");
    refused(
        &misspelt,
        Some(&grey(2, &[0; 4])),
        expect![[r#"
        error: there is no field `hight` in `Grid`
         --> FOLDER/scene.ron:3:62
          |
        3 | Picture(file: "hills.png", center: (5, 0, 0), size: (10, 4), hight: 0.5)
          |                                                              ^^^^^ unknown field
          |
          = help: did you mean `height`?
          = help: fields: `center`, `yaw`, `size`, `rows`, `height`, `friction`, `restitution`"#]],
    );
}
