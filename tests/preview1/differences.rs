//! What the system of another target forces to be otherwise: `differences/TARGET.txt`.
//!
//! | line | |
//! |---|---|
//! | `# TEXT` | the reason of what follows |
//! | `skip SCRIPT` | the script is about something that the system has not got |
//! | `end SCRIPT` | what is left behind by the run may differ |
//! | `SCRIPT: CALL => RESULT` | the call may return this instead, or anything if it is `*` |

use std::path::Path;

use anyhow::{Context, Result};
use nyash_pack::Target;

/// The list of a target; empty for the machine's own.
#[derive(Default)]
pub struct Differences {
    lines: Vec<String>,
    other_target: bool,
}

/// The list of the target that is tested.
pub fn of_target() -> Result<Differences> {
    let Some(target) = std::env::var_os("NYASH_TEST_TARGET") else {
        return Ok(Differences::default());
    };
    let target = Target::parse(&target.to_string_lossy())?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("preview1/differences");
    let path = folder.join(format!("{target}.txt"));
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.with_context(|| path.display().to_string())?,
    };
    Ok(Differences {
        lines: text.lines().map(str::to_owned).collect(),
        other_target: true,
    })
}

impl Differences {
    /// Whether programs run for another target than the machine's.
    pub fn is_for_other_target(&self) -> bool {
        self.other_target
    }

    /// Whether a script has nothing to test on the target.
    pub fn skip(&self, script: &str) -> bool {
        self.lines.contains(&format!("skip {script}"))
    }

    /// Whether files may be left as they would not be elsewhere.
    pub fn ends_otherwise(&self, script: &str) -> bool {
        self.lines.contains(&format!("end {script}"))
    }

    /// Whether a call may return this.
    pub fn has(&self, script: &str, call: &str, result: &str) -> bool {
        let may = |result: &str| self.lines.contains(&format!("{script}: {call} => {result}"));
        may(result) || may("*")
    }
}
