import { suggestion } from "../definition/nearest-name.ts";
import type { Environment } from "./wants-telemetry.ts";

/** Reads variables of the environment. What cannot be used is not, and noted: no trace is worth a service that does not start. */
export class EnvironmentReader {
  readonly warnings: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** The first of the names that is set to something. */
  text(...names: readonly string[]): string | null {
    for (const name of names) {
      const text = (this.environment[name] ?? "").trim();
      if (text !== "") return text;
    }
    return null;
  }

  /** A whole number from `least` on; null for the default. */
  whole(name: string, least: number): number | null {
    return this.number(name, (value) => Number.isInteger(value) && value >= least, `a whole number from ${least} on`);
  }

  /** A number from 0 to 1; null for the default. */
  share(name: string): number | null {
    return this.number(name, (value) => value >= 0 && value <= 1, "a number from 0 to 1");
  }

  /** One of the names; null for the default. */
  choice<T extends string>(name: string, known: readonly T[]): T | null {
    const text = this.text(name);
    if (text === null) return null;
    const found = known.find((each) => each === text);
    if (found === undefined) this.warn(`${name} is ${JSON.stringify(text)}; ${suggestion(text, known)}`);
    return found ?? null;
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  private number(name: string, fits: (value: number) => boolean, what: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = Number(text);
    if (fits(value)) return value;
    this.warn(`${name} is ${JSON.stringify(text)}, which is not ${what}; the default is taken.`);
    return null;
  }
}
