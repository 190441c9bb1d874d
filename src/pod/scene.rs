//! A scene file as an environment: its robot in Rapier, its task as judge.

use bevy::ecs::prelude::{
    Component, Entity, IntoScheduleConfigs, Query, Res, ResMut, Resource, World,
};
use bevy::ecs::query::QueryData;
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use std::borrow::Cow;
use std::sync::Arc;

use super::components::{Action, ActionHistory, Episode, Fault, Observation, Reward};
use super::{Control, Environment, Pod, Restored};
use crate::scene::Scene;
use crate::scene::task::Task;
use crate::sim::{Plant, Readings, actuate, readings, reset};
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::task::observe::{self, Senses};
use crate::task::{Moment, draw, judge};

/// Where the goal of an episode is (m, world).
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Goal(pub [f32; 3]);

/// The action that the motors got, clamped to [-1, 1].
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct MotorAction(pub Vec<f32>);

/// The readings before the step that is being taken.
#[derive(Component, Clone, Debug, Default)]
struct ReadingsBefore(Readings);

/// The [`MotorAction`] of the step before the one that is being taken; zeros before the first.
#[derive(Component, Clone, Debug, Default)]
struct MotorActionBefore(Vec<f32>);

/// What the sensors have read, and their noise. Made again, not saved: it follows from the episode and its actions.
#[derive(Component, Clone, Debug)]
struct Sensors(Senses);

/// What the noise of sensors is drawn for.
const SENSOR_NOISE: &str = "sensor noise";

/// How the physics of this environment took the step.
#[derive(Component, Clone, Debug)]
struct Stepped(Result<(), Cow<'static, str>>);

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
                &physics.simulation.narrow_phase,
                &physics.joints.multibody_joints,
                &physics.bodies.bodies,
                &mut now,
            );
            let motors = MotorAction(vec![0.0; self.scene.robot().motors.len()]);
            let motors_before = MotorActionBefore(motors.0.clone());
            let sensors = Sensors(Senses::new(self.scene.task()));
            let before = ReadingsBefore(now.clone());
            pod.spawn(
                slot,
                (
                    physics,
                    now,
                    before,
                    motors,
                    motors_before,
                    sensors,
                    Goal::default(),
                    Stepped(Ok(())),
                ),
            );
        }
        pod.world.insert_resource(plant);
        pod.world.insert_resource(PlayedScene(self.scene.clone()));
        pod.world.insert_resource(self.rules);
        // The physics itself is not saved: it follows from the episode and its actions, and a file of plain numbers cannot
        // bring it into a state that no episode has. What is read off it is saved to be compared.
        pod.save::<Readings>();
        pod.add_systems((
            apply_torques.in_set(Control::Actuate),
            step_physics.in_set(Control::Physics),
            read_robots.in_set(Control::Sense),
            judge_steps.in_set(Control::Judge),
            begin_episodes.in_set(Control::Reset),
            play_again.in_set(Control::Restore),
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
            .flat_map(|observation| observation.names(scene.robot()))
            .collect(),
        action: ActionSpace::Continuous(
            scene
                .robot()
                .motor_joints()
                .map(|joint| joint.name.clone())
                .collect(),
        ),
    }
}

/// The step that an environment of a scene took last, as it was judged: the moments before and after it. To be asked before the
/// next episode begins.
pub fn last_step(world: &World, entity: Entity) -> Option<[Moment<'_>; 2]> {
    let environment = world.get_entity(entity).ok()?;
    let Goal(goal) = *environment.get()?;
    let steps = environment.get::<Episode>()?.steps;
    let moment = |readings, action, step| Moment {
        readings,
        goal,
        action,
        step,
    };
    let ReadingsBefore(before) = environment.get()?;
    let MotorActionBefore(action_before) = environment.get()?;
    let MotorAction(action) = environment.get()?;
    Some([
        moment(before, action_before, steps.saturating_sub(1)),
        moment(environment.get()?, action, steps),
    ])
}

fn apply_torques(
    plant: Res<Plant>,
    mut environments: Query<(
        &Action,
        &mut MotorAction,
        &mut MotorActionBefore,
        &mut RapierRigidBodySet,
    )>,
) {
    for (Action(action), mut motors, mut before, mut bodies) in &mut environments {
        before.0.copy_from_slice(&motors.0);
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
        &mut Stepped,
    )>,
) {
    for (mut simulation, mut colliders, mut joints, mut bodies, mut stepped) in &mut environments {
        stepped.0 = plant.step(&mut simulation, &mut colliders, &mut joints, &mut bodies);
    }
}

fn read_robots(
    plant: Res<Plant>,
    mut environments: Query<(
        &RapierContextSimulation,
        &RapierContextJoints,
        &RapierRigidBodySet,
        &mut Readings,
        &mut ReadingsBefore,
    )>,
) {
    for (simulation, joints, bodies, mut now, mut before) in &mut environments {
        std::mem::swap(&mut *now, &mut before.0);
        readings::read(
            &plant,
            &simulation.narrow_phase,
            &joints.multibody_joints,
            &bodies.bodies,
            &mut now,
        );
    }
}

fn judge_steps(
    scene: Res<PlayedScene>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(
        (&Goal, &Stepped),
        (&Readings, &ReadingsBefore),
        (&MotorAction, &MotorActionBefore),
        (&mut Reward, &mut StepEnd, &mut Fault),
        (&mut Episode, &mut Observation, &mut Sensors),
    )>,
) {
    let task = scene.0.task();
    for ((goal, Stepped(stepped)), readings, motors, judged, seen) in &mut environments {
        let (mut reward, mut end, mut fault) = judged;
        let (mut episode, mut observation, mut sensors) = seen;
        let moment = |readings, action, step| Moment {
            readings,
            goal: goal.0,
            action,
            step,
        };
        let before = moment(&readings.1.0, &motors.1.0, episode.steps);
        episode.steps += 1;
        let now = moment(readings.0, &motors.0.0, episode.steps);
        let judged = stepped
            .clone()
            .and_then(|()| now.readings.check(task.max_joint_speed))
            .and_then(|()| judge::is_terminal(task, &now));
        let is_terminal = match judged {
            Ok(is_terminal) => is_terminal,
            Err(reason) => {
                fault.0 = reason;
                *end = StepEnd::Broken;
                episode.success = None;
                continue;
            }
        };
        reward.0 = judge::reward(task, &before, &now);
        observation.0.clear();
        observe::observe(task, &now, &mut sensors.0, &mut observation.0);
        *end = if is_terminal {
            StepEnd::Terminated
        } else if episode.steps >= task.episode_steps && !rules.no_time_limit {
            StepEnd::TimeLimit {
                last: observation.0.clone(),
            }
        } else {
            StepEnd::Running
        };
        if end.is_end() {
            let success = judge::success(task, &now);
            episode.success = success.unwrap_or_else(|reason| {
                fault.0 = reason;
                *end = StepEnd::Broken;
                None
            });
        }
    }
}

fn begin_episodes(
    plant: Res<Plant>,
    scene: Res<PlayedScene>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&StepEnd, Environs)>,
) {
    for (end, mut environs) in &mut environments {
        if end.is_end() {
            environs.begin(&plant, &scene.0, *rules);
            environs.look(&plant, scene.0.task(), 0);
        }
    }
}

/// Begins the saved episode of every environment again and takes its actions, which gives the same bits as the first time.
fn play_again(
    plant: Res<Plant>,
    scene: Res<PlayedScene>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&ActionHistory, Environs)>,
    mut restored: ResMut<Restored>,
) {
    let task = scene.0.task();
    for (ActionHistory(actions), mut environs) in &mut environments {
        let steps = environs.episode.steps;
        let acted = scene.0.robot().motors.len();
        let is_over = steps >= task.episode_steps && !rules.no_time_limit;
        if is_over || actions.len() != steps as usize * acted {
            *restored = Restored::Refused("its episode has other steps than actions".to_owned());
            return;
        }
        let saved = environs.now.clone();
        environs.begin(&plant, &scene.0, *rules);
        for (step, action) in actions.chunks(acted).enumerate() {
            if task.remembers() {
                environs.look(&plant, task, step as u32);
            }
            if environs.step(&plant, action).is_err() {
                *restored = Restored::Refused("its actions break the simulation".to_owned());
                return;
            }
        }
        environs.look(&plant, task, steps);
        if !environs.now.is_saved_as(&saved) {
            *restored = Restored::Similar;
        }
    }
}

/// An environment, all that an episode changes of it.
#[derive(QueryData)]
#[query_data(mutable)]
struct Environs {
    episode: &'static Episode,
    goal: &'static mut Goal,
    motors: &'static mut MotorAction,
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
    fn begin(&mut self, plant: &Plant, scene: &Scene, rules: EpisodeRules) {
        let (robot, task) = (scene.robot(), scene.task());
        let mut rng = self.episode.rng();
        let (mut angles, mut speeds) = draw::start(robot, &task.start, &mut rng);
        if rules.no_start_noise {
            angles = robot.joints.iter().map(|joint| joint.home).collect();
            speeds.fill(0.0);
        }
        self.goal.0 = task
            .goal
            .as_ref()
            .map_or([0.0; 3], |goal| draw::goal(goal, &mut rng));
        self.motors.0.fill(0.0);
        let noise = task.adds_noise();
        let noise = noise.then(|| self.episode.rng_for(SENSOR_NOISE));
        self.sensors.0.begin(noise);
        plant.renew(
            &mut self.simulation,
            &mut self.colliders,
            &mut self.joints,
            &mut self.bodies,
        );
        let multibodies = &mut self.joints.multibody_joints;
        reset::place(
            plant,
            &angles,
            &speeds,
            multibodies,
            &mut self.bodies.bodies,
        );
    }

    /// Lets the motors act for one control step.
    fn step(&mut self, plant: &Plant, action: &[f32]) -> Result<(), Cow<'static, str>> {
        actuate::clamp_action(action, &mut self.motors.0);
        actuate::apply_torques(plant, &self.motors.0, &mut self.bodies.bodies);
        plant.step(
            &mut self.simulation,
            &mut self.colliders,
            &mut self.joints,
            &mut self.bodies,
        )
    }

    /// Reads the robot and observes it, `steps` after the episode's start.
    fn look(&mut self, plant: &Plant, task: &Task, steps: u32) {
        readings::read(
            plant,
            &self.simulation.narrow_phase,
            &self.joints.multibody_joints,
            &self.bodies.bodies,
            &mut self.now,
        );
        let moment = Moment {
            readings: &self.now,
            goal: self.goal.0,
            action: &self.motors.0,
            step: steps,
        };
        self.observation.0.clear();
        observe::observe(task, &moment, &mut self.sensors.0, &mut self.observation.0);
    }
}
