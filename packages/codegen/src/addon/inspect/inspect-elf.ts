import type { ByteReader } from "./byte-reader.ts";
import type { Inspection } from "./inspection.ts";
import { newest } from "./versions.ts";

const MACHINES: Readonly<Record<number, "x64" | "arm64">> = { 0x3e: "x64", 0xb7: "arm64" };
const [PT_LOAD, PT_DYNAMIC, SHT_SYMTAB] = [1, 2, 2];
const [DT_NEEDED, DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM] = [1, 5, 0x6ffffffe, 0x6fffffff];

/** Reads an ELF file of 64 bits as the dynamic linker does: through its program headers. */
export function inspectElf(file: ByteReader): Inspection {
  const segments = entries(file.u64(32), file.u16(54), file.u16(56)).map((at) => ({
    kind: file.u32(at),
    offset: file.u64(at + 8),
    address: file.u64(at + 16),
    size: file.u64(at + 32),
  }));
  const place = (address: number): number => {
    const home = segments.find(
      (segment) => segment.kind === PT_LOAD && address >= segment.address && address < segment.address + segment.size,
    );
    if (home === undefined) throw new RangeError(`address ${address} is in no segment`);
    return address - home.address + home.offset;
  };

  const dynamic = segments.find(({ kind }) => kind === PT_DYNAMIC);
  const tags = dynamic === undefined ? [] : readTags(file, dynamic.offset, dynamic.size);
  const one = (tag: number): number | undefined => tags.find(([found]) => found === tag)?.[1];
  const names = one(DT_STRTAB);
  const text = (offset: number): string => (names === undefined ? "" : file.text(place(names) + offset));

  const needs = tags.filter(([tag]) => tag === DT_NEEDED).map(([, offset]) => text(offset));
  const verneed = one(DT_VERNEED);
  const versions = verneed === undefined ? [] : readVersions(file, place(verneed), one(DT_VERNEEDNUM) ?? 0, text);
  const sections = entries(file.u64(40), file.u16(58), file.u16(60));
  return {
    format: "ELF",
    system: "linux",
    arch: MACHINES[file.u16(18)] ?? null,
    libc: libcOf(needs),
    needs,
    glibc: newest(versions.filter((name) => /^GLIBC_\d/.test(name)).map((name) => name.slice("GLIBC_".length))),
    stripped: !sections.some((at) => file.u32(at + 4) === SHT_SYMTAB),
    macos: null,
  };
}

function entries(start: number, size: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index * size);
}

function readTags(file: ByteReader, offset: number, size: number): [tag: number, value: number][] {
  const tags: [number, number][] = [];
  for (let at = offset; at + 16 <= offset + size; at += 16) {
    const tag = file.u64(at);
    if (tag === 0) break;
    tags.push([tag, file.u64(at + 8)]);
  }
  return tags;
}

/** The names of all versions that it asks other libraries for: a list of libraries, each with a list of versions. */
function readVersions(file: ByteReader, start: number, count: number, text: (offset: number) => string): string[] {
  const versions: string[] = [];
  let at = start;
  for (let library = 0; library < count; library++) {
    let entry = at + file.u32(at + 8);
    for (let left = file.u16(at + 2); left > 0; left--) {
      versions.push(text(file.u32(entry + 8)));
      entry += file.u32(entry + 12);
    }
    // The last one says 0, whatever the count is.
    const next = file.u32(at + 12);
    if (next === 0) break;
    at += next;
  }
  return versions;
}

function libcOf(needs: readonly string[]): "gnu" | "musl" | null {
  if (needs.includes("libc.so.6")) return "gnu";
  return needs.some((name) => name === "libc.so" || name.startsWith("libc.musl-")) ? "musl" : null;
}
