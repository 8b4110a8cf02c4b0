import { parseArgs } from "node:util";

export type Arguments = {
  readonly help: boolean;
  /** Compare only; fail when something differs. */
  readonly check: boolean;
  /** Take the committed document instead of building the crate. */
  readonly fromDocument: boolean;
  /** Generate again whenever a source changes. */
  readonly watch: boolean;
  readonly config: string;
};

/** The command line was wrong; the message says how. */
export class UsageError extends Error {}

export function parseArguments(parameters: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        help: { type: "boolean", short: "h", default: false },
        check: { type: "boolean", default: false },
        "from-document": { type: "boolean", default: false },
        watch: { type: "boolean", short: "w", default: false },
        config: { type: "string", default: "stator.codegen.json" },
      },
    });
    if (values.check && values.watch) throw new Error("--check and --watch exclude each other");
    return {
      help: values.help,
      check: values.check,
      fromDocument: values["from-document"],
      watch: values.watch,
      config: values.config,
    };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
