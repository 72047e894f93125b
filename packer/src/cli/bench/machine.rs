//! Where it is measured: what figures depend on besides the programs.

use serde::Serialize;

/// What to say beside figures.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// As the system names it.
    pub system: String,
    /// The processor's name, where the system tells it.
    pub processor: Option<String>,
    /// Processors seen.
    pub processors: usize,
    /// What one CPUID instruction takes, in nanoseconds: C libraries execute dozens at every start, and some hypervisors make
    /// each cost as much as a page fault. Other processors have none.
    pub cpuid_ns: Option<u64>,
    /// How many processes wanted to run in the last minute, on average.
    pub load: Option<f64>,
}

impl Machine {
    /// This machine now.
    pub fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let processor = read("/proc/cpuinfo").and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let release = read("/proc/sys/kernel/osrelease").unwrap_or_default();
        Machine {
            system: format!("{} {}", std::env::consts::OS, release.trim()).trim().to_owned(),
            processor,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            cpuid_ns: price_of_cpuid(),
            load: read("/proc/loadavg").and_then(|text| text.split(' ').next()?.parse().ok()),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn price_of_cpuid() -> Option<u64> {
    const TIMES: u32 = 1000;
    let begin = std::time::Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(std::arch::x86_64::__cpuid_count(7, 0));
    }
    u64::try_from(begin.elapsed().as_nanos() / u128::from(TIMES)).ok()
}

#[cfg(not(target_arch = "x86_64"))]
fn price_of_cpuid() -> Option<u64> {
    None
}
