import packageJson from "../package.json" with { type: "json" };
import { StatorError } from "./stator-error.ts";

/**
 * For what stands on the runtime: checks when it is loaded that the two belong together.
 *
 * @param what has the version, for the message: `@stator/sdk`.
 * @param version the one that it needs, such as `1.2.3`; the beginning of it, such as `1`, admits all that begin so.
 * @param cure what to do when it is another one: a sentence.
 * @throws StatorError `version_mismatch`.
 */
export function requireVersion(what: string, version: string, cure: string): void {
  const { name, version: own } = packageJson;
  if (own === version || own.startsWith(`${version}.`)) return;
  throw new StatorError("version_mismatch", `${what} is of version ${version}, but ${name} is ${own}. ${cure}`);
}
