/** Time of the processor that this process has taken so far, its threads and the kernel for it included, in microseconds. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
