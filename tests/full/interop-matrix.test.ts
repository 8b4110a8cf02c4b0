/** The cells of the interoperation matrix that are not in tests/e2e: whole, with etcd, over NATS, in JSON. */
import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { endings } from "../support/interop/endings.ts";
import type { Codec, Place } from "../support/interop/meeting.ts";
import { pythonClient } from "../support/interop/python-client.ts";
import { typescriptClient } from "../support/interop/typescript-client.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel(UPSTREAM_VERSION);

const CELLS: [Place, Codec][] = [
  [{ discovery: "file", plane: "NATS" }, "json"],
  [{ discovery: "etcd", plane: "TCP" }, "msgpack"],
  [{ discovery: "etcd", plane: "TCP" }, "json"],
  [{ discovery: "etcd", plane: "NATS" }, "msgpack"],
  [{ discovery: "etcd", plane: "NATS" }, "json"],
];

for (const [place, codec] of CELLS) {
  typescriptClient(wheel, place, codec);
  pythonClient(wheel, place, codec);
  endings(wheel, place, codec);
}
