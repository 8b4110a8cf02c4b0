import type { ApplicationAnswers } from "../application/application-answers.ts";
import type { EndpointContract } from "../contract/endpoint-contract.ts";
import type { StatorError } from "../stator-error.ts";
import { Numbered } from "./numbered.ts";
import type { Arrived } from "./payload.ts";

/** A client call, as events reach it. */
export interface CallEvents {
  message(payload: Arrived, cost: number, last: boolean, low: number, high: number): void;
  ended(low: number, high: number): void;
  failed(error: StatorError, low: number, high: number): void;
  blocked(): void;
  writable(): void;
}

/** A served call, as events reach it. */
export interface ServedEvents {
  request(payload: Arrived, cost: number): void;
  requestEnded(): void;
  /** `reason`: one of `CANCEL_REASON`. */
  cancelled(reason: number): void;
  blocked(): void;
  writable(): void;
}

/** An endpoint that is served, as events reach it. */
export interface EndpointEvents {
  /** The hash of the contract that it is served with, as callers say theirs. */
  readonly contract: string | null;
  /**
   * A call has come. `metadata` is JSON, empty for none; `timeoutMs` is null for none; `callerContract` is null if the
   * caller does not say.
   */
  open(
    id: number,
    callId: string,
    metadata: string,
    timeoutMs: number | null,
    stream: boolean,
    callerContract: string | null,
  ): ServedEvents;
  /** The runtime has closed. */
  gone(): void;
}

/** An event as it arrives. */
export interface ArrivedEvent {
  readonly payload: Arrived;
  readonly cost: number;
  readonly publisherId: bigint;
  readonly sequence: bigint;
  readonly publishedAt: number;
}

/** A subscription, as events reach it. */
export interface SubscriptionEvents {
  /** `dropped`: how many had no room so far. */
  arrived(event: ArrivedEvent, dropped: number): void;
  ended(error: StatorError | null): void;
}

/** Whom events concern, by the numbers that both sides use. */
export class Receivers {
  readonly calls = new Numbered<CallEvents>();
  readonly served = new Numbered<ServedEvents>();
  readonly endpoints = new Map<number, EndpointEvents>();
  /** Hear the list of a client's instances, as JSON. */
  readonly instances = new Map<number, (list: string) => void>();
  readonly subscriptions = new Map<number, SubscriptionEvents>();
  /** Answers what only the application knows; null before it says that it does. */
  application: ApplicationAnswers | null = null;
  /** What the application counts, as Prometheus reads it. */
  metrics: () => string = () => "";
  /** What clients were built with, by their numbers. */
  readonly contracts = new Map<number, EndpointContract>();
}
