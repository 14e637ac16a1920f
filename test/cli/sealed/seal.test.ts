import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bagType, makingOf } from '../../../src/archive/bag/info.ts';
import { readStoredCase } from '../../../src/archive/documents/stored-case.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { bagitPythonSays, hasBagitPython } from '../../archive/bagit-judge.ts';
import { amending } from '../../faults/writers.ts';
import { type Authority, makeAuthority } from '../../log/authority.ts';
import { goJudge, hasGoJudge } from '../../log/go-judge.ts';
import { asterisk, createSealedRig, filesBelow, filesWith, recordingFolders, type SealedRig } from './sealed-rig.ts';

/** Numbers and names of the calls, and words of the note, the hold, the case, its message and the later table, which the sealed archive must not show. */
const words = [...asterisk.words, 'Heard terms', 'counsel wants', 'Deal 4711', 'trader@example.org', 'Settled by noon', 'original.eml', 'anna'];
const mail =
  'From: trader@example.org\r\nTo: desk@example.org\r\nDate: Sun, 26 Oct 2025 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: a deal\r\n\r\nSettled by noon.\r\n';

/** Parts of the PCM of the source that are not silence. */
const sound = filesBelow(asterisk.folder)
  .filter((file) => file.endsWith('.wav'))
  .map((file) => readFileSync(join(asterisk.folder, file)).subarray(8_000, 8_064))
  .filter((part) => new Set(part).size > 8);

/** Returns files that contain a word or sound. README.txt and check.py describe what an archive may hold. */
function readable(folder: string): string[] {
  const loud = filesBelow(folder).filter((file) => sound.some((part) => readFileSync(join(folder, file)).includes(part)));
  return [...new Set([...filesWith(folder, words), ...loud])].filter((file) => basename(file) !== 'README.txt' && file !== 'check.py');
}

describe('an open archive that is sealed', () => {
  let rig: SealedRig;
  let archive: string;
  let recordings: readonly string[];
  let caseId: string;
  /** The rows of its list, its bags, its checkpoint and a proof, before the sealing. */
  let rows: readonly string[];
  let bags: readonly string[];
  let checkpoint: string;
  /** Who stamped its log, and the files of stamps and witnesses with the digests that they had before. */
  let authority: Authority;
  let evidence: readonly string[];

  const well = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code], stdout + stderr).toEqual([args.join(' '), 0]);
    return stdout;
  };
  const without = { env: { LONGPLAY_KEYRING: '/nonexistent/keyring' } };
  /** Runs a command that finds nothing wrong, and ends with 3, because a replica still owes the sealing. */
  const owed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code, stdout + stderr]).toEqual([args.join(' '), 3, expect.stringMatching(/K218\D*far/)]);
    return stdout;
  };
  /** Everything else that an archive holds unencrypted before it is sealed; copies are in `open/`. */
  const around = ['reports', 'cases', 'viewer', 'catalog.sqlite'];
  const evidenceOf = (folder: string): string[] =>
    ['stamps', 'witness'].flatMap((part) =>
      filesBelow(join(folder, 'log', part)).map((file) => `${part}/${file} ${sha256Hex(readFileSync(join(folder, 'log', part, file)))}`),
    );
  const listed = async (): Promise<string[]> => (await well('list', archive, '--json')).split('\n').filter((line) => line.includes('"result"'));
  const bagsIn = (folder: string): string[] =>
    filesBelow(join(folder, 'bags'))
      .filter((file) => file.endsWith('/bagit.txt'))
      .map((file) => file.slice(0, -'/bagit.txt'.length));

  beforeAll(async () => {
    rig = await createSealedRig();
    archive = rig.path('archive');
    await well('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--open');
    await well(...amending(archive));
    rows = await listed();
    recordings = rows.map((row) => String((JSON.parse(row) as { value: { recordingId: string } }).value.recordingId));
    await well('note', 'add', archive, recordings[0] ?? '', 'Heard terms');
    await well('hold', 'add', archive, '--all', '--reason', 'counsel wants it', '--as', 'anna');
    caseId = String(
      (
        JSON.parse((await well('case', 'new', archive, '--title', 'Deal 4711', '--country', '+46', '--json')).trim().split('\n').at(-1) ?? '{}') as {
          id: string;
        }
      ).id,
    );
    writeFileSync(rig.path('message.eml'), mail);
    await well('case', 'add', archive, caseId, recordings[0] ?? '');
    await well('case', 'messages', archive, caseId, rig.path('message.eml'));
    writeFileSync(rig.path('trades.csv'), 'start;caller;callee\n2025-10-26 10:15:00;46701740605;1001\n2025-10-27 08:00:00;46701740605;1001\n');
    expect((await rig.sealed('case', 'compare', archive, caseId, rig.path('trades.csv'), '--zone', 'UTC')).code).toBeLessThan(4);
    await well('viewer', archive);
    authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
    const { program, args } = authority.program('2026-02-02 12:00:00');
    const stamped = await rig.run(['log', 'stamp', archive, '--roots', authority.rootFile, '--tsa', program, ...args], {
      env: { SOURCE_DATE_EPOCH: String(Date.parse('2026-02-02T12:00:00Z') / 1_000), LONGPLAY_KEYRING: rig.keyring },
    });
    expect(stamped.code, stamped.stdout + stamped.stderr).toBe(0);
    const signature = `— witness.example ${Buffer.alloc(76, 7).toString('base64')}`;
    await well('log', 'publish', archive, '--command', 'sh', '--', '-c', `cat; echo "${signature}"`);
    evidence = evidenceOf(archive);
    expect(evidence).toHaveLength(4);
    for (const name of ['near', 'far']) await well('replica', 'add', archive, name, rig.path(name));
    await well('replica', 'sync', archive);
    await well('proof', 'make', archive, recordings[0] ?? '', '--revision', '1', '--out', rig.path('before.tlog-proof'));
    cpSync(rig.path('archive/bags'), rig.path('open-bags'), { recursive: true });
    for (const part of [...around, 'longplay.json']) cpSync(join(archive, part), rig.path('open', part), { recursive: true });
    bags = bagsIn(archive);
    checkpoint = rig.path('before.checkpoint');
    cpSync(join(archive, 'log/checkpoint'), checkpoint);
    // Disconnected while the archive is sealed.
    renameSync(rig.path('far'), rig.path('shelf'));
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test('needs a keyring and a confirmation, and changes nothing without them', async () => {
    const before = readFileSync(join(archive, 'longplay.json'), 'utf8');
    const keyless = await rig.run(['seal', archive, '--yes'], without);
    expect([keyless.code, keyless.stderr]).toEqual([2, expect.stringContaining('K100')]);
    const unasked = await rig.sealed('seal', archive);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('U315')]);
    expect(readFileSync(join(archive, 'longplay.json'), 'utf8')).toBe(before);
    expect(readable(archive).length).toBeGreaterThan(20);
  });

  test('keeps ids, bags and log, shows nothing of a call any more, and lists what still holds calls unencrypted', async () => {
    const sealed = await rig.sealed('seal', archive, '--yes', '--json');
    const summary = JSON.parse(sealed.stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    expect([sealed.code, summary.bags, summary.left, summary.isSealed, summary.owing], sealed.stdout + sealed.stderr).toEqual([
      3,
      bags.length,
      0,
      true,
      ['far'],
    ]);
    expect(sealed.stdout).toContain('"K218"');
    expect(bagsIn(archive)).toEqual(bags);
    expect(bags.every((bag) => makingOf(join(archive, 'bags', bag)) !== null)).toBe(true);
    expect([readable(archive), readable(rig.path('near'))]).toEqual([[], []]);
    expect(readdirSync(join(archive, 'jobs'))).toEqual([]);
    expect(existsSync(join(archive, 'viewer'))).toBe(false);
    expect(JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8'))).not.toHaveProperty('salt');
    expect(await listed()).toEqual(rows);
    const again = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm');
    expect([again.code, again.stdout], again.stderr).toEqual([0, expect.stringContaining('Nothing new')]);
  });

  test.skipIf(!hasBagitPython)('has valid bags by bagit-python, in the archive and in a replica', () => {
    for (const folder of [archive, rig.path('near')]) expect(bagitPythonSays(bags.map((bag) => join(folder, 'bags', bag)))).toBe('');
  });

  test('verifies with and without keys, and independent judges accept it: sha256sum and check.py', async () => {
    const keyless = await rig.run(['verify', archive], without);
    expect([keyless.code, keyless.stdout], keyless.stderr).toEqual([3, expect.not.stringMatching(/corrupt|missing|K21/)]);
    await owed('verify', archive, '--play', '--originals');
    await well('replica', 'verify', archive, 'near');
    for (const folder of [archive, rig.path('near')]) {
      const judged = await rig.exec('python3', [join(folder, 'check.py'), '--since', checkpoint]);
      expect([judged.code, judged.stdout], judged.stderr).toEqual([0, expect.stringContaining('Everything that was checked is OK.')]);
      for (const bag of bags)
        for (const algorithm of ['sha256', 'sha512']) {
          const listing = await rig.exec(
            `${algorithm}sum`,
            ['--strict', '--quiet', '-c', `manifest-${algorithm}.txt`, `tagmanifest-${algorithm}.txt`],
            join(folder, 'bags', bag),
          );
          expect([bag, listing.code, listing.stderr]).toEqual([bag, 0, '']);
        }
    }
  });

  test('continues its log: earlier proofs, time stamps and signatures of witnesses stay valid, according to openssl and another implementation of the log', async () => {
    const key = (await well('log', 'public-key', archive)).trim();
    for (const folder of [archive, rig.path('near')]) {
      expect(evidenceOf(folder)).toEqual(evidence);
      const stamps = join(folder, 'log/stamps');
      const [stamp = ''] = readdirSync(stamps).filter((file) => file.endsWith('.checkpoint'));
      const files = ['-data', stamp, '-in', stamp.replace('.checkpoint', '.tsr'), '-CAfile', authority.rootFile];
      const at = String(Date.parse('2026-02-02T12:00:00Z') / 1_000);
      const opened = await rig.exec('openssl', ['ts', '-verify', ...files, '-attime', at], stamps);
      expect([opened.code, opened.stdout + opened.stderr]).toEqual([0, expect.stringContaining('Verification: OK')]);
      if (hasGoJudge) expect(goJudge('log', join(folder, 'log'), key)).toMatch(/^RIGHT \d+ entries$/);
    }
    const [witness = ''] = filesBelow(join(archive, 'log/witness'));
    for (const since of [checkpoint, join(archive, 'log/witness', witness)]) await well('log', 'verify', archive, '--since', since);
    expect(await well('log', 'verify', archive, '--roots', authority.rootFile)).toMatch(/time stamp/);
    if (hasGoJudge) {
      const extra = /^extra (\S+)$/m.exec(readFileSync(rig.path('before.tlog-proof'), 'utf8'))?.[1] ?? '';
      writeFileSync(rig.path('entry'), (JSON.parse(Buffer.from(extra, 'base64').toString('utf8')) as { entry: string }).entry); // what a proof has
      expect(goJudge('proof', rig.path('before.tlog-proof'), key, rig.path('entry'))).toMatch(/^RIGHT entry \d+ of \d+$/);
    }
    const documents = filesBelow(rig.path('open-bags')).filter((file) => file.endsWith(`${recordings[0]}/recording.json`));
    const at = documents.find((file) => !readFileSync(join(rig.path('open-bags'), file), 'utf8').includes('"amends"')) ?? '';
    const proved = await rig.sealed('proof', 'check', rig.path('before.tlog-proof'), join(rig.path('open-bags'), at), '--key', key);
    expect([proved.code], proved.stdout + proved.stderr).toEqual([0]);
  });

  test('is opened by age, file by file, to the original bytes', async ({ skip }) => {
    if (spawnSync('age', ['--version']).error !== undefined) skip('age is missing');
    let opened = 0;
    for (const folder of recordingFolders(archive))
      for (const [name, secret] of Object.entries(await rig.secretsOf(folder))) {
        if (name === 'public.json' || name === 'recording.json') continue;
        writeFileSync(rig.path('secret'), `${secret}\n`, { mode: 0o600 });
        const ran = await rig.exec('age', ['-d', '-i', rig.path('secret'), '-o', rig.path('plain'), join(folder, `${name}.age`)]);
        expect([name, ran.code], ran.stderr).toEqual([name, 0]);
        const plain = join(rig.path('open-bags'), folder.slice(join(archive, 'bags').length), name);
        expect(sha256Hex(readFileSync(rig.path('plain')))).toBe(sha256Hex(readFileSync(plain)));
        opened++;
      }
    expect(opened).toBeGreaterThan(12);
  });

  test('gives its note, hold, case, report and log details only to holders of the keyring', async () => {
    expect(await well('note', 'list', archive)).toContain('Heard terms');
    expect(await well('hold', 'list', archive)).toContain('counsel wants it');
    expect(await well('log', 'list', archive)).toContain('anna');
    const keyless = await rig.run(['log', 'list', archive], without);
    expect([keyless.code, keyless.stdout], keyless.stderr).toEqual([0, expect.not.stringMatching(/anna|Heard/)]);
    expect(readStoredCase(join(archive, 'cases', caseId)).version).toBe(2);
    expect(await well('case', 'show', archive, caseId, '--json')).toContain('Deal 4711');
    expect(await well('case', 'timeline', archive, caseId)).toContain('a deal');
    expect(readStoredCase(join(archive, 'cases', caseId)).comparisons).toHaveLength(1);
    const [report = ''] = readdirSync(join(archive, 'reports'));
    await well('report', archive, '--import', report, '--out', rig.path('report'));
    expect(readFileSync(rig.path('report/report.html'), 'utf8')).toContain(asterisk.words[0]);
    // Private details of an entry that was sealed later can still be erased.
    await well('log', 'forget', archive, '--who', 'anna', '--reason', 'left', '--yes');
    expect(await well('log', 'list', archive)).not.toContain('anna');
    await owed('verify', archive);
  });

  test('is pending for a disconnected replica, until the replica has followed', async () => {
    await owed('verify', archive);
    expect((await rig.sealed('watch', archive)).stdout).toContain('K218');
    await owed('replica', 'list', archive);
    renameSync(rig.path('shelf'), rig.path('far'));
    expect(readable(rig.path('far')).length).toBeGreaterThan(20);
    await owed('replica', 'verify', archive, 'far');
    await well('replica', 'sync', archive, 'far');
    expect(readable(rig.path('far'))).toEqual([]);
    await well('replica', 'verify', archive, 'far');
    expect((await rig.sealed('watch', archive)).stdout).not.toContain('K218');
  });

  test('alarms about a report, catalog or viewer that is unencrypted again, with and without keys, until it is sealed again', async () => {
    const [report = ''] = readdirSync(rig.path('open/reports'));
    const alarmed = async (place: string, run: ReturnType<SealedRig['run']>): Promise<void> => {
      const { code, stdout, stderr } = await run;
      expect([place, code, stdout.includes('K217') && stdout.includes(place)], stdout + stderr).toEqual([place, 4, true]);
    };
    const places = [
      ['catalog.sqlite', 'catalog.sqlite'],
      [`reports/${report}`, `reports/${report}/report.html`],
      ['viewer', 'viewer'],
    ] as const;
    for (const [part, place] of places) {
      cpSync(rig.path('open', part), join(archive, part), { recursive: true });
      await alarmed(place, rig.sealed('verify', archive));
      await alarmed(place, rig.run(['verify', archive], without));
      await alarmed(place, rig.run(['watch', archive], without));
      await well('seal', archive);
      expect(readable(archive)).toEqual([]);
      await well('verify', archive);
    }
    // What a stopped import of before had planned and made, and what SQLite had beside the catalog.
    const job = 'jobs/20250101t000000-0123456789abcdef';
    const page = readFileSync(rig.path('open/catalog.sqlite')).subarray(0, 4_096);
    const wal = Buffer.concat([Buffer.alloc(32), Buffer.alloc(24), page]);
    wal.writeUInt32BE(4_096, 8);
    const left = [
      [job, `${job}/job.json`, `{\n  "format": "longplay-job",\n  "sourceName": "${asterisk.words[3]}",\n  "version": 1\n}\n`],
      [job, `${job}.partial/plan/bag-000001.jsonl`, `{"caller":"${asterisk.words[0]}"}\n`],
      [job, `${job}/drafts/20250101-00/data/${recordings[0]}/recording.json`, `{"caller":"${asterisk.words[0]}"}\n`],
      ['catalog.sqlite-wal', 'catalog.sqlite-wal', wal],
    ] as const;
    for (const [place, path, bytes] of left)
      for (const folder of [archive, rig.path('near')]) {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), bytes);
        if (folder === archive) {
          await alarmed(place, rig.run(['verify', archive], without));
          await well('seal', archive);
        } else {
          await alarmed(`near:${place}`, rig.sealed('replica', 'verify', archive, 'near'));
          await well('replica', 'sync', archive, 'near');
        }
        expect([existsSync(join(folder, path)), readable(folder)]).toEqual([false, []]);
      }
    rmSync(join(archive, 'catalog.sqlite'));
    writeFileSync(join(archive, 'catalog.sqlite-shm'), wal);
    await alarmed('catalog.sqlite-shm', rig.run(['verify', archive], without));
    await well('seal', archive);
    await well('verify', archive);
    // A report that no import made is unknown to every run.
    cpSync(rig.path('open/reports', report), join(archive, 'reports/archive'), { recursive: true });
    await alarmed('reports/archive/report.html', rig.run(['verify', archive], without));
    rmSync(join(archive, 'reports/archive'), { recursive: true });
    await well('verify', archive);
  });

  test('removes unencrypted files from a replica, whose verification reports them', async () => {
    const near = rig.path('near');
    for (const part of around) cpSync(rig.path('open', part), join(near, part), { recursive: true });
    cpSync(rig.path('open/reports'), join(near, 'reports/archive'), { recursive: true });
    const found = await rig.sealed('replica', 'verify', archive, 'near', '--json');
    expect(found.code, found.stderr).toBe(4);
    const clear = found.stdout.split('\n').flatMap((line) => (line.includes('"K217"') ? [String((JSON.parse(line) as { path: string }).path)] : []));
    const [report = ''] = readdirSync(rig.path('open/reports'));
    expect(clear).toEqual(
      expect.arrayContaining([
        'near:catalog.sqlite',
        'near:viewer',
        `near:reports/${report}/report.html`,
        `near:reports/archive/${report}/report.html`,
      ]),
    );
    await well('replica', 'sync', archive, 'near');
    expect([readable(near), existsSync(join(near, 'reports/archive'))]).toEqual([[], false]);
    await well('replica', 'verify', archive, 'near');
  });

  test('does not continue unencrypted when the earlier longplay.json comes back: no sync runs, and a repair restores the right one', async () => {
    const right = readFileSync(join(archive, 'longplay.json'));
    cpSync(rig.path('open/longplay.json'), join(archive, 'longplay.json'));
    expect((await rig.run(['verify', archive], without)).code).toBe(4);
    const refused = await rig.sealed('replica', 'sync', archive);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringMatching(/A104.*\n.*replica repair/)]);
    await rig.sealed('replica', 'repair', archive);
    expect(readFileSync(join(archive, 'longplay.json'))).toEqual(right);
    // The repair set the other file aside, which has the salt of the ids: it is named with what ends this, and stops no sealing.
    const aside = await rig.run(['verify', archive], without);
    expect([aside.code, aside.stdout], aside.stderr).toEqual([4, expect.stringMatching(/K217.*quarantine.*move it to a safe place, or delete it/)]);
    const named = await rig.sealed('seal', archive);
    expect([named.code, named.stderr]).toEqual([3, expect.stringMatching(/K219.*quarantine.*move it to a safe place, or delete it/)]);
    rmSync(join(archive, 'quarantine'), { recursive: true });
    await well('seal', archive);
    expect(readable(archive)).toEqual([]);
    await well('verify', archive);
    await well('replica', 'sync', archive);
  });

  test('does not seal an older case that comes back in clear, and no command reads it: a replica restores the newest state', async () => {
    const folder = join(archive, 'cases', caseId);
    const shelf = rig.path('newest-case');
    writeFileSync(rig.path('later.eml'), mail.replace('<1@', '<2@').replace('by noon', 'at dusk'));
    await well('case', 'messages', archive, caseId, rig.path('later.eml'));
    await well('replica', 'sync', archive);
    cpSync(folder, shelf, { recursive: true });
    const contents = (of: string): string[] => filesBelow(of).map((file) => `${file} ${sha256Hex(readFileSync(join(of, file)))}`);
    // In place of the sealed case, and then over it: its newest document lies beside the older case.json.
    for (const isOver of [false, true]) {
      if (!isOver) rmSync(folder, { recursive: true });
      else cpSync(shelf, folder, { recursive: true });
      cpSync(rig.path('open/cases', caseId), folder, { recursive: true });
      const before = contents(folder);
      const found = await rig.run(['verify', archive], without);
      expect([found.code, found.stdout], found.stderr).toEqual([4, expect.stringMatching(/rolled-back C125/)]);
      const refused = await rig.sealed('seal', archive, '--yes');
      expect([refused.code, refused.stderr]).toEqual([4, expect.stringMatching(/K219 cases\S+ was not sealed: C125 .*longplay replica repair/)]);
      expect(contents(folder)).toEqual(before);
      for (const args of [
        ['show', archive, caseId],
        ['timeline', archive, caseId],
        ['due', archive, caseId, '2027-01-01', '--reason', 'later'],
        ['export', archive, caseId, '--out', rig.path('never')],
      ]) {
        const { code, stdout, stderr } = await rig.sealed('case', ...args);
        expect([args[0], code, stdout, stderr]).toEqual([args[0], 5, '', expect.stringMatching(/C125.*in clear[\s\S]*longplay replica repair/)]);
      }
      const listing = await rig.sealed('case', 'list', archive);
      expect([listing.code, listing.stdout + listing.stderr]).toEqual([3, expect.stringMatching(/C125.*in clear/)]);
      expect([listing.stdout.includes('Deal 4711'), existsSync(rig.path('never')), contents(folder)]).toEqual([false, false, before]);
    }
    await rig.sealed('replica', 'repair', archive);
    rmSync(join(archive, 'quarantine'), { recursive: true });
    await well('seal', archive);
    expect(readFileSync(join(folder, 'case.json'))).toEqual(readFileSync(join(shelf, 'case.json')));
    expect([contents(folder), readable(archive)]).toEqual([contents(shelf), []]);
    expect(await well('case', 'show', archive, caseId, '--json')).toContain('later.eml');
    await well('verify', archive);
    await well('replica', 'sync', archive);
  });

  test('seals unencrypted files restored from a backup, unless amendments name the sealed files', async () => {
    const bringBack = (bag: string): void => {
      rmSync(join(archive, 'bags', bag), { recursive: true });
      cpSync(join(rig.path('open-bags'), bag), join(archive, 'bags', bag), { recursive: true });
    };
    const [tables = ''] = bags.filter((one) => one.startsWith('tables/'));
    bringBack(tables);
    const found = await rig.sealed('verify', archive);
    expect([found.code, found.stdout], found.stderr).toEqual([4, expect.stringContaining('K217')]);
    const sealed = await rig.sealed('seal', archive, '--json');
    expect([sealed.code, sealed.stdout], sealed.stderr).toEqual([0, expect.stringContaining('"bags":1')]);
    const [amended = ''] = bags.filter((one) => one.startsWith('2025/') && bagType(join(archive, 'bags', one)) === 'recordings');
    bringBack(amended);
    const refused = await rig.sealed('seal', archive);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/K219.*remove the folder/)]);
    rmSync(join(archive, 'bags', amended), { recursive: true });
    await well('replica', 'repair', archive);
    await well('verify', archive, '--play', '--originals');
    expect(readable(archive)).toEqual([]);
  });

  test('is not lost if a bag is left in clear only: no sync removes it, and it is sealed again from there', async () => {
    const [tables = ''] = bags.filter((one) => one.startsWith('tables/'));
    await well('replica', 'sync', archive);
    const at = (copy: string): string => join(copy, 'bags', tables);
    const [near, far] = [rig.path('near'), rig.path('far')];
    for (const copy of [archive, near, far]) rmSync(at(copy), { recursive: true });
    cpSync(join(rig.path('open-bags'), tables), at(far), { recursive: true });
    const synced = await rig.sealed('replica', 'sync', archive, 'far');
    expect([synced.code, synced.stdout + synced.stderr]).toEqual([4, expect.stringMatching(/E121.*it stays as it is.*longplay replica repair/)]);
    expect(existsSync(join(at(far), 'bagit.txt'))).toBe(true);
    const repaired = await rig.sealed('replica', 'repair', archive);
    expect([repaired.code, repaired.stdout + repaired.stderr]).toEqual([
      4,
      expect.stringMatching(/K223.*far has it in clear.*cp -a .*longplay seal/),
    ]);
    cpSync(at(far), at(archive), { recursive: true });
    await well('seal', archive);
    await well('replica', 'sync', archive);
    await well('verify', archive, '--play', '--originals');
    expect([archive, near, far].flatMap(readable)).toEqual([]);
  });
});

test('a damaged bag stays unencrypted, is reported, and is sealed once it is repaired', async () => {
  await using rig = await createSealedRig();
  const archive = rig.path('archive');
  const made = await rig.run([
    'import',
    asterisk.folder,
    '--into',
    archive,
    '--zone',
    'Europe/Stockholm',
    '--bag-recordings',
    '3',
    '--no-keep-tables',
    '--open',
  ]);
  expect(made.code, made.stderr).toBe(0);
  const [damaged = ''] = filesBelow(join(archive, 'bags')).filter((file) => file.endsWith('/original-1.wav'));
  const file = join(archive, 'bags', damaged);
  const whole = readFileSync(file);
  const broken = Buffer.from(whole);
  // One of the files is truncated after its header.
  const last = broken.length - 1;
  broken[last] = (broken[last] ?? 0) ^ 1;
  writeFileSync(file, broken);
  const first = await rig.sealed('seal', archive, '--yes', '--json');
  expect([first.code, first.stdout], first.stderr).toEqual([3, expect.stringMatching(/"K219".*A131.*original-1\.wav/)]);
  expect(readFileSync(file)).toEqual(broken);
  // Some bags are sealed and one is open: verification reports the damage and nothing else, and other commands wait.
  const verified = await rig.sealed('verify', archive, '--json');
  const errors = verified.stdout.split('\n').filter((line) => line.includes('"severity":"error"'));
  expect([verified.code, errors.length], verified.stdout).toEqual([4, 1]);
  for (const args of [
    ['list', archive],
    ['verify', archive, '--play'],
    ['import', asterisk.folder, '--into', archive, '--zone', 'UTC'],
    ['erase', 'run', archive],
  ]) {
    const refused = await rig.sealed(...args);
    expect([args[0], refused.code, refused.stderr]).toEqual([args[0], 5, expect.stringContaining('K214')]);
  }
  writeFileSync(file, whole);
  const second = await rig.sealed('seal', archive, '--json');
  expect([second.code, second.stdout], second.stderr).toEqual([0, expect.stringContaining('"isSealed":true')]);
  expect((await rig.sealed('verify', archive, '--play', '--originals')).code).toBe(0);
  expect(readable(archive)).toEqual([]);
});

test('files that a verification would report stay unencrypted and are listed: sealing deletes no unchecked file, and hides no damage', async () => {
  await using rig = await createSealedRig();
  const archive = rig.path('archive');
  const how = ['--zone', 'Europe/Stockholm', '--bag-recordings', '1', '--no-keep-tables', '--open'];
  expect((await rig.run(['import', asterisk.folder, '--into', archive, ...how])).code).toBe(0);
  const { lines } = await rig.json(['list', archive]);
  const recording = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
  expect((await rig.run(['note', 'add', archive, recording, 'Heard terms'])).code).toBe(0);
  const id = String((await rig.json(['case', 'new', archive, '--title', 'Deal 4711'])).summary.id);
  expect((await rig.run(['viewer', archive])).code).toBe(0);
  const [strange = '', tampered = '', other = ''] = filesBelow(join(archive, 'bags')).flatMap((file) =>
    file.endsWith('/bagit.txt') ? [`bags/${file.slice(0, -'/bagit.txt'.length)}`] : [],
  );
  const added = [`${strange}/strange.txt`, `cases/${id}/own.txt`, 'viewer/own.txt'];
  const altered = [`${tampered}/bag-info.txt`, `${other}/manifest-sha512.txt`, 'log/details/000/000000.jsonl'];
  const whole = altered.map((file) => readFileSync(join(archive, file)));
  for (const file of added) writeFileSync(join(archive, file), 'mine\n');
  for (const [at, file] of altered.entries()) {
    const bytes = Buffer.from(whole[at] ?? '');
    if (file.endsWith('.jsonl')) bytes.write('I', bytes.indexOf('Heard'));
    else bytes.write('`');
    writeFileSync(join(archive, file), bytes);
  }
  const before = [...added, ...altered].map((file) => readFileSync(join(archive, file), 'utf8'));
  for (let run = 0; run < 2; run++) {
    const { code, stdout, stderr } = await rig.sealed('seal', archive, '--yes', '--json');
    const named = [strange, tampered, other, `cases/${id}`, 'viewer/own.txt', 'log/details/000/000000.jsonl'];
    expect([code, named.filter((path) => !stdout.includes(`"code":"K219"`) || !stdout.includes(path))], stdout + stderr).toEqual([3, []]);
    // New entries add lines to the details.
    const now = [...added, ...altered].map((file, at) => readFileSync(join(archive, file), 'utf8').slice(0, before[at]?.length));
    expect(now).toEqual(before);
  }
  for (const file of added) rmSync(join(archive, file));
  for (const [at, file] of altered.entries()) if (!file.endsWith('.jsonl')) writeFileSync(join(archive, file), whole[at] ?? '');
  const details = join(archive, 'log/details/000/000000.jsonl');
  writeFileSync(details, readFileSync(details, 'utf8').replace('Ieard', 'Heard'));
  const last = await rig.sealed('seal', archive, '--json');
  expect([last.code, last.stdout], last.stderr).toEqual([0, expect.stringContaining('"isSealed":true')]);
  expect((await rig.sealed('verify', archive, '--play', '--originals')).code).toBe(0);
  expect((await rig.sealed('note', 'list', archive, recording)).stdout).toContain('Heard terms');
  expect(readable(archive)).toEqual([]);
});

test('earlier erasures stay in effect, and nothing erased is sealed', async () => {
  await using rig = await createSealedRig();
  const archive = rig.path('archive');
  const well = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await rig.sealed(...args);
    expect([args.join(' '), code], stdout + stderr).toEqual([args.join(' '), 0]);
    return stdout;
  };
  await well('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables', '--open');
  await well(...amending(archive));
  await well('erase', 'make-key', 'approver.pem');
  await well('erase', 'add-approver', archive, 'approver.pem', '--name', 'anna');
  const played = (await well('list', archive, '--json')).split('\n').flatMap((line) => {
    const { of, value } =
      line === '' ? { of: '', value: {} } : (JSON.parse(line) as { of?: string; value?: { recordingId?: string; copies?: number } });
    return of === 'recording' && Number(value?.copies) > 0 ? [String(value?.recordingId)] : [];
  });
  const [whole = '', alone = '', later = ''] = played;
  for (const what of [[whole], [alone, '--only', 'originals']]) {
    const asked = await well('erase', 'request', archive, ...what, '--ground', 'error', '--reason', 'A test', '--json');
    const request = String((JSON.parse(asked.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>).request);
    await well('erase', 'approve', archive, request, '--key-file', 'approver.pem', '--now', 'A test');
  }
  await well('erase', 'run', archive);
  const [bag = ''] = filesBelow(join(archive, 'bags')).flatMap((file) =>
    file.includes(`/data/${later}/`) ? [file.slice(0, file.indexOf('/data/'))] : [],
  );
  cpSync(join(archive, 'bags', bag), rig.path('open-bag'), { recursive: true });
  const caseId = String((await rig.json(['case', 'new', archive, '--title', 'Deal 4711'])).summary.id);
  writeFileSync(rig.path('message.eml'), mail);
  await well('case', 'messages', archive, caseId, rig.path('message.eml'));
  cpSync(join(archive, 'cases', caseId), rig.path('open-case'), { recursive: true });
  await well('seal', archive, '--yes');
  await well('verify', archive, '--play', '--originals');
  expect(filesBelow(join(archive, 'bags')).filter((file) => file.includes(whole) || (file.includes(alone) && file.includes('original-1')))).toEqual(
    [],
  );
  expect(await well('list', archive)).not.toContain(whole.slice(0, 13));
  expect(await well('show', archive, alone)).toContain('erased');
  const again = await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm');
  expect([again.code, again.stdout], again.stderr).toEqual([0, expect.stringContaining('Nothing new')]);
  expect(filesBelow(join(archive, 'bags')).filter((file) => file.includes(whole))).toEqual([]);

  // A backup brings the bag back in clear, with a recording that was erased after the sealing.
  const asked = await well('erase', 'request', archive, later, '--ground', 'error', '--reason', 'A test', '--json');
  const request = String((JSON.parse(asked.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>).request);
  await well('erase', 'approve', archive, request, '--key-file', 'approver.pem', '--now', 'A test');
  await well('erase', 'run', archive);
  const place = join(archive, 'bags', bag);
  renameSync(place, rig.path('sealed-bag'));
  cpSync(rig.path('open-bag'), place, { recursive: true });
  const found = await rig.sealed('verify', archive);
  expect([found.code, found.stdout], found.stderr).toEqual([4, expect.stringMatching(/E109.*holds \d erased recording.*again; remove the folder/)]);
  expect(found.stdout).toContain('K217');
  const refused = await rig.sealed('seal', archive);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/K219.*recordings that were erased since/)]);
  rmSync(place, { recursive: true });
  renameSync(rig.path('sealed-bag'), place);
  await well('verify', archive);

  // A backup brings a case back in clear, with a message that was erased after the sealing.
  const message = await well('erase', 'request', archive, '--message', `${caseId}:m1-1`, '--ground', 'error', '--reason', 'A test', '--json');
  const second = String((JSON.parse(message.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>).request);
  await well('erase', 'approve', archive, second, '--key-file', 'approver.pem', '--now', 'A test');
  await well('erase', 'run', archive);
  const folder = join(archive, 'cases', caseId);
  renameSync(folder, rig.path('sealed-case'));
  cpSync(rig.path('open-case'), folder, { recursive: true });
  const run = await rig.sealed('erase', 'run', archive);
  expect([run.code, run.stderr], run.stdout).toEqual([5, expect.stringMatching(/C125.*in clear in a sealed archive[\s\S]*longplay replica repair/)]);
  const due = await rig.sealed('case', 'due', archive, caseId, '2027-01-01', '--reason', 'later');
  expect([due.code, due.stderr]).toEqual([5, expect.stringMatching(/C125/)]);
  const kept = await rig.sealed('seal', archive);
  expect([kept.code, kept.stderr]).toEqual([4, expect.stringMatching(/K219 cases\S+ was not sealed: C125/)]);
  expect(filesBelow(folder)).toEqual(filesBelow(rig.path('open-case')));
  rmSync(folder, { recursive: true });
  renameSync(rig.path('sealed-case'), folder);
  await well('verify', archive);
  await well('erase', 'run', archive);
});
