//! Promise: a robot of URDF or MJCF is the robot that its file describes, in the scene's own text; what is not known is refused where it
//! is written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mjcf;

use expect_test::{Expect, expect};
use sinew::scene::{
    Scene,
    robot::{Form, JointKind, Link, Robot},
};
use sinew::sim::shapes::mass_properties;
use std::fs;

const REACH: &str = include_str!("../scenes/reach.ron");
const MJCF: &str = include_str!("robots/leg.xml");

/// A scene of a robot in a file beside it.
fn open(robot: &str, file: (&str, &str)) -> Result<Scene, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file.0), file.1).unwrap();
    let text = format!(
        "(robot: ({robot}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),\n\
        observe: [Angle()], reward: [(weight: 1, of: Alive())], max_joint_speed: 100))"
    );
    let path = folder.path().join("mine.ron");
    fs::write(&path, text).unwrap();
    let opened = Scene::open(path.to_str().unwrap());
    opened.map_err(|error| {
        assert!(error.line().is_some() && error.column().is_some());
        error
            .to_string()
            .replace(folder.path().to_str().unwrap(), "HERE")
    })
}

fn robot(robot: &str, file: (&str, &str)) -> Robot {
    let scene = open(robot, file).unwrap_or_else(|error| panic!("{error}"));
    scene.robot().clone()
}

fn forms(link: &Link) -> Vec<Form> {
    link.shapes.iter().map(|shape| shape.form.clone()).collect()
}

#[test]
fn the_arm_of_reach_as_urdf_is_the_arm_of_reach() {
    let scene = Scene::open("tests/robots/reach.ron").unwrap();
    let (ours, theirs) = (Scene::parse("reach", REACH).unwrap(), scene.robot());
    let ours = ours.robot();
    assert_eq!(theirs.joints, ours.joints);
    assert_eq!(theirs.motors, ours.motors);
    assert_eq!(theirs.points, ours.points);
    assert_eq!(theirs.links.len(), ours.links.len());
    for (theirs, ours) in theirs.links.iter().zip(&ours.links) {
        assert_eq!(
            (
                &theirs.name,
                theirs.parent,
                theirs.joint,
                theirs.floats,
                theirs.origin
            ),
            (
                &ours.name,
                ours.parent,
                ours.joint,
                ours.floats,
                ours.origin
            )
        );
        assert_eq!(forms(theirs), forms(ours));
        let (theirs, ours) = (mass_properties(theirs), mass_properties(ours));
        assert_eq!(theirs.mass(), ours.mass());
        assert!((theirs.local_com - ours.local_com).length() < 1e-7);
        let (theirs, ours) = (
            theirs.reconstruct_inertia_matrix(),
            ours.reconstruct_inertia_matrix(),
        );
        assert!(theirs.abs_diff_eq(ours, 2e-6), "{theirs}\n{ours}");
    }
    // What is kept with a run needs no file.
    let again = Scene::parse("again", scene.text()).unwrap();
    assert_eq!(again.robot(), scene.robot());
    let files: Vec<_> = scene
        .files()
        .iter()
        .filter_map(|file| file.file_name())
        .collect();
    assert_eq!(files, ["reach.ron", "reach.urdf"]);
}

#[test]
fn a_leg_of_mjcf_is_the_leg_written_out() {
    let written = r#"
        links: [
            (name: "thigh_lift", inertia: (mass: 1e-6, center: (0, 0, 0), principal: (1e-9, 1e-9, 1e-9))),
            (name: "thigh", shapes: [Capsule(from: (0, 0, 0), to: (0, 0, -0.5), radius: 0.0625, density: 500, friction: 0.75)]),
            (name: "shin", shapes: [
                Box(center: (0, 0, -0.25), half: (0.125, 0.0625, 0.25), density: 1000, friction: 0)
            ], inertia: (mass: 2, center: (0, 0, -0.25), principal: (0.25, 0.25, 0.125))),
            (name: "foot", shapes: [
                Sphere(center: (0, 0, 0), radius: 0.125, mass: 1, friction: 0.75),
                Cylinder(from: (1, 0, -0.25), to: (1, 0, 0.25), radius: 0.125, density: 100, friction: 0.75),
            ]),
        ],
        joints: [
            // Angles of the file are degrees, about z first: 90 of them.
            (name: "lift", kind: Prismatic, parent: "world", child: "thigh_lift",
                origin: (xyz: (0, 0, 1), rpy: (0, 0, 1.5707964)), axis: (0, 0, 1), range: (-0.5, 0.5),
                damping: 1, armature: 0, spring: (stiffness: 8, rest: 0.25)),
            // The hip is not where the thigh's own frame is, and what is in the thigh is written from the hip.
            (name: "hip", kind: Revolute, parent: "thigh_lift", child: "thigh", origin: (xyz: (0, 0, 0.25)), axis: (0, 1, 0),
                range: (-1.5707964, 1.5707964), torque: 30, damping: 1, armature: 0.5),
            (name: "knee", kind: Revolute, parent: "thigh", child: "shin", origin: (xyz: (0, 0, -0.5)), axis: (0, -1, 0),
                range: (0, 3.1415927), torque: 200, damping: 2, armature: 0.5, friction: 0.5),
            (name: "foot_fixed", kind: Fixed, parent: "shin", child: "foot", origin: (xyz: (0, 0, -0.5))),
        ],
    "#;
    let theirs = robot(r#"mjcf: "leg.xml""#, ("leg.xml", MJCF));
    assert_eq!(theirs, robot(written, ("none", "")));
}

/// A link on a hinge, and something in the link.
fn urdf(link: &str, joint: &str) -> String {
    format!(
        "<robot name=\"r\">\n<link name=\"base\"/>\n<link name=\"arm\">{link}</link>\n\
        <joint name=\"hinge\" type=\"revolute\">\n<parent link=\"base\"/>\n<child link=\"arm\"/>\n\
        <limit lower=\"-1\" upper=\"1\" effort=\"10\" velocity=\"2\"/>\n{joint}</joint>\n</robot>"
    )
}

#[test]
fn inertias_in_any_frame() {
    // About x, y, z: 1, 2, 2.5; turned by 90 degrees about z, x and y change places. The product xy becomes -xy.
    let text = urdf(
        "<inertial><origin xyz=\"0 0 1\" rpy=\"0 0 1.5707963267948966\"/><mass value=\"4\"/>\
        <inertia ixx=\"1\" iyy=\"2\" izz=\"2.5\" ixy=\"0.5\" ixz=\"0\" iyz=\"0\"/></inertial>",
        "",
    );
    let robot = robot(r#"urdf: "r.urdf""#, ("r.urdf", &text));
    let properties = mass_properties(&robot.links[1]);
    let matrix = properties.reconstruct_inertia_matrix();
    let truth = [[2.0, -0.5, 0.0], [-0.5, 1.0, 0.0], [0.0, 0.0, 2.5]];
    for (column, truth) in truth.into_iter().enumerate() {
        for (row, truth) in truth.into_iter().enumerate() {
            let got = matrix.col(column)[row];
            assert!((got - truth).abs() < 1e-6, "{matrix}");
        }
    }
    assert_eq!(properties.local_com.to_array(), [0.0, 0.0, 1.0]);
}

#[test]
fn what_urdf_leaves_out() {
    let scene = robot(r#"urdf: "r.urdf""#, ("r.urdf", &urdf("", "")));
    let joint = &scene.joints[0];
    // An axis along x, and damping and rotor by the strength of the motor.
    assert_eq!(
        (joint.axis, joint.kind),
        ([1.0, 0.0, 0.0], JointKind::Revolute)
    );
    assert_eq!(
        (joint.range, joint.max_speed),
        (Some([-1.0, 1.0]), Some(2.0))
    );
    assert_eq!(
        (joint.damping, joint.armature, joint.friction),
        (0.05, 0.005, 0.0)
    );
    assert_eq!(scene.motors[0].torque, 10.0);
    // Links without a weight are next to weightless.
    assert_eq!(mass_properties(&scene.links[1]).mass(), 1e-6);
    assert_eq!(scene.links[0].name, "base");
    assert!(!scene.links[0].floats);
}

#[test]
fn every_field_of_a_joint_is_overridden() {
    let fields = r#"
        urdf: "r.urdf",
        overrides: {
            "hinge": (torque: 30, damping: 1, range: (-2, 2), axis: (0, 0, 1), max_speed: None, spring: (stiffness: 2)),
            "root": (kind: Free, origin: (xyz: (0, 0, 0.5))),
        },
        home: {"hinge": 1.5},
    "#;
    let robot = robot(fields, ("r.urdf", &urdf("", "")));
    let joint = &robot.joints[0];
    assert_eq!((robot.motors[0].torque, joint.damping), (30.0, 1.0));
    assert_eq!(
        (joint.range, joint.axis),
        (Some([-2.0, 2.0]), [0.0, 0.0, 1.0])
    );
    assert_eq!(
        (joint.max_speed, joint.spring.map(|spring| spring.stiffness)),
        (None, Some(2.0))
    );
    assert_eq!(
        (robot.links[0].floats, robot.links[0].origin.xyz),
        (true, [0.0, 0.0, 0.5])
    );
    assert_eq!(joint.home, 1.5);
}

#[test]
fn the_scene_s_part_of_a_robot() {
    let file = urdf("", "");
    let refused = |robot: &str, expected: Expect| {
        expected.assert_eq(&open(robot, ("r.urdf", &file)).unwrap_err());
    };
    refused(
        r#"urdf: "other.urdf""#,
        expect![[r#"
        error: cannot read `HERE/other.urdf`: No such file or directory (os error 2)
         --> HERE/mine.ron:1:16
          |
        1 | (robot: (urdf: "other.urdf"), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
          |                ^^^^^^^^^^^^ found `"other.urdf"`
          |
          = help: a file of at most 1 MiB, relative to this one"#]],
    );
    refused(
        r#"urdf: 1"#,
        expect![[r#"
        error: expected the name of a file
         --> HERE/mine.ron:1:16
          |
        1 | (robot: (urdf: 1), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
          |                ^ found `1`
          |
          = help: a file relative to this one, like "arm.urdf""#]],
    );
    refused(
        r#"urdf: "r.urdf", links: []"#,
        expect![[r#"
            error: a robot has either `urdf` or `links`
             --> HERE/mine.ron:1:10
              |
            1 | (robot: (urdf: "r.urdf", links: []), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
              |          ^^^^ found `urdf`
              |
              = help: `overrides` changes joints of the file, `points` adds places to it"#]],
    );
    refused(
        r#"links: [], joints: [], overrides: {}"#,
        expect![[r#"
        error: only joints of a file can be overridden
         --> HERE/mine.ron:1:33
          |
        1 | (robot: (links: [], joints: [], overrides: {}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
          |                                 ^^^^^^^^^ found `overrides`
          |
          = help: change the joint itself"#]],
    );
    refused(
        r#"urdf: "r.urdf", overrides: {"hing": (damping: 1)}"#,
        expect![[r#"
            error: the file has no joint `hing`
             --> HERE/mine.ron:1:38
              |
            1 | (robot: (urdf: "r.urdf", overrides: {"hing": (damping: 1)}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, ...
              |                                      ^^^^^^ found `"hing"`
              |
              = help: did you mean `hinge`?
              = help: joints of the file: `hinge`, `root`"#]],
    );
    refused(
        r#"urdf: "r.urdf", overrides: {"hinge": (dampling: 1)}"#,
        expect![[r#"
            error: there is no field `dampling` in `Joint`
             --> HERE/mine.ron:1:48
              |
            1 | (robot: (urdf: "r.urdf", overrides: {"hinge": (dampling: 1)}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0...
              |                                                ^^^^^^^^ unknown field
              |
              = help: did you mean `damping`?
              = help: fields: `name`, `kind`, `parent`, `child`, `origin`, `axis`, `range`, `torque`, `gear`, `servo`, `damping`, `armature`, `spring`, `friction`, `max_speed`"#]],
    );
    refused(
        r#"urdf: "r.urdf", overrides: {"hinge": (damping: -1)}"#,
        expect![[r#"
            error: `damping` must not be negative
             --> HERE/mine.ron:1:57
              |
            1 | (robot: (urdf: "r.urdf", overrides: {"hinge": (damping: -1)}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0...
              |                                                         ^^ found `-1`
              |
              = help: 0 or more (N m s/rad)"#]],
    );
    refused(
        r#"urdf: "r.urdf", overrides: {"hinge": 1}"#,
        expect![[r#"
            error: expected fields of joints
             --> HERE/mine.ron:1:47
              |
            1 | (robot: (urdf: "r.urdf", overrides: {"hinge": 1}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
              |                                               ^ found `1`
              |
              = help: {"elbow": (torque: 30, damping: 1)}, by the names of joints"#]],
    );
    refused(
        r#"urdf: "r.urdf", home: {"hing": 1}"#,
        expect![[r#"
        error: there is no moving joint `hing`
         --> HERE/mine.ron:1:33
          |
        1 | (robot: (urdf: "r.urdf", home: {"hing": 1}), task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
          |                                 ^^^^^^ unknown moving joint
          |
          = help: did you mean `hinge`?
          = help: moving joints: `hinge`"#]],
    );
    refused(
        r#"mjcf: "r.urdf""#,
        expect![[r#"
        error: expected `mujoco`, found `robot`
         --> HERE/r.urdf:1:1
          |
        1 | <robot name="r">
          | ^^^^^^ found `<robot`
          |
          = help: this is URDF: `urdf: ..` instead of `mjcf: ..`"#]],
    );
    let error = Scene::parse("text", r#"(robot: (urdf: "r.urdf"))"#).unwrap_err();
    expect![[r#"
        error: cannot resolve the relative path `r.urdf`: this text was not read from a file
         --> text:1:16
          |
        1 | (robot: (urdf: "r.urdf"))
          |                ^^^^^^^^ found `"r.urdf"`
          |
          = help: a text that is in no file cannot name others"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn a_robot_is_set_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("r.urdf"), urdf("", "")).unwrap();
    let path = folder.path().join("mine.ron");
    fs::write(
        &path,
        "(base: \"pendulum\", set: {\"task.observe\": [Angle()], \"task.reward\": [(weight: 1, of: Alive())]})",
    )
    .unwrap();
    let open = |edit: &str| Scene::open_with(path.to_str().unwrap(), None, &[edit.to_owned()]);
    let scene = open("robot=(urdf: \"r.urdf\")").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(scene.robot().joints[0].name, "hinge");
    assert_eq!((scene.name(), scene.files().len()), ("mine", 2));
    let error = open("robot.urdf=\"r.urdf\"").unwrap_err().to_string();
    assert!(
        error.starts_with("error: a robot has either `urdf` or `links`"),
        "{error}"
    );
}

fn refused_urdf(text: &str, expected: Expect) {
    expected.assert_eq(&open(r#"urdf: "r.urdf""#, ("r.urdf", text)).unwrap_err());
}

#[test]
fn what_is_no_urdf() {
    refused_urdf(
        "",
        expect![[r#"
        error: this is not XML: the document does not have a root node
         --> HERE/r.urdf:1:1
          |
        1 |
          | ^ here"#]],
    );
    refused_urdf(
        "<robot>",
        expect![[r#"
        error: this is not XML: the root node was opened but never closed
         --> HERE/r.urdf:1:1
          |
        1 | <robot>
          | ^^^^^^^ found `<robot>`"#]],
    );
    refused_urdf(
        "<mujoco/>",
        expect![[r#"
        error: expected `robot`, found `mujoco`
         --> HERE/r.urdf:1:1
          |
        1 | <mujoco/>
          | ^^^^^^^ found `<mujoco`
          |
          = help: this is MJCF: `mjcf: ..` instead of `urdf: ..`"#]],
    );
    refused_urdf(
        "<robot name=\"r\"/>",
        expect![[r#"
        error: the robot has no joint that moves
         --> HERE/r.urdf:1:1
          |
        1 | <robot name="r"/>
          | ^ found this
          |
          = note: this is part of the scene `HERE/mine.ron`
          = help: at least one joint of kind Revolute or Prismatic"#]],
    );
    refused_urdf(
        "<!DOCTYPE robot [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<robot name=\"&b;\"/>",
        expect![[r#"
            error: DTDs and entities are not supported
             --> HERE/r.urdf:1:1
              |
            1 | <!DOCTYPE robot [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
              | ^^^^^^^^^ found `<!DOCTYPE`"#]],
    );
    refused_urdf(
        "<robot xmlns:xacro=\"http://ros.org\">\n<xacro:arm/></robot>",
        expect![[r#"
            error: this is a xacro template
             --> HERE/r.urdf:2:1
              |
            2 | <xacro:arm/></robot>
              | ^^^^^^^^^^ found `<xacro:arm`
              |
              = help: expand it first: `xacro arm.urdf.xacro > arm.urdf`"#]],
    );
    refused_urdf(
        "<robot>\n  <xacro:arm/></robot>",
        expect![[r#"
        error: this is a xacro template
         --> HERE/r.urdf:2:4
          |
        2 |   <xacro:arm/></robot>
          |    ^^^^^^^^^^^^^^^^^^^ found `xacro:arm/></robot>`
          |
          = help: expand it first: `xacro arm.urdf.xacro > arm.urdf`"#]],
    );
    refused_urdf(
        &urdf("", "<axis xyz=\"0 0 ${up}\"/>"),
        expect![[r#"
        error: `${up}` is not a finite number
         --> HERE/r.urdf:8:12
          |
        8 | <axis xyz="0 0 ${up}"/></joint>
          |            ^^^^^^^^^ found `0 0 ${up}`
          |
          = help: expand it first: `xacro arm.urdf.xacro > arm.urdf`"#]],
    );
    // As deep as a file of the largest size goes.
    let deep = format!("<robot>{}", "<a>".repeat(300_000));
    assert!(open(r#"urdf: "r.urdf""#, ("r.urdf", &deep)).is_err());
}

#[test]
fn what_of_urdf_is_refused() {
    refused_urdf(
        &urdf("", "<mimic joint=\"other\"/>"),
        expect![[r#"
        error: `mimic` is not supported: the joint `hinge` follows another
         --> HERE/r.urdf:8:1
          |
        8 | <mimic joint="other"/></joint>
          | ^^^^^^ found `<mimic`
          |
          = help: make the joint `fixed`, or remove `mimic` so that it moves independently"#]],
    );
    refused_urdf(
        &urdf("", "").replace("\"revolute\"", "\"planar\""),
        expect![[r#"
            error: joint type `planar` is not supported
             --> HERE/r.urdf:4:27
              |
            4 | <joint name="hinge" type="planar">
              |                           ^^^^^^ found `planar`
              |
              = help: use two prismatic joints and one revolute, with light links between"#]],
    );
    refused_urdf(
        &urdf("", "").replace("\"revolute\"", "\"floating\""),
        expect![[r#"
            error: joint type `floating` is not supported
             --> HERE/r.urdf:4:27
              |
            4 | <joint name="hinge" type="floating">
              |                           ^^^^^^^^ found `floating`
              |
              = help: make the link the root, without this joint; then `overrides: {"root": (kind: Free)}` lets it float"#]],
    );
    refused_urdf(
        &urdf("", "").replace("\"revolute\"", "\"revolut\""),
        expect![[r#"
            error: there is no kind of joint `revolut`
             --> HERE/r.urdf:4:27
              |
            4 | <joint name="hinge" type="revolut">
              |                           ^^^^^^^ found `revolut`
              |
              = help: did you mean `revolute`?
              = help: kinds: `revolute`, `continuous`, `prismatic`, `fixed`"#]],
    );
    refused_urdf(
        &urdf("", "<axis xyz=\"0 0\"/>"),
        expect![[r#"
        error: `xyz` takes 3 numbers, found 2
         --> HERE/r.urdf:8:12
          |
        8 | <axis xyz="0 0"/></joint>
          |            ^^^ found `0 0`"#]],
    );
    refused_urdf(
        &urdf("", "<axis xyz=\"0 0 nan\"/>"),
        expect![[r#"
        error: `nan` is not a finite number
         --> HERE/r.urdf:8:12
          |
        8 | <axis xyz="0 0 nan"/></joint>
          |            ^^^^^^^ found `0 0 nan`
          |
          = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused_urdf(
        &urdf("", "<axis xyz=\"0 0 0\"/>"),
        expect![[r#"
        error: an axis must not be zero
         --> HERE/r.urdf:8:12
          |
        8 | <axis xyz="0 0 0"/></joint>
          |            ^^^^^ found `(0, 0, 0)`
          |
          = note: this is part of the scene `HERE/mine.ron`
          = help: a direction, like (0, 0, 1) for the z axis; its length does not matter"#]],
    );
    refused_urdf(
        &urdf("", "<dynamics damping=\"-1\"/>"),
        expect![[r#"
        error: `damping` must not be negative
         --> HERE/r.urdf:8:20
          |
        8 | <dynamics damping="-1"/></joint>
          |                    ^^ found `-1`
          |
          = note: this is part of the scene `HERE/mine.ron`
          = help: 0 or more (N m s/rad)"#]],
    );
    refused_urdf(
        &urdf("", "").replace("lower=\"-1\"", "lower=\"1\""),
        expect![[r#"
            error: a range must go from low to high
             --> HERE/r.urdf:7:1
              |
            7 | <limit lower="1" upper="1" effort="10" velocity="2"/>
              | ^^^^^^ found `(1, 1)`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: (lowest, highest), or leave `range` out for a joint without stops"#]],
    );
    refused_urdf(
        &urdf("", "").replace("<parent link=\"base\"/>", "<parent link=\"bas\"/>"),
        expect![[r#"
            error: there is no link `bas`
             --> HERE/r.urdf:5:15
              |
            5 | <parent link="bas"/>
              |               ^^^ found `bas`
              |
              = help: did you mean `base`?
              = help: links: `base`, `arm`"#]],
    );
    refused_urdf(
        &urdf("", "").replace("<parent link=\"base\"/>", ""),
        expect![[r#"
            error: the joint has no `parent`
             --> HERE/r.urdf:4:1
              |
            4 | <joint name="hinge" type="revolute">
              | ^^^^^^ found `<joint`
              |
              = help: add `<parent link=".."/>` and `<child link=".."/>`"#]],
    );
    refused_urdf(
        &urdf("", "").replace("<parent link=\"base\"/>", "<parent link=\"arm\"/>"),
        expect![[r#"
            error: joints go round in a circle
             --> HERE/r.urdf:5:15
              |
            5 | <parent link="arm"/>
              |               ^^^ comes back to this joint's own child
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: following the parents must lead to `world`"#]],
    );
    refused_urdf(
        &urdf("", "").replace("</robot>", "<link name=\"alone\"/></robot>"),
        expect![[r#"
            error: no joint moves the link `alone`
             --> HERE/r.urdf:9:13
              |
            9 | <link name="alone"/></robot>
              |             ^^^^^ found `alone`
              |
              = help: all links must form one tree: add a joint with this link as its `child`, or remove the link; the root is `base`"#]],
    );
    refused_urdf(
        &urdf("<collision><geometry><cone/></geometry></collision>", ""),
        expect![[r#"
            error: there is no shape `cone`
             --> HERE/r.urdf:3:39
              |
            3 | <link name="arm"><collision><geometry><cone/></geometry></collision></link>
              |                                       ^^^^^ found `<cone`
              |
              = help: shapes: `box`, `cylinder`, `sphere`, `capsule`, `mesh`"#]],
    );
    refused_urdf(
        &urdf(
            "<collision>\n<geometry><sphere radius=\"-1\"/></geometry></collision>",
            "",
        ),
        expect![[r#"
            error: `radius` must be above 0
             --> HERE/r.urdf:4:11
              |
            4 | <geometry><sphere radius="-1"/></geometry></collision></link>
              |           ^^^^^^^ found `-1`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: a number above 0 (m)"#]],
    );
    refused_urdf(
        &urdf(
            "<inertial><mass value=\"1\"/>\n<inertia ixx=\"1\" iyy=\"1\" izz=\"3\"/></inertial>",
            "",
        ),
        expect![[r#"
            error: no body has these moments of inertia
             --> HERE/r.urdf:3:18
              |
            3 | <link name="arm"><inertial><mass value="1"/>
              |                  ^^^^^^^^^ found `(1, 1, 3)`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: none may be larger than the sum of the other two"#]],
    );
    refused_urdf(
        &urdf("", "").replace("limit", "limits"),
        expect![[r#"
        error: the joint has no `limit`
         --> HERE/r.urdf:4:1
          |
        4 | <joint name="hinge" type="revolute">
          | ^^^^^^ found `<joint`
          |
          = help: add `<limit lower=".." upper=".." effort=".." velocity=".."/>`, or make it continuous; it is Revolute"#]],
    );
    refused_urdf(
        &urdf("", "").replace("name=\"hinge\"", "name=\"\""),
        expect![[r#"
            error: a joint has an empty name
             --> HERE/r.urdf:4:14
              |
            4 | <joint name="" type="revolute">
              |              ^ found `""`
              |
              = note: this is part of the scene `HERE/mine.ron`
              = help: use a name of at least one letter"#]],
    );
}
