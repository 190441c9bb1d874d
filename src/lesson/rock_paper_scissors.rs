//! Two learners that play each other. In rock-paper-scissors every certain policy can be beaten, so whoever follows the policy
//! gradient chases the other, and both circle around the balance (1/3, 1/3, 1/3) without getting there. The *average* of all
//! policies does get there: against it nothing wins. Somebody who always does what paid best so far plays no policy that
//! could balance anything: whoever learns what comes next takes most games.
//!
//! ```
//! use sinew::lesson::rock_paper_scissors::exploitability;
//!
//! // Rock, paper, scissors. Scissors win every game against paper.
//! assert_eq!(exploitability(&[0.0, 1.0, 0.0]), 1.0);
//! // Paper wins from rock in half of the games, and loses to scissors in a quarter.
//! assert_eq!(exploitability(&[0.5, 0.25, 0.25]), 0.25);
//! ```

use rand::RngExt;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

use super::{short, table};
use crate::policy::categorical;
use crate::seed::{Rng, Seed};

/// Rock, paper, scissors.
const ACTIONS: usize = 3;
/// Updates of self-play.
const UPDATES: usize = 30_000;
/// Games between two updates.
const GAMES: usize = 64;
/// Learning rate of self-play. Small against a turn around the circle: large steps would lead out of it.
const RATE: f32 = 0.03;
/// Self-play is shown every so many updates.
const SHOWN: usize = 2_500;
/// Preferences at the start: one player likes rock, the other one paper.
const START: [[f32; ACTIONS]; 2] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// Games against a player who does not learn policies, and how many of them are averaged for a row.
const DUEL: usize = 10_000;
const SPAN: usize = 1_000;
/// Learning rate of the player that looks for a weakness.
const DUEL_RATE: f32 = 0.1;

/// The lesson.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RockPaperScissors {
    /// Self-play from its start on, every so many updates.
    pub self_play: Vec<Round>,
    /// What a greedy player loses to a learner.
    pub greedy: Vec<Losses>,
    /// What the average policy of self-play loses to the same learner.
    pub average: Vec<Losses>,
}

/// Self-play at one time, as the first player has it; policies have one probability per action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Round {
    /// Updates so far.
    pub updates: usize,
    /// The policy now.
    pub policy: [f32; ACTIONS],
    /// What the best answer wins from it per game.
    pub exploitability: f32,
    /// The mean of all policies so far.
    pub average: [f32; ACTIONS],
    /// What the best answer wins from that.
    pub average_exploitability: f32,
}

/// What somebody lost in a row of games.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Losses {
    /// Games so far.
    pub games: usize,
    /// Lost per game, over the last games.
    pub per_game: f32,
}

/// What `mine` wins from `theirs`: 1, 0 or -1.
pub fn payoff(mine: usize, theirs: usize) -> f32 {
    match (mine + ACTIONS - theirs) % ACTIONS {
        0 => 0.0,
        1 => 1.0,
        _ => -1.0,
    }
}

/// What the best answer wins per game from a policy: 0 from a balanced one, 1 from a certain one.
pub fn exploitability(policy: &[f32]) -> f32 {
    let wins = |mine| {
        let games = policy.iter().enumerate();
        games.map(|(theirs, p)| p * payoff(mine, theirs)).sum()
    };
    (0..ACTIONS).map(wins).fold(f32::MIN, f32::max)
}

impl RockPaperScissors {
    /// The lesson with games of this seed.
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

/// Both players follow the policy gradient of what they win.
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

/// The preferences of two players after some games and what each has learnt from them.
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

/// Adds `weight` times the score of a choice that a policy of preferences `drawn_from` has made.
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

/// Somebody to find a weakness of.
trait Player {
    fn choose(&mut self, rng: &mut Rng) -> usize;

    /// What the choice has won.
    fn see(&mut self, choice: usize, paid: f32);
}

/// Does what has paid best so far, on average.
#[derive(Default)]
struct Greedy {
    worth: [f32; ACTIONS],
    times: [f32; ACTIONS],
}

impl Player for Greedy {
    fn choose(&mut self, _: &mut Rng) -> usize {
        categorical::mode(&self.worth)
    }

    fn see(&mut self, choice: usize, paid: f32) {
        self.times[choice] += 1.0;
        self.worth[choice] += (paid - self.worth[choice]) / self.times[choice];
    }
}

/// Draws from a policy, given as preferences, and learns nothing.
struct Mixed([f32; ACTIONS]);

impl Player for Mixed {
    fn choose(&mut self, rng: &mut Rng) -> usize {
        categorical::choose(&self.0, rng.random())
    }

    fn see(&mut self, _: usize, _: f32) {}
}

/// What `player` loses to a learner with one policy for each last move of the other.
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
            "Two players follow the policy gradient of what they win from each other. The policy of the first\n\
             one, the average of all its policies so far, and what the best answer would win from either per\n\
             game:\n"
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
            "updates", "rock", "paper", "scissors", "answer", "rock", "paper", "scissors", "answer",
        ];
        writeln!(f, "{:>9}{:>32}{:>32}", "", "policy", "average")?;
        write!(f, "{}", table(heads, rows))?;
        writeln!(
            f,
            "\nA learner that looks at the other's last move plays a greedy player, who does what has paid best so\n\
             far, and the average policy from above. What they lose per game, over {SPAN} games each:\n"
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
            "\nThe greedy player loses {} per game of 1 that could be lost; a balanced one cannot be read.",
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
    fn the_best_answer_by_hand() {
        assert_eq!(exploitability(&[0.0, 1.0, 0.0]), 1.0);
        // Paper wins from rock in half of the games and loses to scissors in a quarter.
        assert_eq!(exploitability(&[0.5, 0.25, 0.25]), 0.25);
        let third = 1.0 / 3.0;
        assert_eq!(exploitability(&[third, third, third]), 0.0);
    }

    #[test]
    fn a_greedy_player_does_what_paid_best() {
        let mut player = Greedy::default();
        player.see(0, -1.0);
        player.see(1, 1.0);
        player.see(1, 0.0); // 1/2 on average
        player.see(2, 0.0);
        assert_eq!(player.worth, [-1.0, 0.5, 0.0]);
        assert_eq!(player.choose(&mut Seed::new(1).stream("test").nth(0)), 1);
    }
}
