import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { clock } from "@stator/sdk";

import { range, strftime, TemplateRefusal } from "./template-functions.ts";

/** One chat template of a model, ready to render. */
export class ChatTemplate {
  /** Whether it reads the parts of a message by itself; otherwise it wants one text. */
  readonly takesParts: boolean;
  /** Whether it knows the role `developer`; otherwise that is `system`. */
  readonly knowsDeveloper: boolean;
  readonly #template: Template;

  /** Throws a `SyntaxError` or an `Error` of the parser when the text is no template. */
  constructor(source: string) {
    this.#template = new Template(source);
    this.takesParts = /\bcontent\s+is\s+(?:not\s+)?(?:string|iterable|sequence)|content\[0\]\.?\[?['"]?type/.test(
      source,
    );
    this.knowsDeveloper = /['"]developer['"]/.test(source);
  }

  /**
   * The prompt. `variables` are what the template may name, such as `messages` and `bos_token`; later lists win.
   *
   * @throws TemplateRefusal when the template itself refuses, an `Error` of the interpreter for what it cannot do.
   */
  render(...variables: readonly Readonly<Record<string, unknown>>[]): string {
    const environment = new Environment();
    const all: Record<string, unknown> = Object.assign({}, ...variables, globals());
    for (const [name, value] of Object.entries(all)) environment.set(name, value);
    const { value } = new Interpreter(environment).run(this.#template.parsed);
    return typeof value === "string" ? value : "";
  }
}

function globals(): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    raise_exception(message: unknown) {
      throw new TemplateRefusal(String(message));
    },
    strftime_now: (format: unknown) => strftime(new Date(clock.now()), String(format)),
  };
}
