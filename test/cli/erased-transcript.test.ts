import { readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, holding } from './erasure-rig.ts';
import { copyFolder, root } from './rig.ts';
import { createSealedRig, recordingFolders, type SealedRig } from './sealed/sealed-rig.ts';

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

/** What is said in the transcripts of two calls. */
const words = { '000000000001': 'crimson kite', '000000000002': 'violet harbour' } as const;

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  copyFolder(join(root, 'samples/amazon-connect'), rig.path('source'));
  const path = readdirSync(rig.path('source'), { recursive: true, encoding: 'utf8' }).find((one) => one.includes('000000000001_analysis')) ?? '';
  for (const [number, said] of Object.entries(words)) {
    const id = `11111111-aaaa-4bbb-8ccc-${number}`;
    const text = {
      Channel: 'VOICE',
      CustomerMetadata: { ContactId: id },
      Transcript: [{ Content: `the ${said} is late`, ParticipantId: 'CUSTOMER' }],
    };
    writeFileSync(rig.path('source', dirname(path), `${id}_analysis_2025-10-26T01_35_00Z.json`), JSON.stringify(text));
  }
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

describe.each(['open', 'sealed'] as const)('a transcript that is erased alone, in an archive that is %s', (kind) => {
  /** Returns in how many recordings a search of all texts, also of transcripts, finds words. */
  const found = async (said: string): Promise<number> => Number((await rig.json(['subject', kind, said])).summary.uncertain);

  test('is unreadable and not found any more; the sound of its call and the transcript of the next call are whole', async () => {
    expect((await run('import', rig.path('source'), '--into', kind, '--no-keep-tables', `--${kind}`)).code).toBe(0);
    await approver(rig, kind, `${kind}.pem`);
    const { lines } = await rig.json(['subject', kind, words['000000000001']]);
    const hit = lines.find(({ of }) => of === 'subject')?.value as { recordingId: string; hits: { field: string }[] }; // as it is printed
    expect([hit.hits[0]?.field, await found(words['000000000002'])]).toEqual(['source-2.json', 1]);
    const before = await run('show', kind, hit.recordingId, '--json');
    const digests = digestsIn(before.stdout);
    const request = await approved(rig, kind, [hit.recordingId, '--only', 'source-2.json'], `${kind}.pem`);
    const done = await run('erase', 'run', kind);
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('Erased 1 file alone; the recordings stay.')]);

    expect([await found(words['000000000001']), await found(words['000000000002'])]).toEqual([0, 1]);
    expect((await run('search', kind, words['000000000001'])).stdout).toContain('No recording matches');
    expect(holding(rig.path(kind), kind === 'open' ? [words['000000000001']] : Object.values(words))).toEqual([]);
    const shown = await run('show', kind, hit.recordingId);
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`ERASED: source-2\\.json was erased on .* on request ${request}`)),
    ]);
    if (kind === 'sealed') {
      const folder = recordingFolders(rig.path(kind)).find((one) => basename(one) === hit.recordingId) ?? '';
      expect(Object.entries(await rig.secretsOf(folder)).flatMap(([name, secret]) => (secret === '' ? [name] : []))).toEqual(['source-2.json']);
    }
    // Sound, rows and every other file have the digests that they had.
    const exported = await run('export', kind, hit.recordingId, '--take', 'both', '--out', `out-${kind}`);
    expect(exported.code).toBeLessThan(4);
    const sums = await rig.exec('bash', ['-c', 'sha256sum *.wav *.opus | cut -d" " -f1'], rig.path(`out-${kind}`));
    const listed = sums.stdout.trim().split('\n');
    expect([listed.length, listed.filter((sum) => !digests.has(sum))]).toEqual([4, []]);
    const verified = await rig.json(['verify', kind, '--play', '--originals']);
    expect([verified.code, verified.summary]).toEqual([0, expect.objectContaining({ erasedFiles: 1, errors: 0, untried: 0 })]);
    const checked = await rig.exec('python3', [rig.path(kind, 'check.py'), rig.path(kind)]);
    expect(checked.code, checked.stdout).toBe(0);
  });
});

/** Returns the SHA-256 digests that a description of a recording has. */
function digestsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/"sha256": ?"([0-9a-f]{64})"/g)].flatMap(([, digest]) => digest ?? []));
}
