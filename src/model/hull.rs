//! The convex hull of points: the body that a skin stretched over them would have.
//!
//! Quickhull (Barber, Dobkin and Huhdanpaa, 1996): from a tetrahedron on, the point that sticks out most is taken in, which
//! replaces the faces that it sees by faces to itself. Broken off early, it has the corners that matter most.

use bevy::math::DVec3;

/// What sticks out by less than this share of the whole is taken to be inside: numbers of a file have seven digits.
const FINE: f64 = 1e-6;
/// Thinner than this share of its length, a body is flat.
const FLAT: f64 = 1e-4;

/// Corners and the triangles between them, which look outwards.
#[derive(Debug)]
pub(crate) struct Hull {
    /// Indices of the points that are corners.
    pub(crate) corners: Vec<usize>,
    /// Indices into `corners`, counter-clockwise as seen from outside.
    pub(crate) faces: Vec<[u32; 3]>,
}

/// The hull of points with at most so many corners; `None` if they lie in a plane.
pub(crate) fn hull(points: &[DVec3], most: usize) -> Option<Hull> {
    let mut builder = Builder::start(points)?;
    let mut corners = 4;
    while corners < most
        && let Some((face, point)) = builder.farthest()
    {
        if builder.take_in(face, point) {
            corners += 1;
        }
    }
    builder.finish()
}

struct Face {
    corners: [usize; 3],
    /// The face beyond the edge from each corner to the next.
    neighbours: [usize; 3],
    normal: DVec3,
    offset: f64,
    /// Points outside of it, each of one face only.
    outside: Vec<usize>,
    is_there: bool,
}

impl Face {
    /// `None` if the corners are on a line.
    fn new(points: &[DVec3], corners: [usize; 3], neighbours: [usize; 3]) -> Option<Face> {
        let [a, b, c] = corners.map(|corner| points[corner]);
        let normal = (b - a).cross(c - a).try_normalize()?;
        Some(Face {
            corners,
            neighbours,
            normal,
            offset: normal.dot(a),
            outside: Vec::new(),
            is_there: true,
        })
    }

    fn above(&self, point: DVec3) -> f64 {
        self.normal.dot(point) - self.offset
    }
}

struct Builder<'a> {
    points: &'a [DVec3],
    faces: Vec<Face>,
    fine: f64,
}

impl<'a> Builder<'a> {
    /// A tetrahedron of points that are far from each other.
    fn start(points: &'a [DVec3]) -> Option<Self> {
        let first = *points.first()?;
        let (low, high) = points.iter().fold((first, first), |(low, high), point| {
            (low.min(*point), high.max(*point))
        });
        let length = (high - low).max_element();
        let best = |measure: &dyn Fn(DVec3) -> f64| {
            let measured = points.iter().map(|point| measure(*point)).enumerate();
            measured.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let axis = DVec3::AXES.into_iter().max_by(|a, b| {
            let along = |axis: &DVec3| (high - low).dot(*axis);
            along(a).total_cmp(&along(b))
        })?;
        let (a, _) = best(&|point| -point.dot(axis))?;
        let (b, _) = best(&|point| point.distance(points[a]))?;
        let line = (points[b] - points[a]).try_normalize()?;
        let (c, from_line) =
            best(&|point| (point - points[a]).reject_from_normalized(line).length())?;
        if from_line <= FLAT * length {
            return None;
        }
        let base = Face::new(points, [a, b, c], [0; 3])?;
        let (d, from_plane) = best(&|point| base.above(point).abs())?;
        if from_plane <= FLAT * length {
            return None;
        }
        // The fourth corner is below the first face.
        let (b, c) = if base.above(points[d]) < 0.0 {
            (b, c)
        } else {
            (c, b)
        };
        let mut faces = Vec::new();
        for (corners, neighbours) in [
            ([a, b, c], [1, 2, 3]),
            ([b, a, d], [0, 3, 2]),
            ([c, b, d], [0, 1, 3]),
            ([a, c, d], [0, 2, 1]),
        ] {
            faces.push(Face::new(points, corners, neighbours)?);
        }
        let mut builder = Builder {
            points,
            faces,
            fine: FINE * length,
        };
        builder.give(0..points.len(), 0..4);
        Some(builder)
    }

    /// Gives points to the faces that they are farthest above.
    fn give(&mut self, points: impl IntoIterator<Item = usize>, faces: std::ops::Range<usize>) {
        for point in points {
            let above = |face: &usize| self.faces[*face].above(self.points[point]);
            let farthest = faces.clone().max_by(|a, b| above(a).total_cmp(&above(b)));
            if let Some(face) = farthest.filter(|face| above(face) > self.fine) {
                self.faces[face].outside.push(point);
            }
        }
    }

    /// The point that sticks out most, and the face that it is above.
    fn farthest(&self) -> Option<(usize, usize)> {
        let faces = self
            .faces
            .iter()
            .enumerate()
            .filter(|(_, face)| face.is_there);
        let outside = faces.flat_map(|(i, face)| {
            face.outside
                .iter()
                .map(move |&point| (face.above(self.points[point]), i, point))
        });
        let farthest = outside.max_by(|a, b| a.0.total_cmp(&b.0));
        farthest.map(|(_, face, point)| (face, point))
    }

    /// Makes a point a corner; `false`: it would only make faces without an area, and is forgotten.
    fn take_in(&mut self, face: usize, point: usize) -> bool {
        let place = self.points[point];
        let mut is_seen = vec![false; self.faces.len()];
        let mut seen = vec![face];
        is_seen[face] = true;
        let mut next = 0;
        // Edges whose other side is not seen: from, to, the face beyond.
        let mut rim: Vec<(usize, usize, usize)> = Vec::new();
        while next < seen.len() {
            let Face {
                corners,
                neighbours,
                ..
            } = self.faces[seen[next]];
            next += 1;
            for i in 0..3 {
                let beyond = neighbours[i];
                if is_seen[beyond] {
                    continue;
                }
                if self.faces[beyond].above(place) > self.fine {
                    is_seen[beyond] = true;
                    seen.push(beyond);
                } else {
                    rim.push((corners[i], corners[(i + 1) % 3], beyond));
                }
            }
        }
        let first = self.faces.len();
        let ring = ordered(&rim);
        let new = ring.as_ref().and_then(|ring| self.cone(ring, point));
        let (Some(ring), Some(new)) = (ring, new) else {
            self.faces[face].outside.retain(|other| *other != point);
            return false;
        };
        for (i, (_, to, beyond)) in ring.iter().enumerate() {
            let beyond = &mut self.faces[*beyond];
            for (corner, neighbour) in beyond.corners.iter().zip(&mut beyond.neighbours) {
                if corner == to {
                    *neighbour = first + i;
                }
            }
        }
        let mut orphans = Vec::new();
        for face in seen {
            self.faces[face].is_there = false;
            orphans.append(&mut self.faces[face].outside);
        }
        orphans.retain(|other| *other != point);
        self.faces.extend(new);
        self.give(orphans, first..first + ring.len());
        true
    }

    /// The faces from a ring of edges to a point.
    fn cone(&self, ring: &[(usize, usize, usize)], point: usize) -> Option<Vec<Face>> {
        let (first, count) = (self.faces.len(), ring.len());
        let face = |(i, &(from, to, beyond)): (usize, &(usize, usize, usize))| {
            let (next, last) = ((i + 1) % count, (i + count - 1) % count);
            let neighbours = [beyond, first + next, first + last];
            Face::new(self.points, [from, to, point], neighbours)
        };
        ring.iter().enumerate().map(face).collect()
    }

    fn finish(self) -> Option<Hull> {
        let mut corners = Vec::new();
        let mut number = vec![u32::MAX; self.points.len()];
        let mut faces = Vec::new();
        for face in self.faces.iter().filter(|face| face.is_there) {
            faces.push(face.corners.map(|corner| {
                if number[corner] == u32::MAX {
                    number[corner] = corners.len() as u32;
                    corners.push(corner);
                }
                number[corner]
            }));
        }
        // Euler: a closed surface without holes, of triangles.
        (2 * corners.len() == faces.len() + 4).then_some(Hull { corners, faces })
    }
}

/// The edges of a rim one after the other; `None` if they are no simple ring.
fn ordered(rim: &[(usize, usize, usize)]) -> Option<Vec<(usize, usize, usize)>> {
    let mut ring = vec![*rim.first()?];
    while ring.len() < rim.len() {
        let (_, end, _) = ring[ring.len() - 1];
        let mut next = rim.iter().filter(|(from, ..)| *from == end);
        ring.push(*next.next()?);
        if next.next().is_some() {
            return None;
        }
    }
    let is_closed = ring[ring.len() - 1].1 == ring[0].0;
    let mut starts: Vec<usize> = ring.iter().map(|(from, ..)| *from).collect();
    starts.sort_unstable();
    starts.dedup();
    (is_closed && starts.len() == ring.len()).then_some(ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cube() -> Vec<DVec3> {
        let ends = [-1.0, 1.0];
        let corners = ends.map(|x| ends.map(|y| ends.map(|z| DVec3::new(x, y, z))));
        corners.as_flattened().as_flattened().to_vec()
    }

    #[test]
    fn what_is_not_a_corner_is_left_out() {
        let mut points = vec![
            DVec3::ZERO,
            DVec3::X,
            DVec3::new(1.0, 1.0, 0.5),
            DVec3::new(0.2, 0.3, 1.0),
        ];
        points.extend(cube());
        points.extend(cube());
        let hull = hull(&points, 100).unwrap();
        let mut corners: Vec<DVec3> = hull.corners.iter().map(|&corner| points[corner]).collect();
        let order = |a: &DVec3, b: &DVec3| a.to_array().partial_cmp(&b.to_array()).unwrap();
        corners.sort_by(order);
        assert_eq!(corners, cube());
        // Two triangles for each of six sides.
        assert_eq!(hull.faces.len(), 12);
    }

    #[test]
    fn what_is_flat_has_none() {
        let plane: Vec<DVec3> = cube().into_iter().map(|point| point.with_z(3.0)).collect();
        let line: Vec<DVec3> = cube()
            .into_iter()
            .map(|point| DVec3::splat(point.x))
            .collect();
        for points in [plane, line, vec![DVec3::ONE; 9], vec![DVec3::X], Vec::new()] {
            assert!(hull(&points, 100).is_none(), "{points:?}");
        }
    }

    fn point() -> impl Strategy<Value = DVec3> {
        let free = [-1.0..1.0, -1.0..1.0, -1.0..1.0].prop_map(DVec3::from);
        // In planes, on edges and in the same place.
        let grid = [-2..3, -2..3, -2..3].prop_map(|at| DVec3::from(at.map(f64::from)));
        let round =
            [-1.0..1.0, -1.0..1.0, -1.0..1.0].prop_map(|at| DVec3::from(at).normalize_or_zero());
        prop_oneof![free, grid, round]
    }

    proptest! {
        #[test]
        fn everything_is_inside(points in prop::collection::vec(point(), 4..200)) {
            if let Some(hull) = hull(&points, 1000) {
                for face in &hull.faces {
                    let corners = face.map(|corner| hull.corners[corner as usize]);
                    let face = Face::new(&points, corners, [0; 3]).unwrap();
                    for point in &points {
                        // A little more than what is taken to be inside: a face may be bent by that.
                        prop_assert!(face.above(*point) < 1e-3, "{point} is {} above", face.above(*point));
                    }
                }
            }
        }

        #[test]
        fn with_few_corners_it_is_closed(points in prop::collection::vec(point(), 4..100), most in 4_usize..20) {
            if let Some(hull) = hull(&points, most) {
                prop_assert!(hull.corners.len() <= most);
                for [a, b, c] in &hull.faces {
                    for edge in [[b, a], [c, b], [a, c]] {
                        let others = hull.faces.iter().filter(|[a, b, c]| [[a, b], [b, c], [c, a]].contains(&edge));
                        prop_assert_eq!(others.count(), 1);
                    }
                }
            }
        }
    }
}
