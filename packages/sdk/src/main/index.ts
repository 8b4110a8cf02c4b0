import "../agreement.ts";

export { main, type MainGraph, type MainOptions } from "./main.ts";
