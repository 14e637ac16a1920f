import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeAuthority } from '../../log/authority.ts';
import { type Ran, runHere } from '../in-process.ts';
import { createRig, fingerprint, type Rig, root } from '../rig.ts';

// Data beside the bags that may exist nowhere else: cases with their mails, time stamps, witness signatures, reports of imports.

let rig: Rig;
let archive: string;
let replica: string;
let id: string;
let neverSynced: Ran;

const here = (...args: string[]): Promise<Ran> => runHere(args, rig.keys);
/** All findings as `code place`. */
const told = ({ out, err }: Ran): string[] =>
  `${out}\n${err}`.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const { type, code, path, place } = JSON.parse(line) as Record<string, string>; // a line of --json
    return type === 'verdict' || type === 'finding' ? [`${code} ${path ?? place}`] : [];
  });
const judge = async (...args: string[]): Promise<unknown[]> => {
  const ran = await here(...args, '--json');
  return [ran.code, ...told(ran)];
};

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  replica = rig.path('offsite');
  expect((await here('import', join(root, 'samples/sidecar-xml'), '--into', archive, '--open')).code).toBe(0);
  expect((await here('replica', 'add', archive, 'offsite', replica)).code).toBe(0);
  neverSynced = await here('replica', 'verify', archive, 'offsite', '--json');
  const opened = await here('case', 'new', archive, '--title', 'Deal', '--json');
  id = String((JSON.parse(opened.out.trim().split('\n').at(-1) ?? '') as { id: string }).id); // the summary
  writeFileSync(rig.path('a.eml'), 'From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n');
  expect((await here('case', 'messages', archive, id, rig.path('a.eml'))).code).toBe(0);
  const authority = makeAuthority({ from: '2026-01-01', signerDays: 1_200 });
  const { program, args } = authority.program('2026-02-02 12:00:00');
  const env = { SOURCE_DATE_EPOCH: String(Date.parse('2026-02-02T12:00:00Z') / 1_000) };
  expect((await rig.run(['log', 'stamp', archive, '--roots', authority.rootFile, '--tsa', program, ...args], { env })).code).toBe(0);
  const line = `— witness.example ${Buffer.alloc(76, 7).toString('base64')}`;
  expect((await here('log', 'publish', archive, '--command', 'sh', '--', '-c', `cat; echo "${line}"`)).code).toBe(0);
  expect((await here('replica', 'sync', archive, 'offsite')).code).toBe(0);
  for (const [name, folder] of [
    ['archive', archive],
    ['offsite', replica],
    ['keys', rig.keys],
  ] as const)
    cpSync(folder, rig.path(`whole-${name}`), { recursive: true, preserveTimestamps: true });
});
beforeEach(() => {
  for (const [name, folder] of [
    ['archive', archive],
    ['offsite', replica],
    ['keys', rig.keys],
  ] as const) {
    rmSync(folder, { recursive: true, force: true });
    cpSync(rig.path(`whole-${name}`), folder, { recursive: true, preserveTimestamps: true });
  }
});
afterAll(() => rig[Symbol.asyncDispose]());

const stamp = (top: string, part: string): string => {
  const folder = join(top, 'log/stamps');
  return join(folder, readdirSync(folder).find((name) => name.endsWith(part)) ?? '');
};
const report = (top: string): string => join(top, 'reports', readdirSync(join(top, 'reports'))[0] ?? '');
const witness = (top: string): string => join(top, 'log/witness', readdirSync(join(top, 'log/witness'))[0] ?? '');
const inCase = (top: string, ...parts: string[]): string => join(top, 'cases', id, ...parts);

/** A damage, and its findings, relative to the copy. */
const damages: readonly { readonly what: string; readonly harm: (top: string) => void; readonly codes: readonly string[] }[] = [
  { what: 'an emptied evidence record', harm: (top) => truncateSync(stamp(top, '.ers'), 0), codes: ['L230'] },
  { what: 'a deleted answer of the authority', harm: (top) => rmSync(stamp(top, '.tsr')), codes: ['L231'] },
  { what: 'a checkpoint that is a link', harm: (top) => linkTo(stamp(top, '.checkpoint'), rig.path('a.eml')), codes: ['L234', 'L231'] },
  { what: 'the folder of stamps deleted', harm: (top) => rmSync(join(top, 'log/stamps'), { recursive: true }), codes: ['L231', 'L231', 'L231'] },
  { what: 'a witness deleted', harm: (top) => rmSync(join(top, 'log/witness'), { recursive: true }), codes: ['L239'] },
  { what: 'a witness emptied', harm: (top) => truncateSync(witness(top), 0), codes: ['L239'] },
  { what: 'all cases deleted', harm: (top) => rmSync(join(top, 'cases'), { recursive: true }), codes: ['C127'] },
  { what: 'a mail deleted', harm: (top) => rmSync(inCase(top, 'messages/1/original.eml')), codes: ['C121'] },
  { what: 'a mail altered', harm: (top) => writeFileSync(inCase(top, 'messages/1/original.eml'), 'forged'), codes: ['C121'] },
  { what: 'a case altered', harm: (top) => edit(inCase(top, 'case.json'), 'Deal', 'Deil'), codes: ['C125'] },
  { what: 'a case emptied', harm: (top) => truncateSync(inCase(top, 'case.json'), 0), codes: ['C101', 'C125'] },
  { what: 'a report altered', harm: (top) => edit(join(report(top), 'report.json'), '"recordings"', '"recordinks"'), codes: ['V127'] },
  { what: 'a part of a report deleted', harm: (top) => rmSync(join(report(top), 'recordings.csv')), codes: ['V127'] },
];

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

function linkTo(path: string, target: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

/** Everything that is compared: logs differ by their later entries. */
const beside = (top: string): readonly string[] =>
  ['cases', 'reports', 'log/stamps', 'log/witness'].flatMap((folder) => fingerprint(join(top, folder)));
const codesOf = ([code, ...lines]: readonly unknown[]): unknown[] => [code, ...lines.map((line) => String(line).slice(0, 4)).sort()];

test('a sync copies cases, stamps, witnesses and reports; a replica that was never synced is not OK', async () => {
  expect([neverSynced.code, told(neverSynced)]).toEqual([5, ['R125 offsite:log', 'R124 offsite']]);
  expect(beside(replica)).toEqual(beside(archive));
  expect(await judge('replica', 'verify', archive, 'offsite')).toEqual([0]);
  expect(await judge('verify', archive)).toEqual([0]);
});

test.each(damages)('$what on a replica is reported with 4, and repaired from the archive', async ({ harm, codes }) => {
  const before = beside(replica);
  harm(replica);
  const found = await judge('replica', 'verify', archive, 'offsite');
  expect(codesOf(found)).toEqual([4, ...[...codes].sort()]);
  for (const line of found.slice(1)) expect(line).toMatch(/^\w+ offsite:(cases|log|reports)\//);
  expect((await here('replica', 'repair', archive)).code).toBe(0);
  expect(beside(replica)).toEqual(before);
  expect(await judge('replica', 'verify', archive, 'offsite')).toEqual([0]);
});

// One of each kind: the others do not differ for a copy.
const kinds = ['an emptied evidence record', 'a witness deleted', 'all cases deleted', 'a mail altered', 'a case altered', 'a report altered'];

test.each(damages.filter(({ what }) => kinds.includes(what)))(
  '$what in the archive is reported with 4, is not synced to the replica, and is restored',
  async ({ harm, codes }) => {
    const before = beside(archive);
    harm(archive);
    const [code, ...lines] = await judge('verify', archive, '--every', '90d', '--status');
    // Unread bags (W…) are a separate matter.
    expect(codesOf([code, ...lines.filter((line) => !String(line).startsWith('W'))])).toEqual([4, ...[...codes].sort()]);
    await here('replica', 'sync', archive, 'offsite');
    expect(beside(replica)).toEqual(before);
    expect((await here('replica', 'repair', archive)).code).toBe(0);
    expect(beside(archive)).toEqual(before);
    expect(await judge('verify', archive)).toEqual([0]);
  },
);

test('a report that is deleted completely is mentioned, because reports may be deleted, and is restored from a replica', async () => {
  const gone = report(archive);
  rmSync(gone, { recursive: true });
  expect((await judge('verify', archive)).map((line) => String(line).slice(0, 4))).toEqual(['0', 'V128']);
  expect((await here('replica', 'repair', archive)).code).toBe(0);
  expect(existsSync(join(gone, 'report.html'))).toBe(true);
  expect(await judge('verify', archive)).toEqual([0]);
});

test('a case deleted on purpose is not missed on the replica, and is reported if the replica still has it', async () => {
  expect((await here('case', 'delete', archive, id, '--reason', 'x')).code).toBe(0);
  const sync = await judge('replica', 'sync', archive, 'offsite');
  expect(sync).toEqual([0, `R151 offsite:cases/${id}`]);
  rmSync(join(replica, 'cases'), { recursive: true });
  expect(await judge('replica', 'verify', archive, 'offsite')).toEqual([0]);
  expect(await judge('replica', 'repair', archive)).toEqual([0]);
  expect(existsSync(inCase(archive))).toBe(false);
});

test('if no copy has the newest state of a case, the newest available state is restored and reported as a loss', async () => {
  expect((await here('case', 'messages', archive, id, join(root, 'samples/cases/deal-4711/chat.csv'), '--zone', 'UTC')).code).toBe(0);
  rmSync(join(archive, 'cases'), { recursive: true });
  const repaired = await judge('replica', 'repair', archive);
  expect([repaired[0], repaired.filter((line) => String(line).startsWith('R131'))]).toEqual([4, [`R131 cases/${id}/case.json`]]);
  expect(existsSync(inCase(archive, 'messages/1/original.eml'))).toBe(true);
  expect(await judge('verify', archive)).toEqual([4, `C125 cases/${id}/case.json`]);
});

test('a replica path that leads to the archive itself, completely or by its bags, is not a copy', async () => {
  for (const link of ['', 'bags']) {
    const path = join(replica, link);
    renameSync(path, rig.path('apart'));
    symlinkSync(join(archive, link), path);
    for (const command of ['verify', 'sync', 'repair']) {
      const { code, err } = await here('replica', command, archive, 'offsite');
      expect([link, command, code, err]).toEqual([link, command, 5, expect.stringContaining('is that of the archive itself, by a link or a mount')]);
    }
    rmSync(path);
    renameSync(rig.path('apart'), path);
  }
  expect((await judge('replica', 'verify', archive, 'offsite'))[0]).toBe(0);
});
