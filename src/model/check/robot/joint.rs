//! Joints and their motors.

use super::WORLD;
use crate::model::{
    check::{length, not_negative, positive},
    file::{self, Kind},
    robot::{Drive, Joint, JointKind, Motor, Spring},
};
use crate::ron_tree::{Diagnostic, Path};

/// How a joint moves; `None`: it is fixed or there is none, and says nothing that only a moving joint has.
pub(super) fn moving(joint: &file::Joint, at: &Path) -> Result<Option<JointKind>, Diagnostic> {
    let several = |axes| {
        Diagnostic::new(
            at.field("kind"),
            format!("a joint with {axes} free axes is not supported"),
        )
        .help("one Revolute joint for each axis, with a light link between")
    };
    match joint.kind {
        Kind::Revolute => Ok(Some(JointKind::Revolute)),
        Kind::Prismatic => Ok(Some(JointKind::Prismatic)),
        Kind::Universal => Err(several("two")),
        Kind::Ball => Err(several("three")),
        Kind::Fixed => bare(joint, "a fixed joint", at),
        Kind::Free if joint.parent != WORLD => Err(Diagnostic::new(
            at.field("parent"),
            format!("a free joint lets a link float in the {WORLD}"),
        )
        .label(format!("`{}` is a link", joint.parent))
        .help(format!("`parent: \"{WORLD}\"`, or another kind of joint"))),
        Kind::Free => bare(joint, "a free joint", at),
    }
}

/// A joint without an axis has nothing that needs one.
fn bare(joint: &file::Joint, what: &str, at: &Path) -> Result<Option<JointKind>, Diagnostic> {
    let given = [
        ("axis", joint.axis.is_some()),
        ("range", joint.range.is_some()),
        ("torque", joint.torque.is_some()),
        ("gear", joint.gear.is_some()),
        ("servo", joint.servo.is_some()),
        ("damping", joint.damping.is_some()),
        ("armature", joint.armature.is_some()),
        ("spring", joint.spring.is_some()),
        ("friction", joint.friction.is_some()),
        ("max_speed", joint.max_speed.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(None),
        Some((field, _)) => Err(Diagnostic::new(
            at.field(field),
            format!("{what} has no `{field}`"),
        )
        .help("remove it, or make the joint Revolute or Prismatic")),
    }
}

/// What the numbers of a joint are counted in.
struct Units {
    torque: &'static str,
    damping: &'static str,
    armature: &'static str,
    stiffness: &'static str,
    position: &'static str,
    speed: &'static str,
}

fn units(kind: JointKind) -> Units {
    match kind {
        JointKind::Revolute => Units {
            torque: "N m",
            damping: "N m s/rad",
            armature: "kg m^2",
            stiffness: "N m/rad",
            position: "rad",
            speed: "rad/s",
        },
        JointKind::Prismatic => Units {
            torque: "N",
            damping: "N s/m",
            armature: "kg",
            stiffness: "N/m",
            position: "m",
            speed: "m/s",
        },
    }
}

/// The motor of a joint that is the moving one of this index; `None`: it has none.
pub(super) fn motor(
    written: &file::Joint,
    joint: usize,
    kind: JointKind,
    at: &Path,
) -> Result<Option<Motor>, Diagnostic> {
    let Some(torque) = written.torque else {
        let of_motors = [
            ("gear", written.gear.is_some()),
            ("servo", written.servo.is_some()),
        ];
        return match of_motors.into_iter().find(|(_, given)| *given) {
            None => Ok(None),
            Some((field, _)) => Err(Diagnostic::new(
                at.field(field),
                format!("a joint without a motor has no `{field}`"),
            )
            .label("there is no `torque`")
            .help("add `torque: ..`, what the motor can do")),
        };
    };
    let units = units(kind);
    let torque = positive(torque, at, "torque", units.torque)? * gear(written, at)?;
    let servo_at = &at.field("servo");
    let drive = match written.servo {
        None => Drive::Torque,
        Some(file::Servo::Position {
            stiffness,
            damping,
            reach,
        }) => Drive::Position {
            stiffness: positive(stiffness, servo_at, "stiffness", units.stiffness)?,
            damping: not_negative(damping, servo_at, "damping", units.damping)?,
            reach: positive(reach, servo_at, "reach", units.position)?,
        },
        Some(file::Servo::Velocity { gain, speed }) => Drive::Velocity {
            gain: positive(gain, servo_at, "gain", units.damping)?,
            speed: positive(speed, servo_at, "speed", units.speed)?,
        },
    };
    Ok(Some(Motor {
        joint,
        torque,
        drive,
    }))
}

/// How much slower the joint turns than the motor.
fn gear(written: &file::Joint, at: &Path) -> Result<f32, Diagnostic> {
    let gear = written.gear.unwrap_or(1.0);
    positive(gear, at, "gear", "turns of the motor for one of the joint")
}

pub(super) fn joint(
    written: &file::Joint,
    kind: JointKind,
    link: usize,
    at: &Path,
) -> Result<Joint, Diagnostic> {
    let name = &written.name;
    let missing = |field: &'static str, example: &str| {
        Diagnostic::new(
            at.clone(),
            format!("the field `{field}` of the joint `{name}` is missing"),
        )
        .label(format!("`{field}` is missing here"))
        .help(format!("add `{field}: {example}`"))
    };
    let axis = written.axis.ok_or_else(|| missing("axis", "(0, 0, 1)"))?;
    let damping = written.damping.ok_or_else(|| missing("damping", "0.1"))?;
    let armature = written
        .armature
        .ok_or_else(|| missing("armature", "0.01"))?;
    let length = length(axis);
    if length < 1e-6 {
        return Err(
            Diagnostic::new(at.field("axis"), "an axis must not be zero")
                .help("a direction, like (0, 0, 1) for the z axis; its length does not matter"),
        );
    }
    if let Some([low, high]) = written.range
        && low >= high
    {
        return Err(
            Diagnostic::new(at.field("range"), "a range must go from low to high")
                .help("(lowest, highest), or leave `range` out for a joint without stops"),
        );
    }
    let units = units(kind);
    if let Some(speed) = written.max_speed {
        positive(speed, at, "max_speed", units.speed)?;
    }
    let friction = written.friction.unwrap_or(0.0);
    if let Some(Spring { stiffness, .. }) = written.spring {
        positive(stiffness, &at.field("spring"), "stiffness", units.stiffness)?;
    }
    Ok(Joint {
        name: name.clone(),
        link,
        kind,
        axis: axis.map(|x| (f64::from(x) / length) as f32),
        range: written.range,
        damping: not_negative(damping, at, "damping", units.damping)?,
        // The rotor turns faster than the joint by the gear, and the joint feels that with the gear's leverage.
        armature: not_negative(armature, at, "armature", units.armature)?
            * gear(written, at)?.powi(2),
        spring: written.spring,
        friction: not_negative(friction, at, "friction", units.torque)?,
        max_speed: written.max_speed,
        home: 0.0,
    })
}
