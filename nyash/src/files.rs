//! Where the files are that a program names.

use crate::manifest::Manifest;
use nyash_language::front::{FileProvider, LoadError, LoadedFile, Request, Target};
use std::cell::OnceCell;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How many packages a package may lead through.
const MAX_ALIASES: usize = 16;

/// Reads files from disk. Modules are found through `hako.toml` (or `nyash.toml`) of the working directory or
/// the nearest directory above the root file.
pub struct Disk {
    root_file: PathBuf,
    project: OnceCell<Project>,
}

struct Project {
    root: PathBuf,
    manifest: Manifest,
    /// Manifests of workspace members with their directories.
    members: Vec<(PathBuf, Manifest)>,
    /// What is wrong with them.
    broken: Vec<String>,
}

/// Reads the root file; `-` is standard input.
pub fn read_root(path: &Path) -> Result<LoadedFile, String> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let limit = nyash_language::resolve::load::MAX_FILE_BYTES as u64 + 1;
        let result = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
        result.map_err(|error| format!("cannot read standard input: {error}"))?;
        return Ok(LoadedFile {
            name: "<stdin>".into(),
            identity: "<stdin>".into(),
            bytes,
        });
    }
    read(path)
}

fn read(path: &Path) -> Result<LoadedFile, String> {
    let name = path.display().to_string();
    let cannot = |error: std::io::Error| format!("cannot read '{name}': {}", reason(&error));
    let mut file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to see that a file is too large; devices have no end at all.
    let limit = nyash_language::resolve::load::MAX_FILE_BYTES as u64 + 1;
    file.by_ref().take(limit).read_to_end(&mut bytes).map_err(cannot)?;
    let identity = path
        .canonicalize()
        .map_or_else(|_| name.clone(), |path| path.display().to_string());
    Ok(LoadedFile { name, identity, bytes })
}

/// The reason without the number of the operating system.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_string(),
        _ => error.to_string(),
    }
}

impl Disk {
    pub fn new(root_file: &Path) -> Disk {
        Disk {
            root_file: root_file.to_path_buf(),
            project: OnceCell::new(),
        }
    }

    fn project(&self) -> &Project {
        self.project.get_or_init(|| Project::find(&self.root_file))
    }

    /// `include`: from the working directory, else beside the file that asks, else from the folders above it: programs name
    /// their files from the folder that they are run in.
    fn include_candidates(&self, from: &str, path: &str) -> Vec<PathBuf> {
        let folders = Path::new(from).ancestors().skip(1);
        std::iter::once(PathBuf::from(path))
            .chain(folders.map(|folder| folder.join(path)))
            .collect()
    }

    /// `using "path"`: beside the file that asks, then the project root, then its search paths.
    fn path_candidates(&self, from: &str, path: &str) -> Vec<PathBuf> {
        let project = self.project();
        let mut candidates = vec![beside(from, path), project.root.join(path)];
        let paths = project.manifest.list("using", "paths");
        candidates.extend(paths.iter().map(|directory| project.root.join(directory).join(path)));
        candidates
    }
}

fn beside(from: &str, path: &str) -> PathBuf {
    Path::new(from).parent().unwrap_or(Path::new("")).join(path)
}

/// Reads a manifest, or notes what is wrong with it.
fn manifest(path: &Path, text: &str, broken: &mut Vec<String>) -> Manifest {
    Manifest::parse(text).unwrap_or_else(|error| {
        broken.push(format!(
            "cannot read the project file '{}', line {}: {}",
            path.display(),
            error.line,
            error.message
        ));
        Manifest::default()
    })
}

impl Project {
    fn find(root_file: &Path) -> Project {
        let start = root_file.canonicalize().unwrap_or_else(|_| root_file.to_path_buf());
        let above = start.ancestors().skip(1).map(Path::to_path_buf);
        for root in std::iter::once(PathBuf::new()).chain(above) {
            for name in ["hako.toml", "nyash.toml"] {
                let path = root.join(name);
                if let Ok(text) = std::fs::read_to_string(&path) {
                    let mut broken = Vec::new();
                    let manifest = manifest(&path, &text, &mut broken);
                    return Project::new(root, manifest, broken);
                }
            }
        }
        Project {
            root: PathBuf::new(),
            manifest: Manifest::default(),
            members: Vec::new(),
            broken: Vec::new(),
        }
    }

    fn new(root: PathBuf, own: Manifest, mut broken: Vec<String>) -> Project {
        let mut members = Vec::new();
        for member in own.list("modules.workspace", "members") {
            let path = root.join(member);
            if let (Ok(text), Some(directory)) = (std::fs::read_to_string(&path), path.parent()) {
                members.push((directory.to_path_buf(), manifest(&path, &text, &mut broken)));
            }
        }
        Project {
            root,
            manifest: own,
            members,
            broken,
        }
    }

    /// Where the module called `name` may be: the explicit ones first.
    fn module_candidates(&self, name: &str) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        candidates.extend(self.manifest.text("modules", name).map(|path| self.root.join(path)));
        for (directory, member) in &self.members {
            let Some(prefix) = member.text("module", "name") else {
                continue;
            };
            let Some(rest) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            candidates.extend(member.text("exports", rest).map(|path| directory.join(path)));
        }
        candidates.extend(self.package(name));
        let mut roots: Vec<(&str, &str)> = self.manifest.texts("module_roots").collect();
        roots.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        for (prefix, directory) in roots {
            if let Some(rest) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) {
                candidates.push(
                    self.root
                        .join(directory)
                        .join(format!("{}.hako", rest.replace('.', "/"))),
                );
            }
        }
        let path = name.replace('.', "/");
        let directories = std::iter::once("").chain(self.manifest.list("using", "paths").iter().map(String::as_str));
        for directory in directories {
            for extension in ["hako", "nyash"] {
                candidates.push(self.root.join(directory).join(format!("{path}.{extension}")));
            }
        }
        candidates
    }

    /// `[using.aliases]` and `[using.<package>]` with its `path` and `main`.
    fn package(&self, name: &str) -> Option<PathBuf> {
        let mut package = name;
        for _ in 0..MAX_ALIASES {
            let table = format!("using.{package}");
            if let Some(path) = self.manifest.text(&table, "path") {
                let path = self.root.join(path);
                return Some(match self.manifest.text(&table, "main") {
                    Some(main) => path.join(main),
                    None => path,
                });
            }
            if package != name
                && let Some(path) = self.manifest.text("modules", package)
            {
                return Some(self.root.join(path));
            }
            package = self.manifest.text("using.aliases", package)?;
        }
        None
    }
}

impl FileProvider for Disk {
    fn load(&self, request: &Request<'_>) -> Result<LoadedFile, LoadError> {
        let (what, candidates) = match request.target {
            Target::Include(path) => (format!("'{path}'"), self.include_candidates(request.from, path)),
            Target::Path(path) => {
                let mut candidates = self.path_candidates(request.from, path);
                // Some programs write a module name in quotes.
                if !path.contains(['/', '\\']) && !path.ends_with(".hako") && !path.ends_with(".nyash") {
                    candidates.extend(self.project().module_candidates(path));
                }
                (format!("'{path}'"), candidates)
            }
            Target::Module(name) => {
                let mut candidates = self.project().module_candidates(name);
                for extension in ["hako", "nyash"] {
                    candidates.push(beside(request.from, &format!("{}.{extension}", name.replace('.', "/"))));
                }
                (format!("module `{name}`"), candidates)
            }
        };
        // A module of that name may be anywhere in a project that cannot be read.
        let uses_project = !matches!(request.target, Target::Include(_));
        if let Some(message) = self.project().broken.first().filter(|_| uses_project) {
            return Err(LoadError {
                message: message.clone(),
                tried: Vec::new(),
                broken: true,
            });
        }
        let mut tried = Vec::new();
        for path in &candidates {
            match path.is_file() {
                true => {
                    return read(path).map_err(|message| LoadError {
                        message,
                        tried: Vec::new(),
                        broken: false,
                    });
                }
                false => {
                    let line = format!("looked for '{}'", path.display());
                    if !tried.contains(&line) {
                        tried.push(line);
                    }
                }
            }
        }
        Err(LoadError {
            message: format!("cannot find {what}"),
            tried,
            broken: false,
        })
    }
}
