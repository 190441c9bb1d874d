//! What a run was started with: `run.json`.

use std::fs;
use std::path::Path;

use sinew::checkpoint::{RunSettings, read_run};

use super::{Loader, repeated};

pub(super) fn loader() -> Loader {
    let settings = RunSettings {
        version: "0.1.0".to_owned(),
        scene: "reach".to_owned(),
        learner: "ppo".to_owned(),
        seed: u64::MAX,
        steps: 1_000_000,
        envs: 32,
    };
    let json = serde_json::to_vec_pretty(&settings).unwrap();
    Loader {
        words: &WORDS,
        large: [
            ("{\"version\":", "[", ""),
            ("{\"version\":", "{\"a\":", ""),
            ("{\"version\":\"", "\\u0000", "\"}"),
            ("{\"seed\":", "9", "}"),
            ("{", "\"seed\":1,", "}"),
        ]
        .map(|(start, piece, end)| repeated(start, piece, end))
        .into(),
        ..Loader::new("run", vec![json], |bytes| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzzed-run");
            fs::create_dir_all(&folder).unwrap();
            let file = folder.join("run.json");
            // A new file each time: to write an old one anew makes some file systems wait for the disk.
            let _ = fs::remove_file(&file);
            fs::write(file, bytes).unwrap();
            if !folder.join("scene.ron").exists() {
                fs::write(folder.join("scene.ron"), "()").unwrap();
            }
            read_run(&folder).is_ok()
        })
    }
}

const WORDS: [&str; 14] = [
    "version", "scene", "learner", "seed", "steps", "envs", "null", "true", "{}", "[]", "[", "{",
    "\\u0000", "\\ud800",
];
