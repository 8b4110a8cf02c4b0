interface Stay {
  readonly workerId: bigint;
  readonly until: number;
}

/** Which worker the requests of a session go to. Bounded: the session that was not heard of for longest goes first. */
export class SessionAffinity {
  readonly #stays = new Map<string, Stay>();
  readonly #ttlMs: number;
  readonly #most: number;

  constructor(ttlMs: number, most: number) {
    this.#ttlMs = ttlMs;
    this.#most = most;
  }

  get size(): number {
    return this.#stays.size;
  }

  /** The worker of a session; null if it has none any more. */
  find(sessionId: string, now: number): bigint | null {
    const stay = this.#stays.get(sessionId);
    return stay === undefined || stay.until <= now ? null : stay.workerId;
  }

  /** The session was sent to this worker. */
  keep(sessionId: string, workerId: bigint, now: number): void {
    if (this.#ttlMs === 0) return;
    this.#stays.delete(sessionId);
    this.#stays.set(sessionId, { workerId, until: now + this.#ttlMs });
    if (this.#stays.size <= this.#most) return;
    const [oldest] = this.#stays.keys();
    if (oldest !== undefined) this.#stays.delete(oldest);
  }

  /** Forgets those whose time is up. */
  expire(now: number): void {
    // All have the same time, so they are in the order of their ends.
    for (const [sessionId, { until }] of this.#stays) {
      if (until > now) return;
      this.#stays.delete(sessionId);
    }
  }

  /** Forgets the sessions of a worker that is gone. */
  removeWorker(workerId: bigint): void {
    for (const [sessionId, stay] of this.#stays) if (stay.workerId === workerId) this.#stays.delete(sessionId);
  }
}
