import type { ServiceOption } from "../configuration/command-line-entries.ts";
import { UsageError } from "./usage-error.ts";

/** A command line without what it says about services. */
export interface SplitCommandLine {
  readonly rest: string[];
  readonly services: ServiceOption[];
}

/** `--Worker.maxTokens`, `--hello.worker.model["a.b"]`: the name has a dot, which no option of a command has. */
const NAME = /^--(\w[\w-]*(?:\.[^.[\]"=\s]+|\["(?:[^"\\]|\\.)*"\]|\[\d+\])+)(?:=([\s\S]*))?$/;

/**
 * Takes `--Worker.maxTokens=-1` and `--Worker.maxTokens -1` out of a command line. The value may be anything, with `=`
 * empty too; what follows `--` is left alone.
 */
export function splitServiceOptions(argv: readonly string[]): SplitCommandLine {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  const rest: string[] = [];
  const services: ServiceOption[] = [];
  for (let at = 0; at < own.length; at++) {
    const each = own[at] ?? "";
    const [, path, attached] = NAME.exec(each) ?? [];
    if (path === undefined) {
      rest.push(each);
      continue;
    }
    const value = attached ?? own[++at];
    if (value === undefined || (attached === undefined && value.startsWith("--"))) {
      throw new UsageError(`--${path} needs a value.`);
    }
    services.push([path, value]);
  }
  return { rest: [...rest, ...(end === -1 ? [] : argv.slice(end))], services };
}
