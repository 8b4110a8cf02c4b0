export type Environment = Readonly<Record<string, string | undefined>>;

const YES = /^(1|true|yes|on)$/i;
const NO = /^(0|false|no|off)$/i;

/**
 * Whether the environment asks for traces to be sent. It does where an endpoint, an exporter or the `OTEL_EXPORT_ENABLED` of
 * Dynamo is set, and nothing says no.
 */
export function wantsTelemetry(environment: Environment): boolean {
  const set = (name: string): string => (environment[name] ?? "").trim();
  const exporter = set("OTEL_TRACES_EXPORTER");
  const enabled = set("OTEL_EXPORT_ENABLED");
  if (YES.test(set("OTEL_SDK_DISABLED")) || exporter === "none" || NO.test(enabled)) return false;
  const endpoint = set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || set("OTEL_EXPORTER_OTLP_ENDPOINT");
  return exporter !== "" || endpoint !== "" || YES.test(enabled);
}
