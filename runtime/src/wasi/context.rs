//! What host calls work on: the data of the store.

use alloc::ffi::CString;
#[cfg(all(feature = "full", target_os = "linux"))]
use alloc::vec::Vec;
use nyash_format::{Capabilities, capability};
use wasmtime::Memory;

use super::abi::Errno;
use super::call::Result;
use super::descriptors::{Descriptor, Directory, File, Origin, Table, recogniser};
use super::embedded::{Embedded, EmbeddedDirectory, Place, Start};
use super::memory::{Guest, Ptr};
use super::paths::{Base, Scope, names_root, names_working_directory};
use super::system::{self, Fd, FdRef, Listing, OpenFlags};
use super::time::Clocks;
use crate::platform::start::Arguments;

/// What the program may reach, what it was started with, and what it has open: the data of the store.
pub struct Ctx {
    pub(super) capabilities: Capabilities<'static>,
    pub(super) arguments: Arguments,
    /// Files that the executable carries.
    pub(super) embedded: Option<Embedded>,
    pub(super) memory: Option<Memory>,
    pub(super) table: Table,
    pub(super) clocks: Clocks,
    /// Of a program that has the whole file system: the command line names the root, and not the working directory.
    root_is_named: bool,
    /// The functions that were called, of a program that is run for its state.
    #[cfg(all(feature = "full", target_os = "linux"))]
    called: Option<Vec<&'static str>>,
    /// Where the snapshot goes that is taken when standard input is first read, and of what.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub(super) stop: Option<(wasmtime::Instance, rustix::fd::OwnedFd)>,
}

// SAFETY: the arguments are strings that nobody changes and that live as long as the process. `Store` asks for this
// although there is one thread only.
unsafe impl Send for Ctx {}

impl Ctx {
    /// The state of a program that has not run yet. Makes no system call.
    pub fn new(capabilities: Capabilities<'static>, embedded: Option<Embedded>, arguments: Arguments) -> Ctx {
        Ctx {
            #[cfg(all(feature = "full", target_os = "linux"))]
            called: (capabilities.flags & nyash_format::capability::SNAPSHOT != 0).then(Vec::new),
            #[cfg(all(feature = "full", target_os = "linux"))]
            stop: None,
            capabilities,
            arguments,
            embedded,
            memory: None,
            table: Table::new(),
            clocks: Clocks::new(arguments),
            root_is_named: false,
        }
    }

    /// The functions that a program has called that is run for its state.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub fn called(&self) -> &[&'static str] {
        self.called.as_deref().unwrap_or_default()
    }

    /// Takes a snapshot of the instance, instead of reading it, when the program first reads standard input.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub fn stop_at_input(&mut self, instance: wasmtime::Instance, out: rustix::fd::OwnedFd) {
        self.stop = Some((instance, out));
    }

    /// Notes the call of a function.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub(super) fn note(&mut self, function: &'static str) {
        if let Some(called) = &mut self.called
            && !called.contains(&function)
        {
            called.push(function);
        }
    }

    /// In words, the descriptors that are not what they were at the start.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub fn changed_descriptors(&self) -> Vec<alloc::string::String> {
        self.table.changes(&self.capabilities, self.embedded)
    }

    /// Tells which memory the pointers of host calls point into.
    pub fn set_memory(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }
}

impl Ctx {
    /// Makes sure that the table holds what the program starts with.
    pub(super) fn fill_table(&mut self) -> Result {
        if self.table.entries.is_empty() {
            self.table.fill(&self.capabilities, self.embedded)?;
            if self.capabilities.flags & capability::ALL_FILES != 0 {
                self.root_is_named = self.words().any(names_root) && !self.words().any(names_working_directory);
            }
        }
        Ok(())
    }

    /// What a number stands for.
    pub(super) fn descriptor(&mut self, number: u32) -> Result<&mut Descriptor> {
        self.fill_table()?;
        let entry = self.table.entries.get_mut(number as usize);
        let entry = entry.ok_or(Errno::BadDescriptor)?;
        if let Some(Descriptor::Inherited(fd)) = entry {
            let recognise = recogniser(fd)?;
            if let Some(Descriptor::Inherited(fd)) = entry.take() {
                *entry = Some(recognise(fd));
            }
        }
        Ok(entry.as_mut().ok_or(Errno::BadDescriptor)?)
    }

    /// What a number stands for, which [`descriptor`](Self::descriptor) or the like has been asked for before.
    pub(super) fn known(&self, number: u32) -> Result<&Descriptor> {
        let entry = self.table.entries.get(number as usize);
        Ok(entry.and_then(Option::as_ref).ok_or(Errno::BadDescriptor)?)
    }

    /// A standard stream that is being written to before anything else has happened, which is all that many programs
    /// do.
    pub(super) fn untouched_output(&self, number: u32) -> Option<FdRef<'static>> {
        let untouched = self.table.entries.is_empty() && matches!(number, 1 | 2);
        untouched.then(|| system::standard_stream(number))
    }

    /// An open file.
    pub(super) fn file(&mut self, number: u32) -> Result<&File> {
        match self.descriptor(number)? {
            Descriptor::File(file) => Ok(file),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// Makes sure that a number is a directory and open.
    pub(super) fn open_directory(&mut self, number: u32) -> Result {
        let Descriptor::Directory(directory) = self.descriptor(number)? else {
            return Err(Errno::BadDescriptor.into());
        };
        let (Origin::Granted(index), None) = (directory.origin, &directory.fd) else {
            return Ok(());
        };
        let preopen = &self.capabilities.preopens[index as usize];
        let path = CString::new(preopen.host).map_err(|_| Errno::Invalid)?;
        let fd = self.adopt(system::open_granted(&path)?)?;
        if let Descriptor::Directory(directory) = self.descriptor(number)? {
            directory.fd = Some(fd);
        }
        Ok(())
    }

    /// The embedded folder that a number stands for, if it is one, with all of them.
    #[inline(never)]
    pub(super) fn embedded_directory(&mut self, number: u32) -> Result<Option<(Embedded, EmbeddedDirectory)>> {
        let Some(files) = self.embedded else {
            return Ok(None);
        };
        match self.descriptor(number)? {
            Descriptor::EmbeddedDirectory(directory) => Ok(Some((files, *directory))),
            _ => Ok(None),
        }
    }

    /// A path of the program among embedded files, if it leads there.
    // Called from a dozen places, for what most programs have not got.
    #[inline(never)]
    pub(super) fn embedded_place<'g>(
        &mut self,
        number: u32,
        guest: &'g Guest<'_>,
        path: (Ptr, u32),
    ) -> Result<Option<Place<'g>>> {
        let Some(files) = self.embedded else {
            return Ok(None);
        };
        match self.descriptor(number)? {
            Descriptor::EmbeddedDirectory(directory) => files.place(*directory, guest, path).map(Some),
            Descriptor::Directory(directory) if directory.scope == Scope::Everything => {
                let start = match directory.origin {
                    Origin::Root => Start::Root,
                    Origin::WorkingDirectory => Start::WorkingDirectory,
                    Origin::Either | Origin::Granted(_) | Origin::Opened => Start::Elsewhere,
                };
                files.place_in_all(start, guest, path)
            }
            _ => Ok(None),
        }
    }

    /// A directory that [`open_directory`](Self::open_directory) has opened.
    pub(super) fn directory(&self, number: u32) -> Result<&Directory> {
        match self.known(number)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// Where the paths of a directory start, which [`open_directory`](Self::open_directory) has opened.
    pub(super) fn base(&self, number: u32) -> Result<Base<'_>> {
        Ok(self.directory(number)?.base(self.root_is_named))
    }

    /// The directory itself, for its attributes: even a directory of the whole file system has to be open for that.
    pub(super) fn directory_itself(&mut self, number: u32) -> Result<FdRef<'_>> {
        self.open_directory(number)?;
        let directory = self.directory(number)?;
        if directory.fd.is_none() {
            let path = if directory.origin == Origin::Root { c"/" } else { c"." };
            let fd = self.adopt(system::open_granted(path)?)?;
            if let Descriptor::Directory(directory) = self.descriptor(number)? {
                directory.fd = Some(fd);
            }
        }
        let fd = self.directory(number)?.fd.as_ref().ok_or(Errno::BadDescriptor)?;
        Ok(system::borrow(fd))
    }

    /// The directory, open for reading its names.
    pub(super) fn directory_list(&mut self, number: u32) -> Result<FdRef<'_>> {
        self.directory_itself(number)?;
        let directory = self.directory(number)?;
        if let (false, None, Some(itself)) = (directory.readable, &directory.list, &directory.fd) {
            let flags = OpenFlags::RDONLY | OpenFlags::DIRECTORY;
            let list = system::open(system::borrow(itself), c".", flags)?;
            let list = self.adopt(list)?;
            if let Descriptor::Directory(directory) = self.descriptor(number)? {
                directory.list = Some(list);
            }
        }
        let directory = self.directory(number)?;
        let fd = directory.list.as_ref().or(directory.fd.as_ref());
        Ok(system::borrow(fd.ok_or(Errno::BadDescriptor)?))
    }

    fn open_directory_mut(&mut self, number: u32) -> Result<&mut Directory> {
        match self.descriptor(number)? {
            Descriptor::Directory(directory) => Ok(directory),
            _ => Err(Errno::BadDescriptor.into()),
        }
    }

    /// Takes the listing of a directory, to be put back.
    pub(super) fn take_listing(&mut self, number: u32) -> Result<Listing> {
        let listing = &mut self.open_directory_mut(number)?.listing;
        Ok(core::mem::replace(listing, Listing::new()))
    }

    /// Puts a listing back.
    pub(super) fn put_listing(&mut self, number: u32, listing: Listing) -> Result {
        self.open_directory_mut(number)?.listing = listing;
        Ok(())
    }

    /// Makes a new descriptor safe to keep: numbers below were not the kernel's to hand out.
    pub(super) fn adopt(&mut self, fd: Fd) -> Result<Fd> {
        system::at_least(fd, self.table.least)
    }

    /// Gives a descriptor a number.
    pub(super) fn insert(&mut self, descriptor: Descriptor) -> Result<u32> {
        self.fill_table()?;
        self.table.insert(descriptor)
    }
}
