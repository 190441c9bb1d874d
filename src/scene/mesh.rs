//! Shapes of meshes: `Mesh(file: "part.stl", ..)` becomes a `Hull` of the corners of its convex hull, in the scene's own text.

use bevy::math::{DQuat, DVec3, EulerRot};

use super::{
    error::{SceneError, TextError, found},
    hull::hull,
    inset::{Inset, put},
    locate::{Node, with_comma},
    read::{self, options},
    source::{Source, bytes},
    woven::Woven,
};

/// The largest file of a mesh (bytes).
const MAX_BYTES: u64 = 32 << 20;
/// More corners say no more about how a part touches.
const MAX_CORNERS: usize = 128;
/// Meshes of a robot.
const MAX_MESHES: usize = 256;

/// Puts hulls in the place of all meshes of the robot.
pub(super) fn expand(woven: &mut Woven) -> Result<(), SceneError> {
    let text = woven.text().to_owned();
    let Some(tree) = Node::scan(&text) else {
        return Ok(());
    };
    let shapes = meshes(&tree, &text);
    let inset = Inset { woven, text: &text };
    if let Some(extra) = shapes.get(MAX_MESHES) {
        let title = format!("the robot has {} meshes", shapes.len());
        return Err(inset.fault(&extra.span, title, [format!("at most {MAX_MESHES}")]));
    }
    let mut splices = Vec::new();
    let mut files = Vec::new();
    for shape in shapes {
        let Some(file) = shape.field("file") else {
            // The reader says so.
            continue;
        };
        let at = &file.value.span;
        let (name, path) = inset.file(file, "like \"part.stl\"")?;
        let points = read_points(&path).map_err(|trouble| match trouble {
            Trouble::InFile(error) => error,
            Trouble::Of { title, help } => inset.fault(at, title, [help]),
        })?;
        let placed = placement(shape, &inset)?;
        let points: Vec<DVec3> = points.into_iter().map(|point| placed.of(point)).collect();
        let Some(hull) = hull(&points, MAX_CORNERS) else {
            let help = "at least four points that are not in a plane";
            return Err(inset.fault(at, format!("`{name}` has no volume"), [help]));
        };
        let corners = hull.corners.iter().map(|&corner| points[corner].as_vec3());
        if !hull
            .corners
            .iter()
            .all(|&corner| points[corner].as_vec3().is_finite())
        {
            let title = format!("`{name}` is too large");
            return Err(inset.fault(at, title, ["sizes in metres, or a `scale`"]));
        }
        let corners: Vec<String> = corners
            .map(|at| format!("({}, {}, {})", at.x, at.y, at.z))
            .collect();
        let corners = format!("points: [{}]", corners.join(", "));
        // The name, the file, and what else has gone into the points.
        splices.push((
            shape.span.start..shape.span.start + "Mesh".len(),
            "Hull".to_owned(),
        ));
        splices.push((file.key.start..file.value.span.end, corners));
        for field in ["scale", "at", "rpy"] {
            splices.extend(
                shape
                    .field(field)
                    .map(|entry| (with_comma(&text, entry), String::new())),
            );
        }
        files.push(path.into());
    }
    put(woven, splices, files);
    Ok(())
}

/// The shapes `Mesh(..)` of all links.
fn meshes<'a>(tree: &'a Node, text: &str) -> Vec<&'a Node> {
    let robot = tree.field("robot").map(|robot| &robot.value);
    let links = robot.map_or(&[][..], |robot| robot.items("links"));
    let shapes = links.iter().flat_map(|link| link.items("shapes"));
    shapes.filter(|shape| shape.is_a("Mesh", text)).collect()
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

fn placement(shape: &Node, inset: &Inset) -> Result<Placement, SceneError> {
    let triple = |field: &str, otherwise: f32| {
        let Some(entry) = shape.field(field) else {
            return Ok(DVec3::splat(f64::from(otherwise)));
        };
        let at = &entry.value.span;
        let read = options().from_str::<[f32; 3]>(&inset.text[at.clone()]).ok();
        let finite = read.filter(|read| read.iter().all(|x| x.is_finite()));
        let triple = finite.map(|read| DVec3::from(read.map(f64::from)));
        triple.ok_or_else(|| {
            let title = format!("`{field}` takes three finite numbers");
            inset.fault(at, title, ["like (1, 1, 1)"])
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
    InFile(SceneError),
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
        let title = format!("`{path}` is no STL, or is cut short: {} bytes", bytes.len());
        return Err(of(
            title,
            "80 bytes, the number of triangles, and 50 bytes for each",
        ));
    }
    let text = read::utf8(path, bytes).map_err(Trouble::InFile)?;
    let source = Source::text(path, &text);
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
fn vertices(source: &Source, keyword: &str) -> Result<Vec<DVec3>, SceneError> {
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
                return Err(TextError {
                    origin: source.name.clone(),
                    span: start..start + line.len(),
                    text: source.text.clone(),
                    title: format!("expected `{keyword} x y z` with finite numbers"),
                    label: found(line),
                    help: Vec::new(),
                    note: None,
                }
                .into());
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
