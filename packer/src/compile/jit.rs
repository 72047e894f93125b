//! The compiler that a program packed with `--fallback jit` carries: what it is asked and what it answers.
//!
//! `jit/` makes an executable of this. The runtime starts it when no code in the program can run, and maps its answer,
//! which is a payload like the one that [`crate::pack()`] writes: SPEC.md, "The compiler".

use nyash_format::{CpuFeatures, CpuLevel, Engine as Settings, Header, Target};

use crate::compile::{self, key};
use crate::error::{Error, Result};
use crate::image::names;
use crate::image::reading::Image;
use crate::link::payload::{Content, Payload, Version};
use crate::module::Module;
use crate::module::scan::scan;

/// Length of what stands before the module in a request: the value of the record `engine`, and a u64 of CPU features.
const HEAD: usize = Settings::LEN + 8;

/// Answers a request of the runtime on this machine.
///
/// # Errors
/// [`Error::Damaged`] for a request that is cut short, and whatever stops the compiler.
pub fn answer(request: &[u8]) -> Result<Vec<u8>> {
    let cut = || Error::Damaged("the request is cut short".to_owned());
    let (head, wasm) = request.split_at_checked(HEAD).ok_or_else(cut)?;
    let (settings, features) = head.split_last_chunk::<8>().ok_or_else(cut)?;
    let settings = Settings::parse(settings)?;
    let target = Target::host().ok_or_else(|| Error::Compile("this machine is none of the targets".to_owned()))?;
    let module = Module::parse(wasm)?;
    let features = CpuFeatures::from_bits(u64::from_le_bytes(*features));
    let used = scan(wasm)?.features;
    let image = compile::compile_again(&module, settings, target, features, used)?;
    let functions = Image::parse(&image)?.functions();
    let names = names::table(&functions, |function| module.function_name(function.index))?.finish()?;
    payload(&image, &names, settings, target)
}

/// A payload without metadata whose code can be mapped from a file with pages of every size that the target has.
fn payload(image: &[u8], names: &[u8], settings: Settings, target: Target) -> Result<Vec<u8>> {
    let content = Content {
        versions: vec![Version {
            cpu: CpuLevel::Native,
            image,
            names,
            key: key::key(settings, target, CpuLevel::Native).hash(),
        }],
        bytecode: None,
        runs: &[],
        jit: None,
        embedded: None,
    };
    let page = target.page();
    let first = Payload::new(&content, 0, target)?;
    // Room after the header moves everything by as much, in steps of the smallest page.
    let room = first.to_text().next_multiple_of(page) - first.to_text();
    let plan = if room == 0 {
        first
    } else {
        Payload::new(&content, room, target)?
    };
    let mut out = vec![0; plan.len.next_multiple_of(page)];
    plan.write(&mut out);
    let header = Header::write(&plan.regions)?;
    out[..header.len()].copy_from_slice(&header);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use nyash_format::RegionKind;

    use super::*;

    #[test]
    fn code_and_mapped_memory_start_at_multiples_of_the_largest_page() {
        let settings = key::settings(false, &crate::Options::default());
        let data = "x".repeat(100_000);
        let wasm = wat::parse_str(format!(
            "(module (memory 2) (data (i32.const 0) \"{data}\") (func (export \"_start\")))"
        ));
        let wasm = wasm.unwrap();
        for target in [Target::X86_64Linux, Target::Aarch64Linux, Target::Riscv64Linux] {
            let module = Module::parse(&wasm).unwrap();
            let image =
                compile::compile_again(&module, settings, target, CpuFeatures::NONE, Default::default()).unwrap();
            let bytes = payload(&image, &[], settings, target).unwrap();
            let header = Header::parse(&bytes[..Header::len_for(4)], bytes.len() as u64).unwrap();
            for kind in [RegionKind::Text, RegionKind::Image] {
                let region = header.find(kind).unwrap();
                assert_eq!(region.offset % target.page() as u64, 0, "{kind:?} for {target}");
            }
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for bad in [&b""[..], &[0; HEAD - 1], &[0xff; HEAD + 8]] {
            assert!(answer(bad).is_err());
        }
    }
}
