//! From a formula's text to its program: precedence climbing, with a number or a condition at every place where one is needed.
//!
//! ```text
//! or < and < not < comparison < + - < * / < minus sign < ^
//! ```
//!
//! Written by hand, because no crate of expressions says where in the text something is wrong, and what would do there.

use std::ops::Range;

use super::words::{self, Is, Part, Word};
use super::{FUNCTIONS, Formula, Function, Op, STACK, Source, Two, steps};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// Deepest nesting of parentheses and signs.
const MAX_DEPTH: usize = 64;
/// Longest text.
const MAX_BYTES: usize = 10_000;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const MINUS: u8 = 7;
const POWER: u8 = 8;

/// What the names in a formula mean.
pub(crate) trait Names: Sized {
    /// What a name reads.
    type Reading: Copy + PartialEq;
    /// What the number that a whole formula gives is.
    const GIVES: &'static str;
    /// A name, to be shown where one is missing.
    const EXAMPLE: &'static str;

    /// What a name reads, or why it reads nothing.
    fn reading(
        compiler: &Compiler<Self>,
        parts: &[Part],
        span: &Range<usize>,
    ) -> Result<Source<Self::Reading>, Diagnostic>;
}

/// What there must be at a place of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Condition,
}

/// The formula that `text`, written at `at`, is; it gives what `kind` says.
pub(crate) fn formula<N: Names>(
    text: &str,
    kind: Kind,
    names: N,
    at: &Path,
) -> Result<Formula<N::Reading>, Diagnostic> {
    let mut compiler = Compiler {
        text,
        at,
        names,
        words: Vec::new(),
        next: 0,
        program: Vec::new(),
        height: 0,
        depth: 0,
    };
    if text.len() > MAX_BYTES {
        return Err(compiler
            .diagnostic(&(0..0), "a formula is too long")
            .label(format!("{} bytes follow", text.len()))
            .help(format!(
                "at most {MAX_BYTES} bytes; several terms are added up"
            )));
    }
    compiler.words = words::words(text)
        .map_err(|(span, title, help)| compiler.diagnostic(&span, title).help(help))?;
    let whole = compiler.expression(0)?;
    compiler.end()?;
    match (kind, whole.kind) {
        (Kind::Number, Kind::Condition) => {
            return Err(compiler
                .diagnostic(
                    &whole.span,
                    format!("{} is a number, and this is a condition", N::GIVES),
                )
                .help("`if(.., 1, 0)` makes a number of it"));
        }
        (Kind::Condition, Kind::Number) => {
            return Err(compiler
                .diagnostic(&whole.span, "this must be a condition, and it is a number")
                .help(format!("compare it, like `{} < 0.5`", N::EXAMPLE)));
        }
        _ => {}
    }
    let written: Vec<&str> = compiler
        .words
        .iter()
        .map(|word| &text[word.span.clone()])
        .collect();
    Ok(Formula {
        text: written.join(" ").trim_end().to_owned(),
        program: compiler.program,
    })
}

/// A formula that is being read.
pub(crate) struct Compiler<'a, N: Names> {
    /// As written.
    pub(crate) text: &'a str,
    at: &'a Path,
    /// What names mean.
    pub(crate) names: N,
    words: Vec<Word>,
    /// Which word is read next.
    next: usize,
    program: Vec<Op<N::Reading>>,
    /// Numbers on the stack after the program so far.
    height: usize,
    depth: usize,
}

/// A part of the formula whose program is written.
struct Value {
    kind: Kind,
    span: Range<usize>,
}

impl<N: Names> Compiler<'_, N> {
    /// Reads on for as long as operators bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<Value, Diagnostic> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.words[self.next].span.clone();
            return Err(self
                .diagnostic(&span, "a formula is nested too deeply")
                .help(format!(
                    "at most {MAX_DEPTH} parentheses or signs in each other"
                )));
        }
        let start = self.program.len();
        let mut left = self.operand()?;
        while let Some((two, binds)) = self.operator()
            && binds >= least
        {
            let sign = self.take().span;
            let middle = self.program.len();
            // A power takes what is on its right first: `2^3^2` is `2^(3^2)`.
            let right = self.expression(if binds == POWER { binds } else { binds + 1 })?;
            left = self.join(left, two, &sign, right)?;
            self.write(two, start, middle);
        }
        self.depth -= 1;
        Ok(left)
    }

    /// A number, a reading, a call, or an expression in parentheses or behind a sign.
    fn operand(&mut self) -> Result<Value, Diagnostic> {
        let Word { is, span } = self.take();
        match is {
            Is::Number(number) => {
                self.load(Source::Number(number), &span)?;
                Ok(Value {
                    kind: Kind::Number,
                    span,
                })
            }
            Is::Sign("-") => {
                let start = self.program.len();
                let of = self.expression(MINUS)?;
                self.needs(Kind::Number, "`-`", &of)?;
                match &mut self.program[start..] {
                    [Op::Load(Source::Number(number))] => *number = -*number,
                    _ => self.program.push(Op::Negate),
                }
                Ok(Value {
                    kind: Kind::Number,
                    span: span.start..of.span.end,
                })
            }
            Is::Sign("(") => {
                let inside = self.expression(0)?;
                let end = self.close(&span)?;
                Ok(Value {
                    kind: inside.kind,
                    span: span.start..end,
                })
            }
            Is::Name(parts) if is_word(&parts, "not") => {
                let of = self.expression(NOT)?;
                self.needs(Kind::Condition, "`not`", &of)?;
                self.program.push(Op::Not);
                Ok(Value {
                    kind: Kind::Condition,
                    span: span.start..of.span.end,
                })
            }
            Is::Name(_) if self.peek() == &Is::Sign("(") => self.call(&span),
            Is::Name(parts) if !is_word(&parts, "and") && !is_word(&parts, "or") => {
                let source = N::reading(self, &parts, &span)?;
                self.load(source, &span)?;
                Ok(Value {
                    kind: Kind::Number,
                    span,
                })
            }
            Is::End if self.words.len() == 1 => Err(self
                .diagnostic(&span, "the formula is empty")
                .label("nothing here")
                .help(format!("something like `{}`", N::EXAMPLE))),
            Is::End => Err(self
                .diagnostic(&span, "the formula ends too early")
                .label("a value is missing here")
                .help(value::<N>())),
            Is::Name(_) | Is::Sign(_) => Err(self
                .diagnostic(&span, "expected a value")
                .help(value::<N>())),
        }
    }

    /// The operator that comes next, and how tightly it binds.
    fn operator(&self) -> Option<(Two, u8)> {
        Some(match self.peek() {
            Is::Name(parts) if is_word(parts, "or") => (Two::Or, OR),
            Is::Name(parts) if is_word(parts, "and") => (Two::And, AND),
            Is::Sign(sign) => match *sign {
                "<" => (Two::Less, COMPARISON),
                "<=" => (Two::AtMost, COMPARISON),
                ">" => (Two::Greater, COMPARISON),
                ">=" => (Two::AtLeast, COMPARISON),
                "==" => (Two::Equal, COMPARISON),
                "!=" => (Two::Unequal, COMPARISON),
                "+" => (Two::Add, SUM),
                "-" => (Two::Subtract, SUM),
                "*" => (Two::Multiply, PRODUCT),
                "/" => (Two::Divide, PRODUCT),
                "^" => (Two::Power, POWER),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn join(
        &mut self,
        left: Value,
        two: Two,
        sign: &Range<usize>,
        right: Value,
    ) -> Result<Value, Diagnostic> {
        let (takes, gives) = match two {
            Two::And | Two::Or => (Kind::Condition, Kind::Condition),
            Two::Add | Two::Subtract | Two::Multiply | Two::Divide | Two::Power => {
                (Kind::Number, Kind::Number)
            }
            _ => (Kind::Number, Kind::Condition),
        };
        let name = format!("`{}`", &self.text[sign.clone()]);
        self.needs(takes, &name, &left)?;
        self.needs(takes, &name, &right)?;
        Ok(Value {
            kind: gives,
            span: left.span.start..right.span.end,
        })
    }

    /// Joins what the program gives from `start` on with what it gives from `middle` on, in as few steps as will do: each takes longer
    /// than a number. The bits are those of the text, read from left to right.
    fn write(&mut self, two: Two, start: usize, middle: usize) {
        let right = self.program.split_off(middle);
        let left = self.program.split_off(start);
        self.program.extend(steps::joined(two, left, right));
        self.height -= 1;
    }

    /// A call, of which the name has been read.
    fn call(&mut self, name: &Range<usize>) -> Result<Value, Diagnostic> {
        let written = &self.text[name.clone()];
        let Some((function, _, form, takes, meaning)) =
            FUNCTIONS.into_iter().find(|(_, name, ..)| *name == written)
        else {
            return Err(self
                .diagnostic(name, format!("there is no function `{written}`"))
                .label("unknown function")
                .suggest("functions", written, FUNCTIONS.map(|(_, name, ..)| name)));
        };
        let open = self.take().span;
        let mut count = 0;
        if self.peek() != &Is::Sign(")") {
            loop {
                let argument = self.expression(0)?;
                count += 1;
                let kind = match (function, count) {
                    (Function::If, 1) => Kind::Condition,
                    _ => Kind::Number,
                };
                self.needs(kind, &format!("`{written}`"), &argument)?;
                // These take two, and what they gave with the next one, and so on.
                if matches!(function, Function::Min | Function::Max) && count > 1 {
                    self.program.push(Op::Call(function));
                    self.height -= 1;
                }
                if self.peek() != &Is::Sign(",") {
                    break;
                }
                self.take();
            }
        }
        let end = self.close(&open)?;
        let span = name.start..end;
        if !takes.contains(&count) {
            let (least, most) = (takes.start(), takes.end());
            let takes = match (least, most) {
                (1, 1) => "1 argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            let what = format!("`{written}` takes {takes}");
            return Err(self
                .diagnostic(&span, what)
                .label(format!("found {count}"))
                .help(format!("`{written}({form})`: {meaning}")));
        }
        if !matches!(function, Function::Min | Function::Max) {
            self.program.push(Op::Call(function));
            self.height -= count - 1;
        }
        Ok(Value {
            kind: Kind::Number,
            span,
        })
    }

    fn needs(&self, kind: Kind, what: &str, value: &Value) -> Result<(), Diagnostic> {
        if kind == value.kind {
            return Ok(());
        }
        Err(match kind {
            Kind::Number => self
                .diagnostic(&value.span, format!("{what} needs a number here"))
                .label("this is a condition")
                .help("`if(.., 1, 0)` makes a number of it; two comparisons are joined by `and`"),
            Kind::Condition => self
                .diagnostic(&value.span, format!("{what} needs a condition here"))
                .label("this is a number")
                .help(format!("compare it, like `{} < 0.5`", N::EXAMPLE)),
        })
    }

    /// Past a closing parenthesis, whose end it returns.
    fn close(&mut self, open: &Range<usize>) -> Result<usize, Diagnostic> {
        let word = self.take();
        match word.is {
            Is::Sign(")") => Ok(word.span.end),
            Is::End => Err(self
                .diagnostic(open, "a parenthesis is not closed")
                .label("this one")
                .help("a `)`")),
            _ => Err(self.expected_an_operator(&word)),
        }
    }

    /// Nothing is left.
    fn end(&mut self) -> Result<(), Diagnostic> {
        let word = self.take();
        match word.is {
            Is::End => Ok(()),
            Is::Sign(")") => Err(self
                .diagnostic(&word.span, "a `)` too many")
                .help("remove it, or add a `(` before it")),
            _ => Err(self.expected_an_operator(&word)),
        }
    }

    fn expected_an_operator(&self, word: &Word) -> Diagnostic {
        let diagnostic = self.diagnostic(&word.span, "expected an operator");
        match word.is {
            Is::Sign("=") => diagnostic.help("`==` compares"),
            Is::Sign(",") => {
                diagnostic.help("only arguments of a function have commas between them")
            }
            _ => {
                diagnostic.help("`+ - * / ^`, `< <= > >= == !=`, `and`, `or`, or the formula's end")
            }
        }
    }

    fn load(&mut self, source: Source<N::Reading>, span: &Range<usize>) -> Result<(), Diagnostic> {
        self.program.push(Op::Load(source));
        self.height += 1;
        if self.height > STACK {
            return Err(self
                .diagnostic(span, "a formula is nested too deeply")
                .help(format!(
                    "at most {STACK} values that wait for what is behind them"
                )));
        }
        Ok(())
    }

    fn peek(&self) -> &Is {
        &self.words[self.next].is
    }

    /// The next word; the last one again and again.
    fn take(&mut self) -> Word {
        let word = self.words[self.next].clone();
        self.next = (self.next + 1).min(self.words.len() - 1);
        word
    }

    /// A diagnostic of some bytes of the text.
    pub(crate) fn diagnostic(&self, span: &Range<usize>, title: impl Into<String>) -> Diagnostic {
        let characters = |byte: usize| self.text[..byte].chars().count();
        Diagnostic::new(self.at.clone(), title).inside(characters(span.start)..characters(span.end))
    }
}

/// What can stand where a value is needed.
fn value<N: Names>() -> String {
    format!(
        "a number, a reading like `{}`, or something in parentheses",
        N::EXAMPLE
    )
}

fn is_word(parts: &[Part], word: &str) -> bool {
    matches!(parts, [only] if only.is_word(word))
}
