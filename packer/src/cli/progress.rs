//! A line on the terminal while files are read or the compiler works. Nothing is shown for what is done at once, or without a terminal.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What has at most this many bytes is done before anyone could read a line.
const SHOW_FROM: u64 = 256 << 10;
const REFRESH: Duration = Duration::from_millis(100);
const WHEEL: [char; 4] = ['|', '/', '-', '\\'];

/// Shows that work goes on until it is dropped.
pub struct Progress {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts showing that something is done with so many bytes.
    pub fn start(what: &str, bytes: u64) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if bytes < SHOW_FROM || dumb || !std::io::stderr().is_terminal() {
            return Progress {
                done: None,
                thread: None,
            };
        }
        let what = format!("{what} ({:.1} MB)", bytes as f64 / 1e6);
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
