//! Promise: the lessons show what they claim to show, whatever the seed.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use expect_test::expect;
use serde_json::Value;
use sinew::lesson::ladder::{Ladder, RUNGS};
use sinew::lesson::rock_paper_scissors::RockPaperScissors;
use sinew::lesson::softmax::Softmax;
use sinew::lesson::variance::{Plan, Variance};
use sinew::lesson::{LESSONS, LessonSettings, find};
use sinew::seed::Seed;
use std::process::{Command, Output};

fn settings(seed: u64, threads: usize) -> LessonSettings {
    LessonSettings {
        seed: Seed::new(seed),
        threads,
    }
}

fn sinew(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.arg("lesson").args(args).output().unwrap()
}

#[test]
fn softmax_is_printed_line_by_line() {
    let output = (find("softmax").unwrap().run)(&settings(1, 1)).unwrap();
    expect![[r#"
        One step of REINFORCE, from two equal preferences:

        preferences    theta       = (0, 0)
        probabilities  pi          = (0.5, 0.5)
        action 1 is sampled and pays G = 2
        score          grad ln pi  = (1, 0) - pi = (0.5, -0.5)
        step           eta G grad  = 0.1 * 2 * (0.5, -0.5) = (0.1, -0.1)
        preferences    theta       = (0.1, -0.1)
        probabilities  pi          = (0.5498, 0.4502)

        Further steps: action 1 pays 2, action 2 a random amount from 0 to 0.5. Every action that pays becomes
        more likely, in proportion to its payoff.

        step  action    pays  theta 1  theta 2    pi 1    pi 2
           2       2  0.3192   0.0824  -0.0824  0.5411  0.4589
           3       1  2.0000   0.1742  -0.1742  0.5862  0.4138
           4       1  2.0000   0.2570  -0.2570  0.6257  0.3743
           5       1  2.0000   0.3318  -0.3318  0.6601  0.3399
           6       2  0.3825   0.3066  -0.3066  0.6487  0.3513
           7       2  0.1129   0.2993  -0.2993  0.6453  0.3547
           8       2  0.4526   0.2701  -0.2701  0.6318  0.3682
           9       1  2.0000   0.3437  -0.3437  0.6654  0.3346
          20       1  2.0000   0.7634  -0.7634  0.8215  0.1785
          40       1  2.0000   1.1741  -1.1741  0.9128  0.0872
          60       1  2.0000   1.3896  -1.3896  0.9415  0.0585
          80       1  2.0000   1.5689  -1.5689  0.9584  0.0416
         100       1  2.0000   1.7141  -1.7141  0.9686  0.0314
         150       1  2.0000   1.9602  -1.9602  0.9806  0.0194
         200       1  2.0000   2.1254  -2.1254  0.9859  0.0141
         250       1  2.0000   2.2356  -2.2356  0.9887  0.0113
         282       1  2.0000   2.2986  -2.2986  0.9900  0.0100

        After 282 steps action 1 has a probability of 0.99. The steps become smaller as the policy becomes
        deterministic: the score of an action with probability 1 is 0.
    "#]].assert_eq(&output.text);
}

#[test]
fn every_seed_solves_the_bandit() {
    for seed in 1..=20 {
        let lesson = Softmax::new(Seed::new(seed));
        let last = lesson.run.last().unwrap();
        assert!(last.probabilities_after[0] >= 0.99, "seed {seed}");
    }
}

#[test]
fn the_average_policy_is_balanced_and_the_last_one_is_not() {
    for seed in 1..=5 {
        let lesson = RockPaperScissors::new(Seed::new(seed));
        let last = lesson.self_play.last().unwrap();
        for p in last.average {
            assert!((p - 1.0 / 3.0).abs() < 0.02, "seed {seed}: {last:?}");
        }
        assert!(last.average_exploitability < 0.03, "seed {seed}: {last:?}");
        // A player may pass through the equilibrium.
        let rounds = &lesson.self_play[6..];
        let beaten_by: f32 = rounds.iter().map(|round| round.exploitability).sum();
        let beaten_by = beaten_by / rounds.len() as f32;
        assert!(beaten_by > 0.15, "seed {seed}: {beaten_by}");
    }
}

#[test]
fn a_greedy_player_is_exploited_and_the_average_policy_is_not() {
    for seed in 1..=5 {
        let lesson = RockPaperScissors::new(Seed::new(seed));
        let (greedy, average) = (&lesson.greedy[5..], &lesson.average[5..]);
        for losses in greedy {
            assert!(losses.per_game > 0.5, "seed {seed}: {losses:?}");
        }
        let lost: f32 = average.iter().map(|losses| losses.per_game).sum();
        let per_game = lost / average.len() as f32;
        assert!(per_game.abs() < 0.05, "seed {seed}: {per_game}");
    }
}

#[test]
fn a_baseline_reduces_the_variance_and_a_critic_more() {
    let plan = Plan {
        moments: vec![0, 40_000],
        rollouts: 16,
        episodes: 4,
        train: None,
    };
    let lesson = Variance::measure(&plan, &settings(1, 2)).unwrap();
    let variances = |moment: usize| {
        let estimates = lesson.moments[moment].estimates.iter();
        estimates.map(|estimate| estimate.variance)
    };
    let at_first: Vec<f64> = variances(0).collect();
    // An untrained critic does not reduce the variance.
    assert!((at_first[1] / at_first[0] - 1.0).abs() < 0.1, "{lesson:?}");
    let later: Vec<f64> = variances(1).collect();
    assert!(later[1] < 0.5 * later[0], "{lesson:?}");
    assert!(later[2] < 0.5 * later[1], "{lesson:?}");

    let alone = Variance::measure(&plan, &settings(1, 1)).unwrap();
    assert_eq!(alone, lesson, "threads change nothing");
}

#[test]
fn the_ladder_gets_higher_with_fewer_steps() {
    // Without the first, and with only as many steps as the order needs.
    let mut rungs = [RUNGS[1], RUNGS[2], RUNGS[3]];
    (rungs[0].steps, rungs[1].steps, rungs[2].steps) = (20_000, 60_000, 10_000);
    let lesson = Ladder::climb(&rungs, 2, &settings(1, 2)).unwrap();
    let worst = |rung: usize| {
        let returns = lesson.rungs[rung].returns.iter().flatten().copied();
        returns.fold(f64::INFINITY, f64::min)
    };
    let best = |rung: usize| {
        let returns = lesson.rungs[rung].returns.iter().flatten().copied();
        returns.fold(f64::NEG_INFINITY, f64::max)
    };
    assert!(worst(1) > best(0) + 300.0, "{lesson:?}");
    assert!(worst(2) > best(0) + 300.0, "{lesson:?}");
    assert_eq!(lesson.picture().curves.len(), 3);
    let text = lesson.to_string();
    for rung in rungs {
        assert!(
            text.contains(rung.learner) && text.contains(rung.adds),
            "{text}"
        );
    }
    let alone = Ladder::climb(&rungs[..1], 2, &settings(1, 1)).unwrap();
    assert_eq!(alone.rungs[0], lesson.rungs[0], "threads change nothing");
}

#[test]
fn lessons_are_listed_printed_and_given_as_json() {
    let list = String::from_utf8(sinew(&[]).stdout).unwrap();
    assert_eq!(list.lines().count(), LESSONS.len());
    for lesson in &LESSONS {
        assert!(list.contains(lesson.name) && list.contains(lesson.about));
    }
    let json = |args: &[&str]| -> Value { serde_json::from_slice(&sinew(args).stdout).unwrap() };
    assert_eq!(json(&["--json"])["lessons"][0]["name"], "softmax");
    let softmax = json(&["softmax", "--json", "--seed", "3"]);
    assert_eq!(softmax["step"]["preferences_after"][0], 0.1);
    let output = (find("softmax").unwrap().run)(&settings(3, 1)).unwrap();
    assert_eq!(
        sinew(&["softmax", "--seed", "3"]).stdout,
        output.text.into_bytes()
    );
}

#[test]
fn an_unknown_lesson_is_wrong_use() {
    let output = sinew(&["algebra"]);
    assert_eq!(output.status.code(), Some(2));
    expect![[r"
        error: there is no lesson `algebra`; lessons: `softmax`, `rock-paper-scissors`, `variance`, `ladder`
    "]]
    .assert_eq(std::str::from_utf8(&output.stderr).unwrap());
}
