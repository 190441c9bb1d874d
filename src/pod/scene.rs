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
use crate::scene::task::Curriculum;
use crate::sim::reset::Stance;
use crate::sim::{Actuators, Plant, Readings, Variation, actuate, readings, reset};
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::task::observe::{self, Senses};
use crate::task::{Moment, draw, judge};

/// Where the goal of an episode is (m, world).
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Goal(pub [f32; 3]);

/// What an episode asks for, one number per command of the task.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Commands(pub Vec<f32>);

/// The action, clamped to [-1, 1].
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct MotorAction(pub Vec<f32>);

/// The readings before the step that is being taken.
#[derive(Component, Clone, Debug, Default)]
struct ReadingsBefore(Readings);

/// What the motors did in the step before the one that is being taken; zeros before the first.
#[derive(Component, Clone, Debug, Default)]
struct MotorsBefore {
    action: Vec<f32>,
    efforts: Vec<f32>,
}

/// What the sensors have read, and their noise. Made again, not saved: it follows from the episode and its actions.
#[derive(Component, Clone, Debug)]
struct Sensors(Senses);

/// What the noise of sensors is drawn for.
const SENSOR_NOISE: &str = "sensor noise";
/// What the differences between episodes are drawn for.
const VARIATION: &str = "variation";
/// What commands are drawn for.
const COMMANDS: &str = "commands";

/// How the physics of this environment took the step.
#[derive(Component, Clone, Debug)]
struct Stepped(Result<(), Cow<'static, str>>);

/// The scene that a pod plays, at every level of its curriculum: the scene itself last.
#[derive(Resource, Clone)]
pub struct Played(Vec<Arc<Stage>>);

/// A scene and its template world.
pub struct Stage {
    /// The scene.
    pub scene: Arc<Scene>,
    /// Its robot, and what is around it.
    pub plant: Plant,
}

impl Played {
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

    /// What an episode is of.
    pub fn of(&self, episode: &Episode) -> &Stage {
        (self.0.get(episode.level as usize)).map_or(self.last(), |stage| stage)
    }
}

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

    fn curriculum(&self) -> Option<Curriculum> {
        self.scene.task().curriculum
    }

    fn build(&self, pod: &mut Pod) {
        let played = Played::new(&self.scene);
        let plant = &played.last().plant;
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
                efforts: motors.0.clone(),
            };
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
                    (Actuators::at_rest(plant), Variation::default()),
                    sensors,
                    Goal::default(),
                    Commands::default(),
                    Stepped(Ok(())),
                ),
            );
        }
        pod.world.insert_resource(played);
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

/// The step that an environment of a scene took last, as it was judged: the moments before and after it. To be asked before the
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
            efforts: &motors_before.efforts,
            commands,
            step: steps.saturating_sub(1),
        },
        Moment {
            readings: environment.get()?,
            goal,
            action,
            efforts,
            commands,
            step: steps,
        },
    ])
}

fn command_motors(
    played: Res<Played>,
    mut environments: Query<(
        &Episode,
        &Action,
        &mut MotorAction,
        &mut MotorsBefore,
        &mut Actuators,
    )>,
) {
    for (episode, Action(action), mut motors, mut before, mut actuators) in &mut environments {
        before.action.copy_from_slice(&motors.0);
        before.efforts.copy_from_slice(&actuators.efforts);
        actuate::clamp_action(action, &mut motors.0);
        actuators.take(played.of(episode).scene.task().way, &motors.0);
    }
}

fn step_physics(
    played: Res<Played>,
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
        let plant = &played.of(episode).plant;
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
    played: Res<Played>,
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
            &played.of(episode).plant,
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
    played: Res<Played>,
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
        let task = played.of(&episode).scene.task();
        let (MotorAction(action), Actuators { efforts, .. }, motors_before) = motors;
        let before = Moment {
            readings: &readings.1.0,
            goal: goal.0,
            action: &motors_before.action,
            efforts: &motors_before.efforts,
            commands,
            step: episode.steps,
        };
        episode.steps += 1;
        let now = Moment {
            readings: readings.0,
            goal: goal.0,
            action,
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

fn begin_episodes(
    played: Res<Played>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&StepEnd, Environs)>,
) {
    for (end, mut environs) in &mut environments {
        if end.is_end() {
            let stage = played.of(environs.episode);
            environs.begin(stage, *rules);
            environs.look(stage, 0);
        }
    }
}

/// Begins the saved episode of every environment again and takes its actions, which gives the same bits as the first time.
fn play_again(
    played: Res<Played>,
    rules: Res<EpisodeRules>,
    mut environments: Query<(&ActionHistory, Environs)>,
    mut restored: ResMut<Restored>,
) {
    for (ActionHistory(actions), mut environs) in &mut environments {
        let stage = played.of(environs.episode);
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
        for (step, action) in actions.chunks(acted).enumerate() {
            if task.remembers() {
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
struct Environs {
    episode: &'static Episode,
    goal: &'static mut Goal,
    commands: &'static mut Commands,
    motors: &'static mut MotorAction,
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
        let mut stance = draw::start(robot, &task.start, &mut rng);
        if rules.no_start_noise {
            stance = Stance::home(robot);
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
        self.actuators.rest();
        let noise = task.adds_noise();
        let noise = noise.then(|| self.episode.rng_for(SENSOR_NOISE));
        if !task.randomize.is_empty() {
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
        self.variation.apply(
            plant,
            &mut self.colliders.colliders,
            &mut self.joints.multibody_joints,
            &mut self.bodies.bodies,
        );
        reset::place(
            plant,
            &stance,
            &mut self.colliders.colliders,
            &mut self.joints.multibody_joints,
            &mut self.bodies.bodies,
        );
    }

    /// Lets the motors act for one control step.
    fn step(&mut self, plant: &Plant, action: &[f32]) -> Result<(), Cow<'static, str>> {
        actuate::clamp_action(action, &mut self.motors.0);
        self.actuators.take(plant.way(), &self.motors.0);
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
        let before = (plant.reads_acceleration() && steps > 0).then(|| self.now.clone());
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
            efforts: &self.actuators.efforts,
            commands: &self.commands.0,
            step: steps,
        };
        self.observation.0.clear();
        observe::observe(task, &moment, &mut self.sensors.0, &mut self.observation.0);
    }
}
