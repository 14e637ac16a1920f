import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, holding } from './erasure-rig.ts';
import { createSealedRig, filesBelow, type SealedRig } from './sealed/sealed-rig.ts';
import { sound, url } from './vcon-parts.ts';

// Recordings that came from one vCon: one is erased, and each other one keeps what is its own.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

const base = { vcon: '0.4.0', created_at: '2026-05-04T10:00:00Z' };
const said = (dialog: number, body: string) => ({
  type: 'transcript',
  dialog,
  vendor: 'x',
  mediatype: 'text/plain',
  encoding: 'base64url',
  body: url(body),
});
const message = (start: string, parties: readonly number[], body: string) => ({
  type: 'text',
  start,
  parties,
  mediatype: 'text/plain',
  encoding: 'none',
  body,
});
/** Two calls, and messages between a third person and the desk. */
const day = {
  ...base,
  uuid: '019f15a6-0000-8000-8000-0000000000b1',
  subject: 'Clara and the others',
  parties: [
    { tel: 'tel:+15550101', name: 'Clara Quist' },
    { tel: 'tel:+15550102', name: 'Desk Ten' },
    { tel: 'tel:+15550103', name: 'Doris Nyman' },
    { tel: 'tel:+15550104', name: 'Emil Berg' },
  ],
  dialog: [
    sound('2026-05-04T08:00:00Z', [0, 1], 440),
    sound('2026-05-04T09:00:00Z', [2, 1], 660),
    message('2026-05-04T10:00:00Z', [3, 1], 'the parcel is here'),
    message('2026-05-04T10:05:00Z', [1, 3], 'thank you'),
  ],
  analysis: [
    said(0, 'terms of Clara'),
    said(1, 'terms of Doris'),
    { type: 'summary', vendor: 'x', mediatype: 'text/plain', encoding: 'none', body: 'Clara called first' },
    { type: 'summary', dialog: [0, 1], vendor: 'x', mediatype: 'text/plain', encoding: 'none', body: 'Clara, then Doris' },
  ],
  attachments: [
    { purpose: 'notes', party: 0, dialog: 0, start: '2026-05-04T08:00:00Z', mediatype: 'text/plain', encoding: 'none', body: 'call Clara back' },
    { purpose: 'notes', party: 1, dialog: 2, start: '2026-05-04T10:00:00Z', mediatype: 'text/plain', encoding: 'none', body: 'parcel 7' },
  ],
  told: 'by Clara',
};
/** The same form, signed, so that its excerpts are of its payload. */
const signed = { ...day, uuid: '019f15a6-0000-8000-8000-0000000000b2' };
/** A vCon of which the sound can be read and the rest cannot: its texts are longer than is read. */
const long = { ...day, uuid: '019f15a6-0000-8000-8000-0000000000b3', attachments: [{ purpose: 'x', body: 'in words '.repeat(2 * 1024 * 1024) }] };
const hers = ['15550101', 'Clara', 'Q2xhcmE', day.dialog[0]?.body.slice(0, 400) ?? ''];

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('source/day.vcon'), JSON.stringify(day, null, 1));
  const form = { payload: url(JSON.stringify(signed)), signatures: [{ header: { alg: 'RS256' }, protected: url('{}'), signature: url('x') }] };
  writeFileSync(rig.path('source/signed.vcon'), JSON.stringify(form));
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

describe.each(['open', 'sealed'] as const)('a vCon of several recordings, in an archive that is %s', (kind) => {
  /** Returns the ids of the recordings whose key ends in some way, in order of the vCons. */
  const idsOf = async (suffix: string): Promise<string[]> =>
    (await rig.json(['list', kind])).lines
      .flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; key: string }] : [])) // as it is printed
      .filter(({ key }) => key.endsWith(suffix))
      .sort((a, b) => a.key.localeCompare(b.key))
      .map(({ recordingId }) => recordingId);
  /** Reads a file of a recording as a reader without longplay does. */
  const plain = async (id: string, file: string): Promise<string> => {
    const stored = filesBelow(rig.path(kind)).find((one) => one.includes(id) && basename(one, '.age') === file) ?? '';
    const folder = dirname(rig.path(kind, stored));
    if (kind === 'open') return readFileSync(join(folder, file), 'utf8');
    const input = `${(await rig.secretsOf(folder))[file]}\n`;
    return execFileSync('age', ['-d', '-i', '-', join(folder, `${file}.age`)], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  };

  test('is erased with one of them; each other one keeps its own dialogs, texts and parties, and verifies', async () => {
    const imported = await run('import', 'source', '--into', kind, `--${kind}`);
    expect([imported.code, imported.stderr]).toEqual([expect.any(Number), expect.not.stringContaining('NOT')]);
    await approver(rig, kind, `${kind}.pem`);
    const replica = rig.path(`replica-${kind}`);
    expect((await run('replica', 'add', kind, 'second', replica)).code).toBe(0);
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    const [calls, neighbours, texts] = await Promise.all(['#0', '#1', '#text'].map(idsOf));
    expect([calls?.length, neighbours?.length, texts?.length]).toEqual([2, 2, 2]);
    const asked = await rig.json(['erase', 'request', kind, ...(calls ?? []), '--ground', 'subject-request', '--reason', 'x']);
    const told = asked.lines.flatMap(({ code, place, message: text }) => (code === 'E137' ? [`${place}: ${text}`] : []));
    expect(told.map((one) => one.slice(0, 36)).sort()).toEqual([...(neighbours ?? []), ...(texts ?? [])].sort());
    expect(told.filter((one) => !one.includes('an excerpt of the vCon with its own dialogs'))).toEqual([]);
    expect((await run('erase', 'approve', kind, String(asked.summary.request), '--key-file', `${kind}.pem`, '--now', 'urgent')).code).toBe(0);
    const done = await rig.json(['erase', 'run', kind]);
    expect([done.code, done.summary]).toEqual([0, expect.objectContaining({ recordings: 2, files: 4, excerpts: 4, left: 0, kept: 0 })]);

    for (const [index, whole] of [day, signed].entries()) {
      const call = await plain(neighbours?.[index] ?? '', 'excerpt-1.vcon');
      expect(JSON.parse(call)).toEqual({
        ...{ ...whole, subject: null, told: null, attachments: [{}, {}] },
        parties: [{}, whole.parties[1], whole.parties[2], {}],
        dialog: [{}, whole.dialog[1], {}, {}],
        analysis: [{}, whole.analysis[1], {}, {}],
      });
      expect(JSON.parse(await plain(texts?.[index] ?? '', 'excerpt-1.vcon'))).toEqual({
        ...{ ...whole, subject: null, told: null, analysis: [{}, {}, {}, {}] },
        parties: [{}, whole.parties[1], {}, whole.parties[3]],
        dialog: [{}, {}, whole.dialog[2], whole.dialog[3]],
        attachments: [{}, whole.attachments[1]],
      });
      expect(hers.filter((word) => call.includes(word))).toEqual([]);
    }
    for (const place of [rig.path(kind), replica]) {
      const verified = await run('verify', place, '--play');
      expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/ERROR/)]);
      if (kind === 'open') expect(holding(join(place, 'bags'), hers.slice(3))).toEqual([]);
    }
    const shown = await run('show', kind, neighbours?.[0] ?? '');
    expect(shown.stdout).toMatch(/ERASED: source-1\.\w+ was erased/);
    expect(shown.stdout).toContain(`sources changed by erasure, job ${asked.summary.request}`);
    expect((await rig.json(['subject', kind, 'terms of Doris'])).summary.uncertain).toBe(2);
  });

  test('stays away from an import of the same source, and the next erasure leaves the excerpts of the others', async () => {
    const again = await rig.json(['import', 'source', '--into', kind, '--amend', `--${kind}`]);
    expect(again.summary).toMatchObject({ imported: 0 });
    const [neighbours, texts] = await Promise.all(['#1', '#text'].map(idsOf));
    const before = await plain(texts?.[0] ?? '', 'excerpt-1.vcon');
    const id = await approved(rig, kind, [neighbours?.[0] ?? ''], `${kind}.pem`);
    const done = await rig.json(['erase', 'run', kind]);
    expect([id.length, done.code, done.summary], JSON.stringify(done.lines.slice(-3))).toEqual([
      8,
      0,
      expect.objectContaining({ recordings: 1, files: 0, excerpts: 0, left: 0 }),
    ]);
    expect(await plain(texts?.[0] ?? '', 'excerpt-1.vcon')).toBe(before);
    expect((await run('verify', kind, '--play')).code).toBe(0);
    if (kind === 'open') expect(holding(join(rig.path(kind), 'bags'), hers.slice(3))).toEqual([]);
  });

  test('that could not be read is erased with the sound that was extracted from it', async () => {
    mkdirSync(rig.path(`long-${kind}`));
    writeFileSync(rig.path(`long-${kind}/long.vcon`), JSON.stringify(long));
    expect((await run('import', `long-${kind}`, '--into', kind)).code).toBe(3);
    const { lines } = await rig.json(['list', kind]);
    const of = (status: string): string[] =>
      lines.flatMap(({ value }) => {
        const one = value as { recordingId: string; status: string } | undefined; // as it is printed
        return one?.status === status ? [one.recordingId] : [];
      });
    const [[call = ''], [unread = '']] = [of('audio-without-row'), of('parse-error')];
    const asked = await rig.json(['erase', 'request', kind, call, '--ground', 'court-order', '--reason', 'x']);
    expect(asked.lines).toContainEqual(
      expect.objectContaining({ code: 'E137', place: unread, message: expect.stringContaining('and no texts of the vCon') }),
    );
    expect((await run('erase', 'approve', kind, String(asked.summary.request), '--key-file', `${kind}.pem`, '--now', 'urgent')).code).toBe(0);
    expect((await rig.json(['erase', 'run', kind])).summary).toMatchObject({ exitCode: 0, recordings: 1, files: 1 });
    const shown = await run('show', kind, unread);
    expect(shown.stdout).toMatch(/ERASED: source-1\.json was erased/);
    expect((await run('verify', kind)).code).toBe(0);
  });

  test('that was altered since the request, or whose description is, stays with what it has, and the request stays due', async () => {
    mkdirSync(rig.path(`own-${kind}`));
    writeFileSync(rig.path(`own-${kind}/own.vcon`), JSON.stringify({ ...day, uuid: '019f15a6-0000-8000-8000-0000000000b4' }));
    const archive = `own-archive-${kind}`;
    expect((await run('import', `own-${kind}`, '--into', archive, `--${kind}`)).code).toBe(0);
    writeFileSync(rig.path(`${archive}.pem`), readFileSync(rig.path(`${kind}.pem`)));
    expect((await run('erase', 'add-approver', archive, `${archive}.pem`, '--name', 'anna')).code).toBe(0);
    const { lines } = await rig.json(['list', archive]);
    const [call, neighbour, texts] = ['#0', '#1', '#text'].map((suffix) =>
      lines.flatMap(({ of, value }) => {
        const one = value as { key?: string; recordingId?: string } | undefined; // as it is printed
        return of === 'recording' && one?.key?.endsWith(suffix) === true ? [one.recordingId ?? ''] : [];
      }),
    );
    await approved(rig, archive, call ?? [], `${archive}.pem`);
    const fileOf = (ids: readonly string[] | undefined, name: RegExp): string =>
      rig.path(archive, filesBelow(rig.path(archive)).find((one) => one.includes(ids?.[0] ?? '?') && name.test(basename(one))) ?? '');
    const [vcon, json] = [fileOf(neighbour, /^source-1\./), fileOf(texts, /^recording\.json/)];
    const whole = [vcon, json].map((path) => [path, readFileSync(path)] as const);
    // Of the open vCon one letter is another one, and it is still JSON.
    for (const [path, bytes] of whole) {
      const at = bytes.lastIndexOf('Doris') + 1;
      writeFileSync(path, Buffer.concat([bytes.subarray(0, at || 900), Buffer.from('x'), bytes.subarray((at || 900) + 1)]));
    }
    writeFileSync(json, '{}');
    const refused = await run('erase', 'run', archive);
    expect([refused.code, refused.stderr.match(/E139 \S+/g)?.sort()]).toEqual([3, [neighbour?.[0], texts?.[0]].map((id) => `E139 ${id}:`).sort()]);
    for (const [path, bytes] of whole) writeFileSync(path, bytes);
    expect((await rig.json(['erase', 'run', archive])).summary).toMatchObject({ exitCode: 0, excerpts: 2, left: 0 });
    expect((await run('verify', archive)).code).toBe(0);
  });
});
