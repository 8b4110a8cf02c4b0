import { statSync } from "node:fs";
import { resolve } from "node:path";
import { GenerationError } from "../generation-error.ts";

/** `<file>#<Service>`, or `<file>` for all services that it exports. */
export type Target = {
  /** Absolute. */
  readonly file: string;
  readonly service: string | null;
};

/** Reads targets and looks for their files. Throws a `GenerationError` with what is wrong. */
export function readTargets(targets: readonly string[], folder: string): Target[] {
  const found = targets.map((target): Target => {
    const hash = target.lastIndexOf("#");
    const file = resolve(folder, hash === -1 ? target : target.slice(0, hash));
    return { file, service: hash === -1 ? null : target.slice(hash + 1) };
  });
  const problems = found.flatMap(({ file, service }, index) => {
    if (service === "") return [`${targets[index]}: say which service, as in app.ts#Backend, or leave # out.`];
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    return isFile ? [] : [`${targets[index]}: there is no file ${file}.`];
  });
  if (problems.length > 0) throw new GenerationError(problems);
  return found;
}
