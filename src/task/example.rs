//! A cart on a rail and an arm on the cart, and a step of them: what tests of terms look at.

use super::context::{Context, Moments};
use super::rewards::{RewardTerm, Transition};
use super::sensors::{Sensing, SensorTerm};
use super::{Moment, Task, When};
use crate::model::robot::{Drive, Joint, JointKind, Link, Motor, Origin, Point, Robot};
use crate::readings::{LinkReading, Readings};

/// The cart slides on a rail from -1 to 1 with a motor of 20 N; the arm's elbow turns with one of 2 N m. The tip is on the arm.
pub(super) fn robot() -> Robot {
    let link = |name: &str, parent, joint| Link {
        name: name.to_owned(),
        parent,
        joint: Some(joint),
        floats: false,
        loose: false,
        origin: Origin::default(),
        shapes: Vec::new(),
        inertia: None,
    };
    let joint = |name: &str, link, kind, range| Joint {
        name: name.to_owned(),
        link,
        kind,
        axis: [1.0, 0.0, 0.0],
        range,
        damping: 0.0,
        armature: 0.0,
        spring: None,
        friction: 0.0,
        max_speed: None,
        home: 0.0,
    };
    let motor = |joint, torque| Motor {
        joint,
        torque,
        drive: Drive::Torque,
    };
    Robot {
        links: vec![link("cart", None, 0), link("arm", Some(0), 1)],
        joints: vec![
            joint("rail", 0, JointKind::Prismatic, Some([-1.0, 1.0])),
            joint("elbow", 1, JointKind::Revolute, None),
        ],
        motors: vec![motor(0, 20.0), motor(1, 2.0)],
        points: vec![Point {
            name: "tip".to_owned(),
            link: 1,
            at: [0.0; 3],
        }],
        collide: false,
        compensate_gravity: false,
    }
}

/// What terms of a task with this robot may speak of: a goal, gravity and no commands.
pub(super) fn context(robot: &Robot) -> Context<'_> {
    Context {
        robot,
        commands: &[],
        step_s: 0.02,
        episode_steps: 100,
        has_goal: true,
        gravity: [0.0, 0.0, -10.0],
        moments: Moments::AfterAndBefore,
    }
}

/// The goal that all moments have.
const GOAL: [f32; 3] = [1.0, 2.0, 0.0];

/// Before the step: the tip is 3 m above the goal.
pub(super) fn before() -> Readings {
    Readings {
        angles: vec![1.25, 2.0],
        speeds: vec![1.0, -1.0],
        points: vec![[1.0, 2.0, 3.0]],
        ..after()
    }
}

/// After the step: the tip is 2 m above the goal. The cart is turned by a quarter about z, so that its x is the world's y.
pub(super) fn after() -> Readings {
    let link = |position, orientation| LinkReading {
        position,
        orientation,
        velocity: [1.0, 2.0, 3.0],
        angular_velocity: [0.5, 0.25, 4.0],
        felt: [0.0, 3.0, 10.0],
    };
    let half = std::f32::consts::FRAC_1_SQRT_2;
    Readings {
        angles: vec![0.5, 2.5],
        speeds: vec![3.0, -4.0],
        points: vec![[1.0, 2.0, 2.0]],
        velocities: vec![[1.5, 2.0, 0.0]],
        jacobians: vec![vec![[1.0, 0.0, 0.0], [0.0, 0.5, 2.0]]],
        gravity_loads: vec![0.25, 0.75],
        links: vec![
            link([1.0, 1.0, 1.0], [0.0, 0.0, half, half]),
            link([1.0, 3.0, 1.0], [0.0, 0.0, 0.0, 1.0]),
        ],
        contact_forces: vec![0.0, 12.5],
        rays: vec![vec![0.5, 1.5], vec![2.5]],
    }
}

/// A moment with these readings, after an action that the motors gave exactly.
pub(super) fn moment<'a>(readings: &'a Readings, action: &'a [f32], step: u32) -> Moment<'a> {
    Moment {
        readings,
        goal: GOAL,
        action,
        previous_action: &[0.25, 0.5],
        efforts: action,
        commands: &[0.75, -2.0],
        step,
    }
}

/// What a term is for the step, of which the action was (1, 0.5) and the one before it (0.5, -0.5).
pub(super) fn value(term: &impl RewardTerm, at: When) -> f32 {
    let (before, after) = (before(), after());
    let before = moment(&before, &[0.5, -0.5], 24);
    let after = moment(&after, &[1.0, 0.5], 25);
    let state = match at {
        When::Before => &before,
        When::After => &after,
    };
    term.value(&Transition {
        before: &before,
        after: &after,
        state,
    })
}

/// What a sensor reads after the step.
pub(super) fn read(sensor: &impl SensorTerm) -> Vec<f32> {
    let after = after();
    let mut seen = Vec::new();
    let sensing = Sensing {
        task: &task(),
        moment: &moment(&after, &[1.0, 0.5], 25),
        rays: &after.rays,
        state: &[],
    };
    sensor.read(&sensing, &mut seen);
    seen
}

/// 100 steps of 1/50 s under gravity.
pub(super) fn task() -> Task {
    Task {
        episode_steps: 100,
        control_hz: 50.0,
        substeps: 4,
        gravity: [0.0, 0.0, -10.0],
        start: super::Start {
            angle: 0.0,
            speed: 0.0,
            free: Vec::new(),
        },
        goal: None,
        commands: Vec::new(),
        randomize: Vec::new(),
        curriculum: None,
        action_filter: super::ActionFilter::default(),
        observation: Vec::new(),
        reward: Vec::new(),
        end: Vec::new(),
        max_joint_speed: 100.0,
        success: None,
        solved: None,
    }
}
