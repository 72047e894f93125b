//! What releases are made for: one row a platform.

use nyash_format::Toolchain;

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
    /// What links, if not rustc's own choice.
    pub linker: Option<&'static str>,
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

/// The programs need no libc of the machine: they run on every distribution, also where musl is the libc.
const STATIC: &[&str] = &["-Ctarget-feature=+crt-static"];
/// Every platform. The first is the one that this task runs on.
pub const PLATFORMS: &[Platform] = &[Platform {
    name: "x86_64-linux",
    triple: "x86_64-unknown-linux-gnu",
    toolchain: Toolchain::Plain,
    flags: STATIC,
    linker: None,
    more_packages: &[],
    suffix: "",
    wheel: "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    npm: ("linux", "x64"),
    deb: Some("amd64"),
}];
