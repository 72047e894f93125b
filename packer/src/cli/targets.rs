//! `nyash-pack targets`: what programs can be packed for, and where the runtimes are.

use std::io::Write;

use nyash_pack::Target;
use nyash_pack::stub::{self, Folders, Kind, Place};
use serde::Serialize;

use super::args::TargetsArgs;

/// A target as it is shown. The field names are those of the JSON.
#[derive(Debug, Serialize)]
struct Row {
    target: &'static str,
    triple: &'static str,
    names: &'static [&'static str],
    host: bool,
    stubs: Vec<Stub>,
    #[serde(skip)]
    has_compiler: bool,
}

#[derive(Debug, Serialize)]
struct Stub {
    kind: &'static str,
    /// `embedded`, or the folder.
    place: String,
    size: usize,
}

impl Row {
    /// How many stubs there can be.
    fn possible(&self) -> usize {
        Kind::ALL.len() + usize::from(self.has_compiler)
    }
}

/// Lists the targets.
pub fn run(args: &TargetsArgs) -> anyhow::Result<()> {
    let folders = Folders::usual(&args.stub_dir);
    let mut rows = Vec::new();
    for target in Target::ALL {
        let mut stubs = Vec::new();
        let runtimes = Kind::ALL.map(|kind| (kind.name(), stub::find(target, kind, &folders)));
        let compiler = (stub::COMPILER, stub::find_compiler(target, &folders));
        for (kind, found) in runtimes.into_iter().chain([compiler]) {
            match found {
                Ok((bytes, place)) => stubs.push(Stub {
                    kind,
                    place: match place {
                        Place::Embedded => "embedded".to_owned(),
                        Place::Folder(folder) => folder.display().to_string(),
                    },
                    size: bytes.len(),
                }),
                Err(nyash_pack::Error::StubMissing { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        rows.push(Row {
            target: target.name(),
            triple: target.triple(),
            names: target.aliases(),
            host: Target::host() == Some(target),
            stubs,
            has_compiler: target.has_compiler(),
        });
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &rows)?;
        writeln!(out)?;
    } else {
        out.write_all(text(&rows).as_bytes())?;
    }
    Ok(out.flush()?)
}

fn text(rows: &[Row]) -> String {
    let mut out = String::from("target           runtimes present                   other names\n");
    for row in rows {
        let kinds: Vec<&str> = row.stubs.iter().map(|stub| stub.kind).collect();
        let kinds = if kinds.is_empty() {
            "none".to_owned()
        } else {
            kinds.join(", ")
        };
        let mut names = vec![row.triple];
        names.extend(row.names);
        let host = if row.host { " (this machine)" } else { "" };
        out += &format!("{:16} {:34} {}{host}\n", row.target, kinds, names.join(", "));
    }
    if rows.iter().any(|row| row.stubs.len() < row.possible()) {
        out += "\nWhat is missing comes from a stub folder: `cargo xtask stubs` in a checkout of nyash-pack builds all of it,\n\
                the compiler for --fallback jit too; then use --stub-dir DIR, the variable NYASH_PACK_STUBS, or a folder `stubs` beside this program.\n\
                A nyash-pack that is built with the variable NYASH_STUBS=DIR carries them inside.\n";
    }
    out
}
