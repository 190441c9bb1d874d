//! `sinew bench`.

use clap::Args;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::Run;
use super::args::SceneArgs;
use super::print::{Failure, say, say_json};

/// Measure throughput against the machine's limit
#[derive(Args)]
pub(super) struct Bench {
    #[command(flatten)]
    scene: SceneArgs,
}

impl Run for Bench {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let scene = Arc::new(self.scene.open(None)?);
        let preset = &self.scene.preset;
        let bench = crate::bench::bench(&scene, preset.learner.as_deref(), preset.threads(0))?;
        if preset.json {
            say_json(&bench);
            return Ok(ExitCode::SUCCESS);
        }
        say(format_args!(
            "physics engine    {:9.2} us per control step, one thread\n\
             reward            {:9.1} ns per control step, one thread\n\
             collect           {:9.0} steps/s, {} threads\n\
             train             {:9.0} steps/s\n\
             matrix product    {:9.1} GFLOP/s, one thread, 1024 x 1024\n\
             learner           {:9.0} flops per control step\n\
             limit             {:9.0} steps/s\n\
             train / limit     {:9.3}",
            bench.bare_us,
            bench.reward_ns,
            bench.collect_steps_per_s,
            bench.threads,
            bench.train_steps_per_s,
            bench.gemm_gflops,
            bench.flops_per_step,
            bench.limit_steps_per_s,
            bench.of_limit,
        ));
        Ok(ExitCode::SUCCESS)
    }
}
