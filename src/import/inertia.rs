//! Moments of inertia in any frame, turned to their principal axes.

use bevy::math::{DMat3, DQuat, DVec3, EulerRot};

use super::robot::{number, tuple};

/// What a massless link weighs: the engine needs a number above 0, and a milligram moves nothing.
pub(super) const MASSLESS: &str = "(mass: 1e-6, center: (0, 0, 0), principal: (1e-9, 1e-9, 1e-9))";

/// Roll, pitch and yaw of a turn.
pub(super) fn rpy(turn: DQuat) -> [f64; 3] {
    let (yaw, pitch, roll) = turn.to_euler(EulerRot::ZYX);
    [roll, pitch, yaw]
}

/// The turn of roll, pitch and yaw.
pub(super) fn turn([roll, pitch, yaw]: [f64; 3]) -> DQuat {
    DQuat::from_euler(EulerRot::ZYX, yaw, pitch, roll)
}

/// An `inertia` as RON: mass, centre and moments `[xx, yy, zz, xy, xz, yz]` about the centre in a frame that is turned in the link.
pub(super) fn inertia(mass: f64, center: DVec3, frame: DQuat, moments: [f64; 6]) -> String {
    let [xx, yy, zz, xy, xz, yz] = moments;
    let (principal, axes) = if [xy, xz, yz] == [0.0; 3] {
        ([xx, yy, zz], DQuat::IDENTITY)
    } else {
        let rows = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
        principal_axes(rows)
    };
    let (mass, center, principal) = (number(mass), tuple(&center.to_array()), tuple(&principal));
    let rpy = rpy(frame * axes);
    if rpy == [0.0; 3] {
        format!("(mass: {mass}, center: {center}, principal: {principal})")
    } else {
        let rpy = tuple(&rpy);
        format!("(mass: {mass}, center: {center}, principal: {principal}, rpy: {rpy})")
    }
}

/// The eigenvalues of a symmetric matrix and the turn to its eigenvectors, by Jacobi's rotations (Golub and Van Loan, section 8.5):
/// each makes one element off the diagonal 0.
fn principal_axes(mut m: [[f64; 3]; 3]) -> ([f64; 3], DQuat) {
    let mut axes = DMat3::IDENTITY;
    // Convergence is quadratic; a handful of sweeps reaches the last bit.
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
            let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let cos = 1.0 / tangent.hypot(1.0);
            let sin = tangent * cos;
            let mut rotation = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            (rotation[p][p], rotation[q][q]) = (cos, cos);
            (rotation[p][q], rotation[q][p]) = (sin, -sin);
            let rotation = DMat3::from_cols_array_2d(&rotation).transpose();
            let matrix = DMat3::from_cols_array_2d(&m);
            m = (rotation.transpose() * matrix * rotation).to_cols_array_2d();
            (m[p][q], m[q][p]) = (0.0, 0.0);
            axes *= rotation;
        }
    }
    ([m[0][0], m[1][1], m[2][2]], DQuat::from_mat3(&axes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_axes_give_the_matrix_back() {
        for rows in [
            [[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 5.0]],
            [[3.0, 0.1, -0.2], [0.1, 2.0, 0.3], [-0.2, 0.3, 1.5]],
            [[1.0, 1e-9, 0.0], [1e-9, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ] {
            let (moments, turn) = principal_axes(rows);
            let axes = DMat3::from_quat(turn);
            let again = axes * DMat3::from_diagonal(DVec3::from(moments)) * axes.transpose();
            assert!(
                again.abs_diff_eq(DMat3::from_cols_array_2d(&rows), 1e-12),
                "{again}"
            );
        }
        // The eigenvalues of the first are 2 - 1 and 2 + 1.
        let (mut moments, _) = principal_axes([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 5.0]]);
        moments.sort_by(f64::total_cmp);
        for (got, truth) in moments.iter().zip([1.0, 3.0, 5.0]) {
            assert!((got - truth).abs() < 1e-12, "{moments:?}");
        }
    }
}
