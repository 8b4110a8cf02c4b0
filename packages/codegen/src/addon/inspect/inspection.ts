/** What the headers of a compiled addon say. */
export type Inspection = {
  readonly format: "ELF" | "PE" | "Mach-O";
  readonly system: "linux" | "win32" | "darwin";
  /** As Node calls it; null for machines that no addon is built for. */
  readonly arch: "x64" | "arm64" | null;
  /** The C library that an ELF file names; null when it names none. */
  readonly libc: "gnu" | "musl" | null;
  /** The libraries that have to be there when it is loaded. */
  readonly needs: readonly string[];
  /** The highest version among the GLIBC_ symbols that it asks for, such as `2.28`. */
  readonly glibc: string | null;
  /** Whether a symbol table for debuggers is gone. Null where the format does not say. */
  readonly stripped: boolean | null;
  /** The oldest macOS that it runs on, such as `11.0`. */
  readonly macos: string | null;
};
