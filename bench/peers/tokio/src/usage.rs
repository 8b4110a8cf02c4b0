//! What this process has taken of the machine.

/// Time of the processor so far, in microseconds.
pub fn cpu_time() -> f64 {
    let usage = usage();
    let micros = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    micros(usage.ru_utime) + micros(usage.ru_stime)
}

/// Largest resident memory so far, in bytes. What the kernel counts as `ru_maxrss` includes the program that started us.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kibibytes.unwrap_or_else(|| u64::try_from(usage().ru_maxrss).unwrap_or(0)) * 1024
}

fn usage() -> libc::rusage {
    // SAFETY: zeroed bytes are a valid rusage, and the call only writes into it.
    unsafe {
        let mut usage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    }
}
