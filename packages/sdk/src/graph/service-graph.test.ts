import { expect, test } from "bun:test";

import { depends, service } from "../index.ts";
import { requireClasses, resolveGraph } from "./service-graph.ts";

@service({ namespace: "test" })
class Worker {
  readonly size = 1;
}

@service({ namespace: "test" })
class Router {
  worker = depends(Worker);
  again = depends(Worker);
}

@service({ namespace: "test" })
class Frontend {
  router = depends(Router);
  worker = depends(Worker);
}

test("lists dependencies first, each service once", () => {
  const graph = resolveGraph([Frontend]);
  expect(graph.map((node) => node.definition.className)).toEqual(["Worker", "Router", "Frontend"]);
  expect(graph.map((node) => node.dependsOn)).toEqual([[], ["test.worker"], ["test.router", "test.worker"]]);
});

test("constructs anew each time: two graphs of the same classes share nothing", () => {
  const [one, two] = [requireClasses(resolveGraph([Frontend])), requireClasses(resolveGraph([Router]))];
  expect(one[0]?.instance).not.toBe(two[0]?.instance);
  expect(two.map((node) => node.definition.className)).toEqual(["Worker", "Router"]);
});

test("counts the dependencies of base classes", () => {
  @service({ namespace: "test" })
  class Special extends Router {}
  expect(resolveGraph([Special]).map((node) => node.definition.className)).toEqual(["Worker", "Special"]);
});

test("follows a cycle once", () => {
  @service({ namespace: "test" })
  class Ping {
    pong = depends((): typeof Pong => Pong);
  }
  @service({ namespace: "test" })
  class Pong {
    ping: object = depends(Ping);
  }
  expect(resolveGraph([Ping]).map((node) => node.definition.className)).toEqual(["Pong", "Ping"]);
});

test("refuses two classes under one name, and what is no service", () => {
  @service({ namespace: "test", name: "worker" })
  class Impostor {
    worker = depends(Worker);
  }
  expect(() => resolveGraph([Impostor])).toThrow('Two services of the graph are both "test.worker"');
  class Plain {
    readonly size = 1;
  }
  expect(() => resolveGraph([Plain])).toThrow("Plain is not a service; a service is a class with @service.");
});
