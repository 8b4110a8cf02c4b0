import { graph } from "@stator/sdk";

import { EchoEngine } from "./echo-engine.ts";
import { Frontend } from "./frontend.ts";
import { ShoutEngine } from "./shout-engine.ts";

export const echo = graph(Frontend).link(EchoEngine);
export const shout = graph(Frontend).link(ShoutEngine);
