//! Pages in Markdown: their lines, links and headings.

/// The numbered lines of a page that are in no fence.
pub fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let outside = |(_, line): &(usize, &str)| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    };
    (1..).zip(page.lines()).filter(outside).collect()
}

/// The targets of the links in a line that lead to files or headings.
pub fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link)
        .filter(|link| !link.contains("://"))
}

/// What stands between backquotes in a line.
pub fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The name by which a link leads to a heading.
pub fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .replace(' ', "-")
        .replace(|c: char| !c.is_alphanumeric() && c != '-' && c != '_', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_left_out() {
        assert_eq!(prose("a\n```sh\nb\n```\nc\n"), [(1, "a"), (5, "c")]);
    }

    #[test]
    fn links_and_code_are_found() {
        let line = "see [this](docs/a.md#b), `x/y.rs` and [that](https://example.com)";
        assert_eq!(links(line).collect::<Vec<_>>(), ["docs/a.md#b"]);
        assert_eq!(code_spans(line).collect::<Vec<_>>(), ["x/y.rs"]);
    }

    #[test]
    fn headings_become_anchors() {
        assert_eq!(anchor("## Two runtimes, one `contract`"), "two-runtimes-one-contract");
    }
}
