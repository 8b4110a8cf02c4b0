import { applyContract } from "../contract/apply-contract.ts";
import { type ContractMethods, isContract, type ServiceContract } from "../contract/service-contract.ts";
import { checkOptions, checkWhole, checkWorkers } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { readLimits, type ServiceLimitOptions } from "./limits.ts";
import { allMembers } from "./members.ts";
import { checkName, kebabCase } from "./names.ts";
import { readInterceptors } from "./read-interceptors.ts";
import { readResources, type ResourceOptions } from "./resources.ts";
import { readEnvironment, readLabels } from "./text-map.ts";
import type { Interceptors } from "../interceptor/interceptor.ts";
import { type ServiceClass, setDefinition } from "./service-definition.ts";

/** What `@service` takes for every class. */
export interface CommonServiceOptions {
  /** How many processes `stator serve` starts; `auto` is as many as the machine carries. Default: 1. */
  workers?: number | "auto";
  /** What each process needs. Default: nothing is said. */
  resources?: ResourceOptions;
  /** How many calls run at once in each process, and for how long. Default: no limits. */
  limits?: ServiceLimitOptions;
  /** Environment variables that each process has unless they are set already. Default: none. */
  env?: Readonly<Record<string, string>>;
  /** Anything by which people and tools find the service. Default: none. */
  labels?: Readonly<Record<string, string>>;
  /** Around the calls that it answers and makes, outermost first. Default: none. */
  interceptors?: Interceptors;
}

/** What `@service` takes. */
export interface ServiceOptions extends CommonServiceOptions {
  /** The namespace in discovery. */
  namespace: string;
  /** The component's name in discovery. Default: the class name in kebab case. */
  name?: string;
}

/** What `@service` takes for a class that serves a contract. */
export interface ContractServiceOptions<C extends ServiceContract> extends CommonServiceOptions {
  /**
   * The contract that `stator-codegen` wrote. Names, schemas, limits and idempotence come from it, and callers that were
   * built with another version of it are compared with this one.
   */
  contract: C;
  /** As the contract has it; anything else is an error. */
  namespace?: C["namespace"];
  /** As the contract has it; anything else is an error. */
  name?: C["component"];
}

/** The names of the options, for the check of unknown ones. */
export const SERVICE_OPTIONS = [
  "namespace",
  "name",
  "contract",
  "workers",
  "resources",
  "limits",
  "env",
  "labels",
  "interceptors",
] as const;

/**
 * Makes a class a service. It is constructed once per process, without arguments.
 *
 * With a contract the class must have a method for each of its endpoints; the compiler checks it.
 */
export function service<const C extends ServiceContract>(
  options: ContractServiceOptions<C>,
): <S extends ServiceClass<ContractMethods<C>>>(target: S, context: ClassDecoratorContext<S>) => void;
export function service(
  options: ServiceOptions,
): <S extends ServiceClass>(target: S, context: ClassDecoratorContext<S>) => void;
export function service(
  options: Partial<ContractServiceOptions<ServiceContract>>,
): (target: ServiceClass, context: ClassDecoratorContext<ServiceClass>) => void {
  return (_target, context) => {
    const className = context.name ?? "";
    const where = `@service ${className}`;
    checkOptions(where, options, SERVICE_OPTIONS);
    checkWorkers(where, options.workers);
    const { contract } = options;
    if (contract !== undefined) checkContract(where, contract, options);
    if (className === "" && options.name === undefined && contract === undefined) {
      throw invalidArgument("@service: a class without a name needs the option name.");
    }
    const namespace = checkName(`${where}: namespace`, options.namespace ?? contract?.namespace ?? "");
    const component = checkName(`${where}: name`, options.name ?? contract?.component ?? kebabCase(className));
    const { endpoints: declared, hooks, requests } = allMembers(context.metadata);
    const endpoints = contract === undefined ? declared : applyContract(where, contract, declared);
    checkWhole(`${where}: limits: timeoutMs`, options.limits?.timeoutMs, 1);
    const timeoutMs = options.limits?.timeoutMs ?? null;
    const taken = new Map<string, string>();
    for (const each of endpoints.values()) {
      const other = taken.get(each.name);
      if (other !== undefined) {
        throw invalidArgument(`${where}: the methods ${other} and ${each.property} are both named "${each.name}".`);
      }
      taken.set(each.name, each.property);
    }
    setDefinition(context.metadata, {
      className: className === "" ? component : className,
      namespace,
      component,
      id: `${namespace}.${component}`,
      workers: options.workers ?? 1,
      resources: readResources(`${where}: resources`, options.resources),
      limits: readLimits(`${where}: limits`, options.limits, ["timeoutMs"]),
      timeoutMs,
      env: readEnvironment(`${where}: env`, options.env),
      labels: readLabels(`${where}: labels`, options.labels),
      interceptors: readInterceptors(`${where}: interceptors`, options.interceptors),
      endpoints: [...endpoints.values()].map((each) => ({ ...each, timeoutMs: each.timeoutMs ?? timeoutMs })),
      hooks,
      requests,
    });
  };
}

function checkContract(where: string, contract: unknown, options: { namespace?: string; name?: string }): void {
  if (!isContract(contract)) {
    throw invalidArgument(`${where}: contract is not a contract; pass one that stator-codegen wrote.`);
  }
  for (const [option, given, promised] of [
    ["namespace", options.namespace, contract.namespace],
    ["name", options.name, contract.component],
  ] as const) {
    if (given === undefined || given === promised) continue;
    throw invalidArgument(
      `${where}: ${option} is "${given}", and "${promised}" in the contract, where callers look; leave it out.`,
    );
  }
}
