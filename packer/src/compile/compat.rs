//! Whether a compiled module fits the runtime, and if not, in what it differs.

use nyash_format::{CpuFeatures, Engine as Settings, Target};
use wasmparser::WasmFeatures;
use wasmtime_environ::{FlagValue, Tunables, obj};

use crate::compile::{self, cpu, key};
use crate::error::{Difference, Error, Result};
use crate::image::reading::Image;
use crate::image::record::Record;
use crate::module::scan::Features;
use crate::options::{OptLevel, Options};

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

/// The CPU features that the code of a compiled module may use.
///
/// # Errors
/// [`Error::DamagedImage`]. Of a module that another version of wasmtime made nothing is known.
pub(crate) fn cpu_features(image: &Image<'_>, target: Target) -> Result<CpuFeatures> {
    let mut features = CpuFeatures::NONE;
    for (flag, value) in Record::read(image.section(obj::ELF_WASM_ENGINE))?
        .engine
        .iter()
        .flat_map(|engine| &engine.isa_flags)
    {
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
pub(crate) fn check(image: &Image<'_>, features: CpuFeatures, options: &Options) -> Result<Settings> {
    let target = options.target;
    let found = Record::read(image.section(obj::ELF_WASM_ENGINE))?;
    let tunables = found.engine.as_ref().map(|engine| &engine.tunables);
    let gc = tunables.is_some_and(|tunables| tunables.collector.is_some());
    let settings = Settings {
        // The runtime serves both.
        memory_init_cow: tunables.is_none_or(|tunables| tunables.memory_init_cow),
        ..key::settings(gc, options)
    };
    // What the runtime needs is what the compiler of this version writes.
    let own = compile::engine(
        settings,
        target.triple(),
        cpu::enabled(target, features),
        OptLevel::Speed,
        false,
        Features::default(),
    )?
    .precompile_module(b"\0asm\x01\0\0\0")
    .map_err(|error| Error::Compile(format!("{error:#}")))?;
    let own = Image::parse(&own)?;
    let needed = Record::read(own.section(obj::ELF_WASM_ENGINE))?;
    let differences = found.differences(&needed)?;
    if differences.is_empty() {
        Ok(settings)
    } else {
        Err(Error::Incompatible(differences))
    }
}

impl<'a> Record<'a> {
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
    use nyash_format::WASMTIME;
    use wasmtime::{Config, Engine, ModuleVersionStrategy};

    use super::*;

    fn differences(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::new();
        config.target("x86_64-unknown-linux-gnu").unwrap();
        config
            .module_version(ModuleVersionStrategy::Custom(WASMTIME.to_owned()))
            .unwrap();
        config.gc_support(false).wasm_exceptions(false);
        change(&mut config);
        let image = Engine::new(&config)
            .unwrap()
            .precompile_module(b"\0asm\x01\0\0\0")
            .unwrap();
        match check(&Image::parse(&image).unwrap(), CpuFeatures::NONE, &Options::default()) {
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
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("wasmtime = {{ version = \"={}\"", WASMTIME)));
    }
}
