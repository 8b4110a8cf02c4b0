import { GenerationError } from "../generation-error.ts";

/** A target that addons are built for. */
export type AddonTarget = {
  /** As rustc calls it. */
  readonly triple: string;
  /** As the loader calls it: the part of the file name after the addon's own. */
  readonly platform: string;
  /** The oldest glibc that it is linked against; null where there is none, or where the machine's own counts. */
  readonly glibc: string | null;
  /** Whether zig can link for it from any machine. */
  readonly zig: boolean;
};

/** What binaries of glibc targets ask for at most unless a target says otherwise: Debian 10 and RHEL 8 have it. */
export const OLDEST_GLIBC = "2.28";

const targets: readonly (Omit<AddonTarget, "glibc"> & { readonly note?: string })[] = [
  { triple: "x86_64-unknown-linux-gnu", platform: "linux-x64-gnu", zig: true },
  { triple: "aarch64-unknown-linux-gnu", platform: "linux-arm64-gnu", zig: true },
  { triple: "x86_64-unknown-linux-musl", platform: "linux-x64-musl", zig: true },
  { triple: "aarch64-unknown-linux-musl", platform: "linux-arm64-musl", zig: true },
  { triple: "x86_64-apple-darwin", platform: "darwin-x64", zig: true },
  { triple: "aarch64-apple-darwin", platform: "darwin-arm64", zig: true },
  { triple: "x86_64-pc-windows-gnu", platform: "win32-x64", zig: true },
  { triple: "x86_64-pc-windows-msvc", platform: "win32-x64", zig: false, note: "on Windows only" },
  { triple: "aarch64-pc-windows-msvc", platform: "win32-arm64", zig: false, note: "on Windows only" },
];

/** A table of the targets and their platforms, for people. */
export function listTargets(): string {
  return targets
    .map(({ triple, platform, note }) => `  ${triple.padEnd(28)}${platform}${note === undefined ? "" : ` (${note})`}`)
    .join("\n");
}

/**
 * Reads a target such as `aarch64-unknown-linux-gnu`, or `aarch64-unknown-linux-gnu.2.17` with the oldest glibc that it
 * shall run on. Throws when no addon is loaded there.
 */
export function readTarget(text: string): AddonTarget {
  const [, triple = "", version] = /^([^.]*)(?:\.(\d+\.\d+))?$/.exec(text) ?? [];
  const found = targets.find((target) => target.triple === triple);
  if (found === undefined) {
    throw new GenerationError([`${text}: no addon is built for that target. These are supported:`, listTargets()]);
  }
  const hasGlibc = triple.endsWith("-linux-gnu");
  if (version !== undefined && !hasGlibc) {
    throw new GenerationError([
      `${text}: only targets that end in -linux-gnu have a version of glibc. Write ${triple}.`,
    ]);
  }
  const { platform, zig } = found;
  return { triple, platform, zig, glibc: hasGlibc ? (version ?? OLDEST_GLIBC) : null };
}
