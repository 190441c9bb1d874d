//! The task: every term speaks of something that the robot and the goal have.

mod goal;
mod observe;
mod randomize;
mod terms;

use std::collections::BTreeSet;

use goal::goal;

use super::{index_of, not_negative, positive, unique};
use crate::scene::{
    error::Diagnostic,
    file,
    formula::Surroundings,
    locate::Path,
    robot::Robot,
    task::{Around, Command, Curriculum, Solved, Start, Task, Way},
};

const MAX_STEPS: u32 = 1_000_000;
const MAX_SUBSTEPS: u32 = 1000;
/// Episodes that a level of a curriculum may ask for.
const MAX_EPISODES: u32 = 10_000;
const MAX_TERMS: usize = 1024;

/// The task at `at`, checked against its robot.
pub(in crate::scene) fn task(
    written: &file::Task,
    robot: &Robot,
    at: &Path,
) -> Result<Task, Diagnostic> {
    positive(written.control_hz, at, "control_hz", "Hz")?;
    positive(written.physics_hz, at, "physics_hz", "Hz")?;
    positive(written.episode_s, at, "episode_s", "s")?;
    let episode_steps = episode_steps(written, at)?;
    let commands = commands(&written.commands, &at.field("commands"))?;
    let context = Context {
        robot,
        around: Surroundings {
            robot,
            step_s: (1.0 / f64::from(written.control_hz)) as f32,
            episode_steps,
            commands: &commands,
        },
        has_goal: written.goal.is_some(),
        gravity: written.gravity,
    };
    for (field, count) in [
        ("observe", Some(written.observe.len())),
        ("reward", Some(written.reward.len())),
        (
            "randomize",
            Some(written.randomize.len()).filter(|count| *count > 0),
        ),
        ("end", Some(written.end.len()).filter(|count| *count > 0)),
    ] {
        let diagnostic = |what| Diagnostic::new(at.field(field), format!("`{field}` {what}"));
        match count {
            Some(0) => return Err(diagnostic("is empty").help("at least one term")),
            Some(MAX_TERMS..) => {
                return Err(
                    diagnostic("has too many terms").help(format!("fewer than {MAX_TERMS}"))
                );
            }
            _ => {}
        }
    }
    Ok(Task {
        episode_steps,
        control_hz: written.control_hz,
        substeps: substeps(written, at)?,
        gravity: written.gravity,
        start: start(&written.start, robot, &at.field("start"))?,
        goal: written
            .goal
            .as_ref()
            .map(|written| goal(written, &at.field("goal")))
            .transpose()?,
        commands: commands.clone(),
        curriculum: match &written.curriculum {
            None => None,
            Some(curriculum) => Some(self::curriculum(
                curriculum,
                written.success.is_some(),
                &at.field("curriculum"),
            )?),
        },
        randomize: context.randomizations(&written.randomize, &at.field("randomize"))?,
        way: way(&written.action, &at.field("action"))?,
        observation: context.observations(&written.observe, &at.field("observe"))?,
        reward: each(&written.reward, &at.field("reward"), |reward, at| {
            context.reward(reward, at)
        })?,
        end: each(&written.end, &at.field("end"), |end, at| {
            context.end(end, at)
        })?,
        max_joint_speed: positive(
            written.max_joint_speed,
            at,
            "max_joint_speed",
            "rad/s, or m/s",
        )?,
        success: match &written.success {
            Some(success) => Some(context.success(success, &at.field("success"))?),
            None => None,
        },
        solved: match &written.solved {
            Some(solved) => Some(self::solved(
                solved,
                "solved",
                written.success.is_some(),
                &at.field("solved"),
            )?),
            None => None,
        },
    })
}

fn start(written: &file::Start, robot: &Robot, at: &Path) -> Result<Start, Diagnostic> {
    let free_at = at.field("free");
    let names = written.free.0.iter().map(|(name, _)| name.as_str());
    unique("link", &free_at, names, Path::key)?;
    let mut free = Vec::new();
    for (i, (name, around)) in written.free.0.iter().enumerate() {
        let at = free_at.nth(i);
        let known = robot.links.iter().map(|link| link.name.as_str());
        let link = index_of("link", name, known, at.clone().key())?;
        if !robot.links[link].floats {
            return Err(Diagnostic::new(at.key(), format!("`{name}` is held by a joint"))
                .help("only what floats starts elsewhere: an object, or a link with a joint of kind Free"));
        }
        for (field, values) in [("xyz", around.xyz), ("rpy", around.rpy)] {
            if values.iter().any(|x| x.is_nan() || *x < 0.0) {
                return Err(Diagnostic::new(
                    at.field(field),
                    format!("`{field}` must not be negative"),
                )
                .help("how far it starts from its origin, either way"));
            }
        }
        free.push(Around {
            link,
            xyz: around.xyz,
            rpy: around.rpy,
        });
    }
    Ok(Start {
        angle: not_negative(written.angle, at, "angle", "rad, or m")?,
        speed: not_negative(written.speed, at, "speed", "rad/s, or m/s")?,
        free,
    })
}

fn commands(written: &file::Entries<[f32; 2]>, at: &Path) -> Result<Vec<Command>, Diagnostic> {
    let names = written.0.iter().map(|(name, _)| name.as_str());
    unique("command", at, names, Path::key)?;
    if written.0.len() >= MAX_TERMS {
        return Err(Diagnostic::new(at.clone(), "there are too many commands")
            .help(format!("fewer than {MAX_TERMS}")));
    }
    let one = |(i, (name, range)): (usize, &(String, [f32; 2]))| {
        let [low, high] = *range;
        if low > high {
            return Err(
                Diagnostic::new(at.nth(i), "a command must go from low to high")
                    .help("(lowest, highest), which may be the same"),
            );
        }
        Ok(Command {
            name: name.clone(),
            range: *range,
        })
    };
    written.0.iter().enumerate().map(one).collect()
}

fn way(written: &file::Action, at: &Path) -> Result<Way, Diagnostic> {
    if !(0.0..1.0).contains(&written.smoothing) {
        return Err(
            Diagnostic::new(at.field("smoothing"), "`smoothing` is out of its range")
                .help("from 0, for none, to less than 1"),
        );
    }
    Ok(Way {
        delay: observe::steps(written.delay, 0, at, "delay")?,
        smoothing: written.smoothing,
    })
}

fn each<W, T>(
    written: &[W],
    at: &Path,
    check: impl Fn(&W, &Path) -> Result<T, Diagnostic>,
) -> Result<Vec<T>, Diagnostic> {
    let one = |(i, written)| check(written, &at.nth(i));
    written.iter().enumerate().map(one).collect()
}

fn episode_steps(written: &file::Task, at: &Path) -> Result<u32, Diagnostic> {
    let (seconds, rate) = (written.episode_s, written.control_hz);
    let steps = f64::from(seconds) * f64::from(rate);
    whole(steps, MAX_STEPS).ok_or_else(|| {
        let nearest = steps.round().clamp(1.0, f64::from(MAX_STEPS)) / f64::from(rate);
        Diagnostic::new(
            at.field("episode_s"),
            "an episode must be a whole number of control steps",
        )
        .label(format!(
            "{seconds} s at {rate} Hz are {} steps",
            steps as f32
        ))
        .help(format!(
            "1 to {MAX_STEPS} steps; nearest: episode_s: {}",
            nearest as f32
        ))
    })
}

fn substeps(written: &file::Task, at: &Path) -> Result<u32, Diagnostic> {
    let (physics, control) = (written.physics_hz, written.control_hz);
    let substeps = f64::from(physics) / f64::from(control);
    whole(substeps, MAX_SUBSTEPS).ok_or_else(|| {
        let nearest = substeps.round().clamp(1.0, f64::from(MAX_SUBSTEPS)) * f64::from(control);
        Diagnostic::new(
            at.field("physics_hz"),
            "the physics rate must be a multiple of the control rate",
        )
        .label(format!(
            "{physics} Hz is {} times {control} Hz",
            substeps as f32
        ))
        .help(format!(
            "1 to {MAX_SUBSTEPS} times control_hz; nearest: physics_hz: {}",
            nearest as f32
        ))
    })
}

/// A whole number from 1 to `most`, up to the rounding of decimal fractions.
fn whole(x: f64, most: u32) -> Option<u32> {
    let near = (x - x.round()).abs() <= 1e-6 * x;
    (near && (1.0..=f64::from(most)).contains(&x.round())).then(|| x.round() as u32)
}

fn curriculum(
    written: &file::Curriculum,
    has_success: bool,
    at: &Path,
) -> Result<Curriculum, Diagnostic> {
    if !(1..=MAX_EPISODES).contains(&written.episodes) {
        return Err(
            Diagnostic::new(at.field("episodes"), "`episodes` is out of its range")
                .help(format!("1 to {MAX_EPISODES} episodes")),
        );
    }
    Ok(Curriculum {
        pass: solved(&written.pass, "pass", has_success, &at.field("pass"))?,
        episodes: written.episodes as usize,
        levels: written.levels.len() as u32,
    })
}

fn solved(
    written: &file::Solved,
    field: &str,
    has_success: bool,
    at: &Path,
) -> Result<Solved, Diagnostic> {
    match *written {
        file::Solved::Return(mean) => Ok(Solved::Return(mean)),
        file::Solved::Success(_) if !has_success => Err(Diagnostic::new(
            at.clone(),
            format!("`{field}` counts successes, but the task has no `success`"),
        )
        .help(format!(
            "add `success: Within(point: .., distance: ..)`, or use `{field}: Return(..)`"
        ))),
        file::Solved::Success(share) if share > 0.0 && share <= 1.0 => Ok(Solved::Success(share)),
        file::Solved::Success(_) => Err(Diagnostic::new(
            at.nth(0),
            "a share of successes must be above 0 and at most 1",
        )
        .help("0.95 means 95 % of the episodes")),
    }
}

/// What would do where a goal is missing.
pub(super) const ADD_A_GOAL: &str =
    "add a `goal` to the task, like `goal: Fixed(at: (0.5, 0, 0.5))`";

/// What terms may speak of.
struct Context<'a> {
    robot: &'a Robot,
    around: Surroundings<'a>,
    has_goal: bool,
    gravity: file::Triple,
}

impl Context<'_> {
    fn joints(&self, names: &Option<Vec<String>>, at: &Path) -> Result<Vec<usize>, Diagnostic> {
        let Some(names) = names else {
            return Ok((0..self.robot.joints.len()).collect());
        };
        let at = at.field("joints");
        let joints = each(names, &at, |name, at| self.joint(name, at.clone()))?;
        each_once("joint", &joints, &at)?;
        Ok(joints)
    }

    /// The motors of joints.
    fn motors(&self, joints: &Option<Vec<String>>, at: &Path) -> Result<Vec<usize>, Diagnostic> {
        let motors = &self.robot.motors;
        if joints.is_none() {
            return Ok((0..motors.len()).collect());
        }
        let with_motors = self.robot.motor_joints().map(|joint| joint.name.as_str());
        let with_a_motor = |(i, &joint): (usize, &usize)| {
            let motor = motors.iter().position(|motor| motor.joint == joint);
            motor.ok_or_else(|| {
                let name = &self.robot.joints[joint].name;
                Diagnostic::new(
                    at.field("joints").nth(i),
                    format!("the joint `{name}` has no motor"),
                )
                .suggest("joints with a motor", name, with_motors.clone())
            })
        };
        let joints = self.joints(joints, at)?;
        joints.iter().enumerate().map(with_a_motor).collect()
    }

    fn joint(&self, name: &str, at: Path) -> Result<usize, Diagnostic> {
        let known = self.robot.joints.iter().map(|joint| joint.name.as_str());
        index_of("moving joint", name, known, at)
    }

    fn links(&self, names: &Option<Vec<String>>, at: &Path) -> Result<Vec<usize>, Diagnostic> {
        let Some(names) = names else {
            return Ok((0..self.robot.links.len()).collect());
        };
        let at = at.field("links");
        let known = || self.robot.links.iter().map(|link| link.name.as_str());
        let links = each(names, &at, |name, at| {
            index_of("link", name, known(), at.clone())
        })?;
        each_once("link", &links, &at)?;
        Ok(links)
    }

    fn link(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        let known = self.robot.links.iter().map(|link| link.name.as_str());
        index_of("link", name, known, at.field("link"))
    }

    fn point(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        let known = self.robot.points.iter().map(|point| point.name.as_str());
        index_of("point", name, known, at.field("point"))
    }

    /// A point whose distance from the goal is asked for.
    fn goal_point(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        self.goal(at)?;
        self.point(name, at)
    }

    fn goal(&self, at: &Path) -> Result<(), Diagnostic> {
        if self.has_goal {
            return Ok(());
        }
        Err(
            Diagnostic::new(at.clone(), "this needs a goal, and the task has none")
                .help(ADD_A_GOAL),
        )
    }
}

fn each_once(what: &str, indices: &[usize], at: &Path) -> Result<(), Diagnostic> {
    if indices.is_empty() {
        return Err(Diagnostic::new(at.clone(), "this list is empty")
            .help("name at least one, or leave it out for all"));
    }
    let mut seen = BTreeSet::new();
    match indices.iter().position(|index| !seen.insert(index)) {
        None => Ok(()),
        Some(second) => Err(Diagnostic::new(
            at.nth(second),
            format!("the same {what} is listed twice"),
        )
        .help("list it once")),
    }
}
