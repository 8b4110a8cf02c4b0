/** The worker takes calls on both wires: it is the one of our own. */
export { serve } from "../stator/server.ts";
