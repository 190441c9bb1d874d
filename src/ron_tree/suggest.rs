//! Names that could have been meant.

/// Lines of help: the nearest known name, if one is near, and all of them.
pub(crate) fn suggest<S: AsRef<str>>(what: &str, found: &str, known: &[S]) -> Vec<String> {
    let mut help = Vec::new();
    help.extend(nearest(found, known).map(|name| format!("did you mean `{name}`?")));
    let names: Vec<String> = known
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    help.push(match names.len() {
        0 => format!("there are no {what} here"),
        1..=40 => format!("{what}: {}", names.join(", ")),
        more => format!("{what}: {}, and {} more", names[..40].join(", "), more - 40),
    });
    help
}

/// The known name that is most like what was written, if any is at least half like it.
fn nearest<'a, S: AsRef<str>>(found: &str, known: &'a [S]) -> Option<&'a str> {
    let likeness = |name: &str| {
        strsim::normalized_damerau_levenshtein(&found.to_lowercase(), &name.to_lowercase())
    };
    let near = known
        .iter()
        .map(|name| (likeness(name.as_ref()), name.as_ref()));
    near.filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
