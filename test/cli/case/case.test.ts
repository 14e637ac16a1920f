import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { parse } from 'csv-parse/sync';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture } from '../../browser/picture.ts';
import { patience } from '../../patience.ts';
import { danglingIndices, hasVconSchema, vconProblems } from '../../pipeline/vcon-schema.ts';
import { asMeant, cli, createRig, fingerprint, type Rig, root } from '../rig.ts';

const sample = join(root, 'samples/cases/deal-4711');
const browser = '/usr/bin/chromium';

let rig: Rig;
let id: string;

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function sums(folder: string): Promise<unknown[]> {
  const by256 = await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], folder);
  const by512 = await rig.exec('sha512sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha512.txt', 'manifest-sha512.txt'], folder);
  return [by256.code, by256.stdout + by256.stderr, by512.code, by512.stdout + by512.stderr];
}
const allFit = [0, '', 0, ''];

/** Runs the command line and kills it if it has not ended by then. */
function killedAfter(ms: number, args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, asMeant([cli, ...args]), {
      cwd: rig.folder,
      env: { ...process.env, LONGPLAY_KEYS: rig.keys },
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

beforeAll(async () => {
  rig = createRig();
  for (const [folder, ...more] of [
    ['pbx', '--zone', 'Europe/Stockholm'],
    ['board', '--zone', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, ...more])).code).toBe(0);
  const { code, summary } = await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711: =Åsa & <b>Bo</b>', '--country', '+46']);
  expect(code).toBe(0);
  id = String(summary.id);
});
afterAll(() => rig[Symbol.asyncDispose]());

describe('a case over two recorder families and a mail thread', () => {
  test('grows by hand, by party in a window and by keys, each recording with its reason; a repetition adds nothing', async () => {
    const [first] = (await rig.json(['list', 'archive', '--with-site', 'pbx', '--status', 'matched'])).lines;
    const { recordingId } = (first?.value ?? {}) as { recordingId: string };
    const byHand = await rig.json(['case', 'add', 'archive', id, recordingId]);
    expect([byHand.code, byHand.summary.added]).toEqual([0, 1]);
    const byKey = await rig.json(['case', 'add', 'archive', id, '--correlated']);
    expect([byKey.code, byKey.summary.added]).toEqual([0, 1]);
    const byParty = await rig.json(['case', 'add', 'archive', id, '--party', '+46 70-174 06 05', '--from', '2025-10-26', '--to', '2025-10-27']);
    // The board writes +46…, the telephone system 46… and 070….
    expect([byParty.code, byParty.summary.added, byParty.summary.recordings]).toEqual([0, 1, 3]);
    const byQuery = await rig.json(['case', 'add', 'archive', id, '--from', '2025-10-26T10:30Z', '--to', '2025-10-26T11Z']);
    expect([byQuery.code, byQuery.summary.added, byQuery.summary.recordings]).toEqual([0, 1, 4]);
    const before = fingerprint(rig.path('archive/cases'));
    expect((await rig.json(['case', 'add', 'archive', id, '--correlated'])).summary.added).toBe(0);
    expect(fingerprint(rig.path('archive/cases'))).toEqual(before);
    const { lines } = await rig.json(['case', 'show', 'archive', id]);
    const { document } = (lines[0]?.value ?? {}) as { document: { recordings: { reasons: { kind: string }[] }[] } };
    expect(document.recordings.map(({ reasons }) => reasons.map(({ kind }) => kind).sort()).sort()).toEqual([
      ['hand', 'party'],
      ['key', 'party'],
      ['party'],
      ['query'],
    ]);
  });

  test('takes in mails and a chat, byte for byte, and not a second time', async () => {
    const files = ['mail/1-confirm.eml', 'mail/2-answer.eml', 'chat.csv'].map((name) => join(sample, name));
    const taken = await rig.json(['case', 'messages', 'archive', id, ...files, '--zone', 'Europe/Stockholm']);
    expect([taken.code, taken.summary.messages, taken.summary.attachments, taken.summary.refused]).toEqual([0, 4, 1, 0]);
    expect(taken.lines.filter((line) => line.type === 'finding').map(({ code }) => code)).toEqual(['C112']);
    const again = await rig.json(['case', 'messages', 'archive', id, ...files, '--zone', 'Europe/Stockholm']);
    expect([again.code, again.summary.messages, again.summary.before]).toEqual([0, 0, 3]);
    const stored = rig.path('archive/cases', id, 'messages');
    for (const [set, name] of [
      ['1/original.eml', files[0]],
      ['2/original.eml', files[1]],
      ['3/original.csv', files[2]],
    ] as const)
      expect(readFileSync(join(stored, set)).equals(readFileSync(name ?? ''))).toBe(true);
    expect(readFileSync(join(stored, '1/attachment-1.csv'), 'utf8')).toBe('deal,amount\n4711,10000\n');
    const refused = await rig.json(['case', 'messages', 'archive', id, join(sample, 'board/deal-1.wav')]);
    expect([refused.code, refused.summary.refused]).toEqual([3, 1]);
  });

  test('is in order over all systems, with the overlap, both readings of the ambiguous time, and the unrecorded call', async () => {
    const { code, lines, summary } = await rig.json(['case', 'timeline', 'archive', id]);
    expect(code).toBe(0);
    const rows = lines.filter((line) => line.of === 'entry').map(({ value }) => value as Record<string, unknown>);
    expect(rows.map(({ at, system, reading }) => [String(at).slice(11, 19), system, reading])).toEqual([
      ['00:30:10', 'chat', 'first'],
      ['01:30:10', 'chat', 'second'],
      ['09:15:00', 'asterisk pbx', 'first'],
      ['09:15:01', 'finos board', 'first'],
      ['09:30:00', 'mail', 'first'],
      ['10:05:00', 'asterisk pbx', 'first'],
      ['10:10:00', 'mail', 'first'],
      ['10:39:00', 'chat', 'first'],
      ['10:40:00', 'finos board', 'first'],
    ]);
    expect(rows.filter(({ hasAudio }) => hasAudio === true).map(({ overlaps }) => (overlaps as { ms: number }[]).map(({ ms }) => ms))).toEqual([
      [3_000],
      [3_000],
      [],
    ]);
    expect(summary.overlaps).toBe(1);
    const gaps = lines.filter((line) => line.of === 'gap').map(({ value }) => value as Record<string, unknown>);
    const silent = gaps.filter(({ evidence }) => evidence === 'no-audio');
    expect(silent.map(({ from, to }) => [from, to])).toEqual([['2025-10-26T10:05:00.000Z', '2025-10-26T10:05:06.000Z']]);
    // A message without a call is no gap.
    expect(gaps.map(({ evidence, system, parties }) => [evidence, system, parties])).toEqual([
      ['no-audio', 'asterisk pbx', ['Dealer One 1001', '0701740605']],
      // Both recorded one call of this dealer, but the exchange did not record this one.
      ['other-system', 'asterisk pbx', ['Dealer One sip:1001@board.example']],
    ]);
    const text = await rig.run(['case', 'timeline', 'archive', id]);
    expect(text.stdout).toContain('00:30:10Z 1/2');
    expect(text.stdout).toContain('NO SOUND');
    expect(text.stdout).toContain('only one of them is true');
  });

  test('is handed over as a bag that sha256sum, another verification and a proof accept', async () => {
    const { code, summary } = await rig.json(['case', 'export', 'archive', id, '--out', 'out']);
    expect([code, summary.recordings, summary.messages, summary.proofs, summary.corrupt]).toEqual([0, 4, 4, 4, 0]);
    expect(await sums(rig.path('out'))).toEqual(allFit);
    const oxum = /^Payload-Oxum: (\d+)\.(\d+)$/m.exec(readFileSync(rig.path('out/bag-info.txt'), 'utf8'));
    const payload = filesBelow(rig.path('out/data'));
    expect([Number(oxum?.[1]), Number(oxum?.[2])]).toEqual([payload.reduce((sum, file) => sum + readFileSync(file).length, 0), payload.length]);
    expect((await rig.run(['verify', 'out'])).code).toBe(0);
    const key = /(longplay\/\S+)/.exec(readFileSync(rig.path('out/cover.txt'), 'utf8'))?.[1] ?? '';
    for (const name of readdirSync(rig.path('out/data/recordings'))) {
      const folder = rig.path('out/data/recordings', name);
      const proved = readdirSync(folder).filter((file) => /^(original|access|source|recording)/.test(file));
      const checked = await rig.run(['proof', 'check', join(folder, 'proof.tlog-proof'), ...proved.map((file) => join(folder, file)), '--key', key]);
      expect([checked.code, checked.stderr]).toEqual([0, '']);
      const vcon = JSON.parse(readFileSync(join(folder, 'call.vcon'), 'utf8'));
      if (hasVconSchema) expect(vconProblems()(vcon)).toEqual([]);
      expect(danglingIndices(vcon)).toEqual([]);
    }
    const page = await rig.exec('xmllint', ['--html', '--noout', 'index.html'], rig.path('out')).catch(() => null);
    // libxml2 knows HTML 4; it does not know newer element names.
    if (page !== null)
      expect(
        page.stderr
          .split('\n')
          .filter(
            (line) => /error/.test(line) && !/Tag (main|section|audio|nav|svg|rect|circle|line|text|title|summary|details|footer)\b/.test(line),
          ),
      ).toEqual([]);
    for (const file of filesBelow(rig.path('out')).filter(
      (name) => name.endsWith('.csv') && !name.includes('/messages/') && !name.includes('source-'),
    ))
      for (const cell of readFileSync(file, 'utf8')
        .slice(1)
        .split(/[,\r\n]+/))
        expect(cell).not.toMatch(/^"?[=+@-]/);
    // One row per recording, in order of time, by local clock and in UTC; the call without sound has no digest.
    const index = parse(readFileSync(rig.path('out/data/index.csv')), { columns: true, bom: true }) as Record<string, string>[];
    expect(index.map(({ item, localTime, utc, from, sha256 }) => [item, localTime, utc, from, sha256?.length])).toEqual([
      ['1', '2025-10-26 10:15:00 +01:00 Europe/Stockholm', '2025-10-26T09:15:00.000Z', 'Åsa Öberg 46701740605', 64],
      ['2', '2025-10-26 09:15:01 +00:00', '2025-10-26T09:15:01.000Z', 'Dealer One sip:1001@board.example', 64],
      ['3', '2025-10-26 11:05:00 +01:00 Europe/Stockholm', '2025-10-26T10:05:00.000Z', 'Dealer One 1001', 0],
      ['4', '2025-10-26 10:40:00 +00:00', '2025-10-26T10:40:00.000Z', 'Dealer One sip:1001@board.example', 64],
    ]);
    // Each query is listed once, with its results; a repetition without new results is not listed.
    const scope = parse(readFileSync(rig.path('out/data/scope.csv')), { columns: true, bom: true }) as Record<string, string>[];
    expect(scope.filter(({ part }) => part === 'asked').map(({ what }) => what?.replace(/^.* UTC(?: by [^:]*)?: /, ''))).toEqual([
      '1 by id',
      '--correlated',
      expect.stringMatching(/^--party /),
      expect.stringMatching(/^from /),
    ]);
    expect(scope.filter(({ part }) => part === 'found').map(({ number }) => number)).toEqual(['1', '1', '3', expect.any(String)]);
    expect(scope.filter(({ part }) => part === 'searched').map(({ what, number }) => [what, number])).toEqual([
      ['asterisk pbx: calls from 2025-10 to 2025-10', '2'],
      ['finos board: calls from 2025-10 to 2025-10', '2'],
    ]);
    const again = await rig.run(['case', 'export', 'archive', id, '--out', 'out']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('C108')]);
  });

  test('has its hand-over logged, with no number, name or title', async () => {
    const { lines } = await rig.json(['log', 'list', 'archive']);
    const entries = lines.filter((line) => line.of === 'entry').map(({ value }) => value as { type: string; detail: Record<string, unknown> });
    const exported = entries.filter(({ type }) => type === 'exported');
    expect(exported.map(({ detail }) => [detail.case, detail.recordings, detail.messages, detail.complete])).toEqual([[id, 4, 4, true]]);
    expect(entries.filter(({ type }) => type === 'case-messages').map(({ detail }) => detail.case)).toEqual([id, id, id]);
    // Without digests and ids, which contain any four digits by chance now and then.
    expect(JSON.stringify(entries).replaceAll(/[\da-f-]{16,}/g, '')).not.toMatch(/berg|701740605|Dealer|4711/i);
    const custody = readFileSync(rig.path('out/data/custody.csv'), 'utf8');
    expect(custody.match(/,bag-landed,/g)).toHaveLength(2);
    expect(custody.match(/,case-messages,/g)).toHaveLength(3);
  });

  test('is one zip if requested, which unzip accepts and whose bag is complete', async () => {
    expect((await rig.run(['case', 'export', 'archive', id, '--out', 'deal.zip', '--zip'])).code).toBe(0);
    expect((await rig.exec('unzip', ['-tq', 'deal.zip'])).code).toBe(0);
    expect((await rig.exec('unzip', ['-q', 'deal.zip', '-d', 'unpacked'])).code).toBe(0);
    expect(await sums(rig.path('unpacked', `case-${id}-2`))).toEqual(allFit);
    expect(filesBelow(rig.path('unpacked', `case-${id}-2`)).length).toBe(filesBelow(rig.path('out')).length);
  });

  test.skipIf(!existsSync(browser))('opens from the file system in a browser without network, plays a call, and fits a phone', async () => {
    const started = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
    try {
      const context = await started.newContext({ viewport: { width: 320, height: 700 }, offline: true });
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      const said: string[] = [];
      const asked: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${rig.path('out/index.html')}`);
      await expect.poll(() => page.title()).toBe('Deal 4711: =Åsa & <b>Bo</b>');
      await expect.poll(() => page.locator('h1 b').count()).toBe(0);
      await expect.poll(() => page.locator('audio').count()).toBe(3);
      const [duration, at] = await page.evaluate<readonly number[]>(`(async () => {
        const audio = document.querySelector('audio');
        await audio.play();
        await new Promise((resolve) => audio.addEventListener('timeupdate', () => audio.currentTime > 0.2 && resolve()));
        return [audio.duration, audio.currentTime];
      })()`);
      expect(duration).toBeGreaterThan(3.9);
      expect(at).toBeGreaterThan(0.2);
      await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320);
      // The mail's HTML is text: its picture was not requested, its script did not run.
      await expect.poll(() => page.locator('body').textContent()).toContain('I confirm deal 4711.');
      await page.evaluate(axe.source);
      const faults = await page.evaluate<readonly string[]>(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))',
      );
      expect(faults).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 900 });
      await picture('case-export', page);
      expect([said, asked.filter((url) => !url.startsWith('file://'))]).toEqual([[], []]);
    } finally {
      await started.close();
    }
  });

  test('killed at any moment leaves nothing that looks complete; the next run hands it over', async () => {
    for (const ms of [300, 600, 900]) {
      await killedAfter(ms, ['case', 'export', 'archive', id, '--out', 'killed']);
      if (existsSync(rig.path('killed'))) {
        expect(await sums(rig.path('killed'))).toEqual(allFit);
        break;
      }
    }
    if (!existsSync(rig.path('killed'))) expect((await rig.run(['case', 'export', 'archive', id, '--out', 'killed'])).code).toBe(0);
    expect(await sums(rig.path('killed'))).toEqual(allFit);
    expect((await rig.run(['case', 'export', 'archive', id, '--out', 'after'])).code).toBe(0);
    expect(readdirSync(rig.folder).filter((name) => name.startsWith('.longplay-'))).toEqual([]);
  });

  test('is verified with the archive: unchanged since it was taken in, and no hiding place for files', async () => {
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
    const copy = rig.copyOf(rig.path('archive'), 'altered');
    rig.forget();
    const original = join(copy, 'cases', id, 'messages/1/original.eml');
    writeFileSync(original, readFileSync(original, 'utf8').replace('confirm', 'cancel '));
    writeFileSync(join(copy, 'cases', id, 'messages/2/hidden.txt'), 'x');
    writeFileSync(join(copy, 'cases/notes.txt'), 'x');
    const { code, lines } = await rig.json(['verify', copy]);
    const found = lines.filter((line) => line.type === 'verdict' && line.verdict !== 'ok').map((line) => [line.code, line.verdict, line.path]);
    expect([code, found.sort()]).toEqual([
      4,
      [
        ['C121', 'corrupt', `cases/${id}/messages/1/original.eml`],
        ['C124', 'unexpected', `cases/${id}/messages/2/hidden.txt`],
        ['V103', 'unexpected', 'cases/notes.txt'],
      ],
    ]);
    const handed = await rig.json(['case', 'export', copy, id, '--out', 'altered-out']);
    expect([handed.code, handed.summary.corrupt]).toEqual([4, 1]);
    expect(await sums(rig.path('altered-out'))).toEqual(allFit);
    expect(existsSync(rig.path('altered-out/data/messages/1/original.eml'))).toBe(false);
  });

  test('leaves a damaged original out, reports it, and exits with 4', async () => {
    const copy = rig.copyOf(rig.path('archive'), 'rotten');
    rig.forget();
    const victim = filesBelow(join(copy, 'bags')).find((file) => file.endsWith('original-1.wav')) ?? '';
    const bytes = readFileSync(victim);
    bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
    writeFileSync(victim, bytes);
    const { code, summary, lines } = await rig.json(['case', 'export', copy, id, '--out', 'rotten-out']);
    expect([code, summary.corrupt, lines.filter((line) => line.type === 'finding').map((line) => line.code)]).toEqual([4, 1, ['P171']]);
    expect(await sums(rig.path('rotten-out'))).toEqual(allFit);
    expect(readFileSync(rig.path('rotten-out/cover.txt'), 'utf8')).toContain('1 file was left out: altered');
    const names = filesBelow(rig.path('rotten-out')).filter((file) => file.endsWith('/original-1.wav'));
    expect(names).toHaveLength(2);
  });
});

describe('the register extract of one person', () => {
  const systems = (lines: readonly Record<string, unknown>[], sureness: string): string[] =>
    lines
      .filter((line) => line.of === 'subject' && (line.value as { sureness: string }).sureness === sureness)
      .map(({ value }) => (value as { site: string }).site)
      .sort();

  test('finds her under every spelling, lists uncertain matches separately, and states what was searched and what could not be', async () => {
    const withCountry = await rig.json(['subject', 'archive', '0046 (0)70-174 06 05', 'öberg ASA', '--country', '46']);
    expect([withCountry.code, withCountry.summary.certain, withCountry.summary.uncertain]).toEqual([0, 3, 0]);
    expect(systems(withCountry.lines, 'certain')).toEqual(['board', 'pbx', 'pbx']);
    // Nothing states the country of 070…, nor that 46… is more than digits.
    const without = await rig.json(['subject', 'archive', '+46701740605']);
    expect([systems(without.lines, 'certain'), systems(without.lines, 'uncertain')]).toEqual([['board'], ['pbx', 'pbx']]);
    const both = await rig.json(['subject', 'archive', '+46701740605', '46701740605']);
    expect([systems(both.lines, 'certain'), systems(both.lines, 'uncertain')]).toEqual([['board', 'pbx'], ['pbx']]);
    expect(without.summary).toMatchObject({
      searched: { bags: 3, recordings: 4, tables: 1 },
      notSearched: { unreadable: 0, unreadableTables: 0, missingBags: 0 },
    });
    const copy = rig.copyOf(rig.path('archive'), 'unread');
    rig.forget();
    const victim = filesBelow(join(copy, 'bags')).find((file) => file.endsWith('recording.json')) ?? '';
    writeFileSync(victim, '{}');
    const cannot = await rig.json(['subject', copy, '+46701740605', '--country', '+46']);
    expect([cannot.code, cannot.summary.notSearched]).toEqual([4, expect.objectContaining({ unreadable: 1 })]);
  });

  test('masks all other persons in every exported text, and states where others are audible', async () => {
    const args = ['subject', 'archive', '+46701740605', 'Åsa Öberg', '--country', '+46', '--case', 'Asked for by Åsa Öberg about Bo Ekström'];
    const { code, summary } = await rig.json(args);
    expect(code).toBe(0);
    const made = String(summary.caseId);
    const mails = ['1-confirm.eml', '2-answer.eml'].map((name) => join(sample, 'mail', name));
    expect((await rig.run(['case', 'messages', 'archive', made, ...mails])).code).toBe(0);
    const masked = await rig.run(['case', 'export', 'archive', made, '--out', 'masked', '--mask']);
    expect([masked.code, masked.stdout]).toEqual([0, expect.stringContaining('are masked in all texts')]);
    expect(await sums(rig.path('masked'))).toEqual(allFit);
    const texts = filesBelow(rig.path('masked')).filter((file) => !/\.(opus|wav)$/.test(file));
    expect(texts.length).toBeGreaterThan(15);
    // The waveform contains letters too.
    const read = texts.map((file) =>
      `${file}\n${readFileSync(file, 'utf8').replace(/"[A-Za-z0-9+/]{40,}={0,2}"/g, '""')}`.normalize('NFC').toLowerCase(),
    );
    for (const other of ['dealer', 'ekstr', 'bo.', 'bank.example', 'counterparty', '7700900012', '7700 900012', 'sip/1001', 'sip:1001', '"1001"'])
      expect([other, read.filter((text) => text.includes(other)).map((text) => text.split('\n')[0])]).toEqual([other, []]);
    const all = read.join('\n');
    for (const own of ['åsa öberg', '+46701740605', 'asa.oberg@customer.example', '+46 70-174 06 05']) expect(all).toContain(own);
    expect(readFileSync(rig.path('masked/cover.txt'), 'utf8')).toMatch(/OTHERS ARE AUDIBLE|channels of other people are muted/);
    for (const file of texts.filter((name) => name.endsWith('.vcon')))
      if (hasVconSchema) expect(vconProblems()(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
  });
});

test('an invalid request is refused, and nothing is done', async () => {
  for (const [args, code] of [
    [['case', 'new', 'archive', '--title', 'x', '--country', 'Sweden'], 'C105'],
    [['case', 'messages', 'archive', id, 'nothing.eml'], 'C107'],
    [['case', 'messages', 'archive', id, join(sample, 'chat.csv'), '--zone', 'Mars/North'], 'U106'],
    [['case', 'export', 'archive', id, '--out', 'archive/inside'], 'U121'],
    [['case', 'export', 'archive', id, '--out', 'nobody', '--mask'], 'C109'],
  ] as const) {
    const before = fingerprint(rig.path('archive/cases'));
    const refused = await rig.run(args);
    expect([args.join(' '), refused.code, refused.stderr]).toEqual([args.join(' '), 2, expect.stringContaining(code)]);
    expect(fingerprint(rig.path('archive/cases'))).toEqual(before);
  }
});
