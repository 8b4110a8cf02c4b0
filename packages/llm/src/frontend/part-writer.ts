import type { CompletionUsage } from "../generated/index.ts";
import { usageJson } from "./usage-json.ts";
import { jsonText } from "./without-nulls.ts";

/** What the parts of both APIs have. */
export interface Part<Choice> {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage: CompletionUsage | null;
  readonly system_fingerprint: string | null;
}

/**
 * Writes the parts of one answer as events. What all of them have in common is written once; of each part only the choices are.
 */
export class PartWriter<Choice> {
  private last: Part<Choice> | null = null;
  private head = "";

  constructor(
    /** One choice as JSON text. */
    private readonly choiceText: (choice: Choice) => string,
    /** `stream_options.include_usage`: a last part has the usage, and the others say that they have none. */
    private readonly withUsage: boolean,
    /** What ids begin with, such as `chatcmpl-`. */
    private readonly idPrefix: string,
  ) {}

  /** The event of a part; empty for one that the client did not ask for. */
  event(part: Part<Choice>): string {
    const { choices, usage } = part;
    if (choices.length === 0 && (usage === null || !this.withUsage)) return "";
    let texts = "";
    for (const choice of choices) texts += texts === "" ? this.choiceText(choice) : `,${this.choiceText(choice)}`;
    if (!this.withUsage) return `${this.headOf(part)}[${texts}]}\n\n`;
    return `${this.headOf(part)}[${texts}],"usage":${usage === null ? "null" : jsonText(usageJson(usage))}}\n\n`;
  }

  private headOf(part: Part<Choice>): string {
    const { last } = this;
    const isSame =
      last !== null &&
      last.id === part.id &&
      last.created === part.created &&
      last.model === part.model &&
      last.object === part.object &&
      last.system_fingerprint === part.system_fingerprint;
    if (isSame) return this.head;
    this.last = part;
    const { object, created, model, system_fingerprint } = part;
    const shared = {
      id: prefixed(part.id, this.idPrefix),
      object,
      created,
      model,
      ...(system_fingerprint === null ? {} : { system_fingerprint }),
    };
    this.head = `data: ${jsonText(shared).slice(0, -1)},"choices":`;
    return this.head;
  }
}

/** An id with the prefix that clients of OpenAI tell answers by. */
export function prefixed(id: string, prefix: string): string {
  return id.startsWith(prefix) ? id : `${prefix}${id}`;
}
