/** The GPUs that a graph may use, by the names that `CUDA_VISIBLE_DEVICES` takes: numbers or UUIDs. */
export type GpuInventory = readonly string[];

type Environment = Record<string, string | undefined>;

/** How long the driver's own tool may take. */
const LIMIT_MS = 10_000;

/**
 * The GPUs of this machine: those of `STATOR_GPUS` (a list such as `0,1`, for tests and for machines without the driver's
 * tool), else those that `CUDA_VISIBLE_DEVICES` leaves, else those that `nvidia-smi` lists, else none.
 */
export function findGpus(environment: Environment = process.env): GpuInventory {
  for (const name of ["STATOR_GPUS", "CUDA_VISIBLE_DEVICES"]) {
    const text = environment[name];
    if (text !== undefined) return readGpuList(text);
  }
  const program = Bun.which("nvidia-smi", { PATH: environment["PATH"] ?? "" });
  if (program === null) return [];
  const result = Bun.spawnSync([program, "--query-gpu=index", "--format=csv,noheader"], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: LIMIT_MS,
  });
  return result.success ? readGpuList(result.stdout.toString().replaceAll("\n", ",")) : [];
}

/** `0,1` or `GPU-8f2e,GPU-11aa` as a list. As CUDA has it, what follows a negative number does not count. */
export function readGpuList(text: string): GpuInventory {
  const names = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const end = names.findIndex((each) => each.startsWith("-"));
  return [...new Set(end === -1 ? names : names.slice(0, end))];
}
