//! The one place that turns a module into an executable.

use crate::options::Options;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Writes an executable that runs `wasm` to `out`.
///
/// Until the packer is linked in as a library, the program named by NYASH_PACK_DEV does it; it is called as
/// `PACKER MODULE -o OUT [capability options]`.
pub fn pack(wasm: &[u8], out: &Path, options: &Options) -> Result<(), String> {
    let Some(packer) = std::env::var_os("NYASH_PACK_DEV") else {
        return Err("this build has no packer; --compile-wasm makes a module that `wasmtime run` executes".to_string());
    };
    let module = out.with_extension(format!("{}.wasm", std::process::id()));
    std::fs::write(&module, wasm).map_err(|error| format!("cannot write '{}': {error}", module.display()))?;
    let result = Command::new(&packer).arg(&module).arg("-o").arg(out).args(capabilities(options)).status();
    let _ = std::fs::remove_file(&module);
    match result {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the packer failed: {status}")),
        Err(error) => Err(format!("cannot start the packer '{}': {error}", Path::new(&packer).display())),
    }
}

/// The capability options as the packer takes them.
fn capabilities(options: &Options) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |name: &str, value: &str| arguments.extend([OsString::from(name), OsString::from(value)]);
    options.dir.iter().for_each(|value| add("--dir", value));
    options.env.iter().for_each(|value| add("--env", value));
    options.arg.iter().for_each(|value| add("--arg", value));
    options.argv0.iter().for_each(|value| add("--argv0", value));
    // One's own programs may do what a native program may, unless something narrower is asked for.
    if options.allow_all || (options.dir.is_empty() && options.env.is_empty() && !options.inherit_env) {
        arguments.push("--allow-all".into());
    } else if options.inherit_env {
        arguments.push("--inherit-env".into());
    }
    arguments
}
