import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { approved, approver } from './erasure-rig.ts';
import { createSealedRig, filesBelow, type SealedRig } from './sealed/sealed-rig.ts';
import { sound, url } from './vcon-parts.ts';

// A vCon that is larger than what is read whole: it is read without its long bodies, and its excerpts have them.

let rig: SealedRig;
/** Bytes that look like an image, and do not compress. */
const scan = (name: string): string => {
  const pieces = Array.from({ length: 250_000 }, (_, index) => createHash('sha256').update(`${name} ${index}`).digest());
  return Buffer.concat([Buffer.from('\u0089PNG\0', 'latin1'), ...pieces]).toString('base64url');
};
const scans = ['Clara', 'Doris'].map(scan);
const said = (dialog: number, body: string) => ({
  ...{ type: 'transcript', dialog, vendor: 'x', mediatype: 'text/plain', encoding: 'base64url' },
  body: url(body),
});
const day = {
  ...{ vcon: '0.4.0', created_at: '2026-05-04T10:00:00Z', uuid: '019f15a6-0000-8000-8000-0000000000e1', subject: 'Clara and the others' },
  parties: ['Clara Quist', 'Desk Ten', 'Doris Nyman'].map((name, index) => ({ tel: `tel:+1555010${index + 1}`, name })),
  dialog: [sound('2026-05-04T08:00:00Z', [0, 1], 440), sound('2026-05-04T09:00:00Z', [2, 1], 660)],
  // A transcript of an hour is longer than a body that is kept, too.
  analysis: [said(0, `terms of Clara, ${'a crimson kite '.repeat(500)}`), said(1, `terms of Doris, ${'and so on '.repeat(500)} a violet harbour`)],
  attachments: scans.map((body, dialog) => ({
    ...{ purpose: 'scan', party: dialog * 2, dialog, start: '2026-05-04T08:00:00Z', mediatype: 'image/png', encoding: 'base64url' },
    body,
  })),
};
const signedUuid = '019f15a6-0000-8000-8000-0000000000e2';
const hers = [
  '15550101',
  'Clara',
  url('terms of Clara, ').slice(0, 18),
  scans[0]?.slice(2_000, 2_400) ?? '',
  day.dialog[0]?.body.slice(0, 400) ?? '',
];

const put = (folder: string, vcon: object): void => {
  mkdirSync(rig.path(folder), { recursive: true });
  writeFileSync(rig.path(folder, 'day.vcon'), JSON.stringify(vcon));
  const payload = url(JSON.stringify({ ...vcon, uuid: signedUuid }));
  writeFileSync(
    rig.path(folder, 'signed.vcon'),
    JSON.stringify({ payload, signatures: [{ header: { alg: 'RS256' }, protected: url('{}'), signature: url('x') }] }),
  );
};

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  put('source', day);
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

describe.each(['open', 'sealed'] as const)('a vCon of several recordings and any size, in an archive that is %s', (kind) => {
  const run = (...args: readonly string[]) => rig.sealed(...args);
  const listed = async (): Promise<readonly { recordingId: string; key: string; status: string; start: string }[]> =>
    (await rig.json(['list', kind])).lines.flatMap(({ of, value }) => (of === 'recording' ? [value as never] : [])); // as it is printed
  const idsOf = async (suffix: string): Promise<string[]> =>
    (await listed())
      .filter(({ key }) => key.endsWith(suffix))
      .sort((a, b) => a.key.localeCompare(b.key))
      .map(({ recordingId }) => recordingId);
  /** Returns the files with metadata of all recordings, by bag, recording and name, as a reader without longplay reads them. */
  const metadata = async (): Promise<Map<string, string>> => {
    const texts = new Map<string, string>();
    for (const stored of filesBelow(rig.path(kind, 'bags'))) {
      const file = basename(stored, '.age');
      if (!/^(?:source|excerpt)-\d+\.\w+$/.test(file)) continue;
      const path = rig.path(kind, 'bags', stored);
      if (!stored.endsWith('.age')) {
        texts.set(stored, readFileSync(path, 'utf8'));
        continue;
      }
      // Of an erased recording, and of an erased file, the secrets were destroyed.
      const secrets: Readonly<Record<string, string>> = await rig.secretsOf(dirname(path)).catch(() => ({}));
      const secret = secrets[file] ?? '';
      if (!secret.startsWith('AGE-SECRET-KEY')) continue;
      const plain = execFileSync('age', ['-d', '-i', '-', path], { input: `${secret}\n`, encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'ignore'] }); // biome-ignore format: one call
      texts.set(stored.slice(0, -'.age'.length), plain);
    }
    return texts;
  };
  const naming = (texts: ReadonlyMap<string, string>): string[] =>
    [...texts].flatMap(([name, text]) => (hers.some((word) => text.includes(word)) ? [name] : []));
  const found = async (word: string): Promise<number> => {
    const { certain, uncertain } = (await rig.json(['subject', kind, word])).summary;
    return Number(certain) + Number(uncertain);
  };
  const isSound = async (): Promise<void> => {
    const { code, stdout } = await run('verify', kind, '--play');
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(/E109|E115/)]);
  };

  test('is imported with its times and parties, and its texts are found', async () => {
    const { lines, summary } = await rig.json(['import', 'source', '--into', kind, `--${kind}`]);
    // Sound inside a signature is not extracted.
    expect([summary.imported, lines.flatMap(({ code }) => (code === 'T128' ? [code] : []))]).toEqual([4, []]);
    expect((await listed()).map(({ key, status, start }) => [key.slice(34), status, start.slice(0, 16)]).sort()).toEqual([
      ['e1#0', 'matched', '2026-05-04T08:00'],
      ['e1#1', 'matched', '2026-05-04T09:00'],
      ['e2#0', 'unreadable-audio', '2026-05-04T08:00'],
      ['e2#1', 'unreadable-audio', '2026-05-04T09:00'],
    ]);
    const whole = [...(await metadata())].map(([, text]) => [text.length > limits.sidecarBytes, text === readFileSync(rig.path('source/day.vcon'), 'utf8')]); // biome-ignore format: one line
    expect(whole.sort()).toEqual([[true, false], [true, false], [true, true], [true, true]]); // biome-ignore format: pairs
    // Every recording of a vCon has the whole, and neither sound nor images are searched.
    for (const [word, times] of [['a violet harbour', 4], ['Doris Nyman', 4], ['IHDR', 0]] as const) // biome-ignore format: pairs
      expect([word, await found(word)]).toEqual([word, times]);
  });

  test('is erased with one of its recordings; the other one keeps its own part of it, with the long bodies', async () => {
    await approver(rig, kind, `${kind}.pem`);
    const calls = await idsOf('#0');
    const request = await approved(rig, kind, calls, `${kind}.pem`);
    expect(request).toHaveLength(8);
    const done = await rig.json(['erase', 'run', kind]);
    expect([done.code, done.summary]).toEqual([0, expect.objectContaining({ recordings: 2, files: 2, excerpts: 2, left: 0, kept: 0 })]);
    const texts = await metadata();
    expect(naming(texts)).toEqual([]);
    const own = {
      ...day,
      subject: null,
      parties: [{}, day.parties[1], day.parties[2]],
      dialog: [{}, day.dialog[1]],
      analysis: [{}, day.analysis[1]],
      attachments: [{}, day.attachments[1]],
    };
    const excerpts = [...texts].flatMap(([name, text]) => (name.endsWith('excerpt-1.vcon') ? [JSON.parse(text) as typeof own] : []));
    expect(excerpts.sort((a, b) => a.uuid.localeCompare(b.uuid))).toEqual([own, { ...own, uuid: signedUuid }]);
    await isSound();
    expect(await found('a violet harbour')).toBe(2);
  });

  test('stays away from an import of the same source, and of a later state of it the other recording gets its own part', async () => {
    const again = await rig.json(['import', 'source', '--into', kind, '--amend', `--${kind}`]);
    expect(again.summary).toMatchObject({ imported: 0, amended: 0 });
    put(`later-${kind}`, { ...day, analysis: [said(0, 'new terms of Clara'), said(1, 'new terms of Doris')] });
    const later = await rig.json(['import', `later-${kind}`, '--into', kind, '--amend', `--${kind}`]);
    expect([later.summary, later.lines.flatMap(({ code }) => (code === 'E141' ? [code] : []))]).toEqual([
      expect.objectContaining({ imported: 0, amended: 2 }),
      [],
    ]);
    const texts = await metadata();
    expect(naming(texts)).toEqual([]);
    expect([...texts.keys()].filter((name) => name.endsWith('excerpt-2.vcon'))).toHaveLength(2);
    await isSound();
  });
});
