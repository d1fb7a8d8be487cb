/** Upper bounds of the latency buckets, in seconds. */
const bucketsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  counts: number[];
  sumS: number;
  count: number;
}

/** Counters and latencies of this process, in the text format of Prometheus. */
export interface Metrics {
  /** One request that was answered. `route` is its pattern, so that the number of series stays bounded. */
  request: (request: {
    method: string;
    route: string;
    status: number;
    seconds: number;
    code?: string | undefined;
  }) => void;
  /** `gauges` are read at this moment. */
  text: (gauges: { [name: string]: { help: string; value: number } }) => string;
}

export const createMetrics = (): Metrics => {
  const requests = new Map<string, number>();
  const problems = new Map<string, number>();
  const latencies = new Map<string, Histogram>();
  const add = (map: Map<string, number>, labels: string) => map.set(labels, (map.get(labels) ?? 0) + 1);

  return {
    request: ({ method, route, status, seconds, code }) => {
      add(requests, `method="${method}",route="${route}",status="${status}"`);
      if (code !== undefined) {
        add(problems, `code="${code}"`);
      }
      const labels = `method="${method}",route="${route}"`;
      const histogram = latencies.get(labels) ?? { counts: bucketsS.map(() => 0), sumS: 0, count: 0 };
      latencies.set(labels, histogram);
      for (const [index, bound] of bucketsS.entries()) {
        if (seconds <= bound) {
          histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
        }
      }
      histogram.sumS += seconds;
      histogram.count += 1;
    },
    text: (gauges) => {
      const lines = [
        '# HELP caseloom_http_requests_total Requests answered.',
        '# TYPE caseloom_http_requests_total counter',
        ...[...requests].map(([labels, n]) => `caseloom_http_requests_total{${labels}} ${n}`),
        '# HELP caseloom_http_problems_total Problems answered, refusals among them, by code.',
        '# TYPE caseloom_http_problems_total counter',
        ...[...problems].map(([labels, n]) => `caseloom_http_problems_total{${labels}} ${n}`),
        '# HELP caseloom_http_request_duration_seconds Time until the answer.',
        '# TYPE caseloom_http_request_duration_seconds histogram',
        ...[...latencies].flatMap(([labels, { counts, sumS, count }]) => [
          ...bucketsS.map(
            (bound, index) =>
              `caseloom_http_request_duration_seconds_bucket{${labels},le="${bound}"} ${counts[index] ?? 0}`,
          ),
          `caseloom_http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`,
          `caseloom_http_request_duration_seconds_sum{${labels}} ${sumS}`,
          `caseloom_http_request_duration_seconds_count{${labels}} ${count}`,
        ]),
        ...Object.entries(gauges).flatMap(([name, { help, value }]) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} gauge`,
          `${name} ${value}`,
        ]),
      ];
      return `${lines.join('\n')}\n`;
    },
  };
};
