//! How an episode begins: what is drawn from its own random stream.

use rand::RngExt;

use crate::scene::robot::Robot;
use crate::scene::task::{Command, Distribution, Goal, Randomize, Start, Task};
use crate::seed::Rng;
use crate::sim::Variation;
use crate::sim::reset::Stance;
use crate::sim::variation::Push;

/// Joint angles and speeds at the start: home plus uniform noise, within the joints' ranges; and where what floats is.
pub fn start(robot: &Robot, start: &Start, rng: &mut Rng) -> Stance {
    let mut around = |center: f32, noise: f32| center + noise * (2.0 * rng.random::<f32>() - 1.0);
    let angles = robot
        .joints
        .iter()
        .map(|joint| {
            let angle = around(joint.home, start.angle);
            joint
                .range
                .map_or(angle, |[low, high]| angle.clamp(low, high))
        })
        .collect();
    let speeds = robot
        .joints
        .iter()
        .map(|_| around(0.0, start.speed))
        .collect();
    let free = start.free.iter().map(|free| {
        let [xyz, rpy] = [free.xyz, free.rpy].map(|most| most.map(|most| around(0.0, most)));
        (free.link, xyz, rpy)
    });
    let free = free.collect();
    Stance {
        angles,
        speeds,
        free,
    }
}

/// A place for the goal (m, world).
pub fn goal(goal: &Goal, rng: &mut Rng) -> [f32; 3] {
    let mut between = |low: f32, high: f32| low + (high - low) * rng.random::<f32>();
    match *goal {
        Goal::Fixed { at } => at,
        Goal::Box { min, max } => std::array::from_fn(|i| between(min[i], max[i])),
        Goal::Disc { center, radius } => loop {
            let [x, y] = [between(-1.0, 1.0), between(-1.0, 1.0)];
            if x * x + y * y <= 1.0 {
                return [center[0] + radius * x, center[1] + radius * y, center[2]];
            }
        },
        // Direction uniform on the sphere, as that of a uniform point of the ball; distance uniform.
        Goal::Shell {
            center,
            radius,
            min_z,
        } => loop {
            let [x, y, z]: [f32; 3] = std::array::from_fn(|_| between(-1.0, 1.0));
            let length = (x * x + y * y + z * z).sqrt();
            if !(0.1..=1.0).contains(&length) {
                continue;
            }
            let reach = between(radius[0], radius[1]) / length;
            let at = [
                center[0] + reach * x,
                center[1] + reach * y,
                center[2] + reach * z,
            ];
            if min_z.is_none_or(|min| at[2] >= min) {
                return at;
            }
        },
    }
}

/// What an episode asks for, one number per command.
pub fn commands(commands: &[Command], rng: &mut Rng) -> Vec<f32> {
    let one = |&Command {
                   range: [low, high], ..
               }: &Command| low + (high - low) * rng.random::<f32>();
    commands.iter().map(one).collect()
}

/// A number of a distribution.
fn number(of: Distribution, rng: &mut Rng) -> f32 {
    let mut between = |low: f32, high: f32| low + (high - low) * rng.random::<f32>();
    match of {
        Distribution::Uniform(low, high) => between(low, high),
        Distribution::LogUniform(low, high) => {
            libm::expf(between(libm::logf(low), libm::logf(high))).clamp(low, high)
        }
        Distribution::Normal(mean, deviation) => loop {
            let drawn = normal(rng);
            if drawn.abs() <= 3.0 {
                return mean + deviation * drawn;
            }
        },
    }
}

/// What an episode of a task differs in.
pub fn variation(task: &Task, rng: &mut Rng) -> Variation {
    let mut variation = Variation::default();
    for randomize in &task.randomize {
        let mut of_each = |of: &[usize], scale: Distribution| -> Vec<(usize, f32)> {
            of.iter().map(|&i| (i, number(scale, rng))).collect()
        };
        match *randomize {
            Randomize::Mass { ref links, scale } => {
                variation.masses.extend(of_each(links, scale));
            }
            Randomize::Friction {
                links: Some(ref links),
                scale,
            } => variation.frictions.extend(of_each(links, scale)),
            Randomize::Friction { links: None, scale } => variation.friction *= number(scale, rng),
            Randomize::Damping { ref joints, scale } => {
                variation.dampings.extend(of_each(joints, scale));
            }
            Randomize::MotorStrength { ref motors, scale } => {
                variation.strengths.extend(of_each(motors, scale));
            }
            Randomize::Gravity { scale } => variation.gravity *= number(scale, rng),
            Randomize::SensorNoise { scale } => variation.noise *= number(scale, rng),
            Randomize::Push {
                link,
                force,
                every_s,
                lasts_s,
            } => {
                let steps = |seconds: f32| (seconds * task.control_hz).round().max(1.0) as u32;
                let mut step = 0;
                loop {
                    let [from, to] = every_s;
                    step += steps(from + (to - from) * rng.random::<f32>());
                    if step >= task.episode_steps {
                        break;
                    }
                    let newtons = number(force, rng);
                    let heading = std::f32::consts::TAU * rng.random::<f32>();
                    variation.pushes.push(Push {
                        link,
                        force: [
                            newtons * libm::cosf(heading),
                            newtons * libm::sinf(heading),
                            0.0,
                        ],
                        steps: [step, step.saturating_add(steps(lasts_s))],
                    });
                }
            }
        }
    }
    variation
}

/// A number of the standard normal distribution (Box and Muller), the same bits on every machine; never beyond plus or minus 5.8.
pub fn normal(rng: &mut Rng) -> f32 {
    // Above 0, so that it has a logarithm.
    let radius = (-2.0 * libm::logf(1.0 - rng.random::<f32>())).sqrt();
    radius * libm::cosf(std::f32::consts::TAU * rng.random::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    fn many(of: &Goal) -> Vec<[f32; 3]> {
        let mut rng = Seed::new(1).stream("test").nth(0);
        (0..2000).map(|_| goal(of, &mut rng)).collect()
    }

    #[test]
    fn a_shell_keeps_its_distances_and_its_floor() {
        let center = [0.0, 0.0, 0.5];
        for [x, y, z] in many(&Goal::Shell {
            center,
            radius: [0.25, 0.75],
            min_z: Some(0.125),
        }) {
            let distance = (x * x + y * y + (z - 0.5) * (z - 0.5)).sqrt();
            assert!((0.2499..0.7501).contains(&distance) && z >= 0.125);
        }
    }

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        let mut rng = Seed::new(1).stream("test").nth(0);
        let drawn: Vec<f64> = (0..10_000).map(|_| normal(&mut rng).into()).collect();
        let moment = |power| drawn.iter().map(|x| x.powi(power)).sum::<f64>() / 10_000.0;
        // Four standard deviations of the sample's mean, variance and kurtosis.
        assert!(moment(1).abs() < 0.04, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.06, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.4, "{}", moment(4));
    }

    #[test]
    fn a_disc_is_uniform_over_its_area() {
        let inner = many(&Goal::Disc {
            center: [0.0; 3],
            radius: 2.0,
        })
        .iter()
        .filter(|[x, y, _]| x * x + y * y < 1.0)
        .count();
        // A quarter of the area lies within half the radius; 2000 draws, standard deviation 19.
        assert!((420..580).contains(&inner), "{inner}");
    }
}
