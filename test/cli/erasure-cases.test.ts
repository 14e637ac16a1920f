import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, holding, openedCase } from './erasure-rig.ts';
import { copyFolder } from './rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

let rig: SealedRig;
/** Numbers and key of the erased call. */
const traces = ['46701740605', 'pbx1-1761438596.0'];

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  for (const kind of ['open', 'sealed']) {
    const how = ['--into', kind, '--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`];
    expect((await rig.sealed('import', asterisk.folder, ...how)).code).toBe(0);
    expect((await rig.sealed('erase', 'make-key', `${kind}.pem`)).code).toBe(0);
    expect((await rig.sealed('erase', 'add-approver', kind, `${kind}.pem`, '--name', 'anna')).code).toBe(0);
  }
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

const run = (...args: readonly string[]) => rig.sealed(...args);
const idOf = async (archive: string, text: string): Promise<string> => {
  const { lines } = await rig.json(['list', archive, '--text', text]);
  return String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
};

/** Opens a case with the erased recording and a neighbour, a decision, a review, and a comparison that names both. */
async function opened(archive: string, ids: readonly string[]): Promise<string> {
  const id = await openedCase(rig, archive, ['46701740605', '46701740607']);
  const [gone = ''] = ids;
  expect((await run('case', 'review', archive, id, gone, '--state', 'relevant', '--reason', 'letter of 46701740605')).code).toBe(0);
  return id;
}

describe.each(['open', 'sealed'] as const)('a case that names an erased recording, in an archive that is %s', (kind) => {
  let gone: string;
  let neighbour: string;
  let id: string;

  test('marks it as erased and loses everything else about it; hand-overs are reported, replicas follow', async () => {
    gone = await idOf(kind, '46701740605');
    neighbour = await idOf(kind, '46701740607');
    id = await opened(kind, [gone]);
    expect((await run('case', 'export', kind, id, '--out', `handed-${kind}`)).code).toBeLessThan(4);
    expect((await run('replica', 'add', kind, 'nas', rig.path(`nas-${kind}`))).code).toBe(0);
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    cpSync(rig.path(kind, 'cases', id), rig.path(`old-${kind}`), { recursive: true });
    const request = await approved(rig, kind, [gone], `${kind}.pem`);
    const done = await run('erase', 'run', kind);
    expect([done.code, done.stderr]).toEqual([
      0,
      expect.stringMatching(new RegExp(`warning E129 log entry \\d+: hand-over 1 of case ${id} of \\S+ has 1 erased recording`)),
    ]);
    for (const where of [kind, `nas-${kind}`]) {
      const folder = rig.path(where, 'cases', id);
      expect(readdirSync(folder).sort().join(' ')).not.toContain('.longplay');
      expect(existsSync(join(folder, 'comparisons/1'))).toBe(false);
      if (kind === 'open') expect(holding(folder, [...traces, gone])).toEqual([]);
    }
    const shown = await rig.json(['case', 'show', kind, id]);
    const text = JSON.stringify(shown.lines);
    expect(text).toContain(neighbour);
    for (const word of [...traces, gone]) expect(text).not.toContain(word);
    expect((await run('case', 'show', kind, id)).stdout).toMatch(new RegExp(`1 recording erased\\n.*request ${request}`));
    expect(await run('erase', 'run', kind)).toMatchObject({ code: 0, stderr: '' });
    const verified = await run('verify', kind, '--play');
    expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/[CE]1\d\d/)]);
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    expect((await run('replica', 'verify', kind)).code).toBe(0);
    expect(existsSync(rig.path(`nas-${kind}`, 'cases', id, 'comparisons/1'))).toBe(false);
  });

  test('is handed over without it, compared again under a new number, and no older state of it comes back', async () => {
    const supplement = await run('case', 'export', kind, id, '--out', `supplement-${kind}`, '--supplement', '1');
    expect([supplement.code, supplement.stderr]).toEqual([5, expect.stringContaining('C184')]);
    expect((await run('case', 'export', kind, id, '--out', `again-${kind}`)).code).toBeLessThan(4);
    expect(readFileSync(rig.path(`again-${kind}`, 'data/scope.csv'), 'utf8')).not.toContain('46701740605');
    expect((await run('case', 'compare', kind, id, rig.path('list.csv'), '--zone', 'Europe/Stockholm')).code).toBeLessThan(4);
    expect(readdirSync(rig.path(kind, 'cases', id, 'comparisons'))).toEqual(['2']);
    // A backup of the case.
    copyFolder(rig.path(`old-${kind}`), rig.path('restored'));
    await rig.exec('sh', ['-c', 'rm -r "$1" && mv "$2" "$1"', 'sh', rig.path(kind, 'cases', id), rig.path('restored')]);
    const found = await run('verify', kind);
    expect([found.code, found.stdout]).toEqual([4, expect.stringContaining('C125')]);
    const next = await run('erase', 'run', kind);
    if (kind === 'open') {
      expect(next).toMatchObject({ code: 0 });
      expect(holding(rig.path(kind, 'cases', id), [...traces, gone])).toEqual([]);
      // The comparison that was made since is lost, which nobody has acknowledged.
      for (const args of [
        ['verify', kind],
        ['watch', kind],
        ['case', 'list', kind],
        ['case', 'show', kind, id],
        ['erase', 'run', kind],
        ['verify', kind],
      ]) {
        const told = await run(...args);
        expect([args, told.code, told.stdout + told.stderr]).toEqual([
          args,
          args[0] === 'erase' ? 0 : 4,
          args[0] === 'erase' ? expect.anything() : expect.stringMatching(/C125 \S*: lacks a change that the log records.*longplay case forget/),
        ]);
      }
      expect(await run('case', 'due', kind, id, '2099-01-31', '--reason', 'x')).toMatchObject({ code: 5, stderr: expect.stringContaining('C125') });
      expect((await run('case', 'forget', kind, id, '--reason', 'no copy has it')).code).toBe(0);
      expect(await run('verify', kind)).toMatchObject({ code: 0 });
      expect((await run('case', 'due', kind, id, '2099-01-31', '--reason', 'x')).code).toBe(0);
    } else {
      // Its secrets were destroyed, so nobody can open the restored copy.
      expect(next.code).toBe(0);
      const shown = await run('case', 'show', kind, id);
      expect([shown.code, shown.stderr]).toEqual([5, expect.stringMatching(/C125 .*secrets were destroyed.*nobody can open it/)]);
    }
  });
});

test('with a legal hold keeps the recording and stays unchanged', async () => {
  const gone = await idOf('open', '46701740606');
  const { summary } = await rig.json(['case', 'new', 'open', '--title', 'Deal']);
  const id = String(summary.id);
  expect((await run('case', 'add', 'open', id, gone)).code).toBe(0);
  const held = await rig.json(['hold', 'add', 'open', '--case', id, '--reason', 'a lawsuit']);
  expect(held.code).toBe(0);
  await approved(rig, 'open', [gone], 'open.pem');
  expect(await run('erase', 'run', 'open')).toMatchObject({ code: 3, stderr: expect.stringContaining('E111') });
  expect(readFileSync(rig.path('open/cases', id, 'case.json'), 'utf8')).toContain(gone);
  expect((await run('hold', 'release', 'open', String(held.summary.id), '--reason', 'over')).code).toBe(0);
  expect((await run('erase', 'run', 'open')).code).toBe(0);
  expect(readFileSync(rig.path('open/cases', id, 'case.json'), 'utf8')).not.toContain(gone);
});

test('a damaged file of messages that name the recording refuses its erasure, which then erases the messages, too', async () => {
  const gone = await idOf('open', '46701740608');
  const { summary } = await rig.json(['case', 'new', 'open', '--title', 'Deal']);
  const id = String(summary.id);
  writeFileSync(
    rig.path('mail.eml'),
    `From: a@example.org\r\nTo: b@example.org\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\nSubject: x\r\n\r\nRecording ${gone}\r\n`,
  );
  expect((await run('case', 'messages', 'open', id, rig.path('mail.eml'))).code).toBe(0);
  await approved(rig, 'open', [gone], 'open.pem');
  const list = rig.path('open/cases', id, 'messages/1/messages.json');
  const whole = readFileSync(list);
  writeFileSync(list, whole.toString('utf8').replace('example.org', 'example.com'));
  const refused = await run('erase', 'run', 'open');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(new RegExp(`E104.*cases/${id}/messages/1/messages.json: has SHA-256`))]);
  writeFileSync(list, whole);
  expect((await run('erase', 'run', 'open')).code).toBe(0);
  expect(existsSync(rig.path('open/cases', id, 'messages/1'))).toBe(false);
});
