import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/layout.ts';
import { LongplayError } from '../../src/core/base/error.ts';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import { emptyRecording } from '../../src/core/model/recording.ts';
import { openLog } from '../../src/log/log.ts';
import { inspectLog } from '../../src/log/read/inspect-log.ts';
import { stampFile } from '../../src/log/stamps/store.ts';
import { verifyLog } from '../../src/pipeline/log/archive-log.ts';
import { beginPlan, listJobs, planLine, readPlannedBag } from '../../src/store/jobs/plan.ts';
import { calm } from '../archive/rig.ts';
import { wave } from '../faults/small-import.ts';
import { at, createReplicaRig, type ReplicaRig } from '../replicas/rig.ts';
import { createVerifier } from './archive-rig.ts';
import { type Act, acts, type FileClass, keep, named, refusal, strike } from './fault-acts.ts';

// Every class of file of an archive and its machine, and every way in which a file is damaged: each pair is a cell. The fault is found and reported by the commands that read the
// file; where it is not, the table gives the reason, and the test that no harm results.

let work: ReplicaRig;
let verifier: ReturnType<typeof createVerifier>;
let archive: string;
let id: string;
/** Files of the first bag by their names, relative to the archive. */
let inBag: (name: string, index?: number) => string;
const before = (path: string): string => join(work.rig.path('before'), path);
const now = (path: string): string => join(archive, path);
const key = (name: string): string => join(work.rig.keys, `${id}${name}`);
const tools = (): { readonly now: () => string; readonly keys: string } => ({ now: () => at, keys: work.rig.keys });

beforeAll(async () => {
  work = await createReplicaRig([]);
  verifier = createVerifier();
  archive = work.archive;
  ({ id } = await openArchive(archive));
  mkdirSync(now('log/stamps'));
  for (const part of ['checkpoint', 'tsr', 'ers'] as const) writeFileSync(now(stampFile(3, part)), lines(`${part} of a stamp`));
  const digest = (path: string): string => sha256Hex(readFileSync(now(path)));
  const log = await openLog(await openArchive(archive), tools());
  const digests = {
    sha256: digest(stampFile(3, 'tsr')),
    checkpointSha256: digest(stampFile(3, 'checkpoint')),
    evidenceSha256: digest(stampFile(3, 'ers')),
  };
  await log.append('checkpoint-stamped', { size: 3, ...digests });
  await log.close();
  cpSync(archive, work.rig.path('before'), { recursive: true });
  cpSync(work.rig.keys, work.rig.path('keys-before'), { recursive: true });
  cpSync(now('log/checkpoint'), work.rig.path('witness-before'));
  // Later changes: another import, another key, a renewal, digests, and entries that fill a tile.
  mkdirSync(work.rig.path('more'));
  writeFileSync(work.rig.path('more/calls.csv'), 'id,start,file\n70,2024-05-01 10:00:00,late.wav\n');
  writeFileSync(work.rig.path('more/late.wav'), wave(2_600, 777));
  for (const args of [
    ['import', work.rig.path('more'), '--into', archive, '--mapping', work.rig.path('mapping.toml'), '-q'],
    ['rehash', archive, '--add', 'sha3-512', '-q'],
    ['log', 'key', archive, '--yes'],
  ]) {
    const { code, stderr } = await work.rig.run(args);
    expect(code, stderr).toBe(0);
  }
  writeFileSync(now(stampFile(3, 'ers')), lines('a record that was renewed'));
  const later = await openLog(await openArchive(archive), tools());
  await later.append('stamp-renewed', { size: 3, sha256: digest(stampFile(3, 'ers')) });
  await later.appendAll(Array.from({ length: 300 }, (_, index) => ({ type: 'exported', detail: { recordings: index } })));
  await later.close();
  cpSync(now('log/checkpoint'), work.rig.path('witness'));
  logFilesBefore = logFiles();
  listed = (await work.rig.run(['list', archive, '--json'])).stdout;
  expect(listed).toContain('"70"');
  const foreign = await createReplicaRig([]);
  cpSync(foreign.rig.keys, work.rig.path('other-keys'), { recursive: true });
  cpSync(join(foreign.archive, 'log/checkpoint'), work.rig.path('other-witness'));
  await foreign[Symbol.asyncDispose]();
  for (const name of readdirSync(work.rig.path('other-keys')))
    renameSync(work.rig.path('other-keys', name), work.rig.path('other-keys', name.replace(/^.*\.(pem|checkpoint)$/, 'other.$1')));
  for (const jobId of ['20240301t000000-00000000000000aa', '20240302t000000-00000000000000bb']) await plan(jobId);
  const [bag = ''] = work.bags;
  inBag = (name, index = 0) => work.files(bag).filter((file) => basename(file).startsWith(name))[index] ?? `${bag}/${name}`;
});
afterAll(async () => {
  await verifier?.[Symbol.asyncDispose]();
  await work?.[Symbol.asyncDispose]();
});

function lines(text: string): string {
  return Array.from({ length: 40 }, (_, index) => `${index} ${text}\n`).join('');
}

/** An unfinished job of a stopped import. */
async function plan(jobId: string): Promise<void> {
  const writer = await beginPlan(now('jobs'), jobId, null);
  const recording = { ...emptyRecording('generic', 'documented', `${jobId}-1`) };
  await writer.add(0, planLine({ recordingId: jobId, supersedes: null, fingerprint: jobId, recording }));
  const request = { sources: ['/calls'], site: '', importer: null, zone: null, encoding: null, mapping: null, joinSides: false };
  const access = { format: 'opus' as const, bitratePerChannel: 24_000, complexity: 9 };
  const rest = { importer: 'generic', sourceName: 'calls', reconciliation: null, findings: [] };
  await writer.finish({
    ...{ format: 'longplay-job', version: 1, jobId, createdAt: at, ...rest },
    request: { ...request, access },
    bags: [{ name: '2024/20240301-0000000000000000', recordings: 1, bytes: 1 }],
  });
}

/** Findings of a verification of the archive; verdicts and findings both have a next step in the table. */
async function verify(): Promise<readonly string[]> {
  const { verdicts } = await verifier.verify(archive);
  return verdicts.map(({ verdict, code, path }) => named(`${verdict} ${code} ${path}`, code));
}

/** The log opened for an entry, as by every run that changes something. */
const sign = (): Promise<readonly string[]> =>
  refusal(
    (async () => {
      const log = await openLog(await openArchive(archive), tools());
      await log.close();
    })(),
  );

/** The plan read by a resuming import. */
const resume = (): Promise<readonly string[]> =>
  refusal(
    (async () => {
      const jobs = listJobs(now('jobs'), null);
      if (jobs.length < 2) throw new LongplayError('incomplete', 'P153', 'a job is not there', 'plan anew');
      for (const job of jobs) for (const index of job.head.bags.keys()) await readPlannedBag(job, index);
    })(),
  );

/** `log verify --since`: the log compared with a state that a witness keeps. */
async function since(): Promise<readonly string[]> {
  const said: string[] = [];
  const refused = await refusal(
    (async () => {
      for await (const event of verifyLog(archive, { ...tools(), since: work.rig.path('witness') }, calm))
        if (event.type === 'finding') said.push(named(`${event.code} ${event.place}`, event.code));
    })(),
  );
  return [...said, ...refused];
}

/** This machine's stored state compared with the log. */
async function remembered(): Promise<readonly string[]> {
  const { findings } = await inspectLog(await openArchive(archive), work.rig.keys, calm);
  return findings.map(({ code, place }) => named(`${code} ${place}`, code));
}

const wide = (level: string, index = '000'): string => {
  const folder = now(`log/tile/${level}`);
  if (existsSync(join(folder, index))) return join(folder, index);
  const [width = ''] = readdirSync(join(folder, `${index}.p`)).sort((a, b) => Number(b) - Number(a));
  return join(folder, `${index}.p`, width);
};
/** The widest file of a tile before. */
const wideBefore = (level: string): string => {
  const folder = before(`log/tile/${level}/000.p`);
  const [width = ''] = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
  return join(folder, width);
};

const inOwnBag = (name: string, said: FileClass['said'], older = false): FileClass => ({
  path: () => now(inBag(name)),
  // From another bag, or from the other recording of this one.
  other: () => (inBag(name, 1).endsWith(`/${name}`) && !inBag(name, 1).includes('/data/') ? otherBag(name) : now(inBag(name, 1))),
  older: older ? () => before(inBag(name)) : null,
  find: verify,
  said,
});
const otherBag = (name: string): string => now(work.files(work.bags[1] ?? '').find((file) => basename(file).startsWith(name)) ?? '');

/** Payload and tag files: another digest, or missing. */
const file = { else: /^corrupt A1\d\d PLACE$/, delete: /^missing A1\d\d PLACE$/, 'swap two files': /^(swapped A156|corrupt A133) PLACE$/ };
/** A tag manifest identifies the bag: another one means another bag. */
const tagManifest = { else: /^swapped V104 PLACE$/, delete: /^missing A132 PLACE$/, 'older version': /^rolled-back V104 PLACE$/ };

const classes: Readonly<Record<string, FileClass>> = {
  'an original': inOwnBag('original-1', file),
  'an access copy': inOwnBag('access-1', file),
  'a row of a source': inOwnBag('source-1', file),
  'a recording.json': inOwnBag('recording.json', file),
  'a README.txt of a bag': { ...inOwnBag('README.txt', file), other: () => now(inBag('recording.json')) },
  'a bagit.txt': inOwnBag('bagit.txt', { ...file, delete: /^missing A121 PLACE$/ }),
  'a bag-info.txt': inOwnBag('bag-info.txt', file),
  'a manifest-sha256.txt': inOwnBag('manifest-sha256.txt', file),
  'a manifest-sha512.txt': inOwnBag('manifest-sha512.txt', file),
  'a tagmanifest-sha256.txt': inOwnBag('tagmanifest-sha256.txt', tagManifest, true),
  'a tagmanifest-sha512.txt': inOwnBag('tagmanifest-sha512.txt', tagManifest, true),
  'the longplay.json': plain('longplay.json'),
  'the README.txt': plain('README.txt'),
  'a full bundle of the log': bundle('000', '001'),
  'a bundle of the log': bundle('001', '000'),
  'a full tile of the log': tile('0', '000', () => wide('0', '001')),
  'a tile of the log': tile('0', '001', () => wide('0', '000')),
  'an upper tile of the log': tile('1', '000', () => wide('0', '000')),
  'the checkpoint of the log': {
    path: () => now('log/checkpoint'),
    other: () => work.rig.path('other-witness'),
    older: () => before('log/checkpoint'),
    find: remembered,
    said: { else: /^A117 PLACE$/, 'swap two files': /^A115 PLACE$/ },
  },
  'the catalog': {
    path: () => now('catalog.sqlite'),
    other: () => now('README.txt'),
    older: () => before('catalog.sqlite'),
    at: (bytes) => bytes.indexOf(work.bags[0]?.slice('bags/'.length) ?? '') + 2,
    find: verify,
    // The catalog is derived. If it lacks bags, or is missing, any command that uses it updates it.
    said: { else: /^corrupt V106 PLACE$/, delete: null, 'older version': null },
    quiet: async () => expect((await work.rig.run(['list', archive, '--json'])).stdout).toBe(listed),
  },
  'an answer of a time-stamp authority': stamp('tsr'),
  'a stamped checkpoint': stamp('checkpoint'),
  'an evidence record': stamp('ers'),
  'a state that a witness keeps': {
    path: () => work.rig.path('witness'),
    other: () => work.rig.path('other-witness'),
    older: () => work.rig.path('witness-before'),
    find: since,
    // An older state that the log continues is only found by a witness.
    said: { else: /^(L112 log\/checkpoint$|usage U310 )/, 'older version': null },
  },
  'a signing key': {
    path: () => key('.pem'),
    other: () => work.rig.path('other-keys/other.pem'),
    older: () => work.rig.path('keys-before', `${id}.pem`),
    find: sign,
    // Text after the last line is not part of a key (RFC 7468 section 2): it is the same key.
    said: { else: /^incomplete L10[78] /, delete: /^incomplete L104 /, 'older version': /^incomplete L108 /, extend: null },
  },
  'the memory of a log': {
    path: () => key('.checkpoint'),
    other: () => work.rig.path('other-keys/other.checkpoint'),
    older: () => work.rig.path('keys-before', `${id}.checkpoint`),
    find: remembered,
    // Without one the machine sees the log for the first time, and the next entry writes it again; the log continues an older one.
    said: { else: /^L116 log$/, delete: null, 'older version': null },
    quiet: async () => {
      const undo = keep([...logFiles(), key('.checkpoint')].filter((path) => existsSync(path)));
      const log = await openLog(await openArchive(archive), tools());
      await log.append('exported', { recordings: 1 });
      await log.close();
      expect(readFileSync(key('.checkpoint'))).toEqual(readFileSync(now('log/checkpoint')));
      const grown = logFiles();
      undo.put();
      for (const path of grown) if (!logFilesBefore.includes(path)) rmSync(path);
    },
  },
  'the head of a job': job('job.json'),
  'the plan of a bag': job('plan/bag-000001.jsonl'),
};

/** Files of the log as they are, and as they were at the beginning. */
function logFiles(): string[] {
  return readdirSync(now('log'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
let logFilesBefore: string[] = [];
/** Output of `list` about the whole archive. */
let listed = '';

function bundle(index: string, other: string): FileClass {
  const lost = /^(missing L101 log\/tile\/entries\/|corrupt A111 log:)/;
  return {
    path: () => wide('entries', index),
    other: () => wide('entries', other),
    older: () => wideBefore('entries'),
    find: verify,
    said: {
      else: /^corrupt A111 log:\d+$/,
      extend: /^corrupt A112 PLACE$/,
      ...{ truncate: lost, 'swap two blocks': lost, 'swap two files': lost, 'older version': lost },
      delete: /^missing L101 log\/tile\/entries\//,
    },
  };
}

function tile(level: string, index: string, other: () => string): FileClass {
  const older = level === '1' ? null : (): string => wideBefore(level);
  // The content of a tile is derived from the entries: a missing one is treated like a wrong one, and rebuilt.
  return { path: () => wide(level, index), other, older, find: verify, said: { else: /^corrupt A112 PLACE$/ } };
}

function plain(name: string): FileClass {
  return {
    path: () => now(name),
    other: () => now(name === 'README.txt' ? 'longplay.json' : 'README.txt'),
    older: null,
    find: verify,
    said: { else: /^corrupt V105 PLACE$/, delete: /^missing V105 PLACE$/ },
  };
}

function stamp(part: 'tsr' | 'checkpoint' | 'ers'): FileClass {
  return {
    path: () => now(stampFile(3, part)),
    other: () => now(stampFile(3, part === 'tsr' ? 'checkpoint' : 'tsr')),
    older: part === 'ers' ? () => before(stampFile(3, part)) : null,
    find: verify,
    said: { else: /^corrupt L230 PLACE$/, delete: /^missing L231 PLACE$/ },
  };
}

function job(name: string): FileClass {
  const of = (index: number): string => join(now('jobs'), readdirSync(now('jobs')).sort()[index] ?? '', name);
  return { path: () => of(0), other: () => of(1), older: null, find: resume, said: { else: /^incomplete P153 / } };
}

/** The patterns of a class, with the file's own path for PLACE. */
function expected(one: FileClass, act: Act): RegExp | null {
  const pattern = one.said[act] === undefined ? one.said.else : one.said[act];
  const place = one.path().slice(archive.length + 1);
  return pattern === null ? null : new RegExp(pattern.source.replaceAll('PLACE', place.replaceAll('.', '\\.')));
}

test.each(Object.entries(classes))('damage of any kind to %s is reported with its kind, or has no effect', async (_name, one) => {
  const back = keep([one.path(), one.other()]);
  // The location of files is derived from existing ones.
  const patterns = new Map(acts.map((act) => [act, expected(one, act)]));
  let cells = 0;
  for (const act of acts) {
    if (!strike(act, one)) {
      // Some classes have no older version, and bagit.txt is the same in all bags.
      expect(act === 'older version' ? one.older : readFileSync(one.other()), act).toEqual(act === 'older version' ? null : readFileSync(one.path()));
      continue;
    }
    cells++;
    const pattern = patterns.get(act) ?? null;
    const said = await one.find();
    const quietly = pattern === null ? one.quiet : undefined;
    if (quietly !== undefined) await quietly();
    back.put();
    if (pattern !== null)
      expect(
        said.some((line) => pattern.test(line)),
        `${act}: ${said.join('; ')}`,
      ).toBe(true);
    else expect(said, act).toEqual([]);
  }
  expect(cells).toBeGreaterThanOrEqual(6);
  expect(await one.find()).toEqual([]);
});

test('of two simultaneous faults, in files of any two classes, both are reported', async () => {
  const found = Object.entries(classes).filter(([, one]) => one.find === verify);
  const unseen: string[] = [];
  for (const [index, [name, one]] of found.entries())
    for (const step of [1, 2, 5]) {
      const [otherName, other] = found[(index + step) % found.length] ?? [name, one];
      const back = keep([one.path(), other.path()]);
      // If an entry's hash is lost with it, the signature still shows that one is wrong, and nothing shows which.
      const together = one.path().replace('/entries/', '/0/') === other.path();
      const patterns = [together ? /^corrupt (A111 log:\d+|A117 log\/checkpoint)$/ : expected(one, 'flip'), expected(other, 'truncate')];
      strike('flip', one);
      strike('truncate', other);
      const said = await verify();
      for (const pattern of patterns)
        if (pattern !== null && !said.some((line) => pattern.test(line))) unseen.push(`${name} and ${otherName}, ${pattern}: ${said.join('; ')}`);
      back.put();
    }
  expect(unseen).toEqual([]);
});
