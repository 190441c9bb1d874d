//! `sinew play`.

use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use super::Run;
use super::print::Failure;
use super::window::{self, PictureRequest};

/// Open a window on a scene (move its joints by hand) or on a run (watch its policy)
#[derive(Args)]
pub(super) struct Play {
    /// A RON file, the name of a shipped scene, or a run folder
    what: String,
    /// Use the policy that solved the scene instead of the newest one
    #[arg(long)]
    best: bool,
    /// Save a picture of the window and exit
    #[arg(long, value_name = "FILE.png")]
    picture: Option<PathBuf>,
    /// Seconds after the first frame at which the picture is taken
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 3.0,
        requires = "picture"
    )]
    picture_after: f32,
}

impl Run for Play {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let picture = PictureRequest {
            path: self.picture.as_ref(),
            after: Some(self.picture_after),
        };
        window::play(&self.what, self.best, picture)
    }
}
