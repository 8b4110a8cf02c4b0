import type { Deployment } from "./deployment.ts";

/** The first of the HTTP ports that the replicas of each service have on one machine, by name: a port for each. */
export function machinePorts({ services }: Deployment): Map<string, number> {
  const taken = new Set<number>();
  const ports = new Map<string, number>();
  // The root stands last, and has the port that was asked for.
  for (const { name, port, replicas } of services.toReversed()) {
    if (port === null) continue;
    let first = port;
    while (range(first, replicas).some((each) => taken.has(each))) first++;
    for (const each of range(first, replicas)) taken.add(each);
    ports.set(name, first);
  }
  return ports;
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
