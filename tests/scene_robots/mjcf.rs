//! Robots of MJCF: places and turns, and what is refused.

use expect_test::{Expect, expect};
use sinew::sim::shapes::mass_properties;

use super::{open, robot};

/// A body on a joint.
fn mjcf(joint: &str, body: &str, rest: &str) -> String {
    format!(
        "<mujoco>\n<worldbody>\n<body name=\"arm\">\n{joint}\n{body}\n</body>\n</worldbody>\n\
        <actuator><motor joint=\"hinge\" ctrlrange=\"-1 1\"/></actuator>\n{rest}\n</mujoco>"
    )
}

const HINGE: &str = "<joint name=\"hinge\" axis=\"0 1 0\" damping=\"1\" armature=\"1\"/>";
const BALL: &str = "<geom size=\"0.1\"/>";

fn refused_mjcf(text: &str, expected: Expect) {
    expected.assert_eq(&open(r#"mjcf: "r.xml""#, ("r.xml", text)).unwrap_err());
}

#[test]
fn places_and_turns_of_mjcf() {
    for (turned, truth) in [
        ("euler=\"0 0 90\"", [0.0, 0.0, 1.0]),
        ("axisangle=\"0 0 2 90\"", [0.0, 0.0, 1.0]),
        ("quat=\"1 0 0 1\"", [0.0, 0.0, 1.0]),
        ("xyaxes=\"0 1 0 -1 1 0\"", [0.0, 0.0, 1.0]),
        ("zaxis=\"0 -1 0\"", [1.0, 0.0, 0.0]),
    ] {
        let text = mjcf(HINGE, BALL, "").replace("name=\"arm\"", &format!("name=\"arm\" {turned}"));
        let robot = robot(r#"mjcf: "r.xml""#, ("r.xml", &text));
        for (got, truth) in robot.links[0].origin.rpy.into_iter().zip(truth) {
            assert!(
                (got - truth * std::f32::consts::FRAC_PI_2).abs() < 1e-6,
                "{turned}"
            );
        }
    }
}

#[test]
fn a_scene_with_a_world_has_no_other() {
    let text = mjcf(HINGE, BALL, "").replace(
        "<worldbody>",
        "<worldbody><geom type=\"plane\" size=\"1 1 1\"/>",
    );
    let fields = r#"mjcf: "r.xml"), world: (ground: (z: -1)"#;
    assert_eq!(robot(fields, ("r.xml", &text)).links.len(), 1);
}

#[test]
fn bodies_of_mjcf_that_float() {
    let text = mjcf("<freejoint/>", BALL, "").replace(
        "</body>",
        &format!("<body name=\"leg\" pos=\"0 0 -1\">{HINGE}{BALL}</body></body>"),
    );
    let robot = robot(r#"mjcf: "r.xml""#, ("r.xml", &text));
    assert!(robot.links[0].floats && !robot.links[1].floats);
    assert_eq!((robot.links[1].parent, robot.joints.len()), (Some(0), 1));
    // A ball of water of 10 cm, as MuJoCo has it: 1000 * 4/3 pi r^3.
    assert!((mass_properties(&robot.links[0]).mass() - 4.18879).abs() < 1e-4);
}

#[test]
fn what_of_mjcf_is_refused() {
    refused_mjcf(
        "<robot/>",
        expect![[r#"
        error: expected `mujoco`, found `robot`
         --> HERE/r.xml:1:1
          |
        1 | <robot/>
          | ^^^^^^ found `<robot`
          |
          = help: this is URDF: `urdf: ..` instead of `mjcf: ..`"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<equality><weld/></equality>"),
        expect![[r#"
            error: `equality` is not supported
             --> HERE/r.xml:9:1
              |
            9 | <equality><weld/></equality>
              | ^^^^^^^^^ found `<equality`
              |
              = help: it would change how the robot moves, so it must be removed by hand"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<actuators/>"),
        expect![[r#"
        error: there is no section `actuators`
         --> HERE/r.xml:9:1
          |
        9 | <actuators/>
          | ^^^^^^^^^^ found `<actuators`
          |
          = help: did you mean `actuator`?
          = help: sections: `compiler`, `option`, `default`, `asset`, `worldbody`, `actuator`, `contact`, `sensor`"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<include file=\"more.xml\"/>"),
        expect![[r#"
            error: other files are not included
             --> HERE/r.xml:9:1
              |
            9 | <include file="more.xml"/>
              | ^^^^^^^^ found `<include`
              |
              = help: name the file itself, or put it in here"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<option density=\"1.2\"/>"),
        expect![[r#"
            error: fluid forces are not supported: `density`
             --> HERE/r.xml:9:18
              |
            9 | <option density="1.2"/>
              |                  ^^^ found `1.2`
              |
              = help: 0, or remove it"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<option><flag limit=\"disable\"/></option>"),
        expect![[r#"
            error: the flag `limit` cannot be switched off
             --> HERE/r.xml:9:22
              |
            9 | <option><flag limit="disable"/></option>
              |                      ^^^^^^^ found `disable`
              |
              = help: remove what it switches off instead"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<compiler settotalmass=\"3\"/>"),
        expect![[r#"
            error: `settotalmass` of `compiler` is not supported
             --> HERE/r.xml:9:11
              |
            9 | <compiler settotalmass="3"/>
              |           ^^^^^^^^^^^^ found `settotalmass`
              |
              = help: what is read: `angle`, `eulerseq`, `autolimits`, `inertiafromgeom`, `meshdir`, `assetdir`, `coordinate`
              = help: attributes that affect motion are never ignored"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "<compiler angle=\"gradian\"/>"),
        expect![[r#"
            error: `angle` cannot be `gradian`
             --> HERE/r.xml:9:18
              |
            9 | <compiler angle="gradian"/>
              |                  ^^^^^^^ found `gradian`
              |
              = help: did you mean `radian`?
              = help: known here: `degree`, `radian`"#]],
    );
    refused_mjcf(
        &mjcf("<joint name=\"hinge\" type=\"ball\"/>", BALL, ""),
        expect![[r#"
            error: a joint with three free axes is not supported
             --> HERE/r.xml:4:27
              |
            4 | <joint name="hinge" type="ball"/>
              |                           ^^^^ found `Ball`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: one Revolute joint for each axis, with a light link between"#]],
    );
    refused_mjcf(
        &mjcf("<joint name=\"hinge\" springdamper=\"1 1\"/>", BALL, ""),
        expect![[r#"
            error: `springdamper` of `joint` is not supported
             --> HERE/r.xml:4:21
              |
            4 | <joint name="hinge" springdamper="1 1"/>
              |                     ^^^^^^^^^^^^ found `springdamper`
              |
              = help: did you mean `springref`?
              = help: what is read: `name`, `class`, `type`, `pos`, `axis`, `range`, `limited`, `stiffness`, `springref`, `damping`, `armature`, `frictionloss`, `ref`
              = help: attributes that affect motion are never ignored"#]],
    );
    refused_mjcf(
        &mjcf("<joint name=\"hinge\" limited=\"true\"/>", BALL, ""),
        expect![[r#"
            error: it is limited, but has no `range`
             --> HERE/r.xml:4:1
              |
            4 | <joint name="hinge" limited="true"/>
              | ^^^^^^ found `<joint`
              |
              = help: add `range="low high"`"#]],
    );
    refused_mjcf(
        &mjcf("<joint name=\"hinge\" class=\"strng\"/>", BALL, ""),
        expect![[r#"
            error: there is no class `strng`
             --> HERE/r.xml:4:28
              |
            4 | <joint name="hinge" class="strng"/>
              |                            ^^^^^ found `strng`
              |
              = help: classes: `main`"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, "<geom type=\"plane\" size=\"1 1 1\"/>", ""),
        expect![[r#"
            error: a plane is no part of a robot
             --> HERE/r.xml:5:13
              |
            5 | <geom type="plane" size="1 1 1"/>
              |             ^^^^^ found `plane`
              |
              = help: the scene's `world: (ground: (z: 0))` is one"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, "<geom type=\"ellipsoid\" size=\"1 1 1\"/>", ""),
        expect![[r#"
            error: ellipsoids are not supported
             --> HERE/r.xml:5:13
              |
            5 | <geom type="ellipsoid" size="1 1 1"/>
              |             ^^^^^^^^^ found `ellipsoid`
              |
              = help: a sphere or a capsule"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, "<geom type=\"capsule\" size=\"1\"/>", ""),
        expect![[r#"
            error: `size` takes 2 to 3 numbers, found 1
             --> HERE/r.xml:5:28
              |
            5 | <geom type="capsule" size="1"/>
              |                            ^ found `1`"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, "<geom/>", ""),
        expect![[r#"
        error: the geom has no `size`
         --> HERE/r.xml:5:1
          |
        5 | <geom/>
          | ^^^^^ found `<geom`
          |
          = help: add `size=".."`"#]],
    );
    refused_mjcf(
        &mjcf(
            HINGE,
            &format!("{BALL}<geom size=\"1\" contype=\"0\" conaffinity=\"0\"/>"),
            "",
        ),
        expect![[r#"
            error: this geom has mass but no collisions, while other geoms collide
             --> HERE/r.xml:5:19
              |
            5 | <geom size="0.1"/><geom size="1" contype="0" conaffinity="0"/>
              |                   ^^^^^ found `<geom`
              |
              = help: give its body an `inertial`, or the geom mass="0""#]],
    );
    refused_mjcf(
        &mjcf(HINGE, "<composite/>", ""),
        expect![[r#"
        error: `composite` is not supported here
         --> HERE/r.xml:5:1
          |
        5 | <composite/>
          | ^^^^^^^^^^ found `<composite`
          |
          = help: bodies, joints, geoms and inertials are read; sites, cameras and lights passed over"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("\"arm\"", "\"arm\" gravcomp=\"1\""),
        expect![[r#"
            error: `gravcomp` of `body` is not supported
             --> HERE/r.xml:3:18
              |
            3 | <body name="arm" gravcomp="1">
              |                  ^^^^^^^^ found `gravcomp`
              |
              = help: what is read: `name`, `childclass`, `pos`, `quat`, `axisangle`, `euler`, `xyaxes`, `zaxis`
              = help: attributes that affect motion are never ignored"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace(
            "<worldbody>",
            "<worldbody><geom type=\"plane\" size=\"1 1 1\"/>",
        ),
        expect![[r#"
            error: geoms in the worldbody are not imported
             --> HERE/r.xml:2:12
              |
            2 | <worldbody><geom type="plane" size="1 1 1"/>
              |            ^^^^^ found `<geom`
              |
              = help: describe them in the scene's `world`, like `world: (ground: (z: 0))`; then they are ignored"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("<motor", "<position"),
        expect![[r#"
            error: actuators of kind `position` are not supported
             --> HERE/r.xml:8:11
              |
            8 | <actuator><position joint="hinge" ctrlrange="-1 1"/></actuator>
              |           ^^^^^^^^^ found `<position`
              |
              = help: a `motor`: policies give torques"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("ctrlrange=\"-1 1\"", ""),
        expect![[r#"
            error: the motor has no limit
             --> HERE/r.xml:8:11
              |
            8 | <actuator><motor joint="hinge" /></actuator>
              |           ^^^^^^ found `<motor`
              |
              = help: add `ctrlrange="-1 1"`: action 1 means the upper limit"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("-1 1", "-1 2"),
        expect![[r#"
            error: the limits must be symmetric
             --> HERE/r.xml:8:43
              |
            8 | <actuator><motor joint="hinge" ctrlrange="-1 2"/></actuator>
              |                                           ^^^^ found `-1 2`
              |
              = help: ctrlrange="-a a": an action goes from -1 to 1"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("joint=\"hinge\"", "joint=\"hing\""),
        expect![[r#"
            error: there is no joint `hing`
             --> HERE/r.xml:8:25
              |
            8 | <actuator><motor joint="hing" ctrlrange="-1 1"/></actuator>
              |                         ^^^^ found `hing`
              |
              = help: did you mean `hinge`?
              = help: joints: `hinge`"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("<motor", "<motor gear=\"-1\""),
        expect![[r#"
            error: a negative or zero gear is not supported
             --> HERE/r.xml:8:24
              |
            8 | <actuator><motor gear="-1" joint="hinge" ctrlrange="-1 1"/></actuator>
              |                        ^^ found `-1`
              |
              = help: use a gear above 0; reverse the joint's `axis` instead"#]],
    );
    refused_mjcf(
        &mjcf(
            HINGE,
            BALL,
            "<actuator><motor joint=\"hinge\" ctrlrange=\"-1 1\"/></actuator>",
        ),
        expect![[r#"
            error: two motors turn the joint `hinge`
             --> HERE/r.xml:9:11
              |
            9 | <actuator><motor joint="hinge" ctrlrange="-1 1"/></actuator>
              |           ^^^^^^ found `<motor`
              |
              = help: one for each joint"#]],
    );
    refused_mjcf(
        &mjcf(HINGE, BALL, "").replace("damping=\"1\"", "damping=\"-1\""),
        expect![[r#"
            error: `damping` must not be negative
             --> HERE/r.xml:4:43
              |
            4 | <joint name="hinge" axis="0 1 0" damping="-1" armature="1"/>
              |                                           ^^ found `-1`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: 0 or more (N m s/rad)"#]],
    );
    refused_mjcf(
        &mjcf(&format!("{HINGE}<freejoint/>"), BALL, ""),
        expect![[r#"
            error: a body that floats has other joints too
             --> HERE/r.xml:4:60
              |
            4 | <joint name="hinge" axis="0 1 0" damping="1" armature="1"/><freejoint/>
              |                                                            ^^^^^^^^^^ found `<freejoint`
              |
              = help: the free joint alone"#]],
    );
}
