//! Shapes of meshes: `Mesh(file: "part.stl", ..)` becomes a `Hull` of the corners of its convex hull, in the scene's own text.

use std::sync::Arc;

use bevy::math::{DQuat, DVec3, EulerRot};

use super::files::{self, bytes};
use crate::model::hull::hull;
use crate::ron_tree::{
    Child, Document, Node, ReadError, Reporter, Source, SourceSpan, TextError, error::found,
    read::options,
};

/// The largest file of a mesh (bytes).
const MAX_BYTES: u64 = 32 << 20;
/// More corners say no more about how a part touches.
const MAX_CORNERS: usize = 128;
/// Meshes of a robot.
const MAX_MESHES: usize = 256;

/// Puts hulls in the place of all meshes of the robot.
pub(super) fn expand(document: &mut Document) -> Result<(), ReadError> {
    let reporter = document.reporter().clone();
    let Some(robot) = document.root_mut().and_then(|root| root.field_mut("robot")) else {
        return Ok(());
    };
    let links = robot.items_of("links");
    let meshes = links
        .flat_map(|link| link.items_of("shapes"))
        .filter(is_mesh);
    let meshes: Vec<&Node> = meshes.collect();
    if let Some(extra) = meshes.get(MAX_MESHES) {
        let title = format!("the robot has {} meshes", meshes.len());
        let help = format!("at most {MAX_MESHES}");
        return Err(reporter.error(*extra, title, [help]));
    }
    let mut files = Vec::new();
    for link in robot.items_of_mut("links") {
        for shape in link
            .items_of_mut("shapes")
            .filter(|shape| is_mesh(&&**shape))
        {
            files.extend(to_hull(shape, &reporter)?);
        }
    }
    for file in files {
        document.made_from(file.into());
    }
    Ok(())
}

fn is_mesh(shape: &&Node) -> bool {
    shape.is_a("Mesh")
}

/// Makes a hull of a mesh; the answer is the mesh's file.
fn to_hull(shape: &mut Node, reporter: &Reporter) -> Result<Option<String>, ReadError> {
    let Some(file) = shape.field("file") else {
        // The reader says so.
        return Ok(None);
    };
    let (name, path) = files::named(reporter, file.value, "like \"part.stl\"")?;
    let points = read_points(&path).map_err(|trouble| match trouble {
        Trouble::InFile(error) => error,
        Trouble::Of { title, help } => reporter.error(file.value, title, [help]),
    })?;
    let placement = placement(shape, reporter)?;
    let points: Vec<DVec3> = points
        .into_iter()
        .map(|point| placement.of(point))
        .collect();
    let Some(hull) = hull(&points, MAX_CORNERS) else {
        let title = format!("`{name}` has no volume");
        let help = "at least four points that are not in a plane";
        return Err(reporter.error(file.value, title, [help]));
    };
    let corners = hull.corners.iter().map(|&corner| points[corner].as_vec3());
    if !corners.clone().all(|corner| corner.is_finite()) {
        let title = format!("`{name}` is too large");
        let help = "sizes in metres, or a `scale`";
        return Err(reporter.error(file.value, title, [help]));
    }
    let corners: Vec<String> = corners
        .map(|at| format!("({}, {}, {})", at.x, at.y, at.z))
        .collect();
    let at = file.span();
    let corners = Node::generated(&format!("[{}]", corners.join(", ")), &at);
    shape.rename("Hull");
    shape.replace_field("file", vec![Child::entry("points", corners, &at)]);
    // What has gone into the points.
    for field in ["scale", "at", "rpy"] {
        shape.remove_field(field);
    }
    Ok(Some(path))
}

/// Where the points of a mesh go.
struct Placement {
    scale: DVec3,
    turn: DQuat,
    at: DVec3,
}

impl Placement {
    fn of(&self, point: DVec3) -> DVec3 {
        self.at + self.turn * (self.scale * point)
    }
}

fn placement(shape: &Node, reporter: &Reporter) -> Result<Placement, ReadError> {
    let triple = |field: &str, otherwise: f32| {
        let Some(entry) = shape.field(field) else {
            return Ok(DVec3::splat(f64::from(otherwise)));
        };
        let read = options().from_str::<[f32; 3]>(&entry.value.text()).ok();
        let finite = read.filter(|read| read.iter().all(|x| x.is_finite()));
        let triple = finite.map(|read| DVec3::from(read.map(f64::from)));
        triple.ok_or_else(|| {
            let title = format!("`{field}` takes three finite numbers");
            reporter.error(entry.value, title, ["like (1, 1, 1)"])
        })
    };
    let rpy = triple("rpy", 0.0)?;
    Ok(Placement {
        scale: triple("scale", 1.0)?,
        turn: DQuat::from_euler(EulerRot::ZYX, rpy.z, rpy.y, rpy.x),
        at: triple("at", 0.0)?,
    })
}

/// Why there are no points.
enum Trouble {
    /// Something at a place in the file.
    InFile(ReadError),
    /// The file as a whole.
    Of { title: String, help: &'static str },
}

fn read_points(path: &str) -> Result<Vec<DVec3>, Trouble> {
    let of = |title: String, help| Trouble::Of { title, help };
    let ending = path.rsplit('.').next().map(str::to_ascii_lowercase);
    let is_stl = match ending.as_deref() {
        Some("stl") => true,
        Some("obj") => false,
        _ => {
            return Err(of(
                format!("`{path}` is neither STL nor OBJ"),
                "convert it: \"part.stl\", \"part.obj\"",
            ));
        }
    };
    let bytes =
        bytes(path, MAX_BYTES).map_err(|error| of(error.say().0, "a file of at most 32 MiB"))?;
    if is_stl && let Some(points) = binary_stl(&bytes) {
        return match points.iter().all(|point| point.is_finite()) {
            true => Ok(distinct(points)),
            false => Err(of(
                format!("`{path}` has numbers that are not finite"),
                "export it again",
            )),
        };
    }
    if is_stl && !bytes.starts_with(b"solid") {
        let title = format!(
            "`{path}` is not an STL file, or is truncated: {} bytes",
            bytes.len()
        );
        return Err(of(
            title,
            "80 bytes, the number of triangles, and 50 bytes for each",
        ));
    }
    let source = Source::of_bytes(path, bytes).map_err(Trouble::InFile)?;
    let keyword = if is_stl { "vertex" } else { "v" };
    let points = vertices(&source, keyword).map_err(Trouble::InFile)?;
    Ok(distinct(points))
}

/// The corners of the triangles: 80 bytes of anything, how many there are, and for each its normal, its corners and two bytes.
fn binary_stl(bytes: &[u8]) -> Option<Vec<DVec3>> {
    let count = u32::from_le_bytes(bytes.get(80..84)?.try_into().ok()?);
    let triangles = &bytes[84..];
    if triangles.len() as u64 != 50 * u64::from(count) {
        return None;
    }
    let corners = triangles.chunks_exact(50).flat_map(|triangle| {
        triangle[12..48].chunks_exact(12).map(|corner| {
            let number = |i: usize| {
                let bytes = [corner[i], corner[i + 1], corner[i + 2], corner[i + 3]];
                f64::from(f32::from_le_bytes(bytes))
            };
            DVec3::new(number(0), number(4), number(8))
        })
    });
    Some(corners.collect())
}

/// The points of lines that begin with a word.
fn vertices(source: &Arc<Source>, keyword: &str) -> Result<Vec<DVec3>, ReadError> {
    let mut points = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let mut words = line.split_whitespace();
        if words.next() == Some(keyword) {
            let number = |word: &str| word.parse::<f64>().ok().filter(|x| (*x as f32).is_finite());
            // OBJ may have a weight or a colour behind the three.
            let numbers: Option<Vec<f64>> = words.take(3).map(number).collect();
            let Some([x, y, z]) = numbers.as_deref() else {
                let line = line.trim_end();
                let at = SourceSpan::new(source, start..start + line.len());
                let title = format!("expected `{keyword} x y z` with finite numbers");
                return Err(TextError::at(&at, title, found(line), Vec::new()).into());
            };
            points.push(DVec3::new(*x, *y, *z));
        }
        start += line.len();
    }
    Ok(points)
}

/// Each point once: triangles share their corners.
fn distinct(mut points: Vec<DVec3>) -> Vec<DVec3> {
    let order = |a: &DVec3, b: &DVec3| {
        let axes = a.to_array().into_iter().zip(b.to_array());
        let differs = axes
            .map(|(a, b)| a.total_cmp(&b))
            .find(|order| order.is_ne());
        differs.unwrap_or(std::cmp::Ordering::Equal)
    };
    points.sort_unstable_by(order);
    points.dedup();
    points
}
