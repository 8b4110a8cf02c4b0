import type { Annotated } from "./calling/annotated.ts";
import { Client, type ClientOptions } from "./calling/client.ts";
import { EventScope } from "./events/event-scope.ts";
import type { JsonValue } from "./json-value.ts";
import { endpointMetrics } from "./metrics/endpoint-metrics.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { RegisteredModel, type RegisterModelOptions } from "./models/registered-model.ts";
import type { RuntimeCore } from "./runtime-core.ts";
import type { Handler } from "./serving/handler.ts";
import { type ServeOptions, ServedEndpoint } from "./serving/served-endpoint.ts";

/** Something that can be served and called: `namespace.component.name`. */
export class Endpoint extends EventScope {
  /** The first part of its path. */
  readonly namespace: string;
  /** The second part of its path. */
  readonly component: string;
  /** The last part of its path. */
  readonly name: string;
  readonly #core: RuntimeCore;

  /** @internal Use `runtime.endpoint()`. */
  constructor(core: RuntimeCore, namespace: string, component: string, name: string) {
    super(core, `${namespace}.${component}.${name}`);
    this.#core = core;
    this.namespace = namespace;
    this.component = component;
    this.name = name;
  }

  /** `namespace.component.name`. */
  get path(): string {
    return `${this.namespace}.${this.component}.${this.name}`;
  }

  /** Metrics that say that they are of this endpoint, for `/metrics` of the system server. */
  get metrics(): Metrics {
    return endpointMetrics(this.#core.metrics, this.path);
  }

  /** Takes calls, and appears in discovery when it can. Errors: `invalid_argument`, `address_in_use`, `discovery`. */
  serveEndpoint<Req = JsonValue, Res = JsonValue>(
    handler: Handler<Req, Res>,
    options: ServeOptions = {},
  ): Promise<ServedEndpoint> {
    return ServedEndpoint.serve(this.#core, this.path, handler, options);
  }

  /** A client that knows the instances of this moment and follows them from now on. */
  client<Req = JsonValue, Res = JsonValue>(
    options: ClientOptions & { readonly annotated: true },
  ): Promise<Client<Req, Annotated<Res>>>;
  client<Req = JsonValue, Res = JsonValue>(options?: ClientOptions): Promise<Client<Req, Res>>;
  client<Req, Res>(options: ClientOptions = {}): Promise<Client<Req, Res>> {
    return Client.connect<Req, Res>(this.#core.bridge, this.path, options);
  }

  /**
   * Says in discovery that this process serves a model at this endpoint, for as long as it lives: see `runtime.models`. The
   * card is a JSON object of at most 64 KiB; front ends of the original want the fields of its model card. The same suffix
   * again replaces the card. Errors: `invalid_argument`, `overloaded` for more than 1024 models, `discovery`, `shutting_down`.
   */
  registerModel(card: object, options: RegisterModelOptions = {}): Promise<RegisteredModel> {
    return RegisteredModel.register(this.#core.bridge, this.path, card, options);
  }
}
