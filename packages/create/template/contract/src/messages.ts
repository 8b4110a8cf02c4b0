/** What the services say to each other: generated from the crate in `contract`. */
export { Greeting, Guests } from "./generated/index.ts";
