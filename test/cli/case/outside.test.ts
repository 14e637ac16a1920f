import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../rig.ts';

const sample = join(root, 'samples/cases/deal-4711');
let rig: Rig;
let id: string;

beforeAll(async () => {
  rig = createRig();
  for (const [folder, zone] of [
    ['pbx', 'Europe/Stockholm'],
    ['board', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, '--zone', zone])).code).toBe(0);
  id = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal', '--country', '+46'])).summary.id);
  // She writes during two recordings, and half an hour later during none; he writes while he is on the board.
  const rows = [
    'time;from;to;text',
    '2025-10-26T09:15:02Z;070-174 06 05;x@example.com;on the line',
    '2025-10-26T09:45:00Z;070-174 06 05;x@example.com;not',
    '2025-10-26T10:40:01Z;+447700900012;x@example.com;on the board',
  ];
  writeFileSync(rig.path('chat.csv'), `${rows.join('\n')}\n`);
  expect((await rig.json(['case', 'messages', 'archive', id, rig.path('chat.csv')])).code).toBe(0);
});
afterAll(() => rig[Symbol.asyncDispose]());

interface Missing {
  readonly from: string;
  readonly parties: readonly string[];
  readonly recordings?: readonly string[];
  readonly why: string;
}

async function timeline(
  of = id,
  ...options: string[]
): Promise<{
  readonly gaps: Missing[];
  readonly outside: Missing[];
  readonly findings: string[];
  readonly summary: Readonly<Record<string, unknown>>;
}> {
  const { lines, summary } = await rig.json(['case', 'timeline', 'archive', of, ...options]);
  const told = (kind: string): Missing[] => lines.flatMap((line) => (line.of === kind ? [line.value as Missing] : []));
  return { gaps: told('gap'), outside: told('outside'), summary, findings: lines.flatMap(({ code }) => (typeof code === 'string' ? [code] : [])) };
}

async function idOf(...query: string[]): Promise<string> {
  const [found] = (await rig.json(['list', 'archive', ...query])).lines;
  return ((found?.value ?? {}) as { recordingId: string }).recordingId;
}

test('a recording that is in the archive and not in the case is listed at its time and is not a gap; once in the case it is neither', async () => {
  const [pbx, board, deal] = [
    await idOf('--with-site', 'pbx', '--status', 'matched'),
    await idOf('--with-site', 'board', '--to', '2025-10-26T10Z'),
    await idOf('--with-site', 'board', '--from', '2025-10-26T10Z'),
  ];
  const before = await timeline();
  // Messages sent while nothing was recorded are not gaps.
  expect(before.outside.map(({ from, parties, recordings }) => [from.slice(11, 19), parties, recordings])).toEqual([
    ['09:15:02', ['070-174 06 05'], [pbx, board].sort()],
    ['10:40:01', ['+447700900012'], [deal]],
  ]);
  expect(before.gaps).toEqual([]);
  expect(before.summary.gaps).toBe(before.gaps.length);
  const { stdout } = await rig.run(['case', 'timeline', 'archive', id]);
  expect(stdout).toContain('Recorded, and not in the case:');

  expect((await rig.run(['case', 'export', 'archive', id, '--out', 'out'])).code).toBe(0);
  expect(readFileSync(rig.path('out/data/outside.csv'), 'utf8').trim().split('\n')).toHaveLength(3);
  expect(readFileSync(rig.path('out/index.html'), 'utf8')).toContain('Recorded, but not in this case');
  expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('out'))).code).toBe(0);

  expect((await rig.run(['case', 'add', 'archive', id, pbx, board, deal])).code).toBe(0);
  const after = await timeline();
  expect(after.outside).toEqual([]);
  // Both systems recorded one call of the dealer; the exchange did not record the other.
  expect(after.gaps.map(({ from }) => from.slice(11, 19))).toEqual(['10:40:00']);
});

test('the register states which systems record the same lines: a call that one of them lacks is a gap only then; an unknown system is reported', async () => {
  const one = String((await rig.json(['case', 'new', 'archive', '--title', 'Lines', '--country', '+46'])).summary.id);
  const deal = await idOf('--with-site', 'board', '--from', '2025-10-26T10Z');
  expect((await rig.run(['case', 'add', 'archive', one, deal])).code).toBe(0);
  writeFileSync(rig.path('people.toml'), '[lines]\ndealing = ["finos board", "asterisk pbx"]\n');
  expect((await timeline(one)).gaps).toEqual([]);
  const { gaps, findings } = await timeline(one, '--people', 'people.toml');
  expect([gaps.map(({ why }) => why), findings]).toEqual([['recorded by finos board, not by asterisk pbx'], []]);
  expect((await rig.json(['case', 'export', 'archive', one, '--out', 'lines', '--people', 'people.toml'])).summary.gaps).toBe(1);
  expect(readFileSync(rig.path('lines/data/gaps.csv'), 'utf8')).toContain('asterisk pbx');
  writeFileSync(rig.path('wrong.toml'), '[lines]\ndealing = ["finos board", "asterisk london"]\n');
  expect((await timeline(one, '--people', 'wrong.toml')).findings).toEqual(['C175']);
  for (const lines of ['dealing = ["finos board"]', 'dealing = ["finos board", " finos  board"]', 'dealing = 7']) {
    writeFileSync(rig.path('wrong.toml'), `[lines]\n${lines}\n`);
    expect((await rig.run(['case', 'timeline', 'archive', one, '--people', 'wrong.toml'])).code).toBe(2);
  }
});
