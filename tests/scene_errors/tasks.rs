//! Tasks, terms, commands, randomisation, levels and settings that cannot be.

use expect_test::expect;

use super::{DISTANCE, SMALL, refused, refused_text};

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
