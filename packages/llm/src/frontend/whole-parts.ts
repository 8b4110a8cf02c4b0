import type { CompletionUsage } from "../generated/index.ts";
import { prefixed } from "./part-writer.ts";
import { usageJson } from "./usage-json.ts";
import { brokenAnswer, type WholeAnswer } from "./whole-answer.ts";

/** What parts of both APIs have. */
interface AnyPart<Choice> {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string | null;
  readonly usage: CompletionUsage | null;
  readonly choices: readonly Choice[];
}

/** One of the answers, as far as it has come. */
export interface WholeChoice<Choice> {
  add(choice: Choice): void;
  /** Throws `unknown_outcome` when it has not come to an end. */
  json(index: number): object;
}

/** What the two APIs call what they answer. */
export interface WholeForm<Choice> {
  readonly prefix: string;
  readonly object: string;
  /** Begins one of the answers. */
  readonly begin: () => WholeChoice<Choice>;
}

/** Puts parts together whose answers come side by side. */
export class WholeParts<Choice extends { readonly index: number }> implements WholeAnswer<AnyPart<Choice>> {
  private first: AnyPart<Choice> | null = null;
  private readonly choices = new Map<number, WholeChoice<Choice>>();
  private usage: object | null = null;

  constructor(private readonly form: WholeForm<Choice>) {}

  add(part: AnyPart<Choice>): void {
    this.first ??= part;
    for (const choice of part.choices) {
      let known = this.choices.get(choice.index);
      if (known === undefined) this.choices.set(choice.index, (known = this.form.begin()));
      known.add(choice);
    }
    if (part.usage !== null) this.usage = usageJson(part.usage);
  }

  json(): object {
    if (this.first === null || this.choices.size === 0) throw brokenAnswer();
    const { id, created, model, system_fingerprint } = this.first;
    return {
      id: prefixed(id, this.form.prefix),
      object: this.form.object,
      created,
      model,
      choices: [...this.choices].toSorted(([a], [b]) => a - b).map(([index, choice]) => choice.json(index)),
      ...(this.usage === null ? {} : { usage: this.usage }),
      ...(system_fingerprint === null ? {} : { system_fingerprint }),
    };
  }
}
