//! What a scene means, however it is written: what identifies a run of it, and where two scenes differ.

use serde::Serialize;

use super::robot::{Point, Robot};
use super::world::World;
use super::{Scene, presets};
use crate::learn::LearnerSettings;
use crate::meaning::Meaning;
use crate::task::formulas::TaskFormula;
use crate::task::{Reward, Task};

/// All of a scene that a training with one of its presets depends on.
#[derive(Serialize)]
struct Parts<'a> {
    world: &'a World,
    robot: &'a Robot,
    task: &'a Task,
    levels: Vec<Level<'a>>,
    learner: Option<LearnerSettings>,
}

/// The same of a level of its curriculum.
#[derive(Serialize)]
struct Level<'a> {
    world: &'a World,
    robot: &'a Robot,
    task: &'a Task,
}

impl<'a> Level<'a> {
    fn of(scene: &'a Scene) -> Self {
        Self {
            world: &scene.world,
            robot: &scene.robot,
            task: &scene.task,
        }
    }
}

/// What a level pays for: its terms, and what of the robot these are about.
#[derive(Serialize)]
struct Paid<'a> {
    reward: &'a [Reward],
    points: Vec<&'a Point>,
}

impl Scene {
    /// What the scene means with one of its presets. Comments, names and the number of steps do not count.
    pub fn meaning(&self, learner: &str) -> Meaning {
        Meaning::of(&Parts {
            world: &self.world,
            robot: &self.robot,
            task: &self.task,
            levels: self.levels.iter().map(Level::of).collect(),
            learner: presets::meant(&self.learners, learner),
        })
    }

    /// The first difference between this scene with one of its presets and `other` with the same one, in words.
    pub fn difference(&self, other: &Scene, learner: &str) -> Option<String> {
        self.meaning(learner).difference(&other.meaning(learner))
    }

    /// All differences, in words; those of the levels of a curriculum that follow from others are left out.
    pub fn differences(&self, other: &Scene, learner: &str) -> Vec<String> {
        let all = self.meaning(learner).differences(&other.meaning(learner));
        let (levels, mut found): (Vec<_>, Vec<_>) =
            (all.into_iter()).partition(|difference| difference.starts_with("`levels["));
        for difference in levels {
            // That there are more or fewer of them is said of the curriculum.
            let Some((_, place)) = difference.split_once("].") else {
                continue;
            };
            if !found.iter().any(|other| other.ends_with(place)) {
                found.push(difference);
            }
        }
        found
    }

    /// Whether the rewards of the two are the same, at every level: the same terms, about the same points and motors.
    pub fn pays_as(&self, other: &Scene) -> bool {
        let paid = |scene: &Scene| -> Vec<[u8; 32]> {
            let levels = scene.levels.iter().chain([scene]);
            levels.map(|level| level.paid().hash()).collect()
        };
        paid(self) == paid(other)
    }

    fn paid(&self) -> Meaning {
        let reward = self.task.reward.as_slice();
        let mut points = Vec::new();
        indices_of_points(&Meaning::of(reward), &mut points);
        let formulas = reward.iter().filter_map(|reward| reward.of.formula());
        points.extend(formulas.flat_map(TaskFormula::points));
        let points = points
            .iter()
            .filter_map(|&point| self.robot.points.get(point));
        Meaning::of(&Paid {
            reward,
            points: points.collect(),
        })
    }
}

/// The points that terms refer to by the field `point`.
fn indices_of_points(meaning: &Meaning, found: &mut Vec<usize>) {
    match meaning {
        Meaning::List(entries) => (entries.iter()).for_each(|at| indices_of_points(at, found)),
        Meaning::Variant(_, inside) => indices_of_points(inside, found),
        Meaning::Fields(fields) => {
            for (name, value) in fields {
                match value {
                    Meaning::Plain(index) if name == "point" => {
                        found.extend(index.parse::<usize>());
                    }
                    value => indices_of_points(value, found),
                }
            }
        }
        Meaning::Nothing | Meaning::Plain(_) | Meaning::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pendulum(reward: &str, robot: &str) -> Scene {
        let set = [format!("task.reward={reward}"), robot.to_owned()];
        Scene::open_with("pendulum", Some("ppo"), &set).expect("it is one")
    }

    #[test]
    fn what_pays_the_same_is_the_same_terms_about_the_same_robot() {
        let of_torque = "[(weight: -1, of: Expr(\"hinge.torque^2\"))]";
        let of_effort = "[(weight: -1, of: Effort())]";
        let of_point = "[(weight: 1, of: PointSpeed(point: \"tip\"))]";
        let (weak, strong) = ("robot.joints[0].torque=2", "robot.joints[0].torque=3");
        for (reward, pays_the_same) in [(of_torque, false), (of_effort, true), (of_point, true)] {
            let [old, new] = [weak, strong].map(|robot| pendulum(reward, robot));
            assert_eq!(old.pays_as(&new), pays_the_same, "{reward}");
            assert!(old.pays_as(&old) && old.difference(&new, "ppo").is_some());
        }
        let speed = "[(weight: 1, of: Expr(\"tip.speed\"))]";
        for (reward, pays_the_same) in [(of_point, false), (speed, false), (of_torque, true)] {
            let [old, new] = ["(0, 0, 0.5)", "(0, 0, 0.25)"].map(|at| {
                pendulum(
                    reward,
                    &format!("robot.points={{\"tip\": (link: \"rod\", at: {at})}}"),
                )
            });
            assert_eq!(old.pays_as(&new), pays_the_same, "{reward}");
        }
    }

    #[test]
    fn a_scene_means_the_same_however_it_is_written() {
        let (name, text) = Scene::shipped().next().expect("there are some");
        let [one, other] = [text.to_owned(), format!("// Words.\n{text}\n")]
            .map(|text| Scene::parse(name, &text).expect("it is shipped"));
        assert_eq!(one.meaning("ppo").hash(), other.meaning("ppo").hash());
        assert_eq!(one.differences(&other, "ppo"), [""; 0]);
    }
}
