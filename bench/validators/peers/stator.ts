import { ChatToken, Order } from "../../../packages/codegen/tests/fixtures/generated/index.ts";
import type { ValidatorPeer } from "../peer.ts";

/** Returns a new object without unknown keys; also refuses text with lone surrogates. */
export const peer: ValidatorPeer = { order: (value) => Order.parse(value), token: (value) => ChatToken.parse(value) };
