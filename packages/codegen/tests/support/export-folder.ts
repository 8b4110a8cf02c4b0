import { type Document, kebabCase, parseDocument } from "@stator/contract";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const command = join(import.meta.dir, "..", "..", "src", "cli", "stator-codegen.ts");
const modules = join(import.meta.dir, "..", "fixtures", "typescript");

/** What a run of the command printed. */
export type Run = { readonly code: number; readonly output: string; readonly errors: string };

/** Runs `stator-codegen export`; targets are relative to `tests/fixtures/typescript`. */
export async function runExport(parameters: readonly string[], folder = modules): Promise<Run> {
  const child = Bun.spawn([process.execPath, command, "export", ...parameters], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output, errors };
}

export type GeneratedIssues = readonly { readonly message: string }[] | undefined;

/** What tests need of a generated schema. */
export type GeneratedSchema = {
  matches(value: unknown): boolean;
  readonly "~standard": { validate(value: unknown): { readonly issues?: GeneratedIssues; readonly value?: unknown } };
};

/** A generated folder, with its document and what was printed with it. */
export type ExportedFolder = Disposable & {
  readonly path: string;
  readonly output: string;
  readonly document: Document;
  /** The generated schema of a type. */
  schema(type: string): Promise<GeneratedSchema>;
};

/** Exports services into a folder of its own. Throws what the command says when it fails. */
export async function exportFolder(...parameters: readonly string[]): Promise<ExportedFolder> {
  const path = mkdtempSync(join(tmpdir(), "stator-export-"));
  const { code, output, errors } = await runExport([...parameters, "--out", path]);
  if (code !== 0) throw new Error(`${output}${errors}`);
  return {
    path,
    output,
    document: parseDocument(readFileSync(join(path, "document.json"), "utf8"), path),
    schema: async (type) => {
      const module = (await import(join(path, "types", `${kebabCase(type)}.ts`))) as Record<string, GeneratedSchema>;
      return module[type] as GeneratedSchema;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}
