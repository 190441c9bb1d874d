//! Robots, motors and objects that cannot be built.

use expect_test::expect;

use super::{SMALL, refused, refused_text};

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
