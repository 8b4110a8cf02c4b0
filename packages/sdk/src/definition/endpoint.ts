import type { Context, ErrorType } from "@stator/runtime-native";

import { checkOptions, checkWhole } from "./check-options.ts";
import type { EndpointDefinition } from "./endpoint-definition.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { ownMembers } from "./members.ts";
import { type LimitOptions, readLimits } from "./limits.ts";
import { methodKind } from "./method-kind.ts";
import { checkName } from "./names.ts";
import { readInterceptorList } from "./read-interceptors.ts";
import { readRetry, type RetryOptions } from "./retry-options.ts";
import type { ServerInterceptor } from "../interceptor/interceptor.ts";
import type { OutputOf, RequestOf, SchemaOption } from "../schema/schema-types.ts";
import { checkErrorType, checkSchema } from "../schema/check-schema.ts";

/** What `@endpoint` takes. */
export interface EndpointOptions<In extends SchemaOption, Out extends SchemaOption, Many extends boolean = false> {
  /** Name in discovery. Default: the method's name. */
  name?: string;
  /** Checks each request before the method sees it. Default: the contract's, else requests are passed on as they came. */
  input?: In;
  /**
   * The endpoint takes a stream of requests: its first parameter is an async iterable, and `input` checks each of them.
   * Default: the contract's, else false.
   */
  requestStream?: Many;
  /** Checks each item before it is sent. Default: the contract's, else none. */
  output?: Out;
  /**
   * The error that it declares: a generated one, or one that `declareError` made. The method throws `MyError.error(value)`,
   * and callers know it by `MyError.is(error)`.
   */
  error?: ErrorType;
  /** Longest time that a call may take, in milliseconds. Default: the caller's own limit only. */
  timeoutMs?: number;
  /** Running a call twice does no harm, so a call whose worker is lost may be given to another. Default: false. */
  idempotent?: boolean;
  /** `false` skips the output check in production. Development always checks. Default: true. */
  validateOutput?: boolean;
  /** How many of its calls run at once in one process, and how many wait. Default: those of the service. */
  limits?: LimitOptions;
  /** How callers make a failed call again, unless their dependency says otherwise. Default: what the runtime does. */
  retry?: RetryOptions;
  /** Around its calls, outermost first, inside of those of the service. Default: none. */
  interceptors?: readonly ServerInterceptor[];
}

/** The form of a method that fits the schemas. */
export type EndpointMethod<In extends SchemaOption, Out extends SchemaOption, Many extends boolean = false> = (
  request: RequestOf<In, Many>,
  context: Context,
) => AsyncIterable<OutputOf<Out>> | Promise<OutputOf<Out>>;

/** A method without a parameter is a hook or a helper; as an endpoint its callers could not name it. */
export type TakesRequest<M extends (...parameters: never) => unknown> = Parameters<M>["length"] extends 0
  ? ["An endpoint takes the request as its first parameter."]
  : [];

/** The names of the options, for the check of unknown ones. */
export const ENDPOINT_OPTIONS = [
  "name",
  "input",
  "requestStream",
  "output",
  "error",
  "timeoutMs",
  "idempotent",
  "validateOutput",
  "limits",
  "retry",
  "interceptors",
] as const;

/**
 * Makes an async method (one answer) or an async generator (a stream) reachable for other services.
 *
 * The method's parameter and result must fit the schemas; the compiler checks it.
 */
export function endpoint<
  In extends SchemaOption = undefined,
  Out extends SchemaOption = undefined,
  Many extends boolean = false,
>(
  options: EndpointOptions<In, Out, Many> = {},
): <M extends EndpointMethod<In, Out, Many>>(
  method: M,
  context: ClassMethodDecoratorContext<unknown, M>,
  ...wrong: TakesRequest<M>
) => void {
  return (method, context, ..._wrong) => {
    const where = `@endpoint ${String(context.name)}`;
    checkOptions(where, options, ENDPOINT_OPTIONS);
    addEndpoint(where, method, context, options);
  };
}

/** The part that `@endpoint` and `@api` have in common. */
export function addEndpoint(
  where: string,
  method: unknown,
  context: ClassMethodDecoratorContext,
  options: EndpointOptions<SchemaOption, SchemaOption, boolean>,
  http: EndpointDefinition["http"] = null,
): void {
  if (context.static || context.private || typeof context.name !== "string") {
    throw invalidArgument(`${where}: an endpoint is a public method of the instance with a plain name.`);
  }
  const property = context.name;
  const members = ownMembers(context.metadata);
  if (members.endpoints.has(property)) {
    throw invalidArgument(`${where}: the method has two of @endpoint and @api; @api alone makes an endpoint too.`);
  }
  checkWhole(`${where}: timeoutMs`, options.timeoutMs, 1);
  members.endpoints.set(property, {
    property,
    name: checkName(`${where}: name`, options.name ?? property),
    kind: methodKind(where, method, options.requestStream === true),
    input: checkSchema(`${where}: input`, options.input),
    output: checkSchema(`${where}: output`, options.output),
    error: checkErrorType(`${where}: error`, options.error),
    timeoutMs: options.timeoutMs ?? null,
    idempotent: options.idempotent ?? false,
    validateOutput: options.validateOutput ?? true,
    limits: readLimits(`${where}: limits`, options.limits),
    retry: readRetry(`${where}: retry`, options.retry),
    interceptors: readInterceptorList(`${where}: interceptors`, options.interceptors),
    http,
    said: options,
    contract: null,
  });
}
