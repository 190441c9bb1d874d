//! The surroundings: every solid has a size, stairs become boxes, and heights are computed.

use super::{heights, mass, positive, surface};
use crate::model::{
    check::HeightFormula,
    file,
    robot::{Form, Surface},
    world::{Ground, Solid, World},
};
use crate::ron_tree::{Diagnostic, Path};

const MAX_SOLIDS: usize = 1024;
/// How ground and terrain touch if nothing is said: like rubber on concrete.
const SURFACE: Surface = Surface {
    friction: 1.0,
    restitution: 0.0,
};

/// The world at `at`, checked; `formula` compiles the formulas of its heights.
pub(crate) fn world(
    written: &file::World,
    formula: &HeightFormula,
    at: &Path,
) -> Result<World, Diagnostic> {
    let ground = match &written.ground {
        None => None,
        Some(ground) => Some(Ground {
            z: ground.z,
            surface: surface(
                ground.friction,
                ground.restitution,
                SURFACE,
                &at.field("ground"),
            )?,
        }),
    };
    let mut world = World {
        ground,
        ..World::default()
    };
    for (i, written) in written.terrain.iter().enumerate() {
        let at = at.field("terrain").nth(i);
        add(written, formula, &at, &mut world)?;
        let count = world.terrain.len() + world.heights.len();
        if count > MAX_SOLIDS {
            return Err(Diagnostic::new(at, "the terrain has too many solids")
                .label(format!("with this, {count}"))
                .help(format!(
                    "at most {MAX_SOLIDS}, each step of stairs being one"
                )));
        }
    }
    Ok(world)
}

fn add(
    written: &file::Terrain,
    formula: &HeightFormula,
    at: &Path,
    world: &mut World,
) -> Result<(), Diagnostic> {
    let World {
        terrain,
        heights: fields,
        ..
    } = world;
    let [friction, restitution] = written.touch();
    let surface = || surface(friction, restitution, SURFACE, at);
    let place = |center, yaw, size| {
        Ok(heights::Place {
            center,
            yaw,
            size,
            surface: surface()?,
        })
    };
    match *written {
        file::Terrain::Box {
            center, half, rpy, ..
        } => {
            mass::half_sizes(half, at)?;
            terrain.push(Solid {
                form: Form::Box { center, half, rpy },
                surface: surface()?,
            });
        }
        file::Terrain::Stairs {
            foot,
            yaw,
            count,
            rise,
            run,
            width,
            ..
        } => {
            if !(1..=MAX_SOLIDS as u32).contains(&count) {
                return Err(
                    Diagnostic::new(at.field("count"), "`count` is out of its range")
                        .help(format!("1 to {MAX_SOLIDS} steps")),
                );
            }
            let rise = positive(rise, at, "rise", "m")?;
            let run = positive(run, at, "run", "m")?;
            let width = positive(width, at, "width", "m")?;
            let surface = surface()?;
            let step = |i| Solid {
                form: step(foot, yaw, [run, width, rise], i),
                surface,
            };
            terrain.extend((0..count).map(step));
        }
        file::Terrain::Heights {
            center,
            yaw,
            size,
            cells,
            ref z,
            ..
        } => {
            let place = place(center, yaw, size)?;
            fields.push(heights::of_formula(z, formula, cells, place, fields, at)?);
        }
        file::Terrain::Grid {
            center,
            yaw,
            size,
            ref rows,
            height,
            ..
        } => {
            let place = place(center, yaw, size)?;
            let height = height.unwrap_or(1.0);
            fields.push(heights::of_rows(rows, height, place, fields, at)?);
        }
        file::Terrain::Picture { .. } => {
            let title = "a picture is read from a file beside the scene";
            return Err(Diagnostic::new(at.clone(), title)
                .help("a `Grid(rows: [..])` says the same in the text"));
        }
    }
    Ok(())
}

/// One step of stairs, from 0: a box that reaches down to their foot.
fn step(foot: [f32; 3], yaw: f32, [run, width, rise]: [f32; 3], i: u32) -> Form {
    let along = run * (i as f32 + 0.5);
    let half_height = rise * (i + 1) as f32 / 2.0;
    Form::Box {
        center: [
            foot[0] + along * libm::cosf(yaw),
            foot[1] + along * libm::sinf(yaw),
            foot[2] + half_height,
        ],
        half: [run / 2.0, width / 2.0, half_height],
        rpy: [0.0, 0.0, yaw],
    }
}
