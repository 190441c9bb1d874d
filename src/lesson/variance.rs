//! The variance of the policy gradient. Three estimates are computed from the same rollouts of the same policy, which differ in what an
//! action is credited with: the rewards-to-go, the rewards-to-go less a baseline, or the generalized advantage, which estimates later
//! rewards by a critic. A baseline that depends on the state alone reduces the variance without changing the expected gradient
//! (Williams 1992); a critic reduces it further, but adds the bias of its errors (arXiv:1506.02438).
//!
//! The policy is taken from several times of one training run: an untrained critic does not reduce the variance. The variance is that
//! between independent rollouts:
//!
//! ```
//! use sinew::lesson::variance::spread;
//!
//! // Both gradients differ from their mean (3, 0) by 2 in each entry: (4 + 4 + 4 + 4) / (2 - 1).
//! assert_eq!(spread(&[&[1.0, 2.0], &[5.0, -2.0]]), (16.0, 3.0));
//! ```

use serde::Serialize;
use std::fmt::{Display, Formatter, Result as Written};
use std::sync::Arc;

use super::settings::{LessonSettings, job};
use super::text::table;
use crate::compare::chart::Chart;
use crate::compare::curves::{Curve, Point};
use crate::learn::{AdvantageEstimator, GuardedLearner};
use crate::pod::scene::SceneEnvironment;
use crate::pod::{Decider, Pod, PodError, Purpose};
use crate::scene::Scene;
use crate::seed::Seed;
use crate::train::publish::Viewer;
use crate::train::{Job, TrainError, Trainer};
use crate::worker_pool::WorkerPool;

/// The robot.
const SCENE: &str = "pendulum";
/// The preset whose policy and critic are examined.
const TRAINED: &str = "ppo";
/// The learners that use the three estimates.
const LEARNERS: [&str; 3] = ["reinforce", "reinforce-baseline", "a2c"];
/// `lambda` of the generalized advantage.
const LAMBDA: f32 = 0.95;
/// The estimates, the plain one first.
const ESTIMATES: [(&str, AdvantageEstimator); 3] = [
    ("rewards-to-go", AdvantageEstimator::RewardsToGo),
    (
        "less a baseline",
        AdvantageEstimator::RewardsToGoLessBaseline,
    ),
    (
        "with a critic",
        AdvantageEstimator::Generalized { lambda: LAMBDA },
    ),
];

/// The extent of the measurement.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Control steps of the training run at which the gradient is estimated, ascending.
    pub moments: Vec<u64>,
    /// Rollouts, each of which yields one estimate of the gradient; at least 2.
    pub rollouts: u64,
    /// Episodes of a rollout.
    pub episodes: u64,
    /// Control steps that each learner trains for; `None` to train none.
    pub train: Option<u64>,
}

impl Plan {
    /// The plan of `sinew lesson variance`.
    pub fn lesson() -> Self {
        Self {
            moments: vec![0, 50_000, 150_000],
            rollouts: 32,
            episodes: 8,
            train: Some(1_000_000),
        }
    }
}

/// The lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variance {
    /// Rollouts, each of which yielded one estimate.
    pub rollouts: u64,
    /// Episodes of a rollout.
    pub episodes: u64,
    /// The gradient at several times of one training run.
    pub moments: Vec<GradientSnapshot>,
    /// The results of the learners.
    pub learners: Vec<LearnerResult>,
}

/// The gradient at one time of the training run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GradientSnapshot {
    /// Control steps of the training run.
    pub steps: u64,
    /// One entry per estimate, the plain one first.
    pub estimates: Vec<Estimate>,
}

/// The variance of an estimate of the gradient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// What an action is credited with.
    pub credit: &'static str,
    /// Variance of the estimate from one rollout, summed over the parameters (squared scaled rewards).
    pub variance: f64,
    /// The variance as a fraction of the plain estimate's.
    pub of_plain: f64,
    /// Norm of the mean over all rollouts (scaled rewards).
    pub norm: f64,
}

/// The result of a learner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearnerResult {
    /// The preset's name.
    pub learner: String,
    /// Control steps that it trained for.
    pub steps: u64,
    /// Mean return of the final evaluation, with the mean action.
    pub return_mean: Option<f64>,
}

impl Variance {
    /// Trains a policy, estimates its gradient at the times of the plan, and trains the three learners.
    ///
    /// # Errors
    /// The environment does not work.
    ///
    /// # Panics
    /// The plan has less than two rollouts.
    pub fn measure(plan: &Plan, settings: &LessonSettings) -> Result<Self, TrainError> {
        let scene = Arc::new(Scene::open(SCENE)?);
        let last = plan.moments.last().copied().unwrap_or_default();
        let mut trainer = trainer(&scene, TRAINED, last.max(1), settings)?;
        let (_, learner) = scene.learner(Some(TRAINED))?;
        let steps_each = (learner.settings().envs() * learner.settings().horizon()) as u64;
        let pool = WorkerPool::new(settings.threads);
        let mut moments = Vec::new();
        let mut steps = 0;
        for &moment in &plan.moments {
            while steps < moment && trainer.iterate() {
                steps += steps_each;
            }
            let learner = trainer.learner();
            moments.push(GradientSnapshot {
                steps,
                estimates: estimates(plan, &scene, learner, settings.seed, &pool)?,
            });
        }
        let mut learners = Vec::new();
        for learner in LEARNERS {
            let Some(steps) = plan.train else { break };
            let result = self::trainer(&scene, learner, steps, settings)?.run();
            learners.push(LearnerResult {
                learner: learner.to_owned(),
                steps: result.steps,
                return_mean: result.return_mean,
            });
        }
        Ok(Self {
            rollouts: plan.rollouts,
            episodes: plan.episodes,
            moments,
            learners,
        })
    }

    /// The variance of each estimate as a fraction of the plain one's, over the training run.
    pub fn picture(&self) -> Chart {
        let curve = |(i, (credit, _)): (usize, &(&str, AdvantageEstimator))| {
            let points = self.moments.iter().map(|moment| {
                let share = moment.estimates[i].of_plain;
                Point::exact(moment.steps as f64, share)
            });
            Curve {
                learner: (*credit).to_owned(),
                points: points.collect(),
            }
        };
        Chart {
            title: format!("Variance of the policy gradient of the {SCENE}"),
            subtitle: "variance of each estimate as a fraction of the plain one's".to_owned(),
            x_label: "control steps of the training run".to_owned(),
            y_label: "fraction".to_owned(),
            curves: ESTIMATES.iter().enumerate().map(curve).collect(),
            solved: None,
        }
    }
}

/// A trainer for `steps` control steps, without output.
fn trainer(
    scene: &Arc<Scene>,
    learner: &str,
    steps: u64,
    settings: &LessonSettings,
) -> Result<Trainer, TrainError> {
    let job = job(scene, learner, steps, settings.seed.number())?;
    let job = Job {
        threads: settings.threads,
        ..job
    };
    Trainer::new(job, Viewer::default().publisher())
}

/// Variance and norm of every estimate of the gradient over the rollouts.
fn estimates(
    plan: &Plan,
    scene: &Arc<Scene>,
    learner: &dyn GuardedLearner,
    seed: Seed,
    pool: &WorkerPool,
) -> Result<Vec<Estimate>, PodError> {
    let environment = SceneEnvironment::new(scene.clone());
    let decider = Decider::Sample(learner.policy());
    let horizon = scene.task().episode_steps as usize;
    let mut rollouts: Vec<_> = (0..plan.rollouts).map(|i| (i, Ok(Vec::new()))).collect();
    pool.for_each(&mut rollouts, |(i, gradients)| {
        let episodes = *i * plan.episodes..(*i + 1) * plan.episodes;
        let pod = Pod::new(&environment, seed, Purpose::Judging, episodes);
        *gradients = pod.map(|mut pod| {
            pod.collect(decider.clone(), horizon, &|| pool.is_stopping());
            let of = |(_, credit)| learner.policy_gradient(pod.rollout(), credit);
            ESTIMATES.map(of).into_iter().flatten().collect()
        });
    });
    let mut by_rollout: Vec<Vec<Vec<f32>>> = Vec::new();
    for (_, gradients) in rollouts {
        by_rollout.push(gradients?);
    }
    let spreads = (0..ESTIMATES.len()).map(|e| {
        let gradients: Vec<&[f32]> = by_rollout.iter().map(|all| all[e].as_slice()).collect();
        spread(&gradients)
    });
    let spreads: Vec<(f64, f64)> = spreads.collect();
    let plain = spreads[0].0;
    let named = ESTIMATES.iter().zip(&spreads);
    Ok(named
        .map(|((credit, _), &(variance, norm))| Estimate {
            credit,
            variance,
            of_plain: variance / plain,
            norm,
        })
        .collect())
}

/// The variance of vectors around their mean, summed over their entries, `sum_k |g_k - mean|^2 / (K - 1)`, and the norm of the mean.
///
/// # Panics
/// `vectors` is empty.
pub fn spread(vectors: &[&[f32]]) -> (f64, f64) {
    let count = vectors.len() as f64;
    let mut mean = vec![0.0; vectors[0].len()];
    for vector in vectors {
        for (mean, x) in mean.iter_mut().zip(*vector) {
            *mean += f64::from(*x) / count;
        }
    }
    let distance = |vector: &&[f32]| -> f64 {
        let apart = vector.iter().zip(&mean);
        apart.map(|(x, mean)| (f64::from(*x) - mean).powi(2)).sum()
    };
    let variance = vectors.iter().map(distance).sum::<f64>() / (count - 1.0);
    let norm = mean.iter().map(|mean| mean * mean).sum::<f64>().sqrt();
    (variance, norm)
}

impl Display for Variance {
    fn fmt(&self, f: &mut Formatter) -> Written {
        writeln!(
            f,
            "The policy gradient of the {SCENE} at several times of one training run ({TRAINED}), estimated from the same\n\
             {} rollouts of {} episodes in three ways, which credit actions differently. Variance of the estimate\n\
             from one rollout, summed over the parameters; the same as a fraction of the first; norm of the mean\n\
             over all rollouts:\n",
            self.rollouts, self.episodes
        )?;
        let rows = self.moments.iter().flat_map(|moment| {
            let row = |estimate: &Estimate| {
                [
                    moment.steps.to_string(),
                    estimate.credit.to_owned(),
                    format!("{:.4}", estimate.variance),
                    format!("{:.3}", estimate.of_plain),
                    format!("{:.4}", estimate.norm),
                ]
            };
            moment.estimates.iter().map(row)
        });
        let heads = ["steps", "credit", "variance", "fraction", "norm"];
        write!(f, "{}", table(heads, rows))?;
        if self.learners.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nFinal returns of learners that use these estimates:\n")?;
        let rows = self.learners.iter().map(|reached| {
            let return_mean = reached.return_mean.map(|mean| format!("{mean:.0}"));
            [
                reached.learner.clone(),
                reached.steps.to_string(),
                return_mean.unwrap_or_else(|| "-".to_owned()),
            ]
        });
        write!(f, "{}", table(["learner", "steps", "return"], rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_two_vectors_by_hand() {
        // Both differ from their mean (3, 0) by 2 in each entry: (4 + 4 + 4 + 4) / (2 - 1).
        assert_eq!(spread(&[&[1.0, 2.0], &[5.0, -2.0]]), (16.0, 3.0));
        assert_eq!(spread(&[&[3.0, 4.0], &[3.0, 4.0]]), (0.0, 5.0));
    }
}
