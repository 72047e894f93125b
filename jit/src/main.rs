//! The compiler that a program packed with `--fallback jit` carries (`nyash_pack::jit`). The runtime starts it with a
//! request on standard input and a file to fill as standard output. `cargo xtask stubs`
//! links it statically: the machine that runs it may have no libc.

use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut request = Vec::new();
    let outcome = io::stdin()
        .read_to_end(&mut request)
        .map_err(|error| format!("cannot read the module: {error}"))
        .and_then(|_| nyash_pack::jit::answer(&request).map_err(|error| error.to_string()))
        .and_then(|answer| {
            let mut out = io::stdout().lock();
            let written = out.write_all(&answer).and_then(|()| out.flush());
            written.map_err(|error| format!("cannot hand the code over: {error}"))
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("compiler: {message}");
            ExitCode::FAILURE
        }
    }
}
