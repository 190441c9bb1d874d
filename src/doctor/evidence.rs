//! What rollouts showed, in numbers.

use super::Actor;
use crate::pod::scene::spaces;
use crate::scene::Scene;

/// What all actors showed.
pub struct Evidence {
    /// In the order of [`Actor::ALL`].
    pub by: Vec<Played>,
    /// Entry by entry of the observation, over all actors.
    pub observation: Vec<Spread>,
    /// Some of the observations, evenly taken, `[rows, O]`.
    pub(super) rows: Vec<f32>,
    /// Control steps per second of one thread with all that a step does: the only number here that is not the same every time.
    pub steps_per_s: f64,
}

/// What one actor showed.
pub struct Played {
    /// Which one.
    pub actor: Actor,
    /// Control steps that did not break, over all environments.
    pub steps: u64,
    /// Episodes that ended.
    pub lives: Vec<Life>,
    /// The reward of a step.
    pub reward: Spread,
    /// What each reward term gave in a step, its weight included.
    pub terms: Vec<Spread>,
    /// Per motor, the steps of a settled robot in which it was asked for all that it has, or more.
    pub(super) saturated: Vec<u64>,
    /// Steps of settled robots.
    pub(super) settled: u64,
}

/// An episode that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Control steps.
    pub length: u32,
    /// The sum of its rewards.
    pub total: f64,
    /// Whether it was a success; none for tasks that do not know success.
    pub success: Option<bool>,
    /// How it ended.
    pub fate: Fate,
}

/// How an episode ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// By this end of the task.
    End(usize),
    /// Its time was up.
    Time,
    /// The environment broke, in words.
    Broken(String),
}

impl Played {
    pub(super) fn new(actor: Actor, terms: usize, motors: usize) -> Self {
        Self {
            actor,
            steps: 0,
            lives: Vec::new(),
            reward: Spread::default(),
            terms: vec![Spread::default(); terms],
            saturated: vec![0; motors],
            settled: 0,
        }
    }

    /// The episodes that did not break.
    pub fn sound(&self) -> impl Iterator<Item = &Life> + Clone {
        let is_broken = |life: &&Life| matches!(life.fate, Fate::Broken(_));
        self.lives.iter().filter(move |life| !is_broken(life))
    }

    /// The mean return of the sound episodes, if there are any.
    pub fn return_mean(&self) -> Option<f64> {
        mean(self.sound().map(|life| life.total))
    }

    /// Their mean length (control steps).
    pub fn length_mean(&self) -> Option<f64> {
        mean(self.sound().map(|life| f64::from(life.length)))
    }

    /// The share of successes among them.
    pub fn success(&self) -> Option<f64> {
        mean(
            self.sound()
                .filter_map(|life| Some(f64::from(u8::from(life.success?)))),
        )
    }
}

impl Evidence {
    /// Before anybody has played.
    pub(super) fn nothing(scene: &Scene) -> Self {
        Self {
            by: Vec::new(),
            observation: vec![Spread::default(); spaces(scene).observations()],
            rows: Vec::new(),
            steps_per_s: 0.0,
        }
    }

    /// Control steps over all actors.
    pub fn steps(&self) -> u64 {
        self.by.iter().map(|played| played.steps).sum()
    }

    /// What a reward term gave, over all actors.
    pub fn term(&self, term: usize) -> Spread {
        let each = self.by.iter().map(|played| &played.terms[term]);
        each.fold(Spread::default(), |all, one| all.and(one))
    }

    /// The share of each reward term in all that terms gave and took; none where that is nothing.
    pub fn shares(&self) -> Option<Vec<f64>> {
        let terms = self.by.first().map_or(0, |played| played.terms.len());
        let all: Vec<Spread> = (0..terms).map(|term| self.term(term)).collect();
        shares(&all)
    }
}

/// The share of each spread in the sizes of all.
pub(super) fn shares(spreads: &[Spread]) -> Option<Vec<f64>> {
    let all: f64 = spreads.iter().map(|spread| spread.size).sum();
    (all > 0.0).then(|| spreads.iter().map(|spread| spread.size / all).collect())
}

/// How a number is spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    count: f64,
    /// The least.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// The mean.
    pub mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
    /// The sum without signs.
    pub(super) size: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            count: 0.0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            mean: 0.0,
            squares: 0.0,
            size: 0.0,
        }
    }
}

impl Spread {
    /// Counts one more (Welford).
    pub(super) fn add(&mut self, x: f32) {
        let x = f64::from(x);
        self.count += 1.0;
        let before = x - self.mean;
        self.mean += before / self.count;
        self.squares += before * (x - self.mean);
        self.least = self.least.min(x);
        self.greatest = self.greatest.max(x);
        self.size += x.abs();
    }

    /// Both together.
    fn and(&self, other: &Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return Self::default();
        }
        let apart = other.mean - self.mean;
        Self {
            count,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            mean: self.mean + apart * other.count / count,
            squares: self.squares
                + other.squares
                + apart * apart * self.count * other.count / count,
            size: self.size + other.size,
        }
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        if self.count > 0.0 {
            (self.squares / self.count).sqrt()
        } else {
            0.0
        }
    }

    /// The mean without signs.
    pub(super) fn mean_size(&self) -> f64 {
        self.size / self.count.max(1.0)
    }

    /// The largest size that it had.
    pub(super) fn largest(&self) -> f64 {
        self.least.abs().max(self.greatest.abs())
    }
}

pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = numbers.fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(numbers: &[f32]) -> Spread {
        let mut spread = Spread::default();
        numbers.iter().for_each(|&x| spread.add(x));
        spread
    }

    #[test]
    fn spreads_by_hand() {
        // Mean 2; squares 4 + 0 + 4.
        let all = spread(&[0.0, 2.0, 4.0]);
        assert_eq!(
            (all.least, all.greatest, all.mean, all.squares),
            (0.0, 4.0, 2.0, 8.0)
        );
        assert_eq!(spread(&[-1.0, 1.0]).size, 2.0);
        assert_eq!(spread(&[-1.0, 1.0]).deviation(), 1.0);
        let both = spread(&[0.0, 2.0]).and(&spread(&[4.0]));
        assert!((both.squares - 8.0).abs() < 1e-12 && (both.mean - 2.0).abs() < 1e-12);
        assert_eq!(Spread::default().and(&spread(&[3.0])).mean, 3.0);
    }
}
