/** A getter of a list or a map makes a copy. With napi alone a change of the copy is lost; here it cannot be made. */
import { Config } from "../generated/index.ts";
import { outcome, shown } from "../support/outcome.ts";
import { plainNapi } from "../support/plain-napi.ts";

const plain = new plainNapi.Config("plain");
plain.values.push(1);
plain.metadata["color"] = "red";
console.log("napi alone:  ", shown(plain.values), shown(plain.metadata));

using config = new Config("checked");
console.log(
  "here, push:  ",
  outcome(() => (config.values as number[]).push(1)),
);
console.log(
  "here, color: ",
  outcome(() => Object.assign(config.metadata, { color: "red" })),
);

config.values = [...config.values, 1];
config.metadata = { ...config.metadata, color: "red" };
console.log("by setters:  ", shown(config.values), shown(config.metadata));

console.log(
  "a bad value: ",
  outcome(() => (config.values = [1, 2 ** 31])),
);
console.log(
  "a Map:       ",
  outcome(() => Object.assign(config, { metadata: new Map([["color", "red"]]) })),
);
console.log(
  "by Rust:     ",
  outcome(() => (config.name = "")),
);
console.log("as before:   ", config.name, shown(config.values), shown(config.metadata));
