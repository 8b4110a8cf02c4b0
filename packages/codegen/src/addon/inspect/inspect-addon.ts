import { GenerationError } from "../../generation-error.ts";
import type { AddonTarget } from "../addon-target.ts";
import { ByteReader } from "./byte-reader.ts";
import { inspectElf } from "./inspect-elf.ts";
import { inspectMachO } from "./inspect-mach-o.ts";
import { inspectPe } from "./inspect-pe.ts";
import type { Inspection } from "./inspection.ts";
import { compareVersions } from "./versions.ts";

const ELF_64_LITTLE = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const MACH_O_64 = [0xcf, 0xfa, 0xed, 0xfe];
const DOS = [0x4d, 0x5a];

/** Says what a compiled addon is and what it needs, from its headers alone. Throws, with its name, when it is none. */
export function inspectAddon(bytes: Uint8Array, name: string): Inspection {
  const file = new ByteReader(bytes);
  const starts = (magic: readonly number[]): boolean => magic.every((byte, index) => file.bytes[index] === byte);
  try {
    if (starts(ELF_64_LITTLE)) return inspectElf(file);
    if (starts(MACH_O_64)) return inspectMachO(file);
    if (starts(DOS)) return inspectPe(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GenerationError([`${name}: a damaged library (${error.message}). Build it again.`]);
  }
  throw new GenerationError([`${name}: no library of 64 bits for Linux, macOS or Windows.`]);
}

/** One line, such as `ELF arm64, stripped, up to GLIBC_2.28, needs libc.so.6`. */
export function printInspection({ format, arch, stripped, glibc, macos, needs }: Inspection): string {
  return [
    `${format} ${arch ?? "of another machine"}`,
    ...(stripped === null ? [] : [stripped ? "stripped" : "with symbols"]),
    ...(glibc === null ? [] : [`up to GLIBC_${glibc}`]),
    ...(macos === null ? [] : [`macOS ${macos} or newer`]),
    needs.length === 0 ? "needs no library" : `needs ${needs.join(" ")}`,
  ].join(", ");
}

/** The platform that it is for, as the loader calls it. */
export function inspectedPlatform({ system, arch, libc }: Inspection): string {
  return [system, arch ?? "unknown", ...(libc === null ? [] : [libc])].join("-");
}

/** Where an addon is not what its target says, as sentences: another platform, or a newer glibc than it may need. */
export function misfits(
  inspection: Inspection,
  { platform, glibc }: Pick<AddonTarget, "platform" | "glibc">,
): readonly string[] {
  const found = inspectedPlatform(inspection);
  // Linked without naming a C library, it is for both.
  const fits = found === platform || (inspection.libc === null && platform.startsWith(`${found}-`));
  return [
    ...(fits ? [] : [`it is for ${found}, not for ${platform}`]),
    ...(glibc !== null && inspection.glibc !== null && compareVersions(inspection.glibc, glibc) > 0
      ? [`it needs glibc ${inspection.glibc}, which is newer than ${glibc}`]
      : []),
  ];
}
