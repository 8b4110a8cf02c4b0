import { Endpoint } from "./endpoint.ts";
import { EventScope } from "./events/event-scope.ts";
import type { RuntimeCore } from "./runtime-core.ts";

/** A group of components that belong together. */
export class Namespace extends EventScope {
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `runtime.namespace()`. */
  constructor(core: RuntimeCore, name: string) {
    super(core, name);
    this.#core = core;
    this.name = name;
  }

  component(name: string): Component {
    return new Component(this.#core, this.name, name);
  }
}

/** One kind of worker. */
export class Component extends EventScope {
  readonly namespace: string;
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `namespace.component()`. */
  constructor(core: RuntimeCore, namespace: string, name: string) {
    super(core, `${namespace}.${name}`);
    this.#core = core;
    this.namespace = namespace;
    this.name = name;
  }

  endpoint(name: string): Endpoint {
    return new Endpoint(this.#core, this.namespace, this.name, name);
  }
}
