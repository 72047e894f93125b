//! The command `nyash-pack`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
