//! What there is to build: one row a target. A new target is a new row here and its flags in `runtime/.cargo/config.toml`.

/// A target and how its runtimes are built.
pub struct Row {
    /// Name as in compatibility keys; stubs are called by it.
    pub target: &'static str,
    /// Triple for rustc.
    pub triple: &'static str,
    /// Who compiles.
    pub toolchain: Toolchain,
    /// The executable in cargo's output folder.
    pub executable: &'static str,
    /// Debian packages beyond those of the toolchain.
    pub packages: &'static [Package],
    /// A compiler for `--fallback jit` can be built: it needs the target's libc.
    pub compiler: bool,
}

/// A compiler with a standard library for the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The one that runs this task. It has a standard library for its own system only.
    Plain,
    /// Debian's, which comes with the standard library's source. The library is built along, with these features.
    Debian { std_features: &'static str },
}

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

impl Row {
    /// Whether this is the name of the target.
    pub fn is(&self, name: &str) -> bool {
        self.target == name || self.triple == name
    }

    /// What can be built for the target.
    pub fn stubs(&self) -> impl Iterator<Item = Stub> {
        let compiler = self.compiler.then_some(Stub::Compiler);
        KINDS.iter().map(Stub::Runtime).chain(compiler)
    }

    /// The name of a stub's file.
    pub fn name_of(&self, stub: &Stub) -> String {
        let kind = match stub {
            Stub::Runtime(kind) => kind.name,
            Stub::Compiler => "compiler",
        };
        format!("{}-{kind}", self.target)
    }
}

/// A file of the stub folder.
pub enum Stub {
    /// What programs are packed into.
    Runtime(&'static Kind),
    /// What `--fallback jit` adds to them.
    Compiler,
}

/// A kind of runtime and the features of the crate that make it.
pub struct Kind {
    /// Name as in the names of stubs.
    pub name: &'static str,
    /// Cargo features.
    pub features: &'static [&'static str],
}

/// The kinds that exist for every target.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "lean",
        features: &[],
    },
    Kind {
        name: "full",
        features: &["full"],
    },
];

/// Processors without memory routines in `runtime/src/routines` take those of `compiler_builtins`.
const WITH_MEMORY_ROUTINES: Toolchain = Toolchain::Debian {
    std_features: "compiler-builtins-mem",
};

/// It links against `runtime/macos/libSystem.tbd`: no Apple SDK is needed.
const LINKER_FOR_MACOS: &[Package] = &[Package {
    name: "lld-14",
    file: "/usr/bin/ld64.lld-14",
}];

/// Every target.
pub const ROWS: &[Row] = &[
    Row {
        target: "x86_64-linux",
        triple: "x86_64-unknown-linux-gnu",
        // The same compiler as in packer/build.rs, so that the stub is the one that every packer carries.
        toolchain: Toolchain::Plain,
        executable: "nyash-runtime",
        packages: &[],
        compiler: true,
    },
    Row {
        target: "aarch64-linux",
        triple: "aarch64-unknown-linux-gnu",
        toolchain: Toolchain::Debian { std_features: "" },
        executable: "nyash-runtime",
        packages: &[],
        compiler: false,
    },
    Row {
        target: "riscv64-linux",
        triple: "riscv64gc-unknown-linux-gnu",
        toolchain: WITH_MEMORY_ROUTINES,
        executable: "nyash-runtime",
        packages: &[],
        compiler: false,
    },
    Row {
        target: "s390x-linux",
        triple: "s390x-unknown-linux-gnu",
        toolchain: WITH_MEMORY_ROUTINES,
        executable: "nyash-runtime",
        packages: &[],
        compiler: false,
    },
    Row {
        target: "x86_64-windows",
        triple: "x86_64-pc-windows-msvc",
        // Without mingw: rust-lld links for Windows as well, and functions of the system are imported by name.
        toolchain: Toolchain::Debian { std_features: "" },
        executable: "nyash-runtime.exe",
        packages: &[],
        compiler: false,
    },
    Row {
        target: "aarch64-macos",
        triple: "aarch64-apple-darwin",
        toolchain: Toolchain::Debian { std_features: "" },
        executable: "nyash-runtime",
        packages: LINKER_FOR_MACOS,
        compiler: false,
    },
    Row {
        target: "x86_64-macos",
        triple: "x86_64-apple-darwin",
        toolchain: Toolchain::Debian { std_features: "" },
        executable: "nyash-runtime",
        packages: LINKER_FOR_MACOS,
        compiler: false,
    },
];
