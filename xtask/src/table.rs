//! What there is to build of a target, by its row in `format-spec/src/target.rs`. The flags of its runtimes are in
//! `runtime/.cargo/config.toml`.

use nyash_format::{COMPILER, Format, Kind, Target, Toolchain, stub_name};

/// A Debian package and a file by which one sees that it is there.
#[derive(Clone, Copy)]
pub struct Package {
    pub name: &'static str,
    pub file: &'static str,
}

/// The packages of [`Toolchain::Debian`].
pub const DEBIAN_TOOLCHAIN: &[Package] = &[
    Package {
        name: "rustc-web",
        file: "/usr/bin/rustc",
    },
    Package {
        name: "cargo-web",
        file: "/usr/bin/cargo",
    },
    Package {
        name: "rust-web-src",
        file: "/usr/lib/rustlib/src/rust/library/core/src/lib.rs",
    },
];

/// It links against `runtime/macos/libSystem.tbd`: no Apple SDK is needed.
const LINKER_FOR_MACOS: &[Package] = &[Package {
    name: "lld-14",
    file: "/usr/bin/ld64.lld-14",
}];

/// A file of the stub folder.
#[derive(Clone, Copy)]
pub enum Stub {
    /// What programs are packed into.
    Runtime(Kind),
    /// What `--fallback jit` adds to them.
    Compiler,
}

impl Stub {
    /// The name of its file.
    pub fn name(self, target: Target) -> String {
        match self {
            Stub::Runtime(kind) => stub_name(target, kind.name()),
            Stub::Compiler => stub_name(target, COMPILER),
        }
    }
}

/// What can be built for a target.
pub fn stubs(target: Target) -> impl Iterator<Item = Stub> {
    let compiler = target.has_compiler().then_some(Stub::Compiler);
    Kind::ALL.into_iter().map(Stub::Runtime).chain(compiler)
}

/// The names of all stubs.
pub fn names() -> impl Iterator<Item = String> {
    Target::ALL
        .into_iter()
        .flat_map(|target| stubs(target).map(move |stub| stub.name(target)))
}

/// The Debian packages that building for a target needs.
pub fn packages(target: Target) -> impl Iterator<Item = &'static Package> {
    let toolchain = match target.toolchain() {
        Toolchain::Plain => &[],
        Toolchain::Debian { .. } => DEBIAN_TOOLCHAIN,
    };
    let linker = match target.format() {
        Format::MachO => LINKER_FOR_MACOS,
        Format::Elf | Format::Pe => &[],
    };
    toolchain.iter().chain(linker)
}
