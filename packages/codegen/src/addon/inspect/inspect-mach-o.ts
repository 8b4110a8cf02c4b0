import type { ByteReader } from "./byte-reader.ts";
import type { Inspection } from "./inspection.ts";

const MACHINES: Readonly<Record<number, "x64" | "arm64">> = { 0x01000007: "x64", 0x0100000c: "arm64" };
const HEADER_BYTES = 32;
const [LOAD_DYLIB, LOAD_WEAK_DYLIB, REEXPORT_DYLIB] = [0xc, 0x80000018, 0x8000001f];
const [VERSION_MIN_MACOSX, BUILD_VERSION] = [0x24, 0x32];

/** Reads a macOS library of 64 bits. */
export function inspectMachO(file: ByteReader): Inspection {
  const needs: string[] = [];
  let macos: string | null = null;
  let at = HEADER_BYTES;
  for (let left = file.u32(16); left > 0; left--) {
    const [command, size] = [file.u32(at), file.u32(at + 4)];
    if (size < 8) throw new RangeError(`a load command of ${size} bytes`);
    if (command === LOAD_DYLIB || command === LOAD_WEAK_DYLIB || command === REEXPORT_DYLIB) {
      needs.push(file.text(at + file.u32(at + 8)));
    } else if (command === BUILD_VERSION) {
      macos = version(file.u32(at + 12));
    } else if (command === VERSION_MIN_MACOSX) {
      macos = version(file.u32(at + 8));
    }
    at += size;
  }
  return {
    format: "Mach-O",
    system: "darwin",
    arch: MACHINES[file.u32(4)] ?? null,
    libc: null,
    needs,
    glibc: null,
    // What is exported stays in the same table.
    stripped: null,
    macos,
  };
}

function version(packed: number): string {
  return `${packed >>> 16}.${(packed >>> 8) & 0xff}`;
}
