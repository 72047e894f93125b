//! Whether a compiled module fits the runtime, and if not, in what it differs.

use nyash_format::{CpuFeatures, Engine as Settings};
use serde::{Deserialize, Serialize};
use wasmparser::WasmFeatures;
use wasmtime_environ::{FlagValue, Tunables, obj};

use crate::compile::{self, OptLevel};
use crate::cpu;
use crate::cwasm::Image;
use crate::error::{Difference, Error, Result};
use crate::target::Target;

/// The section `.wasmtime.engine`, as wasmtime writes it (its module `engine::serialization`).
struct Record<'a> {
    version: &'a str,
    engine: Option<EngineRecord<'a>>,
}

/// wasmtime's `Metadata`; the order of the fields is the encoding.
#[derive(Serialize, Deserialize)]
struct EngineRecord<'a> {
    target: String,
    #[serde(borrow)]
    shared_flags: Vec<(&'a str, FlagValue<'a>)>,
    #[serde(borrow)]
    isa_flags: Vec<(&'a str, FlagValue<'a>)>,
    tunables: Tunables,
    features: u64,
}

/// Settings that wasmtime does not compare either, because they do not change how code works with the runtime.
const FREE_TUNABLES: &[&str] = &[
    "memory_reservation_for_growth",
    "gc_heap_reservation_for_growth",
    "generate_address_map",
    "debug_adapter_modules",
    "gc_zeal_alloc_counter",
    "metadata_for_internal_asserts",
    "metadata_for_gc_heap_corruption",
    "branch_hinting",
    "operator_cost",
];
const FREE_FLAGS: &[&str] = &[
    "opt_level",
    "unwind_info",
    "stack_switch_model",
    "enable_heap_access_spectre_mitigation",
    "enable_table_access_spectre_mitigation",
    "enable_nan_canonicalization",
    "enable_float",
    "enable_verifier",
    "regalloc_checker",
    "regalloc_verbose_logs",
    "regalloc_algorithm",
    "is_pic",
    "bb_padding_log2_minus_one",
    "log2_min_function_alignment",
    "enable_compact_unwind_abi",
    "machine_code_cfg_info",
    "tls_model",
    "enable_alias_analysis",
    "probestack_size_log2",
    "enable_incremental_compilation_cache_checks",
    "enable_atomics",
];

/// The section `.wasmtime.engine` without the compiler flags that need no check at start: all that [`check`] or our own
/// compiler settings have decided already. wasmtime would compare each of the fifty by name, a fifth of the
/// instructions that a small program takes from exec to exit. CPU features that are on stay.
///
/// # Errors
/// [`Error::DamagedImage`] for a record that is not of this version.
pub(crate) fn reduced_record(section: &[u8]) -> Result<Vec<u8>> {
    let damaged = || Error::DamagedImage("its engine record cannot be read".to_owned());
    let version_len = usize::from(*section.get(1).ok_or_else(damaged)?);
    let (head, rest) = section.split_at_checked(2 + version_len).ok_or_else(damaged)?;
    let mut engine: EngineRecord<'_> = postcard::from_bytes(rest).map_err(|_| damaged())?;
    engine.shared_flags.clear();
    engine.isa_flags.retain(|(_, value)| *value != FlagValue::Bool(false));
    let mut out = head.to_vec();
    out.extend(postcard::to_allocvec(&engine).map_err(|_| damaged())?);
    Ok(out)
}

/// The CPU features that the code of a compiled module may use.
///
/// # Errors
/// [`Error::DamagedImage`]. Of a module that another version of wasmtime made nothing is known.
pub(crate) fn cpu_features(image: &Image<'_>, target: Target) -> Result<CpuFeatures> {
    let mut features = CpuFeatures::NONE;
    for (flag, value) in Record::read(image)?.engine.iter().flat_map(|engine| &engine.isa_flags) {
        if *value == FlagValue::Bool(true)
            && let Some(feature) = cpu::feature(target, flag)
        {
            features = features.with(feature);
        }
    }
    Ok(features)
}

/// Checks a compiled module against what the runtime needs on a machine with these CPU features, and returns the
/// settings it was compiled with.
///
/// # Errors
/// [`Error::Incompatible`] with every difference, or [`Error::DamagedImage`].
pub(crate) fn check(
    image: &Image<'_>,
    target: Target,
    features: CpuFeatures,
    small_address_space: bool,
) -> Result<Settings> {
    let found = Record::read(image)?;
    let tunables = found.engine.as_ref().map(|engine| &engine.tunables);
    let gc = tunables.is_some_and(|tunables| tunables.collector.is_some());
    let settings = Settings {
        // The runtime serves both.
        memory_init_cow: tunables.is_none_or(|tunables| tunables.memory_init_cow),
        ..compile::settings(gc, small_address_space)
    };
    // What the runtime needs is what the compiler of this version writes.
    let own = compile::engine(
        settings,
        target.triple(),
        cpu::enabled(target, features),
        OptLevel::Speed,
        false,
    )?
    .precompile_module(b"\0asm\x01\0\0\0")
    .map_err(|error| Error::Compile(format!("{error:#}")))?;
    let own = Image::parse(&own)?;
    let needed = Record::read(&own)?;
    let differences = found.differences(&needed)?;
    if differences.is_empty() {
        Ok(settings)
    } else {
        Err(Error::Incompatible(differences))
    }
}

impl<'a> Record<'a> {
    fn read(image: &Image<'a>) -> Result<Self> {
        let bytes = image.section(obj::ELF_WASM_ENGINE);
        let parts = bytes.and_then(|bytes| {
            let (head, rest) = bytes.split_first_chunk::<2>()?;
            let (version, rest) = rest.split_at_checked(head[1].into())?;
            Some((std::str::from_utf8(version).ok()?, rest))
        });
        let (version, rest) = parts.ok_or_else(|| Error::DamagedImage("no engine record".to_owned()))?;
        // Another release of wasmtime has other fields, which may happen to read as these: what 30 wrote came out as two
        // dozen settings that nobody had chosen.
        let readable = major(version) == major(compile::WASMTIME);
        Ok(Record {
            version,
            engine: readable.then(|| postcard::from_bytes(rest).ok()).flatten(),
        })
    }

    fn differences(&self, needed: &Record<'_>) -> Result<Vec<Difference>> {
        let mut out = Vec::new();
        let mut differ = |setting: &str, found: String, needed: String| {
            if found != needed {
                out.push(Difference {
                    setting: setting.to_owned(),
                    found,
                    needed,
                });
            }
        };
        differ(
            "the version of wasmtime",
            self.version.to_owned(),
            needed.version.to_owned(),
        );
        let (Some(found), Some(needed)) = (&self.engine, &needed.engine) else {
            if self.version == needed.version {
                return Err(Error::DamagedImage("its engine record cannot be read".to_owned()));
            }
            return Ok(out);
        };
        differ("the target", platform(&found.target), platform(&needed.target));
        for (name, value) in &found.shared_flags {
            let wanted = needed.shared_flags.iter().find(|(other, _)| other == name);
            if let Some((_, wanted)) = wanted.filter(|_| !FREE_FLAGS.contains(name)) {
                differ(&format!("compiler flag {name}"), value.to_string(), wanted.to_string());
            }
        }
        for (name, value) in &found.isa_flags {
            let wanted = needed.isa_flags.iter().find(|(other, _)| other == name);
            // A CPU feature that the code does not use is no obstacle.
            if let Some((_, wanted)) = wanted.filter(|_| *value != FlagValue::Bool(false)) {
                differ(&format!("CPU feature {name}"), value.to_string(), wanted.to_string());
            }
        }
        let (found_tunables, needed_tunables) = (fields(&found.tunables)?, fields(&needed.tunables)?);
        for (name, value) in &found_tunables {
            if FREE_TUNABLES.contains(&name.as_str()) {
                continue;
            }
            let wanted = needed_tunables.get(name).map(ToString::to_string).unwrap_or_default();
            differ(&format!("setting {name}"), value.to_string(), wanted);
        }
        let more = found.features & !needed.features;
        for (name, _) in WasmFeatures::from_bits_truncate(more).iter_names() {
            differ(
                &format!("feature {}", name.to_lowercase()),
                "on".to_owned(),
                "off".to_owned(),
            );
        }
        Ok(out)
    }
}

/// The release that a version belongs to. wasmtime's own strategy writes nothing else, older ones wrote all of it.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// Architecture and operating system of a target triple.
fn platform(triple: &str) -> String {
    let parts: Vec<&str> = triple.split('-').collect();
    match parts.as_slice() {
        [arch, _, os, ..] => format!("{arch}-{os}"),
        _ => triple.to_owned(),
    }
}

fn fields(tunables: &Tunables) -> Result<serde_json::Map<String, serde_json::Value>> {
    match serde_json::to_value(tunables) {
        Ok(serde_json::Value::Object(fields)) => Ok(fields),
        _ => Err(Error::DamagedImage("its settings cannot be read".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::{Config, Engine, ModuleVersionStrategy};

    use super::*;

    fn differences(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::new();
        config.target("x86_64-unknown-linux-gnu").unwrap();
        config
            .module_version(ModuleVersionStrategy::Custom(compile::WASMTIME.to_owned()))
            .unwrap();
        config.gc_support(false).wasm_exceptions(false);
        change(&mut config);
        let image = Engine::new(&config)
            .unwrap()
            .precompile_module(b"\0asm\x01\0\0\0")
            .unwrap();
        match check(
            &Image::parse(&image).unwrap(),
            Target::X86_64Linux,
            CpuFeatures::NONE,
            false,
        ) {
            Ok(_) => Vec::new(),
            Err(Error::Incompatible(differences)) => differences
                .iter()
                .map(|d| format!("{}: {} / {}", d.setting, d.found, d.needed))
                .collect(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn what_differs_is_named() {
        assert!(differences(|_| ()).is_empty());
        assert!(
            differences(|config| {
                config.cranelift_opt_level(wasmtime::OptLevel::None);
            })
            .is_empty()
        );
        assert_eq!(
            differences(|config| {
                config.consume_fuel(true).signals_based_traps(false);
            }),
            [
                "setting consume_fuel: true / false",
                "setting signals_based_traps: false / true"
            ]
        );
        assert_eq!(
            differences(|config| {
                // SAFETY: the code is not run.
                unsafe { config.cranelift_flag_enable("has_sse3") };
            }),
            ["CPU feature has_sse3: true / false"]
        );
        assert_eq!(
            differences(|config| {
                config.wasm_wide_arithmetic(true);
            }),
            ["feature wide_arithmetic: on / off"]
        );
        assert_eq!(
            differences(|config| {
                config.module_version(ModuleVersionStrategy::WasmtimeVersion).unwrap();
            }),
            ["the version of wasmtime: 48 / 48.0.8"]
        );
    }

    #[test]
    fn of_another_release_only_the_version_is_named() {
        assert_eq!(
            differences(|config| {
                let strategy = ModuleVersionStrategy::Custom("30.0.0".to_owned());
                config.consume_fuel(true).module_version(strategy).unwrap();
            }),
            ["the version of wasmtime: 30.0.0 / 48.0.8"]
        );
    }

    #[test]
    fn the_version_is_the_one_that_is_linked() {
        let manifest = include_str!("../Cargo.toml");
        assert!(manifest.contains(&format!("wasmtime = {{ version = \"={}\"", compile::WASMTIME)));
    }
}
