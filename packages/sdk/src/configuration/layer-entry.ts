import type { ConfigMap, Origin } from "./config-tree.ts";

/** The names by which people call a service. */
export interface ServiceNames {
  readonly className: string;
  readonly component: string;
  /** `namespace.component` */
  readonly id: string;
}

/** One thing that a layer says about one service; which of them it is, its name tells. */
export interface LayerEntry {
  readonly origin: Origin;
  /** The service as it was written, for messages. */
  readonly name: string;
  /** What is said, if the service is this one; else null. */
  section(service: ServiceNames): ConfigMap | null;
}

/** Whether `name` is one of the three. */
export function isNameOf(name: string, { className, component, id }: ServiceNames): boolean {
  return name === className || name === component || name === id;
}
