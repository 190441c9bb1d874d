//! `sinew scenes`.

use clap::Args;
use std::process::ExitCode;
use std::time::Instant;

use super::Run;
use super::print::{Failure, say};
use crate::scene::Scene;

/// List the shipped scenes
#[derive(Args)]
pub(super) struct Scenes {}

impl Run for Scenes {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        for (name, text) in Scene::shipped() {
            let about = text.lines().next().unwrap_or_default();
            let about = about.trim_start_matches(['/', ' ']);
            say(format_args!("{name:14} {about}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
