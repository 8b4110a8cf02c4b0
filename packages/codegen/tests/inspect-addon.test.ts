import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectAddon, inspectedPlatform, misfits, printInspection } from "../src/addon/inspect/inspect-addon.ts";
import { addonFileName, addonPlatform } from "../src/support/addon-file-name.ts";
import { elf, machO, pe } from "./support/libraries.ts";

const glibc = elf({
  needs: ["libm.so.6", "libc.so.6"],
  versions: ["GLIBC_2.9", "GLIBC_2.28", "GLIBC_PRIVATE", "GCC_4.2.0", "GLIBC_2.4"],
});

function print(bytes: Uint8Array): string {
  return printInspection(inspectAddon(bytes, "x.node"));
}

function platform(bytes: Uint8Array): string {
  return inspectedPlatform(inspectAddon(bytes, "x.node"));
}

describe("what a library is and needs", () => {
  test("ELF: versions are compared by their numbers", () => {
    expect(print(glibc)).toBe("ELF arm64, stripped, up to GLIBC_2.28, needs libm.so.6 libc.so.6");
    expect(platform(glibc)).toBe("linux-arm64-gnu");
  });

  test("ELF of musl, with a symbol table", () => {
    const musl = elf({ machine: 0x3e, needs: ["libc.so"], symbols: true });
    expect(print(musl)).toBe("ELF x64, with symbols, needs libc.so");
    expect(platform(musl)).toBe("linux-x64-musl");
    expect(platform(elf({ machine: 0x3e, needs: ["libc.musl-x86_64.so.1"] }))).toBe("linux-x64-musl");
  });

  test("PE", () => {
    const library = pe({ needs: ["KERNEL32.dll", "ntdll.dll"] });
    expect(print(library)).toBe("PE x64, stripped, needs KERNEL32.dll ntdll.dll");
    expect(platform(library)).toBe("win32-x64");
    expect(print(pe({ machine: 0xaa64, symbols: 3 }))).toBe("PE arm64, with symbols, needs no library");
  });

  test("Mach-O", () => {
    const library = machO({ needs: ["/usr/lib/libSystem.B.dylib"], macos: [10, 12] });
    expect(print(library)).toBe("Mach-O arm64, macOS 10.12 or newer, needs /usr/lib/libSystem.B.dylib");
    expect(platform(library)).toBe("darwin-arm64");
    expect(platform(machO({ machine: 0x01000007 }))).toBe("darwin-x64");
  });

  test("the addon of this machine", () => {
    const path = join(import.meta.dir, "bindings", addonFileName("bindings-fixtures"));
    const inspection = inspectAddon(readFileSync(path), path);
    expect(misfits(inspection, { platform: addonPlatform(), glibc: null })).toEqual([]);
    expect(inspection.needs.length).toBeGreaterThan(0);
  });
});

describe("what does not fit its target", () => {
  const inspection = inspectAddon(glibc, "x.node");

  test("another machine or another libc", () => {
    expect(misfits(inspection, { platform: "linux-arm64-gnu", glibc: "2.28" })).toEqual([]);
    expect(misfits(inspection, { platform: "linux-x64-gnu", glibc: null })).toEqual([
      "it is for linux-arm64-gnu, not for linux-x64-gnu",
    ]);
    expect(misfits(inspection, { platform: "linux-arm64-musl", glibc: null })).toHaveLength(1);
    const riscv = inspectAddon(elf({ machine: 0xf3 }), "x.node");
    expect(misfits(riscv, { platform: "linux-x64-gnu", glibc: null })).toEqual([
      "it is for linux-unknown, not for linux-x64-gnu",
    ]);
  });

  test("a newer glibc", () => {
    expect(misfits(inspection, { platform: "linux-arm64-gnu", glibc: "2.17" })).toEqual([
      "it needs glibc 2.28, which is newer than 2.17",
    ]);
  });

  test("without a libc it is for every one", () => {
    const free = inspectAddon(elf({}), "x.node");
    for (const libc of ["gnu", "musl"]) {
      expect(misfits(free, { platform: `linux-arm64-${libc}`, glibc: null })).toEqual([]);
    }
  });
});

describe("what is no library", () => {
  test.each([
    ["nothing", new Uint8Array()],
    ["a script", new TextEncoder().encode("#!/bin/sh\n")],
    ["an ELF file of 32 bits", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1)],
  ])("%s", (_, bytes) => {
    expect(() => inspectAddon(bytes, "x.node")).toThrow("x.node: no library of 64 bits for Linux, macOS or Windows.");
  });

  test.each([
    ["ELF", glibc],
    ["PE", pe({ needs: ["KERNEL32.dll"] })],
    ["Mach-O", machO({ needs: ["/usr/lib/libSystem.B.dylib"] })],
  ])("%s, cut off anywhere: read or refused, never another error", (_, whole) => {
    let refused = 0;
    for (let length = 6; length < whole.length; length += 7) {
      try {
        inspectAddon(whole.slice(0, length), "x.node");
      } catch (error) {
        expect((error as Error).message).toContain("x.node: a damaged library");
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  test("offsets and sizes that lead out of the file, or nowhere", () => {
    const segments = glibc.slice();
    new DataView(segments.buffer).setBigUint64(32, 2n ** 60n, true);
    const commands = machO({});
    new DataView(commands.buffer).setUint32(36, 0, true);
    const imports = pe({ needs: ["KERNEL32.dll"] });
    new DataView(imports.buffer).setUint32(0x98 + 120, 0xffffff00, true);
    for (const bytes of [segments, commands, imports]) {
      expect(() => inspectAddon(bytes, "x.node")).toThrow("a damaged library");
    }
  });
});
