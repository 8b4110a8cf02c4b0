/** Where events are published: `runtime.endpoint("llm.engine.generate")`. */
export interface PublishScope {
  publish(topic: string, value: unknown): Promise<void>;
}

/** The instance that publishes. A function where the id may change: with etcd a process gets another one when its lease was lost. */
export type WorkerId = bigint | (() => bigint);

/** The id of this moment. */
export function currentId(workerId: WorkerId): bigint {
  return typeof workerId === "bigint" ? workerId : workerId();
}
