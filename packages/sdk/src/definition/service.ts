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

const KNOWN = ["namespace", "name", "workers"] as const;

/** Makes a class a service. It is constructed once per process, without arguments. */
export function service(
  options: ServiceOptions,
): <C extends ServiceClass>(target: C, context: ClassDecoratorContext<C>) => void {
  return (_target, context) => {
    const className = context.name ?? "";
    const where = `@service ${className}`;
    checkOptions(where, options, KNOWN);
    checkWhole(`${where}: workers`, options.workers, 1);
    if (className === "" && options.name === undefined) {
      throw invalidArgument("@service: a class without a name needs the option name.");
    }
    const namespace = checkName(`${where}: namespace`, options.namespace);
    const component = checkName(`${where}: name`, options.name ?? kebabCase(className));
    const { endpoints, hooks } = allMembers(context.metadata);
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
