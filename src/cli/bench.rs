//! `sinew bench`.

use std::process::ExitCode;
use std::sync::Arc;

use super::BenchArgs;
use super::print::{Failure, say, say_json};

pub(super) fn bench(args: &BenchArgs) -> Result<ExitCode, Failure> {
    let scene = Arc::new(args.scene.open(None)?);
    let preset = &args.scene.preset;
    let bench = crate::bench::bench(&scene, preset.learner.as_deref(), preset.threads(0))?;
    if preset.json {
        say_json(&bench);
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "engine alone      {:9.2} us per control step, one thread\n\
         reward            {:9.1} ns per control step, one thread\n\
         collect           {:9.0} steps/s, {} threads\n\
         train             {:9.0} steps/s\n\
         best product      {:9.1} GFLOP/s, one thread\n\
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
