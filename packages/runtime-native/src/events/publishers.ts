import type { Bridge } from "../crossing/bridge.ts";
import { encodePayload } from "../crossing/payload.ts";
import { checkTopic } from "./event-reader.ts";

interface Publisher {
  readonly number: number;
  readonly opened: Promise<unknown>;
  isOpen: boolean;
  /** Events that were published before it was open, and have not been handed on. */
  waiting: number;
}

/** The publishers of a runtime: one for each topic of each scope, made when it is first used. */
export class Publishers {
  readonly #bridge: Bridge;
  readonly #publishers = new Map<string, Publisher>();

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** Resolves when the event was handed on. */
  async publish(scope: string, topic: string, value: unknown): Promise<void> {
    checkTopic(topic);
    const payload = encodePayload(value);
    const publisher = this.#publisher(scope, topic);
    if (publisher.isOpen && publisher.waiting === 0) return this.#bridge.publish(publisher.number, payload);
    // The caller may change its array meanwhile.
    const kept = payload instanceof Uint8Array ? payload.slice() : payload;
    publisher.waiting++;
    try {
      await publisher.opened;
    } finally {
      publisher.waiting--;
    }
    return this.#bridge.publish(publisher.number, kept);
  }

  #publisher(scope: string, topic: string): Publisher {
    const key = `${scope} ${topic}`;
    const known = this.#publishers.get(key);
    if (known !== undefined) return known;
    const number = this.#bridge.number();
    const opened = this.#bridge.command({ type: "open-publisher", publisher: number, scope, topic });
    const publisher: Publisher = { number, opened, isOpen: false, waiting: 0 };
    this.#publishers.set(key, publisher);
    opened.then(
      () => {
        publisher.isOpen = true;
      },
      // Whoever publishes next tries again.
      () => this.#publishers.delete(key),
    );
    return publisher;
  }
}
