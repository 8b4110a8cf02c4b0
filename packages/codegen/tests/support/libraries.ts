/** Writes the headers of libraries, with what the tests look for and nothing more. */
class Layout {
  readonly #view = new DataView(new ArrayBuffer(4096));

  u16(at: number, ...values: number[]): void {
    for (const [index, value] of values.entries()) this.#view.setUint16(at + 2 * index, value, true);
  }

  u32(at: number, ...values: number[]): void {
    for (const [index, value] of values.entries()) this.#view.setUint32(at + 4 * index, value, true);
  }

  u64(at: number, ...values: number[]): void {
    for (const [index, value] of values.entries()) this.#view.setBigUint64(at + 8 * index, BigInt(value), true);
  }

  text(at: number, text: string): void {
    new Uint8Array(this.#view.buffer).set(new TextEncoder().encode(text), at);
  }

  /** Puts texts one after another and gives the offset of each from the start. */
  texts(at: number, texts: readonly string[]): number[] {
    let next = 1;
    return texts.map((text) => {
      const offset = next;
      this.text(at + offset, text);
      next += text.length + 1;
      return offset;
    });
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer);
  }
}

export type ElfParts = { machine?: number; needs?: readonly string[]; versions?: readonly string[]; symbols?: boolean };

/** An ELF library that is mapped at an address other than its place in the file, as real ones are. */
export function elf({ machine = 0xb7, needs = [], versions = [], symbols = false }: ElfParts): Uint8Array {
  const [programs, sections, dynamic, verneed, strings, address] = [0x40, 0x100, 0x200, 0x400, 0x800, 0x10000];
  const file = new Layout();
  file.text(0, "\x7fELF\x02\x01\x01");
  file.u16(16, 3, machine);
  file.u64(32, programs, sections);
  file.u16(54, 56, 2, 64, 1);
  file.u32(programs, 1);
  file.u64(programs + 8, 0, address, address, 4096);
  file.u32(programs + 56, 2);
  file.u64(programs + 56 + 8, dynamic, address + dynamic, address + dynamic, 0x200);
  file.u32(sections + 4, symbols ? 2 : 3);

  const names = file.texts(strings, [...needs, ...versions]);
  const tags = [
    ...needs.map((_, index) => [1, names[index] ?? 0]),
    [5, address + strings],
    ...(versions.length > 0
      ? [
          [0x6ffffffe, address + verneed],
          [0x6fffffff, 1],
        ]
      : []),
    [0, 0],
  ];
  file.u64(dynamic, ...tags.flat());
  file.u16(verneed, 1, versions.length);
  file.u32(verneed + 8, 16, 0);
  for (const index of versions.keys()) {
    const last = index === versions.length - 1;
    file.u32(verneed + 16 + 16 * index + 8, names[needs.length + index] ?? 0, last ? 0 : 16);
  }
  return file.bytes;
}

export type PeParts = { machine?: number; needs?: readonly string[]; symbols?: number };

export function pe({ machine = 0x8664, needs = [], symbols = 0 }: PeParts): Uint8Array {
  const [header, optional, section, raw, address] = [0x80, 0x98, 0x98 + 240, 0x400, 0x1000];
  const file = new Layout();
  file.text(0, "MZ");
  file.u32(0x3c, header);
  file.text(header, "PE");
  file.u16(header + 4, machine, 1);
  file.u32(header + 16, symbols);
  file.u16(header + 20, 240);
  file.u16(optional, 0x20b);
  file.u32(optional + 120, address, 20 * (needs.length + 1));
  file.u32(section + 8, 0xc00, address, 0xc00, raw);
  const names = file.texts(raw + 0x400, needs);
  for (const [index, offset] of names.entries()) file.u32(raw + 20 * index + 12, address + 0x400 + offset);
  return file.bytes;
}

export type MachOParts = {
  machine?: number;
  needs?: readonly string[];
  macos?: readonly [major: number, minor: number];
};

export function machO({ machine = 0x0100000c, needs = [], macos = [11, 0] }: MachOParts): Uint8Array {
  const file = new Layout();
  file.u32(0, 0xfeedfacf, machine);
  file.u32(16, needs.length + 1);
  file.u32(32, 0x32, 24, 1, macos[0] * 0x10000 + macos[1] * 0x100);
  for (const [index, name] of needs.entries()) {
    const at = 56 + 64 * index;
    file.u32(at, 0xc, 64, 24);
    file.text(at + 24, name);
  }
  return file.bytes;
}
