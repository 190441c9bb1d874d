//! Saving and restoring environments: the declared components, as bytes.

use bevy::ecs::component::{Component, Mutable};
use bevy::ecs::prelude::{Entity, Resource, World};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::components::{Action, ActionHistory, Episode, Observation, Slot};
use super::{Parts, Pod, SpacesOf};
use crate::step::StepEnd;

/// Most numbers in a history, far above what scenes allow.
const LONGEST_HISTORY: usize = 1 << 28;

/// How a component is saved and read back.
pub(super) struct Saved {
    save: fn(&World, Entity, &mut Vec<u8>),
    restore: for<'a> fn(&mut World, Entity, &'a [u8]) -> Result<&'a [u8], String>,
}

/// The outcome of restoring environments.
#[derive(Resource, Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// The environments equal the saved ones bit by bit.
    Same,
    /// The same episodes, computed with other bits: on another machine, or by another version.
    Similar,
    /// The saved state does not belong to this environment.
    Refused(String),
}

/// A state that does not belong to these environments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment {environment}: {problem}")]
pub struct StateError {
    /// The environment's number in the run.
    pub environment: u64,
    /// What does not fit.
    pub problem: String,
}

impl Pod {
    /// Declares a component as state: checkpoints contain it, and the state hash covers it. Other components are recomputed
    /// by systems in [`Control::Restore`](super::Control::Restore).
    pub fn save<C>(&mut self)
    where
        C: Component<Mutability = Mutable> + Serialize + DeserializeOwned,
    {
        self.saved.push(Saved {
            save: |world, entity, bytes| {
                if let Some(component) = world.get::<C>(entity) {
                    let extended = postcard::to_extend(component, std::mem::take(bytes));
                    *bytes = extended.expect("components serialise to memory");
                }
            },
            restore: |world, entity, bytes| {
                let Some(mut component) = world.get_mut::<C>(entity) else {
                    return Ok(bytes);
                };
                let (restored, rest) =
                    postcard::take_from_bytes(bytes).map_err(|error| error.to_string())?;
                *component = restored;
                Ok(rest)
            },
        });
    }

    /// The declared state of every environment, in order. Call it between steps only.
    pub fn states(&self) -> Vec<Vec<u8>> {
        let state = |&entity: &Entity| {
            let mut bytes = Vec::new();
            for saved in &self.saved {
                (saved.save)(&self.world, entity, &mut bytes);
            }
            bytes
        };
        self.entities.iter().map(state).collect()
    }

    /// Restores the saved states of the same environments, in order.
    ///
    /// # Errors
    /// The bytes are not states of these environments; the pod must then be discarded.
    pub fn restore<'a>(
        &mut self,
        states: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Restored, StateError> {
        let mut states = states.into_iter();
        for row in 0..self.entities.len() {
            let state = states.next().unwrap_or_default();
            self.restore_one(row, state)?;
        }
        self.world.insert_resource(Restored::Same);
        self.run_parts(Parts {
            step: false,
            next_episode: false,
            restore: true,
        });
        match self.world.resource::<Restored>() {
            Restored::Refused(problem) => Err(StateError {
                environment: self.environments.start,
                problem: problem.clone(),
            }),
            restored => Ok(restored.clone()),
        }
    }

    fn restore_one(&mut self, row: usize, state: &[u8]) -> Result<(), StateError> {
        let entity = self.entities[row];
        let slot: &Slot = self.world.get(entity).expect("every environment has one");
        let environment = slot.environment;
        let refused = |problem: String| StateError {
            environment,
            problem,
        };
        let stream = self.world.get::<Episode>(entity).map(Episode::stream);
        let mut rest = state;
        for saved in &self.saved {
            rest = (saved.restore)(&mut self.world, entity, rest).map_err(refused)?;
        }
        self.world.entity_mut(entity).insert(StepEnd::Running);
        let fits = rest.is_empty()
            && self
                .world
                .get::<Episode>(entity)
                .zip(stream)
                .is_some_and(|(episode, stream)| episode.is_sound(stream))
            && self.contract_fits(entity);
        if fits {
            Ok(())
        } else {
            let problem = "the state does not fit this environment";
            Err(refused(problem.to_owned()))
        }
    }

    fn contract_fits(&self, entity: Entity) -> bool {
        let SpacesOf(spaces) = self.world.resource::<SpacesOf>();
        let (observed, acted) = (spaces.observations(), spaces.actions());
        let finite = |numbers: &[f32]| numbers.iter().all(|x| x.is_finite());
        let world = &self.world;
        let observation = world.get::<Observation>(entity);
        let history = world.get::<ActionHistory>(entity);
        world
            .get::<Action>(entity)
            .is_some_and(|a| a.0.len() == acted)
            && observation.is_some_and(|o| o.0.len() == observed)
            && history.is_some_and(|h| h.0.len() <= LONGEST_HISTORY && finite(&h.0))
    }
}
