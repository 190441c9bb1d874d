//! The shortest program that joins what two programs give, with the bits of joining them one after the other: each step takes longer than
//! what it computes.

use super::{Names, Op, Part, Source, Sum, Two};

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
        if let Some(mut part) = part(&right) {
            part.weight *= sign;
            add::<N>(&mut left, part);
            return left;
        }
        // Either summand may be first.
        if let (Two::Add, Some(part)) = (two, part(&left)) {
            add::<N>(&mut right, part);
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

/// The program of a whole formula: of a single summand a sum, which takes the least time.
pub(super) fn whole<R: Copy>(program: Vec<Op<R>>) -> Vec<Op<R>> {
    let Some(part) = part(&program) else {
        return program;
    };
    let (onto, parts) = (false, vec![part]);
    vec![Op::Sum(Sum { onto, parts })]
}

/// The program as a number times something that is loaded.
fn part<R: Copy>(program: &[Op<R>]) -> Option<Part<R>> {
    let one = |weight, source| {
        let count = 1;
        Part {
            weight,
            source,
            count,
        }
    };
    match *program {
        [Op::Load(source)] => Some(one(1.0, source)),
        [
            Op::Load(Source::Number(weight)),
            Op::With(Two::Multiply, source),
        ]
        | [
            Op::Load(source),
            Op::With(Two::Multiply, Source::Number(weight)),
        ] => Some(one(weight, source)),
        [ref product @ .., Op::Negate] => {
            let mut part = part(product)?;
            part.weight = -part.weight;
            Some(part)
        }
        _ => None,
    }
}

/// Adds a part to what a program gives.
fn add<N: Names>(program: &mut Vec<Op<N::Reading>>, added: Part<N::Reading>) {
    if let Some(Op::Sum(sum)) = program.last_mut() {
        append::<N>(&mut sum.parts, added);
    } else if let Some(first) = part(program) {
        let (onto, mut parts) = (false, vec![first]);
        append::<N>(&mut parts, added);
        *program = vec![Op::Sum(Sum { onto, parts })];
    } else {
        let (onto, parts) = (true, vec![added]);
        program.push(Op::Sum(Sum { onto, parts }));
    }
}

/// Adds a part to others, as one more of the last where it lies behind it.
fn append<N: Names>(parts: &mut Vec<Part<N::Reading>>, added: Part<N::Reading>) {
    if let Some(last) = parts.last_mut() {
        let is_next = match (last.source, added.source) {
            (Source::Read(one), Source::Read(other))
            | (Source::Square(one), Source::Square(other)) => {
                N::behind(one, last.count) == Some(other)
            }
            _ => false,
        };
        if is_next && last.weight.to_bits() == added.weight.to_bits() {
            last.count += added.count;
            return;
        }
    }
    parts.push(added);
}
