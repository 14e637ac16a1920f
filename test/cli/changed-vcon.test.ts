import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approver, erase } from './erasure-rig.ts';
import { createSealedRig, filesBelow, type SealedRig } from './sealed/sealed-rig.ts';
import { sound, url } from './vcon-parts.ts';

// A vCon whose file in the source changed after one of its recordings was erased.

let rig: SealedRig;
const said = (dialog: number, body: string) => ({
  ...{ type: 'transcript', dialog, vendor: 'x', mediatype: 'text/plain', encoding: 'base64url' },
  body: url(body),
});
const parties = ['Clara Quist', 'Desk Ten', 'Doris Nyman', 'Emil Berg'].map((name, index) => ({ tel: `tel:+1555010${index + 1}`, name }));
const day = {
  ...{ vcon: '0.4.0', created_at: '2026-05-04T10:00:00Z', uuid: '019f15a6-0000-8000-8000-0000000000c1', subject: 'Clara and the others' },
  parties,
  dialog: [sound('2026-05-04T08:00:00Z', [0, 1], 440), sound('2026-05-04T09:00:00Z', [2, 1], 660)],
  analysis: [said(0, 'terms of Clara'), said(1, 'terms of Doris')],
};
/** The same conversation with a better transcript, and one more call. */
const later = {
  ...day,
  dialog: [...day.dialog, sound('2026-05-04T11:00:00Z', [3, 1], 880)],
  analysis: [said(0, 'new terms of Clara'), said(1, 'new terms of Doris'), said(2, 'terms of Emil')],
};
const hers = ['15550101', 'Clara', url('new terms of Clara'), url('terms of Clara'), day.dialog[0]?.body.slice(0, 400) ?? ''];

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

describe.each(['open', 'sealed'] as const)('a vCon that changed after an erasure, imported into an archive that is %s', (kind) => {
  const run = (...args: readonly string[]) => rig.sealed(...args);
  const put = (name: string, vcon: unknown): void => {
    mkdirSync(rig.path(name), { recursive: true });
    writeFileSync(rig.path(name, 'day.vcon'), JSON.stringify(vcon, null, 1));
  };
  const idOf = async (archive: string, suffix: string): Promise<string> => {
    const { lines } = await rig.json(['list', archive]);
    const found = lines.flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; key: string }] : [])); // as it is printed
    return found.find(({ key }) => key.endsWith(suffix))?.recordingId ?? '';
  };
  /** Returns the files with metadata of all recordings, by bag, recording and name, as a reader without longplay reads them. */
  const metadata = async (archive: string): Promise<Map<string, string>> => {
    const texts = new Map<string, string>();
    for (const stored of filesBelow(rig.path(archive, 'bags'))) {
      const file = basename(stored, '.age');
      if (!/^(?:source|excerpt)-\d+\.\w+$/.test(file)) continue;
      const path = rig.path(archive, 'bags', stored);
      if (!stored.endsWith('.age')) {
        texts.set(stored, readFileSync(path, 'utf8'));
        continue;
      }
      // Of an erased recording, and of an erased file, the secrets were destroyed.
      const secrets = await rig.secretsOf(dirname(path)).catch((error: unknown) => {
        expect(String(error)).toContain('the keyring has no secrets of');
        return {};
      });
      const secret = (secrets as Readonly<Record<string, string>>)[file] ?? ''; // as the keyring lists them
      if (!secret.startsWith('AGE-SECRET-KEY')) continue;
      const plain = execFileSync('age', ['-d', '-i', '-', path], { input: `${secret}\n`, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
      texts.set(join(dirname(stored), file), plain);
    }
    return texts;
  };
  const naming = (texts: ReadonlyMap<string, string>): string[] =>
    [...texts].flatMap(([name, text]) => (hers.some((word) => text.includes(word)) ? [name] : []));

  /** Imports the first state of the vCon, and erases something of its first recording. */
  const erased = async (archive: string, more: readonly string[]): Promise<void> => {
    put(`source-${archive}`, day);
    expect((await run('import', `source-${archive}`, '--into', archive, `--${kind}`)).code).toBeLessThan(4);
    await approver(rig, archive, `${archive}.pem`);
    writeFileSync(rig.path('approver.pem'), readFileSync(rig.path(`${archive}.pem`)));
    await erase(rig, archive, [await idOf(archive, '#0'), ...more]);
    expect(naming(await metadata(archive))).toEqual([]);
  };
  const imported = async (archive: string, vcon: unknown) => {
    put(`source-${archive}`, vcon);
    const { code, lines, summary } = await rig.json(['import', `source-${archive}`, '--into', archive, '--amend', `--${kind}`]);
    expect(code).toBe(0);
    return { summary, held: lines.flatMap((line) => (line.code === 'E141' ? [String(line.message)] : [])) };
  };
  const isSound = async (archive: string): Promise<void> => {
    const { code, stdout } = await run('verify', archive, '--play');
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(/E109|E115/)]);
  };

  test('brings nothing of the erased recording back: its neighbour and a new recording get excerpts', async () => {
    const archive = `again-${kind}`;
    await erased(archive, []);
    const { summary, held } = await imported(archive, later);
    expect([summary, held]).toEqual([expect.objectContaining({ imported: 1, amended: 1 }), []]);
    const texts = await metadata(archive);
    expect(naming(texts)).toEqual([]);
    const [neighbour, fresh] = await Promise.all(['#1', '#2'].map((suffix) => idOf(archive, suffix)));
    const of = (id: string | undefined): string[] => [...texts].flatMap(([name, text]) => (name.includes(`/${id}/`) ? [text] : []));
    expect(of(neighbour).map((text) => JSON.parse(text).analysis)).toEqual(
      expect.arrayContaining([
        [{}, day.analysis[1]],
        [{}, later.analysis[1], {}],
      ]),
    );
    expect(of(fresh).map((text) => JSON.parse(text))).toEqual([
      {
        ...later,
        subject: null,
        parties: [{}, later.parties[1], {}, later.parties[3]],
        dialog: [{}, {}, later.dialog[2]],
        analysis: [{}, {}, later.analysis[2]],
      },
    ]);
    await isSound(archive);
    expect((await imported(archive, later)).summary).toMatchObject({ imported: 0, amended: 0 });
    // A state that says the same of the neighbour repeats no excerpt.
    const third = await imported(archive, { ...later, analysis: [...later.analysis, said(2, 'more terms of Emil')] });
    expect([third.summary, third.held]).toEqual([expect.objectContaining({ imported: 0, amended: 2 }), []]);
    expect(naming(await metadata(archive))).toEqual([]);
    await isSound(archive);
  });

  test('brings nothing back of sound that was erased alone, not even with its own recording', async () => {
    const archive = `alone-${kind}`;
    await erased(archive, ['--only', 'original-1.wav', '--only', 'access-1.opus']);
    const held: string[][] = [];
    for (const vcon of [later, { ...later, analysis: [...later.analysis, said(2, 'more terms of Emil')] }]) {
      held.push((await imported(archive, vcon)).held);
      expect(naming(await metadata(archive))).toEqual([]);
    }
    expect(held).toEqual([1, 2].map(() => [expect.stringContaining('what was erased of the recording may be in it')]));
    await isSound(archive);
  });
});
