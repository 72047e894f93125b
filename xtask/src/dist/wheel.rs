//! Python wheels that install a command: no Python in them. By the specification "Binary distribution format" of PyPA.

use std::path::Path;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::tree::Tree;
use super::{Native, VERSION, archive, put};

/// Writes the wheel of a command.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &Path, native: &Native<'_>) -> Result<()> {
    let Native {
        platform,
        name,
        description,
        shared,
        ..
    } = native;
    let normal = name.replace('-', "_");
    let information = format!("{normal}-{VERSION}.dist-info");
    let mut tree = Tree::default();
    let script = format!("{normal}-{VERSION}.data/scripts/{}", platform.executable(name));
    tree.add(script, 0o755, native.bytes.to_vec());
    let metadata = format!(
        "Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\nSummary: {description}\nLicense: MIT\n\
         Requires-Python: >=3.7\nDescription-Content-Type: text/plain\n\n\
         This installs the command `{name}`, a native program. `{name} --help` tells what it does.\n"
    );
    tree.add(format!("{information}/METADATA"), 0o644, metadata.into_bytes());
    // One line for each tag of the file's name, which joins them by dots.
    let tags: String = expanded(platform.wheel)
        .iter()
        .map(|tag| format!("Tag: {tag}\n"))
        .collect();
    let about = format!("Wheel-Version: 1.0\nGenerator: nyash xtask dist\nRoot-Is-Purelib: false\n{tags}");
    tree.add(format!("{information}/WHEEL"), 0o644, about.into_bytes());
    let licences = shared.licences.clone().into_bytes();
    tree.add(
        format!("{information}/licenses/THIRD-PARTY-LICENSES.txt"),
        0o644,
        licences,
    );
    tree.add(
        format!("{information}/sboms/nyash.cdx.json"),
        0o644,
        shared.sbom.clone().into_bytes(),
    );
    let record = format!("{information}/RECORD");
    let mut lines: String = tree
        .0
        .iter()
        .map(|(path, file)| {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&file.bytes));
            format!("{path},sha256={hash},{}\n", file.bytes.len())
        })
        .collect();
    lines.push_str(&format!("{record},,\n"));
    tree.add(record, 0o644, lines.into_bytes());
    put(
        out,
        &format!("{normal}-{VERSION}-{}.whl", platform.wheel),
        &archive::zip(&tree)?,
    )
}

/// `py3-none-a.b` as `py3-none-a` and `py3-none-b`.
fn expanded(tag: &str) -> Vec<String> {
    match tag.rsplit_once('-') {
        Some((start, platforms)) => platforms
            .split('.')
            .map(|platform| format!("{start}-{platform}"))
            .collect(),
        None => vec![tag.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        assert_eq!(expanded("py3-none-a.b"), ["py3-none-a", "py3-none-b"]);
        assert_eq!(expanded("py3-none-win_amd64"), ["py3-none-win_amd64"]);
    }
}
