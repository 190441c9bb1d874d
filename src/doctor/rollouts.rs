//! Rolls out every scripted policy in a scene and records statistics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::evidence::{EpisodeEnd, EpisodeSummary, Evidence, PolicyEvidence};
use super::scratch_world::size;
use super::scripted_policy::{Script, ScriptedPolicy};
use crate::pod::scene::{SceneEnvironment, last_step, spaces};
use crate::pod::{Action, Episode, Fault, Observation, Pod, PodError, Purpose, Reward};
use crate::scene::Scene;
use crate::seed::{Rng, Seed};
use crate::step::StepEnd;
use crate::task::judge;

/// Expected time of all rollouts on one core (us).
const ROLLOUT_US: f64 = 1.2e6;
/// Bounds of the number of control steps.
const ROLLOUT_STEPS: [f64; 2] = [20.0, 60_000.0];
/// Most environments of one policy; fewer where episodes are long.
const MOST_ENVIRONMENTS: f64 = 8.0;
/// Most observations that are kept for comparing entries with each other.
const ROWS: u64 = 2_000;
/// Most numbers in these observations.
const MOST_KEPT: u64 = 4_000_000;
/// Time after which a robot counts as settled (s); until then its motors may have to work.
const SETTLED_S: f32 = 0.5;
/// Seed of everything that is drawn; any would do.
const SEED: u64 = 1;

/// Takes [`step_budget`] control steps, split evenly among the policies.
pub(super) fn collect(scene: &Arc<Scene>) -> Result<Evidence, PodError> {
    let environment = SceneEnvironment::new(scene.clone());
    let script = Script::new(scene);
    let each = step_budget(scene) / ScriptedPolicy::ALL.len() as f64;
    let episode = f64::from(scene.task().episode_steps);
    let environments = (each / episode).clamp(1.0, MOST_ENVIRONMENTS).floor();
    let length = (each / environments) as u32;
    let observed = spaces(scene).observations();
    let all = u64::from(length) * environments as u64 * ScriptedPolicy::ALL.len() as u64;
    let mut recorder = Recorder {
        scene,
        evidence: Evidence::empty(scene),
        seen: 0,
        every: all.div_ceil(ROWS.min(MOST_KEPT / observed.max(1) as u64)),
    };
    let mut spent = Duration::ZERO;
    for policy in ScriptedPolicy::ALL {
        let range = 0..environments as u64;
        let mut pod = Pod::new(&environment, Seed::new(SEED), Purpose::Watching, range)?;
        let task = scene.task();
        let motors = scene.robot().motors.len();
        let evidence = PolicyEvidence::new(policy, task.reward.len(), motors);
        recorder.evidence.by_policy.push(evidence);
        spent += roll_out(&mut pod, policy, &script, length, &mut recorder);
    }
    recorder.evidence.steps_per_s = all as f64 / spent.as_secs_f64().max(1e-9);
    Ok(recorder.evidence)
}

/// Control steps of all rollouts: as many as take about a second, from the expected cost of a step (us). In every physics step the
/// engine assembles and factorises a mass matrix over all links.
pub(super) fn step_budget(scene: &Scene) -> f64 {
    let task = scene.task();
    let [links, freedoms] = size(scene);
    let touches = !scene.world().is_empty() || scene.robot().collide;
    let substep = 1.1 * links + 0.0073 * links * freedoms * freedoms;
    let physics = f64::from(task.substeps) * substep * if touches { 1.5 } else { 1.0 };
    let entries = spaces(scene).observations() as f64;
    let [least, most] = ROLLOUT_STEPS;
    (ROLLOUT_US / (2.0 + physics + 0.01 * entries)).clamp(least, most)
}

/// Rolls out a policy in every environment of a pod. Returns the time that the steps alone took.
fn roll_out(
    pod: &mut Pod,
    policy: ScriptedPolicy,
    script: &Script,
    length: u32,
    recorder: &mut Recorder,
) -> Duration {
    let stream = Seed::new(SEED)
        .stream("doctor actions")
        .stream(policy.name());
    let mut rngs: Vec<Rng> = (0..pod.len() as u64).map(|i| stream.nth(i)).collect();
    let mut wanted = Vec::new();
    let mut spent = Duration::ZERO;
    for step in 0..length {
        for (row, rng) in rngs.iter_mut().enumerate() {
            let entity = pod.entity(row);
            let Action(action) = pod.world.get(entity).expect("every environment acts");
            wanted.clone_from(action);
            script.act(policy, &pod.world, entity, step, rng, &mut wanted);
            let mut action = pod.world.get_mut(entity).expect("every environment acts");
            let Action(action) = &mut *action;
            action.copy_from_slice(&wanted);
        }
        let began = Instant::now();
        pod.step_without_reset();
        spent += began.elapsed();
        let mut any_ended = false;
        for row in 0..pod.len() {
            any_ended |= recorder.record(pod, row);
        }
        if any_ended {
            pod.begin_ended_episodes();
        }
        pod.take_finished();
    }
    spent
}

/// Collects the evidence; the last of [`Evidence::by_policy`] is the policy that acts.
struct Recorder<'a> {
    scene: &'a Scene,
    evidence: Evidence,
    /// Observations recorded so far.
    seen: u64,
    /// One in this many observations is kept.
    every: u64,
}

impl Recorder<'_> {
    /// Records the step that an environment has just taken. Returns whether its episode has ended.
    fn record(&mut self, pod: &Pod, row: usize) -> bool {
        let (world, entity) = (&pod.world, pod.entity(row));
        let environment = world.entity(entity);
        let end: &StepEnd = environment.get().expect("every environment has a step end");
        let episode: &Episode = environment.get().expect("every environment has episodes");
        let task = self.scene.task();
        let evidence = self.evidence.by_policy.last_mut().expect("a policy acts");
        let [before, after] = last_step(world, entity).expect("it is a scene's");
        if *end != StepEnd::Broken {
            let Reward(reward) = environment.get().expect("every step has a reward");
            evidence.steps += 1;
            evidence.reward.add(*reward);
            let terms = judge::terms(task, &before, &after);
            terms
                .zip(&mut evidence.terms)
                .for_each(|(x, statistics)| statistics.add(x));
            if episode.steps as f32 > SETTLED_S * task.control_hz {
                evidence.settled += 1;
                for (effort, saturated) in after.efforts.iter().zip(&mut evidence.saturated) {
                    *saturated += u64::from(effort.abs() >= 1.0);
                }
            }
            let Observation(seen) = environment.get().expect("every environment observes");
            for (x, statistics) in seen.iter().zip(&mut self.evidence.observation) {
                statistics.add(*x);
            }
            if self.seen.is_multiple_of(self.every) {
                self.evidence.rows.extend_from_slice(seen);
            }
            self.seen += 1;
        }
        let end = match end {
            StepEnd::Running => return false,
            StepEnd::TimeLimit { .. } => EpisodeEnd::TimeLimit,
            StepEnd::Terminated => {
                let ending = judge::ending(task, &after).ok().flatten();
                EpisodeEnd::Condition(ending.expect("a terminated episode meets an end condition"))
            }
            StepEnd::Broken => {
                let Fault(reason) = environment.get().expect("a broken environment has a fault");
                EpisodeEnd::Broken(reason.to_string())
            }
        };
        evidence.episodes.push(EpisodeSummary {
            length: episode.steps,
            total_reward: episode.total_reward,
            success: episode.success,
            end,
        });
        true
    }
}
