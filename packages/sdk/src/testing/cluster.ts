import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import { type Graph, isGraph } from "../graph/graph.ts";
import type { GraphParts } from "../graph/service-graph.ts";
import { readClusterOptions, type TestClusterOptions } from "./cluster-options.ts";
import { Substitutes } from "./substitutes.ts";
import { TestCluster } from "./test-cluster.ts";

/**
 * Starts a service, several, or a graph, with all that they depend on, in this process and for this test only.
 *
 * `await using cluster = await testCluster(Frontend, { instances: { Worker: 2 } });`
 *
 * @throws StatorError `invalid_argument` for what is wrong with the graph or the options, and what a start hook throws.
 */
export async function testCluster(
  services: ServiceClass | readonly ServiceClass[] | Graph,
  options: TestClusterOptions = {},
): Promise<TestCluster> {
  const where = "testCluster";
  const read = readClusterOptions(where, options);
  const parts = isGraph(services) ? services.parts : rootsOf(where, services);
  return TestCluster.start(where, parts, read, new Substitutes(where, read.replace, null));
}

/** A graph of these services, which have to be such. */
export function rootsOf(where: string, services: ServiceClass | readonly ServiceClass[]): GraphParts {
  const roots = typeof services === "function" ? [services] : services;
  for (const each of roots) {
    if (definitionOf(each) !== null) continue;
    throw invalidArgument(`${where}: ${String(each)} is not a service; a service is a class with @service.`);
  }
  return { roots };
}
