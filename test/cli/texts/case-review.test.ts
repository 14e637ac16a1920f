import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/layout.ts';
import { openLog } from '../../../src/log/log.ts';
import { edit, filesOf, judgedBy, makeManifests } from '../judged-hand-over.ts';
import { createRig, fingerprint, type Rig, root } from '../rig.ts';

// A reviewed case that is handed over three times: with a call and a mail withheld, as a supplement after the call was released, and completely again.

const sample = join(root, 'samples/cases/deal-4711');
let rig: Rig;
let id: string;
let key: string;
let ids: readonly string[];

const rows = (path: string): Record<string, string>[] => parse(readFileSync(rig.path(path)), { columns: true, bom: true });
const document = (): { reviews?: unknown[]; deadlines?: unknown[]; recordings: { recordingId: string }[] } =>
  JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8'));
const review = (state: string, reason: string, ...items: string[]) =>
  rig.json(['case', 'review', 'archive', id, ...items, '--state', state, '--reason', reason]);
const handOver = (out: string, ...more: string[]) => rig.json(['case', 'export', 'archive', id, '--out', out, ...more]);
/** Files of the archive; every reading command opens the catalog. */
const kept = (): unknown => fingerprint(rig.path('archive')).filter((line) => !line.startsWith('catalog.'));
const codesOf = (lines: readonly Record<string, unknown>[]): unknown[] => lines.flatMap(({ type, code }) => (type === 'finding' ? [code] : []));

beforeAll(async () => {
  rig = createRig();
  for (const [folder, zone] of [
    ['pbx', 'Europe/Stockholm'],
    ['board', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, '--zone', zone])).code).toBe(0);
  id = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711', '--country', '+46', '--due', '2030-01-31'])).summary.id);
  await rig.run(['case', 'add', 'archive', id, '--from', '2025-10-01', '--to', '2025-11-01']);
  await rig.run(['case', 'messages', 'archive', id, join(sample, 'mail/1-confirm.eml'), join(sample, 'mail/2-answer.eml')]);
  ids = document().recordings.map(({ recordingId }) => recordingId);
  expect((await handOver('all')).summary).toMatchObject({
    handOver: 1,
    supplementTo: null,
    withheld: { privileged: 0, notRelevant: 0 },
    unreviewed: 6,
  });
  key = /longplay\/\S+/.exec(readFileSync(rig.path('all/cover.txt'), 'utf8'))?.[0] ?? '';
});
afterAll(() => rig[Symbol.asyncDispose]());

/** The call of the board at 09:15:01, which the exchange recorded as well. */
const withheldCall = (): string =>
  ids.find((one) => readFileSync(rig.path('all/data/index.csv'), 'utf8').includes(`${one},"2025-10-26 09:15:01`)) ?? '';

describe('the review of a case', () => {
  test('keeps who reviewed what and why; a repetition adds nothing; an item that was never withheld cannot be released', async () => {
    const call = withheldCall();
    const first = await review('privileged', 'advice of counsel', call.slice(0, 8), 'm1');
    expect([first.code, first.summary]).toEqual([0, expect.objectContaining({ reviewed: 2, before: 0, items: 6, unreviewed: 4, privileged: 2 })]);
    const before = kept();
    expect((await review('privileged', 'advice of counsel', call, 'm1')).summary).toMatchObject({ reviewed: 0, before: 2 });
    const refused = await review('released', 'x', ids.find((one) => one !== call) ?? '', call);
    expect([refused.code, JSON.stringify(refused.lines)]).toEqual([2, expect.stringMatching(/C180.*1 of 2 items/)]);
    expect(kept()).toEqual(before);
    writeFileSync(rig.path('list'), `\uFEFF${ids.filter((one) => one !== call).join(',read\r\n')}\n\n`);
    expect(
      (await rig.json(['case', 'review', 'archive', id, '--list', 'list', '--state', 'relevant', '--reason', 'the deal'])).summary,
    ).toMatchObject({
      reviewed: 3,
      unreviewed: 1,
    });
    expect(document().reviews).toHaveLength(5);
    const { lines } = await rig.json(['log', 'list', 'archive']);
    const deeds = lines.map((line) => JSON.stringify(line)).filter((line) => line.includes('"reviewed"'));
    expect([deeds.length, deeds.some((line) => line.includes('counsel'))]).toEqual([2, false]);
    const required = await handOver('required', '--require-review');
    expect([required.code, JSON.stringify(required.lines)]).toEqual([2, expect.stringMatching(/C182.*1 of 6 items/)]);
    expect((await rig.run(['case', 'show', 'archive', id])).stdout).toMatch(/privileged +\d{4}.* advice of counsel/);
  });

  test('withholds a privileged item with every trace of it, and logs when, by whom and why', async () => {
    const call = withheldCall();
    const { code, summary, lines } = await handOver('thin');
    expect([code, codesOf(lines)]).toEqual([0, ['C181']]);
    expect(summary).toMatchObject({ handOver: 2, recordings: 3, messages: 1, withheld: { privileged: 2, notRelevant: 0 }, unreviewed: 1, items: 6 });
    const withheld = rows('thin/data/withheld.csv');
    expect(withheld.map((row) => [row.number, row.kind, row.utc, row.withheldAs, row.reason, row.item])).toEqual([
      ['1', 'recording', '2025-10-26T09:15:01.000Z', 'privileged', 'advice of counsel', call],
      ['2', 'messages', '2025-10-26T09:30:00.000Z', 'privileged', 'advice of counsel', 'm1'],
    ]);
    const digests = rows('all/data/index.csv').find(({ recordingId }) => recordingId === call)?.sha256 ?? 'none';
    const mail = readFileSync(join(sample, 'mail/1-confirm.eml'), 'utf8');
    const traces = [
      call,
      digests,
      'I confirm deal',
      '1-confirm.eml',
      'attachment-1',
      /^Message-ID: *<(.+)>/im.exec(mail)?.[1] ?? 'no id',
      ...sha256Of('archive/cases', id, 'messages/1/original.eml'),
    ];
    for (const trace of traces) {
      const found = (bag: string): string[] => filesOf(rig.path(bag)).filter((file) => readFileSync(rig.path(bag, file), 'utf8').includes(trace));
      // The second mail answers the first, and names it.
      expect([trace, found('thin').filter((file) => file !== 'data/withheld.csv' && !file.startsWith('data/messages/2/'))]).toEqual([trace, []]);
      expect([trace, found('all').length > 0]).toEqual([trace, true]);
    }
    // A withheld item that fills a gap leaves no gap, and is not listed as recorded outside of the case.
    expect(rows('thin/data/gaps.csv').length).toBeLessThanOrEqual(rows('all/data/gaps.csv').length);
    expect(rows('thin/data/outside.csv')).toEqual([]);
    expect(rows('thin/data/index.csv').map((row) => row.review)).toEqual(['relevant', 'relevant', 'relevant']);
    expect(readFileSync(rig.path('thin/cover.txt'), 'utf8')).toContain('WITHHELD as privileged: 2 items');
  });
});

const sha256Of = (...path: string[]): string[] => {
  const text = readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8');
  return new RegExp(`"${path.at(-1)}",\\s+"sha256": "([0-9a-f]{64})"`).exec(text)?.slice(1) ?? ['no digest'];
};

describe('a supplement', () => {
  test('without new items is not made, and nothing is written', async () => {
    const before = kept();
    const { code, summary, lines } = await handOver('none', '--supplement', 'last');
    expect([code, summary.handOver, summary.supplementTo, codesOf(lines)]).toEqual([0, null, 2, ['C185']]);
    expect([kept(), filesOf(rig.folder).some((file) => file.startsWith('none'))]).toEqual([before, false]);
    for (const wanted of ['9', 'first', '2020-01-01']) expect((await handOver('none', '--supplement', wanted)).code).toBe(2);
    expect((await handOver('none', '--supplement', '2', '--mask')).code).toBe(2);
  });

  test('contains what was released, names removed and recalled items, and states which hand-over it supplements', async () => {
    const call = withheldCall();
    const [gone = '', recalled = ''] = ids.filter((one) => one !== call);
    await review('released', 'privilege waived', call);
    await review('privileged', 'sent by mistake', recalled);
    await rig.run(['case', 'remove', 'archive', id, gone, '--reason', 'of another deal']);
    expect((await handOver('more', '--supplement', 'last')).summary).toMatchObject({ handOver: 3, supplementTo: 2, recordings: 1, messages: 0 });
    expect(rows('more/data/index.csv').map(({ recordingId, review: state }) => [recordingId, state])).toEqual([[call, 'released']]);
    const scope = rows('more/data/scope.csv');
    const of = (part: string) => scope.filter((row) => row.part === part).map(({ what }) => what);
    const sum = (await rig.exec('sha256sum', [rig.path('thin/tagmanifest-sha256.txt')])).stdout.slice(0, 64);
    expect(of('supplement')[0]).toMatch(new RegExp(`^to hand-over 2 of .* SHA-256 ${sum}$`));
    expect([of('removed since'), of('withheld since'), of('changed since')]).toEqual([
      [expect.stringMatching(new RegExp(`^${gone} .*of another deal$`))],
      [`${recalled} was handed over earlier and is now withheld as privileged: delete it or return it`],
      [expect.stringMatching(new RegExp(`^${call}, review: released, .*: privilege waived$`))],
    ]);
    expect(rows('more/data/timeline.csv').map(({ key: one }) => one)).toEqual([call]);
    // Nothing was added since the first one, which was complete: its items are not handed over twice.
    expect((await handOver('since-first', '--supplement', '1')).summary).toMatchObject({ handOver: 4, supplementTo: 1, recordings: 0, messages: 0 });
    // For the supplement itself nothing is new: the removed and recalled items were already listed.
    expect((await handOver('again', '--supplement', '3')).summary.handOver).toBe(null);
  });

  test('is not made if the details of the log entry of a hand-over are gone', async () => {
    const copy = rig.copyOf(rig.path('archive'), 'without');
    rmSync(join(copy, 'log/details'), { recursive: true });
    const { code, lines } = await rig.json(['case', 'export', copy, id, '--out', 'lost', '--supplement', '2']);
    rig.forget();
    expect([code, JSON.stringify(lines)]).toEqual([5, expect.stringMatching(/C184.*what hand-over 2/)]);
  });
});

describe('exchanged hand-overs of one case', () => {
  const judged = (bag: string, number: number | null = null) => judgedBy(rig, { bag, number, from: bag === 'bag' ? 'more' : bag, key });

  test('are complete as made; an older one in the place of a newer one is detected by the stated number', async () => {
    expect(await judged('thin', 2)).toEqual(['complete', 0, 'COMPLETE', 0, '']);
    expect(await judged('more', 3)).toEqual(['complete', 0, 'COMPLETE', 0, '']);
    expect(await judged('thin', 3)).toEqual(['altered', 4, 'ALTERED', 1, '8']);
    const known = await rig.json(['case', 'check', 'thin', '--key', key, '--log', 'archive']);
    expect([known.code, known.summary.verdict, known.summary.handOver, known.summary.knownHandOvers, codesOf(known.lines)]).toEqual([
      3,
      'complete',
      2,
      4,
      ['C187', 'C187'],
    ]);
    const newest = await rig.json(['case', 'check', 'since-first', '--key', key, '--log', 'archive']);
    expect([newest.code, newest.summary.handOver, newest.summary.supplementTo]).toEqual([0, 4, 1]);
    // One that was stopped before its bag got its name: nobody received it, so it does not count, and is not the last.
    const log = await openLog(await openArchive(rig.path('archive')), { now: () => new Date().toISOString(), keys: rig.keys });
    await log.append('exported', { case: id, recordings: 0, masked: false, handOver: 5, supplementTo: 4 });
    await log.close();
    const still = await rig.json(['case', 'check', 'since-first', '--key', key, '--log', 'archive']);
    expect([still.code, still.summary.knownHandOvers, codesOf(still.lines)]).toEqual([0, 4, []]);
    expect((await handOver('none', '--supplement', 'last')).lines).toContainEqual(
      expect.objectContaining({ code: 'C185', message: expect.stringContaining('hand-over 4') }),
    );
    // A log that was rolled back to before it, e.g. that of a copy.
    expect((await rig.json(['case', 'check', 'more', '--key', key, '--log', 'nowhere'])).code).toBe(5);
  });

  test.each<readonly [string, (bag: string) => void]>([
    ['a line of the withheld items', (bag) => edit(bag, 'data/withheld.csv', (text) => text.split('\n').slice(0, -2).join('\n'))],
    ['the hand-over that it supplements', (bag) => edit(bag, 'data/scope.csv', (text) => text.replace('to hand-over 2', 'to hand-over 1'))],
    ['its number', (bag) => edit(bag, 'bag-info.txt', (text) => text.replace('Bag-Count: 3', 'Bag-Count: 4'))],
    [
      'the proof of the earlier hand-over',
      (bag) => {
        for (const name of ['hand-over.tlog-proof', 'hand-over.custody.jsonl']) cpSync(rig.path('thin', name), join(bag, name));
      },
    ],
    ['the recordings of the earlier hand-over', (bag) => cpSync(rig.path('thin/data/recordings'), join(bag, 'data/recordings'), { recursive: true })],
  ])('a supplement with %s changed is detected by all three', async (_name, change) => {
    const bag = rig.copyOf(rig.path('more'), 'bag');
    try {
      change(bag);
      makeManifests(bag);
      const [verdict, code, python, pythonCode, steps] = await judged('bag', 3);
      expect([verdict !== 'complete', code, python !== 'COMPLETE', pythonCode, steps !== '']).toEqual([true, 4, true, 1, true]);
    } finally {
      rmSync(bag, { recursive: true });
    }
  });
});

test('a deadline is set, moved, met by a hand-over, and alarms once it has passed', async () => {
  const listed = async (...more: string[]) => await rig.json(['case', 'list', 'archive', ...more]);
  expect((await listed('--due-within', '36500')).code).toBe(0);
  const moved = ['case', 'due', 'archive', id, '2026-01-31', '--reason', 'asked again'];
  expect((await rig.json(moved)).summary).toMatchObject({ due: '2026-01-31' });
  const before = kept();
  expect((await rig.run(moved)).code).toBe(0);
  expect(kept()).toEqual(before);
  const late = await listed('--due-within', '7');
  expect([late.code, late.summary.overdue]).toEqual([3, 1]);
  expect((await rig.run(['case', 'list', 'archive'])).stdout).toMatch(/due 2026-01-31, OVERDUE by \d+ days/);
  const watched = await rig.json(['watch', 'archive']);
  expect(watched.lines.filter(({ code }) => code === 'C190').map(({ place }) => place)).toEqual([`cases/${id}`]);
  expect((await handOver('asked-again')).code).toBe(0);
  expect((await listed('--due-within', '7')).code).toBe(0);
  expect((await rig.run(['case', 'show', 'archive', id])).stdout).toMatch(/deadline +due 2026-01-31, handed over .*, LATE/);
  expect((await rig.run(['case', 'due', 'archive', id, 'none', '--reason', 'withdrawn'])).code).toBe(0);
  expect(document().deadlines).toHaveLength(3);
});
