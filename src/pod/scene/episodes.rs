//! How an episode of a scene begins, and how one that was saved is played again.

use bevy::ecs::prelude::{Query, Res, ResMut};
use bevy::ecs::query::QueryData;
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use std::borrow::Cow;

use super::{Commands, EpisodeRules, Goal, MotorAction, MotorsBefore, SceneLevels, Sensors, Stage};
use crate::pod::Restored;
use crate::pod::components::{ActionHistory, Episode, Observation};
use crate::readings::Readings;
use crate::sim::{Actuators, Plant, actuate, readings, reset, variation};
use crate::step::StepEnd;
use crate::task::{Moment, StartState, Variation, draw, observe};

/// What the noise of sensors is drawn for.
const SENSOR_NOISE: &str = "sensor noise";
/// What the differences between episodes are drawn for.
const VARIATION: &str = "variation";
/// What commands are drawn for.
const COMMANDS: &str = "commands";

pub(super) fn begin_episodes(
    levels: Res<SceneLevels>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&StepEnd, Environs)>,
) {
    for (end, mut environs) in &mut environments {
        if end.is_end() {
            let stage = levels.of(environs.episode);
            environs.begin(stage, *rules);
            environs.look(stage, 0);
        }
    }
}

/// Begins the saved episode of every environment again and takes its actions, which gives the same bits as the first time.
pub(super) fn play_again(
    levels: Res<SceneLevels>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&ActionHistory, Environs)>,
    mut restored: ResMut<Restored>,
) {
    for (ActionHistory(actions), mut environs) in &mut environments {
        let stage = levels.of(environs.episode);
        let Stage { scene, plant } = stage;
        let task = scene.task();
        let steps = environs.episode.steps;
        let acted = scene.robot().motors.len();
        let is_over = steps >= task.episode_steps && !rules.no_time_limit;
        if is_over || actions.len() != steps as usize * acted {
            *restored = Restored::Refused("its episode has other steps than actions".to_owned());
            return;
        }
        let saved = environs.now.clone();
        environs.begin(stage, *rules);
        let depends_on_history = task.depends_on_history();
        for (step, action) in actions.chunks(acted).enumerate() {
            if depends_on_history {
                environs.look(stage, step as u32);
            }
            if environs.step(plant, action).is_err() {
                *restored = Restored::Refused("its actions break the simulation".to_owned());
                return;
            }
        }
        environs.look(stage, steps);
        if !environs.now.is_saved_as(&saved) {
            *restored = Restored::Similar;
        }
    }
}

/// An environment, all that an episode changes of it.
#[derive(QueryData)]
#[query_data(mutable)]
pub(super) struct Environs {
    episode: &'static Episode,
    goal: &'static mut Goal,
    commands: &'static mut Commands,
    motors: &'static mut MotorAction,
    motors_before: &'static mut MotorsBefore,
    actuators: &'static mut Actuators,
    variation: &'static mut Variation,
    sensors: &'static mut Sensors,
    now: &'static mut Readings,
    observation: &'static mut Observation,
    simulation: &'static mut RapierContextSimulation,
    colliders: &'static mut RapierContextColliders,
    joints: &'static mut RapierContextJoints,
    bodies: &'static mut RapierRigidBodySet,
}

impl EnvironsItem<'_, '_> {
    /// Puts a fresh world where the episode starts.
    fn begin(&mut self, Stage { scene, plant }: &Stage, rules: EpisodeRules) {
        let (robot, task) = (scene.robot(), scene.task());
        let mut rng = self.episode.rng();
        let mut start = draw::start(robot, &task.start, &mut rng);
        if rules.no_noise {
            start = StartState::home(robot);
        }
        self.goal.0 = task
            .goal
            .as_ref()
            .map_or([0.0; 3], |goal| draw::goal(goal, &mut rng));
        if !task.commands.is_empty() {
            let mut rng = self.episode.rng_for(COMMANDS);
            self.commands.0 = draw::commands(&task.commands, &mut rng);
        }
        self.motors.0.fill(0.0);
        self.motors_before.reset();
        self.actuators.rest();
        let noise = task.adds_noise() && !rules.no_noise;
        let noise = noise.then(|| self.episode.rng_for(SENSOR_NOISE));
        if !task.randomize.is_empty() && !rules.no_noise {
            let mut rng = self.episode.rng_for(VARIATION);
            *self.variation = draw::variation(task, &mut rng);
        }
        self.sensors.0.begin(noise, self.variation.noise);
        plant.renew(
            &mut self.simulation,
            &mut self.colliders,
            &mut self.joints,
            &mut self.bodies,
        );
        variation::apply(
            &self.variation,
            plant,
            &mut self.colliders.colliders,
            &mut self.joints.multibody_joints,
            &mut self.bodies.bodies,
        );
        reset::place(
            plant,
            &start,
            &mut self.colliders.colliders,
            &mut self.joints.multibody_joints,
            &mut self.bodies.bodies,
        );
    }

    /// Lets the motors act for one control step.
    fn step(&mut self, plant: &Plant, action: &[f32]) -> Result<(), Cow<'static, str>> {
        (self.motors_before).note(&self.motors.0, &self.actuators.efforts);
        actuate::clamp_action(action, &mut self.motors.0);
        self.actuators.take(plant, &self.motors.0);
        plant.step(
            &mut self.actuators,
            &self.variation,
            &mut self.simulation,
            &mut self.colliders,
            &mut self.joints,
            &mut self.bodies,
        )
    }

    /// Reads the robot and observes it, `steps` after the episode's start.
    fn look(&mut self, Stage { scene, plant }: &Stage, steps: u32) {
        let task = scene.task();
        // Where accelerations are looked at, this is called for each step in turn.
        let before = (plant.needs().accelerations && steps > 0).then(|| self.now.clone());
        readings::read(
            plant,
            &self.simulation.narrow_phase,
            &self.colliders.colliders,
            &self.joints.multibody_joints,
            &self.bodies.bodies,
            before.as_ref(),
            &self.variation,
            &mut self.now,
        );
        let moment = Moment {
            readings: &self.now,
            goal: self.goal.0,
            action: &self.motors.0,
            previous_action: &self.motors_before.action,
            efforts: &self.actuators.efforts,
            commands: &self.commands.0,
            step: steps,
        };
        self.observation.0.clear();
        observe::observe(task, &moment, &mut self.sensors.0, &mut self.observation.0);
    }
}
