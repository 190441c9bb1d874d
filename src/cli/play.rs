//! `sinew play`, and the window of `sinew train`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::print::Failure;
use super::{PlayArgs, TrainArgs};
use crate::scene::Scene;
use crate::train::TrainResult;
use crate::train::plugin::LearnerPlugin;

#[cfg(not(feature = "window"))]
mod windowless {
    use super::{
        Arc, ExitCode, Failure, Instant, LearnerPlugin, PlayArgs, Scene, TrainArgs, TrainResult,
    };

    const REASON: &str = "this sinew was built without its window (feature `window`)";

    pub(in crate::cli) fn probe() -> Result<(), String> {
        Err(REASON.to_owned())
    }

    pub(in crate::cli) fn play(_: &PlayArgs, _: Instant) -> Result<ExitCode, Failure> {
        Err(Failure::Failed(REASON.to_owned()))
    }

    pub(in crate::cli) fn train(
        _: LearnerPlugin,
        _: &Arc<Scene>,
        _: &TrainArgs,
        _: Instant,
    ) -> Result<TrainResult, Failure> {
        Err(Failure::Failed(REASON.to_owned()))
    }
}
#[cfg(not(feature = "window"))]
pub(super) use windowless::{play, probe, train};
