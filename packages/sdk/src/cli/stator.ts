#!/usr/bin/env bun
import "../agreement.ts";
import { runCommandLine } from "./command-line.ts";

await runCommandLine(process.argv.slice(2));
