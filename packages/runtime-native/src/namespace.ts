import { Endpoint } from "./endpoint.ts";
import type { RuntimeCore } from "./runtime-core.ts";

/** A group of components that belong together. */
export class Namespace {
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `runtime.namespace()`. */
  constructor(core: RuntimeCore, name: string) {
    this.#core = core;
    this.name = name;
  }

  component(name: string): Component {
    return new Component(this.#core, this.name, name);
  }
}

/** One kind of worker. */
export class Component {
  readonly namespace: string;
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `namespace.component()`. */
  constructor(core: RuntimeCore, namespace: string, name: string) {
    this.#core = core;
    this.namespace = namespace;
    this.name = name;
  }

  endpoint(name: string): Endpoint {
    return new Endpoint(this.#core, this.namespace, this.name, name);
  }
}
