/** A platform that has addons: what the loader looks for, and what package managers select by. */
export type AddonPlatform = {
  /** As the loader calls it: the part of the file name after the addon's own. */
  readonly name: string;
  /** `process.platform`, and `os` of a package. */
  readonly os: NodeJS.Platform;
  /** `process.arch`, and `cpu` of a package. */
  readonly cpu: NodeJS.Architecture;
  /** `libc` of a package; null where the platform has only one. */
  readonly libc: "glibc" | "musl" | null;
  /** For people. */
  readonly title: string;
};

/** Every platform that a generated loader knows, and that a package with an addon has a package for. */
export const addonPlatforms: readonly AddonPlatform[] = [
  { name: "linux-x64-gnu", os: "linux", cpu: "x64", libc: "glibc", title: "Linux x86-64 with glibc" },
  { name: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl", title: "Linux x86-64 with musl" },
  { name: "linux-arm64-gnu", os: "linux", cpu: "arm64", libc: "glibc", title: "Linux ARM64 with glibc" },
  { name: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl", title: "Linux ARM64 with musl" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64", libc: null, title: "macOS ARM64" },
  { name: "darwin-x64", os: "darwin", cpu: "x64", libc: null, title: "macOS x86-64" },
  { name: "win32-x64", os: "win32", cpu: "x64", libc: null, title: "Windows x86-64" },
];
