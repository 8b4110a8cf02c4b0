/** A worker that serves an endpoint. */
export interface Instance {
  readonly instanceId: bigint;
  readonly namespace: string;
  readonly component: string;
  readonly endpoint: string;
  /** Where it takes calls: `IP:port`, or `memory:<n>` inside the process. */
  readonly address: string;
}

/** The same as the addon tells it. */
export interface ListedInstance extends Omit<Instance, "instanceId"> {
  readonly instanceId: string;
}
