import type { Bridge } from "../crossing/bridge.ts";

/** No client has this number. */
const NOBODY = 0;

/** What a test does to a runtime of this process, and how far what goes through it has come. */
export class PlayedFaults {
  readonly #bridge: Bridge;

  /** @internal Use `runtime.faults`. */
  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /**
   * Ends the runtime as the death of its process would: nothing is said to anybody, its connections break, discovery in
   * memory forgets it. Handlers that run see their calls cancelled, because this process lives.
   */
  kill(): void {
    this.#bridge.close();
  }

  /**
   * Lets discovery in memory forget the runtime, as a lease that has run out does, or take it in again under another id.
   *
   * @throws StatorError `invalid_argument` for another discovery.
   */
  async setHeld(held: boolean): Promise<void> {
    await this.#bridge.command({ type: "set-held", held });
  }

  /**
   * Breaks the connections from here to an address of the plane in memory, and makes none until it is told otherwise.
   * Then the runtime's clients forgive the instance that is there.
   *
   * @throws StatorError `invalid_argument` for another plane.
   */
  async setReachable(address: string, reachable: boolean, instanceId: bigint): Promise<void> {
    await this.#bridge.command({ type: "set-reachable", address, reachable });
    if (!reachable) return;
    const forgive = { type: "avoid", instanceId: String(instanceId), timeMs: 0 } as const;
    const clients = [...this.#bridge.receivers.instances.keys()];
    await Promise.all(clients.map((client) => this.#bridge.command({ ...forgive, client })));
  }

  /** Resolves when the runtime's clients have the instances that there are: they hear of changes a moment later else. */
  async look(): Promise<void> {
    const clients = [...this.#bridge.receivers.instances.keys()];
    const ask = { type: "wait-for-instances", min: 0, timeoutMs: 0 } as const;
    // One that was closed meanwhile has nobody to tell.
    await Promise.all(clients.map((client) => this.#bridge.command({ ...ask, client }).catch(() => {})));
  }

  /** Resolves when the core has come to what was under way. */
  async passed(): Promise<void> {
    if (this.#bridge.isClosed) return;
    // One that ends meanwhile has come to the end of everything.
    await this.#bridge.command({ type: "close-client", client: NOBODY }).catch(() => {});
  }

  /** Grows with everything that goes in or out; {@link passed} adds one. */
  get traffic(): number {
    return this.#bridge.traffic;
  }

  /** Calls of others that are being answered here. */
  get served(): number {
    return this.#bridge.receivers.served.size;
  }

  /** Calls from here that are open. */
  get called(): number {
    return this.#bridge.receivers.calls.size;
  }
}
