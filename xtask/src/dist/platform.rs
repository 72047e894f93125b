//! What releases are made for: one row a platform.

use nyash_format::Toolchain;

use super::zig;
use crate::table::{DEBIAN_TOOLCHAIN, Package};

/// A system that the commands run on.
pub struct Platform {
    /// Name of the target, as in the names of archives.
    pub name: &'static str,
    /// Triple for rustc.
    pub triple: &'static str,
    /// Who compiles.
    pub toolchain: Toolchain,
    /// Compiler flags.
    pub flags: &'static [&'static str],
    /// What links.
    pub linker: Linker,
    /// Debian packages beyond those of the toolchain.
    pub more_packages: &'static [Package],
    /// Ending of executables.
    pub suffix: &'static str,
    /// Tag of Python wheels.
    pub wheel: &'static str,
    /// Operating system and processor in npm's words.
    pub npm: (&'static str, &'static str),
    /// Debian's name of the architecture, if there are packages for it.
    pub deb: Option<&'static str>,
}

/// What links the commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Linker {
    /// rustc's own choice.
    Usual,
    /// This program.
    Program(&'static str),
    /// Zig, which has Apple's names of functions along and signs what it links (`zig.rs`).
    Zig,
}

impl Platform {
    /// File name of a command.
    pub fn executable(&self, command: &str) -> String {
        format!("{command}{}", self.suffix)
    }

    /// Debian packages that building needs.
    pub fn packages(&self) -> Vec<Package> {
        let toolchain: &[Package] = match self.toolchain {
            Toolchain::Plain => &[],
            Toolchain::Debian { .. } => DEBIAN_TOOLCHAIN,
        };
        toolchain.iter().chain(self.more_packages).copied().collect()
    }
}

/// Has the source of the standard library, which is built along.
const DEBIAN: Toolchain = Toolchain::Debian { std_features: "" };
/// The programs need no libc of the machine: they run on every distribution, also where musl is the libc.
const STATIC: &[&str] = &["-Ctarget-feature=+crt-static"];
/// Nothing of mingw beside the program, and no time in its head.
const WINDOWS: &[&str] = &["-Ctarget-feature=+crt-static", "-Clink-arg=-Wl,--no-insert-timestamp"];
/// Names of functions are left out by the linker, as far as Zig's does it, and libraries of which nothing is used.
const MACOS: &[&str] = &["-Clink-arg=-Wl,-x", "-Clink-arg=-Wl,-dead_strip_dylibs"];
/// Every platform. The first is the one that this task runs on.
pub const PLATFORMS: &[Platform] = &[
    Platform {
        name: "x86_64-linux",
        triple: "x86_64-unknown-linux-gnu",
        toolchain: Toolchain::Plain,
        flags: STATIC,
        linker: Linker::Usual,
        more_packages: &[],
        suffix: "",
        wheel: "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
        npm: ("linux", "x64"),
        deb: Some("amd64"),
    },
    Platform {
        name: "aarch64-linux",
        triple: "aarch64-unknown-linux-gnu",
        toolchain: DEBIAN,
        flags: STATIC,
        linker: Linker::Program("aarch64-linux-gnu-gcc"),
        more_packages: &[
            Package {
                name: "gcc-aarch64-linux-gnu",
                file: "/usr/bin/aarch64-linux-gnu-gcc",
            },
            Package {
                name: "libc6-dev-arm64-cross",
                file: "/usr/aarch64-linux-gnu/lib/libc.a",
            },
        ],
        suffix: "",
        wheel: "py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        npm: ("linux", "arm64"),
        deb: Some("arm64"),
    },
    Platform {
        name: "x86_64-windows",
        triple: "x86_64-pc-windows-gnu",
        toolchain: DEBIAN,
        flags: WINDOWS,
        linker: Linker::Program("x86_64-w64-mingw32-gcc"),
        more_packages: &[Package {
            name: "gcc-mingw-w64-x86-64",
            file: "/usr/bin/x86_64-w64-mingw32-gcc",
        }],
        suffix: ".exe",
        wheel: "py3-none-win_amd64",
        npm: ("win32", "x64"),
        deb: None,
    },
    Platform {
        name: "aarch64-macos",
        triple: "aarch64-apple-darwin",
        toolchain: DEBIAN,
        flags: MACOS,
        linker: Linker::Zig,
        more_packages: zig::PACKAGES,
        suffix: "",
        wheel: "py3-none-macosx_11_0_arm64",
        npm: ("darwin", "arm64"),
        deb: None,
    },
    Platform {
        name: "x86_64-macos",
        triple: "x86_64-apple-darwin",
        toolchain: DEBIAN,
        flags: MACOS,
        linker: Linker::Zig,
        more_packages: zig::PACKAGES,
        suffix: "",
        wheel: "py3-none-macosx_11_0_x86_64",
        npm: ("darwin", "x64"),
        deb: None,
    },
];
