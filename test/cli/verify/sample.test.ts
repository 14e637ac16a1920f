import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Statement } from '../../../src/report/statement/statement.ts';
import { createRig, type Rig, root } from '../rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
});
afterAll(() => rig[Symbol.asyncDispose]());

async function entries(type: string): Promise<Readonly<Record<string, unknown>>[]> {
  const { lines } = await rig.json(['log', 'list', 'archive']);
  return lines
    .filter((line) => line.type === 'result' && (line.value as { type?: string } | undefined)?.type === type)
    .map((line) => line.value as Readonly<Record<string, unknown>>);
}

test("a sample is drawn by a seed that was logged before, and python and sha256sum draw the same by the page's instructions", async () => {
  const { code, stdout } = await rig.run(['verify', 'archive', '--every', '90d', '--sample', '2']);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^2 recordings of \d drawn at random and decoded, seed [0-9a-f]{16}…: 2 as recorded\.$/m),
  ]);
  const [drawn] = await entries('sample-drawn');
  const detail = drawn?.detail as Readonly<Record<string, string | number>>;
  const [decoded] = await entries('sample-decoded');
  expect(decoded?.detail).toMatchObject({ drawn: 2, played: 2, failed: 0, untried: 0 });
  // The output of the page's commands, with the numbers of the entry.
  const page = readFileSync(join(root, 'docs/how-to/statement.md'), 'utf8');
  const [, script = ''] = /## A random sample[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];
  const { archive } = JSON.parse(readFileSync(rig.path('archive/longplay.json'), 'utf8')) as { archive?: string };
  const id = archive ?? (JSON.parse(readFileSync(rig.path('archive/longplay.json'), 'utf8')) as { id: string }).id;
  const ran = await rig.exec('bash', [
    '-ec',
    `ARCHIVE=archive; ID=${id}; SIZE=${detail.size}; ROOT='${detail.root}'; DRAWN=${detail.drawn}\n${script}`,
  ]);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  for (const member of ['seed', 'populationSha256', 'drawnSha256'])
    expect([member, ran.stdout.includes(String(detail[member]))]).toEqual([member, true]);
});

test('the statement has the sample first, with its bound and condition; a second draw is added to it', async () => {
  expect((await rig.run(['verify', 'archive', '--every', '90d', '--sample', '2', '--originals'])).code).toBe(0);
  const { stdout } = await rig.run(['report', 'archive', '--out', 'out']);
  const { playable, account } = JSON.parse(readFileSync(rig.path('out/statement.json'), 'utf8')) as Statement;
  expect(playable.sample).toMatchObject({ draws: 2, drawn: 4, failed: 0, untried: 0, outside: 0, unended: 0 });
  expect(account.playability.sample?.draws.map(({ seed }) => seed)).toHaveLength(2);
  const line = `With 95 % confidence at most ${playable.sample?.bounds[0]?.bad} of all ${playable.recordings} `;
  expect([stdout.includes(line), stdout.includes('for any distribution of faults (random sample, exact)')]).toEqual([true, true]);
  expect(readFileSync(rig.path('out/report.html'), 'utf8')).toContain('for any distribution of faults (random sample, exact)');
});

test('without a log entry nothing is drawn, and a sample cannot be combined with --play or a single bag', async () => {
  const elsewhere = { LONGPLAY_KEYS: rig.path('none') };
  const { code, stdout } = await rig.run(['verify', 'archive', '--sample', '2'], { env: elsewhere });
  expect([code, stdout]).toEqual([5, expect.stringContaining('V215')]);
  for (const more of [['--play'], ['--every', '90d', '--status']])
    expect((await rig.run(['verify', 'archive', '--sample', '2', ...more])).code).toBe(2);
  expect((await rig.run(['verify', 'archive', '--sample', '0'])).code).toBe(2);
});

test('a drawn recording with an altered copy fails the run and is counted', async () => {
  const { stdout } = await rig.exec('find', ['archive/bags', '-name', 'access-*.opus']);
  for (const file of stdout.trim().split('\n')) {
    expect(existsSync(rig.path(file))).toBe(true);
    appendFileSync(rig.path(file), 'more');
  }
  const { code, summary } = await rig.json(['verify', 'archive', '--sample', '6']);
  expect(code).toBe(4);
  const { drawn, played, failed, untried } = summary.sample as Readonly<Record<string, number>>;
  expect([drawn, (failed ?? 0) + (untried ?? 0) > 0, (played ?? 0) + (failed ?? 0) + (untried ?? 0)]).toEqual([drawn, true, drawn]);
});
