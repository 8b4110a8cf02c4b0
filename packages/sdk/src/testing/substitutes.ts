import { invalidArgument } from "../definition/invalid-argument.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import { identityOf, type Replacement } from "./replacement.ts";
import { stubClass, stubDefinition } from "./stub-class.ts";

/** What stands in for the services of a cluster. */
export class Substitutes {
  private readonly known = new Map<unknown, ServiceClass>();
  private readonly used = new Set<unknown>();

  constructor(
    private readonly where: string,
    replacements: readonly Replacement[],
    /** Everything but this service is replaced, by stubs without methods where nothing else is given; null: nothing is. */
    private readonly alone: ServiceClass | null,
  ) {
    for (const { original, service } of replacements) {
      const id = identityOf(original);
      if (this.known.has(id)) throw invalidArgument(`${where}: two things are to stand in for ${nameOf(original)}.`);
      this.known.set(id, service);
    }
  }

  /** What stands in for this service; null if it is itself. */
  readonly of = (asked: unknown): ServiceClass | null => {
    const id = identityOf(asked);
    this.used.add(id);
    const found = this.known.get(id);
    if (found !== undefined) return found;
    if (this.alone === null || asked === this.alone || this.isSubstitute(asked)) return null;
    const made = stubClass(stubDefinition(this.where, asked), {});
    this.known.set(id, made);
    return made;
  };

  /** Refuses those that nobody has asked for: a test would believe that they count. */
  checkUsed(): void {
    for (const [id] of this.known) {
      if (!this.used.has(id)) {
        throw invalidArgument(`${this.where}: no service of the test depends on ${nameOf(id)}, which is replaced.`);
      }
    }
  }

  private isSubstitute(service: unknown): boolean {
    return [...this.known.values()].includes(service as ServiceClass);
  }
}

function nameOf(service: unknown): string {
  return stubDefinition("replace", service).className;
}
