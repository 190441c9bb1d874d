//! The program that joins what two programs give, with the bits of joining them one after the other.

use super::{Op, Source, Two};

/// The program that joins what two programs give. A number or reading that needs no step of its own is joined as it is loaded.
pub(super) fn joined<R: Copy>(two: Two, mut left: Vec<Op<R>>, mut right: Vec<Op<R>>) -> Vec<Op<R>> {
    let is_commutative = matches!(two, Two::Add | Two::Multiply);
    match (two, left.as_slice(), right.as_slice()) {
        (Two::Power, _, [Op::Load(Source::Number(2.0))]) => left.push(Op::Square),
        (_, _, &[Op::Load(source)]) => left.push(Op::With(two, source)),
        (_, &[Op::Load(source)], _) if is_commutative => {
            right.push(Op::With(two, source));
            return right;
        }
        _ => {
            left.append(&mut right);
            left.push(Op::Two(two));
        }
    }
    left
}
