//! What the agent sees: sensors, and the options that every one has.

use super::super::length;
use super::{Context, each, each_once, index_of, not_negative, positive};
use crate::scene::{
    error::Diagnostic,
    file::{self, Axis},
    locate::Path,
    task::{HeightScan, Observation, Rays, Sensor},
};

/// Longest delay and history (control steps).
const MAX_PAST: u32 = 1000;
/// Numbers that an observation may keep: as many as all terms of all joints have.
const MAX_KEPT: usize = 65_536;

impl Context<'_> {
    pub(super) fn observations(
        &self,
        written: &[file::Observe],
        at: &Path,
    ) -> Result<Vec<Observation>, Diagnostic> {
        let mut kept = 0;
        each(written, at, |observe, at| self.observation(observe, at))?
            .into_iter()
            .enumerate()
            .map(|(i, observation)| {
                kept += observation.of.names(self.robot).len() * observation.kept();
                if kept <= MAX_KEPT {
                    return Ok(observation);
                }
                Err(Diagnostic::new(at.nth(i), "the observation remembers too much")
                    .label(format!("with this term, {kept} numbers"))
                    .help(format!(
                        "at most {MAX_KEPT}: the entries of each term times its delay and history"
                    )))
            })
            .collect()
    }

    fn observation(&self, written: &file::Observe, at: &Path) -> Result<Observation, Diagnostic> {
        let of = self.sensor(written, at)?;
        let options = written.options();
        if let Some([low, high]) = options.clip
            && low >= high
        {
            return Err(
                Diagnostic::new(at.field("clip"), "a clip must go from low to high")
                    .help("(lowest, highest), in the unit of what is read"),
            );
        }
        Ok(Observation {
            of,
            scale: options.scale,
            noise: not_negative(options.noise, at, "noise", "in the unit of what is read")?,
            clip: options.clip,
            delay: steps(options.delay, 0, at, "delay")?,
            history: steps(options.history, 1, at, "history")?,
        })
    }

    fn sensor(&self, written: &file::Observe, at: &Path) -> Result<Sensor, Diagnostic> {
        use file::Observe as O;

        Ok(match written {
            O::Angle { joints, .. } => Sensor::Angle {
                joints: self.joints(joints, at)?,
            },
            O::Cos { joints, .. } => Sensor::Cos {
                joints: self.joints(joints, at)?,
            },
            O::Sin { joints, .. } => Sensor::Sin {
                joints: self.joints(joints, at)?,
            },
            O::Speed { joints, .. } => Sensor::Speed {
                joints: self.joints(joints, at)?,
            },
            O::Goal { axes, .. } => {
                self.goal(at)?;
                Sensor::Goal {
                    axes: self::axes(axes, at)?,
                }
            }
            O::Point { point, axes, .. } => Sensor::Point {
                point: self.point(point, at)?,
                axes: self::axes(axes, at)?,
            },
            O::ToGoal { point, axes, .. } => Sensor::ToGoal {
                point: self.goal_point(point, at)?,
                axes: self::axes(axes, at)?,
            },
            O::FromGoal { point, axes, .. } => Sensor::FromGoal {
                point: self.goal_point(point, at)?,
                axes: self::axes(axes, at)?,
            },
            O::PointVelocity { point, axes, .. } => Sensor::PointVelocity {
                point: self.point(point, at)?,
                axes: self::axes(axes, at)?,
            },
            O::Pull { point, joints, .. } => Sensor::Pull {
                point: self.goal_point(point, at)?,
                joints: self.joints(joints, at)?,
            },
            O::GravityLoad { joints, .. } => Sensor::GravityLoad {
                motors: self.motors(joints, at)?,
            },
            O::LinkPosition {
                link, frame, axes, ..
            } => Sensor::LinkPosition {
                link: self.link(link, at)?,
                frame: self.frame(frame, at)?,
                axes: self::axes(axes, at)?,
            },
            O::LinkOrientation { link, frame, .. } => Sensor::LinkOrientation {
                link: self.link(link, at)?,
                frame: self.frame(frame, at)?,
            },
            O::LinkVelocity {
                link, frame, axes, ..
            } => Sensor::LinkVelocity {
                link: self.link(link, at)?,
                frame: self.frame(frame, at)?,
                axes: self::axes(axes, at)?,
            },
            O::LinkAngularVelocity {
                link, frame, axes, ..
            } => Sensor::LinkAngularVelocity {
                link: self.link(link, at)?,
                frame: self.frame(frame, at)?,
                axes: self::axes(axes, at)?,
            },
            O::GravityDirection { link, .. } => {
                self.weight(at)?;
                Sensor::GravityDirection {
                    link: self.link(link, at)?,
                }
            }
            O::Gyroscope { link, .. } => Sensor::Gyroscope {
                link: self.link(link, at)?,
            },
            O::Accelerometer { link, .. } => Sensor::Accelerometer {
                link: self.link(link, at)?,
            },
            O::ContactForce { links, .. } => Sensor::ContactForce {
                links: self.links(links, at)?,
            },
            O::Contact { links, .. } => Sensor::Contact {
                links: self.links(links, at)?,
            },
            O::Rays {
                link,
                at: from,
                directions,
                range,
                ..
            } => Sensor::Rays(self.rays(link, *from, directions, *range, at)?),
            O::HeightScan {
                link,
                cells,
                size,
                range,
                ..
            } => Sensor::HeightScan(self.height_scan(link, *cells, *size, *range, at)?),
            O::Command { names, .. } => self.commands(names, at)?,
            O::LastAction { joints, .. } => Sensor::LastAction {
                motors: self.motors(joints, at)?,
            },
            O::TimeLeft { .. } => Sensor::TimeLeft,
            O::Phase { period_s, .. } => Sensor::Phase {
                period_s: positive(*period_s, at, "period_s", "s")?,
            },
        })
    }
}

/// Most rays of one term.
const MAX_RAYS: usize = 1024;

impl Context<'_> {
    /// The link whose frame something is told in; `None`: the world's.
    fn frame(&self, name: &Option<String>, at: &Path) -> Result<Option<usize>, Diagnostic> {
        let Some(name) = name else { return Ok(None) };
        let known = self.robot.links.iter().map(|link| link.name.as_str());
        index_of("link", name, known, at.field("frame")).map(Some)
    }

    fn commands(&self, names: &Option<Vec<String>>, at: &Path) -> Result<Sensor, Diagnostic> {
        let known = || {
            self.around
                .commands
                .iter()
                .map(|command| command.name.as_str())
        };
        if self.around.commands.is_empty() {
            return Err(
                Diagnostic::new(at.clone(), "this needs a command, and the task has none")
                    .help("add `commands: {\"speed\": (0.2, 1)}` to the task"),
            );
        }
        let Some(names) = names else {
            return Ok(Sensor::Command {
                names: known().map(str::to_owned).collect(),
                commands: (0..self.around.commands.len()).collect(),
            });
        };
        let names_at = at.field("names");
        let commands = each(names, &names_at, |name, at| {
            index_of("command", name, known(), at.clone())
        })?;
        each_once("command", &commands, &names_at)?;
        Ok(Sensor::Command {
            names: names.clone(),
            commands,
        })
    }

    /// That there is a gravity to have a direction.
    pub(super) fn weight(&self, at: &Path) -> Result<(), Diagnostic> {
        if self.gravity == [0.0; 3] {
            return Err(
                Diagnostic::new(at.clone(), "this needs gravity, and the task has none")
                    .help("`gravity: (0, 0, -9.81)` in the task"),
            );
        }
        Ok(())
    }

    fn rays(
        &self,
        link: &str,
        from: file::Triple,
        directions: &[file::Triple],
        range: f32,
        at: &Path,
    ) -> Result<Rays, Diagnostic> {
        let directions_at = at.field("directions");
        if !(1..=MAX_RAYS).contains(&directions.len()) {
            return Err(
                Diagnostic::new(directions_at, "the number of rays is out of its range")
                    .help(format!("1 to {MAX_RAYS} directions")),
            );
        }
        let unit = |direction: &file::Triple, at: &Path| {
            let length = length(*direction);
            if length < 1e-6 {
                return Err(Diagnostic::new(at.clone(), "a direction must not be zero")
                    .help("like (1, 0, 0), straight ahead; its length does not matter"));
            }
            Ok(direction.map(|x| (f64::from(x) / length) as f32))
        };
        Ok(Rays {
            link: self.link(link, at)?,
            at: from,
            directions: each(directions, &directions_at, unit)?,
            range: positive(range, at, "range", "m")?,
        })
    }

    fn height_scan(
        &self,
        link: &str,
        cells: [u32; 2],
        size: [f32; 2],
        range: f32,
        at: &Path,
    ) -> Result<HeightScan, Diagnostic> {
        let count = cells.iter().map(|&n| n as usize).product::<usize>();
        if cells.contains(&0) || cells.iter().any(|&n| n as usize > MAX_RAYS) || count > MAX_RAYS {
            let what = "the number of cells is out of its range";
            return Err(Diagnostic::new(at.field("cells"), what).help(format!(
                "(along, across), 1 or more of each and {MAX_RAYS} in all"
            )));
        }
        if !size.iter().all(|&size| size >= 0.0) {
            return Err(
                Diagnostic::new(at.field("size"), "a size must not be negative")
                    .help("(along, across) in metres, between the outermost cells"),
            );
        }
        Ok(HeightScan {
            link: self.link(link, at)?,
            cells: cells.map(|n| n as usize),
            size,
            range: positive(range, at, "range", "m")?,
        })
    }
}

/// A number of control steps.
pub(super) fn steps(
    value: u32,
    least: u32,
    at: &Path,
    field: &'static str,
) -> Result<usize, Diagnostic> {
    if (least..=MAX_PAST).contains(&value) {
        return Ok(value as usize);
    }
    Err(
        Diagnostic::new(at.field(field), format!("`{field}` is out of its range"))
            .help(format!("{least} to {MAX_PAST} control steps")),
    )
}

fn axes(written: &Option<Vec<Axis>>, at: &Path) -> Result<Vec<usize>, Diagnostic> {
    let Some(axes) = written else {
        return Ok(vec![0, 1, 2]);
    };
    let axes: Vec<usize> = axes.iter().map(|axis| *axis as usize).collect();
    each_once("axis", &axes, &at.field("axes"))?;
    Ok(axes)
}
