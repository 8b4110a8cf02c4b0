import { serve, type ServeServiceOptions, type ServiceClass, type Serving } from "../../src/index.ts";
import { requireClasses, resolveGraph, resolveService } from "../../src/graph/service-graph.ts";
import { serveNodes } from "../../src/serving/serve.ts";

const OPTIONS = { http: { port: 0 }, runtime: { discovery: "memory" }, signals: false } as const;

/** What a test serves in this process, with nothing to be found outside of it. It is stopped at the end of the scope. */
export class Services implements AsyncDisposable {
  private readonly open: Serving[] = [];

  /** A service with all that it depends on. */
  async graph(root: ServiceClass, options: ServeServiceOptions = {}): Promise<Serving> {
    return this.kept(serve(root, { ...OPTIONS, withDependencies: true, ...options }));
  }

  /** One more instance of a service. */
  async one(service: ServiceClass, options: ServeServiceOptions = {}): Promise<Serving> {
    return this.kept(serve(service, { ...OPTIONS, ...options }));
  }

  /** The object that runs as a service of this class, with its dependencies connected; they run here too. */
  async object<T extends object>(root: ServiceClass<T>, options: ServeServiceOptions = {}): Promise<T> {
    const nodes = requireClasses(resolveGraph([root]));
    await this.kept(serveNodes(nodes, { ...OPTIONS, ...options }));
    return nodes.find((node) => node.service === root)?.instance as T;
  }

  /** The same without its dependencies, which run already. */
  async caller<T extends object>(root: ServiceClass<T>, options: ServeServiceOptions = {}): Promise<T> {
    const node = resolveService(root);
    await this.kept(serveNodes([node], { ...OPTIONS, ...options }));
    return node.instance as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.open.splice(0).map((serving) => serving.stop()));
  }

  private async kept(starting: Promise<Serving>): Promise<Serving> {
    const serving = await starting;
    this.open.push(serving);
    return serving;
  }
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("This should have failed.");
}
