//! One run of a program: started, timed, ended if it hangs.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use shared_child::SharedChild;

use super::error::{Error, Failure};
use super::program::Program;
use super::settings::Settings;
use crate::cli::system;

/// What is kept of a program's output: enough to compare it, and to show what it complained about.
const KEPT: usize = 64 << 10;
/// Lines of a failing program's errors that are shown.
const SHOWN_LINES: usize = 5;
/// How long output is waited for that a process left behind may still hold.
const AFTER_EXIT: Duration = Duration::from_millis(200);

/// A run that went well.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub nanoseconds: u64,
    pub cpu_nanoseconds: Option<u64>,
    pub page_faults: Option<u64>,
    pub read_bytes: Option<u64>,
}

/// What a program printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// How much, in bytes.
    pub bytes: u64,
    /// Its beginning.
    pub start: Vec<u8>,
}

/// Runs one program again and again.
pub(super) struct Runner<'a> {
    program: &'a Program,
    command: Command,
    settings: &'a Settings,
    watchdog: Watchdog,
}

impl<'a> Runner<'a> {
    /// # Errors
    /// When nothing can be opened that throws output away.
    pub fn new(program: &'a Program, settings: &'a Settings) -> io::Result<Self> {
        let mut command = command(program);
        // Opened once: opening it for each run would be part of every time.
        let nothing = std::fs::File::options().read(true).write(true).open(system::NOTHING)?;
        command
            .stdin(nothing.try_clone()?)
            .stdout(nothing.try_clone()?)
            .stderr(nothing);
        Ok(Runner {
            program,
            command,
            settings,
            watchdog: Watchdog::start(settings.time_limit),
        })
    }

    /// The first run: is it one that can be measured, and what does it print?
    pub fn trial(&mut self) -> Result<Printed, Error> {
        let mut command = command(self.program);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = self.start(&mut command)?;
        let output = Reader::start(child.take_stdout(), false);
        let errors = Reader::start(child.take_stderr(), true);
        let (status, killed) = self.wait(&child)?;
        let printed = output.finish();
        if killed {
            return Err(self.failed(Failure::Hangs {
                limit: self.settings.time_limit,
                printed: Some(printed.bytes),
            }));
        }
        self.check(status, &errors.finish().start)?;
        Ok(printed)
    }

    /// A run that counts.
    pub fn run(&mut self) -> Result<Run, Error> {
        let before = system::used_by_children();
        let begin = Instant::now();
        let started = SharedChild::spawn(&mut self.command);
        let child = Arc::new(started.map_err(|error| self.failed(Failure::Start(error)))?);
        let (status, killed) = self.wait(&child)?;
        let took = begin.elapsed();
        let after = system::used_by_children();
        if killed {
            return Err(self.failed(Failure::Hangs {
                limit: self.settings.time_limit,
                printed: None,
            }));
        }
        self.check(status, &[])?;
        let used = before.zip(after).map(|(before, after)| after.since(&before));
        Ok(Run {
            nanoseconds: u64::try_from(took.as_nanos()).unwrap_or(u64::MAX),
            cpu_nanoseconds: used.as_ref().map(|used| used.cpu_nanoseconds),
            page_faults: used.as_ref().map(|used| used.page_faults),
            read_bytes: used.as_ref().map(|used| used.read_bytes),
        })
    }

    fn start(&self, command: &mut Command) -> Result<Arc<SharedChild>, Error> {
        let child = SharedChild::spawn(command).map_err(|error| self.failed(Failure::Start(error)))?;
        Ok(Arc::new(child))
    }

    /// Waits for the end; whether the watchdog made it.
    fn wait(&self, child: &Arc<SharedChild>) -> Result<(ExitStatus, bool), Error> {
        self.watchdog.watch(child);
        let status = child.wait().map_err(|error| Error::Internal(error.to_string()))?;
        let killed = self.watchdog.leave();
        if killed {
            system::end_group(child.id());
        }
        Ok((status, killed))
    }

    fn check(&self, status: ExitStatus, errors: &[u8]) -> Result<(), Error> {
        if status.success() || self.settings.ignore_failure {
            return Ok(());
        }
        let text = String::from_utf8_lossy(errors);
        let lines: Vec<&str> = text.lines().collect();
        let said = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        Err(self.failed(Failure::Status { status, said }))
    }

    fn failed(&self, failure: Failure) -> Error {
        Error::Failed {
            command: self.program.text.clone(),
            failure,
        }
    }
}

/// The command of a program, in a process group of its own: what hangs is ended with all that it started.
pub(super) fn command(program: &Program) -> Command {
    let mut command = Command::new(&program.path);
    command.args(&program.arguments);
    system::in_own_group(&mut command);
    command
}

/// Ends programs that hang. It looks a few times in each limit, so that it does not disturb what is measured.
struct Watchdog {
    watched: Arc<Mutex<Watched>>,
    _done: Sender<()>,
}

#[derive(Default)]
struct Watched {
    child: Option<(Arc<SharedChild>, Instant)>,
    killed: bool,
}

impl Watchdog {
    fn start(limit: Duration) -> Self {
        let watched = Arc::new(Mutex::new(Watched::default()));
        let (done, wait) = channel();
        let shared = Arc::clone(&watched);
        thread::spawn(move || {
            // Until the other end is dropped.
            while wait.recv_timeout(limit / 4) == Err(RecvTimeoutError::Timeout) {
                let Ok(mut watched) = shared.lock() else { return };
                if let Some((child, since)) = &watched.child
                    && since.elapsed() >= limit
                {
                    // It may have ended by itself just now.
                    let _ = child.kill();
                    watched.killed = true;
                }
            }
        });
        Watchdog { watched, _done: done }
    }

    fn watch(&self, child: &Arc<SharedChild>) {
        if let Ok(mut watched) = self.watched.lock() {
            watched.child = Some((Arc::clone(child), Instant::now()));
            watched.killed = false;
        }
    }

    fn leave(&self) -> bool {
        self.watched.lock().is_ok_and(|mut watched| {
            watched.child = None;
            watched.killed
        })
    }
}

/// Reads a pipe to its end, and keeps the first or the last bytes.
struct Reader {
    kept: Arc<Mutex<Printed>>,
    ended: Receiver<()>,
}

impl Reader {
    fn start(pipe: Option<impl Read + Send + 'static>, last: bool) -> Self {
        let kept = Arc::new(Mutex::new(Printed {
            bytes: 0,
            start: Vec::new(),
        }));
        let (end, ended) = channel();
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            let _end: Sender<()> = end;
            let Some(mut pipe) = pipe else { return };
            let mut buffer = vec![0; KEPT];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                let Ok(mut kept) = shared.lock() else { return };
                kept.bytes += read as u64;
                if last {
                    kept.start.extend_from_slice(&buffer[..read]);
                    let excess = kept.start.len().saturating_sub(KEPT);
                    kept.start.drain(..excess);
                } else {
                    let room = KEPT - kept.start.len();
                    kept.start.extend_from_slice(&buffer[..read.min(room)]);
                }
            }
        });
        Reader { kept, ended }
    }

    fn finish(self) -> Printed {
        // A process that goes on in the background may hold the pipe for ever.
        let _ = self.ended.recv_timeout(AFTER_EXIT);
        self.kept
            .lock()
            .map_or_else(|broken| broken.into_inner().clone(), |kept| kept.clone())
    }
}
