// Prometheus text exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format"): HELP and TYPE before
// the samples of a name, label values with \, " and line feed escaped, a line feed at the end. Times are in seconds since 1970.

/** Labels of a sample, by name. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One value of a family. */
interface Sample {
  readonly labels: MetricLabels;
  readonly value: number;
  /** Suffix of the name; only samples of a histogram have one. */
  readonly part?: '_bucket' | '_sum' | '_count';
}

/** All samples with one name. */
export interface MetricFamily {
  /** `longplay_`, subject, unit; a counter ends with `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Media type of the format. */
export const metricMediaType = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes the families as text. Families without samples are left out. */
export function metricsText(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value, part = '' }) => `${name}${part}${labelsText(labels)} ${valueText(value)}\n`);
      return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** Creates a family of values that rise and fall. */
export function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: 'gauge', help, samples };
}

/** Creates a family of values that only rise during the life of a process. */
export function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: 'counter', help, samples };
}

function labelsText(labels: MetricLabels): string {
  const all = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** Counts values by size. Its memory depends on the number of bounds, not on the number of values. */
export interface Histogram {
  observe(value: number): void;
  /** Returns the samples of a family of type `histogram`. Each bucket counts the values up to its bound; the last one counts all. */
  samples(labels: MetricLabels): readonly Sample[];
}

/** Creates a histogram. @param bounds ascending upper bounds of the buckets, each inclusive; a bucket for all values is added */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0);
  let [sum, all] = [0, 0];
  return {
    observe: (value) => {
      sum += value;
      all++;
      for (const [at, bound] of bounds.entries()) if (value <= bound) counts[at] = (counts[at] ?? 0) + 1;
    },
    samples: (labels) => [
      ...bounds.map((bound, at): Sample => ({ part: '_bucket', labels: { ...labels, le: String(bound) }, value: counts[at] ?? 0 })),
      { part: '_bucket', labels: { ...labels, le: '+Inf' }, value: all },
      { part: '_sum', labels, value: sum },
      { part: '_count', labels, value: all },
    ],
  };
}
