import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;
let calls: string[];

beforeAll(async () => {
  rig = createRig();
  for (const [sample, site] of [
    ['asterisk-normal', 'pbx'],
    ['sidecar-xml', 'contact-centre'],
  ] as const) {
    const { code, stderr } = await rig.run([
      'import',
      join(root, 'samples', sample),
      '--into',
      'archive',
      '--zone',
      'Europe/Stockholm',
      '--site',
      site,
    ]);
    expect([0, 3], stderr).toContain(code);
  }
  calls = await found('list');
  expect(calls.length).toBeGreaterThan(5);
  const [first = '', second = '', third = ''] = calls;
  await tag(first, 'Order confirmed', 'anna');
  await tag(second, 'örder  CONFIRMED', 'bo');
  await tag(second, 'escalated', 'bo');
  await tag(third, 'Fraud/check', 'bo');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

const run = async (...args: string[]): Promise<void> => {
  const { code, stderr } = await rig.run(args);
  expect(code, stderr).toBe(0);
};
const tag = (call: string, text: string, user: string): Promise<void> => run('tag', 'add', 'archive', call, text, '--as', user);
/** Ids that a command finds, in its order. */
async function found(command: 'list' | 'search', ...args: string[]): Promise<string[]> {
  const { code, lines } = await rig.json([command, 'archive', ...args]);
  expect(code).toBe(0);
  return lines.flatMap(({ of, value }) => (of === 'recording' || of === 'hit' ? [(value as { recordingId: string }).recordingId] : [])); // as it prints them
}
const bytesBelow = (path: string): string =>
  readdirSync(rig.path(path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');

describe('calls with tags of reviewers', () => {
  test('are found by words and prefixes of words of one tag, in any case and with any accents, with all other filters', async () => {
    const [first = '', second = '', third = ''] = calls;
    expect(await found('list', '--tag', 'order confirmed')).toEqual([first, second]);
    expect(await found('list', '--tag', 'ÓRD')).toEqual([first, second]);
    expect(await found('search', '--tag', 'confirmed order', '--oldest')).toEqual([first, second]);
    expect(await found('search', '--tag', 'order')).toEqual([second, first]);
    expect(await found('list', '--tag', 'fraud check')).toEqual([third]);
    // Words of one tag, not of several together.
    expect(await found('list', '--tag', 'order escalated')).toEqual([]);
    expect(await found('list', '--tag', 'rder')).toEqual([]);
    for (const filter of [
      ['--direction', 'inbound'],
      ['--status', 'matched'],
      ['--with-site', 'pbx'],
      ['--min-duration', '1s'],
      ['--weekday', 'mon-wed'],
      ['--text', first],
      ['--limit', '1'],
    ]) {
      const all = filter[0] === '--limit' ? [first] : (await found('list', ...filter)).filter((id) => [first, second].includes(id));
      expect(await found('list', '--tag', 'order', ...filter), filter.join(' ')).toEqual(all);
    }
    const { summary } = await rig.json(['list', 'archive', '--tag', 'order']);
    expect(summary).toMatchObject({ recordings: 2 });
  });

  test('are found beside those with a tag of their recorder, each once', async () => {
    const [first = ''] = calls;
    const { lines } = await rig.json(['list', 'archive']);
    const rows = lines.flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; tags: string[] }] : [])); // as `list` prints them
    const owner = rows.find(({ tags }) => tags.length > 0);
    const name = owner?.tags[0]?.split('=')[0] ?? '';
    expect(name).not.toBe('');
    const ofRecorder = rows.filter(({ tags }) => tags.some((one) => one.startsWith(`${name}=`))).map(({ recordingId }) => recordingId);
    expect(await found('list', '--tag', name)).toEqual(ofRecorder);
    await tag(first, name, 'anna');
    await tag(owner?.recordingId ?? '', name, 'anna');
    const both = calls.filter((id) => id === first || ofRecorder.includes(id));
    expect(await found('list', '--tag', name)).toEqual(both);
    expect(await found('search', '--tag', name)).toEqual([...both].reverse());
  });

  test('are exported, and added to a case whose reasons contain no word of the tag', async () => {
    await run('export', 'archive', '--tag', 'escalated', '--out', 'out');
    expect(readFileSync(rig.path('out', 'recordings.jsonl'), 'utf8')).toContain(calls[1] ?? '-');
    expect((await rig.run(['export', 'archive', '--tag', 'nowhere', '--out', 'none'])).code).toBe(2);
    const made = await rig.json(['case', 'new', 'archive', '--title', 'Dispute']);
    const id = (made.lines.find(({ of }) => of === 'case')?.value as { id: string } | undefined)?.id ?? ''; // as `case new` prints it
    await run('case', 'add', 'archive', id, '--tag', 'escalated');
    const kept = bytesBelow('archive/cases');
    expect(kept).toContain('tag of a reviewer');
    expect(kept).not.toContain('escalated');
  });

  test('are counted by tag, and chosen from the counts', async () => {
    const { lines } = await rig.json(['tag', 'list', 'archive', '--counts']);
    const tags = lines.flatMap(({ of, value }) => (of === 'tag' ? [value] : []));
    expect(tags).toEqual(
      expect.arrayContaining([
        { text: 'Order confirmed', recordings: 2, unknown: null },
        { text: 'escalated', recordings: 1, unknown: null },
        { text: 'Fraud/check', recordings: 1, unknown: null },
      ]),
    );
    expect((await rig.run(['tag', 'list', 'archive', 'ORDER CONFIRMED', '--counts'])).stdout).toMatch(/^ *2 +Order confirmed$/m);
    expect((await rig.run(['tag', 'list', 'archive', '--counts', '--withdrawn'])).code).toBe(2);
  });

  test('are not found any more once the tag is withdrawn or its text erased, and no file beside the log contains it', async () => {
    const [first = '', second = '', third = ''] = calls;
    const { lines } = await rig.json(['tag', 'list', 'archive', 'fraud/check']);
    const id = (lines.find(({ of }) => of === 'note')?.value as { id: string } | undefined)?.id ?? ''; // as `tag list` prints them
    await run('tag', 'withdraw', 'archive', id, '--reason', 'wrong call');
    expect(await found('list', '--tag', 'fraud')).toEqual([]);
    await tag(third, 'fraud/check', 'anna');
    expect(await found('list', '--tag', 'fraud')).toEqual([third]);
    await run('viewer', 'archive');
    for (const path of ['archive/viewer', 'archive/bags', 'archive/cases', 'archive/log/tile'])
      expect(bytesBelow(path), path).not.toMatch(/fraud|escalated/i);
    expect(readFileSync(rig.path('archive', 'catalog.sqlite'), 'latin1')).not.toMatch(/fraud|escalated/i);
    expect(await found('list', '--tag', 'order')).toEqual([first, second]);
    await run('log', 'forget', 'archive', '--who', 'bo', '--reason', 'left', '--yes');
    expect(await found('list', '--tag', 'order')).toEqual([first]);
    expect(await found('list', '--tag', 'escalated')).toEqual([]);
    expect((await rig.run(['tag', 'list', 'archive', '--counts'])).stdout).toMatch(/^ *1 +\(erased on request\)$/m);
    await run('verify', 'archive');
  });
});
