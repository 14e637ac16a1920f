import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, holding } from './erasure-rig.ts';
import { copyFolder, root } from './rig.ts';
import { createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

// A sidecar of a recording was erased alone, and the source has another state of it now.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

describe.each(['open', 'sealed'] as const)('a transcript that was erased alone and changed since, in an archive that is %s', (kind) => {
  const source = `source-${kind}`;
  const contact = '11111111-aaaa-4bbb-8ccc-000000000001';
  let folder = '';
  /** Writes the transcript of a call. @param name end of the file's name */
  const put = (said: string, name = 'analysis_2025-10-26T01_35_00Z'): void => {
    const text = { Channel: 'VOICE', CustomerMetadata: { ContactId: contact }, Transcript: [{ Content: said, ParticipantId: 'CUSTOMER' }] };
    writeFileSync(join(folder, `${contact}_${name}.json`), JSON.stringify(text));
  };
  const imported = async () => {
    const { lines, summary } = await rig.json(['import', source, '--into', kind, '--amend', '--no-keep-tables', `--${kind}`]);
    return { amended: summary.amended, held: lines.flatMap(({ code, message }) => (code === 'E144' ? [String(message)] : [])) };
  };
  const found = async (said: string): Promise<number> => Number((await rig.json(['subject', kind, said])).summary.uncertain);
  const isSound = async (): Promise<void> => {
    const verified = await rig.json(['verify', kind, '--play']);
    expect([verified.code, verified.summary]).toEqual([0, expect.objectContaining({ erasedFiles: 1, errors: 0 })]);
    const checked = await rig.exec('python3', [rig.path(kind, 'check.py'), rig.path(kind)]);
    expect(checked.code, checked.stdout).toBe(0);
  };
  let id = '';

  test('does not come back, however often it changes, and the import names it', async () => {
    copyFolder(join(root, 'samples/amazon-connect'), rig.path(source));
    const path = readdirSync(rig.path(source), { recursive: true, encoding: 'utf8' }).find((one) => one.includes('000000000001_analysis')) ?? '';
    folder = rig.path(source, dirname(path));
    put('the crimson kite is late');
    await imported();
    await approver(rig, kind, `${kind}.pem`);
    const { lines } = await rig.json(['subject', kind, 'crimson kite']);
    const hit = lines.find(({ of }) => of === 'subject')?.value as { recordingId: string; hits: { field: string }[] }; // as it is printed
    id = hit.recordingId;
    expect(hit.hits[0]?.field).toBe('source-2.json');
    await approved(rig, kind, [id, '--only', 'source-2.json'], `${kind}.pem`);
    expect((await run('erase', 'run', kind)).code).toBe(0);
    for (const state of ['the crimson kite is very late', 'the crimson kite was late']) {
      put(state);
      expect(await imported()).toEqual({ amended: 1, held: [expect.stringContaining('source-2.json of it was erased alone')] });
      expect(await imported()).toEqual({ amended: 0, held: [] });
      expect([await found('crimson kite'), holding(rig.path(kind), ['crimson kite'])]).toEqual([0, []]);
      await isSound();
    }
  });

  test('does not come back under another name; the state that was erased does not, either', async () => {
    rmSync(join(folder, `${contact}_analysis_2025-10-26T01_35_00Z.json`));
    put('the crimson kite was early', 'analysis_2025-10-26T02_35_00Z');
    expect((await imported()).held).toHaveLength(1);
    put('the crimson kite is late', 'analysis_2025-10-26T02_35_00Z');
    expect(await imported()).toEqual({ amended: 1, held: [] });
    expect([await found('crimson kite'), holding(rig.path(kind), ['crimson kite'])]).toEqual([0, []]);
    await isSound();
    const shown = await run('show', kind, id);
    expect(shown.stdout.match(/ERASED: source-2\.json/g)).toHaveLength(1);
    // Nothing is left for another run.
    expect((await rig.json(['erase', 'run', kind])).summary).toMatchObject({ recordings: 0, files: 0 });
  });
});
