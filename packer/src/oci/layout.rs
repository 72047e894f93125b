//! The documents of an image layout: what points to what.

use std::collections::BTreeMap;

use nyash_format::{Format, Target};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::layer;
use crate::error::{Error, Result};

/// Who a program runs as unless somebody else is asked for: nobody in particular, so that clusters that refuse root take it.
pub const USER: &str = "65532:65532";
/// The tag of an image that nobody named.
const TAG: &str = "latest";
/// Images are not dated: the same programs are the same image on every day.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// An image to make.
#[derive(Debug, Clone)]
pub struct Image {
    /// File name of the program, in the root folder.
    pub program: String,
    /// User and group that it runs as, by number: `UID` or `UID:GID`.
    pub user: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// What registries and engines call the image, as `example/app:1.2`; only the tag is needed.
    pub name: Option<String>,
    /// Absolute paths of folders that are there when the program starts, empty, and belong to its user.
    pub folders: Vec<String>,
}

/// A file of the layout, by its path from the layout's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path with `/` between its parts.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Makes the files of the layout: an image of one platform for one program, an index of several for several.
///
/// # Errors
/// [`Error::Option`]: no program, a system that has no such images, a user or name that cannot be meant.
pub fn layout(image: &Image, programs: &[(Target, Vec<u8>)]) -> Result<Vec<File>> {
    let targets: Vec<Target> = programs.iter().map(|(target, _)| *target).collect();
    image.check(&targets)?;
    let mut blobs = Blobs::default();
    let mut manifests = Vec::new();
    for (target, program) in programs {
        manifests.push(manifest(image, *target, program, &mut blobs)?);
    }
    let mut entry = match manifests.len() {
        0 => return Err(refused("--target", "an image needs at least one")),
        1 => manifests.remove(0),
        // One entry with the tag, behind which engines choose their platform.
        _ => blobs.add(INDEX, json(&Index::of(manifests))),
    };
    entry
        .annotations
        .insert("org.opencontainers.image.ref.name", image.tag().to_owned());
    if let Some(name) = &image.name {
        entry.annotations.insert("io.containerd.image.name", name.clone());
    }
    let mut files = vec![
        File {
            path: "oci-layout".to_owned(),
            bytes: json(&Version {
                image_layout_version: "1.0.0",
            }),
        },
        File {
            path: "index.json".to_owned(),
            bytes: json(&Index::of(vec![entry])),
        },
    ];
    files.extend(blobs.0.into_iter().map(|(hash, bytes)| File {
        path: format!("blobs/sha256/{hash}"),
        bytes,
    }));
    Ok(files)
}

/// The image of one platform: its layer, its configuration, its manifest. Returns what points to it.
fn manifest(image: &Image, target: Target, program: &[u8], blobs: &mut Blobs) -> Result<Descriptor> {
    let platform = Platform::of(target)?;
    let (user, group) = image.ids()?;
    let layer = layer::make(&image.program, program, &image.folders, user, group).map_err(|source| Error::Io {
        action: "make a layer of",
        path: image.program.clone().into(),
        source,
    })?;
    let layer = blobs.add(LAYER, layer);
    let config = Config {
        created: CREATED,
        architecture: platform.architecture,
        os: platform.os,
        variant: platform.variant,
        config: Execution {
            user: &image.user,
            entrypoint: [format!("/{}", image.program)],
            working_dir: "/",
            labels: &image.labels,
        },
        rootfs: RootFs {
            kind: "layers",
            // Of the layer without compression, and it has none.
            diff_ids: [layer.digest.clone()],
        },
        history: [History {
            created: CREATED,
            created_by: "nyash-pack",
        }],
    };
    let config = blobs.add(CONFIG, json(&config));
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        config,
        layers: [layer],
    };
    let mut descriptor = blobs.add(MANIFEST, json(&manifest));
    descriptor.platform = Some(platform);
    Ok(descriptor)
}

impl Image {
    /// Refuses what cannot be an image, before any work is done.
    ///
    /// # Errors
    /// [`Error::Option`], as [`layout`].
    pub fn check(&self, targets: &[Target]) -> Result<()> {
        for target in targets {
            Platform::of(*target)?;
        }
        self.ids()?;
        for folder in &self.folders {
            if folder.split('/').any(|part| matches!(part, "." | "..")) {
                return Err(refused(
                    "--dir",
                    &format!("`{folder}` has . or .. in it, which an image cannot hold"),
                ));
            }
            if folder.trim_matches('/') == self.program {
                return Err(refused(
                    "--dir",
                    &format!("`{folder}` is the program's own path in the image"),
                ));
            }
        }
        if let Some(name) = &self.name {
            let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:".contains(c);
            let tag = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let (repository, rest) = split_name(name);
            let good = !repository.is_empty() && repository.chars().all(known) && rest.chars().all(tag);
            if !good || rest.is_empty() {
                return Err(refused(
                    "--oci-name",
                    &format!("`{name}` is no name of an image; expected something like example/app:1.0"),
                ));
            }
        }
        Ok(())
    }

    fn tag(&self) -> &str {
        self.name.as_deref().map_or(TAG, |name| split_name(name).1)
    }

    /// The numbers of user and group.
    fn ids(&self) -> Result<(u32, u32)> {
        let (user, group) = self.user.split_once(':').unwrap_or((&self.user, "0"));
        match (user.parse(), group.parse()) {
            (Ok(user), Ok(group)) => Ok((user, group)),
            _ => Err(refused(
                "--oci-user",
                &format!(
                    "expected UID or UID:GID in numbers, not `{}`: the image has no list of users that could tell names",
                    self.user
                ),
            )),
        }
    }
}

/// Repository and tag. A colon before a slash belongs to a port.
fn split_name(name: &str) -> (&str, &str) {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, TAG),
    }
}

fn refused(option: &'static str, message: &str) -> Error {
    Error::Option {
        option,
        message: message.to_owned(),
    }
}

/// Everything that is stored under its hash.
#[derive(Default)]
struct Blobs(BTreeMap<String, Vec<u8>>);

impl Blobs {
    fn add(&mut self, media_type: &'static str, bytes: Vec<u8>) -> Descriptor {
        let hash: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let descriptor = Descriptor {
            media_type,
            digest: format!("sha256:{hash}"),
            size: bytes.len(),
            platform: None,
            annotations: BTreeMap::new(),
        };
        self.0.insert(hash, bytes);
        descriptor
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Of our own types, none of which can fail to be written.
    serde_json::to_vec(value).unwrap_or_default()
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    image_layout_version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    media_type: &'static str,
    manifests: Vec<Descriptor>,
}

impl Index {
    fn of(manifests: Vec<Descriptor>) -> Self {
        Index {
            schema_version: 2,
            media_type: INDEX,
            manifests,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: &'static str,
    config: Descriptor,
    layers: [Descriptor; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: &'static str,
    digest: String,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

/// A system in the words of Go, which the specification uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Platform {
    architecture: &'static str,
    os: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'static str>,
}

impl Platform {
    fn of(target: Target) -> Result<Self> {
        let (architecture, variant) = match target {
            Target::X86_64Linux => ("amd64", None),
            Target::Aarch64Linux => ("arm64", Some("v8")),
            Target::Riscv64Linux => ("riscv64", None),
            Target::S390xLinux => ("s390x", None),
            other => {
                let system = if other.format() == Format::Pe {
                    "Windows"
                } else {
                    "macOS"
                };
                return Err(refused(
                    "--oci",
                    &format!("an image without a base can only be for Linux, and {other} is {system}; see --target"),
                ));
            }
        };
        Ok(Platform {
            architecture,
            os: "linux",
            variant,
        })
    }
}

#[derive(Serialize)]
struct Config<'a> {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'static str>,
    config: Execution<'a>,
    rootfs: RootFs,
    history: [History; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Execution<'a> {
    user: &'a str,
    entrypoint: [String; 1],
    working_dir: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct RootFs {
    #[serde(rename = "type")]
    kind: &'static str,
    diff_ids: [String; 1],
}

#[derive(Serialize)]
struct History {
    created: &'static str,
    created_by: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        Image {
            program: "app".to_owned(),
            user: USER.to_owned(),
            labels: BTreeMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())]),
            name: Some("example/app:1.0".to_owned()),
            folders: vec!["/data/in".to_owned()],
        }
    }

    fn parsed(files: &[File], path: &str) -> serde_json::Value {
        let file = files.iter().find(|file| file.path == path);
        serde_json::from_slice(&file.unwrap_or_else(|| panic!("no {path}")).bytes).unwrap()
    }

    fn blob(files: &[File], descriptor: &serde_json::Value) -> serde_json::Value {
        let digest = descriptor["digest"].as_str().unwrap();
        parsed(files, &format!("blobs/{}", digest.replace(':', "/")))
    }

    #[test]
    fn one_platform_is_a_manifest() {
        let files = layout(&image(), &[(Target::X86_64Linux, b"ELF".to_vec())]).unwrap();
        let entry = &parsed(&files, "index.json")["manifests"][0];
        assert_eq!(entry["annotations"]["org.opencontainers.image.ref.name"], "1.0");
        assert_eq!(entry["platform"]["architecture"], "amd64");
        let manifest = blob(&files, entry);
        let config = blob(&files, &manifest["config"]);
        assert_eq!(config["config"]["Entrypoint"][0], "/app");
        assert_eq!(config["rootfs"]["diff_ids"][0], manifest["layers"][0]["digest"]);
        assert_eq!(
            files,
            layout(&image(), &[(Target::X86_64Linux, b"ELF".to_vec())]).unwrap()
        );
    }

    #[test]
    fn several_platforms_are_an_index() {
        let both = [
            (Target::X86_64Linux, b"1".to_vec()),
            (Target::Aarch64Linux, b"2".to_vec()),
        ];
        let files = layout(&image(), &both).unwrap();
        let entry = &parsed(&files, "index.json")["manifests"][0];
        assert_eq!(entry["mediaType"], INDEX);
        let platforms = blob(&files, entry);
        let architectures: Vec<_> = (0..2)
            .map(|at| platforms["manifests"][at]["platform"]["architecture"].clone())
            .collect();
        assert_eq!(architectures, ["amd64", "arm64"]);
    }

    #[test]
    fn what_cannot_be_an_image_is_refused() {
        let said = |image: &Image, target| layout(image, &[(target, Vec::new())]).unwrap_err().to_string();
        assert!(said(&image(), Target::X86_64Windows).contains("Windows"));
        let mut named = image();
        named.user = "nobody".to_owned();
        assert!(said(&named, Target::X86_64Linux).contains("not `nobody`"));
        for bad in ["", "Upper/case", "app:", "app:a:b c"] {
            let mut named = image();
            named.name = Some(bad.to_owned());
            assert!(
                said(&named, Target::X86_64Linux).contains("no name of an image"),
                "{bad}"
            );
        }
        assert_eq!(split_name("localhost:5000/app"), ("localhost:5000/app", "latest"));
    }
}
