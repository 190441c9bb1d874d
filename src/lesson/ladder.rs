//! The ladder: one robot, the same seeds, and learners that each mend what the one before them lacks. REINFORCE waits for the end of
//! an episode; A2C asks a critic instead; PPO looks at every step several times; SAC remembers all of them.

use serde::Serialize;
use std::fmt::{Display, Formatter, Result as Written};
use std::sync::Arc;

use super::{Terms, job, table};
use crate::compare::curves::{Band, Lines, curves};
use crate::compare::picture::Chart;
use crate::compare::statistics::median;
use crate::metrics::Metric;
use crate::scene::Scene;
use crate::train::publish::Viewer;
use crate::train::{TrainError, TrainResult, Trainer};
use crate::worker_pool::WorkerPool;

/// The robot.
const SCENE: &str = "pendulum";
/// Seeds that each learner is trained with, counted from the lesson's.
pub const SEEDS: u64 = 3;

/// A learner of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// The preset's name.
    pub learner: &'static str,
    /// Control steps that it trains for.
    pub steps: u64,
    /// What it adds to the one before.
    pub adds: &'static str,
}

/// What `sinew lesson ladder` climbs.
pub const RUNGS: [Rung; 4] = [
    Rung {
        learner: "reinforce-baseline",
        steps: 1_000_000,
        adds: "the rewards of whole episodes, less what was to be expected",
    },
    Rung {
        learner: "a2c",
        steps: 1_000_000,
        adds: "a critic's word for what comes later",
    },
    Rung {
        learner: "ppo",
        steps: 100_000,
        adds: "several looks at every step, none of which goes too far",
    },
    Rung {
        learner: "sac-cpu",
        steps: 20_000,
        adds: "a memory, and critics that say which action would have been better",
    },
];

/// The lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ladder {
    /// From the bottom up.
    pub rungs: Vec<Climbed>,
}

/// How far a learner came.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Climbed {
    /// Which learner.
    pub rung: Rung,
    /// Mean returns of fresh episodes at the end, with the mean action; one per seed.
    pub returns: Vec<Option<f64>>,
    /// Control steps and mean return of the last training episodes, after each iteration; a line per seed.
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
    /// Trains all of them, each run on one thread.
    ///
    /// # Errors
    /// The environment does not work.
    pub fn climb(rungs: &[Rung], seeds: u64, terms: &Terms) -> Result<Self, TrainError> {
        let scene = Arc::new(Scene::open(SCENE)?);
        let first = terms.seed.number();
        let run = |rung, seed| Run {
            rung,
            seed,
            ended: None,
        };
        let of_rung = |rung| (first..first + seeds).map(move |seed| run(rung, seed));
        let mut runs: Vec<Run> = (0..rungs.len()).flat_map(of_rung).collect();
        WorkerPool::new(terms.threads).for_each(&mut runs, |run| {
            run.ended = Some(train(&scene, rungs[run.rung], run.seed));
        });
        let mut climbed: Vec<Climbed> = (rungs.iter())
            .map(|&rung| Climbed {
                rung,
                returns: Vec::new(),
                lines: Vec::new(),
            })
            .collect();
        for run in runs {
            let (result, line) = run.ended.expect("every run has its turn")?;
            climbed[run.rung].returns.push(result.return_mean);
            climbed[run.rung].lines.push(line);
        }
        Ok(Self { rungs: climbed })
    }

    /// How they learnt.
    pub fn picture(&self) -> Chart {
        let lines: Vec<Lines> = (self.rungs.iter())
            .map(|climbed| Lines {
                learner: climbed.rung.learner,
                lines: climbed.lines.clone(),
            })
            .collect();
        let seeds = self.rungs.first().map_or(0, |climbed| climbed.lines.len());
        let band = Band::of(seeds);
        Chart {
            title: format!("The ladder, on the {SCENE}"),
            subtitle: format!("median of {seeds} seeds, and {}", band.words()),
            across: "control steps".to_owned(),
            up: "return of the last 200 training episodes".to_owned(),
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
    // From the first look on, rows wait for the second.
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
        let seeds = self
            .rungs
            .first()
            .map_or(0, |climbed| climbed.returns.len());
        writeln!(
            f,
            "Four learners on the {SCENE}, each with the same {seeds} seeds. An untrained policy has a return of about -1200,\n\
             nothing does much better than -150. Mean return of 200 fresh episodes:\n"
        )?;
        let rows = self.rungs.iter().map(|Climbed { rung, returns, .. }| {
            let found: Vec<f64> = returns.iter().copied().flatten().collect();
            let each = found.iter().map(|mean| format!("{mean:.0}"));
            [
                rung.learner.to_owned(),
                rung.steps.to_string(),
                median(&found).map_or_else(|| "-".to_owned(), |mean| format!("{mean:.0}")),
                each.collect::<Vec<_>>().join(" "),
            ]
        });
        let heads = ["learner", "steps", "median", "of"];
        writeln!(f, "{}", table(heads, rows))?;
        for Climbed { rung, .. } in &self.rungs {
            writeln!(f, "{} adds {}", rung.learner, rung.adds)?;
        }
        Ok(())
    }
}
