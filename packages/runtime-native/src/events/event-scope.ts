import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import type { JsonValue } from "../json-value.ts";
import type { RuntimeCore } from "../runtime-core.ts";
import { EventReader } from "./event-reader.ts";
import type { SubscribeOptions } from "./subscribe-options.ts";
import type { Subscription } from "./subscription.ts";

/** Whose events they are: a namespace, a component or an endpoint. */
export abstract class EventScope {
  readonly #core: RuntimeCore;
  readonly #scope: string;

  /** @internal */
  constructor(core: RuntimeCore, scope: string) {
    this.#core = core;
    this.#scope = scope;
  }

  /**
   * Publishes one event to whoever subscribes to `topic` here, and resolves when it was handed on: subscribers are not
   * waited for, and one that is too slow misses events. Nobody needs to be there. Values are those of payloads.
   *
   * The first one of a topic takes longer: it makes the publisher. Subscribers have to find that, so they may miss the
   * first events.
   *
   * Rejects with `invalid_argument`, `payload_too_large`, `overloaded` when this process publishes faster than events
   * leave it, `discovery`, `address_in_use` and `shutting_down`.
   */
  publish(topic: string, value: unknown): Promise<void> {
    return this.#core.publishers.publish(this.#scope, topic, value);
  }

  /** Subscribes to `topic` here. Throws `invalid_argument` for options that will not do. */
  subscribe<S extends StandardSchemaV1>(
    topic: string,
    options: SubscribeOptions & { readonly schema: S },
  ): Subscription<StandardSchemaV1.InferOutput<S>>;
  subscribe<T = JsonValue>(topic: string, options?: SubscribeOptions): Subscription<T>;
  subscribe<T>(topic: string, options: SubscribeOptions = {}): Subscription<T> {
    return new EventReader<T>(this.#core, this.#scope, topic, options);
  }
}
