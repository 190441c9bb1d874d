//! Motors: actuators that turn a joint by a force in proportion to what they are told.

use super::super::{
    robot::{ImportedRobot, Located, number},
    xml::Element,
};
use super::{Model, check_attributes, defaults::MAIN};
use crate::ron_tree::{ReadError, suggest};

pub(super) const USED: [&str; 8] = [
    "name",
    "class",
    "joint",
    "gear",
    "ctrlrange",
    "ctrllimited",
    "forcerange",
    "forcelimited",
];
pub(super) const PASSED_OVER: [&str; 2] = ["group", "user"];

/// Gives a joint the torque of its motor: the action 1 is the largest control.
pub(super) fn add<'a>(
    model: &Model<'a>,
    element: Element<'a>,
    robot: &mut ImportedRobot,
) -> Result<(), ReadError> {
    if element.name() != "motor" {
        let title = format!("actuators of kind `{}` are not supported", element.name());
        return element.refuse(title, "a `motor`: policies give torques");
    }
    check_attributes(element, &USED, &PASSED_OVER)?;
    let class = model.defaults.class_of(element, MAIN)?;
    let joint = element.need("joint")?;
    let known: Vec<&str> = robot.joints.iter().map(|joint| &*joint.name).collect();
    let Some(index) = known.iter().position(|name| *name == joint.value) else {
        let title = format!("there is no joint `{}`", joint.value);
        return Err(joint.error(title, suggest("joints", joint.value, &known)));
    };
    let gear = match model.get(element, class, "gear")? {
        None => 1.0,
        Some(gear) => {
            let first = gear.numbers(1, 6)?[0];
            if first <= 0.0 {
                let help = "use a gear above 0; reverse the joint's `axis` instead".to_owned();
                return Err(gear.error(
                    "a negative or zero gear is not supported".to_owned(),
                    vec![help],
                ));
            }
            first
        }
    };
    let largest = |name: &'static str, limited: &str| -> Result<Option<Located<f64>>, ReadError> {
        let Some(range) = model.range(element, class, name, limited)? else {
            return Ok(None);
        };
        let [low, high] = range.value;
        if low != -high || high <= 0.0 {
            let help = format!("{name}=\"-a a\": an action goes from -1 to 1");
            return Err(element.error(
                range.at,
                "the limits must be symmetric".to_owned(),
                vec![help],
            ));
        }
        Ok(Some(Located::new(high, range.at)))
    };
    let control = largest("ctrlrange", "ctrllimited")?;
    let force = largest("forcerange", "forcelimited")?;
    let weaker = match (control, force) {
        (Some(control), Some(force)) if force.value < control.value => force,
        (Some(control), _) => control,
        (None, Some(force)) => force,
        (None, None) => {
            return element.refuse(
                "the motor has no limit",
                "add `ctrlrange=\"-1 1\"`: action 1 means the upper limit",
            );
        }
    };
    let torque = Located::new(number(gear * weaker.value), weaker.at);
    if robot.joints[index].has("torque") {
        return element.refuse(
            format!("two motors turn the joint `{}`", joint.value),
            "one for each joint",
        );
    }
    robot.joints[index].add("torque", torque);
    Ok(())
}
