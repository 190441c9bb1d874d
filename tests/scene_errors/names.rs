//! Names that mean nothing, or two things.

use expect_test::expect;

use super::{SMALL, refused, refused_text};

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
