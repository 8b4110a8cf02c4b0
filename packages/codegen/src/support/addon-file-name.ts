import { readdirSync } from "node:fs";

/** The C library of this Linux process: an addon is compiled against one or the other. */
export type Libc = "gnu" | "musl";

/**
 * File name of an addon for this process, such as `stator.linux-x64-gnu.node` or `stator.darwin-arm64.node`.
 * The build writes this file and the loader opens it.
 */
export function addonFileName(name: string): string {
  return `${name}.${addonPlatform()}.node`;
}

/** Such as `linux-x64-gnu` or `darwin-arm64`. */
export function addonPlatform(): string {
  const libc = detectLibc();
  return `${process.platform}-${process.arch}${libc === null ? "" : `-${libc}`}`;
}

/** The C library, or null where the platform has only one. */
export function detectLibc(): Libc | null {
  if (process.platform !== "linux") return null;
  const report = systemReport();
  if (report.header?.glibcVersionRuntime !== undefined) return "gnu";
  return hasMuslLoader() ? "musl" : "gnu";
}

function systemReport(): { header?: { glibcVersionRuntime?: string } } {
  // TypeScript does not know the property yet. Without it Node asks for the names of all hosts that it is connected to.
  const settings = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = settings.excludeNetwork ?? false;
  try {
    settings.excludeNetwork = true;
    return process.report.getReport();
  } finally {
    settings.excludeNetwork = before;
  }
}

function hasMuslLoader(): boolean {
  try {
    return readdirSync("/lib").some((name) => name.startsWith("ld-musl-"));
  } catch {
    return false;
  }
}
