//! Self-play in rock-paper-scissors. Every deterministic policy can be beaten, so two players that follow the policy gradient chase
//! each other around the equilibrium (1/3, 1/3, 1/3) without converging to it. The *average* of all their policies does converge:
//! nothing wins against it. A greedy player, who always plays the action with the best average payoff so far, is predictable, and a
//! learner exploits it.
//!
//! ```
//! use sinew::lesson::rock_paper_scissors::exploitability;
//!
//! // Probabilities of rock, paper, scissors. Scissors win every game against paper.
//! assert_eq!(exploitability(&[0.0, 1.0, 0.0]), 1.0);
//! // Paper wins from rock in half of the games, and loses to scissors in a quarter.
//! assert_eq!(exploitability(&[0.5, 0.25, 0.25]), 0.25);
//! ```

use rand::RngExt;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

use super::text::{short, table};
use crate::policy::categorical;
use crate::seed::{Rng, Seed};

/// Rock, paper, scissors.
const ACTIONS: usize = 3;
/// Updates of self-play.
const UPDATES: usize = 30_000;
/// Games per update.
const GAMES: usize = 64;
/// Learning rate of self-play. Small, because large steps spiral away from the equilibrium.
const RATE: f32 = 0.03;
/// Updates between two rows of the output.
const SHOWN: usize = 2_500;
/// Initial preferences (logits): one player prefers rock, the other paper.
const START: [[f32; ACTIONS]; 2] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// Games of a learner against a fixed player.
const DUEL: usize = 10_000;
/// Games that are averaged for a row.
const SPAN: usize = 1_000;
/// Learning rate of the learner against a fixed player.
const DUEL_RATE: f32 = 0.1;

/// The lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RockPaperScissors {
    /// Self-play at regular intervals.
    pub self_play: Vec<Round>,
    /// The losses of a greedy player to a learner.
    pub greedy: Vec<Losses>,
    /// The losses of the average policy of self-play to the same learner.
    pub average: Vec<Losses>,
}

/// The first player at one time of self-play. Policies are probabilities of rock, paper and scissors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Round {
    /// Updates so far.
    pub updates: usize,
    /// The current policy.
    pub policy: [f32; ACTIONS],
    /// Exploitability of the current policy: what the best response wins from it per game.
    pub exploitability: f32,
    /// The mean of all policies so far.
    pub average: [f32; ACTIONS],
    /// Exploitability of the average policy.
    pub average_exploitability: f32,
}

/// The losses of a player over some games.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Losses {
    /// Games so far.
    pub games: usize,
    /// Mean loss per game since the row before.
    pub per_game: f32,
}

/// The payoff of action `mine` against `theirs`: 1, 0 or -1.
pub fn payoff(mine: usize, theirs: usize) -> f32 {
    match (mine + ACTIONS - theirs) % ACTIONS {
        0 => 0.0,
        1 => 1.0,
        _ => -1.0,
    }
}

/// What the best response wins per game from a policy: 0 at the equilibrium, 1 from a deterministic policy.
pub fn exploitability(policy: &[f32]) -> f32 {
    let wins = |mine| {
        let games = policy.iter().enumerate();
        games.map(|(theirs, p)| p * payoff(mine, theirs)).sum()
    };
    (0..ACTIONS).map(wins).fold(f32::MIN, f32::max)
}

impl RockPaperScissors {
    /// The lesson with games drawn from a seed.
    pub fn new(seed: Seed) -> Self {
        let games = seed.stream("lesson rock-paper-scissors");
        let self_play = self_play(&mut games.nth(0));
        let balanced = self_play.last().expect("it has a start").average;
        Self {
            greedy: duel(&mut Greedy::default(), &mut games.nth(1)),
            average: duel(&mut Mixed(balanced.map(libm::logf)), &mut games.nth(2)),
            self_play,
        }
    }
}

/// Both players follow the policy gradient of their payoff.
fn self_play(rng: &mut Rng) -> Vec<Round> {
    let mut players = START;
    let mut sum = [0.0_f64; ACTIONS];
    let mut rounds = Vec::new();
    for updates in 0..=UPDATES {
        let mut policy = [0.0; ACTIONS];
        categorical::probabilities(&players[0], &mut policy);
        for (sum, p) in sum.iter_mut().zip(&policy) {
            *sum += f64::from(*p);
        }
        if updates % SHOWN == 0 {
            let average = sum.map(|sum| (sum / (updates + 1) as f64) as f32);
            rounds.push(Round {
                updates,
                exploitability: exploitability(&policy),
                policy,
                average_exploitability: exploitability(&average),
                average,
            });
        }
        players = after_games(&players, rng);
    }
    rounds
}

/// The preferences of both players after one update.
fn after_games(players: &[[f32; ACTIONS]; 2], rng: &mut Rng) -> [[f32; ACTIONS]; 2] {
    let mut after = *players;
    for _ in 0..GAMES {
        let choices = players.map(|player| categorical::choose(&player, rng.random()));
        for (i, player) in players.iter().enumerate() {
            let paid = payoff(choices[i], choices[1 - i]);
            let weight = RATE / GAMES as f32 * paid;
            follow(&mut after[i], player, choices[i], weight);
        }
    }
    after
}

/// Adds `weight` times the score of a choice that was sampled from the preferences `drawn_from`.
fn follow(
    preferences: &mut [f32; ACTIONS],
    drawn_from: &[f32; ACTIONS],
    choice: usize,
    weight: f32,
) {
    let mut score = [0.0; ACTIONS];
    categorical::score(choice, drawn_from, &mut score);
    for (preference, score) in preferences.iter_mut().zip(score) {
        *preference += weight * score;
    }
}

/// A fixed player, whose weakness a learner looks for.
trait Player {
    fn choose(&mut self, rng: &mut Rng) -> usize;

    /// Observes the payoff of a choice.
    fn see(&mut self, choice: usize, paid: f32);
}

/// Plays the action with the best average payoff so far.
#[derive(Default)]
struct Greedy {
    /// Average payoff per action.
    payoffs: [f32; ACTIONS],
    /// Games per action.
    counts: [f32; ACTIONS],
}

impl Player for Greedy {
    fn choose(&mut self, _: &mut Rng) -> usize {
        categorical::mode(&self.payoffs)
    }

    fn see(&mut self, choice: usize, paid: f32) {
        self.counts[choice] += 1.0;
        self.payoffs[choice] += (paid - self.payoffs[choice]) / self.counts[choice];
    }
}

/// Samples from a fixed policy, given as preferences.
struct Mixed([f32; ACTIONS]);

impl Player for Mixed {
    fn choose(&mut self, rng: &mut Rng) -> usize {
        categorical::choose(&self.0, rng.random())
    }

    fn see(&mut self, _: usize, _: f32) {}
}

/// The losses of `player` to a learner with a policy for each last action of the player.
fn duel(player: &mut dyn Player, rng: &mut Rng) -> Vec<Losses> {
    let mut learner = [[0.0; ACTIONS]; ACTIONS];
    let (mut last, mut won) = (0, 0.0);
    let mut losses = Vec::new();
    for game in 1..=DUEL {
        let theirs = player.choose(rng);
        let preferences = learner[last];
        let mine = categorical::choose(&preferences, rng.random());
        let paid = payoff(mine, theirs);
        follow(&mut learner[last], &preferences, mine, DUEL_RATE * paid);
        player.see(theirs, payoff(theirs, mine));
        last = theirs;
        won += paid;
        if game % SPAN == 0 {
            losses.push(Losses {
                games: game,
                per_game: won / SPAN as f32,
            });
            won = 0.0;
        }
    }
    losses
}

impl Display for RockPaperScissors {
    fn fmt(&self, f: &mut Formatter) -> Result {
        writeln!(
            f,
            "Two players follow the policy gradient of their payoff against each other. The policy of the first\n\
             player, the average of all its policies so far, and the exploitability of both (what the best\n\
             response wins per game):\n"
        )?;
        let fixed = |x: f32| format!("{x:.3}");
        let rows = self.self_play.iter().map(|round| {
            let ([a, b, c], [d, e, g]) = (round.policy.map(fixed), round.average.map(fixed));
            let updates = round.updates.to_string();
            let answers = [round.exploitability, round.average_exploitability].map(fixed);
            let [to_policy, to_average] = answers;
            [updates, a, b, c, to_policy, d, e, g, to_average]
        });
        let heads = [
            "updates", "rock", "paper", "scissors", "exploit.", "rock", "paper", "scissors",
            "exploit.",
        ];
        writeln!(f, "{:>9}{:>34}{:>34}", "", "policy", "average")?;
        write!(f, "{}", table(heads, rows))?;
        writeln!(
            f,
            "\nA learner that observes the other's last action plays against a greedy player, who plays the action\n\
             with the best average payoff so far, and against the average policy above. Their losses per game,\n\
             over {SPAN} games each:\n"
        )?;
        let rows = self.greedy.iter().zip(&self.average);
        let rows = rows.map(|(greedy, average)| {
            let losses = [greedy.per_game, average.per_game].map(fixed);
            let [greedy_loses, average_loses] = losses;
            [greedy.games.to_string(), greedy_loses, average_loses]
        });
        write!(f, "{}", table(["games", "greedy", "average"], rows))?;
        let lost = self.greedy.last().map_or(0.0, |losses| losses.per_game);
        writeln!(
            f,
            "\nThe greedy player loses {} per game, of at most 1; the average policy cannot be exploited.",
            short(lost)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_wraps_rock_scissors_cut_paper_rock_blunts_scissors() {
        for mine in 0..ACTIONS {
            assert_eq!(payoff(mine, mine), 0.0);
            assert_eq!(payoff((mine + 1) % ACTIONS, mine), 1.0);
            assert_eq!(payoff(mine, (mine + 1) % ACTIONS), -1.0);
        }
    }

    #[test]
    fn exploitability_by_hand() {
        assert_eq!(exploitability(&[0.0, 1.0, 0.0]), 1.0);
        // Paper wins from rock in half of the games and loses to scissors in a quarter.
        assert_eq!(exploitability(&[0.5, 0.25, 0.25]), 0.25);
        let third = 1.0 / 3.0;
        assert_eq!(exploitability(&[third, third, third]), 0.0);
    }

    #[test]
    fn a_greedy_player_plays_the_best_average() {
        let mut player = Greedy::default();
        player.see(0, -1.0);
        player.see(1, 1.0);
        player.see(1, 0.0); // 1/2 on average
        player.see(2, 0.0);
        assert_eq!(player.payoffs, [-1.0, 0.5, 0.0]);
        assert_eq!(player.choose(&mut Seed::new(1).stream("test").nth(0)), 1);
    }
}
