//! What the entries of observations are called: `elbow.cos`, `goal.x`, `tip.to_goal.z`.

use crate::model::robot::Robot;

/// `elbow.WHAT` for each joint.
pub(super) fn of_joints(robot: &Robot, joints: &[usize], what: &str) -> Vec<String> {
    let name = |&joint: &usize| format!("{}.{what}", robot.joints[joint].name);
    joints.iter().map(name).collect()
}

/// `elbow.WHAT` for the joint of each motor.
pub(super) fn of_motors(robot: &Robot, motors: &[usize], what: &str) -> Vec<String> {
    let joints = motors.iter().map(|&motor| robot.motors[motor].joint);
    of_joints(robot, &joints.collect::<Vec<_>>(), what)
}

/// `hand.WHAT` for each link.
pub(super) fn of_links(robot: &Robot, links: &[usize], what: &str) -> Vec<String> {
    let name = |&link: &usize| format!("{}.{what}", robot.links[link].name);
    links.iter().map(name).collect()
}

/// `hand.WHAT.1` and so on.
pub(super) fn numbered(robot: &Robot, link: usize, what: &str, count: usize) -> Vec<String> {
    let name = |i| format!("{}.{what}.{}", robot.links[link].name, i + 1);
    (0..count).map(name).collect()
}

/// `WHAT.x` for each axis.
pub(super) fn of_axes(what: &str, axes: &[usize]) -> Vec<String> {
    let name = |&axis: &usize| format!("{what}.{}", ["x", "y", "z"][axis]);
    axes.iter().map(name).collect()
}

/// `tipWHAT.x` for each axis.
pub(super) fn of_point(robot: &Robot, point: usize, what: &str, axes: &[usize]) -> Vec<String> {
    of_axes(&format!("{}{what}", robot.points[point].name), axes)
}

/// `hand.WHAT.x` for each axis.
pub(super) fn of_link(robot: &Robot, link: usize, what: &str, axes: &[usize]) -> Vec<String> {
    of_axes(&format!("{}.{what}", robot.links[link].name), axes)
}
