import { ERROR_CODES, type ErrorCode } from "@stator/runtime-native";

import { suggestion } from "../../definition/nearest-name.ts";
import { type CliCommand, JSON_OPTION } from "../cli-command.ts";
import { printJson, printLines, table } from "../command-output.ts";
import { exitCodeOf } from "../exit-codes.ts";
import { UsageError } from "../usage-error.ts";
import { wrapped } from "../wrapped.ts";

interface ErrorsOptions {
  readonly json?: true;
}

const WIDTH = 100;
const LABEL = 8;

/** `stator errors` */
export const errorsCommand: CliCommand<ErrorsOptions> = {
  usage: "errors [code]",
  summary: "says what an error code means, what leads to it, and what to do",
  options: [JSON_OPTION()],
  takesServiceOptions: false,
  more: `[code] is one of those in logs, in answers over HTTP and in "code" of an error, such as overloaded. Without it all are
listed: AGAIN says whether the same call may succeed elsewhere or later without risk of running twice, HTTP is the status of
an answer over HTTP, EXIT the exit code of stator call.`,
  async run({ positionals: [name], options }) {
    if (name !== undefined) return show(known(name), options.json === true);
    const all = Object.keys(ERROR_CODES) as ErrorCode[];
    if (options.json === true) printJson(all.map(factsOf));
    else {
      const rows = all
        .map(factsOf)
        .map((facts) => [
          facts.code,
          facts.retryable ? "yes" : "no",
          String(facts.httpStatus),
          String(facts.exitCode),
          facts.meaning,
        ]);
      printLines(table([["CODE", "AGAIN", "HTTP", "EXIT", "MEANING"], ...rows]));
    }
    return 0;
  },
};

function show(code: ErrorCode, json: boolean): number {
  const facts = factsOf(code);
  if (json) printJson(facts);
  else {
    const again = facts.retryable ? "may succeed elsewhere or later, and does not run twice" : "not as it is";
    printLines([
      `${code}: HTTP ${facts.httpStatus}, exit code ${facts.exitCode} of stator call`,
      ...labelled("means", facts.meaning),
      ...labelled("cause", facts.cause),
      ...labelled("cure", facts.cure),
      ...labelled("again", again),
    ]);
  }
  return 0;
}

function labelled(label: string, text: string): string[] {
  return wrapped(text, WIDTH - LABEL).map((line, at) => `${(at === 0 ? label : "").padEnd(LABEL)}${line}`);
}

function factsOf(code: ErrorCode) {
  return { code, ...ERROR_CODES[code], exitCode: exitCodeOf(code) };
}

function known(name: string): ErrorCode {
  if (Object.hasOwn(ERROR_CODES, name)) return name as ErrorCode;
  throw new UsageError(`There is no error code "${name}"; ${suggestion(name, Object.keys(ERROR_CODES))}`);
}
