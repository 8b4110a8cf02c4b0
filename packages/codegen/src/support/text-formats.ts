import { type Invalid, mismatch } from "./failure.ts";

/** A UUID as Rust writes it: small letters, with hyphens. */
export function readUuid(value: unknown): string | Invalid {
  return typeof value === "string" && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)
    ? value
    : mismatch("a UUID in small letters, with hyphens", value);
}

/** An absolute URL. The result is its one form: `http://a.b` becomes `http://a.b/`. */
export function readUrl(value: unknown): string | Invalid {
  if (typeof value !== "string" || !value.isWellFormed()) return mismatch("an absolute URL", value);
  return URL.parse(value)?.href ?? mismatch("an absolute URL", value);
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.(\d{1,9}))?$/;

/** `2026-01-31`, a day that there is. */
export function readDate(value: unknown): string | Invalid {
  return typeof value === "string" && isDate(value) ? value : mismatch("a date such as 2026-01-31", value);
}

/** `12:00:00`, with up to nine decimals. The result has none, three, six or nine, as Rust writes it. */
export function readTime(value: unknown): string | Invalid {
  const time = typeof value === "string" ? normalTime(value) : null;
  return time ?? mismatch("a time such as 12:00:00.5", value);
}

/** A date and a time without a zone. */
export function readLocalDateTime(value: unknown): string | Invalid {
  const time = typeof value === "string" ? normalDateTime(value) : null;
  return time ?? mismatch("a date and time such as 2026-01-31T12:00:00.5", value);
}

/** A point in time in UTC; `new Date().toISOString()` gives one. */
export function readDateTime(value: unknown): string | Invalid {
  if (typeof value === "string" && value.endsWith("Z")) {
    const time = normalDateTime(value.slice(0, -1));
    if (time !== null) return `${time}Z`;
  }
  return mismatch("a time in UTC such as 2026-01-31T12:00:00.5Z", value);
}

function normalDateTime(text: string): string | null {
  if (text[10] !== "T" || !isDate(text.slice(0, 10))) return null;
  const time = normalTime(text.slice(11));
  return time === null ? null : `${text.slice(0, 11)}${time}`;
}

function normalTime(text: string): string | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const whole = text.slice(0, 8);
  const decimals = (match[3] ?? "").padEnd(9, "0").replace(/(?:000)+$/, "");
  return decimals === "" ? whole : `${whole}.${decimals}`;
}

function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}
