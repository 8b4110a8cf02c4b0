//! What this process holds in memory, where the system tells.

use prometheus::{Gauge, Opts, Registry};

use super::families::registered;

/// Read anew with every scrape, also while JavaScript's event loop is blocked.
pub(super) struct Memory {
    resident: Option<Gauge>,
    native: Option<Gauge>,
}

impl Memory {
    /// Only what can be read here has a row: a zero would be taken for a number.
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let gauge = |name: &str, help: &str, value: Option<f64>| {
            value
                .map(|_| registered(registry, Gauge::with_opts(Opts::new(name, help))?))
                .transpose()
        };
        Ok(Self {
            resident: gauge(
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
                resident_bytes(),
            )?,
            native: gauge(
                "stator_native_heap_bytes",
                "What the core and other native code have allocated and not freed; JavaScript's heap is not in it.",
                native_heap_bytes(),
            )?,
        })
    }

    pub(super) fn refresh(&self) {
        let set = |gauge: &Option<Gauge>, value: Option<f64>| {
            if let (Some(gauge), Some(value)) = (gauge, value) {
                gauge.set(value);
            }
        };
        set(&self.resident, resident_bytes());
        set(&self.native, native_heap_bytes());
    }
}

/// None off Linux.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn native_heap_bytes() -> Option<f64> {
    use std::{mem, sync::LazyLock};

    type Mallinfo2 = unsafe extern "C" fn() -> libc::mallinfo2;
    static MALLINFO2: LazyLock<Option<Mallinfo2>> = LazyLock::new(|| {
        // SAFETY: the name is a text that ends with a zero, and the handle needs no library to be opened.
        let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
        // Looked up and not linked: glibc has it since 2.33, and addons are loaded from 2.28 on.
        // SAFETY: what glibc has under this name is a function of this type.
        (!symbol.is_null()).then(|| unsafe { mem::transmute::<*mut libc::c_void, Mallinfo2>(symbol) })
    });
    let mallinfo2 = (*MALLINFO2)?;
    // SAFETY: it takes nothing, gives a plain struct, and locks what it reads.
    let info = unsafe { mallinfo2() };
    Some((info.uordblks + info.hblkhd) as f64)
}

/// Other C libraries do not tell.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn native_heap_bytes() -> Option<f64> {
    None
}
