//! Preparing a folder, running a program in it, and what is left of it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nyash_pack::embed::{Embed, Sources};
use nyash_pack::stub::Folders;
use nyash_pack::{Directory, Fallback, Options, Packed, Target};
use nyash_tests::script::{Script, Setup};
use nyash_tests::unfit;

/// Whether the kernel is to have the system call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Openat2 {
    Present,
    Absent,
}

/// How a run went.
pub struct Outcome {
    /// One a call that returned.
    pub results: Vec<String>,
    pub stderr: String,
    status: ExitStatus,
    received: Option<Vec<u8>>,
    folder: PathBuf,
}

const ERRORS: &str = "success 2big acces addrinuse addrnotavail afnosupport again already badf badmsg busy canceled child \
    connaborted connrefused connreset deadlk destaddrreq dom dquot exist fault fbig hostunreach idrm ilseq inprogress \
    intr inval io isconn isdir loop mfile mlink msgsize multihop nametoolong netdown netreset netunreach nfile nobufs \
    nodev noent noexec nolck nolink nomem nomsg noprotoopt nospc nosys notconn notdir notempty notrecoverable notsock \
    notsup notty nxio overflow ownerdead perm pipe proto protonosupport prototype range rofs spipe srch stale timedout \
    txtbsy xdev notcapable";

/// A line of the module's output with the name of the error number in front, and names of a directory in order.
fn readable(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    // A listing has the error number behind it, because that is known last.
    let is_listing = words[0].is_empty();
    if is_listing {
        words.rotate_right(1);
        words.remove(1);
    }
    let number: Option<usize> = words[0].parse().ok();
    let name = number.and_then(|number| ERRORS.split_whitespace().nth(number));
    words[0] = name.unwrap_or(words[0]);
    let first_name = words
        .iter()
        .position(|word| word.starts_with('"') && word.contains("\":"));
    if let Some(first) = first_name {
        words[first..].sort_unstable();
    }
    words.join(" ")
}

fn text(words: &[Vec<u8>]) -> String {
    words
        .first()
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .unwrap_or_default()
}

fn path(setup: &Setup) -> Result<&Path> {
    let word = setup
        .words
        .first()
        .with_context(|| format!("{} needs a path", setup.what))?;
    Ok(Path::new(OsStr::from_bytes(word)))
}

/// Packs the module as the setup says, for this machine.
pub fn pack(name: &str, script: &Script, module: &str) -> Result<Packed> {
    pack_for(name, script, module, Target::default())
}

/// Packs the module as the setup says.
pub fn pack_for(name: &str, script: &Script, module: &str, target: Target) -> Result<Packed> {
    let mut options = Options {
        target,
        // Other runtimes can be put in the place of the packer's own: `NYASH_PACK_STUBS`.
        stubs: Folders::usual(&[]),
        ..Options::default()
    };
    let mut embeds = Vec::new();
    for setup in &script.setup {
        let word = || setup.words.first().cloned().unwrap_or_default();
        match setup.what.as_str() {
            "dir" => options.directories.push(Directory::parse(&word())?),
            "embed" => embeds.push(Embed::parse(&word())?),
            "env" | "pass" => options.add_env(&word())?,
            "inherit-env" => options.inherit_env = true,
            "allow-all" => options.allow_all(),
            "arg" => options.args.push(word()),
            "argv0" => options.argv0 = Some(word()),
            "socket" | "listener" => options.inherit_fds.push(text(&setup.words).parse()?),
            _ => {}
        }
    }
    if !embeds.is_empty() {
        // They are made, and are gone before the program runs.
        let folder = prepare(&format!("{name}-embedded"), script)?;
        for embed in &mut embeds {
            embed.host = folder.join(&embed.host);
        }
        options.embedded = Some(Sources::find(&embeds)?.read()?.into());
        fs::remove_dir_all(folder)?;
    }
    if let Some(target) = std::env::var_os("NYASH_TEST_TARGET") {
        options.target = nyash_pack::Target::parse(&target.to_string_lossy())?;
        // Emulators have their own idea of argument 0.
        options.argv0.get_or_insert_with(|| b"program".to_vec());
    }
    options.fallback = match std::env::var("NYASH_FALLBACK").as_deref() {
        Ok("pulley") => Some(Fallback::Pulley),
        Ok("jit") => Some(Fallback::Jit),
        Ok(other) => bail!("NYASH_FALLBACK is {other}, and there are pulley and jit"),
        Err(_) => return Ok(nyash_pack::pack(module.as_bytes(), &options)?),
    };
    let mut packed = nyash_pack::pack(module.as_bytes(), &options)?;
    packed.bytes = unfit(&packed.bytes)?;
    Ok(packed)
}

/// Makes an empty folder with the files that the setup lists.
fn prepare(name: &str, script: &Script) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("preview1").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for setup in &script.setup {
        let at = || Ok::<_, anyhow::Error>(folder.join(path(setup)?));
        let second = setup.words.get(1).map_or(&[][..], Vec::as_slice);
        match setup.what.as_str() {
            "mkdir" => fs::create_dir_all(at()?)?,
            "file" => fs::write(at()?, second)?,
            "symlink" => symlink(OsStr::from_bytes(second), at()?)?,
            "fifo" => {
                let path = std::ffi::CString::new(at()?.as_os_str().as_bytes())?;
                // SAFETY: a C string.
                ensure!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) } == 0, "mkfifo");
            }
            _ => {}
        }
    }
    Ok(folder)
}

/// Runs a packed program.
pub fn packed(name: &str, script: &Script, packed: &Packed, openat2: Openat2) -> Result<Outcome> {
    let folder = prepare(name, script)?;
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.program"));
    nyash_pack::write_executable(&program, packed)?;
    let command = match std::env::var_os("NYASH_TEST_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program);
            command
        }
        None => {
            let mut command = Command::new(&program);
            command.arg0("program");
            command
        }
    };
    run(command, folder, script, openat2)
}

/// Runs the module with another host.
pub fn reference(name: &str, script: &Script, module: &str, host: &Path) -> Result<Outcome> {
    let folder = prepare(name, script)?;
    let wat = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.wat"));
    fs::write(&wat, module)?;
    let mut command = Command::new(host);
    for setup in &script.setup {
        if let option @ ("dir" | "env" | "argv0") = setup.what.as_str() {
            command.arg(format!("--{option}")).arg(text(&setup.words));
        }
    }
    command.arg(wat);
    run(command, folder, script, Openat2::Present)
}

fn run(mut command: Command, folder: PathBuf, script: &Script, openat2: Openat2) -> Result<Outcome> {
    command.current_dir(&folder).env_clear();
    for setup in &script.setup {
        let word = text(&setup.words);
        match setup.what.as_str() {
            "word" => {
                command.arg(OsStr::from_bytes(&setup.words[0]));
            }
            "outer" => {
                let (key, value) = word.split_once('=').context("outer NAME=VALUE")?;
                command.env(key, value);
            }
            _ => {}
        }
    }
    // A file, so that nothing has to feed a pipe while the program runs.
    let input_path = folder.with_extension("stdin");
    let input = script
        .setup("stdin")
        .next()
        .map_or(&[][..], |setup| setup.words[0].as_slice());
    fs::write(&input_path, input)?;
    command
        .stdin(File::open(&input_path)?)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut passed: Vec<(OwnedFd, RawFd)> = Vec::new();
    let mut peers = Vec::new();
    for setup in &script.setup {
        let sent = setup.words.get(1).map_or(&[][..], Vec::as_slice);
        let (ours, peer): (OwnedFd, UnixStream) = match setup.what.as_str() {
            "socket" => {
                let (ours, peer) = UnixStream::pair()?;
                (ours.into(), peer)
            }
            "listener" => {
                let address = folder.with_extension("socket");
                let _ = fs::remove_file(&address);
                let listener = UnixListener::bind(&address)?;
                let peer = UnixStream::connect(&address)?;
                (listener.into(), peer)
            }
            _ => continue,
        };
        (&peer).write_all(sent)?;
        if setup.what == "listener" {
            peer.shutdown(std::net::Shutdown::Write)?;
        }
        peers.push(peer);
        passed.push((ours, text(&setup.words).parse()?));
    }
    let closed: Vec<RawFd> = script
        .setup("closed")
        .map(|setup| Ok(text(&setup.words).parse()?))
        .collect::<Result<_>>()?;
    let moves: Vec<(RawFd, RawFd)> = passed
        .iter()
        .map(|(ours, number)| (ours.as_raw_fd(), *number))
        .collect();
    // SAFETY: only system calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            for (from, to) in &moves {
                if from == to {
                    libc::fcntl(*to, libc::F_SETFD, 0);
                } else if libc::dup2(*from, *to) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            for fd in &closed {
                libc::close(*fd);
            }
            if openat2 == Openat2::Absent {
                take_openat2_away()?;
            }
            Ok(())
        });
    }
    let output = loop {
        match command.output() {
            // Another thread forked while this program was still open for writing.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => break output.context("running the program")?,
        }
    };
    drop(passed);
    let received = match peers.first_mut() {
        Some(peer) => {
            let mut received = Vec::new();
            peer.set_read_timeout(Some(Duration::from_secs(5)))?;
            // The program may have gone without reading everything.
            let _ = peer.read_to_end(&mut received);
            Some(received)
        }
        None => None,
    };
    let stdout = String::from_utf8(output.stdout).context("the output of the module")?;
    Ok(Outcome {
        results: stdout.lines().map(readable).collect(),
        stderr: without_notice(&String::from_utf8_lossy(&output.stderr)),
        status: output.status,
        received,
        folder,
    })
}

/// Makes the system call fail as on a kernel that does not know it.
fn take_openat2_away() -> std::io::Result<()> {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filter = [
        step(LOAD_WORD, 0, 0, 0),
        step(JUMP_IF_EQUAL, 0, 1, libc::SYS_openat2 as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the filter is copied by the kernel.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    if done {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

impl Outcome {
    /// Compares everything but the results of the calls.
    pub fn check_end(&self, script: &Script) -> Result<()> {
        let number = |what: &str| -> Result<Option<i32>> {
            script
                .setup(what)
                .next()
                .map(|setup| Ok(text(&setup.words).parse()?))
                .transpose()
        };
        match number("signal")? {
            Some(signal) => ensure!(self.status.signal() == Some(signal), "ended with {}", self.status),
            None => {
                let status = number("status")?.unwrap_or(0);
                ensure!(
                    self.status.code() == Some(status),
                    "ended with {}\n{}",
                    self.status,
                    self.stderr
                );
            }
        }
        match script.setup("stderr").next() {
            Some(setup) => ensure!(self.stderr.contains(&text(&setup.words)), "said: {}", self.stderr),
            None => ensure!(self.stderr.is_empty(), "said: {}", self.stderr),
        }
        if let Some(setup) = script.setup("received").next() {
            ensure!(
                self.received.as_ref() == setup.words.first(),
                "the other end got {:?}",
                self.received
            );
        }
        for setup in script.setup("after") {
            let contents = fs::read(self.folder.join(path(setup)?))?;
            let expected = setup.words.get(1).map_or(&[][..], Vec::as_slice);
            if contents != expected {
                bail!(
                    "{} holds {:?}",
                    path(setup)?.display(),
                    String::from_utf8_lossy(&contents)
                );
            }
        }
        for setup in script.setup("gone") {
            ensure!(
                fs::symlink_metadata(self.folder.join(path(setup)?)).is_err(),
                "{} exists",
                path(setup)?.display()
            );
        }
        Ok(())
    }
}

/// What a program says, without the line with which a runtime tells that it falls back.
fn without_notice(said: &str) -> String {
    let notice = |line: &&str| line.contains("note: ") && line.contains("NYASH_QUIET");
    said.split_inclusive('\n').filter(|line| !notice(line)).collect()
}
