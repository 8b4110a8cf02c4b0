import type { ByteReader } from "./byte-reader.ts";
import type { Inspection } from "./inspection.ts";

const MACHINES: Readonly<Record<number, "x64" | "arm64">> = { 0x8664: "x64", 0xaa64: "arm64" };
const PE_SIGNATURE = 0x4550;
const PE32_PLUS = 0x20b;
/** A descriptor of an imported library. */
const DESCRIPTOR_BYTES = 20;

/** Reads a Windows library of 64 bits. */
export function inspectPe(file: ByteReader): Inspection {
  const header = file.u32(0x3c);
  const optional = header + 24;
  if (file.u32(header) !== PE_SIGNATURE || file.u16(optional) !== PE32_PLUS) {
    throw new RangeError("no Windows library of 64 bits");
  }
  const sections = Array.from({ length: file.u16(header + 6) }, (_, index) => {
    const at = optional + file.u16(header + 20) + 40 * index;
    return { address: file.u32(at + 12), size: file.u32(at + 16), offset: file.u32(at + 20) };
  });
  const place = (address: number): number => {
    const home = sections.find((section) => address >= section.address && address < section.address + section.size);
    if (home === undefined) throw new RangeError(`address ${address} is in no section`);
    return address - home.address + home.offset;
  };
  // The second of the data directories.
  const [imports, size] = [file.u32(optional + 120), file.u32(optional + 124)];
  const needs: string[] = [];
  for (let read = 0; imports !== 0 && read + DESCRIPTOR_BYTES <= size; read += DESCRIPTOR_BYTES) {
    const name = file.u32(place(imports) + read + 12);
    if (name === 0) break;
    needs.push(file.text(place(name)));
  }
  return {
    format: "PE",
    system: "win32",
    arch: MACHINES[file.u16(header + 4)] ?? null,
    libc: null,
    needs,
    glibc: null,
    // The number of symbols: linkers for Windows write them into a file of its own, or here.
    stripped: file.u32(header + 16) === 0,
    macos: null,
  };
}
