//! A flight played again: its environment alone, from the beginning of the episode in which it broke.

use super::{Action, Environment, Episode, Flight, Pod};
use crate::contain::contain;
use crate::seed::Seed;
use crate::step::StepEnd;

impl Flight {
    /// The environment as it was when the episode began, in a run with this seed.
    ///
    /// # Errors
    /// The flight is none of such an environment.
    pub fn begin(&self, environment: &dyn Environment, seed: Seed) -> Result<Pod, String> {
        let acted = environment.spaces().actions();
        if acted == 0 || self.actions.is_empty() || !self.actions.len().is_multiple_of(acted) {
            return Err("its actions are none of its environment".to_owned());
        }
        let (Some(next), Some(before)) =
            (self.environment.checked_add(1), self.episode.checked_sub(1))
        else {
            return Err("there is no episode of that number".to_owned());
        };
        let begun = contain(|| {
            let mut pod = Pod::new(environment, seed, self.purpose, self.environment..next)?;
            let entity = pod.entity(0);
            if let Some(mut episode) = pod.world.get_mut::<Episode>(entity) {
                episode.number = before;
            }
            pod.world.entity_mut(entity).insert(StepEnd::Terminated);
            pod.begin_ended_episodes();
            Ok(pod)
        });
        begun?.map_err(|error: super::PodError| error.to_string())
    }

    /// Control steps in the record of an environment with so many actions; with the last one it broke.
    pub fn steps(&self, acted: usize) -> usize {
        self.actions.len() / acted
    }

    /// Takes the step of this number, from 0. An episode that has ended stays as it is, to be looked at.
    pub fn step(&self, pod: &mut Pod, number: usize) -> StepEnd {
        let entity = pod.entity(0);
        let mut action = pod.world.get_mut::<Action>(entity).expect("it acts");
        let acted = action.0.len();
        action
            .0
            .copy_from_slice(&self.actions[number * acted..][..acted]);
        contain(|| pod.step_without_reset()).unwrap_or(StepEnd::Broken)
    }
}
