import type { Client } from "@stator/runtime-native";

import type { ServiceDefinition } from "../definition/service-definition.ts";
import type { ServiceNode } from "../graph/service-graph.ts";
import type { TestInstance } from "./test-instance.ts";

/** A service of a cluster with its instances. */
export class ServiceGroup {
  /** Those that were started, dead ones among them. */
  readonly instances: TestInstance[] = [];
  /** Its default client; null before the cluster has started. */
  client: object | null = null;
  /** Follows its instances; null where it has no endpoint. */
  watch: Client<unknown, unknown> | null = null;

  constructor(readonly node: ServiceNode) {}

  /** The name of its class. */
  get name(): string {
    return this.definition.className;
  }

  get definition(): ServiceDefinition {
    return this.node.definition;
  }

  /** The names of its methods. */
  get endpoints(): string[] {
    return this.definition.endpoints.map(({ property }) => property);
  }

  /** The path of one of its endpoints; null where it has none. */
  get path(): string | null {
    const [first] = this.definition.endpoints;
    return first === undefined ? null : `${this.definition.id}.${first.name}`;
  }
}
