//! Promise: a hull weighs and touches as the body between its corners; a mesh is the hull of its points, in the scene's own text.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Pod, Purpose};
use sinew::scene::{
    Scene,
    robot::{Form, Link},
};
use sinew::seed::Seed;
use sinew::sim::{Readings, shapes::mass_properties};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

const BALL: &str = include_str!("scenes/ball.ron");
const SPHERE: &str = "Sphere(center: (0, 0, 0), radius: 0.1, mass: 1)";
/// A brick about (0.5, 0, 0), as a box and as its corners and a point in it.
const BOX: &str = "Box(center: (0.5, 0, 0), half: (0.125, 0.25, 0.5), mass: 3)";
const HULL: &str = "Hull(points: [(0.375, -0.25, -0.5), (0.375, -0.25, 0.5), (0.375, 0.25, -0.5), (0.375, 0.25, 0.5), (0.5, 0, 0),
    (0.625, -0.25, -0.5), (0.625, -0.25, 0.5), (0.625, 0.25, -0.5), (0.625, 0.25, 0.5)], mass: 3)";

/// The scene of a ball that nothing holds, of this shape.
fn scene(shape: &str) -> String {
    BALL.replace(SPHERE, shape)
}

fn parse(shape: &str) -> Scene {
    Scene::parse("mine", &scene(shape)).unwrap_or_else(|error| panic!("{error}"))
}

fn link(scene: &Scene) -> &Link {
    &scene.robot().links[0]
}

#[test]
fn the_hull_of_a_box_is_the_box() {
    let (hull, brick) = (parse(HULL), parse(BOX));
    let Form::Hull { corners, faces } = &link(&hull).shapes[0].form else {
        panic!("it is one");
    };
    assert_eq!((corners.len(), faces.len()), (8, 12));
    let (hull, brick) = (mass_properties(link(&hull)), mass_properties(link(&brick)));
    assert!((hull.mass() - 3.0).abs() < 1e-6);
    assert!(hull.local_com.abs_diff_eq(brick.local_com, 1e-6));
    // 3 kg / 3 (0.25^2 + 0.5^2) about x.
    let inertia = hull.reconstruct_inertia_matrix();
    assert!((inertia.col(0)[0] - 0.3125).abs() < 1e-5);
    assert!(inertia.abs_diff_eq(brick.reconstruct_inertia_matrix(), 1e-5));
}

#[test]
fn a_density_makes_a_mass() {
    // A tetrahedron of 1/6 m^3.
    let corner = parse("Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], density: 6)");
    let properties = mass_properties(link(&corner));
    assert!((properties.mass() - 1.0).abs() < 1e-6);
    assert!(properties.local_com.abs_diff_eq([0.25; 3].into(), 1e-6));
}

#[test]
fn it_lies_on_the_ground() {
    // The brick's lower side is half a metre below its middle.
    let text = scene(HULL).replace("(xyz: (0, 0, 0.1))", "(xyz: (0, 0, 0.6))");
    let scene = Scene::parse("mine", &text).unwrap();
    let environment = SceneEnvironment::new(Arc::new(scene));
    let mut pod = Pod::new(&environment, Seed::new(1), Purpose::Watching, 0..1).unwrap();
    for _ in 0..90 {
        pod.step_without_reset();
    }
    let readings: &Readings = pod.world.get(pod.entity(0)).unwrap();
    assert!(
        (readings.points[0][2] - 0.5).abs() < 5e-3,
        "{:?}",
        readings.points
    );
}

/// The corners of the triangles of the brick.
fn triangles() -> Vec<[[f32; 3]; 3]> {
    let scene = parse(HULL);
    let Form::Hull { corners, faces } = &link(&scene).shapes[0].form else {
        panic!("it is one");
    };
    let of = |face: &[u32; 3]| face.map(|corner| corners[corner as usize]);
    faces.iter().map(of).collect()
}

fn binary_stl() -> Vec<u8> {
    let triangles = triangles();
    let mut bytes = vec![b'x'; 80];
    bytes.extend((triangles.len() as u32).to_le_bytes());
    for triangle in triangles {
        bytes.extend([0; 12]);
        bytes.extend(triangle.as_flattened().iter().flat_map(|x| x.to_le_bytes()));
        bytes.extend([0; 2]);
    }
    bytes
}

fn text_stl() -> String {
    let mut text = String::from("solid brick\n");
    for triangle in triangles() {
        text += "facet normal 0 0 0\nouter loop\n";
        for [x, y, z] in triangle {
            writeln!(text, "  vertex {x} {y} {z:e}").unwrap();
        }
        text += "endloop\nendfacet\n";
    }
    text + "endsolid\n"
}

fn obj() -> String {
    let mut text = String::from("# a brick\nvn 9 9 9\nvt 9 9\n");
    for [x, y, z] in triangles().as_flattened() {
        writeln!(text, "v {x} {y} {z} 1.0").unwrap();
    }
    text + "f 1 2 3\n"
}

/// A folder with this file in it, and a scene with this shape.
fn folder(shape: &str, name: &str, bytes: &[u8]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let path = folder.path().join("mine.ron");
    fs::write(&path, scene(shape)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn corners(scene: &Scene) -> Vec<[f32; 3]> {
    let Form::Hull { corners, .. } = &link(scene).shapes[0].form else {
        panic!("it is one");
    };
    let mut corners = corners.clone();
    corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
    corners
}

#[test]
fn a_mesh_is_the_hull_of_its_points() {
    for (name, bytes) in [
        ("part.stl", binary_stl()),
        ("part.STL", text_stl().into_bytes()),
        ("part.obj", obj().into_bytes()),
    ] {
        let shape = format!("Mesh(mass: 3, file: {name:?})");
        let (_folder, path) = folder(&shape, name, &bytes);
        let scene = Scene::open(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(corners(&scene), corners(&parse(HULL)), "{name}");
        assert_eq!(scene.files().len(), 2);
        let again = Scene::parse("again", scene.text()).unwrap();
        assert_eq!(again.robot(), scene.robot());
    }
}

#[test]
fn a_mesh_is_scaled_then_turned_then_moved() {
    // Twice as wide along x, then a quarter about z, then up.
    let shape = "Mesh(file: \"part.obj\", scale: (2, 1, 1), at: (0, 0, 1), rpy: (0, 0, 1.5707964), density: 500)";
    let (_folder, path) = folder(shape, "part.obj", obj().as_bytes());
    let scene = Scene::open(&path).unwrap_or_else(|error| panic!("{error}"));
    let found = corners(&scene);
    assert_eq!(found.len(), 8);
    for (axis, truth) in [[-0.25, 0.25], [0.75, 1.25], [0.5, 1.5]]
        .into_iter()
        .enumerate()
    {
        let along = || found.iter().map(|corner| corner[axis]);
        let ends = [along().fold(9.0, f32::min), along().fold(-9.0, f32::max)];
        for (end, truth) in ends.into_iter().zip(truth) {
            assert!((end - truth).abs() < 1e-6, "{axis}: {ends:?}");
        }
    }
}

#[test]
fn a_mesh_of_many_points_has_few_corners() {
    let mut text = String::new();
    for i in 0..5000 {
        // A ball: evenly spread heights, and a turn that never repeats.
        let z: f64 = 1.0 - (2.0 * f64::from(i) + 1.0) / 5000.0;
        let (sin, cos) = (f64::from(i) * 2.4).sin_cos();
        let around = (1.0 - z * z).sqrt();
        writeln!(text, "v {} {} {z}", around * cos, around * sin).unwrap();
    }
    let (_folder, path) = folder(
        "Mesh(file: \"part.obj\", density: 1)",
        "part.obj",
        text.as_bytes(),
    );
    let scene = Scene::open(&path).unwrap();
    assert_eq!(corners(&scene).len(), 128);
    // 4/3 pi, less what corners leave out.
    let mass = mass_properties(link(&scene)).mass();
    assert!((3.9..4.1888).contains(&mass), "{mass}");
}

#[test]
fn a_robot_of_a_file_has_meshes() {
    let urdf = "<robot name=\"r\"><link name=\"world\"/><link name=\"arm\"><collision><origin xyz=\"0 0 1\"/>\
        <geometry><mesh filename=\"package://parts/meshes/part.stl\" scale=\"2 2 2\"/></geometry></collision></link>\
        <joint name=\"hinge\" type=\"continuous\"><parent link=\"world\"/><child link=\"arm\"/><limit effort=\"1\" velocity=\"1\"/></joint></robot>";
    let mjcf = "<mujoco><compiler meshdir=\"meshes\"/><default><mesh scale=\"2 2 2\"/></default>\
        <asset><mesh file=\"part.stl\"/></asset><worldbody><body><joint name=\"hinge\"/>\
        <inertial mass=\"1\" diaginertia=\"1 1 1\"/><geom type=\"mesh\" mesh=\"part\" pos=\"0 0 1\"/></body></worldbody>\
        <actuator><motor joint=\"hinge\" ctrlrange=\"-1 1\"/></actuator></mujoco>";
    for (field, name, text) in [("urdf", "r.urdf", urdf), ("mjcf", "r.xml", mjcf)] {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("parts");
        fs::create_dir_all(package.join("meshes")).unwrap();
        fs::write(package.join("package.xml"), "<package/>").unwrap();
        fs::write(package.join("meshes/part.stl"), binary_stl()).unwrap();
        fs::write(package.join(name), text).unwrap();
        let scene = format!(
            "(base: \"pendulum\", set: {{\"robot\": ({field}: {name:?}), \"task.observe\": [Angle()],
            \"task.reward\": [(weight: 1, of: Alive())]}})"
        );
        let path = package.join("mine.ron");
        fs::write(&path, scene).unwrap();
        let scene = Scene::open(path.to_str().unwrap()).unwrap_or_else(|error| panic!("{error}"));
        // 2 (0.375, -0.25, -0.5) + (0, 0, 1).
        assert_eq!(corners(&scene)[0], [0.75, -0.5, 0.0]);
        assert!(!scene.text().contains("Mesh"));
    }
}

fn refused(shape: &str, name: &str, bytes: &[u8], expected: Expect) {
    let (folder, path) = folder(shape, name, bytes);
    let error = Scene::open(&path).unwrap_err();
    assert!(error.line().is_some() && error.column().is_some());
    let folder = folder.path().to_str().unwrap();
    expected.assert_eq(&error.to_string().replace(folder, "HERE"));
}

#[test]
fn what_is_no_hull() {
    let none = |shape: &str, expected: Expect| refused(shape, "none", b"", expected);
    none(
        "Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0)], mass: 1)",
        expect![[r#"
            error: a hull has too few points, or too many
             --> HERE/mine.ron:6:50
              |
            6 |             (name: "ball", shapes: [Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0)], mass: 1)]),
              |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 3 points
              |
              = help: 4 to 256"#]],
    );
    none(
        "Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], mass: 1)",
        expect![[r#"
            error: a hull must not be flat
             --> HERE/mine.ron:6:50
              |
            6 |             (name: "ball", shapes: [Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], mass: 1)]),
              |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ these lie in a plane
              |
              = help: at least four points that are not in a plane"#]],
    );
    none(
        "Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])",
        expect![[r#"
            error: a shape has neither a mass nor a density
             --> HERE/mine.ron:6:37
              |
            6 |             (name: "ball", shapes: [Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])]),
              |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ how heavy is it?
              |
              = help: add `mass: ..` (kg) or `density: ..` (kg/m^3; water is 1000)"#]],
    );
    none(
        "Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1, 1)], mass: 1)",
        expect![[r#"
            error: expected a closing parenthesis, `)`; nothing more belongs in here
             --> HERE/mine.ron:6:94
              |
            6 |             (name: "ball", shapes: [Hull(points: [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1, 1)], mass: 1)]),
              |                                                                                              ^ found `1`"#]],
    );
    let many = "(0, 0, 0),".repeat(257);
    none(
        &format!("Hull(points: [{many}], mass: 1)"),
        expect![[r#"
            error: a hull has too few points, or too many
             --> HERE/mine.ron:6:50
              |
            6 | ...s: [(0, 0, 0),(0, 0, 0),(0, 0, 0),(0, 0, 0),(0, ... 0),(0, 0, 0),(0, 0, 0),(0, 0, 0),(0, 0, 0),], m...
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 257 points
              |
              = help: 4 to 256"#]],
    );
}

#[test]
fn what_is_no_mesh() {
    let part = "Mesh(file: \"part.stl\", mass: 1)";
    refused(
        "Mesh(mass: 1)",
        "part.stl",
        b"",
        expect![[r#"
            error: the field `file` of `Mesh` is missing
             --> HERE/mine.ron:6:37
              |
            6 |             (name: "ball", shapes: [Mesh(mass: 1)]),
              |                                     ^^^^^ `file` is missing here
              |
              = help: add `file: ..`"#]],
    );
    refused(
        "Mesh(file: 1, mass: 1)",
        "part.stl",
        b"",
        expect![[r#"
        error: expected the name of a file
         --> HERE/mine.ron:6:48
          |
        6 |             (name: "ball", shapes: [Mesh(file: 1, mass: 1)]),
          |                                                ^ found `1`
          |
          = help: like "part.stl""#]],
    );
    refused(
        "Mesh(file: \"part.dae\", mass: 1)",
        "part.dae",
        b"",
        expect![[r#"
            error: `HERE/part.dae` is neither STL nor OBJ
             --> HERE/mine.ron:6:48
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.dae", mass: 1)]),
              |                                                ^^^^^^^^^^ found `"part.dae"`
              |
              = help: convert it: "part.stl", "part.obj""#]],
    );
    refused(
        "Mesh(file: \"other.stl\", mass: 1)",
        "part.stl",
        b"",
        expect![[r#"
            error: cannot read `HERE/other.stl`: No such file or directory (os error 2)
             --> HERE/mine.ron:6:48
              |
            6 |             (name: "ball", shapes: [Mesh(file: "other.stl", mass: 1)]),
              |                                                ^^^^^^^^^^^ found `"other.stl"`
              |
              = help: a file of at most 32 MiB"#]],
    );
    refused(
        "Mesh(file: \"part.stl\")",
        "part.stl",
        &binary_stl(),
        expect![[r#"
            error: a shape has neither a mass nor a density
             --> HERE/mine.ron:6:37
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl")]),
              |                                     ^^^^ how heavy is it?
              |
              = help: add `mass: ..` (kg) or `density: ..` (kg/m^3; water is 1000)"#]],
    );
    refused(
        "Mesh(file: \"part.stl\", mass: 1, scale: 2)",
        "part.stl",
        &binary_stl(),
        expect![[r#"
            error: `scale` takes three finite numbers
             --> HERE/mine.ron:6:76
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1, scale: 2)]),
              |                                                                            ^ found `2`
              |
              = help: like (1, 1, 1)"#]],
    );
    refused(
        "Mesh(file: \"part.stl\", mass: 1, scale: (1, 0, 1))",
        "part.stl",
        &binary_stl(),
        expect![[r#"
            error: `part.stl` has no volume
             --> HERE/mine.ron:6:48
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1, scale: (1, 0, 1))]),
              |                                                ^^^^^^^^^^ found `"part.stl"`
              |
              = help: at least four points that are not in a plane"#]],
    );
    refused(
        "Mesh(file: \"part.stl\", mass: 1, scale: (1e30, 1e30, 1e39))",
        "part.stl",
        &binary_stl(),
        expect![[r#"
            error: `scale` takes three finite numbers
             --> HERE/mine.ron:6:76
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1, scale: (1e30, 1e30, 1e39))]),
              |                                                                            ^^^^^^^^^^^^^^^^^^ found `(1e30, 1e30, 1e39)`
              |
              = help: like (1, 1, 1)"#]],
    );
    refused(
        "Mesh(file: \"part.stl\", mass: 1, colour: 3)",
        "part.stl",
        &binary_stl(),
        expect![[r#"
            error: there is no field `colour` in `Hull`
             --> HERE/mine.ron:6:69
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1, colour: 3)]),
              |                                                                     ^^^^^^ unknown field
              |
              = help: fields: `points`, `mass`, `density`, `friction`, `restitution`"#]],
    );
    refused(
        part,
        "part.stl",
        b"",
        expect![[r#"
        error: `HERE/part.stl` is not an STL file, or is truncated: 0 bytes
         --> HERE/mine.ron:6:48
          |
        6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1)]),
          |                                                ^^^^^^^^^^ found `"part.stl"`
          |
          = help: 80 bytes, the number of triangles, and 50 bytes for each"#]],
    );
    refused(
        part,
        "part.stl",
        &binary_stl()[..600],
        expect![[r#"
        error: `HERE/part.stl` is not an STL file, or is truncated: 600 bytes
         --> HERE/mine.ron:6:48
          |
        6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1)]),
          |                                                ^^^^^^^^^^ found `"part.stl"`
          |
          = help: 80 bytes, the number of triangles, and 50 bytes for each"#]],
    );
    refused(
        part,
        "part.stl",
        b"solid x\nvertex 0 0\n",
        expect![[r#"
        error: expected `vertex x y z` with finite numbers
         --> HERE/part.stl:2:1
          |
        2 | vertex 0 0
          | ^^^^^^^^^^ found `vertex 0 0`"#]],
    );
    refused(
        part,
        "part.stl",
        b"solid \xff",
        expect![[r#"
        error: the file is not UTF-8 text
         --> HERE/part.stl:1:7
          |
        1 | solid �
          |       ^ found the byte 0xff
          |
          = help: save it as UTF-8"#]],
    );
    refused(
        part,
        "part.stl",
        b"solid\nendsolid",
        expect![[r#"
            error: `part.stl` has no volume
             --> HERE/mine.ron:6:48
              |
            6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1)]),
              |                                                ^^^^^^^^^^ found `"part.stl"`
              |
              = help: at least four points that are not in a plane"#]],
    );
    let mut bytes = binary_stl();
    bytes[100..104].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(
        part,
        "part.stl",
        &bytes,
        expect![[r#"
        error: `HERE/part.stl` has numbers that are not finite
         --> HERE/mine.ron:6:48
          |
        6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1)]),
          |                                                ^^^^^^^^^^ found `"part.stl"`
          |
          = help: export it again"#]],
    );
    refused(
        "Mesh(file: \"part.obj\", mass: 1)",
        "part.obj",
        b"v 1 2 nan\n",
        expect![[r#"
            error: expected `v x y z` with finite numbers
             --> HERE/part.obj:1:1
              |
            1 | v 1 2 nan
              | ^^^^^^^^^ found `v 1 2 nan`"#]],
    );
    let error = Scene::parse("text", &scene(part)).unwrap_err();
    expect![[r#"
        error: cannot resolve the relative path `part.stl`: this text was not read from a file
         --> text:6:48
          |
        6 |             (name: "ball", shapes: [Mesh(file: "part.stl", mass: 1)]),
          |                                                ^^^^^^^^^^ found `"part.stl"`
          |
          = help: a text that is in no file cannot name others"#]]
    .assert_eq(&error.to_string());
}
