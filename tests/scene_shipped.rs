//! The scenes that come with the program, and the numbers of the reference arm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sinew::{
    learn::LearnerSettings,
    scene::{
        Scene,
        robot::{Drive, Form, Motor, Shape, Weight},
    },
    sim::shapes::mass_properties,
    step::curriculum::Solved,
    task::{
        End, Goal, Success, Term, When, goals::shell::Shell, rewards::angle_error::AngleError,
        success::within::Within,
    },
};

fn shipped(name: &str) -> Scene {
    let (_, text) = Scene::shipped()
        .find(|(shipped, _)| *shipped == name)
        .unwrap();
    Scene::parse(name, text).unwrap()
}

#[test]
fn every_shipped_scene_can_be_trained() {
    for (name, text) in Scene::shipped() {
        let scene = Scene::open(name).unwrap();
        assert_eq!(scene.name(), name);
        assert_eq!(scene.learner(None).unwrap().0, "ppo");
        assert!(scene.task().solved.is_some());
        let path = Scene::open(&format!("scenes/{name}.ron")).unwrap();
        assert_eq!(path.text(), scene.text());
        let takes = |field: &str| text.contains(&format!(" {field}: \""));
        let is_whole = !takes("base") && !takes("urdf");
        assert_eq!(scene.text() == text, is_whole, "{name}");
    }
}

#[test]
fn the_shipped_preset_is_in_range() {
    let text = include_str!("scenes/small.ron")
        .split_once("    learners: {")
        .unwrap()
        .0
        .to_owned()
        + ")";
    let scene = Scene::parse("bare", &text).unwrap();
    let (name, settings) = scene.learner(None).unwrap();
    assert_eq!(name, "ppo");
    settings.settings().check().unwrap();
}

#[test]
fn the_reference_arm() {
    let scene = shipped("reach");
    let robot = scene.robot();
    let rows = [
        (
            "shoulder_pan",
            [0.0, 0.0, 0.1625],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, 0.05],
            0.060,
            3.761,
            150.0,
            1.0,
            0.10,
        ),
        (
            "shoulder_lift",
            [0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.425, 0.0, 0.0],
            0.055,
            8.058,
            150.0,
            1.0,
            0.10,
        ),
        (
            "elbow",
            [0.425, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.3922, 0.0, 0.0],
            0.045,
            2.846,
            150.0,
            1.0,
            0.10,
        ),
        (
            "wrist_1",
            [0.3922, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.1333, 0.0],
            0.040,
            1.370,
            28.0,
            0.2,
            0.02,
        ),
        (
            "wrist_2",
            [0.0, 0.1333, 0.0],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, -0.0997],
            0.040,
            1.300,
            28.0,
            0.2,
            0.02,
        ),
        (
            "wrist_3",
            [0.0, 0.0, -0.0997],
            [0.0, 1.0, 0.0],
            [0.0, 0.0996, 0.0],
            0.035,
            0.365,
            28.0,
            0.2,
            0.02,
        ),
    ];
    assert_eq!(robot.links.len(), rows.len());
    assert_eq!(robot.joints.len(), rows.len());
    for (i, (name, origin, axis, to, radius, mass, torque, damping, armature)) in
        rows.into_iter().enumerate()
    {
        let (joint, link) = (&robot.joints[i], &robot.links[i]);
        assert_eq!(
            (joint.name.as_str(), joint.link, joint.axis),
            (name, i, axis)
        );
        assert_eq!(
            (robot.motors[i], joint.damping, joint.armature),
            (
                Motor {
                    joint: i,
                    torque,
                    drive: Drive::Torque
                },
                damping,
                armature
            )
        );
        assert_eq!(
            joint.range,
            Some([-std::f32::consts::TAU, std::f32::consts::TAU])
        );
        assert_eq!((link.parent, link.joint), (i.checked_sub(1), Some(i)));
        assert_eq!((link.origin.xyz, link.origin.rpy), (origin, [0.0; 3]));
        let form = Form::Capsule {
            from: [0.0; 3],
            to,
            radius,
        };
        assert_eq!(
            link.shapes,
            [Shape {
                form,
                weight: Weight::Mass(mass),
                surface: link.shapes[0].surface,
            }]
        );
    }
    let home: Vec<f32> = robot.joints.iter().map(|joint| joint.home).collect();
    assert_eq!(home, [0.0, -1.2, 1.6, -0.4, 0.0, 0.0]);
    assert_eq!(
        (robot.points[0].link, robot.points[0].at),
        (5, [0.0, 0.0996, 0.0])
    );
    assert!(!robot.collide);
}

#[test]
fn the_reach_task() {
    let scene = shipped("reach");
    let task = scene.task();
    assert_eq!(
        (task.episode_steps, task.control_hz, task.substeps),
        (180, 60.0, 4)
    );
    assert_eq!(task.gravity, [0.0, 0.0, -9.81]);
    assert_eq!((task.start.angle, task.start.speed), (0.1, 0.0));
    let center = [0.0, 0.0, 0.1625];
    assert_eq!(
        task.goal,
        Some(Goal::Shell(Shell {
            center,
            radius: [0.30, 0.75],
            min_z: Some(0.1)
        }))
    );
    assert_eq!(
        task.success,
        Some(Success::Within(Within {
            point: 0,
            distance: 0.05
        }))
    );
    assert_eq!(task.solved, Some(Solved::Success(0.95)));
    assert_eq!(task.end, [] as [End; 0]);
    let LearnerSettings::Ppo(ppo) = scene.learner(None).unwrap().1 else {
        panic!("it is PPO");
    };
    assert_eq!(
        (ppo.envs, ppo.horizon, ppo.epochs, ppo.batch),
        (64, 16, 5, 256)
    );
}

#[test]
fn every_entry_of_an_observation_has_a_name() {
    let scene = shipped("reacher");
    let names: Vec<String> = scene
        .task()
        .observation
        .iter()
        .flat_map(|entry| entry.of.names(scene.robot()))
        .collect();
    assert_eq!(
        names,
        [
            "shoulder.cos",
            "elbow.cos",
            "shoulder.sin",
            "elbow.sin",
            "goal.x",
            "goal.y",
            "shoulder.speed",
            "elbow.speed",
            "tip.from_goal.x",
            "tip.from_goal.y",
        ]
    );
}

#[test]
fn the_pendulum_is_paid_before_the_step_and_the_reacher_after() {
    let pendulum = shipped("pendulum");
    assert!(
        pendulum
            .task()
            .reward
            .iter()
            .all(|reward| reward.at == When::Before)
    );
    assert_eq!(
        pendulum.task().reward[0].of,
        Term::AngleError(AngleError {
            joint: 0,
            target: 0.0,
            turns: true,
        })
    );
    assert_eq!(
        pendulum.robot().links[0].inertia.unwrap().principal[..2],
        [1.0 / 12.0; 2]
    );
    assert_eq!(pendulum.task().episode_steps, 200);
    let reacher = shipped("reacher");
    assert!(
        reacher
            .task()
            .reward
            .iter()
            .all(|reward| reward.at == When::After)
    );
    assert_eq!(
        (reacher.task().episode_steps, reacher.task().substeps),
        (50, 2)
    );
    assert_eq!(reacher.robot().joints[0].range, None);
}

#[test]
fn links_are_put_behind_their_parents() {
    let text = include_str!("scenes/small.ron");
    let line = text
        .lines()
        .find(|line| line.contains(r#"name: "upper""#))
        .unwrap();
    let hand = text
        .lines()
        .find(|line| line.contains(r#"(name: "hand""#))
        .unwrap();
    let swapped = text
        .replace(line, "@")
        .replace(hand, line)
        .replace('@', hand);
    let scene = Scene::parse("swapped", &swapped).unwrap();
    let robot = scene.robot();
    let names: Vec<&str> = robot.links.iter().map(|link| link.name.as_str()).collect();
    assert_eq!(names, ["upper", "lower", "hand"]);
    assert_eq!(
        robot
            .links
            .iter()
            .map(|link| link.parent)
            .collect::<Vec<_>>(),
        [None, Some(0), Some(1)]
    );
    // The hand is welded on, so it has no joint among the moving ones.
    assert_eq!(
        robot
            .links
            .iter()
            .map(|link| link.joint)
            .collect::<Vec<_>>(),
        [Some(0), Some(1), None]
    );
    assert_eq!(robot.points[0].link, 2);
    assert_eq!(robot.joints[1].axis, [0.0, 1.0, 0.0]);
}

#[test]
fn hopper_and_walker_weigh_what_gymnasiums_do() {
    // Computed with MuJoCo from Gymnasium's models, without the two links that carry the plane's slides (kg).
    let (torso, thigh, leg) = (3.66519, 4.05789, 2.78136);
    let legs = [thigh, leg, 3.16673].repeat(2);
    let walker = [vec![torso], legs].concat();
    for (name, masses) in [
        ("hopper", vec![torso, thigh, leg, 5.31557]),
        ("walker", walker),
    ] {
        let scene = shipped(name);
        let robot = scene.robot();
        let found = robot.links[2..]
            .iter()
            .map(|link| mass_properties(link).mass());
        for (found, expected) in found.zip(&masses) {
            assert!(
                (found - expected).abs() < 1e-4,
                "{name}: {found} {expected}"
            );
        }
        assert_eq!(robot.links.len(), masses.len() + 2);
        assert_eq!(robot.motors.len(), masses.len() - 1);
        assert_eq!(robot.motors[0].joint, 3);
        let steps = scene.task().episode_steps;
        assert_eq!(
            (steps, scene.task().control_hz, scene.task().substeps),
            (1000, 125.0, 4)
        );
    }
}
