//! Plays a scene with every actor and notes what happens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::actor::{Actor, Stage};
use super::evidence::{Evidence, Fate, Life, Played};
use super::poser::size;
use super::thresholds::{ROLLOUT_STEPS, ROLLOUT_US, SETTLED_S};
use crate::pod::scene::{SceneEnvironment, last_step, spaces};
use crate::pod::{Action, Episode, Fault, Observation, Pod, PodError, Purpose, Reward};
use crate::scene::Scene;
use crate::seed::{Rng, Seed};
use crate::step::StepEnd;
use crate::task::judge;

/// Environments of one actor, where episodes are short enough for so many.
const MOST_ENVIRONMENTS: f64 = 8.0;
/// Observations that are kept, to be compared with each other, and how many numbers they may have together.
const ROWS: u64 = 2_000;
const MOST_KEPT: u64 = 4_000_000;
/// Where all that is drawn comes from; any will do.
const SEED: u64 = 1;

/// The same steps whenever it is asked, as many as [`steps`] says.
pub(super) fn play(scene: &Arc<Scene>) -> Result<Evidence, PodError> {
    let environment = SceneEnvironment::new(scene.clone());
    let stage = Stage::new(scene);
    let each = steps(scene) / Actor::ALL.len() as f64;
    let episode = f64::from(scene.task().episode_steps);
    let environments = (each / episode).clamp(1.0, MOST_ENVIRONMENTS).floor();
    let length = (each / environments) as u32;
    let observed = spaces(scene).observations();
    let all = u64::from(length) * environments as u64 * Actor::ALL.len() as u64;
    let mut notes = Notes {
        scene,
        evidence: Evidence::nothing(scene),
        seen: 0,
        every: all.div_ceil(ROWS.min(MOST_KEPT / observed.max(1) as u64)),
    };
    let mut spent = Duration::ZERO;
    for actor in Actor::ALL {
        let range = 0..environments as u64;
        let mut pod = Pod::new(&environment, Seed::new(SEED), Purpose::Watching, range)?;
        let task = scene.task();
        let played = Played::new(actor, task.reward.len(), scene.robot().motors.len());
        notes.evidence.by.push(played);
        spent += perform(&mut pod, actor, &stage, length, &mut notes);
    }
    notes.evidence.steps_per_s = all as f64 / spent.as_secs_f64().max(1e-9);
    Ok(notes.evidence)
}

/// Control steps that a check plays: as many as take about a second, by what a step of such a scene is expected to cost (us). The
/// engine puts a mass matrix together from all links and takes it apart, in every physics step.
pub(super) fn steps(scene: &Scene) -> f64 {
    let task = scene.task();
    let [links, freedoms] = size(scene);
    let touches = !scene.world().is_empty() || scene.robot().collide;
    let substep = 1.1 * links + 0.0073 * links * freedoms * freedoms;
    let physics = f64::from(task.substeps) * substep * if touches { 1.5 } else { 1.0 };
    let entries = spaces(scene).observations() as f64;
    let [least, most] = ROLLOUT_STEPS;
    (ROLLOUT_US / (2.0 + physics + 0.01 * entries)).clamp(least, most)
}

/// Lets an actor act in every environment of a pod. Returns the time that the steps themselves took.
fn perform(pod: &mut Pod, actor: Actor, stage: &Stage, length: u32, notes: &mut Notes) -> Duration {
    let stream = Seed::new(SEED)
        .stream("doctor actions")
        .stream(actor.name());
    let mut rngs: Vec<Rng> = (0..pod.len() as u64).map(|i| stream.nth(i)).collect();
    let mut wanted = Vec::new();
    let mut spent = Duration::ZERO;
    for step in 0..length {
        for (row, rng) in rngs.iter_mut().enumerate() {
            let entity = pod.entity(row);
            let Action(action) = pod.world.get(entity).expect("every environment acts");
            wanted.clone_from(action);
            stage.act(actor, &pod.world, entity, step, rng, &mut wanted);
            let mut action = pod.world.get_mut(entity).expect("every environment acts");
            let Action(action) = &mut *action;
            action.copy_from_slice(&wanted);
        }
        let began = Instant::now();
        pod.step_without_reset();
        spent += began.elapsed();
        let mut any_ended = false;
        for row in 0..pod.len() {
            any_ended |= notes.take(pod, row);
        }
        if any_ended {
            pod.begin_ended_episodes();
        }
        pod.take_finished();
    }
    spent
}

/// What has been noted so far; the last of [`Evidence::by`] is the one that plays.
struct Notes<'a> {
    scene: &'a Scene,
    evidence: Evidence,
    /// Steps seen.
    seen: u64,
    /// Of so many observations, one is kept.
    every: u64,
}

impl Notes<'_> {
    /// Notes the step that an environment has just taken. Returns whether its episode has ended.
    fn take(&mut self, pod: &Pod, row: usize) -> bool {
        let (world, entity) = (&pod.world, pod.entity(row));
        let environment = world.entity(entity);
        let end: &StepEnd = environment.get().expect("every step ends somehow");
        let episode: &Episode = environment.get().expect("every environment has episodes");
        let task = self.scene.task();
        let played = self.evidence.by.last_mut().expect("somebody plays");
        let [before, after] = last_step(world, entity).expect("it is a scene's");
        if *end != StepEnd::Broken {
            let Reward(reward) = environment.get().expect("every step earns");
            played.steps += 1;
            played.reward.add(*reward);
            let terms = judge::terms(task, &before, &after);
            terms
                .zip(&mut played.terms)
                .for_each(|(x, spread)| spread.add(x));
            if episode.steps as f32 > SETTLED_S * task.control_hz {
                played.settled += 1;
                for (effort, saturated) in after.efforts.iter().zip(&mut played.saturated) {
                    *saturated += u64::from(effort.abs() >= 1.0);
                }
            }
            let Observation(seen) = environment.get().expect("every environment observes");
            for (x, spread) in seen.iter().zip(&mut self.evidence.observation) {
                spread.add(*x);
            }
            if self.seen.is_multiple_of(self.every) {
                self.evidence.rows.extend_from_slice(seen);
            }
            self.seen += 1;
        }
        let fate = match end {
            StepEnd::Running => return false,
            StepEnd::TimeLimit { .. } => Fate::Time,
            StepEnd::Terminated => {
                let ending = judge::ending(task, &after).ok().flatten();
                Fate::End(ending.expect("a terminated episode has met its end"))
            }
            StepEnd::Broken => {
                let Fault(reason) = environment.get().expect("what breaks says why");
                Fate::Broken(reason.to_string())
            }
        };
        played.lives.push(Life {
            length: episode.steps,
            total: episode.total_reward,
            success: episode.success,
            fate,
        });
        true
    }
}
