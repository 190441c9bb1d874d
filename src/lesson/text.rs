//! Numbers and tables as text.

/// A table as text: right-aligned columns below their headings.
pub(super) fn table<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let heads = heads.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(heads).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max();
    let widths: Vec<usize> = (0..COLUMNS).filter_map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, &width)| format!("{cell:>width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// A number with at most four decimals, without trailing zeros.
pub(super) fn short(x: f32) -> String {
    let rounded = (f64::from(x) * 1e4).round() / 1e4;
    // Adding 0 turns -0 into 0.
    format!("{}", rounded + 0.0)
}

/// Numbers as `(0.5, -0.5)`.
pub(super) fn vector(numbers: &[f32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|&x| short(x)).collect();
    format!("({})", numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_trailing_zeros() {
        assert_eq!(
            vector(&[0.1, -0.5, 0.549_834, -0.000_01]),
            "(0.1, -0.5, 0.5498, 0)"
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1", "0.5"], ["100", "2"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["step", "pi"], rows),
            "step   pi\n   1  0.5\n 100    2\n"
        );
    }
}
