/** One event of a subscription. */
export interface PublishedEvent<T> {
  /** What was published. */
  readonly payload: T;
  /** The topic it was published under. */
  readonly topic: string;
  /** Who published it: a random number of 53 bits, one for each topic, scope and runtime. */
  readonly publisherId: bigint;
  /** The publisher's count of its events, from 0. A gap is events that were lost on the way. */
  readonly sequence: bigint;
  /** Milliseconds since the epoch, by the publisher's clock. */
  readonly publishedAt: number;
}
