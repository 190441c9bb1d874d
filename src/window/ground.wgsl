// The ground: lit and shadowed, with grid lines that are one pixel wide at any distance.

#import bevy_pbr::{
    forward_io::{VertexOutput, FragmentOutput},
    mesh_view_bindings::view,
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
}

struct Grid {
    line: vec4<f32>,
    horizon: vec4<f32>,
    cell: f32,
    large_cell: f32,
    fade_from: f32,
    fade_to: f32,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<uniform> grid: Grid;

// The fraction of a pixel that is covered by lines at integer coordinates; `at` is in cells.
fn lines(at: vec2<f32>, width: f32) -> f32 {
    let cells_per_pixel = max(fwidth(at), vec2(1e-6));
    let pixels = abs(fract(at - 0.5) - 0.5) / cells_per_pixel;
    let cover = 1.0 - smoothstep(vec2(0.5 * width - 0.5), vec2(0.5 * width + 0.5), pixels);
    // Cells of a few pixels would flicker.
    let clear = 1.0 - smoothstep(vec2(0.06), vec2(0.3), cells_per_pixel);
    return max(cover.x * clear.x, cover.y * clear.y);
}

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    let at = in.world_position.xz;
    let fine = lines(at / grid.cell, 1.0) * 0.28;
    let bold = lines(at / grid.large_cell, 1.6) * 0.8;

    var input = pbr_input_from_standard_material(in, is_front);
    let base = input.material.base_color;
    input.material.base_color = vec4(mix(base.rgb, grid.line.rgb, max(fine, bold)), base.a);

    // The distance from the centre of the ground, which follows the robot; the ground ends where it has faded completely.
    let from_middle = length(2.0 * in.uv - 1.0) * grid.fade_to;
    let far = smoothstep(grid.fade_from, grid.fade_to, from_middle);
    let haze = vec4(grid.horizon.rgb * view.exposure, 1.0);
    // The sky is not tone-mapped, so the haze is mixed in after that.
    var out: FragmentOutput;
    let lit = main_pass_post_lighting_processing(input, apply_pbr_lighting(input));
    out.color = mix(lit, haze, 1.0 - (1.0 - far) * (1.0 - far));
    out.color.a = base.a;
    return out;
}
