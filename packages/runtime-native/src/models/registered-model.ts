import type { Bridge } from "../crossing/bridge.ts";
import { encodePayload } from "../crossing/payload.ts";
import { StatorError } from "../stator-error.ts";

/** How a model is registered. */
export interface RegisterModelOptions {
  /** Tells it apart from others of the same endpoint and instance: 1 to 128 letters, digits, `_` or `-`. Default: none. */
  readonly suffix?: string | undefined;
}

/** A model that this process has registered. It goes with the process; `unregister()` takes it back before. */
export class RegisteredModel implements AsyncDisposable {
  readonly #bridge: Bridge;
  readonly #path: string;
  readonly #suffix: string | null;

  private constructor(bridge: Bridge, path: string, suffix: string | null) {
    this.#bridge = bridge;
    this.#path = path;
    this.#suffix = suffix;
  }

  /** @internal Use `endpoint.registerModel()`. */
  static async register(
    bridge: Bridge,
    path: string,
    card: object,
    options: RegisterModelOptions,
  ): Promise<RegisteredModel> {
    const { suffix = null } = options;
    const text = encodePayload(card);
    if (typeof text !== "string") {
      throw new StatorError("invalid_argument", `the model card of ${path} holds bytes or maps; it is a JSON object`);
    }
    await bridge.command({ type: "model", action: { do: "register", path, card: text, suffix } });
    return new RegisteredModel(bridge, path, suffix);
  }

  /** Takes it back. Harmless a second time, and after the runtime's shutdown. */
  async unregister(): Promise<void> {
    const action = { do: "unregister", path: this.#path, suffix: this.#suffix } as const;
    await this.#bridge.command({ type: "model", action }).catch(() => {});
  }

  /** As `unregister()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unregister();
  }
}
