import { resolve } from "node:path";

import type { ServiceContract } from "../contract/service-contract.ts";
import { checkOptions, checkWorkers } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { readResources, type ResourceOptions, type Resources } from "./resources.ts";
import type { ServiceClass } from "./service-definition.ts";

/** What `commandService` takes. */
export interface CommandOptions {
  /**
   * The program and its arguments, as many as there are. A path is relative to `cwd`; a bare name is looked up on PATH.
   * No shell reads it.
   */
  command: readonly [program: string, ...parameters: string[]];
  /** The folder that it runs in. Default: that of `stator serve`. */
  cwd?: string;
  /** Added to its environment. */
  env?: Readonly<Record<string, string>>;
  /** How many processes `stator serve` starts; `auto` is as many as the machine carries. Default: 1. */
  workers?: number | "auto";
  /** What each process needs. Default: nothing that is counted. */
  resources?: ResourceOptions;
  /** What it calls itself: those services are part of the graph and start before it. Default: none. */
  dependsOn?: readonly GraphService[];
}

/** What `stator serve` has to know of a program that serves. */
export interface CommandDefinition {
  /** The contract's name, which stands where a class has its own. */
  readonly className: string;
  readonly namespace: string;
  readonly component: string;
  /** `namespace.component`. */
  readonly id: string;
  readonly workers: number | "auto";
  readonly resources: Resources;
  readonly command: {
    readonly argv: readonly string[];
    /** Absolute. */
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
}

// Registered, so that two copies of this package in one process still understand each other.
const COMMAND = Symbol.for("@stator/sdk/command");

/** A service of a graph that is a program of its own: in any language, behind its contract. */
export class CommandService<C extends ServiceContract = ServiceContract> {
  /** @internal */
  readonly [COMMAND] = true;

  /** @internal Use `commandService`. */
  constructor(
    /** What it serves. */
    readonly contract: C,
    /** @internal */
    readonly definition: CommandDefinition,
    /** @internal */
    readonly dependsOn: readonly GraphService[],
  ) {}
}

/** Whether a value is what `commandService` gives. */
export function isCommandService(value: unknown): value is CommandService {
  return typeof value === "object" && value !== null && COMMAND in value;
}

/** A service that is part of a graph. */
export type GraphService = ServiceClass | CommandService;

const KNOWN = ["command", "cwd", "env", "workers", "resources", "dependsOn"] as const;

/**
 * A program that serves a contract, as a service of a graph:
 * `export const Counter = commandService(CounterContract, { command: ["./bin/counter"] })`, then `depends(Counter)`.
 *
 * `stator serve` starts it, waits until it says that it is ready, restarts it and drains it like every other service.
 */
export function commandService<const C extends ServiceContract>(
  contract: C,
  options: CommandOptions,
): CommandService<C> {
  const { name, namespace, component } = contract;
  const where = `commandService ${name}`;
  checkOptions(where, options, KNOWN);
  checkWorkers(where, options.workers);
  const { command, cwd = ".", env = {}, workers = 1, resources, dependsOn = [] } = options;
  if (!Array.isArray(command) || command.length === 0 || !command.every(isText) || command[0] === "") {
    throw invalidArgument(`${where}: command is a list of the program and its arguments, such as ["./bin/counter"].`);
  }
  if (!Object.values(env).every(isText)) throw invalidArgument(`${where}: the values of env are texts.`);
  const definition = {
    className: name,
    namespace,
    component,
    id: `${namespace}.${component}`,
    workers,
    resources: readResources(`${where}: resources`, resources),
    command: { argv: [...command], cwd: resolve(cwd), env: { ...env } },
  };
  return new CommandService(contract, definition, [...dependsOn]);
}

function isText(value: unknown): value is string {
  // A zero would end the argument early.
  return typeof value === "string" && !value.includes("\0");
}
