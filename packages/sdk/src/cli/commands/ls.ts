import { StatorError } from "@stator/runtime-native";

import { discoveryName, listInstances } from "../../discovery/list-instances.ts";
import { suggestion } from "../../definition/nearest-name.ts";
import type { RegisteredInstance } from "../../discovery/registered-instance.ts";
import { type CliCommand, DISCOVERY_OPTIONS, JSON_OPTION } from "../cli-command.ts";
import { printJson, printLines, table } from "../command-output.ts";
import { discoveryEnvironment } from "../serve-options.ts";

interface LsOptions {
  readonly discovery?: string;
  readonly filePath?: string;
  readonly json?: true;
}

/** Says why the list is empty: because nothing is there, or because of the prefix. */
function nothing(wanted: string, all: readonly RegisteredInstance[], where: string): string {
  if (wanted === "" || all.length === 0) return `Nothing is registered in ${where}.`;
  const parts = wanted.split(".").length;
  const known = all.map(({ namespace, component, endpoint }) =>
    [namespace, component, endpoint].slice(0, parts).join("."),
  );
  return `Nothing is registered below "${wanted}" in ${where}; ${suggestion(wanted, [...new Set(known)])}`;
}

/** `stator ls` */
export const lsCommand: CliCommand<LsOptions> = {
  usage: "ls [prefix]",
  summary: "lists what is registered in discovery",
  options: [...DISCOVERY_OPTIONS(), JSON_OPTION()],
  takesServiceOptions: false,
  more: "[prefix] is a namespace, namespace.component or namespace.component.endpoint. Without options the discovery is that of\nthe environment: the same that stator serve takes in this folder.",
  async run({ positionals: [prefix = ""], options }) {
    const environment = { ...process.env, ...discoveryEnvironment(options) };
    const wanted = prefix.replace(/^dyn:\/\//, "");
    try {
      const all = await listInstances(environment);
      const found = all.filter(({ namespace, component, endpoint }) =>
        `${namespace}.${component}.${endpoint}.`.startsWith(wanted === "" ? "" : `${wanted}.`),
      );
      if (options.json === true) printJson(found);
      else if (found.length === 0) printLines([nothing(wanted, all, discoveryName(environment))]);
      else {
        const rows = found.map((each) => [
          `${each.namespace}.${each.component}.${each.endpoint}`,
          each.instanceId,
          each.address ?? "-",
        ]);
        printLines(table([["ENDPOINT", "INSTANCE", "ADDRESS"], ...rows]));
      }
      return 0;
    } catch (error) {
      if (error instanceof StatorError && error.code === "invalid_argument") throw error;
      process.stderr.write(
        `stator: ${discoveryName(environment)}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      return 1;
    }
  },
};
