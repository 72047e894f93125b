//! Programs in memory, on Linux.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

/// A file without a name.
pub(crate) struct InMemory(File);

impl InMemory {
    /// With this content. `name` is seen in the lists of processes.
    pub fn new(name: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut file = File::from(memfd_create(name, MemfdFlags::CLOEXEC)?);
        file.write_all(bytes)?;
        Ok(InMemory(file))
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.0
    }

    fn command(&self) -> Command {
        Command::new(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }

    /// Becomes this program: same process, same streams. Comes back only after a failure, for instance without /proc.
    pub fn replace_this_process(&self, name: &OsStr, arguments: &[impl AsRef<OsStr>]) {
        let _ = self.command().arg0(name).args(arguments).exec();
    }

    /// Starts this program with nothing of this process but standard error. It writes into `out`, and may take so many
    /// seconds of a processor; it gets SIGXCPU then.
    pub fn spawn(&self, name: &str, out: &InMemory, seconds: u64) -> io::Result<Child> {
        let mut command = self.command();
        command.arg0(name).env_clear();
        let mut child = command.stdin(Stdio::null()).stdout(out.0.try_clone()?).spawn()?;
        if let Err(error) = limit(&child, seconds) {
            // It may have ended just now.
            let _ = child.kill();
            child.wait()?;
            return Err(error);
        }
        Ok(child)
    }
}

/// Whether a program waits for something now, and for no processor.
pub(crate) fn sleeps(child: &Child) -> bool {
    // proc(5): the state follows the name, which may hold anything, in parentheses.
    std::fs::read_to_string(format!("/proc/{}/stat", child.id())).is_ok_and(|stat| {
        let state = stat.rsplit_once(") ").map(|(_, fields)| fields.as_bytes().first());
        matches!(state, Some(Some(b'S' | b'D')))
    })
}

fn limit(child: &Child, seconds: u64) -> io::Result<()> {
    let time = Rlimit {
        current: Some(seconds),
        // For a program that goes on.
        maximum: Some(seconds + 1),
    };
    let no_core = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    for (resource, limit) in [(Resource::Core, no_core), (Resource::Cpu, time)] {
        match prlimit(Some(Pid::from_child(child)), resource, limit) {
            // It has ended already.
            Err(rustix::io::Errno::SRCH) | Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}
