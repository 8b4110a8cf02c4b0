#!/usr/bin/env bun
import { runCommandLine } from "./command-line.ts";

await runCommandLine(process.argv.slice(2));
