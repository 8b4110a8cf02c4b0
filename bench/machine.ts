import { cpus, loadavg, release, totalmem } from "node:os";
import runtimePackage from "@stator/runtime-native/package.json" with { type: "json" };

/** Where the figures come from. */
export function machine(): Record<string, string> {
  return {
    "@stator/runtime-native": runtimePackage.version,
    bun: Bun.version,
    platform: `${process.platform}-${process.arch}, kernel ${release()}`,
    processors: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: load(),
  };
}

/** The averages of the load over one, five and fifteen minutes. */
export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");
}
