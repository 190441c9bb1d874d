//! A pod whose environments may panic: one that does is ended as broken and restarted, and the others are unaffected.
//!
//! A panic in a system leaves the whole pod in an unknown state. So the rollout is collected again from the states before it, each
//! environment in a pod of its own. That gives the same bits, because environments do not depend on each other,
//! however they are divided into pods.

use bevy::ecs::system::RunSystemOnce;
use std::ops::Range;
use std::sync::Arc;

use super::components::{Action, ActionHistory, ActionNoise, Episode, Fault, Observation, Reward};
use super::record::{self, Recording};
use super::{
    Decider, Environment, FinishedEpisode, Level, Pod, PodError, Purpose, Restored, StateError,
};
use crate::panics::catch_panic;
use crate::seed::Seed;
use crate::step::StepEnd;
use crate::step::rollout::Rollout;

/// A pod and what is needed to rebuild it. See the [module](self).
pub struct GuardedPod {
    environment: Arc<dyn Environment>,
    seed: Seed,
    purpose: Purpose,
    environments: Range<u64>,
    pod: Pod,
    level: Level,
    /// The states before the last rollout.
    before: Vec<Vec<u8>>,
    /// The states before a round of several rollouts, if one has begun.
    before_round: Option<Vec<Vec<u8>>>,
    /// The last rollout, or round, has been taken back.
    is_back: bool,
}

impl GuardedPod {
    /// As [`Pod::new`].
    ///
    /// # Errors
    /// The environment cannot be built, or panics while the first episodes begin.
    pub fn new(
        environment: &Arc<dyn Environment>,
        seed: Seed,
        purpose: Purpose,
        environments: Range<u64>,
    ) -> Result<Self, PodError> {
        Ok(Self {
            pod: build(environment, seed, purpose, environments.clone())?,
            environment: environment.clone(),
            seed,
            purpose,
            environments,
            level: Level(0),
            before: Vec::new(),
            before_round: None,
            is_back: false,
        })
    }

    /// The same environments in another version of the scene, at the start of their next episodes, which have this level.
    ///
    /// # Errors
    /// As [`GuardedPod::new`].
    pub fn in_version(
        &self,
        environment: &Arc<dyn Environment>,
        level: Level,
    ) -> Result<Self, PodError> {
        let environments = self.environments.clone();
        let mut moved = Self::new(environment, self.seed, self.purpose, environments)?;
        moved.set_level(level);
        catch_panic(|| moved.pod.continue_from(&self.pod))
            .map_err(|panic| PodError(format!("it panicked while it began an episode: {panic}")))?;
        Ok(moved)
    }

    /// As [`Pod::set_level`].
    pub fn set_level(&mut self, level: Level) {
        self.level = level;
        self.pod.set_level(level);
    }

    /// As [`Pod::collect`].
    ///
    /// # Errors
    /// An environment panics while it begins an episode.
    pub fn collect(
        &mut self,
        decider: &Decider,
        horizon: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), PodError> {
        self.before = self.pod.states();
        let pod = &mut self.pod;
        match catch_panic(|| pod.collect(decider.clone(), horizon, stop)) {
            Ok(()) => Ok(()),
            Err(_) => self.collect_one_by_one(decider, horizon, stop),
        }
    }

    /// Begins a round of several rollouts, which are kept or taken back together.
    pub fn begin_round(&mut self) {
        self.before_round = Some(self.pod.states());
    }

    /// Takes the last rollout, or round, back: [`GuardedPod::states`] are those before it. The pod is not stepped any more.
    pub fn take_back(&mut self) {
        self.is_back = true;
    }

    /// As [`Pod::rollout`].
    pub fn rollout(&self) -> &Rollout {
        self.pod.rollout()
    }

    /// As [`Pod::take_finished`].
    pub fn take_finished(&mut self) -> Vec<FinishedEpisode> {
        self.pod.take_finished()
    }

    /// As [`Pod::states`].
    pub fn states(&self) -> Vec<Vec<u8>> {
        if self.is_back {
            self.before_round.as_ref().unwrap_or(&self.before).clone()
        } else {
            self.pod.states()
        }
    }

    /// As [`Pod::restore`], from the `states` of all environments of the run.
    ///
    /// # Errors
    /// The bytes are not states of these environments.
    pub fn restore(&mut self, states: &[Vec<u8>]) -> Result<Restored, StateError> {
        let mine = self.environments.start as usize..self.environments.end as usize;
        let mine = states.get(mine).unwrap_or_default();
        let pod = &mut self.pod;
        let restored = catch_panic(|| pod.restore(mine.iter().map(Vec::as_slice)));
        restored.unwrap_or_else(|problem| {
            Err(StateError {
                environment: self.environments.start,
                problem,
            })
        })
    }

    /// As [`Pod::play_one_episode_each`].
    ///
    /// # Errors
    /// An environment panics while it begins an episode.
    pub fn play_one_episode_each(
        &mut self,
        decider: &Decider,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<FinishedEpisode>, PodError> {
        let pod = &mut self.pod;
        if let Ok(episodes) = catch_panic(|| pod.play_one_episode_each(decider.clone(), stop)) {
            return Ok(episodes);
        }
        let mut episodes = Vec::new();
        for environment in self.environments.clone() {
            let mut alone = self.build(environment..environment + 1)?;
            match catch_panic(|| alone.play_one_episode_each(decider.clone(), stop)) {
                Ok(mut episode) => episodes.append(&mut episode),
                Err(panic) => {
                    let mut alone = self.begin_anew(alone, environment, panic)?;
                    episodes.extend(alone.take_finished().into_iter().next());
                }
            }
        }
        Ok(episodes)
    }

    fn build(&self, environments: Range<u64>) -> Result<Pod, PodError> {
        let mut pod = build(&self.environment, self.seed, self.purpose, environments)?;
        if self.purpose == Purpose::Training {
            pod.set_level(self.level);
        }
        Ok(pod)
    }

    fn collect_one_by_one(
        &mut self,
        decider: &Decider,
        horizon: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), PodError> {
        let mut rollout = Rollout::default();
        let mut finished = Vec::new();
        let mut after = Vec::new();
        for (environment, before) in self.environments.clone().zip(&self.before) {
            // The caller takes an interrupted rollout back.
            if stop() {
                return Ok(());
            }
            let mut alone = self.build(environment..environment + 1)?;
            alone.restore([before.as_slice()]).map_err(lost)?;
            alone.begin_rollout(decider.clone(), horizon);
            while alone.is_recording() && !stop() {
                if let Err(panic) = catch_panic(|| alone.step()) {
                    alone = self.begin_anew(alone, environment, panic)?;
                }
            }
            alone.finish_rollout();
            rollout.append(alone.rollout());
            finished.append(&mut alone.take_finished());
            after.append(&mut alone.states());
        }
        self.pod = self.build(self.environments.clone())?;
        self.pod
            .restore(after.iter().map(Vec::as_slice))
            .map_err(lost)?;
        let mut recording = self.pod.world.resource_mut::<Recording>();
        recording.take_over(rollout, finished);
        Ok(())
    }

    /// Replaces a pod of one environment whose step panicked: that step is recorded as broken, and the next episode begins.
    fn begin_anew(&self, broken: Pod, environment: u64, panic: String) -> Result<Pod, PodError> {
        let mut broken = broken;
        let mut pod = self.build(environment..environment + 1)?;
        let (from, to) = (broken.entity(0), pod.entity(0));
        if let Some(recording) = broken.world.remove_resource::<Recording>() {
            pod.world.insert_resource(recording);
        }
        if let Some(decider) = broken.world.remove_resource::<Decider>() {
            pod.world.insert_resource(decider);
        }
        type Kept = (Episode, ActionNoise, Action, ActionHistory, Observation);
        if let Some((episode, noise, action, history, observation)) =
            broken.world.entity_mut(from).take::<Kept>()
        {
            let kept: Kept = (episode, noise, action, history, observation);
            pod.world.entity_mut(to).insert(kept);
        }
        let fault = Fault(format!("it panicked: {panic}").into());
        pod.world
            .entity_mut(to)
            .insert((StepEnd::Broken, fault, Reward(0.0)));
        let noted = pod
            .world
            .run_system_once(record::record_actions)
            .and_then(|()| pod.world.run_system_once(record::record));
        noted.map_err(|error| PodError(error.to_string()))?;
        catch_panic(|| pod.begin_ended_episodes()).map_err(|panic| {
            PodError(format!(
                "environment {environment} panicked while it began an episode: {panic}"
            ))
        })?;
        Ok(pod)
    }
}

fn build(
    environment: &Arc<dyn Environment>,
    seed: Seed,
    purpose: Purpose,
    environments: Range<u64>,
) -> Result<Pod, PodError> {
    let built = catch_panic(|| Pod::new(&**environment, seed, purpose, environments));
    built.unwrap_or_else(|panic| Err(PodError(format!("it panicked while it was built: {panic}"))))
}

fn lost(error: StateError) -> PodError {
    PodError(format!("its own state is not read back: {error}"))
}
