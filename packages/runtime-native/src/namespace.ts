import { Endpoint } from "./endpoint.ts";
import { EventScope } from "./events/event-scope.ts";
import type { RuntimeCore } from "./runtime-core.ts";

/** A group of components that belong together. */
export class Namespace extends EventScope {
  /** Its name. */
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `runtime.namespace()`. */
  constructor(core: RuntimeCore, name: string) {
    super(core, name);
    this.#core = core;
    this.name = name;
  }

  /** One of its components. Nothing is registered by asking for it. */
  component(name: string): Component {
    return new Component(this.#core, this.name, name);
  }
}

/** One kind of worker. */
export class Component extends EventScope {
  /** The namespace that it is in. */
  readonly namespace: string;
  /** Its name within the namespace. */
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `namespace.component()`. */
  constructor(core: RuntimeCore, namespace: string, name: string) {
    super(core, `${namespace}.${name}`);
    this.#core = core;
    this.namespace = namespace;
    this.name = name;
  }

  /** One of its endpoints. Nothing is registered by asking for it. */
  endpoint(name: string): Endpoint {
    return new Endpoint(this.#core, this.namespace, this.name, name);
  }
}
