//! The list of everything that is linked in, in the form of CycloneDX 1.5.

use anyhow::Result;
use serde_json::{Value, json};

use super::crates::Crate;
use super::{COMMANDS, VERSION};

/// The list. It has neither date nor serial number: the same release has the same list.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json(crates: &[Crate]) -> Result<String> {
    let component = |found: &Crate| {
        let url = format!("pkg:cargo/{}@{}", found.name, found.version);
        let mut component = json!({
            "type": "library",
            "bom-ref": url,
            "name": found.name,
            "version": found.version,
            "purl": url,
            "licenses": [{ "expression": found.licence }],
        });
        if let Some(checksum) = &found.checksum {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        if let Some(repository) = &found.repository {
            component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
        }
        component
    };
    let commands: Vec<Value> = COMMANDS
        .iter()
        .map(|(name, description)| {
            json!({ "type": "application", "bom-ref": name, "name": name, "version": VERSION, "description": description })
        })
        .collect();
    let own: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": "release", "name": own.join(" and "), "version": VERSION, "components": commands,
        } },
        "components": crates.iter().map(component).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
