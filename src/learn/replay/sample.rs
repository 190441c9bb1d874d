//! Sampling from the replay memory. What is drawn depends on the generator alone; gathering it may be split among threads.

use rand::RngExt;

use super::{End, Replay};
use crate::seed::Rng;

/// After so many draws that hit broken transitions, the search goes on in order to the next unbroken one.
const MOST_DRAWS: usize = 64;

/// The place of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its row, counted from the beginning of the run.
    pub row: u64,
    /// Its environment.
    pub environment: usize,
}

/// Transitions as a critic learns from them: `y = returns + discounts * V(next_observations)`. `B` of them; memory is kept from one
/// to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// `[B, O]`.
    pub observations: Vec<f32>,
    /// `[B, A]`.
    pub actions: Vec<f32>,
    /// Discounted rewards of the steps that follow each other, `[B]`.
    pub returns: Vec<f32>,
    /// Weight of the value of `next_observations`, `[B]`: 0 after termination.
    pub discounts: Vec<f32>,
    /// The observation after the last of these steps, `[B, O]`; zeros after termination.
    pub next_observations: Vec<f32>,
}

/// The return of some steps of one environment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// `r_0 + gamma r_1 + ... + gamma^(k - 1) r_(k - 1)`.
    pub discounted: f32,
    /// `gamma^k`, or 0 where the last of them is terminal.
    pub discount: f32,
    /// `k`.
    pub steps: usize,
}

/// The return of at most `most` steps (Sutton and Barto, 2nd edition, eq. 7.1): fewer where an episode ends, before a step that broke,
/// and where there are no more. Truncation keeps the bootstrap. The first step is not a broken one.
pub fn window(steps: impl Iterator<Item = (f32, End)>, most: usize, gamma: f32) -> Window {
    let mut window = Window {
        discounted: 0.0,
        discount: 1.0,
        steps: 0,
    };
    for (reward, end) in steps.take(most) {
        if end == End::Broken {
            break;
        }
        window.discounted += window.discount * reward;
        window.discount *= gamma;
        window.steps += 1;
        match end {
            End::Running => {}
            End::TimeLimit | End::Broken => break,
            End::Terminated => {
                window.discount = 0.0;
                break;
            }
        }
    }
    window
}

impl Replay {
    /// Draws `count` transitions uniformly, with replacement, from those that are not broken. Empty if there is none.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Vec<Place> {
        (0..count).map_while(|_| self.draw_one(rng)).collect()
    }

    fn draw_one(&self, rng: &mut Rng) -> Option<Place> {
        let (count, envs) = (self.len() as u64, self.shape.envs as u64);
        if count == 0 {
            return None;
        }
        let place = |number: u64| Place {
            row: self.rows().start + number / envs,
            environment: (number % envs) as usize,
        };
        let is_good = |at: &Place| self.transition(at.row, at.environment).end() != End::Broken;
        let mut number = 0;
        for _ in 0..MOST_DRAWS {
            number = rng.random_range(0..count);
            if is_good(&place(number)) {
                return Some(place(number));
            }
        }
        // Nearly everything broke: the next good one, if there is one.
        (1..count)
            .map(|k| place((number + k) % count))
            .find(is_good)
    }

    /// Gathers the drawn transitions, with returns over at most `most` steps (at least 1). Row `b` of `into` depends on `places[b]` alone.
    pub fn gather(&self, places: &[Place], most: usize, gamma: f32, into: &mut Samples) {
        let Samples {
            observations,
            actions,
            returns,
            discounts,
            next_observations,
        } = into;
        for numbers in [&mut *observations, &mut *actions, &mut *next_observations] {
            numbers.clear();
        }
        returns.clear();
        discounts.clear();
        for &Place { row, environment } in places {
            let first = self.transition(row, environment);
            observations.extend_from_slice(first.observation());
            actions.extend_from_slice(first.action());
            let steps = (row..self.pushed).map(|row| {
                let step = self.transition(row, environment);
                (step.reward(), step.end())
            });
            let window = window(steps, most, gamma);
            returns.push(window.discounted);
            discounts.push(window.discount);
            let last = row + window.steps.saturating_sub(1) as u64;
            let last = self.transition(last, environment);
            next_observations.extend_from_slice(last.next_observation());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{rollout, shape};
    use super::*;
    use crate::seed::Seed;
    use crate::step::StepEnd;

    fn rng() -> Rng {
        Seed::new(1).stream("test").nth(0)
    }

    fn of(steps: &[(f32, End)], most: usize) -> (f32, f32, usize) {
        let window = window(steps.iter().copied(), most, 0.5);
        (window.discounted, window.discount, window.steps)
    }

    #[test]
    fn a_window_ends_where_its_episode_does() {
        use End::{Broken, Running, Terminated, TimeLimit};
        let [one, two, four] = [1.0, 2.0, 4.0];
        let on = [(one, Running), (two, Running), (four, Running)];
        // 1 + 2 / 2 + 4 / 4, then gamma^3.
        assert_eq!(of(&on, 3), (3.0, 0.125, 3));
        assert_eq!(of(&on, 2), (2.0, 0.25, 2));
        assert_eq!(of(&on, 1), (1.0, 0.5, 1));
        // No more steps yet: what comes after counts as much as it comes early.
        assert_eq!(of(&on, 9), (3.0, 0.125, 3));
        let fall = [(one, Running), (two, Terminated), (four, Running)];
        assert_eq!(of(&fall, 3), (2.0, 0.0, 2));
        let limit = [(one, Running), (two, TimeLimit), (four, Running)];
        assert_eq!(of(&limit, 3), (2.0, 0.25, 2));
        let broken = [(one, Running), (two, Running), (four, Broken)];
        assert_eq!(of(&broken, 3), (2.0, 0.25, 2));
        assert_eq!(of(&fall[1..], 3), (2.0, 0.0, 1));
    }

    fn gathered(replay: &Replay, row: u64, environment: usize, most: usize) -> [f32; 5] {
        let mut samples = Samples::default();
        replay.gather(&[Place { row, environment }], most, 0.5, &mut samples);
        [
            samples.observations[0],
            samples.actions[0],
            samples.returns[0],
            samples.discounts[0],
            samples.next_observations[0],
        ]
    }

    #[test]
    fn a_sample_looks_ahead_in_its_own_environment() {
        let mut replay = Replay::new(shape(2, 4, 100));
        let mut first = rollout(2, 4, 0.0);
        first.ends[2] = StepEnd::TimeLimit { last: vec![77.0] };
        replay.push(&first);
        let mut second = rollout(2, 4, 20.0);
        // Its first step in environment 1.
        second.ends[4] = StepEnd::Broken;
        replay.push(&second);
        // Environment 0 sees 0 to 3, then 20 to 23; it is paid the negative of each.
        assert_eq!(gathered(&replay, 0, 0, 1), [0.0, 0.0, 0.0, 0.5, 1.0]);
        assert_eq!(gathered(&replay, 1, 0, 3), [1.0, 0.1, -2.0, 0.25, 77.0]);
        // From one rollout to the next: -3 - 20 / 2 - 21 / 4.
        assert_eq!(gathered(&replay, 3, 0, 3), [3.0, 0.3, -18.25, 0.125, 22.0]);
        // The newest row: -23, and what was seen after it.
        assert_eq!(gathered(&replay, 7, 0, 3), [23.0, 2.3, -23.0, 0.5, 23.5]);
        // Environment 1 sees 4 to 7 and then breaks: -6 - 7 / 2, and what was seen before that.
        assert_eq!(gathered(&replay, 2, 1, 3), [6.0, 0.6, -9.5, 0.25, 7.5]);
    }

    #[test]
    fn what_is_gathered_in_parts_is_the_same() {
        let mut replay = Replay::new(shape(3, 5, 20));
        for k in 0..4 {
            replay.push(&rollout(3, 5, 100.0 * k as f32));
        }
        let places = replay.draw(10, &mut rng());
        let mut whole = Samples::default();
        replay.gather(&places, 3, 0.5, &mut whole);
        let (mut part, mut returns) = (Samples::default(), Vec::new());
        for places in places.chunks(4) {
            replay.gather(places, 3, 0.5, &mut part);
            returns.extend_from_slice(&part.returns);
        }
        assert_eq!(returns, whole.returns);
        assert_eq!(whole.observations.len(), 10);
    }

    #[test]
    fn any_good_transition_that_is_remembered_is_drawn_and_no_other() {
        // The last 4 rows of 6, of 2 environments, one of whose transitions broke.
        let mut replay = Replay::new(shape(2, 2, 8));
        for k in 0..3 {
            let mut rollout = rollout(2, 2, 0.0);
            if k == 1 {
                rollout.ends[3] = StepEnd::Broken;
            }
            replay.push(&rollout);
        }
        let mut drawn = [[0; 2]; 6];
        for Place { row, environment } in replay.draw(7000, &mut rng()) {
            drawn[row as usize][environment] += 1;
        }
        assert_eq!(drawn[..2], [[0, 0], [0, 0]], "forgotten");
        assert_eq!(drawn[3][1], 0, "broken");
        // A thousand each, give or take four standard deviations.
        let others = drawn[2..].iter().flatten().filter(|&&count| count > 0);
        assert!(others.clone().all(|count| (880..1120).contains(count)));
        assert_eq!(others.count(), 7);
        assert_eq!(replay.draw(9, &mut rng()), replay.draw(9, &mut rng()));
    }

    #[test]
    fn one_good_transition_among_many_is_found_and_none_is_said() {
        let mut replay = Replay::new(shape(1, 1000, 1000));
        let mut rollout = rollout(1, 1000, 0.0);
        rollout.ends.fill(StepEnd::Broken);
        replay.push(&rollout);
        assert!(replay.draw(3, &mut rng()).is_empty());
        rollout.ends[500] = StepEnd::Running;
        replay.push(&rollout);
        let (row, environment) = (1500, 0);
        assert_eq!(replay.draw(3, &mut rng()), [Place { row, environment }; 3]);
        assert!(Replay::new(shape(1, 1, 1)).draw(3, &mut rng()).is_empty());
    }
}
