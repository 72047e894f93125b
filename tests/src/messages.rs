//! What messages recommend: the options that they name.

use crate::tree::files;

/// An option in a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The file of the message.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// With its hyphens: `--check`.
    pub option: String,
}

/// The options that strings of Rust code and Markdown in these folders name; comments do not count.
pub fn options(folders: &[&str]) -> Vec<Named> {
    let mut out = Vec::new();
    for file in folders.iter().flat_map(|folder| files(folder)) {
        if !file.name.ends_with(".rs") && !file.name.ends_with(".md") {
            continue;
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            // Help texts of options are comments, and clap checks none of them.
            let comment = text.trim_start().starts_with("//") && !text.trim_start().starts_with("///");
            if !comment {
                out.extend(in_line(text).map(|option| Named {
                    file: file.name.clone(),
                    line,
                    option: option.to_owned(),
                }));
            }
        }
    }
    out
}

/// The options that a line names.
fn in_line(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("--").filter_map(|(at, _)| {
        let before = line[..at].chars().next_back().unwrap_or(' ');
        let rest = &line[at + 2..];
        let length = rest
            .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
            .unwrap_or(rest.len());
        let starts = !before.is_alphanumeric() && before != '-' && rest.starts_with(|c: char| c.is_ascii_lowercase());
        starts.then(|| &line[at..at + 2 + length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_where_words_end() {
        let found: Vec<&str> = in_line("use `--deny-warnings`, --cpu=v3 or ---x; a--b").collect();
        assert_eq!(found, ["--deny-warnings", "--cpu"]);
    }
}
