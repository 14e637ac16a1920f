import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bagType, makingOf } from '../../../src/archive/bag/info.ts';
import { readStoredCase } from '../../../src/archive/documents/stored-case.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { openSession } from '../../../src/sealing/keyring/session.ts';
import { approver, erase } from '../erasure-rig.ts';
import { asterisk, createSealedRig, filesBelow, recordingFolders, type SealedRig } from './sealed-rig.ts';

const access = { passphrase: async () => null, identities: async () => null };
const copies = ['keyring', 'keyring-copy'];

/** One archive with everything that can be sealed: an amendment, kept tables, a report, notes, a case with messages. */
let rig: SealedRig;
let archive: string;
let tables: string;
let job: string;
let reportPage: string;
let caseId: string;

beforeAll(async () => {
  rig = await createSealedRig();
  archive = rig.path('archive');
  process.env.LONGPLAY_KEYRING = rig.keyring;
  const into = ['import', asterisk.folder, '--into', archive];
  expect((await rig.run([...into, '--zone', 'Europe/Stockholm', '--sealed'])).code).toBe(0);
  expect((await rig.sealed(...into, '--zone', 'UTC', '--amend')).code).toBe(0);
  const id = basename(recordingFolders(archive)[0] ?? '');
  expect((await rig.run(['note', 'add', archive, id, 'a word about it'])).code).toBe(0);
  const made = await rig.json(['case', 'new', archive, '--title', 'Deal']);
  caseId = String(made.summary.id);
  expect((await rig.run(['case', 'add', archive, caseId, id])).code).toBe(0);
  writeFileSync(rig.path('1.eml'), 'From: a@example.test\nTo: b@example.test\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nSubject: terms\n\nAgreed.\n');
  expect((await rig.run(['case', 'messages', archive, caseId, rig.path('1.eml')])).code).toBe(0);
  [tables = ''] = readdirSync(join(archive, 'bags/tables')).map((name) => join(archive, 'bags/tables', name));
  const listed = await rig.json(['log', 'list', archive]);
  const kept = listed.lines.map(({ value }) => value as { type: string; detail: { job: string; page: string } } | undefined); // as entries are listed
  ({ job, page: reportPage } = kept.find((one) => one?.type === 'report-kept')?.detail ?? { job: '', page: '' });
  for (const copy of copies) cpSync(rig.path(copy), rig.path('whole', copy), { recursive: true });
  cpSync(archive, rig.path('twin'), { recursive: true, preserveTimestamps: true });
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

/** Restores both copies of the keyring. */
function restore(): void {
  for (const copy of copies) {
    rmSync(rig.path(copy), { recursive: true });
    cpSync(rig.path('whole', copy), rig.path(copy), { recursive: true });
  }
}

/** Runs `verify --play`. @returns exit code, summary, and the verdicts except that the catalog was not checked */
async function played(): Promise<{ readonly code: number | null; readonly summary: Record<string, unknown>; readonly said: readonly string[] }> {
  const { code, summary, lines } = await rig.json(['verify', archive, '--play']);
  return { code, summary, said: lines.flatMap((line) => (line.type === 'verdict' ? [`${line.code} ${line.path}`] : [])) };
}

/** Runs `verify` without opening the keyring. */
async function checked(keyring = rig.keyring): ReturnType<typeof played> {
  const { code, summary, lines } = await rig.json(['verify', archive], { LONGPLAY_KEYRING: keyring });
  return { code, summary, said: lines.flatMap((line) => (line.type === 'verdict' ? [`${line.code} ${line.path}`] : [])) };
}

/** Removes the roots of both copies: the keyring cannot be opened any more, but its lists are present. */
function removeRoots(): void {
  for (const copy of copies) for (const name of readdirSync(rig.path(copy))) if (name.startsWith('root-')) rmSync(rig.path(copy, name));
}

/** Removes a page from both copies of the keyring, as a failing disk does. */
function lose(page: string): void {
  for (const copy of copies)
    for (const name of readdirSync(rig.path(copy, 'pages'))) if (name.startsWith(`${page}-`)) rmSync(rig.path(copy, 'pages', name));
}

const tableNames = (): string[] => readdirSync(join(tables, 'data')).filter((name) => name.startsWith('table-'));

const detailsPage = (): string => {
  const [line = ''] = readFileSync(join(archive, 'log/details/000/000000.jsonl'), 'utf8').split('\n');
  return (JSON.parse(line) as { page: string }).page;
};

const casePage = (): string => {
  const stored = readStoredCase(join(archive, 'cases', caseId));
  return stored.version === 2 ? (stored.messages[0]?.page ?? '') : '';
};

afterEach(restore);

describe('verify --play of a sealed archive', () => {
  test('opens everything that is sealed and counts it, in text, in --json and in the log', async () => {
    const { code, summary, said } = await played();
    const lines = filesBelow(join(archive, 'log/details')).flatMap((file) =>
      readFileSync(join(archive, 'log/details', file), 'utf8')
        .split('\n')
        .filter(Boolean),
    ).length;
    const kept = tableNames().length;
    // The amendment describes recordings of another bag again, and is no further one.
    const recordings = new Set(recordingFolders(archive).map((folder) => basename(folder))).size;
    expect(recordingFolders(archive).length).toBeGreaterThan(recordings);
    expect((await checked()).summary).toMatchObject({ recordings, unopened: recordings });
    expect([code, said, summary]).toEqual([
      0,
      [],
      // Meanwhile the run has logged an entry of its own.
      expect.objectContaining({
        ...{ openedTables: kept, openedReports: 2, openedDetails: lines, openedCases: 1 },
        recordings,
        closed: 0,
        unopened: 0,
        untried: 0,
      }),
    ]);
    expect(kept).toBeGreaterThan(0);
    const { stdout } = await rig.run(['verify', archive, '--play']);
    expect(stdout).toMatch(/\nAlso opened: \d+ kept tables?, 2 reports, \d+ private details and 1 case\.\n/);
    expect((await rig.run(['log', 'list', archive])).stdout).toMatch(/verification-finished.* opened=\d+/);
    const alone = await rig.json(['verify', tables, '--play']);
    expect([alone.code, alone.summary.openedTables]).toEqual([0, kept]);
    // Without keys nothing is opened, and the lists of the keyring are compared with the log; without its folder they are not, and the last line says so.
    const opened = { openedTables: 0, openedReports: 0, openedDetails: 0, openedCases: 0 };
    expect((await checked()).summary).toMatchObject({ ...opened, erasures: 'listed', notChecked: 'sealed contents' });
    const away = { ...opened, erasures: 'unchecked', notChecked: 'sealed contents, erasures in the keyring' };
    expect((await checked(rig.path('nowhere'))).summary).toMatchObject({ exitCode: 0, ...away });
    const words = await rig.run(['verify', archive], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect(words.stdout.trim().split('\n').at(-1)).toMatch(
      /^NOT checked: whether secrets were destroyed without an entry of the log, and whether the keyring opens/,
    );
  });

  test('reports items without a secret in the keyring, and ends with 5', async () => {
    const again = recordingFolders(archive).filter((folder) => bagType(join(folder, '../..')) === 'amendment');
    const amendment = join(again[0] ?? '', '../..');
    for (const [page, path, closed] of [
      [makingOf(amendment) ?? '', amendment.slice(archive.length + 1), again.length],
      [makingOf(tables) ?? '', `bags/tables/${tables.split('/').at(-1)}`, tableNames().length],
      [reportPage, 'reports', 1],
      [casePage(), 'cases', 1],
    ] as const) {
      lose(page);
      const { code, summary, said } = await played();
      expect([path, code, said, summary.closed, summary.untried, summary.errors]).toEqual([path, 5, [`K203 ${path}`], closed, 0, 0]);
      restore();
    }
    // The archive's own secrets: its recordings play, but searching and importing are impossible.
    lose((JSON.parse(readFileSync(join(archive, 'longplay.json'), 'utf8')) as { sealing: { page: string } }).sealing.page);
    const own = await played();
    expect([own.code, own.said]).toEqual([5, expect.arrayContaining(['K203 longplay.json'])]);
    restore();
  });

  test('is not a success if it could not open recordings, and both the watch and the statement report it', async () => {
    // An overdue drill would be another reason for the watch to ring.
    expect((await rig.run(['keyring', 'drill'])).code).toBe(0);
    expect((await played()).code).toBe(0);
    const before = await rig.run(['watch', archive]);
    expect([before.code, before.stdout]).toEqual([0, expect.stringContaining('of audio decoded')]);
    // The decoded bag: the amendment has only descriptions.
    const bag = recordingFolders(archive)
      .map((folder) => join(folder, '../..'))
      .find((one) => bagType(one) === 'recordings');
    const page = makingOf(bag ?? '') ?? '';
    for (const copy of copies)
      for (const name of readdirSync(rig.path(copy, 'pages')))
        if (name.startsWith(`${page}-`)) {
          const bytes = readFileSync(rig.path(copy, 'pages', name));
          writeFileSync(rig.path(copy, 'pages', name), bytes.fill(0, 48, 112));
        }
    const { code, stdout } = await rig.run(['verify', archive, '--play']);
    expect([code, stdout]).toEqual([5, expect.stringMatching(/could NOT be tried.*NOT checked: the content of \d+ sealed recordings.*sync --deep/s)]);
    expect(stdout).not.toMatch(/no audio to play|verify ARCHIVE --play/);
    const watched = await rig.run(['watch', archive]);
    // The page is damaged in every copy, which takes precedence (K131).
    expect([watched.code, watched.stdout]).toEqual([
      4,
      expect.stringMatching(/W171 primary: .*left \d+ recordings? untried, e\.g\. in 20\d\d\/.*sync --deep/),
    ]);
    // A run that only reads the stored bytes changes nothing about it.
    expect((await checked()).code).toBe(0);
    const still = await rig.run(['watch', archive]);
    expect([still.code, still.stdout]).toEqual([4, expect.stringMatching(/K131[\s\S]*W171 primary/)]);
    expect((await rig.run(['report', archive, '--out', rig.path('statement')])).code).toBe(0);
    const statement = readFileSync(rig.path('statement/statement.txt'), 'utf8');
    expect(statement).toMatch(/left\s\d+\srecordings?\suntried/);
    expect(statement).toMatch(/The\sdecoding\sof\s1\sbag\sdoes\snot\scount/);
    expect((await rig.run(['keyring', 'sync', '--deep'])).stderr).toContain('K131');
    restore();
    expect((await rig.run(['keyring', 'drill'])).code).toBe(0);
    expect((await played()).code).toBe(0);
    const again = await rig.run(['watch', archive]);
    expect([again.code, again.stdout]).toEqual([0, expect.not.stringContaining('W171')]);
  });

  test('reports secrets that were destroyed without a log entry', async () => {
    const session = openSession({ folder: rig.keyring, access, signal: new AbortController().signal });
    const details = JSON.parse(readFileSync(join(archive, 'log/details/000/000000.jsonl'), 'utf8').split('\n')[1] ?? '') as { cell: string };
    const table = tableNames()[0] ?? '';
    const secrets = [
      { page: makingOf(tables) ?? '', cell: table, names: null },
      { page: reportPage, cell: 'report', names: null },
      { page: detailsPage(), cell: details.cell, names: null },
      { page: casePage(), cell: 'messages/1', names: null },
    ];
    await eraseSecrets(session, secrets, '2026-12-01T12:00:00.000Z');
    const { code, said, summary } = await played();
    expect([code, [...said].sort()]).toEqual([
      4,
      [
        `E114 ${tables.slice(archive.length + 1)}/data/${table}`,
        `E114 cases/${caseId}`,
        `E114 log/details/000/000000.jsonl:${details.cell}`,
        `E114 reports/${job}`,
      ].sort(),
    ]);
    expect(summary.errors).toBe(4);
    // The lists of the copies show the same without a root.
    removeRoots();
    const listed = await checked();
    expect([listed.code, listed.summary.erasures, listed.said.filter((one) => !one.startsWith('V134')).sort()]).toEqual([
      4,
      'listed',
      [...said].sort(),
    ]);
  });

  test('reports a file that does not open: stored bytes and log alone do not show whether its secret fits', async () => {
    const report = join(archive, 'reports', job);
    renameSync(join(report, 'report.json.age'), rig.path('kept.age'));
    cpSync(join(report, 'recordings.jsonl.age'), join(report, 'report.json.age'));
    const { code, said } = await played();
    expect([code, said]).toEqual([4, expect.arrayContaining([`K202 reports/${job}/report.json.age`])]);
    renameSync(rig.path('kept.age'), join(report, 'report.json.age'));
    expect((await played()).code).toBe(0);
  });

  test('reports secrets that came back after an erasure: of a report, of details, of a table with an erased row', async () => {
    await approver(rig, archive);
    expect((await rig.run(['case', 'delete', archive, caseId, '--reason', 'answered'])).code).toBe(0);
    const withRow = recordingFolders(archive).find((folder) => readdirSync(folder).some((name) => name.startsWith('source-')));
    const id = basename(withRow ?? '');
    for (const copy of copies) cpSync(rig.path(copy), rig.path('before', copy), { recursive: true });
    await erase(rig, archive, [id]);
    // Its amendment is erased with it, and no second recording.
    expect(recordingFolders(archive).filter((folder) => basename(folder) === id)).toHaveLength(2);
    expect(await played()).toMatchObject({ code: 0, said: [], summary: { erased: 1 } });
    const listed = await checked();
    expect(listed.summary.erased).toBe(1);
    expect([listed.code, listed.summary.notChecked]).toEqual([0, 'sealed contents, erasures in the keyring']);
    for (const copy of copies) {
      rmSync(rig.path(copy), { recursive: true });
      cpSync(rig.path('before', copy), rig.path(copy), { recursive: true });
    }
    const { code, said } = await played();
    expect(code).toBe(4);
    expect([...new Set(said)]).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^E115 bags/20\\d\\d/[^/]+/data/${id}$`)),
        `E115 reports/${job}`,
        'E115 log/details',
        `E115 cases/${caseId}`,
        `E115 ${tables.slice(archive.length + 1)}`,
      ]),
    );
    removeRoots();
    const unkeyed = await checked();
    const recordings = said.filter((one) => one.includes('/data/'));
    expect([unkeyed.code, unkeyed.said.filter((one) => one.startsWith('E'))]).toEqual([4, recordings]);
    for (const copy of copies) cpSync(rig.path('before', copy), rig.path(copy), { recursive: true });
    expect((await rig.run(['erase', 'run', archive])).code).toBe(0);
    // The older copies lack the page of the tables since the erasure.
    expect(await played()).toMatchObject({ code: 5, said: [`K203 ${tables.slice(archive.length + 1)}`] });
  });

  test('does not take an unused cell for the secret of erased details if a bundle has two pages', async () => {
    const before = archive;
    archive = rig.path('forked');
    cpSync(rig.path('twin'), archive, { recursive: true, preserveTimestamps: true });
    rig.forget();
    expect((await rig.run(['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'])).code).toBe(0);
    // A process that cannot read the page of the details, e.g. a key agent, begins another one.
    const page = detailsPage();
    const files = copies.flatMap((copy) =>
      readdirSync(rig.path(copy, 'pages'))
        .filter((name) => name.startsWith(`${page}-`))
        .map((name) => rig.path(copy, 'pages', name)),
    );
    for (const file of files) renameSync(file, `${file}.away`);
    const [kept = '', id = ''] = recordingFolders(archive).map((folder) => basename(folder));
    expect((await rig.run(['note', 'add', archive, kept, 'a word about another'])).code).toBe(0);
    for (const file of files) renameSync(`${file}.away`, file);
    await erase(rig, archive, [id]);
    const lines = readFileSync(join(archive, 'log/details/000/000000.jsonl'), 'utf8').split('\n').filter(Boolean);
    expect(new Set(lines.map((line) => (JSON.parse(line) as { page: string }).page)).size).toBe(2);
    const { code, said } = await played();
    archive = before;
    expect([code, said]).toEqual([0, []]);
  });

  test('continues if the keyring has lost pages permanently: the log is read and written, and an erasure is executed', async () => {
    archive = rig.path('twin');
    rig.forget();
    expect((await rig.run(['erase', 'add-approver', archive, 'approver.pem', '--name', 'anna'])).code).toBe(0);
    const id = basename(recordingFolders(archive).at(-1) ?? '');
    expect((await rig.run(['case', 'delete', archive, caseId, '--reason', 'answered'])).code).toBe(0);
    const made = await rig.json(['erase', 'request', archive, id, '--ground', 'error', '--reason', 'a private call']);
    expect(made.code).toBe(0);
    const held = await rig.json(['hold', 'add', archive, '--all', '--reason', 'a claim']);
    expect((await rig.run(['hold', 'release', archive, String(held.summary.id), '--reason', 'settled'])).code).toBe(0);
    // The earlier state of both copies: later pages are gone, including that of the list of the request.
    restore();
    lose(detailsPage());
    const { code, said, summary } = await played();
    expect([code, said]).toEqual([5, ['K203 log/details']]);
    expect(summary.closed).toBeGreaterThan(3);
    const { stdout } = await rig.run(['verify', archive, '--play']);
    expect(stdout).toMatch(/\d+ other sealed items could NOT be opened: the keyring has no secrets of them; see the warnings\./);
    const [hold = ''] = (await rig.run(['hold', 'list', archive, '--all'])).stdout.split('\n').filter((line) => line.includes('released'));
    expect(hold.match(/\(not opened: no key\)/g)).toHaveLength(2);
    // New details get a page of their own.
    const listed = await rig.run(['log', 'list', archive]);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining('sealed=true')]);
    const noted = await rig.run(['note', 'add', archive, basename(recordingFolders(archive)[0] ?? ''), 'another word']);
    expect([noted.code, noted.stderr]).toEqual([0, '']);
    expect((await rig.run(['note', 'list', archive])).stdout).toContain('another word');
    // The list of that request is lost with its page; another request is executed.
    await erase(rig, archive, [id]);
    const last = await played();
    expect([last.code, last.said.filter((one) => !one.startsWith('K203'))]).toEqual([5, []]);
  });
});
