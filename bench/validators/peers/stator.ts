import { ChatToken, Order } from "../../../packages/codegen/tests/fixtures/generated/index.ts";
import type { ValidatorPeer } from "../peer.ts";

/** `checkAnyText` refuses lone surrogates all the same: there is no switch for it. */
export const peer: ValidatorPeer = {
  order: { ...Order, check: Order.matches, checkAnyText: Order.matches },
  token: { ...ChatToken, check: ChatToken.matches, checkAnyText: ChatToken.matches },
};
