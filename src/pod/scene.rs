//! A scene file as an environment: its robot in Rapier, its task as judge.

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query, Res, Resource};
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::components::{Action, Episode, Observation, Reward};
use super::{Control, Environment, Pod};
use crate::scene::Scene;
use crate::sim::{Plant, Readings, actuate, readings, reset};
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::task::{Moment, draw, judge, observe};

/// Where the goal of an episode is (m, world).
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal(pub [f32; 3]);

/// The action that the motors got, clamped to [-1, 1].
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MotorAction(pub Vec<f32>);

/// The readings before the step that is being taken.
#[derive(Component, Clone, Debug, Default)]
struct ReadingsBefore(Readings);

/// Whether the physics of this environment is sound.
#[derive(Component, Clone, Copy, Debug)]
struct Sound(bool);

/// The scene that a pod plays.
#[derive(Resource, Clone)]
pub struct PlayedScene(pub Arc<Scene>);

/// How episodes differ from what the scene file says.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct EpisodeRules {
    /// Start exactly at home, at rest.
    pub no_start_noise: bool,
    /// Go on past the time limit.
    pub no_time_limit: bool,
}

/// A scene, ready to be built into pods.
#[derive(Clone)]
pub struct SceneEnvironment {
    scene: Arc<Scene>,
    rules: EpisodeRules,
}

impl SceneEnvironment {
    /// The scene as its file says.
    pub fn new(scene: Arc<Scene>) -> Self {
        Self::with_rules(scene, EpisodeRules::default())
    }

    /// The scene with other rules for its episodes.
    pub fn with_rules(scene: Arc<Scene>, rules: EpisodeRules) -> Self {
        Self { scene, rules }
    }
}

impl Environment for SceneEnvironment {
    fn spaces(&self) -> Spaces {
        spaces(&self.scene)
    }

    fn build(&self, pod: &mut Pod) {
        let plant = Plant::new(&self.scene);
        for slot in pod.slots() {
            let mut now = Readings::default();
            let physics = plant.instantiate();
            readings::read(
                &plant,
                &physics.joints.multibody_joints,
                &physics.bodies.bodies,
                &mut now,
            );
            let motors = MotorAction(vec![0.0; self.scene.robot().joints.len()]);
            let before = ReadingsBefore(now.clone());
            pod.spawn(
                slot,
                (physics, now, before, motors, Goal::default(), Sound(true)),
            );
        }
        pod.world.insert_resource(plant);
        pod.world.insert_resource(PlayedScene(self.scene.clone()));
        pod.world.insert_resource(self.rules);
        pod.save::<RapierContextSimulation>();
        pod.save::<RapierContextJoints>();
        pod.save::<RapierRigidBodySet>();
        pod.save::<Goal>();
        pod.save::<MotorAction>();
        pod.add_systems((
            apply_torques.in_set(Control::Actuate),
            step_physics.in_set(Control::Physics),
            read_robots.in_set(Control::Sense),
            judge_steps.in_set(Control::Judge),
            begin_episodes.in_set(Control::Reset),
        ));
    }
}

/// The names of a scene's observations and actions.
pub fn spaces(scene: &Scene) -> Spaces {
    Spaces {
        observation: scene
            .task()
            .observation
            .iter()
            .flat_map(|observation| observation.of.names(scene.robot()))
            .collect(),
        action: ActionSpace::Continuous(
            scene
                .robot()
                .joints
                .iter()
                .map(|joint| joint.name.clone())
                .collect(),
        ),
    }
}

fn apply_torques(
    plant: Res<Plant>,
    mut environments: Query<(&Action, &mut MotorAction, &mut RapierRigidBodySet)>,
) {
    for (Action(action), mut motors, mut bodies) in &mut environments {
        actuate::clamp_action(action, &mut motors.0);
        actuate::apply_torques(&plant, &motors.0, &mut bodies.bodies);
    }
}

fn step_physics(
    plant: Res<Plant>,
    mut environments: Query<(
        &mut RapierContextSimulation,
        &mut RapierContextColliders,
        &mut RapierContextJoints,
        &mut RapierRigidBodySet,
        &mut Sound,
    )>,
) {
    for (mut simulation, mut colliders, mut joints, mut bodies, mut sound) in &mut environments {
        sound.0 = plant.step(&mut simulation, &mut colliders, &mut joints, &mut bodies);
    }
}

fn read_robots(
    plant: Res<Plant>,
    mut environments: Query<(
        &RapierContextJoints,
        &RapierRigidBodySet,
        &mut Readings,
        &mut ReadingsBefore,
    )>,
) {
    for (joints, bodies, mut now, mut before) in &mut environments {
        std::mem::swap(&mut *now, &mut before.0);
        readings::read(&plant, &joints.multibody_joints, &bodies.bodies, &mut now);
    }
}

fn judge_steps(
    scene: Res<PlayedScene>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(
        (&Readings, &ReadingsBefore, &Goal, &MotorAction, &Sound),
        (&mut Reward, &mut StepEnd, &mut Episode, &mut Observation),
    )>,
) {
    let task = scene.0.task();
    for ((now, before, goal, motors, sound), (mut reward, mut end, mut episode, mut observation)) in
        &mut environments
    {
        let moment = |readings, step| Moment {
            readings,
            goal: goal.0,
            action: &motors.0,
            step,
        };
        let before = moment(&before.0, episode.steps);
        episode.steps += 1;
        let now = moment(now, episode.steps);
        let sound = sound.0 && now.readings.are_sound(task.max_joint_speed);
        if sound {
            reward.0 = judge::reward(task, &before, &now);
            observation.0.clear();
            observe::observe(task, &now, &mut observation.0);
        }
        let is_finite = || reward.0.is_finite() && observation.0.iter().all(|x| x.is_finite());
        *end = if !sound || !is_finite() {
            StepEnd::Broken
        } else if judge::is_terminal(task, &now) {
            StepEnd::Terminated
        } else if episode.steps >= task.episode_steps && !rules.no_time_limit {
            StepEnd::TimeLimit {
                last: observation.0.clone(),
            }
        } else {
            StepEnd::Running
        };
        if end.is_end() {
            let is_sound = *end != StepEnd::Broken;
            episode.success = judge::success(task, &now).map(|success| success && is_sound);
        }
    }
}

fn begin_episodes(
    plant: Res<Plant>,
    scene: Res<PlayedScene>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(
        (&StepEnd, &Episode, &mut Goal, &mut MotorAction),
        (&mut Readings, &mut Observation),
        (
            &mut RapierContextSimulation,
            &mut RapierContextColliders,
            &mut RapierContextJoints,
            &mut RapierRigidBodySet,
        ),
    )>,
) {
    let (robot, task) = (scene.0.robot(), scene.0.task());
    for ((end, episode, mut goal, mut motors), (mut now, mut observation), physics) in
        &mut environments
    {
        if !end.is_end() {
            continue;
        }
        let (mut simulation, mut colliders, mut joints, mut bodies) = physics;
        let mut rng = episode.rng();
        let (mut angles, mut speeds) = draw::start(robot, &task.start, &mut rng);
        if rules.no_start_noise {
            angles = robot.joints.iter().map(|joint| joint.home).collect();
            speeds.fill(0.0);
        }
        goal.0 = task
            .goal
            .as_ref()
            .map_or([0.0; 3], |goal| draw::goal(goal, &mut rng));
        motors.0.fill(0.0);
        plant.renew(&mut simulation, &mut colliders, &mut joints, &mut bodies);
        reset::place(
            &plant,
            &angles,
            &speeds,
            &mut joints.multibody_joints,
            &mut bodies.bodies,
        );
        readings::read(&plant, &joints.multibody_joints, &bodies.bodies, &mut now);
        observation.0.clear();
        let moment = Moment {
            readings: &now,
            goal: goal.0,
            action: &motors.0,
            step: 0,
        };
        observe::observe(task, &moment, &mut observation.0);
    }
}
