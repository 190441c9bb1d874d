//! Replay of a crashed episode: its environment alone, from the beginning of the episode. The record may come from an untrusted source.

use super::{Action, CrashedEpisode, Environment, Episode, Level, Pod, PodError};
use crate::panics::catch_panic;
use crate::seed::Seed;
use crate::step::StepEnd;

impl CrashedEpisode {
    /// A pod of this environment alone, at the beginning of this episode.
    ///
    /// # Errors
    /// The record does not fit the environment.
    pub fn begin(&self, environment: &dyn Environment, seed: Seed) -> Result<Pod, String> {
        let acted = environment.spaces().actions();
        if acted == 0 || self.actions.is_empty() || !self.actions.len().is_multiple_of(acted) {
            return Err("its actions are none of its environment".to_owned());
        }
        if self.environment == u64::MAX || !(1..u64::MAX / 2).contains(&self.episode) {
            return Err("there is no episode of that number".to_owned());
        }
        let begun = catch_panic(|| self.begin_unchecked(environment, seed))?;
        begun.map_err(|error| error.to_string())
    }

    fn begin_unchecked(&self, environment: &dyn Environment, seed: Seed) -> Result<Pod, PodError> {
        let numbers = self.environment..self.environment + 1;
        let mut pod = Pod::new(environment, seed, self.purpose, numbers)?;
        let entity = pod.entity(0);
        if let Some(mut episode) = pod.world.get_mut::<Episode>(entity) {
            // As if the episode before had just ended.
            episode.number = self.episode - 1;
        }
        pod.set_level(Level(self.level));
        pod.world.entity_mut(entity).insert(StepEnd::Terminated);
        pod.begin_ended_episodes();
        Ok(pod)
    }

    /// Control steps in the record, for an environment with `acted` actions; it broke in the last one.
    pub fn steps(&self, acted: usize) -> usize {
        self.actions.len() / acted
    }

    /// Takes step `number`, from 0. An episode that ends is not reset, so that its final state can be read.
    pub fn step(&self, pod: &mut Pod, number: usize) -> StepEnd {
        let entity = pod.entity(0);
        let mut action = pod.world.get_mut::<Action>(entity).expect("it acts");
        let acted = action.0.len();
        action
            .0
            .copy_from_slice(&self.actions[number * acted..][..acted]);
        catch_panic(|| pod.step_without_reset()).unwrap_or(StepEnd::Broken)
    }
}
