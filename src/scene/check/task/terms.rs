//! What the agent is paid for, and how episodes end.

use super::super::formula::{self, Moments, formula};
use super::{Context, positive};
use crate::scene::{
    error::Diagnostic,
    file,
    formula::Formula,
    locate::Path,
    robot::JointKind,
    task::{End, Reward, Success, Term, When},
};

impl Context<'_> {
    pub(super) fn reward(&self, written: &file::Reward, at: &Path) -> Result<Reward, Diagnostic> {
        use file::Term as T;

        let of_at = &at.field("of");
        let of = match &written.of {
            T::Distance { point } => Term::Distance {
                point: self.goal_point(point, of_at)?,
            },
            T::Near { point, width } => Term::Near {
                point: self.goal_point(point, of_at)?,
                width: positive(*width, of_at, "width", "m")?,
            },
            T::Gauss { point, width } => Term::Gauss {
                point: self.goal_point(point, of_at)?,
                width: positive(*width, of_at, "width", "m")?,
            },
            T::Inside { point, distance } => Term::Inside {
                point: self.goal_point(point, of_at)?,
                distance: positive(*distance, of_at, "distance", "m")?,
            },
            T::Progress { point } => Term::Progress {
                point: self.goal_point(point, of_at)?,
            },
            T::Effort {} => Term::Effort,
            T::JointSpeed {} => Term::JointSpeed,
            T::PointSpeed { point } => Term::PointSpeed {
                point: self.point(point, of_at)?,
            },
            T::AngleError { joint, target } => {
                let joint = self.joint(joint, of_at.field("joint"))?;
                Term::AngleError {
                    joint,
                    target: *target,
                    turns: self.robot.joints[joint].kind == JointKind::Revolute,
                }
            }
            T::Speed { joint } => Term::Speed {
                joint: self.joint(joint, of_at.field("joint"))?,
            },
            T::Alive {} => Term::Alive,
            T::Expr(text) => {
                let scope = self.scope(match written.at {
                    file::When::Before => Moments::Before,
                    file::When::After => Moments::AfterAndBefore,
                });
                Term::Expr(formula(text, formula::Kind::Number, scope, of_at)?)
            }
            T::ActionRate {} => Term::ActionRate,
            T::Energy {} => Term::Energy {
                motors: self.robot.motors.clone(),
            },
            T::JointLimit { margin } => Term::JointLimit {
                margin: positive(*margin, of_at, "margin", "rad, or m")?,
                ranges: self.ranges(of_at)?,
            },
            T::VelocityTracking {
                point,
                axis,
                target,
                width,
            } => Term::VelocityTracking {
                point: self.point(point, of_at)?,
                axis: *axis as usize,
                target: *target,
                width: positive(*width, of_at, "width", "m/s")?,
            },
            T::Height {
                point,
                target,
                width,
            } => Term::Height {
                point: self.point(point, of_at)?,
                target: *target,
                width: positive(*width, of_at, "width", "m")?,
            },
        };
        Ok(Reward {
            weight: written.weight,
            of,
            at: match written.at {
                file::When::Before => When::Before,
                file::When::After => When::After,
            },
        })
    }

    pub(super) fn end(&self, written: &file::End, at: &Path) -> Result<End, Diagnostic> {
        Ok(match written {
            file::End::PointBelow { point, z } => End::PointBelow {
                point: self.point(point, at)?,
                z: *z,
            },
            file::End::PointAbove { point, z } => End::PointAbove {
                point: self.point(point, at)?,
                z: *z,
            },
            file::End::JointSpeedAbove { speed } => End::JointSpeedAbove {
                speed: positive(*speed, at, "speed", "rad/s, or m/s")?,
            },
            file::End::AngleOutside { joint, range } => {
                let [low, high] = *range;
                if low >= high {
                    return Err(Diagnostic::new(
                        at.field("range"),
                        "a range must go from low to high",
                    )
                    .help("(lowest, highest) position of the joint (rad, or m)"));
                }
                End::AngleOutside {
                    joint: self.joint(joint, at.field("joint"))?,
                    range: *range,
                }
            }
            file::End::Touches { link } => End::Touches {
                link: self.link(link, at)?,
            },
            file::End::Inside { point, distance } => End::Inside {
                point: self.goal_point(point, at)?,
                distance: positive(*distance, at, "distance", "m")?,
            },
            file::End::When(text) => End::When(self.condition(text, at)?),
        })
    }

    pub(super) fn success(
        &self,
        written: &file::Success,
        at: &Path,
    ) -> Result<Success, Diagnostic> {
        Ok(match written {
            file::Success::Within { point, distance } => Success::Within {
                point: self.goal_point(point, at)?,
                distance: positive(*distance, at, "distance", "m")?,
            },
            file::Success::When(text) => Success::When(self.condition(text, at)?),
        })
    }

    fn condition(&self, text: &str, at: &Path) -> Result<Formula, Diagnostic> {
        let scope = self.scope(Moments::One);
        formula(text, formula::Kind::Condition, scope, at)
    }

    fn scope(&self, moments: Moments) -> formula::Scope<'_> {
        formula::Scope {
            around: &self.around,
            has_goal: self.has_goal,
            moments,
        }
    }

    /// The joints that have a range, one at least.
    fn ranges(&self, at: &Path) -> Result<Vec<(usize, [f32; 2])>, Diagnostic> {
        let joints = self.robot.joints.iter().enumerate();
        let ranges: Vec<_> = joints
            .filter_map(|(i, joint)| Some((i, joint.range?)))
            .collect();
        if ranges.is_empty() {
            return Err(Diagnostic::new(
                at.clone(),
                "this needs a joint with a range, and there is none",
            )
            .help("give a joint its `range: (lowest, highest)`"));
        }
        Ok(ranges)
    }
}
