//! The shortest program that joins what two programs give, with the bits of joining them one after the other: each step takes longer than
//! what it computes.

use super::Names;
use crate::scene::formula::{Op, Source, Sum, Two};

/// The program that joins what two programs give.
pub(super) fn joined<N: Names>(
    two: Two,
    mut left: Vec<Op<N::Reading>>,
    mut right: Vec<Op<N::Reading>>,
) -> Vec<Op<N::Reading>> {
    let sign = match two {
        Two::Add => Some(1.0),
        Two::Subtract => Some(-1.0),
        _ => None,
    };
    match (left.as_slice(), right.as_slice()) {
        (&[Op::Load(Source::Read(reading))], [Op::Load(Source::Number(2.0))])
            if two == Two::Power =>
        {
            return vec![Op::Load(Source::Square(reading))];
        }
        (_, [Op::Load(Source::Number(2.0))]) if two == Two::Power => {
            left.push(Op::Square);
            return left;
        }
        (&[Op::Load(Source::Read(one))], &[Op::Load(Source::Read(other))])
            if two == Two::Subtract =>
        {
            if let Some(reading) = N::difference(one, other) {
                return vec![Op::Load(Source::Read(reading))];
            }
        }
        _ => {}
    }
    if let Some(sign) = sign {
        if let Some((weight, source)) = part(&right) {
            add(&mut left, (sign * weight, source));
            return left;
        }
        // Either summand may be first.
        if let (Two::Add, Some(part)) = (two, part(&left)) {
            add(&mut right, part);
            return right;
        }
    }
    match (two, left.as_slice(), right.as_slice()) {
        // What is on the right is loaded last, if it takes no more than that, and so is what is on the left where either may be first.
        (_, _, &[Op::Load(source)]) => left.push(Op::With(two, source)),
        (Two::Multiply, &[Op::Load(source)], _) => {
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

/// The program as a number times something that is loaded.
fn part<R: Copy>(program: &[Op<R>]) -> Option<(f32, Source<R>)> {
    match *program {
        [Op::Load(source)] => Some((1.0, source)),
        [
            Op::Load(Source::Number(weight)),
            Op::With(Two::Multiply, source),
        ]
        | [
            Op::Load(source),
            Op::With(Two::Multiply, Source::Number(weight)),
        ] => Some((weight, source)),
        [ref product @ .., Op::Negate] => {
            let (weight, source) = part(product)?;
            Some((-weight, source))
        }
        _ => None,
    }
}

/// Adds a part to what a program gives.
fn add<R: Copy>(program: &mut Vec<Op<R>>, added: (f32, Source<R>)) {
    if let Some(Op::Sum(sum)) = program.last_mut() {
        sum.parts.push(added);
    } else if let Some(first) = part(program) {
        let (onto, parts) = (false, vec![first, added]);
        *program = vec![Op::Sum(Sum { onto, parts })];
    } else {
        let (onto, parts) = (true, vec![added]);
        program.push(Op::Sum(Sum { onto, parts }));
    }
}
