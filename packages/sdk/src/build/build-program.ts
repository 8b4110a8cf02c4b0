import { renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { CommandFailure } from "../cli/command-failure.ts";
import type { ExportedGraph } from "../graph/load-graph.ts";

/** What is to be built. */
export interface ProgramBuild {
  readonly exported: ExportedGraph;
  /** The absolute path of the program. */
  readonly outfile: string;
  readonly minify: boolean;
}

/** Compiles a graph into one executable file. Gives its size in bytes. What stood there before stays until it is whole. */
export async function buildProgram({ exported: { file, name }, outfile, minify }: ProgramBuild): Promise<number> {
  // Beside the graph, so that it finds the packages that the graph finds. It is never written.
  const entry = join(dirname(file), `.stator-main-${process.pid}.ts`);
  // Not over what runs: the system refuses that.
  const unfinished = `${outfile}.${process.pid}.unfinished`;
  try {
    const result = await Bun.build({
      entrypoints: [entry],
      files: { [entry]: entryText(basename(file), name) },
      target: "bun",
      minify,
      // Each worker is a process that reads the program again: it starts in a fifth of the time.
      bytecode: true,
      // The default with bytecode has no await outside of functions.
      format: "esm",
      // What is thrown names lines of the sources.
      sourcemap: "inline",
      // A bunfig.toml where the program happens to run is not its own.
      compile: { outfile: unfinished, autoloadBunfig: false },
      throw: false,
    });
    if (!result.success) throw new CommandFailure(`${file} cannot be built:\n${result.logs.map(String).join("\n")}`);
    renameSync(unfinished, outfile);
  } finally {
    // The source map is inside; Bun writes it beside the file, too.
    for (const path of [unfinished, `${unfinished}.map`]) rmSync(path, { force: true });
  }
  return statSync(outfile).size;
}

/** The program. Its services are loaded in the processes that run them. */
export function entryText(file: string, name: string): string {
  const [from, exported] = [`./${file}`, name].map((each) => JSON.stringify(each));
  return `import { main } from "@stator/sdk/main";\n\nawait main(async () => (await import(${from}))[${exported}]);\n`;
}
