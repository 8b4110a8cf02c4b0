import { GenerationError } from "../generation-error.ts";

const architectures: Readonly<Record<string, string>> = { x86_64: "x64", aarch64: "arm64" };

/** The platform in the name of an addon's file, of a target of rustc: `linux-x64-musl` of `x86_64-unknown-linux-musl`. */
export function addonPlatformOfTarget(target: string): string {
  const [cpu = "", ...rest] = target.split("-");
  const architecture = architectures[cpu];
  if (architecture !== undefined) {
    if (rest.includes("darwin")) return `darwin-${architecture}`;
    if (rest.includes("windows")) return `win32-${architecture}`;
    if (rest.includes("linux") && rest.includes("gnu")) return `linux-${architecture}-gnu`;
    if (rest.includes("linux") && rest.includes("musl")) return `linux-${architecture}-musl`;
  }
  throw new GenerationError([
    `${target}: no addon is loaded on that target. Expected x86_64 or aarch64 with linux-gnu, linux-musl, darwin or windows.`,
  ]);
}
