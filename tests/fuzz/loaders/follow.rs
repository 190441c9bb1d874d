//! The tables of a run that another process writes, as whoever watches it reads them.

use sinew::checkpoint::follow::Follower;
use sinew::step::{ActionSpace, Spaces};
use std::fs;
use std::path::Path;

use super::{Loader, repeated};

pub(super) fn loader() -> Loader {
    let table = "iteration,steps,episodes,return\n1,80,0,\n2,160,4,-1.5\n3,240,8,-0.25\n";
    Loader {
        words: &WORDS,
        large: [
            ("iteration,return\n", "1,1\n", ""),
            ("iteration,return\n", "1", "\n"),
            ("iteration", ",a", "\n1\n"),
            ("iteration\n", "\n", ""),
            ("iteration\n", ",", "\n"),
        ]
        .map(|(start, piece, end)| repeated(start, piece, end))
        .into(),
        ..Loader::new("tables", vec![table.into()], |bytes| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzzed-tables");
            fs::create_dir_all(&folder).unwrap();
            for name in ["run.json", "metrics.csv", "timing.csv"] {
                // A new file each time: to write an old one anew makes some file systems wait for the disk.
                let _ = fs::remove_file(folder.join(name));
                fs::write(folder.join(name), bytes).unwrap();
            }
            let spaces = Spaces {
                observation: vec!["a".into()],
                action: ActionSpace::Continuous(vec!["x".into()]),
            };
            let mut follower = Follower::new(&folder, spaces);
            let look = follower.look();
            follower.look();
            look.trouble.is_none() && !look.rows.is_empty()
        })
    }
}

const WORDS: [&str; 12] = [
    "iteration",
    "steps",
    "return",
    "wall_s",
    ",",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "NaN",
    "inf",
    "\0",
];
