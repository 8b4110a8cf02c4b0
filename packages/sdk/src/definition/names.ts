import { invalidArgument } from "./invalid-argument.ts";

/** `VllmWorker` to `vllm-worker`, `HTTPFrontend` to `http-frontend`: the default name of a component. */
export function kebabCase(className: string): string {
  return className
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** Names stand in paths like `namespace.component.endpoint` and in subjects, so dots, slashes and blanks are out. */
export function checkName(where: string, name: string): string {
  if (typeof name !== "string" || !/^[A-Za-z0-9_-]+$/.test(name)) {
    throw invalidArgument(`${where}: ${JSON.stringify(name)} is not a name; use letters, digits, "-" and "_".`);
  }
  return name;
}
