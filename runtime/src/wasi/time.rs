//! The clocks of the system, made ready when they are needed.

use super::call::Result;
use super::system::{self, Clock};
use crate::platform::start::Arguments;

/// Clocks that are made ready when one is first read.
pub struct Clocks {
    arguments: Arguments,
    ready: bool,
}

impl Clocks {
    /// Of a process that was started with these arguments.
    pub fn new(arguments: Arguments) -> Self {
        Clocks {
            arguments,
            ready: false,
        }
    }

    /// Nanoseconds since 1970, or since some moment before the process was started.
    pub fn now(&mut self, clock: Clock) -> Result<u64> {
        if !self.ready {
            system::init_clocks(&self.arguments);
            self.ready = true;
        }
        system::now(clock)
    }
}
