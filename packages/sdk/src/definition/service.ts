import { applyContract } from "../contract/apply-contract.ts";
import { type ContractMethods, isContract, type ServiceContract } from "../contract/service-contract.ts";
import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { allMembers } from "./members.ts";
import { checkName, kebabCase } from "./names.ts";
import { type ServiceClass, setDefinition } from "./service-definition.ts";

/** What `@service` takes. */
export interface ServiceOptions {
  /** The namespace in discovery. */
  namespace: string;
  /** The component's name in discovery. Default: the class name in kebab case. */
  name?: string;
  /** How many processes `stator serve` starts. Default: 1. */
  workers?: number;
}

/** What `@service` takes for a class that serves a contract. */
export interface ContractServiceOptions<C extends ServiceContract> {
  /**
   * The contract that `stator-codegen` wrote. Names, schemas, limits and idempotence come from it, and callers that were
   * built with another version of it are compared with this one.
   */
  contract: C;
  /** As the contract has it; anything else is an error. */
  namespace?: C["namespace"];
  /** As the contract has it; anything else is an error. */
  name?: C["component"];
  /** How many processes `stator serve` starts. Default: 1. */
  workers?: number;
}

const KNOWN = ["namespace", "name", "workers", "contract"] as const;

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
    checkOptions(where, options, KNOWN);
    checkWhole(`${where}: workers`, options.workers, 1);
    const { contract } = options;
    if (contract !== undefined) checkContract(where, contract, options);
    if (className === "" && options.name === undefined && contract === undefined) {
      throw invalidArgument("@service: a class without a name needs the option name.");
    }
    const namespace = checkName(`${where}: namespace`, options.namespace ?? contract?.namespace ?? "");
    const component = checkName(`${where}: name`, options.name ?? contract?.component ?? kebabCase(className));
    const { endpoints: declared, hooks } = allMembers(context.metadata);
    const endpoints = contract === undefined ? declared : applyContract(where, contract, declared);
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
      endpoints: [...endpoints.values()],
      hooks,
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
