//! A group of environments in one ECS world, stepped together by one thread.
//!
//! Each environment is an entity with [`Action`], [`Observation`], [`Reward`], [`StepEnd`] and [`Episode`]; what else
//! it is made of is its own business. One run of the `ControlStep` schedule takes every environment one step:
//!
//! `Decide -> Actuate -> Physics -> Sense -> Judge -> Record -> Reset`
//!
//! Bring your own environment by implementing [`Environment`]: see `examples/pendulum.rs` and, with choices instead of torques, `examples/cartpole.rs`.

mod components;
pub mod guarded;
mod record;
mod replay;
pub mod scene;
mod schedule;
mod state;

pub use components::{Action, ActionHistory, Episode, Fault, Level, Observation, Reward, Slot};
pub use record::{CrashedEpisode, Decider, FinishedEpisode};
pub use schedule::{Control, ControlStep};
pub use state::{Restored, StateError};

use bevy::ecs::bundle::Bundle;
use bevy::ecs::prelude::{Entity, IntoScheduleConfigs, Mut, Resource, World};
use bevy::ecs::schedule::Schedule;
use bevy::ecs::system::ScheduleSystem;
use serde::{Deserialize, Serialize};
use std::ops::Range;

use crate::policy::Noise;
use crate::seed::Seed;
use crate::step::curriculum::Curriculum;
use crate::step::rollout::Rollout;
use crate::step::{Spaces, StepEnd};
use components::ActionNoise;
use record::Recording;
use schedule::{Parts, control_step};

/// Something that can be learnt in: entities with the components of this module, and systems that step them.
pub trait Environment: Send + Sync {
    /// The layout of observations and actions.
    fn spaces(&self) -> Spaces;

    /// How the task becomes harder as it is learnt, if it does: what episodes are like at [`Episode::level`].
    fn curriculum(&self) -> Option<Curriculum> {
        None
    }

    /// Spawns one entity for each of [`Pod::slots`] and adds systems to the sets of [`Control`].
    fn build(&self, pod: &mut Pod);
}

/// Where the random streams of a pod's environments come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Environment `i` plays its episodes 1, 2, ...
    Training,
    /// Environment `i` plays episode `i` of a sequence that is not used in training.
    Evaluation,
    /// As evaluation, for a selected policy: its selection did not depend on these episodes.
    Judging,
    /// As evaluation, for display: interaction by a person has no effect on results.
    Watching,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Evaluation => "evaluation",
            Self::Judging => "judging",
            Self::Watching => "watching",
        }
    }
}

/// An environment that cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("the environment does not work: {0}")]
pub struct PodError(String);

/// A group of environments. See the [module](self).
pub struct Pod {
    /// Entities, components and resources.
    pub world: World,
    schedule: Schedule,
    entities: Vec<Entity>,
    environments: Range<u64>,
    seed: Seed,
    purpose: Purpose,
    saved: Vec<state::Saved>,
}

impl Pod {
    /// Builds environments number `environments` of a run and begins their first episodes.
    ///
    /// # Errors
    /// The environment's systems conflict without an order, or form a cycle.
    pub fn new(
        environment: &dyn Environment,
        seed: Seed,
        purpose: Purpose,
        environments: Range<u64>,
    ) -> Result<Self, PodError> {
        let mut pod = Self {
            world: World::new(),
            schedule: control_step(),
            entities: Vec::new(),
            environments,
            seed,
            purpose,
            saved: Vec::new(),
        };
        let spaces = environment.spaces();
        pod.world.insert_resource(Decider::ByHand);
        pod.world.insert_resource(Recording::new(purpose));
        pod.world.insert_resource(Parts::ALL);
        pod.world.insert_resource(SpacesOf(spaces));
        pod.world.insert_resource(Restored::Same);
        pod.world.insert_resource(match purpose {
            Purpose::Training => Level(0),
            _ => Level::LAST,
        });
        pod.save::<Episode>();
        pod.save::<ActionNoise>();
        pod.save::<Action>();
        pod.save::<ActionHistory>();
        pod.save::<Observation>();
        environment.build(&mut pod);
        pod.schedule
            .initialize(&mut pod.world)
            .map_err(|error| PodError(error.to_string(pod.schedule.graph(), &pod.world)))?;
        pod.begin_ended_episodes();
        Ok(pod)
    }

    /// The slots to fill, each with one [`Pod::spawn`].
    pub fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let first = self.environments.start;
        self.environments.clone().map(move |environment| Slot {
            row: (environment - first) as usize,
            environment,
        })
    }

    /// Adds the environment of a slot: the components of the contract and `bundle`.
    pub fn spawn(&mut self, slot: Slot, bundle: impl Bundle) -> Entity {
        let SpacesOf(spaces) = self.world.resource::<SpacesOf>();
        let stream = |what| {
            let name = format!("{} {what}", self.purpose.name());
            self.seed.stream(&name).child(slot.environment)
        };
        let contract = (
            slot,
            Action(vec![0.0; spaces.actions()]),
            Observation(vec![0.0; spaces.observations()]),
            Reward(0.0),
            StepEnd::Terminated,
            Episode::before_the_first(stream("episodes")),
            ActionNoise(Noise::new(stream("actions").nth(0))),
            ActionHistory::default(),
            Fault::default(),
        );
        let entity = self.world.spawn((contract, bundle)).id();
        self.entities.push(entity);
        entity
    }

    /// Adds systems to the control step; put each in exactly one set of [`Control`].
    pub fn add_systems<M>(&mut self, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) {
        self.schedule.add_systems(systems);
    }

    /// Sets the level of the curriculum of episodes that begin from now on.
    pub fn set_level(&mut self, level: Level) {
        self.world.insert_resource(level);
    }

    /// The number of environments.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there is no environment.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// The entity in a row.
    pub fn entity(&self, row: usize) -> Entity {
        self.entities[row]
    }

    /// Takes one control step.
    pub fn step(&mut self) {
        self.schedule.run(&mut self.world);
    }

    /// Takes one control step and returns how it left environment 0, whose final state can still be read: the next episode
    /// begins with [`Pod::begin_ended_episodes`].
    pub fn step_without_reset(&mut self) -> StepEnd {
        self.run_parts(Parts {
            step: true,
            next_episode: false,
            restore: false,
        });
        self.world
            .get(self.entities[0])
            .cloned()
            .unwrap_or_default()
    }

    /// Begins the next episode of every environment whose last one has ended.
    pub fn begin_ended_episodes(&mut self) {
        self.run_parts(Parts {
            step: false,
            next_episode: true,
            restore: false,
        });
    }

    /// Begins the episodes that follow those of `other`, a pod of the same environments in another version of the scene. Episodes in
    /// progress there are discarded; the exploration noise continues.
    pub(super) fn continue_from(&mut self, other: &Self) {
        for (&mine, &theirs) in self.entities.iter().zip(&other.entities) {
            let episode: Option<&Episode> = other.world.get(theirs);
            let noise: Option<&ActionNoise> = other.world.get(theirs);
            let mut mine = self.world.entity_mut(mine);
            if let (Some(episode), Some(noise)) = (episode, noise) {
                mine.insert((episode.clone(), noise.clone()));
            }
            mine.insert(StepEnd::Terminated);
        }
        self.begin_ended_episodes();
        self.world.clear_trackers();
    }

    fn run_parts(&mut self, parts: Parts) {
        self.world.insert_resource(parts);
        self.step();
        self.world.insert_resource(Parts::ALL);
    }

    /// Collects a rollout of `horizon` steps with a frozen policy. Ends early, with an incomplete
    /// rollout, when `stop` returns true.
    pub fn collect(&mut self, decider: Decider, horizon: usize, stop: &dyn Fn() -> bool) {
        self.begin_rollout(decider, horizon);
        while self.is_recording() && !stop() {
            self.step();
        }
        self.finish_rollout();
    }

    fn begin_rollout(&mut self, decider: Decider, horizon: usize) {
        let SpacesOf(spaces) = self.world.resource::<SpacesOf>();
        let rollout = Rollout::new(self.entities.len(), horizon, spaces, decider.outputs());
        self.world.resource_mut::<Recording>().begin(rollout);
        self.world.insert_resource(decider);
    }

    /// Whether the rollout is still incomplete.
    fn is_recording(&self) -> bool {
        self.world.resource::<Recording>().is_recording()
    }

    fn finish_rollout(&mut self) {
        let entities = &self.entities;
        self.world
            .resource_scope(|world, mut recording: Mut<Recording>| {
                recording.finish(entities.iter().map(|&entity| {
                    let Observation(next) = world.get(entity).expect("every environment observes");
                    next.as_slice()
                }));
            });
        self.world.clear_trackers();
    }

    /// The rollout of the last [`Pod::collect`].
    pub fn rollout(&self) -> &Rollout {
        self.world.resource::<Recording>().rollout()
    }

    /// Takes the episodes that ended since the last call.
    pub fn take_finished(&mut self) -> Vec<FinishedEpisode> {
        self.world.resource_mut::<Recording>().take_finished()
    }

    /// Steps until every environment has finished one episode, and returns the first of each, by environment.
    pub fn play_one_episode_each(
        &mut self,
        decider: Decider,
        stop: &dyn Fn() -> bool,
    ) -> Vec<FinishedEpisode> {
        self.world.insert_resource(decider);
        let mut first: Vec<Option<FinishedEpisode>> = vec![None; self.entities.len()];
        while first.iter().any(Option::is_none) && !stop() {
            self.step();
            for episode in self.take_finished() {
                let row = (episode.environment - self.environments.start) as usize;
                first[row].get_or_insert(episode);
            }
        }
        self.world.clear_trackers();
        first.into_iter().flatten().collect()
    }
}

#[derive(Resource)]
struct SpacesOf(Spaces);
