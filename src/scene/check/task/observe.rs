//! What the agent sees: sensors, and the options that every one has.

use super::{Context, each, each_once, not_negative, positive};
use crate::scene::{
    error::Flaw,
    file::{self, Axis},
    locate::Path,
    task::{Observation, Sensor},
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
    ) -> Result<Vec<Observation>, Flaw> {
        let mut kept = 0;
        each(written, at, |observe, at| self.observation(observe, at))?
            .into_iter()
            .enumerate()
            .map(|(i, observation)| {
                kept += observation.of.names(self.robot).len() * observation.kept();
                if kept <= MAX_KEPT {
                    return Ok(observation);
                }
                Err(Flaw::new(at.nth(i), "the observation remembers too much")
                    .label(format!("with this term, {kept} numbers"))
                    .help(format!(
                        "at most {MAX_KEPT}: the entries of each term times its delay and history"
                    )))
            })
            .collect()
    }

    fn observation(&self, written: &file::Observe, at: &Path) -> Result<Observation, Flaw> {
        let of = self.sensor(written, at)?;
        let options = written.options();
        if let Some([low, high]) = options.clip
            && low >= high
        {
            return Err(
                Flaw::new(at.field("clip"), "a clip must go from low to high")
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

    fn sensor(&self, written: &file::Observe, at: &Path) -> Result<Sensor, Flaw> {
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
            O::Pull { point, .. } => Sensor::Pull {
                point: self.goal_point(point, at)?,
            },
            O::GravityLoad { .. } => Sensor::GravityLoad,
            O::LinkOrientation { link, .. } => Sensor::LinkOrientation {
                link: self.link(link, at)?,
            },
            O::LinkVelocity { link, axes, .. } => Sensor::LinkVelocity {
                link: self.link(link, at)?,
                axes: self::axes(axes, at)?,
            },
            O::LinkAngularVelocity { link, axes, .. } => Sensor::LinkAngularVelocity {
                link: self.link(link, at)?,
                axes: self::axes(axes, at)?,
            },
            O::ContactForce { links, .. } => Sensor::ContactForce {
                links: self.links(links, at)?,
            },
            O::LastAction { .. } => Sensor::LastAction,
            O::TimeLeft { .. } => Sensor::TimeLeft,
            O::Phase { period_s, .. } => Sensor::Phase {
                period_s: positive(*period_s, at, "period_s", "s")?,
            },
        })
    }
}

/// A number of control steps.
fn steps(value: u32, least: u32, at: &Path, field: &'static str) -> Result<usize, Flaw> {
    if (least..=MAX_PAST).contains(&value) {
        return Ok(value as usize);
    }
    Err(
        Flaw::new(at.field(field), format!("`{field}` is out of its range"))
            .help(format!("{least} to {MAX_PAST} control steps")),
    )
}

fn axes(written: &Option<Vec<Axis>>, at: &Path) -> Result<Vec<usize>, Flaw> {
    let Some(axes) = written else {
        return Ok(vec![0, 1, 2]);
    };
    let axes: Vec<usize> = axes.iter().map(|axis| *axis as usize).collect();
    each_once("axis", &axes, &at.field("axes"))?;
    Ok(axes)
}
