//! What differs from episode to episode: of what there is, within what can be.

use super::{Context, each, positive};
use crate::scene::{
    error::Diagnostic,
    file,
    locate::Path,
    task::{Distribution, Randomize},
};

impl Context<'_> {
    pub(super) fn randomize(
        &self,
        written: &file::Randomize,
        at: &Path,
    ) -> Result<Randomize, Diagnostic> {
        use file::Randomize as R;

        let scale = |scale: &file::Distribution| distribution(scale, &at.field("scale"), true);
        Ok(match written {
            R::Mass { links, scale: by } => Randomize::Mass {
                links: self.links(links, at)?,
                scale: scale(by)?,
            },
            R::Friction { links, scale: by } => Randomize::Friction {
                links: match links {
                    None => None,
                    Some(_) => Some(self.links(links, at)?),
                },
                scale: scale(by)?,
            },
            R::Damping { joints, scale: by } => Randomize::Damping {
                joints: self.joints(joints, at)?,
                scale: scale(by)?,
            },
            R::MotorStrength { joints, scale: by } => Randomize::MotorStrength {
                motors: self.motors(joints, at)?,
                scale: scale(by)?,
            },
            R::Gravity { scale: by } => {
                self.weight(at)?;
                Randomize::Gravity { scale: scale(by)? }
            }
            R::SensorNoise { scale: by } => Randomize::SensorNoise { scale: scale(by)? },
            R::Push {
                link,
                force,
                every_s,
                lasts_s,
            } => {
                let [from, to] = *every_s;
                if from <= 0.0 || from > to {
                    let what = "`every_s` must go from low to high, above 0";
                    return Err(Diagnostic::new(at.field("every_s"), what)
                        .help("(shortest, longest) time from one push to the next (s)"));
                }
                Randomize::Push {
                    link: self.link(link, at)?,
                    force: distribution(force, &at.field("force"), false)?,
                    every_s: *every_s,
                    lasts_s: positive(*lasts_s, at, "lasts_s", "s")?,
                }
            }
        })
    }

    pub(super) fn randomizations(
        &self,
        written: &[file::Randomize],
        at: &Path,
    ) -> Result<Vec<Randomize>, Diagnostic> {
        each(written, at, |written, at| self.randomize(written, at))
    }
}

/// A distribution of factors, which must be above 0, or of numbers that are 0 or more.
fn distribution(
    written: &file::Distribution,
    at: &Path,
    is_factor: bool,
) -> Result<Distribution, Diagnostic> {
    let (drawn, ordered) = match *written {
        file::Distribution::Uniform(low, high) => (Distribution::Uniform(low, high), low <= high),
        file::Distribution::Normal(mean, deviation) => {
            (Distribution::Normal(mean, deviation), deviation >= 0.0)
        }
        file::Distribution::LogUniform(low, high) => {
            if low <= 0.0 {
                return Err(
                    Diagnostic::new(at.nth(0), "a logarithm needs a number above 0")
                        .help("LogUniform(lowest, highest), both above 0"),
                );
            }
            (Distribution::LogUniform(low, high), low <= high)
        }
    };
    if !ordered {
        return Err(
            Diagnostic::new(at.clone(), "this distribution has no numbers").help(
                "Uniform(lowest, highest), LogUniform(lowest, highest) or Normal(mean, deviation)",
            ),
        );
    }
    let least = drawn.least();
    if least < 0.0 || is_factor && least == 0.0 {
        let (what, bound) = if is_factor {
            ("a factor must be above 0", "above 0")
        } else {
            ("this must not be negative", "0 or more")
        };
        return Err(Diagnostic::new(at.clone(), what)
            .label(format!("it may be {least}"))
            .help(format!(
                "everything that it gives must be {bound}; a Normal one reaches three deviations"
            )));
    }
    Ok(drawn)
}
