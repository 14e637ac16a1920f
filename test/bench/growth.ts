import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCorpus } from './make-corpus.ts';
import { measuredRun } from './measured-run.ts';

/** One command at one size. */
interface Point {
  readonly recordings: number;
  readonly command: string;
  /** CPU time of all threads. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** Commands whose time should grow with the number of recordings, and commands whose time should not. */
const commands: readonly [name: string, args: (source: string, archive: string) => readonly string[]][] = [
  ['survey', (source) => ['survey', source, '--headers-only', '--quiet']],
  ['import', (source, archive) => ['import', source, '--into', archive, '--quiet', '--open']],
  ['import again', (source, archive) => ['import', source, '--into', archive, '--quiet', '--open']],
  ['list --limit 100', (_, archive) => ['list', archive, '--limit', '100', '--quiet']],
  ['verify', (_, archive) => ['verify', archive, '--quiet']],
  ['report', (_, archive) => ['report', archive, '--out', `${archive}-report`, '--quiet']],
  ['catalog rebuild', (_, archive) => ['catalog', 'rebuild', archive, '--quiet']],
];

/**
 * A table and a chart of time and memory by size of the archive. Measurements of other sizes are read from `file`, which keeps all points: a million recordings take more than an
 * hour. @param picture file of an SVG
 */
export async function growth(
  cli: string,
  sizes: readonly number[],
  seconds: number,
  { file, picture }: { readonly file: string; readonly picture: string },
  say: (text: string) => void,
): Promise<string> {
  const known: readonly Point[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  let points = known.filter(({ recordings }) => !sizes.includes(recordings));
  for (const recordings of sizes) {
    const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-growth-'));
    try {
      say(`making ${recordings} recordings`);
      const source = join(folder, 'source');
      makeCorpus(source, recordings, seconds);
      for (const [command, args] of commands) {
        say(`${recordings}: ${command}`);
        const run = await measuredRun(process.execPath, [cli, ...args(source, join(folder, 'archive'))]);
        if (run.code !== 0 && run.code !== 3) throw new Error(`${command} ended with ${run.code}:\n${run.output}`);
        points = [...points, { recordings, command, cpuSeconds: run.cpuSeconds, peakBytes: run.peakBytes }];
        say(`  ${run.seconds.toFixed(1)} s, ${run.cpuSeconds.toFixed(1)} CPU-s, ${(run.peakBytes / 1e6).toFixed(0)} MB`);
      }
      writeFileSync(file, `[\n${points.map((point) => `  ${JSON.stringify(point)}`).join(',\n')}\n]\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const all = [...new Set(points.map(({ recordings }) => recordings))].sort((a, b) => a - b);
  writeFileSync(picture, pictureOf(points, all));
  return tableOf(points, all, seconds);
}

function tableOf(points: readonly Point[], sizes: readonly number[], length: number): string {
  const cell = ({ recordings, cpuSeconds, peakBytes }: Point): string =>
    `${cpuSeconds.toFixed(1)} s, ${((cpuSeconds * 1_000) / recordings).toFixed(2)} ms each, ${(peakBytes / 1e6).toFixed(0)} MB`;
  const rows = commands.map(([command]) => {
    const cells = sizes
      .map((size) => points.find((point) => point.command === command && point.recordings === size))
      .map((point) => (point === undefined ? '' : cell(point)));
    return `| \`${command}\` | ${cells.join(' | ')} |`;
  });
  return [
    `Recordings of ${length} s in mu-law WAV with their CDR table, generated. Each size was measured in a separate run: CPU time of all threads, which other work on the machine changes less, and highest resident memory.`,
    '',
    `| command | ${sizes.map((size) => size.toLocaleString('en-US')).join(' | ')} |`,
    `|---|${sizes.map(() => '---|').join('')}`,
    ...rows,
    '',
    '![Time per recording, and memory, by the number of recordings](growth.svg)',
  ].join('\n');
}

const colours = ['#175a97', '#a3201b', '#12693a', '#7a4b00', '#5b3a8c', '#5b6470', '#0b7a75'];

/** Two charts side by side, both axes logarithmic: growth worse than linear shows as a rising line in the first. */
function pictureOf(points: readonly Point[], sizes: readonly number[]): string {
  const charts: readonly [title: string, value: (point: Point) => number][] = [
    ['CPU-ms for each recording', ({ cpuSeconds, recordings }) => (cpuSeconds * 1_000) / recordings],
    ['highest resident memory, MB', ({ peakBytes }) => peakBytes / 1e6],
  ];
  const [width, height, left, top] = [360, 240, 56, 28];
  const parts = charts.map(([title, value], at) => {
    const values = points.map(value).filter((one) => one > 0);
    const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
    const x = (size: number): number =>
      at * (width + left + 24) + left + scaled(Math.log10(size), Math.log10(sizes[0] ?? 1), Math.log10(sizes.at(-1) ?? 10)) * width;
    const y = (one: number): number => top + height - scaled(Math.log10(one), low, high) * height;
    const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)).map(
      (tick) =>
        `<line x1="${x(sizes[0] ?? 1)}" x2="${x(sizes.at(-1) ?? 1)}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${x(sizes[0] ?? 1) - 8}" y="${y(tick) + 4}" text-anchor="end">${Number(tick.toPrecision(3))}</text>`,
    );
    const labels = sizes.map((size) => `<text x="${x(size)}" y="${top + height + 18}" text-anchor="middle">${size.toLocaleString('en-US')}</text>`);
    const lines = commands.map(([command], index) => {
      const of = points.filter((point) => point.command === command && value(point) > 0);
      const path = of.map((point) => `${x(point.recordings).toFixed(1)},${y(value(point)).toFixed(1)}`).join(' ');
      const dots = of.map(
        (point) => `<circle cx="${x(point.recordings).toFixed(1)}" cy="${y(value(point)).toFixed(1)}" r="3" fill="${colours[index]}"/>`,
      );
      return `<polyline points="${path}" fill="none" stroke="${colours[index]}" stroke-width="2"/>${dots.join('')}`;
    });
    return `<text x="${x(sizes[0] ?? 1)}" y="16" class="title">${title}</text>${ticks.join('')}${labels.join('')}${lines.join('')}`;
  });
  const legend = commands.map(
    ([command], index) =>
      `<rect x="${left + index * 118}" y="${top + height + 34}" width="10" height="10" fill="${colours[index]}"/><text x="${left + index * 118 + 14}" y="${top + height + 43}">${command}</text>`,
  );
  const style =
    'text{font:12px system-ui,sans-serif;fill:#1c2024}.title{font-weight:600}.grid{stroke:#d7dce2}@media (prefers-color-scheme:dark){text{fill:#e6e9ed}.grid{stroke:#39414a}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * (width + left + 24) + 16} ${top + height + 56}" role="img" aria-label="Growth of time and memory"><style>${style}</style>${parts.join('')}${legend.join('')}</svg>\n`;
}

/** Position of a value between two others, 0 to 1. */
function scaled(value: number, low: number, high: number): number {
  return high === low ? 0.5 : (value - low) / (high - low);
}
