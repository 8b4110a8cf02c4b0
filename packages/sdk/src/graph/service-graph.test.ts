import { expect, test } from "bun:test";

import { commandService, depends, service } from "../index.ts";
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

const schema = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) } };
const endpoint = { name: "run", kind: "unary", input: schema, output: schema, timeoutMs: null, idempotent: false };
const Contract = { name: "Program", namespace: "test", component: "program", endpoints: { run: endpoint } } as const;

test("a program is part of the graph, after what it calls itself", () => {
  const Program = commandService(Contract, { command: ["./program", "--fast"], workers: 2, dependsOn: [Worker] });
  @service({ namespace: "test" })
  class Front {
    program = depends(Program);
    again = depends(() => Program);
  }
  const graph = resolveGraph([Front]);
  expect(graph.map((node) => [node.kind, node.definition.className, node.dependsOn])).toEqual([
    ["class", "Worker", []],
    ["command", "Program", ["test.worker"]],
    ["class", "Front", ["test.program"]],
  ]);
  expect(graph[1]?.definition).toEqual({
    className: "Program",
    namespace: "test",
    component: "program",
    id: "test.program",
    workers: 2,
    resources: { cpu: null, memory: null, gpu: 0 },
    command: { argv: ["./program", "--fast"], cwd: process.cwd(), env: {} },
  });
  expect(() => requireClasses(graph)).toThrow(
    "Program is a program of its own (./program) and cannot run in this process",
  );
});

test("two programs of one contract are two services under one name", () => {
  @service({ namespace: "test" })
  class Front {
    one = depends(commandService(Contract, { command: ["one"] }));
    two = depends(commandService(Contract, { command: ["two"] }));
  }
  expect(() => resolveGraph([Front])).toThrow('Two services of the graph are both "test.program"');
});

test.each([
  [{ command: [] }, 'command is a list of the program and its arguments, such as ["./bin/counter"].'],
  [{ command: "./program" }, "command is a list of the program"],
  [{ command: ["a\0b"] }, "command is a list of the program"],
  [{ command: ["a"], env: { A: 1 } }, "the values of env are texts."],
  [{ command: ["a"], workers: 0 }, "workers: 0 is not a whole number of at least 1"],
  [{ comand: ["a"] }, 'unknown option "comand"; did you mean "command"?'],
])("commandService refuses %j", (options, said) => {
  expect(() => commandService(Contract, options as never)).toThrow(said);
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
