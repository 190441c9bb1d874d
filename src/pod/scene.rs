//! A scene as an environment: its robot simulated by Rapier, judged by its task.

mod episodes;

use bevy::ecs::prelude::{Component, Entity, IntoScheduleConfigs, Query, Res, Resource, World};
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use std::borrow::Cow;
use std::sync::Arc;

use super::components::{Action, Episode, Fault, Observation, Reward};
use super::{Control, Environment, Pod};
use crate::readings::Readings;
use crate::scene::Scene;
use crate::sim::{Actuators, Plant, actuate, readings};
use crate::step::curriculum::Curriculum;
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::task::observe::{self, SensorState};
use crate::task::{Moment, Variation, judge};
use episodes::{begin_episodes, play_again};

/// Where the goal of an episode is (m, world).
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Goal(pub [f32; 3]);

/// The commands of an episode, one number per command of the task.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Commands(pub Vec<f32>);

/// The action, clamped to [-1, 1].
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct MotorAction(pub Vec<f32>);

/// The readings before the step that is being taken.
#[derive(Component, Clone, Debug, Default)]
struct ReadingsBefore(Readings);

/// Actions and efforts of the motors in the step before the current one; zeros before the first.
#[derive(Component, Clone, Debug, Default)]
struct MotorsBefore {
    action: Vec<f32>,
    /// That of the step before that one.
    previous_action: Vec<f32>,
    efforts: Vec<f32>,
}

impl MotorsBefore {
    /// Before the first step.
    fn reset(&mut self) {
        for numbers in [
            &mut self.action,
            &mut self.previous_action,
            &mut self.efforts,
        ] {
            numbers.fill(0.0);
        }
    }

    /// Takes over what the motors did in a step, before the next one is taken.
    fn note(&mut self, action: &[f32], efforts: &[f32]) {
        std::mem::swap(&mut self.previous_action, &mut self.action);
        self.action.copy_from_slice(action);
        self.efforts.copy_from_slice(efforts);
    }
}

/// Histories and noise of the sensors. Recomputed, not saved: they follow from the episode and its actions.
#[derive(Component, Clone, Debug)]
struct Sensors(SensorState);

/// The result of the physics step.
#[derive(Component, Clone, Debug)]
struct Stepped(Result<(), Cow<'static, str>>);

/// The scene of a pod at every level of its curriculum; the scene itself is the last.
#[derive(Resource, Clone)]
pub struct SceneLevels(Vec<Arc<Stage>>);

/// A scene and its template world.
pub struct Stage {
    /// The scene.
    pub scene: Arc<Scene>,
    /// Its robot and surroundings.
    pub plant: Plant,
}

impl SceneLevels {
    fn new(scene: &Arc<Scene>) -> Self {
        let levels = scene.levels().iter().cloned().map(Arc::new);
        let stage = |scene: Arc<Scene>| {
            Arc::new(Stage {
                plant: Plant::new(&scene),
                scene,
            })
        };
        Self(levels.chain([scene.clone()]).map(stage).collect())
    }

    /// The scene itself.
    pub fn last(&self) -> &Stage {
        self.0.last().expect("the scene itself is in it")
    }

    /// The level of an episode.
    pub fn of(&self, episode: &Episode) -> &Stage {
        (self.0.get(episode.level as usize)).map_or(self.last(), |stage| stage)
    }
}

/// Deviations from the episodes that the scene describes.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct EpisodeRules {
    /// Start exactly at home, at rest, with the scene's own masses, motors and ground, no pushes, and sensors that do not err. Goals and
    /// commands are drawn all the same.
    pub no_noise: bool,
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
    /// The scene as it is written.
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

    fn curriculum(&self) -> Option<Curriculum> {
        self.scene.task().curriculum
    }

    fn build(&self, pod: &mut Pod) {
        let levels = SceneLevels::new(&self.scene);
        let plant = &levels.last().plant;
        for slot in pod.slots() {
            let mut now = Readings::default();
            let physics = plant.instantiate();
            readings::read(
                plant,
                &physics.simulation.narrow_phase,
                &physics.colliders.colliders,
                &physics.joints.multibody_joints,
                &physics.bodies.bodies,
                None,
                &Variation::default(),
                &mut now,
            );
            let motors = MotorAction(vec![0.0; self.scene.robot().motors.len()]);
            let motors_before = MotorsBefore {
                action: motors.0.clone(),
                previous_action: motors.0.clone(),
                efforts: motors.0.clone(),
            };
            let sensors = Sensors(SensorState::new(self.scene.task()));
            let before = ReadingsBefore(now.clone());
            pod.spawn(
                slot,
                (
                    physics,
                    now,
                    before,
                    motors,
                    motors_before,
                    (Actuators::at_rest(plant), Variation::default()),
                    sensors,
                    Goal::default(),
                    Commands::default(),
                    Stepped(Ok(())),
                ),
            );
        }
        pod.world.insert_resource(levels);
        pod.world.insert_resource(self.rules);
        // The physics itself is not saved: it follows from the episode and its actions, and a file of plain numbers cannot
        // bring it into a state that no episode has. What is read off it is saved to be compared.
        pod.save::<Readings>();
        pod.add_systems((
            command_motors.in_set(Control::Actuate),
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

/// The last step of an environment of a scene, as it was judged: the moments before and after it. Call it before the
/// next episode begins.
pub fn last_step(world: &World, entity: Entity) -> Option<[Moment<'_>; 2]> {
    let environment = world.get_entity(entity).ok()?;
    let Goal(goal) = *environment.get()?;
    let steps = environment.get::<Episode>()?.steps;
    let Commands(commands) = environment.get()?;
    let ReadingsBefore(before) = environment.get()?;
    let motors_before: &MotorsBefore = environment.get()?;
    let MotorAction(action) = environment.get()?;
    let Actuators { efforts, .. } = environment.get()?;
    Some([
        Moment {
            readings: before,
            goal,
            action: &motors_before.action,
            previous_action: &motors_before.previous_action,
            efforts: &motors_before.efforts,
            commands,
            step: steps.saturating_sub(1),
        },
        Moment {
            readings: environment.get()?,
            goal,
            action,
            previous_action: &motors_before.action,
            efforts,
            commands,
            step: steps,
        },
    ])
}

fn command_motors(
    levels: Res<SceneLevels>,
    mut environments: Query<(
        &Episode,
        &Action,
        &mut MotorAction,
        &mut MotorsBefore,
        &mut Actuators,
    )>,
) {
    for (episode, Action(action), mut motors, mut before, mut actuators) in &mut environments {
        before.note(&motors.0, &actuators.efforts);
        actuate::clamp_action(action, &mut motors.0);
        actuators.take(&levels.of(episode).plant, &motors.0);
    }
}

fn step_physics(
    levels: Res<SceneLevels>,
    mut environments: Query<(
        &Episode,
        (&mut Actuators, &Variation),
        &mut RapierContextSimulation,
        &mut RapierContextColliders,
        &mut RapierContextJoints,
        &mut RapierRigidBodySet,
        &mut Stepped,
    )>,
) {
    for (
        episode,
        (mut actuators, variation),
        mut simulation,
        mut colliders,
        mut joints,
        mut bodies,
        mut stepped,
    ) in &mut environments
    {
        let plant = &levels.of(episode).plant;
        stepped.0 = plant.step(
            &mut actuators,
            variation,
            &mut simulation,
            &mut colliders,
            &mut joints,
            &mut bodies,
        );
    }
}

fn read_robots(
    levels: Res<SceneLevels>,
    mut environments: Query<(
        &Episode,
        &RapierContextSimulation,
        &RapierContextColliders,
        &RapierContextJoints,
        &RapierRigidBodySet,
        &Variation,
        &mut Readings,
        &mut ReadingsBefore,
    )>,
) {
    for (episode, simulation, colliders, joints, bodies, variation, mut now, mut before) in
        &mut environments
    {
        std::mem::swap(&mut *now, &mut before.0);
        readings::read(
            &levels.of(episode).plant,
            &simulation.narrow_phase,
            &colliders.colliders,
            &joints.multibody_joints,
            &bodies.bodies,
            Some(&before.0),
            variation,
            &mut now,
        );
    }
}

fn judge_steps(
    levels: Res<SceneLevels>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(
        (&Goal, &Commands, &Stepped),
        (&Readings, &ReadingsBefore),
        (&MotorAction, &Actuators, &MotorsBefore),
        (&mut Reward, &mut StepEnd, &mut Fault),
        (&mut Episode, &mut Observation, &mut Sensors),
    )>,
) {
    for ((goal, Commands(commands), Stepped(stepped)), readings, motors, judged, seen) in
        &mut environments
    {
        let (mut reward, mut end, mut fault) = judged;
        let (mut episode, mut observation, mut sensors) = seen;
        let task = levels.of(&episode).scene.task();
        let (MotorAction(action), Actuators { efforts, .. }, motors_before) = motors;
        let before = Moment {
            readings: &readings.1.0,
            goal: goal.0,
            action: &motors_before.action,
            previous_action: &motors_before.previous_action,
            efforts: &motors_before.efforts,
            commands,
            step: episode.steps,
        };
        episode.steps += 1;
        let now = Moment {
            readings: readings.0,
            goal: goal.0,
            action,
            previous_action: &motors_before.action,
            efforts,
            commands,
            step: episode.steps,
        };
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
