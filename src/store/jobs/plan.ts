import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { createFrameSealer, FrameError, type FrameSealer, openFrames } from '../../core/base/frame-cipher.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import { emptyRecording, type Recording } from '../../core/model/recording.ts';
import type { Amendment } from '../../core/model/recording-document.ts';
import type { StoreChoice } from '../../core/model/store-choice.ts';
import { removeGradually } from './remove-gradually.ts';

/** A planned amendment: the recording is described again and keeps its id and files. */
export interface PlannedAmendment extends Pick<Amendment, 'bag' | 'revision' | 'cause' | 'changed' | 'why'> {
  /** True: the recording's media are decoded again, because another codec is declared. */
  readonly decodes: boolean;
  /** Present if the amendment adds only a tag that says that the row is no longer in the recorder's table. */
  readonly isWithdrawn?: true;
}

/** A planned recording. */
export interface PlannedRecording {
  readonly recordingId: string;
  readonly supersedes: string | null;
  readonly fingerprint: string;
  readonly recording: Recording;
  /** The archive has an incomplete version of this recording, from a damaged source. It is imported only if the source is complete now. */
  readonly mends?: true;
  /** Present for an archived recording that is described again. */
  readonly amends?: PlannedAmendment;
  /**
   * Files of the source that count as the recording's; absent in plans of the first versions. `audio`: whether the recording has audio according to file sizes;
   * absent if no row describes the recording.
   */
  readonly counted?: { readonly files: number; readonly bytes: number; readonly audio?: boolean };
}

/** A planned bag. Its name follows from its recordings. */
export interface PlannedBag {
  /** `2019/20190312-4f2a…`, relative to `bags/`. */
  readonly name: string;
  readonly recordings: number;
  /** Bytes of originals. */
  readonly bytes: number;
  /** Present for a bag of amendments. */
  readonly type?: 'amendment';
}

/** A planned bag with the digest of its part of the plan. The digest is checked, because the plan determines the archived content. */
export interface JobBag extends PlannedBag {
  readonly planSha256: string;
}

/** How the rows of a later table amend archived recordings. */
export interface EnrichRequest {
  /** True: a row replaces what an earlier table of the same system said under the same key. */
  readonly replace: boolean;
  /** The user's reason, kept in each amendment; null if none was given. */
  readonly why: string | null;
  /** Only recordings of this site are amended; null: recordings of all sites. */
  readonly site: string | null;
}

/** Everything that determines the result of a job. Two runs with equal requests continue the same job. */
export interface JobRequest {
  /** Absolute paths, and addresses in object stores. */
  readonly sources: readonly string[];
  readonly site: string;
  /** Name of the requested importer; null: the one that recognises the source. */
  readonly importer: string | null;
  readonly zone: string | null;
  readonly encoding: string | null;
  readonly mapping: { readonly name: string; readonly text: string } | null;
  readonly access: {
    readonly format: 'opus' | 'wav';
    readonly bitratePerChannel: number;
    /** Bitrate for sources of 16 kHz and more; absent in plans of older versions, which used one bitrate. */
    readonly wideBitratePerChannel?: number;
    readonly complexity: number;
  };
  readonly joinSides: boolean;
  /** False: the job does not keep the tables that describe the recordings. Absent: it does. */
  readonly keepTables?: false;
  /** Each source is a separate export, and all sources describe the same calls; absent if the user did not ask for this. */
  readonly joinSources?: true;
  /** Archived recordings that this request describes differently are amended; absent if the user did not ask for this. */
  readonly amend?: true;
  /** The rows of the source describe archived recordings, and nothing is imported (`longplay amend`); absent for an import. */
  readonly enrich?: EnrichRequest;
  /** The user's declarations on media; absent if there are none, so that jobs planned before declarations existed keep their identity. */
  readonly declarations?: readonly Declaration[];
  /** The object store of sources in one, if the user chose it by options. */
  readonly store?: StoreChoice;
}

/** The planned bag for the tables that a job keeps. */
export interface JobTables {
  /** `tables/20260301-4f2a…`, relative to `bags/`. */
  readonly bag: string;
  readonly tables: number;
  /** Digest of the list of tables in the job's folder. */
  readonly sha256: string;
}

/** `job.json`: the plan's head. */
export interface JobHead {
  readonly format: 'longplay-job';
  readonly version: 1;
  readonly jobId: string;
  /** ISO time. The bags carry its date, so that a bag written by a resumed job has the same bytes. */
  readonly createdAt: string;
  readonly request: JobRequest;
  readonly importer: string;
  readonly sourceName: string;
  readonly bags: readonly JobBag[];
  /** Absent if the job keeps no table. */
  readonly tables?: JobTables;
  /** Reconciliation of the plan and findings of the survey; a resumed job shows both again. */
  readonly reconciliation: unknown;
  readonly findings: readonly Finding[];
  /** Data for the import's report, from reading the source; absent in plans of the first versions. */
  readonly report?: unknown;
}

/** A job on disk. */
export interface Job {
  readonly folder: string;
  readonly head: JobHead;
  /** 32 bytes that encrypt the job's files; null: the archive is open. */
  readonly key: Uint8Array | null;
}

/** Writes a plan under a temporary name. The plan is valid once `finish` has renamed it. */
export interface PlanWriter {
  /** Adds a recording as a line that `planLine` wrote. The promise waits while a part of the plan is written to disk, so that only one part is in memory. */
  add(bag: number, line: string): Promise<void>;
  /** Copies a file unchanged into the job's folder under this name. The writer of the file has encrypted it with the key of the plan. */
  keep(name: string, file: string): Promise<void>;
  /** Writes a file into the job's folder. @returns the SHA-256 of its bytes on disk */
  keepText(name: string, text: string): Promise<string>;
  finish(head: Omit<JobHead, 'bags'> & { readonly bags: readonly PlannedBag[] }): Promise<Job>;
}

/** Returns the digest that identifies a request, by which its unfinished job is found. */
export function requestDigest(request: JobRequest): string {
  const { store, ...rest } = request;
  // The same bucket of another store is another source; region and profile only say how to reach it.
  const endpoint = store?.endpoint === undefined ? {} : { endpoint: store.endpoint };
  return sha256Hex(canonicalJson({ ...rest, ...endpoint })).slice(0, 16);
}

/** Returns a planned recording as a line of a plan. */
export function planLine(planned: PlannedRecording): string {
  return `${canonicalJson(planned)}\n`;
}

const headFile = 'job.json';
const planFile = (bag: number): string => `bag-${String(bag + 1).padStart(6, '0')}.jsonl`;

/** Matches names of jobs and of plans in progress, which `planImport` chooses, and names that folders get before their deletion. */
const jobName = /^\d{8}t\d{6}-[0-9a-f]{16}(\.partial|\.gone-\d{1,6})?$/;

/**
 * Removes what crashes left behind: unfinished plans with the files prepared for them, and partly deleted jobs. As soon as the function returns, none of them
 * is recognised as a job. The promise resolves when they are deleted and never rejects. Only for the holder of the archive's lock.
 * @param signal an abort leaves the rest to the next run
 * @throws the system's error if `jobsFolder` cannot be read or a folder cannot be renamed
 */
export function removeLeftovers(jobsFolder: string, signal?: AbortSignal): Promise<void> {
  if (!existsSync(jobsFolder)) return Promise.resolve();
  const gone: string[] = [];
  for (const name of readdirSync(jobsFolder)) {
    const folder = join(jobsFolder, name);
    if (!jobName.test(name) || (isJobName(name) && existsSync(join(folder, headFile)))) continue;
    if (/\.gone-\d+$/.test(name)) gone.push(folder);
    else gone.push(setAside(folder));
  }
  return (async () => {
    for (const folder of gone) await removeGradually(folder, signal);
  })();
}

function setAside(folder: string): string {
  for (let number = 1; ; number++) {
    const aside = `${folder.replace(/\.partial$/, '')}.gone-${number}`;
    if (existsSync(aside)) continue;
    renameSync(folder, aside);
    return aside;
  }
}

function isJobName(name: string): boolean {
  return !/\.(partial|gone-\d+)$/.test(name);
}

/** Returns the folder of a plan in progress. Any other file in the folder is deleted with it. */
export function planFolder(jobsFolder: string, jobId: string): string {
  return join(jobsFolder, `${jobId}.partial`);
}

/**
 * Begins a plan in `jobsFolder`.
 * @param key 32 bytes that encrypt the plan; null: the archive is open
 * @throws LongplayError P151 if the system refuses; the writer's methods throw the same
 */
export async function beginPlan(jobsFolder: string, jobId: string, key: Uint8Array | null): Promise<PlanWriter> {
  const partial = planFolder(jobsFolder, jobId);
  for (const folder of [jobsFolder, partial, join(partial, 'plan')]) {
    await keeping(folder, async () => {
      if (!existsSync(folder)) await mkdir(folder);
    });
  }
  let lines: string[] = [];
  let current = 0;
  const digests = new Map<number, Hash>();
  const sealers = new Map<number, FrameSealer>();
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return;
    const text = Buffer.from(lines.join(''), 'utf8');
    lines = [];
    const sealer = key === null ? null : (sealers.get(current) ?? createFrameSealer(key, planFile(current)));
    if (sealer !== null) sealers.set(current, sealer);
    const bytes = sealer?.seal(text) ?? text;
    digests.set(current, (digests.get(current) ?? createHash('sha256')).update(bytes));
    await appendSynced(join(partial, 'plan', planFile(current)), bytes);
  };
  return {
    add: async (bag, line) => {
      if (bag !== current) {
        await flush();
        current = bag;
      }
      lines.push(line);
      if (lines.length >= 1_000) await flush();
    },
    keep: async (name, file) => {
      const copy = join(partial, name);
      await keeping(copy, async () => {
        const handle = await open(copy, 'wx');
        try {
          for await (const chunk of createReadStream(file)) await handle.appendFile(chunk as Uint8Array);
          await handle.sync();
        } finally {
          await handle.close();
        }
      });
    },
    keepText: async (name, text) => {
      const bytes = sealedText(key, name, text);
      await appendSynced(join(partial, name), bytes);
      return sha256Hex(bytes);
    },
    finish: async ({ bags, ...rest }) => {
      await flush();
      const head: JobHead = { ...rest, bags: bags.map((bag, index) => ({ ...bag, planSha256: digests.get(index)?.digest('hex') ?? '' })) };
      await appendSynced(join(partial, headFile), headText(head, key));
      for (const folder of [join(partial, 'plan'), partial]) await syncPath(folder);
      const folder = join(jobsFolder, jobId);
      await keeping(folder, () => rename(partial, folder));
      await syncPath(jobsFolder);
      return { folder, head, key };
    },
  };
}

async function appendSynced(file: string, text: string | Uint8Array): Promise<void> {
  await keeping(file, async () => {
    const handle = await open(file, 'a');
    try {
      await handle.appendFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Makes a file, or the names in a folder, durable. */
async function syncPath(path: string): Promise<void> {
  await keeping(path, async () => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

async function keeping<Result>(path: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    const hint = 'free some space or fix the cause, then run the same command again';
    throw new LongplayError('incomplete', 'P151', `${path} could not be written: ${systemText(error)}`, hint, error);
  }
}

/**
 * Returns the unfinished jobs of an archive, oldest name first. A folder without a readable head counts as a job with an invalid plan.
 * @param key key of the archive's jobs; null: the archive is open
 * @throws LongplayError P150, P153
 */
export function listJobs(jobsFolder: string, key: Uint8Array | null): Job[] {
  return jobNames(jobsFolder).map((name) => {
    const folder = join(jobsFolder, name);
    return { folder, head: openHead(name, parseHead(name, readFileSync(join(folder, headFile), 'utf8')), key), key };
  });
}

/** Returns true if an unfinished job of this request exists, even if its plan cannot be read. */
export function hasJob(jobsFolder: string, request: JobRequest): boolean {
  const ending = `-${requestDigest(request)}`;
  return jobNames(jobsFolder).some((name) => name.endsWith(ending));
}

/** Returns the names of the unfinished jobs of an archive, oldest first, including those whose plan cannot be read. */
export function jobNames(jobsFolder: string): string[] {
  if (!existsSync(jobsFolder)) return [];
  const isJob = (name: string): boolean => isJobName(name) && existsSync(join(jobsFolder, name, headFile));
  return readdirSync(jobsFolder).sort().filter(isJob);
}

/**
 * The head of a job as stored. In a sealed archive it shows names of bags, which are public, and the digests that check its files; all other members are
 * encrypted together in one text.
 */
interface StoredHead extends Omit<JobHead, (typeof privateMembers)[number]>, Partial<Pick<JobHead, (typeof privateMembers)[number]>> {
  /** Base64 of the frames that contain the private members as JSON. */
  readonly sealed?: string;
}

const privateMembers = ['request', 'importer', 'sourceName', 'reconciliation', 'findings', 'report'] as const;

/** Returns the stored text of a head, with its own digest, which a later run checks. */
function headText(head: JobHead, key: Uint8Array | null): string {
  const stored = key === null ? head : sealHead(head, key);
  return `${canonicalJson({ ...stored, sha256: sha256Hex(canonicalJson(stored)) }, 2)}\n`;
}

function sealHead(head: JobHead, key: Uint8Array): StoredHead {
  const isPrivate = ([name]: [string, unknown]): boolean => privateMembers.some((member) => member === name);
  const members = Object.entries(head);
  const hidden = canonicalJson(Object.fromEntries(members.filter(isPrivate)));
  const shown = Object.fromEntries(members.filter((member) => !isPrivate(member))) as Omit<JobHead, (typeof privateMembers)[number]>; // all but the private ones
  return { ...shown, sealed: sealedText(key, headName(head.jobId), hidden).toString('base64') };
}

/** Returns the whole head. @throws LongplayError P153 if its private part cannot be decrypted, or is missing in a sealed archive */
function openHead(name: string, stored: StoredHead, key: Uint8Array | null): JobHead {
  // In an open archive the head has no private part, so nothing is missing. Its digest shows that `beginPlan` wrote it.
  if (stored.sealed === undefined && key === null) return stored as JobHead;
  if (stored.sealed === undefined || key === null) throw damagedPlan(name);
  const { sealed, ...shown } = stored;
  const hidden = opened(name, key, headName(stored.jobId), Buffer.from(sealed, 'base64'));
  return { ...shown, ...(JSON.parse(hidden.toString('utf8')) as Pick<JobHead, (typeof privateMembers)[number]>) };
}

const headName = (jobId: string): string => `${headFile} of ${jobId}`;

/** Returns the bytes to store for a file of a job, encrypted if there is a key. */
function sealedText(key: Uint8Array | null, name: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return key === null ? bytes : createFrameSealer(key, name).seal(bytes);
}

/** Decrypts the bytes of a job's file and returns its content. @throws LongplayError P153 if they cannot be decrypted */
export function contentOfJobFile(job: Job, name: string, bytes: Uint8Array): Uint8Array {
  return opened(job.head.jobId, job.key, name, bytes);
}

function opened(jobId: string, key: Uint8Array | null, name: string, bytes: Uint8Array): Buffer {
  if (key === null) return Buffer.from(bytes);
  try {
    return openFrames(key, name, bytes);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw damagedPlan(jobId);
  }
}

function parseHead(name: string, text: string): StoredHead {
  let head: StoredHead;
  let sha256: unknown;
  try {
    // The check of the digest below proves that the text has this shape.
    ({ sha256, ...head } = JSON.parse(text) as StoredHead & { readonly sha256: unknown });
  } catch {
    throw damagedPlan(name);
  }
  if (head.format === 'longplay-job' && head.version !== 1) {
    throw new LongplayError(
      'incomplete',
      'P150',
      `job ${name} was planned by another version of longplay`,
      'finish it with that version, or delete its folder under jobs/ and import again',
    );
  }
  if (sha256 !== sha256Hex(canonicalJson(head))) throw damagedPlan(name);
  return head;
}

function damagedPlan(name: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'P153',
    `the plan of job ${name} is damaged`,
    `delete the folder jobs/${name} of the archive and run the same import again: it makes a new plan, and landed bags stay`,
  );
}

/** Returns the names of all bags that a job planned, including that of its tables. */
export function bagsOfJob({ head }: { readonly head: Pick<JobHead, 'bags' | 'tables'> }): string[] {
  return [...(head.tables === undefined ? [] : [head.tables.bag]), ...head.bags.map((bag) => bag.name)];
}

/** Returns the names of all bags that unfinished jobs planned. Needs no key, even for a sealed archive. */
export function plannedBags(jobsFolder: string): ReadonlySet<string> {
  const heads = jobNames(jobsFolder).map((name) => parseHead(name, readFileSync(join(jobsFolder, name, headFile), 'utf8')));
  return new Set(heads.flatMap((head) => bagsOfJob({ head })));
}

/** Reads the recordings of one planned bag, in the plan's order. @throws LongplayError P153 if they differ from what was planned. */
export async function readPlannedBag(job: Job, bag: number): Promise<PlannedRecording[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(job.folder, 'plan', planFile(bag)));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw damagedPlan(job.head.jobId);
  }
  if (sha256Hex(bytes) !== job.head.bags[bag]?.planSha256) throw damagedPlan(job.head.jobId);
  // Only a line feed ends a line. Other separators, e.g. U+2028, may occur within a text.
  const lines = Buffer.from(contentOfJobFile(job, planFile(bag), bytes))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  // The digest proves that `beginPlan` wrote the line.
  return lines.map((line) => {
    const planned = JSON.parse(line) as PlannedRecording;
    const { importer, grade, key } = planned.recording;
    // A plan of an earlier version lacks members that were added later: they get their defaults.
    return { ...planned, recording: { ...emptyRecording(importer, grade, key), ...planned.recording } };
  });
}

/** Removes a finished job; its bags and the log record it. */
export async function removeJob(job: Job): Promise<void> {
  // The head is removed first: without it the folder is no longer a job, whatever a crash leaves.
  await keeping(job.folder, () => rmSync(join(job.folder, headFile), { force: true }));
  await syncPath(job.folder);
  await keeping(job.folder, () => rmSync(job.folder, { recursive: true, force: true }));
}
