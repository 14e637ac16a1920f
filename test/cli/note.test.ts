import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, createRig, type Rig, root } from './rig.ts';

let rig: Rig;
let recording: string;

beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  const { lines } = await rig.json(['list', 'archive', '--status', 'matched']);
  recording = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as `list` prints it
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

interface Note {
  readonly id: string;
  readonly recording: string;
  readonly text: string | null;
  readonly by: string | null;
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
  readonly withdrawn: { readonly by: string | null; readonly reason: string | null } | null;
}
const notes = async (...args: string[]): Promise<Note[]> => {
  const { code, lines } = await rig.json(args);
  expect(code).toBe(0);
  return lines.flatMap(({ of, value }) => (of === 'note' ? [value as Note] : [])); // as they are listed
};
const wholeLog = (archive: string): string =>
  readdirSync(rig.path(archive, 'log/tile'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');

describe('notes and tags on the command line', () => {
  test('are logged with who, when, part and text; their words are beside the log and not in it', async () => {
    const made = await rig.run([
      'note',
      'add',
      'archive',
      recording.slice(0, 13),
      'Client said: "buy\nfour"',
      '--from',
      '0.5',
      '--to',
      '0:01.25',
      '--as',
      'anna',
    ]);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(/^Note [0-9a-f]{16} is entered\.$/m);
    expect((await rig.run(['tag', 'add', 'archive', recording, '  order   confirmed ', '--as', 'bo'])).code).toBe(0);
    const [note, ...more] = await notes('note', 'list', 'archive', recording);
    expect(more).toEqual([]);
    expect(note).toMatchObject({ recording, text: 'Client said: "buy\nfour"', by: 'anna', span: { fromMs: 500, toMs: 1_250 }, withdrawn: null });
    expect(await notes('tag', 'list', 'archive', 'ORDER confirmed')).toMatchObject([{ recording, text: 'order confirmed', by: 'bo', span: null }]);
    // Case-folded like every search.
    expect(await notes('tag', 'list', 'archive', 'örder ﬁrmed')).toEqual([]);
    expect(await notes('tag', 'list', 'archive', 'Örder cönﬁrmed')).toHaveLength(1);
    expect(await notes('tag', 'list', 'archive', 'order')).toEqual([]);
    expect((await rig.run(['note', 'list', 'archive'])).stdout).toMatch(/anna +\S+ +0:00\.500-0:01\.250 +Client said: "buy four"/);
    const log = wholeLog('archive');
    for (const word of ['Client', 'order', 'anna']) expect(log).not.toContain(word);
    const exported = (await rig.run(['log', 'export', 'archive', '--format', 'jsonl'])).stdout;
    expect(exported.split('\n').filter((line) => line.includes('"note-added"') && line.includes('"text":'))).toHaveLength(2);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });

  test('are withdrawn by a further entry, once, and remain visible', async () => {
    const [note] = await notes('note', 'list', 'archive');
    const id = note?.id ?? '';
    expect((await rig.run(['tag', 'withdraw', 'archive', id, '--reason', 'x'])).code).toBe(2);
    expect((await rig.run(['note', 'withdraw', 'archive', id.slice(0, 6), '--reason', 'of another call', '--as', 'eva'])).code).toBe(0);
    expect(await notes('note', 'list', 'archive')).toEqual([]);
    expect(await notes('note', 'list', 'archive', '--withdrawn')).toMatchObject([
      { id, text: 'Client said: "buy\nfour"', by: 'anna', withdrawn: { by: 'eva', reason: 'of another call' } },
    ]);
    const again = await rig.run(['note', 'withdraw', 'archive', id, '--reason', 'twice']);
    expect([again.code, again.stderr.includes('N102')]).toEqual([2, true]);
  });

  test('are copied to replicas with the log, and their words are removed when the details are erased', async () => {
    expect((await rig.run(['replica', 'add', 'archive', 'disk', 'copy'])).code).toBe(0);
    expect((await rig.run(['replica', 'sync', 'archive', 'disk'])).code).toBe(0);
    expect(await notes('tag', 'list', 'copy')).toMatchObject([{ text: 'order confirmed', by: 'bo' }]);
    // A replica has no log of its own for new entries.
    const there = await rig.run(['tag', 'add', 'copy', recording, 'x']);
    expect([there.code, there.stderr.includes('N103')]).toEqual([5, true]);
    expect((await rig.run(['log', 'forget', 'archive', '--who', 'bo', '--reason', 'left', '--yes'])).code).toBe(0);
    expect(await notes('tag', 'list', 'archive')).toMatchObject([{ recording, text: null, by: null, unknown: { why: 'erased' } }]);
    expect((await rig.run(['tag', 'list', 'archive'])).stdout).toMatch(/\(erased on request: entry \d+\)/);
    expect((await rig.run(['tag', 'list', 'archive', '--counts'])).stdout).toMatch(/1 +\(erased on request\)/);
    expect((await rig.run(['replica', 'sync', 'archive', 'disk'])).code).toBe(0);
    expect(await notes('tag', 'list', 'copy')).toMatchObject([{ text: null, by: null }]);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });

  test('are erased one by one: the text, its author and the reason of its withdrawal; all others stay, in replicas as well', async () => {
    const add = async (kind: string, text: string): Promise<string> => {
      const { lines } = await rig.json([kind, 'add', 'archive', recording, text, '--as', 'cilla']);
      return (lines.find(({ of }) => of === 'note')?.value as { id: string } | undefined)?.id ?? ''; // as it prints it
    };
    const [first, second, tag] = [await add('note', 'names a patient'), await add('note', 'stays'), await add('tag', 'patient')];
    expect((await rig.run(['note', 'withdraw', 'archive', first, '--reason', 'the patient of bed 4', '--as', 'cilla'])).code).toBe(0);
    const details = (archive: string): string => readFileSync(rig.path(archive, 'log/details/000/000000.jsonl'), 'utf8');
    expect((await rig.run(['replica', 'sync', 'archive', 'disk'])).code).toBe(0);
    expect(details('copy')).toContain('bed 4');
    const erasedLine =
      details('archive')
        .split('\n')
        .find((line) => line.includes('names a patient')) ?? '-';
    const before = wholeLog('archive').length;
    for (const wrong of [
      ['note', 'erase', 'archive', first, '--reason', 'x'],
      ['note', 'erase', 'archive', tag, '--reason', 'x', '--yes'],
      ['note', 'erase', 'archive', 'ffff', '--reason', 'x', '--yes'],
      ['note', 'erase', 'archive', '', '--reason', 'x', '--yes'],
    ])
      expect((await rig.run(wrong)).code, wrong.join(' ')).toBe(2);
    expect(wholeLog('archive').length).toBe(before);
    const gone = await rig.run(['note', 'erase', 'archive', first.slice(0, 12), '--reason', 'names a patient of ours', '--as', 'dpo', '--yes']);
    expect([gone.code, gone.stderr]).toEqual([0, '']);
    expect(gone.stdout).toContain(`The text of note ${first} is erased here.`);
    expect(details('archive')).not.toMatch(/names a patient"|bed 4/);
    expect(await notes('note', 'list', 'archive', recording, '--withdrawn')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: first, text: null, by: null, withdrawn: expect.objectContaining({ by: null, reason: null }) }),
        expect.objectContaining({ id: second, text: 'stays', by: 'cilla' }),
      ]),
    );
    expect((await rig.run(['tag', 'erase', 'archive', tag, '--reason', 'as well', '--yes'])).code).toBe(0);
    expect(await notes('tag', 'list', 'archive', 'patient')).toEqual([]);
    // A repetition is harmless, and logs nothing.
    const size = wholeLog('archive').length;
    const again = await rig.run(['note', 'erase', 'archive', first, '--reason', 'again', '--yes']);
    expect([again.code, again.stdout.includes('was erased before')]).toEqual([0, true]);
    expect(wholeLog('archive').length).toBe(size);
    const entries = (await rig.run(['log', 'export', 'archive', '--format', 'jsonl'])).stdout.trim().split('\n');
    const [erasure] = entries.filter((line) => line.includes('"details-forgotten"') && line.includes(first));
    expect(JSON.parse(erasure ?? '')).toMatchObject({
      detail: { note: first, of: null },
      details: { user: 'dpo', reason: 'names a patient of ours' },
    });
    expect((await rig.run(['replica', 'sync', 'archive', 'disk'])).code).toBe(0);
    expect(details('copy')).toBe(details('archive'));
    for (const check of [
      ['verify', 'archive'],
      ['log', 'verify', 'archive'],
      ['replica', 'verify', 'archive', 'disk'],
    ])
      expect((await rig.run(check)).code, check.join(' ')).toBe(0);
    for (const archive of ['archive', 'copy']) expect((await rig.exec('python3', ['check.py'], rig.path(archive))).code).toBe(0);
    // A line that comes back, e.g. from a backup, is reported and shown nowhere; the same command removes it.
    writeFileSync(
      rig.path('archive/log/details/000/000000.jsonl'),
      `${details('archive')}${erasedLine}
`,
    );
    const back = await rig.json(['verify', 'archive']);
    expect([back.code, back.lines.flatMap(({ code }) => (typeof code === 'string' ? [code] : []))]).toEqual([0, ['L129']]);
    expect((await notes('note', 'list', 'archive', recording, '--withdrawn')).find(({ id }) => id === first)).toMatchObject({ text: null, by: null });
    expect((await rig.run(['note', 'erase', 'archive', first, '--reason', 'again', '--yes'])).code).toBe(0);
    expect(details('archive')).not.toContain(erasedLine);
    expect((await rig.run(['note', 'withdraw', 'archive', second, '--reason', 'done'])).code).toBe(0);
  });

  test('that cannot be logged are refused with 5, and nothing is changed', async () => {
    const before = wholeLog('archive');
    const elsewhere = await rig.run(['note', 'add', 'archive', recording, 'x'], { env: { LONGPLAY_KEYS: rig.path('no-keys') } });
    expect([elsewhere.code, elsewhere.stderr.includes('N103')]).toEqual([5, true]);
    expect(wholeLog('archive')).toBe(before);
  });

  test('of killed runs are logged completely or not at all, and the next run continues', async () => {
    const count = (await notes('note', 'list', 'archive')).length;
    for (const ms of [80, 160, 240, 320, 480]) {
      const child = spawn(process.execPath, [cli, 'note', 'add', 'archive', recording, `killed after ${ms}`], {
        cwd: rig.folder,
        env: { ...process.env, LONGPLAY_KEYS: rig.keys },
        stdio: 'ignore',
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), ms);
      await new Promise((resolve) => child.on('close', resolve));
      clearTimeout(timer);
    }
    expect((await rig.run(['note', 'add', 'archive', recording, 'the next one'])).code).toBe(0);
    const after = await notes('note', 'list', 'archive');
    expect(after.length).toBeGreaterThan(count);
    expect(after.every(({ text, by }) => text === null || (by !== null && /^(?:killed after \d+|the next one)$/.test(text)))).toBe(true);
    expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  });

  test('are not called erased if their texts are only missing', async () => {
    const wanted = ['import', join(root, 'samples/asterisk-normal'), '--into', 'damaged', '--zone', 'Europe/Stockholm'];
    expect((await rig.run(wanted)).code).toBe(0);
    const { lines } = await rig.json(['list', 'damaged', '--status', 'matched']);
    const call = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as `list` prints it
    for (const [kind, text] of [
      ['note', 'is lost'],
      ['tag', 'is lost'],
      ['tag', 'is erased'],
    ] as const)
      expect((await rig.run([kind, 'add', 'damaged', call, text, '--as', 'eva'])).code).toBe(0);
    const erased = (await notes('tag', 'list', 'damaged', 'is erased'))[0]?.id ?? '';
    expect((await rig.run(['tag', 'erase', 'damaged', erased, '--reason', 'x', '--yes'])).code).toBe(0);
    rmSync(rig.path('damaged/log/details'), { recursive: true });
    const list = (await rig.run(['note', 'list', 'damaged'])).stdout;
    expect(list).toMatch(/\(lost\) +\S+ +\(lost\)/);
    expect(list).not.toContain('erased');
    const counted = (await rig.run(['tag', 'list', 'damaged', '--counts'])).stdout;
    expect(counted).toMatch(/1 +\(lost\)/);
    expect(counted).toMatch(/1 +\(erased on request\)/);
  });
});
