import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, holding, judgeCertificate } from './erasure-rig.ts';
import { chat, gone, kept, messageFiles, vcon, writeMessageFiles } from './message-files.ts';
import { copyFolder } from './rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  for (const kind of ['open', 'sealed']) {
    const how = ['--into', kind, '--zone', 'Europe/Stockholm', '--no-keep-tables', `--${kind}`];
    expect((await run('import', asterisk.folder, ...how)).code).toBe(0);
    expect((await run('erase', 'make-key', `${kind}.pem`)).code).toBe(0);
    expect((await run('erase', 'add-approver', kind, `${kind}.pem`, '--name', 'anna')).code).toBe(0);
  }
  writeMessageFiles(rig);
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Opens a case with messages of every kind. @returns its id */
async function opened(archive: string): Promise<string> {
  const { summary } = await rig.json(['case', 'new', archive, '--title', 'Deal']);
  const id = String(summary.id);
  for (const name of messageFiles) expect((await run('case', 'messages', archive, id, rig.path(name), '--zone', 'Europe/Stockholm')).code).toBe(0);
  return id;
}

/** Returns the texts of messages in the timeline of a case, by key. */
async function messagesIn(archive: string, id: string): Promise<Readonly<Record<string, string>>> {
  const { lines } = await rig.json(['case', 'timeline', archive, id]);
  const rows = lines.flatMap(({ value }) => {
    const { key, text } = (value ?? {}) as { key?: string; text?: string }; // as it is listed
    return key?.startsWith('m') === true ? [[key, String(text)] as const] : [];
  });
  return Object.fromEntries(rows);
}

test.each(['open', 'sealed'] as const)(
  'a replica that is away owes the erasure of messages until it has followed, in an archive that is %s',
  async (kind) => {
    const id = await opened(kind);
    expect((await run('replica', 'add', kind, 'tape', rig.path(`tape-${kind}`))).code).toBe(0);
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    renameSync(rig.path(`tape-${kind}`), rig.path('shelf'));
    const request = await approved(rig, kind, ['--message', `${id}:m1-3`], `${kind}.pem`);
    const done = await rig.json(['erase', 'run', kind]);
    expect([done.code, done.summary]).toEqual([3, expect.objectContaining({ requests: 1, messages: 1, owing: ['tape'] })]);
    /** Returns whether status, watch, list and certificate say that the replica owes the erasure. */
    const owing = async (out: string): Promise<readonly boolean[]> => {
      const status = await rig.json(['erase', 'status', kind]);
      const watched = await run('watch', kind);
      const { lines } = await rig.json(['replica', 'list', kind]);
      const tape = lines.map(({ value }) => (value ?? {}) as { name?: string; owesSince?: string | null }).find(({ name }) => name === 'tape'); // as it is listed
      expect((await run('erase', 'certificate', kind, request, '--out', rig.path(out))).code).toBe(0);
      const certificate = JSON.parse(readFileSync(rig.path(out, 'certificate.json'), 'utf8')) as { owing: string[]; finalAt: string | null }; // as it was written
      expect(certificate.owing.length === 0 || certificate.finalAt === null).toBe(true);
      return [
        status.summary.owing === 1,
        /E120 tape: owes the erasure of recordings or messages/.test(watched.stdout),
        typeof tape?.owesSince === 'string',
        certificate.owing[0] === 'tape',
      ];
    };
    expect(await owing(`owing-${kind}`)).toEqual([true, true, true, true]);
    renameSync(rig.path('shelf'), rig.path(`tape-${kind}`));
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    expect(await owing(`followed-${kind}`)).toEqual([false, false, false, false]);
    expect(readdirSync(rig.path(`tape-${kind}`, 'cases', id, 'messages')).sort()).toEqual(
      readdirSync(rig.path(kind, 'cases', id, 'messages')).sort(),
    );
    expect((await run('replica', 'remove', kind, 'tape')).code).toBe(0);
  },
);

describe.each(['open', 'sealed'] as const)('a message of a case, in an archive that is %s', (kind) => {
  let id: string;
  let request: string;

  test('is erased alone: from a table, a vCon, and as a mail; its neighbours stay, and replicas follow', async () => {
    id = await opened(kind);
    const before = await messagesIn(kind, id);
    expect(Object.keys(before).sort()).toEqual(['m1-2', 'm1-3', 'm1-4', 'm2-1', 'm2-2', 'm3-1', 'm4-1']);
    expect((await run('case', 'export', kind, id, '--out', `handed-${kind}`)).code).toBeLessThan(4);
    expect((await run('replica', 'add', kind, 'nas', rig.path(`nas-${kind}`))).code).toBe(0);
    expect((await run('replica', 'sync', kind)).code).toBe(0);
    cpSync(rig.path(kind, 'cases', id), rig.path(`old-${kind}`), { recursive: true });
    request = await approved(rig, kind, ['--message', `${id}:m1-3`, `${id}:m2-2`, `${id}:m3`], `${kind}.pem`);
    // What killed runs left: a file of messages that was being added, or copied.
    for (const where of [kind, `nas-${kind}`]) {
      const draft = rig.path(where, 'cases', id, 'messages/.longplay-tmp-018f0000-0000-8000-8000-000000000001');
      mkdirSync(draft);
      writeFileSync(join(draft, 'original.eml'), 'scarlet');
    }
    const done = await run('erase', 'run', kind);
    expect([done.code, done.stderr, done.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`E129 log entry \\d+: hand-over 1 of case ${id}`)),
      expect.stringContaining('Erased 3 messages from cases.'),
    ]);
    expect(await messagesIn(kind, id)).toEqual({ 'm4-1': before['m4-1'], 'm5-2': before['m1-2'], 'm5-4': before['m1-4'], 'm6-1': before['m2-1'] });
    for (const where of [kind, `nas-${kind}`]) {
      const folder = rig.path(where, 'cases', id);
      expect(readdirSync(join(folder, 'messages')).sort()).toEqual(['4', '5', '6']);
      expect(holding(folder, kind === 'open' ? gone : [...gone, ...kept])).toEqual([]);
    }
    if (kind === 'open') {
      const folder = rig.path(kind, 'cases', id, 'messages');
      expect(readFileSync(join(folder, '5/original.csv'), 'utf8')).toBe(chat.replace(/[^\r\n]*violet[^\r\n]*/, ''));
      const left = readFileSync(join(folder, '6/original.vcon'), 'utf8');
      expect(left).toContain(vcon.slice(vcon.indexOf('"dialog"'), vcon.indexOf(',\n    { "type": "text", "start": "2026-03-02T09:01')));
      expect(await rig.exec('jq', ['-c', '[.parties, .dialog[1], .analysis[1], .dialog[0].body]', join(folder, '6/original.vcon')])).toMatchObject({
        stdout: '[[{"tel":"tel:+46846500401"},{}],{},{},"the copper bell"]\n',
      });
    }
    const shown = await run('case', 'show', kind, id);
    expect(shown.stdout).toMatch(new RegExp(`3 messages erased\\n *m1-3 .*request ${request}`));
    expect(await run('erase', 'run', kind)).toMatchObject({ code: 0, stderr: '' });
    const verified = await run('verify', kind, '--play');
    expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringMatching(/[CE]1\d\d/)]);
    expect((await run('replica', 'verify', kind)).code).toBe(0);
  });

  test('has a certificate that foreign programs check, and the case is handed over without it', async () => {
    expect((await run('erase', 'certificate', kind, request, '--out', `certificate-${kind}`)).code).toBe(0);
    const certificate = JSON.parse(readFileSync(rig.path(`certificate-${kind}`, 'certificate.json'), 'utf8')) as Record<string, unknown>; // as it was written
    expect([certificate.method, (certificate.messageMarks as unknown[]).length, (certificate.copies as unknown[]).length]).toEqual(
      kind === 'open' ? ['clear: cases written again without the messages', 3, 0] : ['purge: cryptographic erase', 3, 2],
    );
    await judgeCertificate(rig, kind, rig.path(`certificate-${kind}`));
    expect(await run('case', 'export', kind, id, '--out', `supplement-${kind}`, '--supplement', '1')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('C184'),
    });
    expect((await run('case', 'export', kind, id, '--out', `again-${kind}`)).code).toBeLessThan(4);
    expect(holding(rig.path(`again-${kind}`), gone)).toEqual([]);
    const { stdout: key } = await run('log', 'public-key', kind);
    expect((await run('case', 'check', rig.path(`again-${kind}`), '--key', key.trim())).code).toBe(0);
  });

  test('does not come back: with its file, with a backup of the case, or in the old copy', async () => {
    const again = await run('case', 'messages', kind, id, rig.path('chat.csv'), rig.path('scarlet.eml'), '--zone', 'Europe/Stockholm');
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/E134 chat\.csv: 1 message was left out[\s\S]*E134 scarlet\.eml/)]);
    expect(Object.keys(await messagesIn(kind, id)).sort()).toEqual(['m4-1', 'm5-2', 'm5-4', 'm6-1']);
    copyFolder(rig.path(`old-${kind}`), rig.path('restored'));
    rmSync(rig.path(kind, 'cases', id), { recursive: true });
    copyFolder(rig.path('restored'), rig.path(kind, 'cases', id));
    rmSync(rig.path('restored'), { recursive: true });
    for (const play of [[], ['--play']]) {
      const found = await run('verify', kind, ...play);
      expect([found.code, found.stdout]).toEqual([
        4,
        expect.stringMatching(/C125 .*; what was erased from the case since may be in it again; to restore .*repair/),
      ]);
      // The erasure has its entry.
      expect(found.stdout).not.toContain('E114');
    }
    expect((await run('erase', 'run', kind)).code).toBe(0);
    if (kind === 'open') {
      expect(holding(rig.path(kind, 'cases', id), gone)).toEqual([]);
      expect(await run('verify', kind)).toMatchObject({ code: 0 });
    } else {
      for (const [command = '', ...more] of [['show'], ['timeline'], ['due', '2099-01-31', '--reason', 'x'], ['export', '--out', 'never']]) {
        const refused = await run('case', command, kind, id, ...more);
        expect([command, refused.code, refused.stderr]).toEqual([
          command,
          5,
          expect.stringMatching(
            /C125 .*has what was erased from the case since; its secrets were destroyed[\s\S]*replica repair ARCHIVE; if no copy has it: longplay case delete/,
          ),
        ]);
      }
      expect((await run('replica', 'repair', kind)).code).toBe(0);
      expect((await run('case', 'show', kind, id)).code).toBe(0);
      expect((await run('verify', kind, '--play')).code).toBe(0);
    }
  });
});

test('a recording is erased although messages name it: they go with it, and their neighbours stay', async () => {
  const { lines } = await rig.json(['list', 'open', '--text', '46701740608']);
  const recording = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
  const { summary } = await rig.json(['case', 'new', 'open', '--title', 'Deal']);
  const id = String(summary.id);
  writeFileSync(rig.path('named.csv'), chat.replace('violet', `violet ${recording}`));
  expect((await run('case', 'messages', 'open', id, rig.path('named.csv'), '--zone', 'Europe/Stockholm')).code).toBe(0);
  const held = await rig.json(['hold', 'add', 'open', '--case', id, '--reason', 'a lawsuit']);
  expect(held.code).toBe(0);
  const asked = await run('erase', 'request', 'open', recording, '--ground', 'error', '--reason', 'x');
  expect(asked.stderr).toContain(`E133 cases/${id}/messages/1: messages in it name 1 recording of the request, and are erased with it`);
  await approved(rig, 'open', [recording], 'open.pem');
  await approved(rig, 'open', ['--message', `${id}:m1-2`], 'open.pem');
  expect(await run('erase', 'run', 'open')).toMatchObject({ code: 3, stderr: expect.stringMatching(/E111 [0-9a-f-]{36}[\s\S]*E111 cases/) });
  expect(existsSync(rig.path('open/cases', id, 'messages/1'))).toBe(true);
  expect((await run('hold', 'release', 'open', String(held.summary.id), '--reason', 'over')).code).toBe(0);
  expect((await run('erase', 'run', 'open')).code).toBe(0);
  expect(holding(rig.path('open/cases', id), [recording, 'violet', 'amber'])).toEqual([]);
  expect(Object.values(await messagesIn('open', id))).toEqual(['the green, quiet door']);
  expect((await run('verify', 'open')).code).toBe(0);
});

test('messages that cannot be erased alone: unknown keys are refused, and a damaged file leaves the request due', async () => {
  const id = await opened('open');
  for (const wrong of [`${id}:m1-99`, `${id}:m9`, 'nothing', 'm1-2'])
    expect((await run('erase', 'request', 'open', '--message', wrong, '--ground', 'error', '--reason', 'x')).stderr).toMatch(/E132/);
  await approved(rig, 'open', ['--message', `${id}:m1-3`], 'open.pem');
  const file = rig.path('open/cases', id, 'messages/1/original.csv');
  writeFileSync(file, chat.replace('amber', 'ember'));
  expect(await run('erase', 'run', 'open')).toMatchObject({ code: 3, stderr: expect.stringContaining('messages/1/original.csv is damaged') });
  writeFileSync(file, chat);
  expect(await run('erase', 'run', 'open')).toMatchObject({ code: 0 });
});

test('files of erased messages that exist again are an alarm, in replicas too; a run removes them, also before it executes what a stopped run began', async () => {
  const [id, other] = [await opened('open'), await opened('open')];
  expect((await run('replica', 'sync', 'open')).code).toBe(0);
  const folder = rig.path('open/cases', id);
  const copy = rig.path('nas-open/cases', id);
  cpSync(folder, rig.path('earlier'), { recursive: true, preserveTimestamps: true });
  const layBack = (set: string, into: string): void => cpSync(rig.path('earlier', set), join(into, set), { recursive: true });
  await approved(rig, 'open', ['--message', `${id}:m1-3`, `${id}:m2-2`, `${other}:m1-3`], 'open.pem');
  const damaged = rig.path('open/cases', other, 'messages/1/original.csv');
  writeFileSync(damaged, chat.replace('amber', 'ember'));
  expect(await run('erase', 'run', 'open')).toMatchObject({ code: 3, stderr: expect.stringContaining('E131') });
  writeFileSync(damaged, chat);
  // A run that was killed after it replaced case.json leaves these folders, and the request due.
  for (const set of ['messages/1', 'messages/2']) layBack(set, folder);
  expect(await run('verify', 'open')).toMatchObject({ code: 0, stdout: expect.stringContaining(`C124 cases/${id}/messages/2/original.vcon`) });
  const done = await run('erase', 'run', 'open');
  expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/Removed 2 folders of erased files from cases\.\n1 request was executed\./)]);
  expect(holding(folder, ['violet', 'crimson'])).toEqual([]);
  layBack('messages/1', folder);
  const back = await run('verify', 'open');
  expect([back.code, back.stdout]).toEqual([4, expect.stringContaining(`E109 cases/${id}/messages/1: was erased and exists again`)]);
  const again = await run('erase', 'run', 'open');
  expect([again.code, again.stdout.trim()]).toEqual([0, 'Removed 1 folder of erased files from cases.']);
  expect(readdirSync(join(folder, 'messages')).sort()).toEqual(['3', '4', '5', '6']);
  expect((await run('verify', 'open')).code).toBe(0);
  expect((await run('erase', 'run', 'open')).stdout).toContain('No request is due.');
  // The replica, which has followed, is restored from before the erasure.
  expect((await run('replica', 'verify', 'open')).code).toBe(0);
  rmSync(copy, { recursive: true });
  cpSync(rig.path('earlier'), copy, { recursive: true, preserveTimestamps: true });
  const restored = await run('replica', 'verify', 'open');
  expect([restored.code, restored.stdout]).toEqual([
    4,
    expect.stringMatching(
      new RegExp(`E109 nas:cases/${id}/messages/1: was erased .*longplay replica sync ARCHIVE nas\\n[\\s\\S]*/messages/2: was erased`),
    ),
  ]);
  expect((await run('replica', 'sync', 'open')).code).toBe(0);
  expect(holding(copy, ['violet', 'crimson'])).toEqual([]);
  expect((await run('replica', 'verify', 'open')).code).toBe(0);
});

test('a case whose page two persons acknowledged as lost stops no erasure; messages of it that are to be erased stay due until it is deleted', async () => {
  const [lost, other] = [await opened('sealed'), await opened('sealed')];
  await approved(rig, 'sealed', ['--message', `${lost}:m1-3`], 'sealed.pem');
  await approved(rig, 'sealed', ['--message', `${other}:m1-3`], 'sealed.pem');
  const { document } = JSON.parse(readFileSync(rig.path('sealed/cases', lost, 'case.json'), 'utf8')) as { document: { page: string } }; // as it was written
  for (const pages of [join(rig.keyring, 'pages'), rig.path('keyring-copy/pages')])
    for (const name of readdirSync(pages)) if (name.startsWith(document.page)) rmSync(join(pages, name));
  expect(await run('erase', 'run', 'sealed')).toMatchObject({ code: 5, stderr: expect.stringContaining('K103') });
  const { code, summary } = await rig.json(['keyring', 'report-loss', 'sealed', '--reason', 'disks gone']);
  expect(code).toBe(0);
  expect((await run('keyring', 'approve-loss', 'sealed', String(summary.request), '--key-file', 'sealed.pem')).code).toBe(0);
  const done = await run('erase', 'run', 'sealed');
  expect([done.code, done.stderr, done.stdout]).toEqual([
    3,
    expect.stringContaining(`K203 cases/${lost}: no copy of the keyring has its secrets, as two persons acknowledged`),
    expect.stringContaining('1 request was executed.'),
  ]);
  expect(Object.keys(await messagesIn('sealed', other))).not.toContain('m1-3');
  const { lines } = await rig.json(['list', 'sealed']);
  const recording = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
  await approved(rig, 'sealed', [recording], 'sealed.pem');
  expect(await run('erase', 'run', 'sealed')).toMatchObject({ code: 3, stdout: expect.stringContaining('Erased 1 recording from 1 bag.') });
  expect((await run('case', 'delete', 'sealed', lost, '--reason', 'nobody can open it')).code).toBe(0);
  expect((await run('erase', 'run', 'sealed')).code).toBe(0);
});

test.each(['open', 'sealed'] as const)(
  'a repair from a replica that has not followed brings no erased message back; what else the case had is restored by the steps that it names: %s',
  async (kind) => {
    const id = await opened(kind);
    const [folder, tape] = [rig.path(kind, 'cases', id), rig.path(`behind-${kind}`)];
    expect((await run('replica', 'add', kind, 'behind', tape)).code).toBe(0);
    expect((await run('replica', 'sync', kind, 'behind')).code).toBe(0);
    renameSync(tape, rig.path('shelf'));
    await approved(rig, kind, ['--message', `${id}:m1-3`, `${id}:m2-2`, `${id}:m3`], `${kind}.pem`);
    expect((await run('erase', 'run', kind)).code).toBe(3);
    renameSync(rig.path('shelf'), tape);
    // The archive loses the case, and every other copy of it.
    cpSync(folder, rig.path('whole'), { recursive: true, preserveTimestamps: true });
    rmSync(folder, { recursive: true });
    for (const dryRun of [['--dry-run'], []]) {
      const repaired = await run('replica', 'repair', kind, 'behind', ...dryRun);
      expect([repaired.code, repaired.stderr]).toEqual([4, expect.stringMatching(/R131 cases\/\S+: .* has what was erased from the case since/)]);
      expect(existsSync(folder)).toBe(false);
      if (dryRun.length > 0) continue;
      const steps = /To (?:restore the rest of it|end this alarm): (.*)/.exec(repaired.stderr)?.[1] ?? '';
      if (kind === 'sealed') expect(steps).toBe(`longplay case forget ${rig.path(kind)} ${id} --reason TEXT`);
      else {
        const [byHand = '', last = ''] = steps.split(/; (?=longplay)/);
        expect((await rig.exec('bash', ['-ec', byHand])).code).toBe(0);
        expect((await run(...last.split(' ').slice(1))).code).toBe(0);
        expect(holding(folder, gone)).toEqual([]);
        expect(Object.values(await messagesIn(kind, id)).sort()).toEqual([
          'the amber lamp',
          'the copper bell',
          'the green, quiet door',
          expect.stringContaining('white'),
        ]);
        expect((await run('verify', kind)).code).toBe(0);
      }
    }
    if (kind === 'sealed') {
      cpSync(rig.path('whole'), folder, { recursive: true, preserveTimestamps: true });
      expect((await run('replica', 'sync', kind, 'behind')).code).toBe(0);
      expect(await run('replica', 'repair', kind, 'behind')).toMatchObject({ code: 0 });
    }
    rmSync(rig.path('whole'), { recursive: true });
    expect((await run('replica', 'remove', kind, 'behind')).code).toBe(0);
  },
);

test.each(['open', 'sealed'] as const)(
  'a replica on which a sync leaves a case behind goes on owing the erasure, and follows once the case is whole; a deleted case goes from it: %s',
  async (kind) => {
    const [id, deleted] = [await opened(kind), await opened(kind)];
    const [folder, tape] = [rig.path(kind, 'cases', id), rig.path(`left-${kind}`)];
    expect((await run('replica', 'add', kind, 'left', tape)).code).toBe(0);
    expect((await run('replica', 'sync', kind, 'left')).code).toBe(0);
    renameSync(tape, rig.path('shelf'));
    await approved(rig, kind, ['--message', `${id}:m1-3`, `${deleted}:m1-3`], `${kind}.pem`);
    expect((await run('erase', 'run', kind)).code).toBe(3);
    expect((await run('case', 'delete', kind, deleted, '--reason', 'opened twice')).code).toBe(0);
    renameSync(rig.path('shelf'), tape);
    const synced = async (): Promise<readonly [boolean, string]> => {
      const { code, stderr } = await run('replica', 'sync', kind, 'left');
      expect((await rig.json(['erase', 'status', kind])).summary.owing).toBe(code === 0 ? 0 : 1);
      return [code === 0, stderr];
    };
    // Altered in the archive, then in the replica.
    for (const [file, code] of [
      [join(folder, 'case.json'), 'R149'],
      [join(tape, 'cases', id, 'case.json'), 'R150'],
    ] as const) {
      const whole = readFileSync(file, 'utf8');
      writeFileSync(file, `${whole} `);
      expect(await synced(), code).toEqual([
        false,
        expect.stringMatching(new RegExp(`E121 left:cases/${id}: may have what was erased[\\s\\S]*E120 left`)),
      ]);
      expect((await run('replica', 'sync', kind, 'left')).stderr).toContain(code);
      writeFileSync(file, whole);
    }
    expect(existsSync(join(tape, 'cases', deleted))).toBe(false);
    expect(await synced()).toEqual([true, '']);
    expect(readdirSync(join(tape, 'cases', id, 'messages')).sort()).toEqual(readdirSync(join(folder, 'messages')).sort());
    expect((await run('replica', 'verify', kind, 'left')).code).toBe(0);
    expect((await run('replica', 'remove', kind, 'left')).code).toBe(0);
  },
);

// The last test of the file: afterwards the log of the archive lacks what this machine has seen.
test('an archive that is restored with its log from a replica that has not followed is reported, and the next run erases the messages again', async () => {
  const id = await opened('open');
  const tape = rig.path('last');
  expect((await run('replica', 'add', 'open', 'last', tape)).code).toBe(0);
  expect((await run('replica', 'sync', 'open', 'last')).code).toBe(0);
  renameSync(tape, rig.path('shelf'));
  await approved(rig, 'open', ['--message', `${id}:m1-3`], 'open.pem');
  expect((await run('erase', 'run', 'open')).code).toBe(3);
  for (const name of readdirSync(rig.path('open'))) if (name !== 'bags') rmSync(rig.path('open', name), { recursive: true });
  renameSync(rig.path('shelf'), tape);
  const repaired = await run('replica', 'repair', 'open', '--from', tape);
  // Other registered replicas were not asked and may have the lost entries; here they are lost as well.
  expect([repaired.code, repaired.stderr]).toEqual([
    5,
    expect.stringMatching(/E109 log: lacks \d+ erasures? that this machine remembers[\s\S]*L132/),
  ]);
  for (const name of ['tape', 'nas', 'behind', 'left']) rmSync(rig.path(`${name}-open`), { recursive: true, force: true });
  expect((await run('log', 'remember', 'open', '--lost')).code).toBe(4);
  expect((await run('replica', 'repair', 'open', '--from', tape)).code).toBe(4);
  expect(holding(rig.path('open/cases', id), ['violet'])).not.toEqual([]);
  const again = await run('erase', 'run', 'open');
  expect(holding(rig.path('open/cases', id), ['violet']), again.stderr + again.stdout).toEqual([]);
});
