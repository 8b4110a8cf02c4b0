import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { type GraphService, isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { definitionOf } from "../definition/service-definition.ts";

const WHAT = "a service is a class with @service, or what commandService() gives.";

/**
 * The service that `<file>#<Service>` names. `#<Service>` may be left out where the file exports one service only.
 *
 * Says what there is instead when the file, the export or the decorator is missing.
 */
export async function loadService(target: string, folder: string = process.cwd()): Promise<GraphService> {
  const hash = target.lastIndexOf("#");
  const file = resolve(folder, hash === -1 ? target : target.slice(0, hash));
  const name = hash === -1 ? "" : target.slice(hash + 1);
  checkFile(file);
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const services = Object.keys(exported).filter((each) => isService(exported[each]));
  if (name === "") {
    const [only] = services;
    if (services.length === 1 && only !== undefined) return exported[only] as GraphService;
    throw invalidArgument(
      services.length === 0
        ? `${file} exports no service; ${WHAT}`
        : `${file} exports ${services.length} services; say which: ${services.map((each) => `#${each}`).join(", ")}.`,
    );
  }
  if (!Object.hasOwn(exported, name)) {
    throw invalidArgument(`${file} exports no "${name}"; ${suggestion(name, services)}`);
  }
  if (!isService(exported[name])) throw invalidArgument(`"${name}" of ${file} is not a service; ${WHAT}`);
  return exported[name] as GraphService;
}

function isService(value: unknown): boolean {
  return isCommandService(value) || definitionOf(value) !== null;
}

function checkFile(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return;
  if (stats !== undefined) throw invalidArgument(`${file} is not a file.`);
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw invalidArgument(`There is no folder ${folder}.`);
  }
  const sources = readdirSync(folder).filter((each) => /\.[cm]?[jt]sx?$/.test(each));
  throw invalidArgument(`There is no file ${file}; ${suggestion(basename(file), sources)}`);
}
