//! The load commands: what they are, and which of them point into `__LINKEDIT`.

use nyash_format::{Format, Target};
use object::LittleEndian as LE;
use object::macho::{self, MachHeader64};
use object::pod::from_bytes;

use super::faults::{HEADER, damaged, unusable};
use crate::error::{Error, Result};

/// A load command.
#[derive(Clone, Copy)]
pub(super) struct Command<'a> {
    /// Its number, `LC_*`.
    pub kind: u32,
    /// All of it.
    pub bytes: &'a [u8],
}

/// The header and the load commands of a file.
pub(super) struct Commands<'a> {
    pub header: &'a MachHeader64<LE>,
    list: Vec<Command<'a>>,
}

impl<'a> Commands<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (header, rest) = from_bytes::<MachHeader64<LE>>(bytes).map_err(|()| damaged("the file is cut short"))?;
        let not = |why: &str| Error::NotPacked(why.to_owned());
        if !Target::runs_on(Format::MachO, header.cputype.get(LE)) {
            return Err(not("it is an executable for another processor"));
        }
        if header.filetype.get(LE) != macho::MH_EXECUTE {
            return Err(not("it is a Mach-O file, but no executable"));
        }
        let mut rest = rest
            .get(..header.sizeofcmds.get(LE) as usize)
            .ok_or_else(|| damaged("the file is cut short: its load commands are missing"))?;
        let mut list = Vec::new();
        for _ in 0..header.ncmds.get(LE) {
            let field = |at: usize| rest.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
            let (Some(kind), Some(len)) = (field(0), field(4)) else {
                return Err(damaged("its load commands end too early"));
            };
            let len = len as usize;
            if len < 8 || !len.is_multiple_of(8) || len > rest.len() {
                return Err(damaged("a load command has an impossible length"));
            }
            let (bytes, behind) = rest.split_at(len);
            list.push(Command { kind, bytes });
            rest = behind;
        }
        Ok(Commands { header, list })
    }

    pub(super) fn list(&self) -> &[Command<'a>] {
        &self.list
    }

    /// The first command of a kind, and where it starts in the file.
    pub(super) fn find(&self, kind: u32) -> Option<(Command<'a>, usize)> {
        let mut at = HEADER;
        for command in &self.list {
            if command.kind == kind {
                return Some((*command, at));
            }
            at += command.bytes.len();
        }
        None
    }
}

/// A number of 32 bits in a load command.
///
/// # Errors
/// When the command ends before.
pub(super) fn field(command: &mut [u8], at: usize) -> Result<&mut [u8; 4]> {
    let field = command.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
    field.ok_or_else(|| damaged("a load command is cut short"))
}

/// Where a command has file offsets that point into `__LINKEDIT`.
///
/// # Errors
/// For commands that are not known, because they might point there too, and for those that cannot be carried over.
pub(super) fn linkedit_offsets(command: &Command<'_>) -> Result<&'static [usize]> {
    Ok(match command.kind {
        // Symbols and strings.
        macho::LC_SYMTAB => &[8, 16],
        // Contents, modules, references, indirect symbols, external and local relocations.
        macho::LC_DYSYMTAB => &[32, 40, 48, 56, 64, 72],
        // Rebases, binds, weak binds, lazy binds, exports.
        macho::LC_DYLD_INFO | macho::LC_DYLD_INFO_ONLY => &[8, 16, 24, 32, 40],
        macho::LC_FUNCTION_STARTS
        | macho::LC_DATA_IN_CODE
        | macho::LC_SEGMENT_SPLIT_INFO
        | macho::LC_DYLIB_CODE_SIGN_DRS
        | macho::LC_LINKER_OPTIMIZATION_HINT
        | macho::LC_DYLD_EXPORTS_TRIE
        | macho::LC_CODE_SIGNATURE => &[8],
        macho::LC_SEGMENT_64
        | macho::LC_LOAD_DYLINKER
        | macho::LC_LOAD_DYLIB
        | macho::LC_LOAD_WEAK_DYLIB
        | macho::LC_RPATH
        | macho::LC_UUID
        | macho::LC_BUILD_VERSION
        | macho::LC_VERSION_MIN_MACOSX
        | macho::LC_SOURCE_VERSION
        | macho::LC_MAIN => &[],
        // They count segments, which a payload adds to.
        macho::LC_DYLD_CHAINED_FIXUPS => {
            return Err(unusable(
                "it has chained fixups, which count its segments; link it with -no_fixup_chains",
            ));
        }
        kind => {
            return Err(unusable(format!(
                "it has a load command that nyash-pack does not know ({kind:#x})"
            )));
        }
    })
}
