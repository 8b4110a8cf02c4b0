import type { Document } from "../document/document.ts";

export function checkDocument(_document: Document): void {}
