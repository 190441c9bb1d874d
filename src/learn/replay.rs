//! The replay memory of an off-policy learner: a ring buffer of *rows*, each one control step of all environments.
//!
//! A row holds a *transition* of each environment, one after the other, `2 O + A + 2` numbers each:
//!
//! | observation | action | reward | end | next observation |
//! |---|---|---|---|---|
//! | `O` | `A`, as the policy drew it | 1 | 1 | `O` |
//!
//! The next observation is the true one: the last of its episode at a time limit, zeros after termination. A broken step is zeros
//! throughout. The next observation is stored although the next row mostly begins with it, because the next row may be of another episode,
//! broken, or not there yet.
//!
//! Rows are numbered from the beginning of the run. The ring has room for one rollout more than it samples from, so that the last rollout
//! can be taken back ([`Replay::go_back`]). [`sample`] draws from it, [`block`] says how it is stored in files.

pub mod block;
#[cfg(test)]
pub(crate) mod example;
pub mod sample;

use std::collections::BTreeMap;
use std::ops::Range;

use super::rollout::Rollout;
use crate::step::StepEnd;
use block::Hash;

/// The shape of a transition, and how many are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// `O`.
    pub observations: usize,
    /// `A`.
    pub actions: usize,
    /// `N`, at least 1.
    pub envs: usize,
    /// `T`, the rows that come with one rollout.
    pub horizon: usize,
    /// Transitions to store, rounded up to whole rows and to one rollout at least; 0 for none.
    pub capacity: usize,
}

impl Shape {
    /// Of an on-policy learner, which stores nothing.
    pub const NOTHING: Self = Self {
        observations: 0,
        actions: 0,
        envs: 1,
        horizon: 0,
        capacity: 0,
    };

    /// Numbers of a transition.
    fn width(&self) -> usize {
        2 * self.observations + self.actions + 2
    }

    /// Numbers of a row.
    fn row(&self) -> usize {
        self.envs * self.width()
    }

    /// Rows to sample from.
    fn rows(&self) -> usize {
        match self.capacity {
            0 => 0,
            capacity => capacity.div_ceil(self.envs).max(self.horizon),
        }
    }

    /// Rows that the ring has room for.
    fn room(&self) -> usize {
        match self.rows() {
            0 => 0,
            rows => rows + self.horizon,
        }
    }
}

/// How a step left its episode, as a transition stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The episode goes on, though the next row may be broken.
    Running,
    /// Termination: no future value.
    Terminated,
    /// Truncation: bootstraps from the value of the next observation.
    TimeLimit,
    /// Never sampled.
    Broken,
}

impl End {
    const ALL: [Self; 4] = [
        Self::Running,
        Self::Terminated,
        Self::TimeLimit,
        Self::Broken,
    ];

    fn to_number(self) -> f32 {
        f32::from(self as u8)
    }

    fn from_number(number: f32) -> Option<Self> {
        let is_it = |end: &Self| end.to_number() == number;
        Self::ALL.into_iter().find(is_it)
    }
}

/// The replay memory. See the [module](self).
pub struct Replay {
    shape: Shape,
    /// Row `r` is at `r % room`. Its pages take no memory before they are written.
    ring: Vec<f32>,
    /// Rows pushed since the start, except those taken back.
    pushed: u64,
    /// Hashes of complete blocks, by their first rows, so that a complete block is hashed once.
    hashes: BTreeMap<u64, Hash>,
}

/// A transition, wherever it is in the ring.
struct Transition<'a> {
    numbers: &'a [f32],
    shape: &'a Shape,
}

impl<'a> Transition<'a> {
    fn observation(&self) -> &'a [f32] {
        &self.numbers[..self.shape.observations]
    }

    fn action(&self) -> &'a [f32] {
        &self.numbers[self.shape.observations..][..self.shape.actions]
    }

    fn reward(&self) -> f32 {
        self.numbers[self.shape.observations + self.shape.actions]
    }

    fn end(&self) -> End {
        let number = self.numbers[self.shape.observations + self.shape.actions + 1];
        End::from_number(number).expect("whoever writes a row writes an end")
    }

    fn next_observation(&self) -> &'a [f32] {
        &self.numbers[self.shape.observations + self.shape.actions + 2..]
    }
}

impl Replay {
    /// An empty memory.
    pub fn new(shape: Shape) -> Self {
        Self {
            ring: vec![0.0; shape.room() * shape.row()],
            shape,
            pushed: 0,
            hashes: BTreeMap::new(),
        }
    }

    /// The shape it was made for.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Rows pushed since the start.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The rows that can be sampled, the oldest first.
    pub fn rows(&self) -> Range<u64> {
        self.pushed.saturating_sub(self.shape.rows() as u64)..self.pushed
    }

    /// Transitions that are stored, broken ones included.
    pub fn len(&self) -> usize {
        let rows = self.rows();
        (rows.end - rows.start) as usize * self.shape.envs
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores a rollout of finite numbers, in the place of the oldest rows if there is no room.
    ///
    /// # Panics
    /// It has other shapes than the memory.
    pub fn push(&mut self, rollout: &Rollout) {
        let shape = self.shape;
        if shape.capacity == 0 {
            return;
        }
        let is = (rollout.envs, rollout.horizon);
        assert_eq!(is, (shape.envs, shape.horizon), "one shape for all");
        let first = self.pushed;
        for environment in 0..shape.envs {
            for t in 0..shape.horizon {
                let place = self.place(first + t as u64, environment);
                write(&mut self.ring[place], &shape, rollout, environment, t);
            }
        }
        self.pushed += shape.horizon as u64;
        self.hash_blocks_from(first);
    }

    /// Takes back what was pushed after the first `pushed` rows: the last rollout, or nothing. The rows that it had displaced can be sampled
    /// again.
    ///
    /// # Panics
    /// It is asked to go further back.
    pub fn go_back(&mut self, pushed: u64) {
        let furthest = self.pushed.saturating_sub(self.shape.horizon as u64);
        let is_possible = (furthest..=self.pushed).contains(&pushed);
        assert!(is_possible, "one rollout can be taken back");
        self.pushed = pushed;
        self.forget_hashes();
    }

    fn transition(&self, row: u64, environment: usize) -> Transition<'_> {
        Transition {
            numbers: &self.ring[self.place(row, environment)],
            shape: &self.shape,
        }
    }

    /// Where a transition is in the ring.
    fn place(&self, row: u64, environment: usize) -> Range<usize> {
        let width = self.shape.width();
        let row = (row % self.shape.room() as u64) as usize;
        let start = row * self.shape.row() + environment * width;
        start..start + width
    }
}

/// Step `t` of an environment becomes a transition.
fn write(to: &mut [f32], shape: &Shape, rollout: &Rollout, environment: usize, t: usize) {
    let (observed, acted) = (shape.observations, shape.actions);
    let i = environment * rollout.horizon + t;
    let observation = |i: usize| &rollout.observations[i * observed..][..observed];
    let (end, next) = match &rollout.ends[i] {
        StepEnd::Running if t + 1 == rollout.horizon => {
            let next = &rollout.next_observations[environment * observed..][..observed];
            (End::Running, Some(next))
        }
        StepEnd::Running => (End::Running, Some(observation(i + 1))),
        StepEnd::Terminated => (End::Terminated, None),
        StepEnd::TimeLimit { last } => (End::TimeLimit, Some(last.as_slice())),
        StepEnd::Broken => {
            to.fill(0.0);
            to[observed + acted + 1] = End::Broken.to_number();
            return;
        }
    };
    let (seen, rest) = to.split_at_mut(observed);
    let (done, rest) = rest.split_at_mut(acted);
    seen.copy_from_slice(observation(i));
    done.copy_from_slice(&rollout.actions[i * acted..][..acted]);
    rest[0] = rollout.rewards[i];
    rest[1] = end.to_number();
    match next {
        Some(next) => rest[2..].copy_from_slice(next),
        None => rest[2..].fill(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::example::{rollout, shape};
    use super::*;

    fn numbers(replay: &Replay, row: u64, environment: usize) -> &[f32] {
        replay.transition(row, environment).numbers
    }

    #[test]
    fn a_transition_says_what_was_seen_done_paid_and_seen_next() {
        let mut replay = Replay::new(shape(2, 4, 100));
        let mut rollout = rollout(2, 4, 10.0);
        rollout.ends[1] = StepEnd::Terminated;
        rollout.ends[2] = StepEnd::TimeLimit { last: vec![77.0] };
        rollout.ends[3] = StepEnd::Broken;
        replay.push(&rollout);
        assert_eq!(numbers(&replay, 0, 0), [10.0, 1.0, -10.0, 0.0, 11.0]);
        assert_eq!(numbers(&replay, 1, 0), [11.0, 1.1, -11.0, 1.0, 0.0]);
        assert_eq!(numbers(&replay, 2, 0), [12.0, 1.2, -12.0, 2.0, 77.0]);
        assert_eq!(numbers(&replay, 3, 0), [0.0, 0.0, 0.0, 3.0, 0.0]);
        // The other environment, to what it would be seen as next.
        assert_eq!(numbers(&replay, 2, 1), [16.0, 1.6, -16.0, 0.0, 17.0]);
        assert_eq!(numbers(&replay, 3, 1), [17.0, 1.7, -17.0, 0.0, 17.5]);
        assert_eq!((replay.pushed(), replay.len()), (4, 8));
    }

    #[test]
    fn the_oldest_rows_make_room() {
        // 5 transitions of 2 environments are 3 rows.
        let mut replay = Replay::new(shape(2, 2, 5));
        for k in 0..3 {
            replay.push(&rollout(2, 2, 10.0 * k as f32));
        }
        assert_eq!((replay.rows(), replay.len()), (3..6, 6));
        for (row, seen) in [(3, 11.0), (4, 20.0), (5, 21.0)] {
            assert_eq!(numbers(&replay, row, 0)[0], seen);
        }
    }

    #[test]
    fn a_rollout_is_remembered_whole_however_small_the_memory() {
        let mut replay = Replay::new(shape(1, 4, 1));
        replay.push(&rollout(1, 4, 0.0));
        assert_eq!(replay.rows(), 0..4);
    }

    #[test]
    fn a_rollout_that_is_taken_back_was_never_there() {
        let mut replay = Replay::new(shape(2, 2, 6));
        let mut never = Replay::new(shape(2, 2, 6));
        for k in 0..4 {
            replay.push(&rollout(2, 2, k as f32));
            never.push(&rollout(2, 2, k as f32));
        }
        let before = replay.pushed();
        replay.push(&rollout(2, 2, 50.0));
        assert_ne!(replay.digest(), never.digest());
        replay.go_back(before);
        assert_eq!(replay.digest(), never.digest());
        for row in never.rows() {
            assert_eq!(numbers(&replay, row, 1), numbers(&never, row, 1));
        }
        replay.push(&rollout(2, 2, 4.0));
        never.push(&rollout(2, 2, 4.0));
        assert_eq!(replay.digest(), never.digest());
    }

    #[test]
    #[should_panic(expected = "one rollout can be taken back")]
    fn no_more_than_that_is_taken_back() {
        let mut replay = Replay::new(shape(1, 2, 6));
        replay.push(&rollout(1, 2, 0.0));
        replay.push(&rollout(1, 2, 0.0));
        replay.go_back(0);
    }

    #[test]
    fn a_memory_of_nothing_stays_empty() {
        let mut replay = Replay::new(Shape::NOTHING);
        replay.push(&rollout(3, 2, 0.0));
        assert!(replay.is_empty());
        assert_eq!(replay.pushed(), 0);
        assert_eq!(replay.blocks().count(), 0);
    }
}
