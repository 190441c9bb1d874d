//! Every mistake a scene can have, and what its author is told.
//!
//! Each line of the table changes one place of a small scene. `UPDATE_EXPECT=1 cargo test` rewrites the texts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::scene::{Scene, SceneError};
use sinew::task::{Randomize, Reference, Term};

const SMALL: &str = include_str!("scenes/small.ron");
/// Its reward.
const DISTANCE: &str = r#"Distance(point: "tip")"#;

#[test]
fn the_scene_without_a_mistake_is_accepted() {
    Scene::parse("small.ron", SMALL).unwrap();
}

#[test]
fn what_is_not_ron() {
    refused(
        r#""upper", shapes"#,
        r#""upper" shapes"#,
        expect![[r#"
            error: expected a comma
             --> small.ron:4:28
              |
            4 |             (name: "upper" shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0.05, mass: 2)]),
              |                            ^^^^^^ found `shapes`
              |
              = help: put it after the previous item (on the line above if this starts a line), or add a missing quote"#]],
    );
    refused(
        "links: [",
        &"links: [".repeat(200),
        expect![[r#"
            error: expected `Link(..)`, or just `(..)`
             --> small.ron:3:17
              |
            3 | ...   links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: [links: ...
              |               ^^^^^ found `links`"#]],
    );
    refused(
        "    },\n)\n",
        "    },\n",
        expect![[r#"
            error: the text ends unexpectedly
              --> small.ron:39:7
               |
            39 |     },
               |       ^ something before here is unclosed or missing"#]],
    );
    refused(
        "    },\n)\n",
        "    },\n))\n",
        expect![[r#"
        error: unexpected text after the end of the scene
          --> small.ron:40:2
           |
        40 | ))
           |  ^ found `)`
           |
           = help: one scene per file; is there a `)` too many above?"#]],
    );
    refused(
        r#"name: "hand""#,
        r#"name: "hand"#,
        expect![[r#"
            error: expected a comma
              --> small.ron:10:24
               |
            10 |                 name: "shoulder", kind: Revolute, parent: "world", child: "upper",
               |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ found `shoulder", kind: Revolute, parent: "`
               |
               = help: put it after the previous item (on the line above if this starts a line), or add a missing quote"#]],
    );
    refused(
        "goal: Shell",
        "/* goal: Shell",
        expect![[r#"
            error: a comment is not closed
              --> small.ron:25:9
               |
            25 |         /* goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |         ^^ found `/*`
               |
               = help: close it by `*/`"#]],
    );
}

#[test]
fn what_has_another_form() {
    refused(
        "damping: 1,",
        "dampling: 1,",
        expect![[r#"
            error: there is no field `dampling` in `Joint`
              --> small.ron:11:72
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, dampling: 1, armature: 0.1,
               |                                                                        ^^^^^^^^ unknown field
               |
               = help: did you mean `damping`?
               = help: fields: `name`, `kind`, `parent`, `child`, `origin`, `axis`, `range`, `torque`, `gear`, `servo`, `damping`, `armature`, `spring`, `friction`, `max_speed`"#]],
    );
    refused(
        "torque: 50, damping: 1",
        "torque: 50, torque: 50, damping: 1",
        expect![[r#"
            error: the field `torque` is given twice
              --> small.ron:11:72
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, torque: 50, damping: 1, armature: 0.1,
               |                                                                        ^^^^^^ the second one
               |
               = help: remove one of them"#]],
    );
    refused(
        "control_hz: 50,",
        "",
        expect![[r#"
        error: the field `control_hz` of `Task` is missing
          --> small.ron:22:11
           |
        22 |     task: (
           |           ^ `control_hz` is missing here
           |
           = help: add `control_hz: ..`"#]],
    );
    refused(
        "axis: (0, 1, 0), ",
        "",
        expect![[r#"
        error: the field `axis` of the joint `shoulder` is missing
         --> small.ron:9:13
          |
        9 |             (
          |             ^ `axis` is missing here
          |
          = help: add `axis: (0, 0, 1)`"#]],
    );
    refused(
        "torque: 50",
        r#"torque: "strong""#,
        expect![[r#"
        error: expected a number
          --> small.ron:11:68
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: "strong", damping: 1, armature: 0.1,
           |                                                                    ^^^^^^^^ found `"strong"`"#]],
    );
    refused(
        "(0, 2, 0)",
        "(0, 2)",
        expect![[r#"
            error: expected a list of length 3, found 2 elements
              --> small.ron:15:51
               |
            15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 2), range: (-1, 2), torque: 20, damping: 1, armature: 0.1,
               |                                                   ^^^^^^ found `(0, 2)`"#]],
    );
    refused(
        "(0, 2, 0)",
        "(0, 2, 0, 0)",
        expect![[r#"
            error: expected a closing parenthesis, `)`; nothing more belongs in here
              --> small.ron:15:61
               |
            15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 2, 0, 0), range: (-1, 2), torque: 20, damping: 1, armature: 0.1,
               |                                                             ^ found `0`"#]],
    );
    refused(
        "kind: Revolute",
        "kind: Revolut",
        expect![[r#"
            error: unknown name `Revolut`
              --> small.ron:10:41
               |
            10 |                 name: "shoulder", kind: Revolut, parent: "world", child: "upper",
               |                                         ^^^^^^^ not known here
               |
               = help: did you mean `Revolute`?
               = help: known here: `Revolute`, `Prismatic`, `Fixed`, `Free`, `Ball`, `Universal`"#]],
    );
    refused(
        "Distance(point",
        "Distence(point",
        expect![[r#"
            error: unknown name `Distence`
              --> small.ron:27:35
               |
            27 |         reward: [(weight: -1, of: Distence(point: "tip"))],
               |                                   ^^^^^^^^ not known here
               |
               = help: did you mean `Distance`?
               = help: known here: every term of the reward"#]],
    );
    refused(
        "Cos()",
        "Cos",
        expect![[r#"
        error: expected a parenthesis, `(`
          --> small.ron:26:22
           |
        26 |         observe: [Cos, Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                      ^ found `,`
           |
           = help: terms take parentheses even without settings, like `Cos()`"#]],
    );
    refused(
        r#"{"elbow": 0.5}"#,
        r#"["elbow"]"#,
        expect![[r#"
        error: expected a map in braces, `{"name": ..}`
          --> small.ron:19:15
           |
        19 |         home: ["elbow"],
           |               ^ found `[`"#]],
    );
    refused(
        "envs: 4",
        "envs: -4",
        expect![[r#"
            error: expected a whole number of 0 or more, within bounds
              --> small.ron:35:32
               |
            35 |             steps: 1000, envs: -4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gamma: 0.9,
               |                                ^^ found `-4`"#]],
    );
    refused(
        "envs: 4",
        "envs: 4.5",
        expect![[r#"
            error: expected a whole number
              --> small.ron:35:32
               |
            35 |             steps: 1000, envs: 4.5, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gamma: 0.9,
               |                                ^^^ found `4.5`"#]],
    );
    refused(
        "gamma: 0.9",
        "gama: 0.9",
        expect![[r#"
            error: there is no field `gama` in `Ppo`
              --> small.ron:35:100
               |
            35 |             steps: 1000, envs: 4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gama: 0.9,
               |                                                                                                    ^^^^ unknown field
               |
               = help: did you mean `gamma`?
               = help: fields: `steps`, `envs`, `horizon`, `epochs`, `batch`, `widths`, `activation`, `gamma`, `lambda`, `loss`, `clip`, `clip_value`, `stop_at_kl`, `recompute_advantages`, `rate`, `critic_rate`, `entropy`, `max_gradient_norm`, `log_std`, `normalize_observations`, `scale_rewards`"#]],
    );
    refused(
        "activation: Tanh",
        "activation: Tan",
        expect![[r#"
        error: unknown name `Tan`
          --> small.ron:35:94
           |
        35 |             steps: 1000, envs: 4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tan, gamma: 0.9,
           |                                                                                              ^^^ not known here
           |
           = help: did you mean `Tanh`?
           = help: known here: `Tanh`, `Relu`, `Elu`"#]],
    );
    refused(
        r#""mine": Ppo("#,
        r#""mine": Dqn("#,
        expect![[r#"
            error: unknown name `Dqn`
              --> small.ron:34:17
               |
            34 |         "mine": Dqn(
               |                 ^^^ not known here
               |
               = help: known here: `Reinforce`, `ActorCritic`, `A2c`, `A3c`, `Ppo`, `Reppo`, `Sac`"#]],
    );
}

#[test]
fn numbers_that_are_none() {
    refused(
        "weight: -1",
        "weight: NaN",
        expect![[r#"
        error: a number must be finite
          --> small.ron:27:27
           |
        27 |         reward: [(weight: NaN, of: Distance(point: "tip"))],
           |                           ^^^ found `NaN`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        "damping: 1",
        "damping: inf",
        expect![[r#"
        error: a number must be finite
          --> small.ron:11:81
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: inf, armature: 0.1,
           |                                                                                 ^^^ found `inf`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        "damping: 1",
        "damping: 1e999",
        expect![[r#"
        error: a number must be finite
          --> small.ron:11:81
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: 1e999, armature: 0.1,
           |                                                                                 ^^^^^ found `1e999`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        "damping: 1",
        "damping: 1e39f32",
        expect![[r#"
        error: a number must be finite
          --> small.ron:11:81
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: 1e39f32, armature: 0.1,
           |                                                                                 ^^^^^^^ found `1e39f32`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        "clip: 0.2",
        "clip: -inf",
        expect![[r#"
        error: a number must be finite
          --> small.ron:36:33
           |
        36 |             lambda: 0.95, clip: -inf, rate: Constant(0.001), critic_rate: 0.001, entropy: 0, max_gradient_norm: 0.5,
           |                                 ^^^^ found `-inf`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
}

#[test]
fn names_that_are_not_there() {
    refused(
        r#"parent: "upper""#,
        r#"parent: "uper""#,
        expect![[r#"
        error: there is no link `uper`
          --> small.ron:14:56
           |
        14 |                 name: "elbow", kind: Revolute, parent: "uper", child: "lower",
           |                                                        ^^^^^^ unknown link
           |
           = help: did you mean `upper`?
           = help: links: `upper`, `lower`, `hand`, `world`"#]],
    );
    refused(
        r#"child: "hand""#,
        r#"child: "hands""#,
        expect![[r#"
        error: there is no link `hands`
          --> small.ron:17:65
           |
        17 |             (name: "weld", kind: Fixed, parent: "lower", child: "hands", origin: (xyz: (0.5, 0, 0))),
           |                                                                 ^^^^^^^ unknown link
           |
           = help: did you mean `hand`?
           = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        r#"{"elbow": 0.5}"#,
        r#"{"elbo": 0.5}"#,
        expect![[r#"
        error: there is no moving joint `elbo`
          --> small.ron:19:16
           |
        19 |         home: {"elbo": 0.5},
           |                ^^^^^^ unknown moving joint
           |
           = help: did you mean `elbow`?
           = help: moving joints: `shoulder`, `elbow`"#]],
    );
    refused(
        r#"{"elbow": 0.5}"#,
        r#"{"weld": 0.5}"#,
        expect![[r#"
        error: there is no moving joint `weld`
          --> small.ron:19:16
           |
        19 |         home: {"weld": 0.5},
           |                ^^^^^^ unknown moving joint
           |
           = help: moving joints: `shoulder`, `elbow`"#]],
    );
    refused(
        r#"(link: "hand""#,
        r#"(link: "Hand""#,
        expect![[r#"
        error: there is no link `Hand`
          --> small.ron:20:32
           |
        20 |         points: {"tip": (link: "Hand", at: (0.1, 0, 0))},
           |                                ^^^^^^ unknown link
           |
           = help: did you mean `hand`?
           = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        r#"["elbow"]"#,
        r#"["knee"]"#,
        expect![[r#"
        error: there is no moving joint `knee`
          --> small.ron:26:41
           |
        26 |         observe: [Cos(), Speed(joints: ["knee"], scale: 0.1), Goal(axes: [X, Z])],
           |                                         ^^^^^^ unknown moving joint
           |
           = help: moving joints: `shoulder`, `elbow`"#]],
    );
    let text = SMALL.replace("torque: 20, ", "");
    refused_text(
        &text.replace("Cos()", "GravityLoad(joints: [\"elbow\"])"),
        expect![[r#"
            error: the joint `elbow` has no motor
              --> small.ron:26:40
               |
            26 |         observe: [GravityLoad(joints: ["elbow"]), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
               |                                        ^^^^^^^ found `"elbow"`
               |
               = help: joints with a motor: `shoulder`"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"Distance(point: "top")"#,
        expect![[r#"
            error: there is no point `top`
              --> small.ron:27:51
               |
            27 |         reward: [(weight: -1, of: Distance(point: "top"))],
               |                                                   ^^^^^ unknown point
               |
               = help: did you mean `tip`?
               = help: points: `tip`"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"AngleError(joint: "elbwo", target: 0)"#,
        expect![[r#"
            error: there is no moving joint `elbwo`
              --> small.ron:27:53
               |
            27 |         reward: [(weight: -1, of: AngleError(joint: "elbwo", target: 0))],
               |                                                     ^^^^^^^ unknown moving joint
               |
               = help: did you mean `elbow`?
               = help: moving joints: `shoulder`, `elbow`"#]],
    );
}

#[test]
fn names_that_are_there_twice() {
    refused(
        r#"name: "lower""#,
        r#"name: "upper""#,
        expect![[r#"
        error: there are two links named `upper`
         --> small.ron:5:20
          |
        5 |             (name: "upper", shapes: [Box(center: (0, 0, 0), half: (0.1, 0.1, 0.1), density: 1000)]),
          |                    ^^^^^^^ the second one
          |
          = help: give each its own name"#]],
    );
    refused(
        r#"name: "elbow""#,
        r#"name: "shoulder""#,
        expect![[r#"
        error: there are two joints named `shoulder`
          --> small.ron:14:23
           |
        14 |                 name: "shoulder", kind: Revolute, parent: "upper", child: "lower",
           |                       ^^^^^^^^^^ the second one
           |
           = help: give each its own name"#]],
    );
    refused(
        r#"{"elbow": 0.5}"#,
        r#"{"elbow": 0.5, "elbow": 0.6}"#,
        expect![[r#"
            error: there are two joints named `elbow`
              --> small.ron:19:30
               |
            19 |         home: {"elbow": 0.5, "elbow": 0.6},
               |                              ^^^^^^^ the second one
               |
               = help: give each its own name"#]],
    );
    refused(
        "at: (0.1, 0, 0))}",
        r#"at: (0.1, 0, 0)), "tip": (link: "hand", at: (0, 0, 0))}"#,
        expect![[r#"
            error: there are two points named `tip`
              --> small.ron:20:58
               |
            20 |         points: {"tip": (link: "hand", at: (0.1, 0, 0)), "tip": (link: "hand", at: (0, 0, 0))},
               |                                                          ^^^^^ the second one
               |
               = help: give each its own name"#]],
    );
    refused(
        r#"["elbow"]"#,
        r#"["elbow", "elbow"]"#,
        expect![[r#"
        error: the same joint is listed twice
          --> small.ron:26:50
           |
        26 |         observe: [Cos(), Speed(joints: ["elbow", "elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                                                  ^^^^^^^ found `"elbow"`
           |
           = help: list it once"#]],
    );
    refused(
        "axes: [X, Z]",
        "axes: [X, X]",
        expect![[r#"
        error: the same axis is listed twice
          --> small.ron:26:79
           |
        26 |         observe: [Cos(), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, X])],
           |                                                                               ^ found `X`
           |
           = help: list it once"#]],
    );
    refused(
        r#"name: "lower""#,
        r#"name: """#,
        expect![[r#"
        error: a link has an empty name
         --> small.ron:5:20
          |
        5 |             (name: "", shapes: [Box(center: (0, 0, 0), half: (0.1, 0.1, 0.1), density: 1000)]),
          |                    ^^ found `""`
          |
          = help: use a name of at least one letter"#]],
    );
}

#[test]
fn robots_that_cannot_be_built() {
    refused(
        r#"child: "hand""#,
        r#"child: "lower""#,
        expect![[r#"
        error: two joints move the link `lower`
          --> small.ron:17:65
           |
        17 |             (name: "weld", kind: Fixed, parent: "lower", child: "lower", origin: (xyz: (0.5, 0, 0))),
           |                                                                 ^^^^^^^ the joint `elbow` moves it already
           |
           = help: a link hangs on one joint; for two axes put a light link between"#]],
    );
    refused(
        "            (name: \"weld\", kind: Fixed, parent: \"lower\", child: \"hand\", origin: (xyz: (0.5, 0, 0))),\n",
        "",
        expect![[r#"
            error: nothing holds the link `hand`
             --> small.ron:6:20
              |
            6 |             (name: "hand", inertia: (mass: 1, center: (0, 0, 0), principal: (0.1, 0.1, 0.1))),
              |                    ^^^^^^ no joint has it as its child
              |
              = help: a joint with `child: "hand"`; one of kind Fixed holds it still"#]],
    );
    refused(
        r#"parent: "upper", child: "lower""#,
        r#"parent: "hand", child: "lower""#,
        expect![[r#"
            error: joints go round in a circle
              --> small.ron:17:49
               |
            17 |             (name: "weld", kind: Fixed, parent: "lower", child: "hand", origin: (xyz: (0.5, 0, 0))),
               |                                                 ^^^^^^^ comes back to this joint's own child
               |
               = help: following the parents must lead to `world`"#]],
    );
    refused(
        r#"child: "lower""#,
        r#"child: "world""#,
        expect![[r#"
        error: a joint cannot move the world
          --> small.ron:14:72
           |
        14 |                 name: "elbow", kind: Revolute, parent: "upper", child: "world",
           |                                                                        ^^^^^^^ found `"world"`
           |
           = help: `parent: "world"` and a link as the child"#]],
    );
    refused(
        r#"name: "hand", inertia"#,
        r#"name: "world", inertia"#,
        expect![[r#"
            error: a link cannot be named `world`
             --> small.ron:6:20
              |
            6 |             (name: "world", inertia: (mass: 1, center: (0, 0, 0), principal: (0.1, 0.1, 0.1))),
              |                    ^^^^^^^ found `"world"`
              |
              = help: `world` is what the robot stands on; choose another name"#]],
    );
    refused(
        r#"kind: Revolute, parent: "upper""#,
        r#"kind: Universal, parent: "upper""#,
        expect![[r#"
            error: a joint with two free axes is not supported
              --> small.ron:14:38
               |
            14 |                 name: "elbow", kind: Universal, parent: "upper", child: "lower",
               |                                      ^^^^^^^^^ found `Universal`
               |
               = help: one Revolute joint for each axis, with a light link between"#]],
    );
    refused(
        r#"kind: Revolute, parent: "upper""#,
        r#"kind: Ball, parent: "upper""#,
        expect![[r#"
            error: a joint with three free axes is not supported
              --> small.ron:14:38
               |
            14 |                 name: "elbow", kind: Ball, parent: "upper", child: "lower",
               |                                      ^^^^ found `Ball`
               |
               = help: one Revolute joint for each axis, with a light link between"#]],
    );
    refused(
        "kind: Fixed, ",
        "kind: Fixed, torque: 1, ",
        expect![[r#"
        error: a fixed joint has no `torque`
          --> small.ron:17:49
           |
        17 |             (name: "weld", kind: Fixed, torque: 1, parent: "lower", child: "hand", origin: (xyz: (0.5, 0, 0))),
           |                                                 ^ found `1`
           |
           = help: remove it, or make the joint Revolute or Prismatic"#]],
    );
    refused(
        "axis: (0, 2, 0)",
        "axis: (0, 0, 0)",
        expect![[r#"
        error: an axis must not be zero
          --> small.ron:15:51
           |
        15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 0, 0), range: (-1, 2), torque: 20, damping: 1, armature: 0.1,
           |                                                   ^^^^^^^^^ found `(0, 0, 0)`
           |
           = help: a direction, like (0, 0, 1) for the z axis; its length does not matter"#]],
    );
    refused(
        "range: (-1, 2)",
        "range: (2, -1)",
        expect![[r#"
        error: a range must go from low to high
          --> small.ron:15:69
           |
        15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 2, 0), range: (2, -1), torque: 20, damping: 1, armature: 0.1,
           |                                                                     ^^^^^^^ found `(2, -1)`
           |
           = help: (lowest, highest), or leave `range` out for a joint without stops"#]],
    );
    refused(
        r#""elbow": 0.5"#,
        r#""elbow": 2.5"#,
        expect![[r#"
        error: the home of the joint `elbow` is outside its range
          --> small.ron:19:25
           |
        19 |         home: {"elbow": 2.5},
           |                         ^^^ found `2.5`
           |
           = help: a home from -1 to 2"#]],
    );
    let without_home = SMALL
        .replace(r#"home: {"elbow": 0.5},"#, "")
        .replace("(-1, 2)", "(0.1, 2)");
    refused_text(
        &without_home,
        expect![[r#"
        error: the home of the joint `elbow` is outside its range
          --> small.ron:15:69
           |
        15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 2, 0), range: (0.1, 2), torque: 20, damping: 1, armature: 0.1,
           |                                                                     ^^^^^^^^ home is not given for it, and so is 0
           |
           = help: a home from 0.1 to 2"#]],
    );
    refused(
        "torque: 50",
        "torque: 0",
        expect![[r#"
        error: `torque` must be above 0
          --> small.ron:11:68
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 0, damping: 1, armature: 0.1,
           |                                                                    ^ found `0`
           |
           = help: a number above 0 (N m)"#]],
    );
    refused(
        "damping: 1",
        "damping: -1",
        expect![[r#"
        error: `damping` must not be negative
          --> small.ron:11:81
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: -1, armature: 0.1,
           |                                                                                 ^^ found `-1`
           |
           = help: 0 or more (N m s/rad)"#]],
    );
    refused(
        "armature: 0.1",
        "armature: -0.1",
        expect![[r#"
        error: `armature` must not be negative
          --> small.ron:11:94
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: 1, armature: -0.1,
           |                                                                                              ^^^^ found `-0.1`
           |
           = help: 0 or more (kg m^2)"#]],
    );
    refused(
        "armature: 0.1",
        "max_speed: 0, armature: 0.1",
        expect![[r#"
            error: `max_speed` must be above 0
              --> small.ron:11:95
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, damping: 1, max_speed: 0, armature: 0.1,
               |                                                                                               ^ found `0`
               |
               = help: a number above 0 (rad/s)"#]],
    );
    refused(
        "mass: 2",
        "mass: -2",
        expect![[r#"
        error: `mass` must be above 0
         --> small.ron:4:100
          |
        4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0.05, mass: -2)]),
          |                                                                                                    ^^ found `-2`
          |
          = help: a number above 0 (kg)"#]],
    );
    refused(
        "radius: 0.05",
        "radius: 0",
        expect![[r#"
        error: `radius` must be above 0
         --> small.ron:4:88
          |
        4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0, mass: 2)]),
          |                                                                                        ^ found `0`
          |
          = help: a number above 0 (m)"#]],
    );
    refused(
        "(0.1, 0.1, 0.1), density",
        "(0.1, 0, 0.1), density",
        expect![[r#"
            error: the half sizes of a box must be above 0
             --> small.ron:5:67
              |
            5 |             (name: "lower", shapes: [Box(center: (0, 0, 0), half: (0.1, 0, 0.1), density: 1000)]),
              |                                                                   ^^^^^^^^^^^^^ found `(0.1, 0, 0.1)`
              |
              = help: half of its width, depth and height (m)"#]],
    );
    refused(
        "to: (0.5, 0, 0)",
        "to: (0, 0, 0)",
        expect![[r#"
        error: `from` and `to` are the same place
         --> small.ron:4:67
          |
        4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0, 0, 0), radius: 0.05, mass: 2)]),
          |                                                                   ^^^^^^^^^ found `(0, 0, 0)`
          |
          = help: two places; a capsule without length is a `Sphere`"#]],
    );
    refused(
        ", mass: 2",
        "",
        expect![[r#"
        error: a shape has neither a mass nor a density
         --> small.ron:4:38
          |
        4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0.05)]),
          |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ how heavy is it?
          |
          = help: add `mass: ..` (kg) or `density: ..` (kg/m^3; water is 1000)"#]],
    );
    refused(
        "mass: 2",
        "mass: 2, density: 1",
        expect![[r#"
        error: a shape has both a mass and a density
         --> small.ron:4:112
          |
        4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0.05, mass: 2, density: 1)]),
          |                                                                                                                ^ found `1`
          |
          = help: one of them; the other follows from the size"#]],
    );
    refused(
        ", inertia: (mass: 1, center: (0, 0, 0), principal: (0.1, 0.1, 0.1))",
        "",
        expect![[r#"
            error: the link `hand` has no mass
             --> small.ron:6:13
              |
            6 |             (name: "hand"),
              |             ^^^^^^^^^^^^^^ neither shapes nor inertia
              |
              = help: at least one shape, or an `inertia: (mass: .., center: .., principal: ..)`"#]],
    );
    refused(
        "principal: (0.1, 0.1, 0.1)",
        "principal: (0.1, 0.3, 0.1)",
        expect![[r#"
            error: no body has these moments of inertia
             --> small.ron:6:77
              |
            6 |             (name: "hand", inertia: (mass: 1, center: (0, 0, 0), principal: (0.1, 0.3, 0.1))),
              |                                                                             ^^^^^^^^^^^^^^^ found `(0.1, 0.3, 0.1)`
              |
              = help: none may be larger than the sum of the other two"#]],
    );
    refused(
        "principal: (0.1, 0.1, 0.1)",
        "principal: (0.1, 0.1, 0)",
        expect![[r#"
            error: moments of inertia must be above 0
             --> small.ron:6:77
              |
            6 |             (name: "hand", inertia: (mass: 1, center: (0, 0, 0), principal: (0.1, 0.1, 0))),
              |                                                                             ^^^^^^^^^^^^^ found `(0.1, 0.1, 0)`
              |
              = help: three numbers above 0 (kg m^2)"#]],
    );
}

#[test]
fn what_a_robot_cannot_hang_on_or_move_with() {
    refused_text(
        &SMALL
            .replace("torque: 50, ", "")
            .replace("torque: 20, ", ""),
        expect![[r#"
            error: the robot has no motor
             --> small.ron:8:17
              |
            8 |         joints: [
              |                 ^ no joint here has a `torque`
              |
              = help: a `torque` for at least one joint: what its motor can do"#]],
    );
    refused(
        r#"kind: Fixed, parent: "lower""#,
        r#"kind: Free, parent: "lower""#,
        expect![[r#"
            error: a free joint lets a link float in the world
              --> small.ron:17:48
               |
            17 |             (name: "weld", kind: Free, parent: "lower", child: "hand", origin: (xyz: (0.5, 0, 0))),
               |                                                ^^^^^^^ `lower` is a link
               |
               = help: `parent: "world"`, or another kind of joint"#]],
    );
    refused(
        r#"kind: Fixed, parent: "lower""#,
        r#"kind: Free, damping: 1, parent: "world""#,
        expect![[r#"
            error: a free joint has no `damping`
              --> small.ron:17:49
               |
            17 |             (name: "weld", kind: Free, damping: 1, parent: "world", child: "hand", origin: (xyz: (0.5, 0, 0))),
               |                                                 ^ found `1`
               |
               = help: remove it, or make the joint Revolute or Prismatic"#]],
    );
    refused(
        "torque: 50, ",
        "torque: 50, spring: (stiffness: 0), ",
        expect![[r#"
            error: `stiffness` must be above 0
              --> small.ron:11:92
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, spring: (stiffness: 0), damping: 1, armature: 0.1,
               |                                                                                            ^ found `0`
               |
               = help: a number above 0 (N m/rad)"#]],
    );
    refused(
        "torque: 50, ",
        "torque: 50, friction: -1, ",
        expect![[r#"
            error: `friction` must not be negative
              --> small.ron:11:82
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, friction: -1, damping: 1, armature: 0.1,
               |                                                                                  ^^ found `-1`
               |
               = help: 0 or more (N m)"#]],
    );
}

#[test]
fn what_cannot_be_touched() {
    refused(
        "robot: (",
        "world: (floor: (z: 0)), robot: (",
        expect![[r#"
            error: there is no field `floor` in `World`
             --> small.ron:2:13
              |
            2 |     world: (floor: (z: 0)), robot: (
              |             ^^^^^ unknown field
              |
              = help: fields: `ground`, `terrain`"#]],
    );
    refused(
        "robot: (",
        "world: (ground: (friction: -1)), robot: (",
        expect![[r#"
            error: `friction` must not be negative
             --> small.ron:2:32
              |
            2 |     world: (ground: (friction: -1)), robot: (
              |                                ^^ found `-1`
              |
              = help: 0 or more (force along a surface per force on it)"#]],
    );
    refused(
        "robot: (",
        "world: (ground: (restitution: 2)), robot: (",
        expect![[r#"
            error: `restitution` must be from 0 to 1
             --> small.ron:2:35
              |
            2 |     world: (ground: (restitution: 2)), robot: (
              |                                   ^ found `2`
              |
              = help: the share of the speed that is left after a bounce"#]],
    );
    refused(
        "robot: (",
        "world: (terrain: [Hill(height: 1)]), robot: (",
        expect![[r#"
            error: unknown name `Hill`
             --> small.ron:2:23
              |
            2 |     world: (terrain: [Hill(height: 1)]), robot: (
              |                       ^^^^ not known here
              |
              = help: known here: `Box`, `Stairs`, `Heights`, `Grid`, `Picture`"#]],
    );
    refused(
        "robot: (",
        "world: (terrain: [Box(center: (0, 0, 0), half: (1, 1, 0))]), robot: (",
        expect![[r#"
            error: the half sizes of a box must be above 0
             --> small.ron:2:52
              |
            2 |     world: (terrain: [Box(center: (0, 0, 0), half: (1, 1, 0))]), robot: (
              |                                                    ^^^^^^^^^ found `(1, 1, 0)`
              |
              = help: half of its width, depth and height (m)"#]],
    );
    refused(
        "robot: (",
        "world: (terrain: [Stairs(foot: (0, 0, 0), count: 0, rise: 0.1, run: 0.3, width: 1)]), robot: (",
        expect![[r#"
            error: `count` is out of its range
             --> small.ron:2:54
              |
            2 |     world: (terrain: [Stairs(foot: (0, 0, 0), count: 0, rise: 0.1, run: 0.3, width: 1)]), robot: (
              |                                                      ^ found `0`
              |
              = help: 1 to 1024 steps"#]],
    );
    refused(
        "robot: (",
        "world: (terrain: [Stairs(foot: (0, 0, 0), count: 3, rise: 0, run: 0.3, width: 1)]), robot: (",
        expect![[r#"
            error: `rise` must be above 0
             --> small.ron:2:63
              |
            2 |     world: (terrain: [Stairs(foot: (0, 0, 0), count: 3, rise: 0, run: 0.3, width: 1)]), robot: (
              |                                                               ^ found `0`
              |
              = help: a number above 0 (m)"#]],
    );
    let stairs = "Stairs(foot: (0, 0, 0), count: 600, rise: 0.1, run: 0.3, width: 1)";
    refused(
        "robot: (",
        &format!("world: (terrain: [{stairs}, {stairs}]), robot: ("),
        expect![[r#"
            error: the terrain has too many solids
             --> small.ron:2:91
              |
            2 | ...1, run: 0.3, width: 1), Stairs(foot: (0, 0, 0), count: 600, rise: 0.1, run: 0.3, width: 1)]), robot: (
              |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ with this, 1200
              |
              = help: at most 1024, each step of stairs being one"#]],
    );
    refused(
        "radius: 0.05, mass: 2",
        "radius: 0.05, mass: 2, friction: -0.5",
        expect![[r#"
            error: `friction` must not be negative
             --> small.ron:4:113
              |
            4 |             (name: "upper", shapes: [Capsule(from: (0, 0, 0), to: (0.5, 0, 0), radius: 0.05, mass: 2, friction: -0.5)]),
              |                                                                                                                 ^^^^ found `-0.5`
              |
              = help: 0 or more (force along a surface per force on it)"#]],
    );
}

#[test]
fn what_cannot_be_seen_of_links_or_end_an_episode() {
    refused(
        "Cos(), ",
        r#"LinkVelocity(link: "foot"), "#,
        expect![[r#"
            error: there is no link `foot`
              --> small.ron:26:38
               |
            26 |         observe: [LinkVelocity(link: "foot"), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
               |                                      ^^^^^^ unknown link
               |
               = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        "Cos(), ",
        r#"ContactForce(links: ["hand", "hand"]), "#,
        expect![[r#"
            error: the same link is listed twice
              --> small.ron:26:48
               |
            26 |         observe: [ContactForce(links: ["hand", "hand"]), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
               |                                                ^^^^^^ found `"hand"`
               |
               = help: list it once"#]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"Touches(link: "foot")"#,
        expect![[r#"
            error: there is no link `foot`
              --> small.ron:28:29
               |
            28 |         end: [Touches(link: "foot")],
               |                             ^^^^^^ unknown link
               |
               = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"AngleOutside(joint: "elbow", range: (1, 1))"#,
        expect![[r#"
            error: a range must go from low to high
              --> small.ron:28:51
               |
            28 |         end: [AngleOutside(joint: "elbow", range: (1, 1))],
               |                                                   ^^^^^^ found `(1, 1)`
               |
               = help: (lowest, highest) position of the joint (rad, or m)"#]],
    );
    refused(
        r#"of: Distance(point: "tip")"#,
        r#"of: Speed(joint: "weld")"#,
        expect![[r#"
            error: there is no moving joint `weld`
              --> small.ron:27:48
               |
            27 |         reward: [(weight: -1, of: Speed(joint: "weld"))],
               |                                                ^^^^^^ unknown moving joint
               |
               = help: moving joints: `shoulder`, `elbow`"#]],
    );
}

#[test]
fn tasks_that_cannot_be_run() {
    refused(
        "physics_hz: 200",
        "physics_hz: 220",
        expect![[r#"
        error: the physics rate must be a multiple of the control rate
          --> small.ron:23:51
           |
        23 |         episode_s: 2, control_hz: 50, physics_hz: 220,
           |                                                   ^^^ 220 Hz is 4.4 times 50 Hz
           |
           = help: 1 to 1000 times control_hz; nearest: physics_hz: 200"#]],
    );
    refused(
        "control_hz: 50",
        "control_hz: 0",
        expect![[r#"
        error: `control_hz` must be above 0
          --> small.ron:23:35
           |
        23 |         episode_s: 2, control_hz: 0, physics_hz: 200,
           |                                   ^ found `0`
           |
           = help: a number above 0 (Hz)"#]],
    );
    refused(
        "episode_s: 2",
        "episode_s: 2.01",
        expect![[r#"
            error: an episode must be a whole number of control steps
              --> small.ron:23:20
               |
            23 |         episode_s: 2.01, control_hz: 50, physics_hz: 200,
               |                    ^^^^ 2.01 s at 50 Hz are 100.5 steps
               |
               = help: 1 to 1000000 steps; nearest: episode_s: 2"#]],
    );
    refused(
        "radius: (0.2, 0.8)",
        "radius: (0.8, 0.2)",
        expect![[r#"
        error: the radii of this shell are invalid
          --> small.ron:25:48
           |
        25 |         goal: Shell(center: (0, 0, 1), radius: (0.8, 0.2), min_z: 0.5),
           |                                                ^^^^^^^^^^ found `(0.8, 0.2)`
           |
           = help: (inner, outer), with 0 <= inner <= outer (m)"#]],
    );
    refused(
        "min_z: 0.5",
        "min_z: 1.9",
        expect![[r#"
        error: the whole shell is below `min_z`
          --> small.ron:25:67
           |
        25 |         goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 1.9),
           |                                                                   ^^^ found `1.9`
           |
           = help: the shell reaches up to 1.8; at least 1 place in 1000 must be above"#]],
    );
    refused(
        "Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5)",
        "Box(min: (0, 0, 0), max: (1, -1, 1))",
        expect![[r#"
            error: `max` is below `min`
              --> small.ron:25:40
               |
            25 |         goal: Box(min: (0, 0, 0), max: (1, -1, 1)),
               |                                        ^^^^^^^^^^ found `(1, -1, 1)`
               |
               = help: in x, y and z, `max` must not be below `min` (m)"#]],
    );
    refused(
        "        goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),\n",
        "",
        expect![[r#"
            error: this needs a goal, and the task has none
              --> small.ron:25:64
               |
            25 |         observe: [Cos(), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
               |                                                                ^^^^^^^^^^^^^^^^^^ found `Goal(axes: [X, Z])`
               |
               = help: add a `goal` to the task, like `goal: Fixed(at: (0.5, 0, 0.5))`"#]],
    );
    refused(
        r#"[Cos(), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])]"#,
        "[]",
        expect![[r#"
            error: `observe` is empty
              --> small.ron:26:18
               |
            26 |         observe: [],
               |                  ^^ found `[]`
               |
               = help: at least one term"#]],
    );
    refused(
        r#"[(weight: -1, of: Distance(point: "tip"))]"#,
        "[]",
        expect![[r#"
            error: `reward` is empty
              --> small.ron:27:17
               |
            27 |         reward: [],
               |                 ^^ found `[]`
               |
               = help: at least one term"#]],
    );
    refused(
        r#"["elbow"]"#,
        "[]",
        expect![[r#"
        error: this list is empty
          --> small.ron:26:40
           |
        26 |         observe: [Cos(), Speed(joints: [], scale: 0.1), Goal(axes: [X, Z])],
           |                                        ^^ found `[]`
           |
           = help: name at least one, or leave it out for all"#]],
    );
    refused(
        "speed: 0)",
        "speed: -1)",
        expect![[r#"
        error: `speed` must not be negative
          --> small.ron:24:36
           |
        24 |         start: (angle: 0.1, speed: -1),
           |                                    ^^ found `-1`
           |
           = help: 0 or more (rad/s, or m/s)"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"Near(point: "tip", width: 0)"#,
        expect![[r#"
            error: `width` must be above 0
              --> small.ron:27:61
               |
            27 |         reward: [(weight: -1, of: Near(point: "tip", width: 0))],
               |                                                             ^ found `0`
               |
               = help: a number above 0 (m)"#]],
    );
    refused(
        "max_joint_speed: 100",
        "max_joint_speed: 0",
        expect![[r#"
        error: `max_joint_speed` must be above 0
          --> small.ron:29:26
           |
        29 |         max_joint_speed: 0,
           |                          ^ found `0`
           |
           = help: a number above 0 (rad/s, or m/s)"#]],
    );
    refused(
        "distance: 0.05",
        "distance: 0",
        expect![[r#"
        error: `distance` must be above 0
          --> small.ron:30:49
           |
        30 |         success: Within(point: "tip", distance: 0),
           |                                                 ^ found `0`
           |
           = help: a number above 0 (m)"#]],
    );
    refused(
        "Success(0.9)",
        "Success(1.5)",
        expect![[r#"
        error: a share of successes must be above 0 and at most 1
          --> small.ron:31:25
           |
        31 |         solved: Success(1.5),
           |                         ^^^ found `1.5`
           |
           = help: 0.95 means 95 % of the episodes"#]],
    );
    refused(
        "        success: Within(point: \"tip\", distance: 0.05),\n",
        "",
        expect![[r#"
            error: `solved` counts successes, but the task has no `success`
              --> small.ron:30:17
               |
            30 |         solved: Success(0.9),
               |                 ^^^^^^^^^^^^ found `Success(0.9)`
               |
               = help: add `success: Within(point: .., distance: ..)`, or use `solved: Return(..)`"#]],
    );
}

#[test]
fn options_and_terms_out_of_range() {
    refused(
        r#"Cos()"#,
        r#"Cos(noise: -0.1)"#,
        expect![[r#"
        error: `noise` must not be negative
          --> small.ron:26:30
           |
        26 |         observe: [Cos(noise: -0.1), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                              ^^^^ found `-0.1`
           |
           = help: 0 or more (in the unit of what is read)"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(clip: (1, -1))"#,
        expect![[r#"
        error: a clip must go from low to high
          --> small.ron:26:29
           |
        26 |         observe: [Cos(clip: (1, -1)), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                             ^^^^^^^ found `(1, -1)`
           |
           = help: (lowest, highest), in the unit of what is read"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(delay: 1001)"#,
        expect![[r#"
        error: `delay` is out of its range
          --> small.ron:26:30
           |
        26 |         observe: [Cos(delay: 1001), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                              ^^^^ found `1001`
           |
           = help: 0 to 1000 control steps"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(history: 0)"#,
        expect![[r#"
        error: `history` is out of its range
          --> small.ron:26:32
           |
        26 |         observe: [Cos(history: 0), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                                ^ found `0`
           |
           = help: 1 to 1000 control steps"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(delay: 0.5)"#,
        expect![[r#"
        error: expected a whole number
          --> small.ron:26:30
           |
        26 |         observe: [Cos(delay: 0.5), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                              ^^^ found `0.5`"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Phase(period_s: 0)"#,
        expect![[r#"
        error: `period_s` must be above 0
          --> small.ron:26:35
           |
        26 |         observe: [Phase(period_s: 0), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                                   ^ found `0`
           |
           = help: a number above 0 (s)"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"JointLimit(margin: 0)"#,
        expect![[r#"
            error: `margin` must be above 0
              --> small.ron:27:54
               |
            27 |         reward: [(weight: -1, of: JointLimit(margin: 0))],
               |                                                      ^ found `0`
               |
               = help: a number above 0 (rad, or m)"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"VelocityTracking(point: "tip", axis: Z, target: 1, width: -1)"#,
        expect![[r#"
            error: `width` must be above 0
              --> small.ron:27:93
               |
            27 |         reward: [(weight: -1, of: VelocityTracking(point: "tip", axis: Z, target: 1, width: -1))],
               |                                                                                             ^^ found `-1`
               |
               = help: a number above 0 (m/s)"#]],
    );
    refused(
        r#"Distance(point: "tip")"#,
        r#"Height(point: "top", target: 1, width: 1)"#,
        expect![[r#"
            error: there is no point `top`
              --> small.ron:27:49
               |
            27 |         reward: [(weight: -1, of: Height(point: "top", target: 1, width: 1))],
               |                                                 ^^^^^ unknown point
               |
               = help: did you mean `tip`?
               = help: points: `tip`"#]],
    );
    let no_range = SMALL
        .replace("range: (-1, 2), ", "")
        .replace(r#"Distance(point: "tip")"#, "JointLimit(margin: 0.1)");
    refused_text(
        &no_range,
        expect![[r#"
        error: this needs a joint with a range, and there is none
          --> small.ron:27:35
           |
        27 |         reward: [(weight: -1, of: JointLimit(margin: 0.1))],
           |                                   ^^^^^^^^^^^^^^^^^^^^^^^ found `JointLimit(margin: 0.1)`
           |
           = help: give a joint its `range: (lowest, highest)`"#]],
    );
    let much = format!("[{}Cos()]", "Cos(delay: 1000), ".repeat(40));
    let much = SMALL.replace(
        r#"[Cos(), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])]"#,
        &much,
    );
    refused_text(
        &much,
        expect![[r#"
        error: the observation remembers too much
          --> small.ron:26:595
           |
        26 | ...00), Cos(delay: 1000), Cos(delay: 1000), Cos(delay: 1000), Cos(delay: 1000), Cos(delay: 1000), Cos(delay: 1000), Cos(delay: 1000)...
           |                                             ^^^^^^^^^^^^^^^^ with this term, 66066 numbers
           |
           = help: at most 65536: the entries of each term times its delay and history"#]],
    );
}

#[test]
fn motors_and_senses_that_cannot_be() {
    refused(
        r#"torque: 50"#,
        r#"gear: 2"#,
        expect![[r#"
        error: a joint without a motor has no `gear`
          --> small.ron:11:66
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), gear: 2, damping: 1, armature: 0.1,
           |                                                                  ^ there is no `torque`
           |
           = help: add `torque: ..`, what the motor can do"#]],
    );
    refused(
        r#"torque: 50"#,
        r#"torque: 50, gear: 0"#,
        expect![[r#"
        error: `gear` must be above 0
          --> small.ron:11:78
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, gear: 0, damping: 1, armature: 0.1,
           |                                                                              ^ found `0`
           |
           = help: a number above 0 (turns of the motor for one of the joint)"#]],
    );
    refused(
        r#"torque: 50"#,
        r#"torque: 50, servo: Position(stiffness: -1, damping: 0, reach: 1)"#,
        expect![[r#"
        error: `stiffness` must be above 0
          --> small.ron:11:99
           |
        11 | ...   origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, servo: Position(stiffness: -1, damping: 0, reach: 1), damping: 1, armat...
           |                                                                                         ^^ found `-1`
           |
           = help: a number above 0 (N m/rad)"#]],
    );
    refused(
        r#"torque: 50"#,
        r#"torque: 50, servo: Velocity(gain: 1, speed: 0)"#,
        expect![[r#"
        error: `speed` must be above 0
          --> small.ron:11:104
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, servo: Velocity(gain: 1, speed: 0), damping: 1, armature: 0.1,
           |                                                                                                        ^ found `0`
           |
           = help: a number above 0 (rad/s)"#]],
    );
    refused(
        r#"goal: "#,
        r#"action: (smoothing: 1), goal: "#,
        expect![[r#"
        error: `smoothing` is out of its range
          --> small.ron:25:29
           |
        25 |         action: (smoothing: 1), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
           |                             ^ found `1`
           |
           = help: from 0, for none, to less than 1"#]],
    );
    refused(
        r#"goal: "#,
        r#"action: (delay: 2000), goal: "#,
        expect![[r#"
        error: `delay` is out of its range
          --> small.ron:25:25
           |
        25 |         action: (delay: 2000), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
           |                         ^^^^ found `2000`
           |
           = help: 0 to 1000 control steps"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), LinkVelocity(link: "upper", frame: "hnd")"#,
        expect![[r#"
        error: there is no link `hnd`
          --> small.ron:26:61
           |
        26 |         observe: [Cos(), LinkVelocity(link: "upper", frame: "hnd"), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                                                             ^^^^^ unknown link
           |
           = help: did you mean `hand`?
           = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [], range: 1)"#,
        expect![[r#"
        error: the number of rays is out of its range
          --> small.ron:26:73
           |
        26 | ...   observe: [Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [], range: 1), Speed(joints: ["elbow"], scale: 0.1), Goal(axes...
           |                                                                       ^^ found `[]`
           |
           = help: 1 to 1024 directions"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [(0, 0, 0)], range: 1)"#,
        expect![[r#"
        error: a direction must not be zero
          --> small.ron:26:74
           |
        26 | ...   observe: [Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [(0, 0, 0)], range: 1), Speed(joints: ["elbow"], scale: 0.1), ...
           |                                                                        ^^^^^^^^^ found `(0, 0, 0)`
           |
           = help: like (1, 0, 0), straight ahead; its length does not matter"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [(1, 0, 0)], range: 0)"#,
        expect![[r#"
        error: `range` must be above 0
          --> small.ron:26:93
           |
        26 | ...   observe: [Cos(), Rays(link: "upper", at: (0, 0, 0), directions: [(1, 0, 0)], range: 0), Speed(joints: ["elbow"], scale: 0.1), ...
           |                                                                                           ^ found `0`
           |
           = help: a number above 0 (m)"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), HeightScan(link: "upper", cells: (0, 3), size: (1, 1), range: 1)"#,
        expect![[r#"
        error: the number of cells is out of its range
          --> small.ron:26:59
           |
        26 | ...   observe: [Cos(), HeightScan(link: "upper", cells: (0, 3), size: (1, 1), range: 1), Speed(joints: ["elbow"], scale: 0.1), Goal(...
           |                                                         ^^^^^^ found `(0, 3)`
           |
           = help: (along, across), 1 or more of each and 1024 in all"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), HeightScan(link: "upper", cells: (1, 3), size: (1, -1), range: 1)"#,
        expect![[r#"
        error: a size must not be negative
          --> small.ron:26:73
           |
        26 | ...   observe: [Cos(), HeightScan(link: "upper", cells: (1, 3), size: (1, -1), range: 1), Speed(joints: ["elbow"], scale: 0.1), Goal...
           |                                                                       ^^^^^^^ found `(1, -1)`
           |
           = help: (along, across) in metres, between the outermost cells"#]],
    );
}

#[test]
fn objects_that_cannot_be() {
    refused(
        "    task: (\n",
        r#"    objects: [(name: "tip", shapes: [], origin: (xyz: (0, 0, 0)))],
    task: (
"#,
        expect![[r#"
            error: the object `tip` has no shapes
              --> small.ron:22:15
               |
            22 |     objects: [(name: "tip", shapes: [], origin: (xyz: (0, 0, 0)))],
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing can touch it
               |
               = help: at least one shape"#]],
    );
    refused(
        "    task: (\n",
        r#"    objects: [(name: "hand", shapes: [Sphere(center: (0, 0, 0), radius: 1, mass: 1)], origin: (xyz: (0, 0, 0)))],
    task: (
"#,
        expect![[r#"
            error: there is something else named `hand`
              --> small.ron:22:22
               |
            22 |     objects: [(name: "hand", shapes: [Sphere(center: (0, 0, 0), radius: 1, mass: 1)], origin: (xyz: (0, 0, 0)))],
               |                      ^^^^^^ found `"hand"`
               |
               = help: choose another name"#]],
    );
    refused(
        "speed: 0)",
        r#"speed: 0, free: {"hnd": (xyz: (1, 0, 0))})"#,
        expect![[r#"
            error: there is no link `hnd`
              --> small.ron:24:46
               |
            24 |         start: (angle: 0.1, speed: 0, free: {"hnd": (xyz: (1, 0, 0))}),
               |                                              ^^^^^ unknown link
               |
               = help: did you mean `hand`?
               = help: links: `upper`, `lower`, `hand`"#]],
    );
    refused(
        "speed: 0)",
        r#"speed: 0, free: {"hand": (xyz: (1, 0, 0))})"#,
        expect![[r#"
            error: `hand` is held by a joint
              --> small.ron:24:46
               |
            24 |         start: (angle: 0.1, speed: 0, free: {"hand": (xyz: (1, 0, 0))}),
               |                                              ^^^^^^ found `"hand"`
               |
               = help: only a floating body has a start pose: an object, or a link with a joint of kind Free"#]],
    );
}

#[test]
fn commands_that_cannot_be() {
    refused(
        r#"goal: "#,
        r#"commands: {"speed": (1, 0)}, goal: "#,
        expect![[r#"
            error: a command must go from low to high
              --> small.ron:25:29
               |
            25 |         commands: {"speed": (1, 0)}, goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                             ^^^^^^ found `(1, 0)`
               |
               = help: (lowest, highest), which may be the same"#]],
    );
    refused(
        r#"Cos()"#,
        r#"Cos(), Command()"#,
        expect![[r#"
        error: this needs a command, and the task has none
          --> small.ron:26:26
           |
        26 |         observe: [Cos(), Command(), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
           |                          ^^^^^^^^^ found `Command()`
           |
           = help: add `commands: {"speed": (0.2, 1)}` to the task"#]],
    );
    refused(
        r#"goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
        observe: [Cos()"#,
        r#"goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5), commands: {"speed": (0, 1)},
        observe: [Command(names: ["sped"])"#,
        expect![[r#"
            error: there is no command `sped`
              --> small.ron:26:35
               |
            26 |         observe: [Command(names: ["sped"]), Speed(joints: ["elbow"], scale: 0.1), Goal(axes: [X, Z])],
               |                                   ^^^^^^ unknown command
               |
               = help: did you mean `speed`?
               = help: commands: `speed`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("command.speed")"#,
        expect![[r#"
        error: there is no reading `command.speed`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("command.speed"))],
           |                                         ^^^^^^^^^^^^^ unknown name
           |
           = help: the task has no `commands`"#]],
    );
}

#[test]
fn differences_that_cannot_be() {
    refused(
        r#"goal: "#,
        r#"randomize: [Mass(scale: Uniform(0, 1))], goal: "#,
        expect![[r#"
            error: a factor must be above 0
              --> small.ron:25:33
               |
            25 |         randomize: [Mass(scale: Uniform(0, 1))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                 ^^^^^^^^^^^^^ it may be 0
               |
               = help: all its values must be above 0; a Normal distribution reaches three deviations"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Mass(scale: Uniform(2, 1))], goal: "#,
        expect![[r#"
            error: this distribution has no numbers
              --> small.ron:25:33
               |
            25 |         randomize: [Mass(scale: Uniform(2, 1))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                 ^^^^^^^^^^^^^ found `Uniform(2, 1)`
               |
               = help: Uniform(lowest, highest), LogUniform(lowest, highest) or Normal(mean, deviation)"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Gravity(scale: Normal(1, 0.5))], goal: "#,
        expect![[r#"
            error: a factor must be above 0
              --> small.ron:25:36
               |
            25 |         randomize: [Gravity(scale: Normal(1, 0.5))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                    ^^^^^^^^^^^^^^ it may be -0.5
               |
               = help: all its values must be above 0; a Normal distribution reaches three deviations"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Damping(joints: ["elbw"], scale: Uniform(1, 2))], goal: "#,
        expect![[r#"
            error: there is no moving joint `elbw`
              --> small.ron:25:38
               |
            25 |         randomize: [Damping(joints: ["elbw"], scale: Uniform(1, 2))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                      ^^^^^^ unknown moving joint
               |
               = help: did you mean `elbow`?
               = help: moving joints: `shoulder`, `elbow`"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Friction(scale: LogUniform(0, 1))], goal: "#,
        expect![[r#"
            error: a logarithm needs a number above 0
              --> small.ron:25:48
               |
            25 |         randomize: [Friction(scale: LogUniform(0, 1))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                                ^ found `0`
               |
               = help: LogUniform(lowest, highest), both above 0"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Push(link: "hand", force: Uniform(-1, 1), every_s: (1, 2), lasts_s: 1)], goal: "#,
        expect![[r#"
            error: this must not be negative
              --> small.ron:25:47
               |
            25 | ...   randomize: [Push(link: "hand", force: Uniform(-1, 1), every_s: (1, 2), lasts_s: 1)], goal: Shell(center: (0, 0, 1), radius: (0...
               |                                             ^^^^^^^^^^^^^^ it may be -1
               |
               = help: all its values must be 0 or more; a Normal distribution reaches three deviations"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Push(link: "hand", force: Uniform(1, 1), every_s: (0, 2), lasts_s: 1)], goal: "#,
        expect![[r#"
            error: `every_s` must go from low to high, above 0
              --> small.ron:25:71
               |
            25 | ...   randomize: [Push(link: "hand", force: Uniform(1, 1), every_s: (0, 2), lasts_s: 1)], goal: Shell(center: (0, 0, 1), radius: (0....
               |                                                                     ^^^^^^ found `(0, 2)`
               |
               = help: (shortest, longest) time from one push to the next (s)"#]],
    );
    refused(
        r#"goal: "#,
        r#"randomize: [Mas(scale: Uniform(1, 2))], goal: "#,
        expect![[r#"
            error: unknown name `Mas`
              --> small.ron:25:21
               |
            25 |         randomize: [Mas(scale: Uniform(1, 2))], goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                     ^^^ not known here
               |
               = help: did you mean `Mass`?
               = help: known here: every randomization"#]],
    );
}

#[test]
fn levels_that_cannot_be() {
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: []), goal: "#,
        expect![[r#"
            error: the number of levels is out of its range
              --> small.ron:25:50
               |
            25 |         curriculum: (pass: Success(0.8), levels: []), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                                  ^^ found `[]`
               |
               = help: 1 to 64, the first one first; the task as it is written comes after them"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: [{"task.goal": Fixed(at: (0, 0))}]), goal: "#,
        expect![[r#"
            error: expected a list of length 3, found 2 elements
              --> small.ron:25:75
               |
            25 | ...   curriculum: (pass: Success(0.8), levels: [{"task.goal": Fixed(at: (0, 0))}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8...
               |                                                                         ^^^^^^ found `(0, 0)`"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: [{"task.gaol": 1}]), goal: "#,
        expect![[r#"
            error: there is no field `gaol` in `Task`
              --> small.ron:25:58
               |
            25 |         curriculum: (pass: Success(0.8), levels: [{"task.gaol": 1}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                                          ^^^^ unknown field
               |
               = help: did you mean `goal`?
               = help: fields: `episode_s`, `control_hz`, `physics_hz`, `gravity`, `start`, `goal`, `commands`, `randomize`, `curriculum`, `action`, `observe`, `reward`, `end`, `max_joint_speed`, `success`, `solved`"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: [{"task.control_hz": 0}]), goal: "#,
        expect![[r#"
            error: `control_hz` must be above 0
              --> small.ron:25:71
               |
            25 | ...   curriculum: (pass: Success(0.8), levels: [{"task.control_hz": 0}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: ...
               |                                                                     ^ found `0`
               |
               = help: a number above 0 (Hz)"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: [{"learners.mine": 1}]), goal: "#,
        expect![[r#"
            error: a level cannot change `learners`
              --> small.ron:25:52
               |
            25 | ...   curriculum: (pass: Success(0.8), levels: [{"learners.mine": 1}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                                  ^^^^^^^^^^^^^^^ found `"learners.mine"`
               |
               = help: the world, the robot, objects and the task"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(0.8), levels: [{"task.observe": [Cos()]}]), goal: "#,
        expect![[r#"
            error: a level has other observations than the task
              --> small.ron:25:51
               |
            25 | ...   curriculum: (pass: Success(0.8), levels: [{"task.observe": [Cos()]}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_...
               |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^ with these changes
               |
               = help: observations, actions, joints and links must be the same at every level"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Success(2), levels: [{}]), goal: "#,
        expect![[r#"
            error: a share of successes must be above 0 and at most 1
              --> small.ron:25:36
               |
            25 |         curriculum: (pass: Success(2), levels: [{}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                    ^ found `2`
               |
               = help: 0.95 means 95 % of the episodes"#]],
    );
    refused(
        r#"goal: "#,
        r#"curriculum: (pass: Return(2), episodes: 0, levels: [{}]), goal: "#,
        expect![[r#"
            error: `episodes` is out of its range
              --> small.ron:25:49
               |
            25 |         curriculum: (pass: Return(2), episodes: 0, levels: [{}]), goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),
               |                                                 ^ found `0`
               |
               = help: use 1 to 10000 episodes"#]],
    );
}

#[test]
fn formulas_that_mean_nothing() {
    refused(
        DISTANCE,
        r#"Expr("-tip.distence")"#,
        expect![[r#"
        error: there is no reading `tip.distence`
          --> small.ron:27:42
           |
        27 |         reward: [(weight: -1, of: Expr("-tip.distence"))],
           |                                          ^^^^^^^^^^^^ unknown name
           |
           = help: did you mean `tip.distance`?
           = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tpi.x + 1")"#,
        expect![[r#"
            error: there is no reading `tpi.x`
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("tpi.x + 1"))],
               |                                         ^^^^^ unknown name
               |
               = help: did you mean `tip`?
               = help: names: `tip`, `shoulder`, `elbow`, `goal`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("elbow")"#,
        expect![[r#"
        error: there is no reading `elbow`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("elbow"))],
           |                                         ^^^^^ unknown name
           |
           = help: did you mean `elbow.speed`?
           = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("before.elbow.anglee")"#,
        expect![[r#"
        error: there is no reading `before.elbow.anglee`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("before.elbow.anglee"))],
           |                                         ^^^^^^^^^^^^^^^^^^^ unknown name
           |
           = help: did you mean `elbow.angle`?
           = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("sin tip.x")"#,
        expect![[r#"
        error: there is no reading `sin`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("sin tip.x"))],
           |                                         ^^^ unknown name
           |
           = help: the function is written `sin(..)`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("sinn(tip.x)")"#,
        expect![[r#"
        error: there is no function `sinn`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("sinn(tip.x)"))],
           |                                         ^^^^ unknown function
           |
           = help: did you mean `sign`?
           = help: functions: `abs`, `sqrt`, `exp`, `ln`, `sin`, `cos`, `tan`, `asin`, `acos`, `atan`, `atan2`, `tanh`, `floor`, `sign`, `wrap`, `min`, `max`, `clamp`, `if`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + * 2")"#,
        expect![[r#"
            error: expected a value
              --> small.ron:27:45
               |
            27 |         reward: [(weight: -1, of: Expr("1 + * 2"))],
               |                                             ^ found `*`
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("2 tip.x")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:43
           |
        27 |         reward: [(weight: -1, of: Expr("2 tip.x"))],
           |                                           ^^^^^ found `tip.x`
           |
           = help: `+ - * / ^`, `< <= > >= == !=`, `and`, `or`, or the formula's end"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 +")"#,
        expect![[r#"
            error: the formula ends too early
              --> small.ron:27:44
               |
            27 |         reward: [(weight: -1, of: Expr("1 +"))],
               |                                            ^ a value is missing here
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("(1 + 2")"#,
        expect![[r#"
        error: a parenthesis is not closed
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("(1 + 2"))],
           |                                         ^ this one
           |
           = help: a `)`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + 2)")"#,
        expect![[r#"
        error: a `)` too many
          --> small.ron:27:46
           |
        27 |         reward: [(weight: -1, of: Expr("1 + 2)"))],
           |                                              ^ found `)`
           |
           = help: remove it, or add a `(` before it"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("")"#,
        expect![[r#"
            error: the formula is empty
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr(""))],
               |                                         ^ nothing here
               |
               = help: something like `tip.z`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("clamp(tip.x, 1)")"#,
        expect![[r#"
            error: `clamp` takes 3 arguments
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("clamp(tip.x, 1)"))],
               |                                         ^^^^^^^^^^^^^^^ found 2
               |
               = help: `clamp(x, low, high)`: `x`, but not below `low` and not above `high`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("min(1)")"#,
        expect![[r#"
            error: `min` takes 2 to 8 arguments
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("min(1)"))],
               |                                         ^^^^^^ found 1
               |
               = help: `min(x, y, ..)`: the least of its arguments"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.x > 1")"#,
        expect![[r#"
        error: a reward is a number, and this is a condition
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("tip.x > 1"))],
           |                                         ^^^^^^^^^ found `tip.x > 1`
           |
           = help: `if(.., 1, 0)` makes a number of it"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1 + (tip.x > 1)")"#,
        expect![[r#"
            error: `+` needs a number here
              --> small.ron:27:45
               |
            27 |         reward: [(weight: -1, of: Expr("1 + (tip.x > 1)"))],
               |                                             ^^^^^^^^^^^ this is a condition
               |
               = help: `if(.., 1, 0)` makes a number of it; two comparisons are joined by `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("if(tip.x, 1, 2)")"#,
        expect![[r#"
            error: `if` needs a condition here
              --> small.ron:27:44
               |
            27 |         reward: [(weight: -1, of: Expr("if(tip.x, 1, 2)"))],
               |                                            ^^^^^ this is a number
               |
               = help: compare it, like `tip.z < 0.5`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("0 < tip.x < 1")"#,
        expect![[r#"
            error: `<` needs a number here
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("0 < tip.x < 1"))],
               |                                         ^^^^^^^^^ this is a condition
               |
               = help: `if(.., 1, 0)` makes a number of it; two comparisons are joined by `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.z && 1")"#,
        expect![[r#"
        error: this sign means nothing in a formula
          --> small.ron:27:47
           |
        27 |         reward: [(weight: -1, of: Expr("tip.z && 1"))],
           |                                               ^^ found `&&`
           |
           = help: write `and`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip.x = 1")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:47
           |
        27 |         reward: [(weight: -1, of: Expr("tip.x = 1"))],
           |                                               ^ found `=`
           |
           = help: `==` compares"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("1e99")"#,
        expect![[r#"
        error: a number must be finite
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("1e99"))],
           |                                         ^^^^ found `1e99`
           |
           = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("tip. + 1")"#,
        expect![[r#"
        error: a part of this name is missing
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("tip. + 1"))],
           |                                         ^^^^ found `tip.`
           |
           = help: a name like `tip.x`; one with other characters in quotes, like `'left-foot'.x`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("(1, 2)")"#,
        expect![[r#"
        error: expected an operator
          --> small.ron:27:43
           |
        27 |         reward: [(weight: -1, of: Expr("(1, 2)"))],
           |                                           ^ found `,`
           |
           = help: only arguments of a function have commas between them"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("'it''s'.x")"#,
        expect![[r#"
            error: there is no reading `'it''s'.x`
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("'it''s'.x"))],
               |                                         ^^^^^^^^^ unknown name
               |
               = help: names: `tip`, `shoulder`, `elbow`, `goal`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("goal.w")"#,
        expect![[r#"
        error: there is no reading `goal.w`
          --> small.ron:27:41
           |
        27 |         reward: [(weight: -1, of: Expr("goal.w"))],
           |                                         ^^^^^^ unknown name
           |
           = help: did you mean `goal.z`?
           = help: readings: `goal.x`, `goal.y`, `goal.z`"#]],
    );
    refused(
        DISTANCE,
        r#"Expr("and 1")"#,
        expect![[r#"
            error: expected a value
              --> small.ron:27:41
               |
            27 |         reward: [(weight: -1, of: Expr("and 1"))],
               |                                         ^^^ found `and`
               |
               = help: a number, a reading like `tip.z`, or something in parentheses"#]],
    );
    // The place is inside of the text, on the line and at the character where it is written.
    refused(
        DISTANCE,
        "Expr(\"1\n            + é\\u{41} + elbow.angel\n            + 2\")",
        expect![[r#"
            error: there is no reading `éA`
              --> small.ron:28:15
               |
            28 |             + é\u{41} + elbow.angel
               |               ^^^^^^^ unknown name
               |
               = help: names: `tip`, `shoulder`, `elbow`, `goal`, `time`, `time_left`, `dt`, `pi`"#]],
    );
    refused(
        DISTANCE,
        "Expr(\"1\n            + tip.\\u{78} + elbow.angel\n            + 2\")",
        expect![[r#"
            error: there is no reading `elbow.angel`
              --> small.ron:28:28
               |
            28 |             + tip.\u{78} + elbow.angel
               |                            ^^^^^^^^^^^ unknown name
               |
               = help: did you mean `elbow.angle`?
               = help: readings: `elbow.angle`, `elbow.speed`, `elbow.action`, `elbow.torque`, `elbow.gravity_load`"#]],
    );
    refused(
        DISTANCE,
        r###"Expr(r#"tip.x + tip.q"#)"###,
        expect![[r##"
        error: there is no reading `tip.q`
          --> small.ron:27:51
           |
        27 |         reward: [(weight: -1, of: Expr(r#"tip.x + tip.q"#))],
           |                                                   ^^^^^ unknown name
           |
           = help: did you mean `tip.z`?
           = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"##]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"When("tip.z")"#,
        expect![[r#"
            error: this must be a condition, and it is a number
              --> small.ron:28:21
               |
            28 |         end: [When("tip.z")],
               |                     ^^^^^ found `tip.z`
               |
               = help: compare it, like `tip.z < 0.5`"#]],
    );
    refused(
        r#"PointBelow(point: "tip", z: 0)"#,
        r#"When("before.tip.z < 1")"#,
        expect![[r#"
            error: there is no `before` here
              --> small.ron:28:21
               |
            28 |         end: [When("before.tip.z < 1")],
               |                     ^^^^^^^^^^^^ found `before.tip.z`
               |
               = help: ends and success look at one moment; a reward looks at a step"#]],
    );
    refused(
        r#"Within(point: "tip", distance: 0.05)"#,
        r#"When("tip.zz < 1")"#,
        expect![[r#"
            error: there is no reading `tip.zz`
              --> small.ron:30:24
               |
            30 |         success: When("tip.zz < 1"),
               |                        ^^^^^^ unknown name
               |
               = help: did you mean `tip.vz`?
               = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    refused(
        r#"Within(point: "tip", distance: 0.05)"#,
        r#"Some(When("not tip.zz < 1"))"#,
        expect![[r#"
            error: there is no reading `tip.zz`
              --> small.ron:30:33
               |
            30 |         success: Some(When("not tip.zz < 1")),
               |                                 ^^^^^^ unknown name
               |
               = help: did you mean `tip.vz`?
               = help: readings: `tip.x`, `tip.y`, `tip.z`, `tip.vx`, `tip.vy`, `tip.vz`, `tip.speed`, `tip.distance`"#]],
    );
    let both = SMALL.replace("\"tip\"", "\"elbow\"").replace(
        r#"Distance(point: "elbow")"#,
        r#"Expr("elbow.angle + elbow.x - elbow.speed")"#,
    );
    refused_text(
        &both,
        expect![[r#"
        error: both a joint and a point are named `elbow`, and both have a `speed`
          --> small.ron:27:65
           |
        27 |         reward: [(weight: -1, of: Expr("elbow.angle + elbow.x - elbow.speed"))],
           |                                                                 ^^^^^^^^^^^ found `elbow.speed`
           |
           = help: rename one of them"#]],
    );
    let no_goal = SMALL
        .replace(
            "        goal: Shell(center: (0, 0, 1), radius: (0.2, 0.8), min_z: 0.5),\n",
            "",
        )
        .replace(", Goal(axes: [X, Z])", "")
        .replace(DISTANCE, r#"Expr("1 - tip.distance")"#);
    refused_text(
        &no_goal,
        expect![[r#"
        error: this needs a goal, and the task has none
          --> small.ron:26:45
           |
        26 |         reward: [(weight: -1, of: Expr("1 - tip.distance"))],
           |                                             ^^^^^^^^^^^^ found `tip.distance`
           |
           = help: add a `goal` to the task, like `goal: Fixed(at: (0.5, 0, 0.5))`"#]],
    );
    let deep = SMALL.replace(DISTANCE, &format!("Expr(\"{}\")", "(".repeat(100)));
    refused_text(
        &deep,
        expect![[r#"
            error: a formula is nested too deeply
              --> small.ron:27:105
               |
            27 | ...   reward: [(weight: -1, of: Expr("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((...
               |                                                                                                       ^ found `(`
               |
               = help: at most 64 parentheses or signs in each other"#]],
    );
    let waiting = SMALL.replace(
        DISTANCE,
        &format!("Expr(\"{}1{}\")", "1 + (".repeat(40), ")".repeat(40)),
    );
    refused_text(
        &waiting,
        expect![[r#"
            error: a formula is nested too deeply
              --> small.ron:27:121
               |
            27 | ...   reward: [(weight: -1, of: Expr("1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + ...
               |                                                                                                                       ^ found `1`
               |
               = help: at most 16 values that wait for what is behind them"#]],
    );
    let long = SMALL.replace(DISTANCE, &format!("Expr(\"{}1\")", "1 + ".repeat(5000)));
    refused_text(
        &long,
        expect![[r#"
        error: a formula is too long
          --> small.ron:27:41
           |
        27 | ...   reward: [(weight: -1, of: Expr("1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 ...
           |                                       ^ 20001 bytes follow
           |
           = help: at most 10000 bytes; several terms are added up"#]],
    );
}

#[test]
fn versions_that_there_are_not() {
    // Said before anything else, which a newer program may well understand.
    refused_text(
        "(version: 2, robot: (wheels: 4), tasks: [], version: 2)",
        expect![[r#"
            error: this program does not know this version of the scene format
             --> small.ron:1:11
              |
            1 | (version: 2, robot: (wheels: 4), tasks: [], version: 2)
              |           ^ found `2`
              |
              = help: this sinew reads up to version 1; this file needs a newer sinew"#]],
    );
    refused_text(
        "(robot: 1, version: 99_999_999_999)",
        expect![[r#"
        error: this program does not know this version of the scene format
         --> small.ron:1:21
          |
        1 | (robot: 1, version: 99_999_999_999)
          |                     ^^^^^^^^^^^^^^ found `99_999_999_999`
          |
          = help: this sinew reads up to version 1; this file needs a newer sinew"#]],
    );
    refused_text(
        "(version: 0)",
        expect![[r#"
        error: this program does not know this version of the scene format
         --> small.ron:1:11
          |
        1 | (version: 0)
          |           ^ found `0`
          |
          = help: versions begin with 1; the newest is 1"#]],
    );
    refused_text(
        "(version: \"one\")",
        expect![[r#"
        error: expected a whole number
         --> small.ron:1:11
          |
        1 | (version: "one")
          |           ^^^^^ found `"one"`"#]],
    );
    Scene::parse("small.ron", &SMALL.replacen('(', "(version: 1,", 1)).unwrap();
}

#[test]
fn settings_out_of_range() {
    refused(
        "gamma: 0.9",
        "gamma: 1.5",
        expect![[r#"
            error: `gamma` is out of its range
              --> small.ron:35:107
               |
            35 |             steps: 1000, envs: 4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gamma: 1.5,
               |                                                                                                           ^^^ found `1.5`
               |
               = help: it must be from 0 to 1"#]],
    );
}

#[test]
fn heights_that_are_none() {
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 * sin(z)")"#,
        expect![[r#"
            error: there is no reading `z`
             --> small.ron:3:75
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 * sin(z)")
              |                                                                           ^ unknown name
              |
              = help: names: `x`, `y`, `pi`"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "sin(tip.x")"#,
        expect![[r#"
            error: there is no reading `tip.x`
             --> small.ron:3:69
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "sin(tip.x")
              |                                                                     ^^^^^ unknown name
              |
              = help: names: `x`, `y`, `pi`"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "x > 1")"#,
        expect![[r#"
            error: a height is a number, and this is a condition
             --> small.ron:3:65
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "x > 1")
              |                                                                 ^^^^^ found `x > 1`
              |
              = help: `if(.., 1, 0)` makes a number of it"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 *")"#,
        expect![[r#"
            error: the formula ends too early
             --> small.ron:3:70
              |
            3 | Heights(center: (0, 0, 0), size: (10, 4), cells: (100, 40), z: "0.1 *")
              |                                                                      ^ a value is missing here
              |
              = help: a number, a reading like `x`, or something in parentheses"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "sqrt(1 - x * y)  +
 ln(y + 0.75)")"#,
        expect![[r#"
            error: no height at x = -1, y = -1
             --> small.ron:3:60
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "sqrt(1 - x * y)  +
              |                                                            ^^^^^^^^^^^^^^^^^^^ gives NaN there
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "1 / (x + y)")"#,
        expect![[r#"
            error: no height at x = 1, y = -1
             --> small.ron:3:60
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 4), z: "1 / (x + y)")
              |                                                            ^^^^^^^^^^^^^ gives inf there
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 0), cells: (8, 4), z: "0")"#,
        expect![[r#"
            error: the sizes of heights must be above 0
             --> small.ron:3:34
              |
            3 | Heights(center: (0, 0, 0), size: (2, 0), cells: (8, 4), z: "0")
              |                                  ^^^^^^ found `(2, 0)`
              |
              = help: the lengths along x and y (m)"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 0), z: "0")"#,
        expect![[r#"
            error: heights need a cell along x and along y
             --> small.ron:3:49
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (8, 0), z: "0")
              |                                                 ^^^^^^ found `(8, 0)`
              |
              = help: like `cells: (100, 40)`; in a grid, two heights make one"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (256, 256), z: "0"),
Heights(center: (0, 0, 0), size: (2, 2), cells: (1, 1), z: "0")"#,
        expect![[r#"
            error: the terrain has too many cells
             --> small.ron:4:49
              |
            4 | Heights(center: (0, 0, 0), size: (2, 2), cells: (1, 1), z: "0")
              |                                                 ^^^^^^ with these, 65537
              |
              = help: at most 65536 in a scene"#]],
    );
    refused_terrain(
        r#"Heights(center: (0, 0, 0), size: (2, 2), cells: (4294967295, 4294967295), z: "0")"#,
        expect![[r#"
            error: the terrain has too many cells
             --> small.ron:3:49
              |
            3 | Heights(center: (0, 0, 0), size: (2, 2), cells: (4294967295, 4294967295), z: "0")
              |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^ with these, 18446744065119617025
              |
              = help: at most 65536 in a scene"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1, 2], [0, 1]])"#,
        expect![[r#"
            error: the rows of a grid differ in length
             --> small.ron:3:57
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1, 2], [0, 1]])
              |                                                         ^^^^^^ 2 heights; the first row has 3"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1]])"#,
        expect![[r#"
            error: heights need a cell along x and along y
             --> small.ron:3:45
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), rows: [[0, 1]])
              |                                             ^^^^^^^^ found `[[0, 1]]`
              |
              = help: like `cells: (100, 40)`; in a grid, two heights make one"#]],
    );
    refused_terrain(
        r#"Grid(center: (0, 0, 0), size: (2, 2), height: 100, rows: [[0, 1], [0, 200]])"#,
        expect![[r#"
            error: too high, or too low
             --> small.ron:3:71
              |
            3 | Grid(center: (0, 0, 0), size: (2, 2), height: 100, rows: [[0, 1], [0, 200]])
              |                                                                       ^^^ 20000 m
              |
              = help: a number from -10000 to 10000 (m) everywhere"#]],
    );
    refused_terrain(
        r#"Picture(file: "hills.png", center: (0, 0, 0), size: (2, 2), height: 1)"#,
        expect![[r#"
            error: cannot resolve the relative path `hills.png`: this text was not read from a file
             --> small.ron:3:15
              |
            3 | Picture(file: "hills.png", center: (0, 0, 0), size: (2, 2), height: 1)
              |               ^^^^^^^^^^^ found `"hills.png"`
              |
              = help: a text that is in no file cannot name others"#]],
    );
    refused_terrain(
        r#"Picture(center: (0, 0, 0), size: (2, 2), height: 1)"#,
        expect![[r#"
            error: the field `file` of `Picture` is missing
             --> small.ron:3:1
              |
            3 | Picture(center: (0, 0, 0), size: (2, 2), height: 1)
              | ^^^^^^^^ `file` is missing here
              |
              = help: add `file: ..`"#]],
    );
}

#[test]
fn too_many_of_everything() {
    let shape = r#"Sphere(center: (0, 0, 0), radius: 1, mass: 1),"#;
    refused(
        "shapes: [",
        &format!("shapes: [{}", shape.repeat(1100)),
        expect![[r#"
            error: the robot has too many shapes
             --> small.ron:3:16
              |
            3 |         links: [
              |                ^ 1102 shapes
              |
              = help: at most 1024"#]],
    );
    let joint = r#"(name: "j", kind: Revolute, parent: "upper", child: "lower", origin: (xyz: (0, 0, 0))),"#;
    refused(
        "joints: [\n",
        &format!("joints: [{}\n", joint.repeat(64)),
        expect![[r#"
            error: the robot has too many moving joints
             --> small.ron:8:17
              |
            8 | ...s: [(name: "j", kind: Revolute, parent: "upper",...", child: "lower", origin: (xyz: (0, 0, 0))),
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 66 moving joints
              |
              = help: at most 64"#]],
    );
}

#[test]
fn files_that_are_no_scenes() {
    let folder = std::env::temp_dir().join(format!("sinew-scene-errors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let opened = |name: &str, bytes: Option<&[u8]>, expected: Expect| {
        let path = folder.join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let error = Scene::open(path.to_str().unwrap()).unwrap_err().to_string();
        expected.assert_eq(&error.replace(folder.to_str().unwrap(), "FOLDER"));
    };
    opened(
        "reech.ron",
        None,
        expect![[r#"
            error: `FOLDER/reech.ron` is neither a file nor a shipped scene
             |
             = help: did you mean `reach`?
             = help: shipped scenes: `reach`, `reacher`, `reach-servo`, `reach-obstacle`, `arm`, `push`, `pendulum`, `cartpole`, `swing-up`, `hopper`, `walker`, `quadruped`, `biped`"#]],
    );
    opened(
        "empty.ron",
        Some(b""),
        expect![[r#"
        error: the scene is empty
         --> FOLDER/empty.ron:1:1
          |
        1 |
          | ^ nothing here
          |
          = help: a scene is `(robot: .., task: .., learners: ..)`; copy `scenes/reach.ron` to begin"#]],
    );
    opened(
        "blank.ron",
        Some(b" \n\n"),
        expect![[r#"
        error: the scene is empty
         --> FOLDER/blank.ron:1:1
          |
        1 |  
          | ^ nothing here
          |
          = help: a scene is `(robot: .., task: .., learners: ..)`; copy `scenes/reach.ron` to begin"#]],
    );
    opened(
        "latin.ron",
        Some(b"(\n  robot: (name: \"\xe9\"))"),
        expect![[r#"
            error: the file is not UTF-8 text
             --> FOLDER/latin.ron:2:18
              |
            2 |   robot: (name: "�"))
              |                  ^ found the byte 0xe9
              |
              = help: save it as UTF-8"#]],
    );
    opened(
        "",
        None,
        expect![[r#"
        error: `FOLDER/` is a directory, not a file
         |
         = help: name a file, like `scenes/reach.ron`"#]],
    );
    opened(
        "huge.ron",
        Some(&[b' '; (1 << 20) + 1]),
        expect![[r#"
        error: `FOLDER/huge.ron` is too large: 1048577 bytes
         |
         = help: at most 1048576 bytes (1 MiB)"#]],
    );
    opened(
        "marked.ron",
        Some(format!("\u{feff}{}", SMALL.replace("torque: 50", "torque: 0")).as_bytes()),
        expect![[r#"
            error: `torque` must be above 0
              --> FOLDER/marked.ron:11:68
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 0, damping: 1, armature: 0.1,
               |                                                                    ^ found `0`
               |
               = help: a number above 0 (N m)"#]],
    );
    std::fs::remove_dir_all(&folder).unwrap();
    expect![[r#"
        error: `reech` is neither a file nor a shipped scene
         |
         = help: did you mean `reach`?
         = help: shipped scenes: `reach`, `reacher`, `reach-servo`, `reach-obstacle`, `arm`, `push`, `pendulum`, `cartpole`, `swing-up`, `hopper`, `walker`, `quadruped`, `biped`"#]]
    .assert_eq(&Scene::open("reech").unwrap_err().to_string());
    expect![[r#"
        error: there is no learner `pppo`, neither in the scene nor shipped
         |
         = help: did you mean `ppo`?
         = help: learners: `ppo`, `reppo`, `sac-cpu`, `reinforce`, `reinforce-baseline`, `actor-critic`, `a2c`, `a3c`, `sac`"#]]
    .assert_eq(
        &Scene::open_with("reach", Some("pppo"), &[])
            .unwrap_err()
            .to_string(),
    );
}

#[test]
fn a_text_too_large_is_not_repeated() {
    let text = " ".repeat((1 << 20) + 1);
    expect![[r#"
        error: the text is too large for a scene
         --> huge:1:1
          |
        1 |
          | ^ 1048577 bytes follow
          |
          = help: a scene has at most 1048576 bytes (1 MiB)"#]]
    .assert_eq(&Scene::parse("huge", &text).unwrap_err().to_string());
}

#[test]
fn line_and_column_count_characters_from_one() {
    let error = Scene::parse("x", "(\n /* é */ robt: ())").unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(2), Some(10)));
    assert!(error.to_string().contains("x:2:10"));
    assert_eq!(Scene::open("no such scene").unwrap_err().line(), None);
}

/// Terrain in the small scene.
fn refused_terrain(terrain: &str, expected: Expect) {
    refused(
        "robot: (",
        &format!("world: (terrain: [\n{terrain}\n]), robot: ("),
        expected,
    );
}

fn refused(right: &str, wrong: &str, expected: Expect) {
    assert!(SMALL.contains(right), "the small scene has no {right}");
    refused_text(&SMALL.replacen(right, wrong, 1), expected);
}

#[track_caller]
fn refused_text(text: &str, expected: Expect) {
    let error: SceneError = Scene::parse("small.ron", text).unwrap_err();
    assert!(error.line().is_some_and(|line| line >= 1));
    // Lists of terms become longer; what is in them is theirs.
    let every = |terms: &[Reference]| {
        let names = terms.iter().map(|term| format!("`{}`", term.name()));
        names.collect::<Vec<_>>().join(", ")
    };
    let error = error.to_string();
    let error = error.replace(&every(Term::ALL), "every term of the reward");
    expected.assert_eq(&error.replace(&every(Randomize::ALL), "every randomization"));
}
