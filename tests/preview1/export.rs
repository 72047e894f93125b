//! The scripts as a kit that runs where this test cannot: packed programs, shell scripts that prepare folders and run
//! them, and the expected results. `tests/on-a-mac/` uses it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;
use nyash_pack::Target;
use nyash_tests::script::{Line, Script};

use crate::run;

/// Writes `NAME.program-TARGET`, `NAME.sh` and `NAME.expected` for a script.
///
/// The shell script is a part of `tests/on-a-mac/check`, which defines `launch`, `ended`, `said`, `holds` and `gone`.
/// Scripts that need sockets are left out: a shell cannot pass those.
pub fn script(folder: &Path, name: &str, script: &Script, module: &str) -> Result<()> {
    if ["socket", "listener"]
        .iter()
        .any(|what| script.setup(what).next().is_some())
    {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    for target in [Target::Aarch64Macos, Target::X86_64Macos] {
        let packed = run::pack_for(name, script, module, target)?;
        fs::write(folder.join(format!("{name}.program-{target}")), packed.bytes)?;
    }
    let mut expected = String::new();
    for line in &script.lines {
        if let Line::Call(call, _) = line
            && let Some(result) = &call.expected
        {
            writeln!(expected, "{result}")?;
        }
    }
    fs::write(folder.join(format!("{name}.expected")), expected)?;
    fs::write(folder.join(format!("{name}.sh")), shell(script)?)?;
    Ok(())
}

fn shell(script: &Script) -> Result<String> {
    let mut text = String::new();
    let (mut environment, mut words, mut streams) = (String::new(), String::new(), String::new());
    let mut input = String::from("''");
    let (mut ended, mut said) = (String::from("0"), String::from("''"));
    let mut after = String::new();
    for setup in &script.setup {
        let word = |at: usize| quoted(setup.words.get(at).map_or(&[][..], Vec::as_slice));
        match setup.what.as_str() {
            "mkdir" => writeln!(text, "mkdir -p {}", word(0))?,
            "file" => writeln!(text, "printf {} >{}", octal(&setup.words, 1), word(0))?,
            "symlink" => writeln!(text, "ln -s {} {}", word(1), word(0))?,
            "fifo" => writeln!(text, "mkfifo {}", word(0))?,
            "outer" => write!(environment, " {}", word(0))?,
            "word" => write!(words, " {}", word(0))?,
            "closed" => write!(streams, " {}>&-", String::from_utf8_lossy(&setup.words[0]))?,
            "stdin" => input = octal(&setup.words, 0),
            "status" => ended = word(0),
            // As shells count.
            "signal" => ended = format!("$((128 + {}))", word(0)),
            "stderr" => said = word(0),
            "after" => writeln!(after, "holds {} {}", word(0), octal(&setup.words, 1))?,
            "gone" => writeln!(after, "gone {}", word(0))?,
            _ => {}
        }
    }
    writeln!(text, "printf {input} >../stdin")?;
    writeln!(text, "environment=({environment} )")?;
    writeln!(text, "launch{words} <../stdin >../stdout 2>../stderr{streams}")?;
    writeln!(text, "ended {ended}\nsaid {said}")?;
    Ok(text + &after)
}

/// A word for the shell.
fn quoted(word: &[u8]) -> String {
    format!("'{}'", String::from_utf8_lossy(word).replace('\'', r"'\''"))
}

/// A format for printf that prints any bytes.
fn octal(words: &[Vec<u8>], at: usize) -> String {
    let bytes = words.get(at).map_or(&[][..], Vec::as_slice);
    let digits: String = bytes.iter().map(|byte| format!(r"\{byte:03o}")).collect();
    format!("'{digits}'")
}
