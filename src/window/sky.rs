//! The sky, computed: a soft gradient as the background, and the same gradient with a few lamps as environment light.

use bevy::asset::RenderAssetUsages;
use bevy::image::Image;
use bevy::prelude::*;
use bevy::render::render_resource::{
    Extent3d, TextureDimension, TextureFormat, TextureViewDescriptor, TextureViewDimension,
};

const ZENITH: Vec3 = Vec3::new(0.035, 0.047, 0.068);
const HORIZON: Vec3 = Vec3::new(0.19, 0.225, 0.275);
const NADIR: Vec3 = Vec3::new(0.075, 0.085, 0.10);

/// Cube maps of the sky.
#[derive(Resource)]
pub(super) struct Sky {
    /// The background.
    pub(super) background: Handle<Image>,
    /// Light on rough surfaces.
    pub(super) diffuse: Handle<Image>,
    /// Light on smooth surfaces, with a mip level per roughness.
    pub(super) specular: Handle<Image>,
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(PreStartup, paint_sky);
}

/// Brightness of the background's colours (cd/m^2).
pub(super) const BRIGHTNESS: f32 = 520.0;

/// Colour of the sky at the horizon (cd/m^2).
pub(super) fn horizon() -> LinearRgba {
    let Vec3 { x, y, z } = HORIZON * BRIGHTNESS;
    LinearRgba::rgb(x, y, z)
}

fn paint_sky(mut commands: Commands, mut images: ResMut<Assets<Image>>) {
    commands.insert_resource(Sky {
        // Below the horizon the background is haze, into which the ground fades.
        background: images.add(cube_map(64, 1, |direction, _| {
            gradient(direction.with_y(direction.y.max(0.0)))
        })),
        diffuse: images.add(cube_map(8, 1, |direction, _| studio(direction, 1.0))),
        specular: images.add(cube_map(64, 7, studio)),
    });
}

fn gradient(direction: Vec3) -> Vec3 {
    let height = direction.y;
    if height > 0.0 {
        HORIZON.lerp(ZENITH, height.powf(0.55))
    } else {
        HORIZON.lerp(NADIR, (-height * 2.5).min(1.0).powf(0.7))
    }
}

/// The gradient with lamps, as a surface with a roughness from 0 to 1 reflects it.
fn studio(direction: Vec3, roughness: f32) -> Vec3 {
    let lamp = |at, radius, color: Vec3| color * lamp(direction, at, radius, roughness);
    let bounce = Vec3::splat(0.05 * (1.0 - direction.y));
    gradient(direction)
        + lamp(Vec3::new(0.2, 1.0, 0.1), 0.55, Vec3::splat(0.75))
        + lamp(
            Vec3::new(-1.0, 0.45, 0.7),
            0.35,
            Vec3::new(0.40, 0.45, 0.50),
        )
        + lamp(
            Vec3::new(0.6, 0.35, -1.0),
            0.30,
            Vec3::new(0.40, 0.37, 0.34),
        )
        + bounce
}

/// A round lamp of a radius (rad), blurred and dimmed by roughness.
fn lamp(direction: Vec3, at: Vec3, radius: f32, roughness: f32) -> f32 {
    let angle = direction.angle_between(at);
    let blur = 0.06 + 1.4 * roughness;
    let inside = 1.0 - ((angle - radius + 0.5 * blur) / blur).clamp(0.0, 1.0);
    inside * inside * (3.0 - 2.0 * inside) / (1.0 + 2.0 * roughness)
}

/// Six faces of `size` pixels and their mip levels; `radiance` takes a direction and the roughness of the level from 0 to 1.
fn cube_map(size: u32, levels: u32, radiance: impl Fn(Vec3, f32) -> Vec3) -> Image {
    let mut data = Vec::new();
    for face in 0..6 {
        for level in 0..levels {
            let side = size >> level;
            let roughness = level as f32 / (levels - 1).max(1) as f32;
            for (row, column) in
                (0..side).flat_map(|row| (0..side).map(move |column| (row, column)))
            {
                let along = |pixel: u32| 2.0 * (pixel as f32 + 0.5) / side as f32 - 1.0;
                let light = radiance(direction(face, along(column), along(row)), roughness);
                let color = Color::linear_rgb(light.x, light.y, light.z);
                data.extend(color.to_srgba().to_u8_array());
            }
        }
    }
    let extent = Extent3d {
        width: size,
        height: size,
        depth_or_array_layers: 6,
    };
    let mut image = Image::new_uninit(
        extent,
        TextureDimension::D2,
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.data = Some(data);
    image.texture_descriptor.mip_level_count = levels;
    image.texture_view_descriptor = Some(TextureViewDescriptor {
        dimension: Some(TextureViewDimension::Cube),
        ..default()
    });
    image
}

/// The direction of a point on a face of a cube map, `u` to the right and `v` down, each from -1 to 1.
fn direction(face: u32, u: f32, v: f32) -> Vec3 {
    match face {
        0 => Vec3::new(1.0, -v, -u),
        1 => Vec3::new(-1.0, -v, u),
        2 => Vec3::new(u, 1.0, v),
        3 => Vec3::new(u, -1.0, -v),
        4 => Vec3::new(u, -v, 1.0),
        _ => Vec3::new(-u, -v, -1.0),
    }
    .normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faces_of_a_cube_map_meet() {
        // The right edge of +z is the left edge of +x; the top edge of +z is the bottom edge of +y.
        assert_eq!(direction(4, 1.0, 0.25), direction(0, -1.0, 0.25));
        assert_eq!(direction(4, 0.25, -1.0), direction(2, 0.25, 1.0));
    }
}
