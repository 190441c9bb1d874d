//! What holds what: the links of a robot as a tree.

use super::WORLD;
use crate::model::{check::index_of, file};
use crate::ron_tree::{Diagnostic, Path};

/// The one joint that holds a link, and the link on the other side of it, as indices of the file.
pub(super) struct Attachment {
    pub(super) joint: usize,
    pub(super) parent: Option<usize>,
}

pub(super) fn attachments(
    written: &file::Robot,
    links_at: &Path,
    joints_at: &Path,
) -> Result<Vec<Attachment>, Diagnostic> {
    let names = || written.links.iter().map(|link| link.name.as_str());
    let mut found: Vec<Option<Attachment>> = names().map(|_| None).collect();
    for (i, joint) in written.joints.iter().enumerate() {
        let at = joints_at.nth(i);
        if joint.child == WORLD {
            return Err(Diagnostic::new(
                at.field("child"),
                format!("a joint cannot move the {WORLD}"),
            )
            .help(format!("`parent: \"{WORLD}\"` and a link as the child")));
        }
        let child = index_of("link", &joint.child, names(), at.field("child"))?;
        let parent = if joint.parent == WORLD {
            None
        } else {
            let known = names().chain([WORLD]);
            Some(index_of("link", &joint.parent, known, at.field("parent"))?)
        };
        if let Some(other) = &found[child] {
            let (link, other) = (&joint.child, &written.joints[other.joint].name);
            return Err(Diagnostic::new(
                at.field("child"),
                format!("two joints move the link `{link}`"),
            )
            .label(format!("the joint `{other}` moves it already"))
            .help("a link hangs on one joint; for two axes put a light link between"));
        }
        found[child] = Some(Attachment { joint: i, parent });
    }
    let attach = |(i, attachment): (usize, Option<Attachment>)| {
        attachment.ok_or_else(|| {
            let link = &written.links[i].name;
            Diagnostic::new(
                links_at.nth(i).field("name"),
                format!("nothing holds the link `{link}`"),
            )
            .label("no joint has it as its child")
            .help(format!(
                "a joint with `child: {link:?}`; one of kind Fixed holds it still"
            ))
        })
    };
    found.into_iter().enumerate().map(attach).collect()
}

/// The indices of the links, a parent before its children and otherwise as in the file.
pub(super) fn topological(
    attachments: &[Attachment],
    joints_at: &Path,
) -> Result<Vec<usize>, Diagnostic> {
    let mut placed = vec![false; attachments.len()];
    let mut order = Vec::with_capacity(attachments.len());
    loop {
        let ready = (0..attachments.len())
            .find(|&i| !placed[i] && attachments[i].parent.is_none_or(|parent| placed[parent]));
        match ready {
            Some(link) => {
                placed[link] = true;
                order.push(link);
            }
            None => break,
        }
    }
    let Some(first_left) = placed.iter().position(|placed| !placed) else {
        return Ok(order);
    };
    // Every link left has a parent that is left, so going up as often as there are links ends in the circle itself.
    let up = |link: usize| attachments[link].parent.unwrap_or(link);
    let in_circle = (0..attachments.len()).fold(first_left, |link, _| up(link));
    let joint = attachments[in_circle].joint;
    Err(Diagnostic::new(
        joints_at.nth(joint).field("parent"),
        "joints go round in a circle",
    )
    .label("comes back to this joint's own child")
    .help(format!("following the parents must lead to `{WORLD}`")))
}
