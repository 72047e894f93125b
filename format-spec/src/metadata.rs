//! Metadata: a sequence of tagged records behind the header.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::cpu::CpuFeatures;
use crate::error::{FormatError, Part};
use crate::invoke::Invoke;
use crate::key::Engine;
use crate::runs::ImageRuns;

const PART: Part = Part::Metadata;
const CRITICAL: u16 = 1;
const RECORD_ALIGN: usize = 8;
const RECORD_HEAD: usize = 8;

/// The meaning of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Tag {
    /// [`Engine`] settings. Exactly one.
    Engine = 1,
    /// Capability flags ([`capability`]), a u32. Exactly one.
    Capabilities = 2,
    /// A granted directory ([`Preopen`]). Any number; the lowest descriptors from 3 on that are not inherited, in this
    /// order.
    Preopen = 3,
    /// `NAME=VALUE` set in the program's environment. Any number.
    EnvSet = 4,
    /// Name of a variable passed on from the environment. Any number.
    EnvPass = 5,
    /// An argument placed before those of the command line. Any number.
    Arg = 6,
    /// What the program sees as its argument 0. At most one.
    Argv0 = 7,
    /// Largest size of all linear memories together in bytes, a u64. At most one.
    MemoryLimit = 8,
    /// Name of the module, for messages. At most one.
    Name = 9,
    /// Text of the compatibility key, for messages. At most one.
    KeyText = 10,
    /// A SHA-256: u32 [`HashOf`], 32 bytes. At most one of each.
    Sha256 = 11,
    /// Text of the module's `producers` section, `field: name version` lines. At most one.
    Producers = 12,
    /// Number of a descriptor, open when the program is started, that it may use under the same number; a u32 from 3
    /// to [`MAX_INHERIT_FD`]. Any number.
    InheritFd = 13,
    /// The CPU features that regions of level [`crate::CpuLevel::Native`] need, a u64 mask. At most one.
    CpuFeatures = 14,
    /// What the packer changed in the module before it compiled it, a line each, for people. At most one.
    Changes = 15,
    /// Where the pages of a compact image go ([`ImageRuns`]). At most one.
    ImageRuns = 16,
    /// What is called in place of `_start` ([`Invoke`]). At most one.
    Invoke = 18,
}

/// The highest descriptor that can be passed on: as many as a process may have open unless told otherwise.
pub const MAX_INHERIT_FD: u32 = 1023;

impl Tag {
    fn from_number(number: u16) -> Option<Self> {
        use Tag::*;
        [
            Engine,
            Capabilities,
            Preopen,
            EnvSet,
            EnvPass,
            Arg,
            Argv0,
            MemoryLimit,
            Name,
            KeyText,
            Sha256,
            Producers,
            InheritFd,
            CpuFeatures,
            Changes,
            ImageRuns,
            Invoke,
        ]
        .into_iter()
        .find(|tag| *tag as u16 == number)
    }

    /// A reader that does not know a critical record must refuse the program, because it would run differently.
    fn critical(self) -> bool {
        !matches!(
            self,
            Tag::Name | Tag::KeyText | Tag::Sha256 | Tag::Producers | Tag::Changes
        )
    }
}

/// Flags of the record [`Tag::Capabilities`].
pub mod capability {
    /// The whole environment is passed on.
    pub const INHERIT_ENV: u32 = 1;
    /// The whole file system is granted, with the working directory of the process, as a native program has it.
    pub const ALL_FILES: u32 = 2;
    /// The program is run for its state only: see [`crate::snapshot`].
    pub const SNAPSHOT: u32 = 4;
    /// Embedded folders have lower descriptors than granted ones.
    pub const EMBEDDED_FIRST: u32 = 8;
    /// A trap leaves a core file.
    pub const CORE_ON_TRAP: u32 = 16;
    /// A trap shows the line of the source, if that is there.
    pub const SOURCE_LINES: u32 = 32;
    /// All flags this version knows.
    pub const KNOWN: u32 = INHERIT_ENV | ALL_FILES | SNAPSHOT | EMBEDDED_FIRST | CORE_ON_TRAP | SOURCE_LINES;
}

/// What a stored SHA-256 was taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HashOf {
    /// The input given to the packer.
    Input,
    /// A compiled module region, by its place among those.
    Module(u16),
    /// What the runtime's segments hold in the packed file, with an empty slot.
    Runtime,
    /// A name table region, by its place among those.
    Names(u16),
    /// The bytecode region.
    Bytecode,
    /// The compiler region.
    Compiler,
    /// The wasm region.
    Wasm,
    /// The index of embedded files, which holds the hash of each.
    EmbedIndex,
}

impl HashOf {
    /// The low half of a subject's number says what it is, the high half which of several.
    fn from_number(number: u32) -> Option<Self> {
        let which = (number >> 16) as u16;
        Some(match (number as u16, which) {
            (1, 0) => HashOf::Input,
            (2, _) => HashOf::Module(which),
            (3, 0) => HashOf::Runtime,
            (4, _) => HashOf::Names(which),
            (5, 0) => HashOf::Bytecode,
            (6, 0) => HashOf::Compiler,
            (7, 0) => HashOf::Wasm,
            (8, 0) => HashOf::EmbedIndex,
            _ => return None,
        })
    }

    fn number(self) -> u32 {
        let (what, which) = match self {
            HashOf::Input => (1, 0),
            HashOf::Module(which) => (2, which),
            HashOf::Runtime => (3, 0),
            HashOf::Names(which) => (4, which),
            HashOf::Bytecode => (5, 0),
            HashOf::Compiler => (6, 0),
            HashOf::Wasm => (7, 0),
            HashOf::EmbedIndex => (8, 0),
        };
        what | u32::from(which) << 16
    }

    /// Name as printed by `nyash-pack inspect`.
    pub fn name(self) -> &'static str {
        match self {
            HashOf::Input => "input",
            HashOf::Module(_) => "module",
            HashOf::Runtime => "runtime",
            HashOf::Names(_) => "names",
            HashOf::Bytecode => "bytecode",
            HashOf::Compiler => "compiler",
            HashOf::Wasm => "wasm",
            HashOf::EmbedIndex => "files",
        }
    }

    /// Which of several, from 0.
    pub fn index(self) -> usize {
        match self {
            HashOf::Module(which) | HashOf::Names(which) => which.into(),
            _ => 0,
        }
    }
}

/// A directory granted to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preopen<'a> {
    /// Path on the machine that runs the program; relative to its working directory unless absolute.
    pub host: &'a [u8],
    /// Path under which the program sees it.
    pub guest: &'a [u8],
    /// Nothing below it can be changed.
    pub read_only: bool,
}

impl<'a> Preopen<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut r = Reader::new(bytes, PART);
        let flags = r.u32()?;
        let host_len = r.u32()? as usize;
        let host = r.take(host_len)?;
        let guest = &bytes[8 + host_len..];
        if flags > 1 || host.is_empty() || guest.is_empty() || host.contains(&0) {
            return Err(FormatError::Field {
                part: PART,
                field: "preopen record",
            });
        }
        Ok(Preopen {
            host,
            guest,
            read_only: flags & 1 != 0,
        })
    }
}

/// One decoded record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// See [`Tag::Engine`].
    Engine(Engine),
    /// See [`Tag::Capabilities`].
    Capabilities(u32),
    /// See [`Tag::Preopen`].
    Preopen(Preopen<'a>),
    /// See [`Tag::EnvSet`].
    EnvSet(&'a [u8]),
    /// See [`Tag::EnvPass`].
    EnvPass(&'a [u8]),
    /// See [`Tag::Arg`].
    Arg(&'a [u8]),
    /// See [`Tag::Argv0`].
    Argv0(&'a [u8]),
    /// See [`Tag::MemoryLimit`].
    MemoryLimit(u64),
    /// See [`Tag::Name`].
    Name(&'a str),
    /// See [`Tag::KeyText`].
    KeyText(&'a str),
    /// See [`Tag::Sha256`].
    Sha256(HashOf, &'a [u8; 32]),
    /// See [`Tag::Producers`].
    Producers(&'a str),
    /// See [`Tag::InheritFd`].
    InheritFd(u32),
    /// See [`Tag::CpuFeatures`].
    CpuFeatures(CpuFeatures),
    /// See [`Tag::Changes`].
    Changes(&'a str),
    /// See [`Tag::ImageRuns`].
    ImageRuns(ImageRuns<'a>),
    /// See [`Tag::Invoke`].
    Invoke(Invoke<'a>),
}

/// Iterates over the records of metadata. Unknown records that are not critical are skipped.
#[derive(Clone)]
pub struct Records<'a>(Reader<'a>);

impl<'a> Records<'a> {
    /// Records of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Records(Reader::new(bytes, PART))
    }

    fn read(&mut self) -> Result<Option<Record<'a>>, FormatError> {
        let number = self.0.u16()?;
        let flags = self.0.u16()?;
        let len = self.0.u32()? as usize;
        let value = self.0.take(len)?;
        self.0.take(padding(len))?;
        let Some(tag) = Tag::from_number(number) else {
            if flags & CRITICAL == 0 {
                return Ok(None);
            }
            return Err(FormatError::Unknown {
                part: PART,
                number: number.into(),
            });
        };
        decode(tag, value).map(Some)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.0.is_empty() {
            match self.read() {
                Ok(None) => {}
                Ok(Some(record)) => return Some(Ok(record)),
                Err(error) => {
                    self.0 = Reader::new(&[], PART);
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

fn decode(tag: Tag, value: &[u8]) -> Result<Record<'_>, FormatError> {
    let mut r = Reader::new(value, PART);
    let invalid = |field| FormatError::Field { part: PART, field };
    let no_nul = |field| {
        if value.contains(&0) {
            Err(invalid(field))
        } else {
            Ok(value)
        }
    };
    Ok(match tag {
        Tag::Engine => Record::Engine(Engine::parse(value)?),
        Tag::Capabilities => {
            let flags = r.u32()?;
            if flags & !capability::KNOWN != 0 || !r.is_empty() {
                return Err(invalid("capabilities record"));
            }
            Record::Capabilities(flags)
        }
        Tag::Preopen => Record::Preopen(Preopen::parse(value)?),
        Tag::EnvSet => {
            if value.iter().position(|b| *b == b'=').is_none_or(|at| at == 0) {
                return Err(invalid("environment record"));
            }
            Record::EnvSet(no_nul("environment record")?)
        }
        Tag::EnvPass => {
            if value.is_empty() || value.contains(&b'=') {
                return Err(invalid("environment record"));
            }
            Record::EnvPass(no_nul("environment record")?)
        }
        Tag::Arg => Record::Arg(no_nul("argument record")?),
        Tag::Argv0 => Record::Argv0(no_nul("argument record")?),
        Tag::MemoryLimit => {
            let limit = r.u64()?;
            if !r.is_empty() {
                return Err(invalid("memory limit record"));
            }
            Record::MemoryLimit(limit)
        }
        Tag::Name => Record::Name(text(value)?),
        Tag::KeyText => Record::KeyText(text(value)?),
        Tag::Sha256 => {
            let of = HashOf::from_number(r.u32()?).ok_or(invalid("hash record"))?;
            Record::Sha256(of, value[4..].try_into().map_err(|_| invalid("hash record"))?)
        }
        Tag::Producers => Record::Producers(text(value)?),
        Tag::InheritFd => {
            let fd = r.u32()?;
            if !(3..=MAX_INHERIT_FD).contains(&fd) || !r.is_empty() {
                return Err(invalid("inherited descriptor record"));
            }
            Record::InheritFd(fd)
        }
        Tag::CpuFeatures => {
            let bits = r.u64()?;
            if !r.is_empty() {
                return Err(invalid("CPU features record"));
            }
            Record::CpuFeatures(CpuFeatures::from_bits(bits))
        }
        Tag::Changes => Record::Changes(text(value)?),
        Tag::ImageRuns => Record::ImageRuns(ImageRuns::parse(value)?),
        Tag::Invoke => Record::Invoke(Invoke::parse(value)?),
    })
}

fn text(value: &[u8]) -> Result<&str, FormatError> {
    core::str::from_utf8(value).map_err(|_| FormatError::Field {
        part: PART,
        field: "text record",
    })
}

fn padding(len: usize) -> usize {
    len.wrapping_neg() & (RECORD_ALIGN - 1)
}

/// What the program may reach, and what it is started with. The lists are in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities<'a> {
    /// [`capability`] flags.
    pub flags: u32,
    /// Granted directories.
    pub preopens: Vec<Preopen<'a>>,
    /// `NAME=VALUE` entries set.
    pub env_set: Vec<&'a [u8]>,
    /// Names passed on.
    pub env_pass: Vec<&'a [u8]>,
    /// Arguments before those of the command line.
    pub args: Vec<&'a [u8]>,
    /// Argument 0 as the program sees it, unless the real one.
    pub argv0: Option<&'a [u8]>,
    /// Largest size of all linear memories together, in bytes.
    pub memory_limit: Option<u64>,
    /// Inherited descriptors that the program may use.
    pub inherit_fds: Vec<u32>,
}

/// All records, decoded.
#[derive(Debug, Clone)]
pub struct Metadata<'a> {
    /// Engine settings.
    pub engine: Engine,
    /// Capabilities.
    pub capabilities: Capabilities<'a>,
    /// Module name.
    pub name: Option<&'a str>,
    /// Text of the compatibility key.
    pub key_text: Option<&'a str>,
    /// Stored hashes.
    pub hashes: Vec<(HashOf, &'a [u8; 32])>,
    /// Text of the producers section.
    pub producers: Option<&'a str>,
    /// The features that CPU level `native` stands for; empty unless a region has it.
    pub native_features: CpuFeatures,
    /// What the packer changed in the module before it compiled it, a line each.
    pub changes: Option<&'a str>,
    /// Where the pages of the image go, if it is compact.
    pub image_runs: ImageRuns<'a>,
    /// What is called, unless `_start`.
    pub invoke: Option<Invoke<'a>>,
}

impl<'a> Metadata<'a> {
    /// Decodes metadata.
    ///
    /// # Errors
    /// For damaged or unknown critical records, for a record that may stand once and stands twice, and when the engine
    /// or capabilities record is missing.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut engine = None;
        let mut flags = None;
        let mut c = Capabilities::default();
        let mut name = None;
        let mut key_text = None;
        let mut hashes = Vec::new();
        let mut producers = None;
        let mut native = None;
        let mut changes = None;
        let mut runs = None;
        let mut invoke = None;
        for record in Records::new(bytes) {
            match record? {
                Record::Engine(value) => once(&mut engine, value)?,
                Record::Capabilities(value) => once(&mut flags, value)?,
                Record::Preopen(value) => c.preopens.push(value),
                Record::EnvSet(value) => c.env_set.push(value),
                Record::EnvPass(value) => c.env_pass.push(value),
                Record::Arg(value) => c.args.push(value),
                Record::Argv0(value) => once(&mut c.argv0, value)?,
                Record::MemoryLimit(value) => once(&mut c.memory_limit, value)?,
                Record::Name(value) => once(&mut name, value)?,
                Record::KeyText(value) => once(&mut key_text, value)?,
                Record::Sha256(of, value) => {
                    if hashes.iter().any(|(other, _)| *other == of) {
                        return Err(TWICE);
                    }
                    hashes.push((of, value));
                }
                Record::Producers(value) => once(&mut producers, value)?,
                Record::InheritFd(value) => c.inherit_fds.push(value),
                Record::CpuFeatures(value) => once(&mut native, value)?,
                Record::Changes(value) => once(&mut changes, value)?,
                Record::ImageRuns(value) => once(&mut runs, value)?,
                Record::Invoke(value) => once(&mut invoke, value)?,
            }
        }
        let missing = |field| FormatError::Field { part: PART, field };
        c.flags = flags.ok_or(missing("missing capabilities record"))?;
        let engine = engine.ok_or(missing("missing engine record"))?;
        Ok(Metadata {
            engine,
            capabilities: c,
            name,
            key_text,
            hashes,
            producers,
            native_features: native.unwrap_or_default(),
            changes,
            image_runs: runs.unwrap_or_default(),
            invoke,
        })
    }
}

const TWICE: FormatError = FormatError::Field {
    part: PART,
    field: "record that stands twice",
};

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), FormatError> {
    if place.replace(value).is_some() {
        Err(TWICE)
    } else {
        Ok(())
    }
}

/// Writes metadata records.
#[derive(Debug, Default)]
pub struct MetadataWriter {
    bytes: Vec<u8>,
}

impl MetadataWriter {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a record.
    ///
    /// # Errors
    /// [`FormatError::TooLarge`] for a value longer than its length field can say, and whatever a reader would refuse.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), FormatError> {
        match record {
            Record::Engine(engine) => self.raw(Tag::Engine, &engine.to_bytes()),
            Record::Capabilities(flags) => self.raw(Tag::Capabilities, &flags.to_le_bytes()),
            Record::Preopen(p) => {
                let mut value = Vec::with_capacity(8 + p.host.len() + p.guest.len());
                value.extend_from_slice(&u32::from(p.read_only).to_le_bytes());
                let len = u32::try_from(p.host.len()).map_err(|_| FormatError::TooLarge("a path"))?;
                value.extend_from_slice(&len.to_le_bytes());
                value.extend_from_slice(p.host);
                value.extend_from_slice(p.guest);
                self.raw(Tag::Preopen, &value)
            }
            Record::EnvSet(value) => self.raw(Tag::EnvSet, value),
            Record::EnvPass(value) => self.raw(Tag::EnvPass, value),
            Record::Arg(value) => self.raw(Tag::Arg, value),
            Record::Argv0(value) => self.raw(Tag::Argv0, value),
            Record::MemoryLimit(limit) => self.raw(Tag::MemoryLimit, &limit.to_le_bytes()),
            Record::Name(value) => self.raw(Tag::Name, value.as_bytes()),
            Record::KeyText(value) => self.raw(Tag::KeyText, value.as_bytes()),
            Record::Sha256(of, hash) => {
                let mut value = Vec::with_capacity(36);
                value.extend_from_slice(&of.number().to_le_bytes());
                value.extend_from_slice(hash);
                self.raw(Tag::Sha256, &value)
            }
            Record::Producers(value) => self.raw(Tag::Producers, value.as_bytes()),
            Record::InheritFd(fd) => self.raw(Tag::InheritFd, &fd.to_le_bytes()),
            Record::CpuFeatures(features) => self.raw(Tag::CpuFeatures, &features.bits().to_le_bytes()),
            Record::Changes(value) => self.raw(Tag::Changes, value.as_bytes()),
            Record::ImageRuns(runs) => self.raw(Tag::ImageRuns, runs.as_bytes()),
            Record::Invoke(invoke) => self.raw(Tag::Invoke, &invoke.to_bytes()),
        }
    }

    fn raw(&mut self, tag: Tag, value: &[u8]) -> Result<(), FormatError> {
        decode(tag, value)?;
        let len = u32::try_from(value.len()).map_err(|_| FormatError::TooLarge("a metadata record"))?;
        let flags = if tag.critical() { CRITICAL } else { 0 };
        self.bytes.reserve(RECORD_HEAD + value.len() + RECORD_ALIGN);
        self.bytes.extend_from_slice(&(tag as u16).to_le_bytes());
        self.bytes.extend_from_slice(&flags.to_le_bytes());
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(value);
        self.bytes.extend(core::iter::repeat_n(0, padding(value.len())));
        Ok(())
    }

    /// The records written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
