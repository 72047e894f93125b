//! A line on the terminal while the compiler works. Nothing is shown for what is done at once, or without a terminal.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Modules of at most this many bytes are done before anyone could read a line.
const SHOW_FROM: usize = 256 << 10;
const REFRESH: Duration = Duration::from_millis(100);
const WHEEL: [char; 4] = ['|', '/', '-', '\\'];

/// Shows that work goes on until it is dropped.
pub struct Progress {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts showing progress of compiling `bytes` bytes of `name`.
    pub fn start(name: &str, bytes: usize) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if bytes < SHOW_FROM || dumb || !std::io::stderr().is_terminal() {
            return Progress {
                done: None,
                thread: None,
            };
        }
        let what = format!("compiling {name} ({:.1} MB)", bytes as f64 / 1e6);
        let (done, wait) = channel();
        let thread = std::thread::spawn(move || {
            let start = Instant::now();
            let mut stderr = std::io::stderr();
            for turn in 0.. {
                if wait.recv_timeout(REFRESH) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let seconds = start.elapsed().as_secs();
                let _ = write!(stderr, "\r{} {what} {seconds} s\x1b[K", WHEEL[turn % WHEEL.len()]);
                let _ = stderr.flush();
            }
            let _ = write!(stderr, "\r\x1b[K");
        });
        Progress {
            done: Some(done),
            thread: Some(thread),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done = None;
        if let Some(thread) = self.thread.take() {
            // Its only way to fail is a terminal that went away.
            let _ = thread.join();
        }
    }
}
