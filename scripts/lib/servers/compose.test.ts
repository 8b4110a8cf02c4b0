import { expect, test } from "bun:test";
import { join } from "node:path";

import { root } from "../paths.ts";

interface Compose {
  readonly services: Record<
    string,
    { readonly ports: string[]; readonly command: string[]; readonly healthcheck: object }
  >;
}

test("compose.yaml has the servers, on loopback only", async () => {
  const compose = Bun.YAML.parse(await Bun.file(join(root, "compose.yaml")).text()) as Compose;
  expect(Object.keys(compose.services)).toEqual(["etcd", "nats"]);
  const ports = Object.values(compose.services).flatMap((service) => service.ports);
  expect(ports).toEqual(["127.0.0.1:2379:2379", "127.0.0.1:4222:4222"]);
  expect(compose.services["nats"]?.command).toContain("--jetstream");
  for (const service of Object.values(compose.services)) expect(service.healthcheck).toHaveProperty("test");
});
