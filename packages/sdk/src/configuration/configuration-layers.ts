import { suggestion } from "../definition/nearest-name.ts";
import { type ConfigMap, configMap, type Layer, LAYERS, overlay } from "./config-tree.ts";
import { ConfigurationError, joinErrors } from "./configuration-error.ts";
import type { LayerEntry, ServiceNames } from "./layer-entry.ts";

/** What one layer says about one service. */
export interface SectionLayer {
  readonly layer: Layer;
  readonly section: ConfigMap;
}

/** What is done with the layers. */
export interface LayersUse {
  /** Only the schemas are wanted: values that are missing are no error. */
  readonly describesOnly?: boolean;
  /** The environment of this process: the services that are made here find what the configuration sets in it. */
  readonly environment?: Record<string, string | undefined>;
}

/** Everything that files, environment and command line say, about whatever services. */
export class ConfigurationLayers {
  /** Entries of one layer: later ones are stronger. */
  constructor(
    private readonly entries: readonly LayerEntry[] = [],
    /** The files that were read, absolute. */
    readonly files: readonly string[] = [],
    readonly use: LayersUse = {},
  ) {}

  /** These layers for another use. */
  for(use: LayersUse): ConfigurationLayers {
    return new ConfigurationLayers(this.entries, this.files, use);
  }

  /** These layers with more. */
  with(entries: readonly LayerEntry[]): ConfigurationLayers {
    return new ConfigurationLayers([...this.entries, ...entries], this.files, this.use);
  }

  /** What is said about a service, the weakest layer first. */
  of(service: ServiceNames): SectionLayer[] {
    return LAYERS.flatMap((layer) => {
      const said = this.entries.flatMap((entry) =>
        entry.origin.layer === layer ? (entry.section(service) ?? []) : [],
      );
      const [first, ...rest] = said;
      return first === undefined ? [] : [{ layer, section: rest.reduce<ConfigMap>(over, first) }];
    });
  }

  /**
   * Refuses what is said about services that are not among these, or about several of them at once. What the environment
   * says about others is returned, for a warning: it may be meant for another program. So may a file in a process that has
   * one service of several (`lenient`).
   */
  check(services: readonly ServiceNames[], { lenient = false } = {}): string[] {
    const warnings: string[] = [];
    const errors: ConfigurationError[] = [];
    for (const entry of this.entries) {
      const meant = services.filter((service) => entry.section(service) !== null);
      const { where, layer } = entry.origin;
      if (meant.length === 0 && layer === "environment") {
        warnings.push(`${where} is about no service of this graph; ${near(entry.name, services)}`);
      } else if (meant.length === 0 && !(lenient && layer !== "command line")) {
        errors.push(
          new ConfigurationError(where, `the graph has no service "${entry.name}"; ${near(entry.name, services)}`),
        );
      } else if (meant.length > 1) {
        const ids = meant.map(({ id }) => id).join(" or ");
        errors.push(new ConfigurationError(where, `"${entry.name}" is more than one service; write ${ids}.`));
      }
    }
    const error = joinErrors(errors);
    if (error !== null) throw error;
    return warnings;
  }
}

function near(name: string, services: readonly ServiceNames[]): string {
  const known = services.map(({ className }) => className);
  return suggestion(name, known);
}

function over(lower: ConfigMap, upper: ConfigMap): ConfigMap {
  return overlay(lower, upper) as ConfigMap;
}

/** All layers as one map. */
export function mergedLayers(layers: readonly SectionLayer[]): ConfigMap {
  return layers.map(({ section }) => section).reduce(over, configMap({ layer: "default", where: "" }));
}
