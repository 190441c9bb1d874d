//! Texts that are no scene: syntax, types, numbers, versions, files.

use expect_test::{Expect, expect};
use sinew::scene::Scene;

use super::{SMALL, refused, refused_text};

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
