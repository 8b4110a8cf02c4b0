import type { VllmSettings } from "./vllm-settings.ts";

/** Where an engine that is started listens. */
export interface EnginePlaces {
  /** Its port of HTTP on loopback. */
  readonly port: number;
  /** Its PUB socket; empty for none. */
  readonly events: string;
  /** Its ROUTER socket; empty for none. */
  readonly replay: string;
}

/** The arguments of `vllm`, such as `serve MODEL --port 8001 …`. */
export function serveArguments(settings: VllmSettings, places: EnginePlaces): string[] {
  const { serve, kvEvents, blockSize, model } = settings;
  const path = [serve.model, settings.modelFolder, model].find((each) => each !== "") ?? "";
  return [
    "serve",
    path,
    ...["--host", "127.0.0.1", "--port", String(places.port)],
    ...(model === "" ? [] : ["--served-model-name", model]),
    ...["--block-size", String(blockSize)],
    "--enable-prefix-caching",
    "--enable-prompt-tokens-details",
    ...(places.events === "" ? [] : ["--kv-events-config", kvEventsConfig(kvEvents.topic, places)]),
    ...serve.arguments,
  ];
}

function kvEventsConfig(topic: string, { events, replay }: EnginePlaces): string {
  return JSON.stringify({
    enable_kv_cache_events: true,
    publisher: "zmq",
    endpoint: listening(events),
    ...(replay === "" ? {} : { replay_endpoint: listening(replay) }),
    topic,
  });
}

/** vLLM listens on paths and on addresses with a `*`; it would connect to any other. */
function listening(endpoint: string): string {
  return endpoint.replace(/^tcp:\/\/.*:(\d+)$/, "tcp://*:$1");
}
