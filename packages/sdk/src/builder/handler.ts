import type { Context } from "@stator/runtime-native";

import type { EndpointOptions } from "../definition/endpoint.ts";
import type { HttpEndpointOptions } from "../definition/http-endpoint-options.ts";
import type { OutputOf, RequestOf, SchemaOption } from "../schema/schema-types.ts";

/** What `handler` takes: all of `@endpoint`, and whether HTTP reaches it. */
export interface HandlerOptions<
  In extends SchemaOption,
  Out extends SchemaOption,
  Many extends boolean = false,
> extends EndpointOptions<In, Out, Many> {
  /** How HTTP reaches it, as with `@api`; `true` takes the defaults. Default: not at all. */
  http?: HttpEndpointOptions | boolean;
}

/** The form of a function that fits the schemas. */
type HandlerFunction<In extends SchemaOption, Out extends SchemaOption, Many extends boolean> = (
  request: RequestOf<In, Many>,
  context: Context,
) => AsyncIterable<OutputOf<Out>> | Promise<OutputOf<Out>>;

/** An endpoint of `defineService`. */
export class BuiltEndpoint<M extends object = object> {
  /** @internal Use `handler`. */
  constructor(
    /** What `handler` was given. */
    readonly options: HandlerOptions<SchemaOption, SchemaOption, boolean>,
    /** The function that answers. */
    readonly method: M,
  ) {}
}

/**
 * An endpoint for `defineService`: `handler({ input: Words, output: Token }, async function* (request, context) { ... })`.
 *
 * An async function gives one answer, an async generator function a stream. Request and answer must fit the schemas; the
 * compiler checks it.
 */
export function handler<
  In extends SchemaOption = undefined,
  Out extends SchemaOption = undefined,
  Many extends boolean = false,
  M extends HandlerFunction<In, Out, Many> = HandlerFunction<In, Out, Many>,
>(options: HandlerOptions<In, Out, Many>, method: M & HandlerFunction<In, Out, Many>): BuiltEndpoint<M> {
  return new BuiltEndpoint<M>(options, method);
}
