import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesOfCase, readStoredCase } from '../../../src/archive/documents/stored-case.ts';
import { approved, approver } from '../erasure-rig.ts';
import { fingerprint, root } from '../rig.ts';
import { createSealedRig, filesBelow, filesWith, type SealedRig } from './sealed-rig.ts';

const sample = join(root, 'samples/cases/deal-4711');
/** Words of the case, its messages, reasons and lists, which no file of the archive may contain unencrypted. */
const words = [
  'Deal',
  'berg',
  'Ekstr',
  'confirm',
  'terms',
  '701740605',
  '1740605',
  'counsel',
  'notebook',
  'original.eml',
  'list-of-trades',
  'Dealer',
];
const hasAge = existsSync('/usr/bin/age');

let rig: SealedRig;
let archive: string;
let id: string;
let folder: string;
let recordings: readonly string[];
const without = { LONGPLAY_KEYRING: '/nonexistent/keyring' };
const keyed = (): Record<string, string> => ({ LONGPLAY_KEYRING: rig.keyring });

/** Files below the archive that contain a word; README.txt and check.py describe what an archive may hold. */
const showing = (): string[] =>
  filesWith(archive, words).filter((file) => !['README.txt', 'check.py'].includes(file) && !file.endsWith('/README.txt'));
const verified = async (): Promise<unknown[]> => {
  const { code, lines } = await rig.json(['verify', archive], without);
  return [
    code,
    ...lines.flatMap((line) =>
      line.type === 'verdict' && line.verdict !== 'ok' && line.code !== 'V134' ? [`${line.code} ${line.path} ${line.message}`] : [],
    ),
  ];
};

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  for (const [of, ...more] of [
    ['pbx', '--zone', 'Europe/Stockholm'],
    ['board', '--zone', 'UTC'],
  ] as const) {
    const { code, stderr } = await rig.sealed('import', join(sample, of), '--into', archive, '--site', of, '--sealed', ...more);
    expect(code, stderr).toBe(0);
  }
  const made = await rig.json(['case', 'new', archive, '--title', 'Deal 4711 of Åsa Öberg', '--country', '+46', '--due', '2026-01-31'], keyed());
  expect(made.code).toBe(0);
  id = String(made.summary.id);
  folder = join(archive, 'cases', id);
  const { lines } = await rig.json(['list', archive], keyed());
  recordings = lines.flatMap(({ of, value }) => (of === 'recording' ? [(value as { recordingId: string }).recordingId] : []));
  writeFileSync(rig.path('list-of-trades.csv'), 'start;caller;callee\n2025-10-26 10:15:00;46701740605;1001\n2025-10-27 08:00:00;46701740605;1001\n');
});
afterAll(() => rig[Symbol.asyncDispose]());

describe('a case of a sealed archive', () => {
  test('takes recordings, messages, decisions and comparisons, and shows no word of them without a key', async () => {
    const steps: readonly (readonly string[])[] = [
      ['add', archive, id, recordings[0] ?? ''],
      ['add', archive, id, '--correlated'],
      ['add', archive, id, '--party', '+46 70-174 06 05', '--from', '2025-10-26', '--to', '2025-10-27'],
      ['messages', archive, id, join(sample, 'mail/1-confirm.eml'), join(sample, 'mail/2-answer.eml')],
      ['messages', archive, id, join(sample, 'chat.csv'), '--zone', 'Europe/Stockholm'],
      ['compare', archive, id, rig.path('list-of-trades.csv'), '--zone', 'Europe/Stockholm', '--out', rig.path('compared.csv')],
      ['review', archive, id, 'm2', '--state', 'relevant', '--reason', 'as counsel says'],
      ['due', archive, id, '2026-02-28', '--reason', 'the lost notebook'],
      ['timeline', archive, id],
      ['list', archive],
    ];
    for (const step of steps) {
      const { code, stderr } = await rig.sealed('case', ...step);
      expect([step[0], code], stderr).toEqual([step[0], step[0] === 'compare' ? 3 : 0]);
    }
    expect(readFileSync(rig.path('compared.csv'), 'utf8')).toContain('unnamed');
    const { lines } = await rig.json(['case', 'show', archive, id], keyed());
    expect(lines[0]?.value).toMatchObject({
      document: { title: 'Deal 4711 of Åsa Öberg', messages: [{ kind: 'eml' }, { kind: 'eml' }, { kind: 'csv' }] },
    });
    expect(showing()).toEqual([]);
    expect(filesBelow(folder).filter((file) => !file.startsWith('case-'))).toEqual([
      'case.json',
      'comparisons/1/file-1.age',
      ...['1/file-1', '1/file-2', '1/file-3', '2/file-1', '2/file-2', '3/file-1', '3/file-2'].map((name) => `messages/${name}.age`),
    ]);
    expect(await verified()).toEqual([0]);
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).stdout).not.toContain(`cases/${id}`);
  });

  test.skipIf(!hasAge)('has a secret for each of its files, with which age opens it', async () => {
    const stored = readStoredCase(folder);
    if (stored.version === 1) throw new Error('the case is in clear');
    const [mail] = stored.messages;
    const secrets = await rig.secretsIn(mail?.page ?? '', 'messages/1');
    expect(Object.keys(secrets).sort()).toEqual(['commitment', 'file-1', 'file-2', 'file-3']);
    const opened = (file: string, secret = ''): string =>
      execFileSync('age', ['-d', '-i', '-', join(folder, file)], { input: `${secret}\n`, stdio: ['pipe', 'pipe', 'ignore'] }).toString('utf8');
    expect(opened('messages/1/file-1.age', secrets['file-1'])).toBe(readFileSync(join(sample, 'mail/1-confirm.eml'), 'utf8'));
    expect(() => opened('messages/1/file-2.age', secrets['file-1'])).toThrow();
    const own = await rig.secretsIn(stored.document.page, 'case.json');
    expect(JSON.parse(opened(stored.document.file.path, own['case.json']))).toMatchObject({ format: 'longplay-case', version: 1, id });
    // The unencrypted parts show only sizes, digests and the day on which it is due.
    expect(Object.keys(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')))).toEqual([
      'archive',
      'comparisons',
      'deadlines',
      'document',
      'format',
      'id',
      'messages',
      'version',
    ]);
    expect(stored.deadlines).toEqual([expect.objectContaining({ due: '2026-02-28', reason: '', by: null })]);
  });

  test('needs the keyring for each command that reads it; without it the command says so and changes nothing', async () => {
    const before = fingerprint(join(archive, 'cases'));
    for (const args of [
      ['list', archive],
      ['show', archive, id],
      ['timeline', archive, id],
      ['new', archive, '--title', 'x'],
      ['add', archive, id, recordings[0] ?? ''],
      ['remove', archive, id, recordings[0] ?? ''],
      ['review', archive, id, 'm1', '--state', 'relevant', '--reason', 'x'],
      ['due', archive, id, '2026-03-01', '--reason', 'x'],
      ['messages', archive, id, join(sample, 'chat.csv')],
      ['compare', archive, id, rig.path('list-of-trades.csv')],
      ['export', archive, id, '--out', rig.path('never')],
      ['delete', archive, id, '--reason', 'x'],
    ]) {
      const refused = await rig.run(['case', ...args], { env: without });
      expect([args[0], refused.code, refused.stderr]).toEqual([args[0], 2, expect.stringMatching(/K100|K200/)]);
    }
    expect(fingerprint(join(archive, 'cases'))).toEqual(before);
    // That it is due is known without the keyring.
    const watched = await rig.run(['watch', archive], { env: without });
    expect(watched.stdout + watched.stderr).toContain('C190');
  });

  test('has its damage found without any key, by verify and by check.py, and reported when a command reads it', async () => {
    const copy = rig.copyOf(archive, 'damaged');
    rig.forget();
    const at = join(copy, 'cases', id);
    const file = join(at, 'messages/1/file-1.age');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    writeFileSync(join(at, 'messages/2/hidden.txt'), 'x');
    const { code, lines } = await rig.json(['verify', copy], without);
    const found = lines.flatMap((line) => (line.type === 'verdict' && line.verdict !== 'ok' && line.code !== 'V134' ? [[line.code, line.path]] : []));
    expect([code, found]).toEqual([
      4,
      [
        ['C121', `cases/${id}/messages/1/file-1.age`],
        ['C124', `cases/${id}/messages/2/hidden.txt`],
      ],
    ]);
    const python = await rig.exec('python3', [join(copy, 'check.py'), copy]);
    expect([python.code, python.stdout]).toEqual([1, expect.stringContaining(`cases/${id}/messages/1/file-1.age`)]);
    const exported = await rig.sealed('case', 'export', copy, id, '--out', rig.path('damaged-out'));
    expect([exported.code, exported.stderr]).toEqual([4, expect.stringContaining('C121')]);
    const [document = ''] = readdirSync(at).filter((name) => name.startsWith('case-'));
    rmSync(join(at, document));
    expect((await rig.json(['verify', copy], without)).lines.map(({ path }) => path)).toContain(`cases/${id}/${document}`);
    const shown = await rig.sealed('case', 'show', copy, id);
    expect([shown.code, shown.stderr]).toEqual([5, expect.stringContaining('C101')]);
    // The copy has entries of its own in its log.
    rig.forget();
  });

  test('is handed over unencrypted, and longplay and check.py prove every file against the log of sealed digests', async () => {
    const out = rig.path('out');
    const handed = await rig.sealed('case', 'export', archive, id, '--out', out);
    expect([handed.code, handed.stdout], handed.stderr).toEqual([0, expect.stringContaining('IN CLEAR')]);
    expect(readFileSync(join(out, 'data/messages/1/original.eml'))).toEqual(readFileSync(join(sample, 'mail/1-confirm.eml')));
    const key = /(longplay\/\S+)/.exec(readFileSync(join(out, 'cover.txt'), 'utf8'))?.[1] ?? '';
    const checked = await rig.json(['case', 'check', out, '--key', key]);
    expect([checked.code, checked.summary]).toEqual([
      0,
      expect.objectContaining({
        verdict: 'complete',
        custody: expect.objectContaining({ caseAsEntered: true, messageFiles: 3, messageFilesAsEntered: 3 }),
      }),
    ]);
    expect(checked.summary.provedRecordings).toBe(readdirSync(join(out, 'data/recordings')).length);
    const python = await rig.exec('python3', [join(out, 'check.py'), out, '--key', key]);
    expect([python.code, python.stdout]).toEqual([0, expect.stringContaining('COMPLETE')]);
    const [one = ''] = readdirSync(join(out, 'data/recordings'));
    const at = join(out, 'data/recordings', one);
    const proved = readdirSync(at).filter((file) => /^(original|access|source|recording|public|commitment)/.test(file));
    const single = await rig.run(['proof', 'check', join(at, 'proof.tlog-proof'), ...proved.map((file) => join(at, file)), '--key', key]);
    expect([single.code, single.stderr]).toEqual([0, '']);
    // A file exchanged together with its manifests differs from the commitment in the log.
    for (const file of [`data/recordings/${one}/recording.json`, 'data/messages/1/original.eml', 'data/case.json']) {
      const altered = rig.copyOf(out, `altered-${file.length}`);
      writeFileSync(join(altered, file), readFileSync(join(altered, file), 'utf8').replace('2025', '2024'));
      const { code, lines } = await rig.json(['case', 'check', altered, '--key', key]);
      expect([file, code, lines.filter(({ code: said }) => said === 'C147').map(({ place }) => place)]).toEqual([file, 4, [file]]);
      const judged = await rig.exec('python3', [join(altered, 'check.py'), altered, '--key', key]);
      expect([judged.code, judged.stdout]).toEqual([
        1,
        expect.stringMatching(new RegExp(`ALTERED ${file}: (it is not|it differs|recording|its digest|\\S+ is not)[^\\n]*commit`)),
      ]);
    }
    expect(showing()).toEqual([]);
    const steps = readFileSync(join(out, 'README.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('    ') && !line.includes('check.py'))
      .join('\n');
    const shell = await rig.exec('sh', ['-c', `KEY='${key}'\n${steps}`], out);
    expect(shell.stdout.match(/^(?:OK|WRONG) \d/gm)).toEqual(['OK 1', 'OK 2', 'OK 3', 'OK 4', 'OK 5', 'OK 6', 'OK 7', 'OK 8']);
  });

  test.skipIf(!hasAge)('is handed over as a zip that only its recipient opens, with age', async () => {
    const identity = rig.path('recipient.txt');
    execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' });
    const recipient = execFileSync('age-keygen', ['-y', identity]).toString('utf8').trim();
    const out = rig.path('out.zip.age');
    const refused = await rig.sealed('case', 'export', archive, id, '--out', out, '--recipient', `${recipient.slice(0, -1)}!`);
    expect([refused.code, existsSync(out)]).toEqual([2, false]);
    const handed = await rig.sealed('case', 'export', archive, id, '--out', out, '--recipient', recipient);
    expect([handed.code, handed.stdout], handed.stderr).toEqual([0, expect.stringMatching(/age -d -i KEY-FILE -o hand-over\.zip .*out\.zip\.age/)]);
    expect(handed.stdout).not.toContain('IN CLEAR');
    expect([words.some((word) => readFileSync(out).includes(word)), readFileSync(out, 'latin1').startsWith('age-encryption.org/v1\n')]).toEqual([
      false,
      true,
    ]);
    execFileSync('age', ['-d', '-i', identity, '-o', rig.path('hand-over.zip'), out]);
    execFileSync('unzip', ['-tq', rig.path('hand-over.zip')]);
    const key = /(longplay\/\S+)/.exec(readFileSync(rig.path('out/cover.txt'), 'utf8'))?.[1] ?? '';
    const checked = await rig.json(['case', 'check', rig.path('hand-over.zip'), '--key', key]);
    expect([checked.code, checked.summary.verdict]).toEqual([0, 'complete']);
    expect(filesBelow(rig.folder).filter((file) => file.startsWith('.longplay-'))).toEqual([]);
  });

  test('of a data subject request is found with the keyring, put into a case and masked; withheld data are not proved', async () => {
    const asked = await rig.json(['subject', archive, '+46701740605', 'Åsa Öberg', '--country', '+46', '--case', 'Request of Åsa Öberg'], keyed());
    expect(asked.code).toBe(0);
    const made = String(asked.summary.caseId);
    expect((await rig.sealed('case', 'messages', archive, made, join(sample, 'mail/1-confirm.eml'), join(sample, 'mail/2-answer.eml'))).code).toBe(0);
    const decided = await rig.sealed('case', 'decide', archive, made, recordings[0] ?? '', '--is-not', '--reason', 'another voice in the notebook');
    expect([0, 2]).toContain(decided.code);
    const masked = await rig.sealed('case', 'export', archive, made, '--out', rig.path('masked'), '--mask');
    expect([masked.code, existsSync(rig.path('masked/data/sealed-case.json'))], masked.stderr).toEqual([0, false]);
    expect((await rig.sealed('case', 'review', archive, made, 'm2', '--state', 'privileged', '--reason', 'counsel')).code).toBe(0);
    const reduced = await rig.sealed('case', 'export', archive, made, '--out', rig.path('reduced'));
    expect(reduced.code, reduced.stderr).toBe(0);
    expect(Object.keys(JSON.parse(readFileSync(rig.path('reduced/data/commitment-keys.json'), 'utf8')))).toEqual(['messages/1']);
    const key = /(longplay\/\S+)/.exec(readFileSync(rig.path('reduced/cover.txt'), 'utf8'))?.[1] ?? '';
    for (const out of ['masked', 'reduced']) {
      const checked = await rig.json(['case', 'check', rig.path(out), '--key', key]);
      expect([out, checked.code, checked.summary.verdict]).toEqual([out, 0, 'complete']);
      expect((await rig.exec('python3', [rig.path(out, 'check.py'), rig.path(out), '--key', key])).stdout).toContain('COMPLETE');
    }
    expect(showing()).toEqual([]);
    const deleted = await rig.sealed('case', 'delete', archive, made, '--reason', 'answered, see the notebook');
    expect([deleted.code, existsSync(join(archive, 'cases', made)), showing()], deleted.stderr).toEqual([0, false, []]);
    expect(await verified()).toEqual([0]);
  });

  test('has a sealed copy of its last state in a replica, which restores a lost one without a key', async () => {
    expect((await rig.run(['replica', 'add', archive, 'second', rig.path('second')], { env: without })).code).toBe(0);
    expect((await rig.run(['replica', 'sync', archive], { env: without })).code).toBe(0);
    const there = rig.path('second/cases', id);
    expect(filesBelow(there)).toEqual(filesBelow(folder));
    const [before = ''] = readdirSync(there).filter((name) => name.startsWith('case-'));
    expect((await rig.sealed('case', 'due', archive, id, '2026-04-30', '--reason', 'moved again')).code).toBe(0);
    expect((await rig.run(['replica', 'sync', archive], { env: without })).code).toBe(0);
    expect([filesBelow(there), filesBelow(there).includes(before)]).toEqual([filesBelow(folder), false]);
    for (const file of filesOfCase(readStoredCase(there)))
      expect(readFileSync(join(there, file.path))).toEqual(readFileSync(join(folder, file.path)));
    renameSync(folder, rig.path('lost'));
    const repaired = await rig.run(['replica', 'repair', archive], { env: without });
    expect([repaired.code, filesBelow(folder)], repaired.stderr).toEqual([expect.any(Number), filesBelow(rig.path('lost'))]);
    expect((await rig.json(['case', 'show', archive, id], keyed())).summary).toMatchObject({ due: '2026-04-30' });
    expect((await verified())[0]).toBe(0);
  });

  test('is unchanged if a change did not reach the log, and the file of that change is removed with the next one', async () => {
    const [named = ''] = readdirSync(folder).filter((name) => name.startsWith('case-'));
    writeFileSync(join(folder, `case-${'0'.repeat(32)}.json.age`), readFileSync(join(folder, named)));
    expect(await verified()).toEqual([0, expect.stringContaining('C124')]);
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).code).toBe(0);
    expect((await rig.sealed('case', 'due', archive, id, '2026-05-31', '--reason', 'once more')).code).toBe(0);
    expect([filesBelow(folder).filter((name) => name.startsWith('case-')).length, await verified()]).toEqual([1, [0]]);
  });

  test('keeps of an erased recording only the fact of its erasure', async () => {
    process.env.LONGPLAY_KEYRING = rig.keyring;
    try {
      await approver(rig, archive);
      const request = await approved(rig, archive, [recordings[0] ?? '']);
      expect(await rig.sealed('erase', 'run', archive)).toMatchObject({ code: 0 });
      const shown = await rig.sealed('case', 'show', archive, id);
      expect(shown.stdout).toMatch(new RegExp(`1 recording erased\\n.*request ${request}`));
      expect(shown.stdout).not.toContain(recordings[0]);
    } finally {
      delete process.env.LONGPLAY_KEYRING;
    }
  });
});
