import { expect, test } from "bun:test";

import { mergedMetrics } from "./merged-metrics.ts";

test("each metric stands once, with the rows of all processes", () => {
  const one = `# HELP a Of one.\n# TYPE a counter\na{worker_id="1"} 1\n# HELP b B.\n# TYPE b gauge\nb{worker_id="1"} 2\n`;
  const two = `# HELP b Other words.\n# TYPE b gauge\nb{worker_id="2"} 3\n\n# HELP c C.\n# TYPE c histogram\nc_sum{worker_id="2"} 4\n`;
  expect(mergedMetrics([one, two, ""])).toBe(
    [
      "# HELP a Of one.",
      "# TYPE a counter",
      'a{worker_id="1"} 1',
      "# HELP b B.",
      "# TYPE b gauge",
      'b{worker_id="1"} 2',
      'b{worker_id="2"} 3',
      "# HELP c C.",
      "# TYPE c histogram",
      'c_sum{worker_id="2"} 4',
      "",
    ].join("\n"),
  );
  expect(mergedMetrics([])).toBe("");
});
