//! The ladder: four learners on one robot with the same seeds, each of which improves on the one before. REINFORCE learns from the
//! returns of whole episodes; A2C bootstraps from a critic; PPO uses every rollout for several epochs; SAC learns off-policy from all
//! past steps.

use serde::Serialize;
use std::fmt::{Display, Formatter, Result as Written};
use std::sync::Arc;

use super::settings::{LessonSettings, job};
use super::text::table;
use crate::compare::chart::Chart;
use crate::compare::curves::{Band, Lines, curves};
use crate::compare::statistics::median;
use crate::metrics::Metric;
use crate::scene::Scene;
use crate::train::publish::Viewer;
use crate::train::{TrainError, TrainResult, Trainer};
use crate::worker_pool::WorkerPool;

/// The robot.
const SCENE: &str = "pendulum";
/// Seeds per learner, counted from the lesson's seed.
pub const SEEDS: u64 = 3;

/// A learner of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// The preset's name.
    pub learner: &'static str,
    /// Control steps that it trains for.
    pub steps: u64,
    /// What it adds to the learner before.
    pub adds: &'static str,
}

/// The learners of `sinew lesson ladder`.
pub const RUNGS: [Rung; 4] = [
    Rung {
        learner: "reinforce-baseline",
        steps: 1_000_000,
        adds: "the returns of whole episodes, less a learned baseline",
    },
    Rung {
        learner: "a2c",
        steps: 1_000_000,
        adds: "a critic that estimates later rewards (generalized advantages)",
    },
    Rung {
        learner: "ppo",
        steps: 100_000,
        adds: "several epochs over every rollout, with a clipped policy ratio",
    },
    Rung {
        learner: "sac-cpu",
        steps: 20_000,
        adds: "a replay memory, and critics of actions whose gradient improves the policy",
    },
];

/// The lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ladder {
    /// The results, in the order of the learners.
    pub rungs: Vec<RungResult>,
}

/// The result of a learner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RungResult {
    /// The learner.
    pub rung: Rung,
    /// Mean return of the final evaluation with the mean action, per seed.
    pub returns: Vec<Option<f64>>,
    /// Control steps and mean return of the last training episodes after each iteration, per seed.
    #[serde(skip)]
    lines: Vec<Vec<(f64, f64)>>,
}

/// One training.
struct Run {
    rung: usize,
    seed: u64,
    ended: Option<Result<(TrainResult, Vec<(f64, f64)>), TrainError>>,
}

impl Ladder {
    /// Trains every learner with every seed, each run on one thread.
    ///
    /// # Errors
    /// The environment does not work.
    pub fn climb(
        rungs: &[Rung],
        seeds: u64,
        settings: &LessonSettings,
    ) -> Result<Self, TrainError> {
        let scene = Arc::new(Scene::open(SCENE)?);
        let first = settings.seed.number();
        let run = |rung, seed| Run {
            rung,
            seed,
            ended: None,
        };
        let of_rung = |rung| (first..first + seeds).map(move |seed| run(rung, seed));
        let mut runs: Vec<Run> = (0..rungs.len()).flat_map(of_rung).collect();
        WorkerPool::new(settings.threads).for_each(&mut runs, |run| {
            run.ended = Some(train(&scene, rungs[run.rung], run.seed));
        });
        let mut results: Vec<RungResult> = (rungs.iter())
            .map(|&rung| RungResult {
                rung,
                returns: Vec::new(),
                lines: Vec::new(),
            })
            .collect();
        for run in runs {
            let (result, line) = run.ended.expect("every run was trained")?;
            results[run.rung].returns.push(result.return_mean);
            results[run.rung].lines.push(line);
        }
        Ok(Self { rungs: results })
    }

    /// The learning curves.
    pub fn picture(&self) -> Chart {
        let lines: Vec<Lines> = (self.rungs.iter())
            .map(|result| Lines {
                learner: result.rung.learner,
                lines: result.lines.clone(),
            })
            .collect();
        let seeds = self.rungs.first().map_or(0, |result| result.lines.len());
        let band = Band::of(seeds);
        Chart {
            title: format!("The ladder, on the {SCENE}"),
            subtitle: format!("median of {seeds} seeds, and {}", band.words()),
            x_label: "control steps".to_owned(),
            y_label: "return of the last 200 training episodes".to_owned(),
            curves: curves(&lines, band),
            solved: None,
        }
    }
}

fn train(
    scene: &Arc<Scene>,
    rung: Rung,
    seed: u64,
) -> Result<(TrainResult, Vec<(f64, f64)>), TrainError> {
    let viewer = Viewer::default();
    // Metrics are kept for the viewer from its first call on.
    viewer.take_updates();
    let job = job(scene, rung.learner, rung.steps, seed)?;
    let result = Trainer::new(job, viewer.publisher())?.run();
    let (_, rows) = viewer.take_updates();
    let line = rows
        .iter()
        .filter_map(|row| Some((row.get(Metric::Steps)?, row.get(Metric::Return)?)));
    Ok((result, line.collect()))
}

impl Display for Ladder {
    fn fmt(&self, f: &mut Formatter) -> Written {
        let seeds = self.rungs.first().map_or(0, |result| result.returns.len());
        writeln!(
            f,
            "Four learners on the {SCENE}, each with the same {seeds} seeds. An untrained policy has a return of about -1200,\n\
             the best ones about -150. Mean return of 200 evaluation episodes:\n"
        )?;
        let rows = self.rungs.iter().map(|RungResult { rung, returns, .. }| {
            let found: Vec<f64> = returns.iter().copied().flatten().collect();
            let each = found.iter().map(|mean| format!("{mean:.0}"));
            [
                rung.learner.to_owned(),
                rung.steps.to_string(),
                median(&found).map_or_else(|| "-".to_owned(), |mean| format!("{mean:.0}")),
                each.collect::<Vec<_>>().join(" "),
            ]
        });
        let heads = ["learner", "steps", "median", "per seed"];
        writeln!(f, "{}", table(heads, rows))?;
        for RungResult { rung, .. } in &self.rungs {
            writeln!(f, "{} adds {}", rung.learner, rung.adds)?;
        }
        Ok(())
    }
}
