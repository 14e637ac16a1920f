import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { planOnly } from '../../src/pipeline/import/dry-run.ts';
import { reportedSurvey } from '../../src/pipeline/report/write.ts';
import { csvText } from '../../src/report/calls/csv.ts';
import type { SourceReport } from '../../src/report/source/report.ts';
import { everything } from '../faults/trials.ts';
import { media } from '../importers/media.ts';

const root = join(import.meta.dirname, '../..');
const now = (): string => '2026-01-02T03:04:05.000Z';
const signal = new AbortController().signal;

function request(sources: string[], mapping: { readonly name: string; readonly text: string } | null) {
  const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
  return { sources, site: 'default', importer: null, zone: 'Europe/Stockholm', encoding: null, mapping, access, joinSides: false };
}

/** Writes the report of a survey, or of a dry run, and reads it back. */
async function report(
  source: string,
  out: string,
  of: 'survey' | 'dry-run',
  mapping: { readonly name: string; readonly text: string } | null,
): Promise<SourceReport> {
  const tools = {
    importers,
    media,
    formats,
    codecs: new Map(codecs.map((codec) => [codec.id, codec])),
    temporary: tmpdir(),
    now,
    clockMs: Date.now,
    compareBytes: false,
    sealing: 'open' as const,
    acceptances: { accepts: [], reason: '' },
  };
  const asked = request([source], mapping);
  const createPool = () => {
    throw new Error('nothing is decoded');
  };
  const events =
    of === 'survey'
      ? reportedSurvey(asked, out, tools, signal)
      : planOnly(asked, join(out, '../archive'), { ...tools, createPool, report: out, keys: join(out, '../keys') }, signal);
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  const written: SourceReport = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  // The file is handed on as written.
  const outcome = next.value;
  if ('decided' in outcome && !outcome.decided) throw new Error('two importers recognise it');
  expect(JSON.parse(JSON.stringify(outcome.report?.report))).toEqual(written);
  return written;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Drops and doubles files, and shuffles, drops and doubles lines of tables below their headers, which also breaks quoted lines. */
function disturb(source: string, pick: (most: number) => number): void {
  for (const file of filesBelow(source).sort()) {
    if (/\.(csv|xml)$/.test(file) && pick(2) === 0) {
      const [head = '', ...lines] = readFileSync(file).toString('latin1').split('\n');
      const changed = lines.flatMap((line) => (pick(5) === 0 ? [] : pick(5) === 0 ? [line, line] : [line]));
      for (let at = changed.length - 1; at > 0 && pick(2) === 0; at--) {
        const other = pick(at + 1);
        [changed[at], changed[other]] = [changed[other] ?? '', changed[at] ?? ''];
      }
      writeFileSync(file, Buffer.from([head, ...changed].join('\n'), 'latin1'));
    }
    // Without the table that a mapping describes nothing is read.
    const fate = pick(6);
    if (fate === 0 && !file.endsWith('samtal.csv')) rmSync(file);
    else if (fate === 1) copyFileSync(file, join(dirname(file), `copy-${pick(100)}${extname(file)}`));
  }
  // Something must be left for recognition.
  writeFileSync(join(source, 'left.wav'), 'no sound');
}

const samples = [
  ['asterisk-normal', null],
  ['generic-csv', 'samples/generic-csv/mapping.toml'],
  ['sidecar-xml', null],
] as const;

test.each(samples)('totals equal the input, whatever is missing, doubled or shuffled in an export: %s', async (name, mappingFile) => {
  const mapping = mappingFile === null ? null : { name: 'mapping.toml', text: readFileSync(join(root, mappingFile), 'utf8') };
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), fc.constantFrom('survey' as const, 'dry-run' as const), async (numbers, of) => {
      const folder = mkdtempSync(join(tmpdir(), 'longplay-report-'));
      try {
        const [source, out] = [join(folder, 'source'), join(folder, 'out')];
        cpSync(join(root, 'samples', name), source, { recursive: true });
        disturb(source, (most) => (numbers.next().value ?? 0) % most);
        const { account, checks, calls, listed } = { listed: filesBelow(source), ...(await report(source, out, of, mapping)) };
        expect(checks.filter(({ input, accounted }) => input !== accounted)).toEqual([]);
        // Compared with the folder itself, not with longplay's listing of it.
        expect(account.files).toBe(listed.length);
        expect(account.bytes).toBe(listed.reduce((sum, file) => sum + statSync(file).size, 0));
        const rows: Record<string, string>[] = parse(readFileSync(join(out, 'recordings.csv')), { bom: true, columns: true });
        expect(rows.length).toBe(account.recordingsTotal);
        expect(calls.recordings).toBe(rows.length);
        const byStatus: Record<string, number> = {};
        for (const row of rows) byStatus[row.status ?? ''] = (byStatus[row.status ?? ''] ?? 0) + 1;
        expect(byStatus).toEqual(account.recordings);
        // Each file belongs to a recording, or is counted as a table, a sidecar or unclaimed.
        const withRecording = new Set(rows.flatMap(({ files = '' }) => (files === '' ? [] : files.split('\n').map(csvText))));
        const others = account.byBucket.flatMap(({ bucket, files }) => (['table', 'sidecar', 'alien'].includes(bucket) ? [files] : []));
        expect([...withRecording].filter((path) => !listed.some((file) => relative(source, file) === path))).toEqual([]);
        expect(withRecording.size + others.reduce((sum, files) => sum + files, 0)).toBe(listed.length);
        const lines = readFileSync(join(out, 'recordings.jsonl'), 'utf8').split('\n').slice(0, -1);
        expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(rows.map(({ key = '' }) => csvText(key)));
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: everything ? 25 : 12 },
  );
});

test('a page contains no script, no external address and no hidden character, for any names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-report-'));
  try {
    const [source, out] = [join(folder, 'so<b>urce'), join(folder, 'out')];
    cpSync(join(root, 'samples/asterisk-normal/monitor'), source, { recursive: true });
    for (const name of ['=cmd|calc.wav', '<img src=x onerror=alert(1)>.wav', 'evil\u202egnp.wav', 'a\nb\tc.wav', "';--.wav", '&lt;.wav'])
      writeFileSync(join(source, name), 'x');
    const { calls } = await report(source, out, 'survey', null);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;.wav');
    expect(html).toContain('evil\\u202egnp.wav');
    expect(html).toContain('&amp;lt;.wav');
    expect(html).not.toMatch(/<script|<img|<link|<iframe|javascript:|@import|url\(|https?:/i);
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    // Every opened tag is closed: names open none.
    const tags = [...html.matchAll(/<(\/?)(section|table|details|div|ul|li|td|tr|code|p|b)\b/g)];
    const open = tags.reduce((sum, [, closing]) => sum + (closing === '' ? 1 : -1), 0);
    expect(open).toBe(0);
    expect(readFileSync(join(out, 'recordings.csv'), 'utf8')).toContain("'=cmd|calc.wav");
    expect(calls.recordings).toBeGreaterThan(6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
