import { DEPENDENCIES } from "../definition/dependencies-symbol.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import { type GraphService, isCommandService } from "../definition/command-service.ts";
import { suggestion } from "../definition/nearest-name.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { resolveDependency } from "../dependency/depends.ts";
import { type DependencyField, fieldName, fits, type GraphLink, linksFor, serviceName } from "./graph-link.ts";
import type { GraphProblem } from "./graph-problem.ts";

/** What stands in for a service, or for a contract, in a test; null for what is itself. */
export type Substitute = (asked: unknown) => ServiceClass | null;

/** Puts the linked services where others depend on them, and notes what does not work out. */
export class Linking {
  private readonly used = new Set<GraphLink>();
  private readonly found: GraphProblem[] = [];
  /** Fields that a link has filled with something else than was asked for. */
  private readonly filled = new Map<string, GraphLink>();
  private readonly fields: DependencyField[] = [];

  constructor(
    private readonly links: readonly GraphLink[],
    private readonly substitute: Substitute | null = null,
  ) {}

  /** Decides where a dependency of `owner` leads. */
  link(dependency: Dependency, owner: string, instance: object): void {
    const at: DependencyField = { owner, field: fieldOf(instance, dependency), dependency };
    this.fields.push(at);
    const links = linksFor(this.links, at);
    for (const each of links) this.used.add(each);
    const [first, second] = links;
    const { isAbstract, label, value } = dependency.asked;
    const substitute = this.substitute?.(first?.service ?? value) ?? null;
    if (substitute !== null) {
      this.checkEndpoints(at, substitute);
      dependency.link(resolveDependency(substitute));
      return;
    }
    if (first === undefined) {
      if (!isAbstract) return;
      const message = `${fieldName(at)}: ${label} is abstract, and nothing is linked for it; link a service that extends it: graph(...).link(My${label}).`;
      this.found.push({ kind: "unresolved", where: fieldName(at), message });
      return;
    }
    if (second !== undefined) {
      const names = links.map(({ service }) => serviceName(service)).join(" and ");
      this.ambiguous(
        at,
        `${fieldName(at)}: ${names} are linked for it; name the field: { as: "${at.field ?? owner}" }.`,
      );
    }
    const isOther = first.service !== value && !isCommandService(value);
    const before = [...this.filled].find(([name, link]) => link === first && name.startsWith(`${owner}.`))?.[0];
    if (isOther && isAbstractOrBase(value) && before !== undefined && first.as.length === 0) {
      const fields = `"${before.slice(owner.length + 1)}", "${at.field ?? ""}"`;
      const message = `${serviceName(first.service)} fits ${before} and ${fieldName(at)}; say which are meant: { as: [${fields}] }.`;
      this.ambiguous(at, message);
    }
    if (isOther) this.filled.set(`${owner}.${at.field ?? ""}`, first);
    this.checkEndpoints(at, first.service);
    dependency.link(resolveDependency(first.service));
  }

  /** What is wrong, now that all services have been seen. */
  problems(nodes: readonly { readonly definition: { readonly className: string } }[]): GraphProblem[] {
    const unused = this.links.filter((link) => !this.used.has(link));
    const late = unused.map(({ service, as }): GraphProblem => {
      const where = serviceName(service);
      if (as.length === 0 || !this.fields.some(({ dependency }) => fits(dependency.asked.value, service))) {
        const names = nodes.map(({ definition }) => definition.className).filter((name) => name !== where);
        const message = `link(${where}): no service of the graph (${names.join(", ")}) depends on it.`;
        return { kind: "unused-link", where, message };
      }
      const known = this.fields.flatMap(({ field, owner }) => (field === null ? [] : [field, `${owner}.${field}`]));
      const message = `link(${where}): there is no field "${as.join('", "')}" that it fits; ${suggestion(as[0] ?? "", known)}`;
      return { kind: "unused-link", where, message };
    });
    return [...this.found, ...late];
  }

  private ambiguous(at: DependencyField, message: string): void {
    this.found.push({ kind: "ambiguous", where: fieldName(at), message });
  }

  /** What was asked for must be there, under the same name and of the same kind. */
  private checkEndpoints(at: DependencyField, service: GraphService): void {
    const offered = resolveDependency(service).target.endpoints;
    for (const { name, kind } of at.dependency.asked.endpoints) {
      const own = offered.find((endpoint) => endpoint.name === name);
      if (own?.kind === kind) continue;
      const what = own === undefined ? `has no endpoint "${name}"` : `has "${name}" as ${own.kind}, not ${kind}`;
      const message = `${fieldName(at)}: ${serviceName(service)} ${what}, which ${at.dependency.asked.label} promises.`;
      this.found.push({ kind: "mistyped", where: fieldName(at), message });
    }
  }
}

/** The field of the object that holds a dependency. */
function fieldOf(instance: object, dependency: Dependency): string | null {
  const built = (instance as { readonly [DEPENDENCIES]?: object })[DEPENDENCIES] ?? {};
  const descriptors = [instance, built].flatMap((each) => Object.entries(Object.getOwnPropertyDescriptors(each)));
  return descriptors.find(([, { value }]) => (value as unknown) === dependency.client)?.[0] ?? null;
}

function isAbstractOrBase(value: unknown): boolean {
  return typeof value === "function" || definitionOf(value) !== null;
}
