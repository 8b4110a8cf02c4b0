import { kebabCase } from "../definition/names.ts";
import { UsageError } from "../cli/usage-error.ts";

/** Room for what is put before and behind it: a DNS label has 63 characters. */
const LONGEST_NAME = 30;
const LONGEST_LABEL = 63;

/** The name of a deployment: what was said, else that of the export, else that of the graph's root. */
export function deploymentName(said: string | null, target: string, root: string): string {
  const hash = target.lastIndexOf("#");
  const name = said ?? dnsLabel(hash === -1 ? root : target.slice(hash + 1));
  if (/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= LONGEST_NAME) return name;
  throw new UsageError(
    `--name: "${name}" is no name for objects; use at most ${LONGEST_NAME} small letters, digits and "-", a letter first.`,
  );
}

/** Names for services that are told apart by their ids: the component, with its namespace where that is not enough. */
export function serviceNames(
  services: readonly { readonly id: string; readonly component: string }[],
  name: string,
  reserved: readonly string[],
): string[] {
  const short = services.map(({ component }) => dnsLabel(component));
  const names = services.map(({ id }, index) => {
    const own = short[index] ?? "";
    const isTaken = reserved.includes(own) || short.some((each, at) => at !== index && each === own);
    return isTaken ? dnsLabel(id) : own;
  });
  names.forEach((each, index) => {
    const id = services[index]?.id ?? "";
    const other = services[names.indexOf(each)]?.id ?? "";
    if (other !== id) throw new UsageError(`${other} and ${id} are both "${each}" as names of objects; rename one.`);
    if (each === "" || `${name}-${each}`.length > LONGEST_LABEL) {
      throw new UsageError(
        `${id}: "${name}-${each}" is no name for objects: it needs 1 to ${LONGEST_LABEL} characters.`,
      );
    }
  });
  return names;
}

/** `Hello_World` to `hello-world`: what Kubernetes and Compose take as a name. */
function dnsLabel(text: string): string {
  return kebabCase(text.replaceAll(".", "-"))
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
