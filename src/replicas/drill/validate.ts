import { spawn } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Landing } from '../../archive/bag/landing.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { toolName } from '../../core/base/version.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { openedDocument, type SealedFiles } from './sealed-files.ts';

// Validates restored bags with third-party programs only: no BagIt reader, decoder or schema of longplay is used. `age` opens sealed files; longplay opens them
// only where `age` is not installed.

/** Absolute paths of the programs that validate a drill. */
export interface ValidationTools {
  readonly sha256sum: string;
  /** Null if not installed; then `ffmpeg` decodes all copies. */
  readonly opusdec: string | null;
  readonly ffmpeg: string | null;
  /** Null if not installed; then longplay opens sealed files itself. */
  readonly age: string | null;
}

/** Finds the programs. @throws LongplayError R145 with the Debian packages of missing ones */
export function findValidationTools(path: string): ValidationTools {
  const [sha256sum, opusdec, ffmpeg, age] = ['sha256sum', 'opusdec', 'ffmpeg', 'age'].map((name) => inPath(path, name));
  const missing = [
    ...(sha256sum == null ? ['sha256sum (package coreutils)'] : []),
    ...(opusdec == null && ffmpeg == null ? ['opusdec (package opus-tools) or ffmpeg (package ffmpeg)'] : []),
  ];
  if (sha256sum == null || missing.length > 0) throw noJudge(missing);
  return { sha256sum, opusdec: opusdec ?? null, ffmpeg: ffmpeg ?? null, age: age ?? null };
}

function noJudge(missing: readonly string[]): LongplayError {
  const packages = [...new Set(missing.flatMap((text) => [...text.matchAll(/package ([a-z-]+)/g)].map((found) => found[1] ?? '')))];
  return new LongplayError(
    'incomplete',
    'R145',
    `a drill needs third-party tools, and ${missing.join(' and ')} is missing`,
    `apt-get install ${packages.join(' ')}, then run again`,
  );
}

function inPath(path: string, name: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (folder.startsWith('/') && statSync(file).isFile()) return file;
    } catch {
      // The program is not in this folder; the next one may have it.
    }
  }
  return null;
}

/** What the programs report about a restored bag. */
export interface Validation {
  /** Names of the folders below `data/`, including missing ones that a manifest lists; empty for a bag of tables. */
  readonly recordings: readonly string[];
  /** Recordings with a fault; all recordings if the bag itself has one. */
  readonly failed: readonly string[];
  readonly faults: readonly string[];
  readonly files: number;
  readonly copiesDecoded: number;
  readonly audioMs: number;
  readonly isSealed: boolean;
  /** Sealed recordings whose stored files are whole and which were not opened, and the first reason. */
  readonly unopened: { readonly recordings: readonly string[]; readonly why: string | null };
  /** Sealed recordings that were erased, so that nothing opens them any more. */
  readonly erased: readonly string[];
}

/**
 * Validates a restored bag.
 * @param landing logged digests of the bag's tag manifests; empty: none are logged, and the bag's own manifests count
 * @param sealed returns the opener of sealed files; called for a sealed bag only
 */
export async function validateBag(
  folder: string,
  landing: Landing,
  judges: ValidationTools,
  sealed: () => Promise<SealedFiles>,
  signal: AbortSignal,
): Promise<Validation> {
  const bagFaults: string[] = [];
  const wrong = new Set<string>();
  const listed = landing.get('tagmanifest-sha256.txt')?.digest ?? null;
  const found = (await output(judges.sha256sum, ['--', 'tagmanifest-sha256.txt'], folder, signal)).text.slice(0, 64);
  if (listed === null && landing.size > 0)
    bagFaults.push('the log has no digest of tagmanifest-sha256.txt: whether this is the bag that landed cannot be determined');
  else if (listed !== null && found !== listed)
    bagFaults.push(`tagmanifest-sha256.txt: sha256sum says ${found === '' ? 'nothing' : found.slice(0, 16)}, the log ${listed.slice(0, 16)}`);
  let files = 0;
  const named = new Set(foldersIn(join(folder, 'data')));
  for (const manifest of ['tagmanifest-sha256.txt', 'manifest-sha256.txt']) {
    const lines = linesOf(join(folder, manifest));
    if (lines === null) {
      bagFaults.push(`${manifest} is missing or not as longplay writes it`);
      continue;
    }
    files += lines.length;
    // A folder that is completely missing appears only in the manifests.
    for (const path of lines) if (path.startsWith('data/') && path.split('/').length > 2) named.add(path.split('/')[1] ?? '');
    const { code, text } = await output(judges.sha256sum, ['--strict', '--quiet', '-c', '--', manifest], folder, signal);
    const failures = text.split('\n').flatMap((line) => /^(.+): FAILED(?: open or read)?$/.exec(line)?.slice(1, 2) ?? []);
    for (const path of failures) wrong.add(path);
    if (code !== 0 && failures.length === 0) bagFaults.push(`sha256sum --strict -c ${manifest} ended with ${code}`);
  }
  for (const path of wrong) if (!path.startsWith('data/')) bagFaults.push(`${path}: sha256sum says FAILED`);
  // A bag of tables contains folders of tables, which name no access copies.
  const holdsTables = says(join(folder, 'bag-info.txt'), /^Longplay-Bag-Type: tables$/m);
  const opener = says(join(folder, 'bag-info.txt'), /^Longplay-Sealing: /m) ? await sealed() : null;
  const unopened: string[] = [];
  const erased: string[] = [];
  let why: string | null = null;
  const folders = [...named].sort(byCodePoint);
  const recordings = holdsTables ? [] : folders;
  const faults: string[] = [...bagFaults];
  const failed = new Set<string>(bagFaults.length > 0 ? recordings : []);
  let copiesDecoded = 0;
  let audioMs = 0;
  for (const name of folders) {
    signal.throwIfAborted();
    const place = `data/${name}`;
    const own = [...wrong].filter((path) => path.startsWith(`${place}/`)).map((path) => `${path}: sha256sum says FAILED`);
    const read = holdsTables ? noCopies : await playCopies({ folder, place, wrong, opener }, judges, signal);
    own.push(...read.faults);
    copiesDecoded += read.decoded;
    audioMs += read.audioMs;
    if (read.closed === 'erased') erased.push(name);
    // Of a recording that was not opened, only the stored bytes are known.
    else if (read.closed !== null && own.length === 0) unopened.push(name);
    if (read.closed !== 'erased') why ??= read.closed;
    if (own.length > 0 && !holdsTables) failed.add(name);
    faults.push(...own);
  }
  // Files that belong to no recording.
  for (const path of wrong) if (path.startsWith('data/') && path.split('/').length < 3) faults.push(`${path}: sha256sum says FAILED`);
  return {
    recordings,
    failed: [...failed],
    faults,
    files,
    copiesDecoded,
    audioMs,
    isSealed: opener !== null,
    unopened: { recordings: unopened, why },
    erased,
  };
}

/** Result of decoding the copies of a recording. */
interface PlayedCopies {
  readonly faults: readonly string[];
  readonly decoded: number;
  readonly audioMs: number;
  /** Why a sealed recording was not opened; null: it was opened, or is not sealed. */
  readonly closed: string | null;
}

const noCopies: PlayedCopies = { faults: [], decoded: 0, audioMs: 0, closed: null };

/**
 * Decodes the copies of a recording.
 * @param where `place`: the recording's folder in the bag; `wrong`: files that sha256sum rejected; `opener`: null if the bag is open
 */
async function playCopies(
  {
    folder,
    place,
    wrong,
    opener,
  }: { readonly folder: string; readonly place: string; readonly wrong: ReadonlySet<string>; readonly opener: SealedFiles | null },
  judges: ValidationTools,
  signal: AbortSignal,
): Promise<PlayedCopies> {
  const files = opener === null ? null : opener.of(join(folder, place));
  if (typeof files === 'string') return { ...noCopies, closed: files };
  const ending = files === null ? '' : sealedEnding;
  const document = `${place}/recording.json${ending}`;
  if (wrong.has(document)) return noCopies;
  const bytes = files === null ? plainDocument(join(folder, document)) : await openedDocument(join(folder, place), 'recording.json', files);
  const copies = copiesIn(bytes);
  if (copies === null) return { ...noCopies, faults: [`${document} is missing${files === null ? '' : ', does not open'} or is not JSON with media`] };
  const faults: string[] = [];
  let [decoded, audioMs] = [0, 0];
  for (const copy of copies) {
    const stored = `${place}/${copy.path}${ending}`;
    if (wrong.has(stored)) continue;
    const input = files === null ? join(folder, place, copy.path) : files.open(copy.path);
    if (input === 'erased') continue;
    const fault = input === null ? 'the keyring has no secret of it' : await decodeFault(input, copy, judges, signal);
    if (fault !== null) {
      faults.push(`${stored}: ${fault}`);
      continue;
    }
    decoded++;
    audioMs += (copy.samples / copy.sampleRateHz) * 1_000;
  }
  return { faults, decoded, audioMs, closed: null };
}

/** Returns true if a bag-info.txt has a line that matches. */
function says(path: string, line: RegExp): boolean {
  try {
    return statSync(path).size <= limits.tagFileBytes && line.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** Matches a line whose path stays inside the bag, because sha256sum would open any path. */
const plainLine = /^[0-9a-f]{64} {2}[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Returns the paths that a manifest lists; null if it is unreadable or contains a line in a form that longplay does not write. */
function linesOf(path: string): string[] | null {
  try {
    if (statSync(path).size > limits.ownManifestBytes) return null;
    const lines = readFileSync(path, 'latin1').split('\n');
    return lines.pop() === '' && lines.every((line) => plainLine.test(line)) ? lines.map((line) => line.slice(64 + 2)) : null;
  } catch {
    return null;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/** An access copy as recording.json describes it. */
interface Copy {
  readonly path: string;
  readonly format: string;
  readonly samples: number;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Reads a document of an open bag; null if it is missing or too large. */
function plainDocument(path: string): Buffer | null {
  try {
    return statSync(path).size > limits.recordingJsonBytes ? null : readFileSync(path);
  } catch {
    return null;
  }
}

/**
 * Returns the copies that a recording.json names, parsed as generic JSON; null if the bytes are not JSON of that shape.
 * @param bytes null: the document is missing
 */
function copiesIn(bytes: Buffer | null): Copy[] | null {
  if (bytes === null) return null;
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof document !== 'object' || document === null || !('media' in document) || !Array.isArray(document.media)) return null;
    const joined: unknown = 'joined' in document ? document.joined : null;
    return [...document.media.map((medium: unknown) => memberOf(medium, 'access')), joined].flatMap((copy) =>
      // A copy in another bag is decoded with that bag; one that was erased alone does not exist.
      copy === null || memberOf(copy, 'bag') !== null || memberOf(copy, 'erased') !== null ? [] : [copyOf(copy)],
    );
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? (value as Record<string, unknown>)[name] : null; // an object, its members unknown
}

/** Reads the description of a copy. @throws TypeError if the value does not describe a copy */
function copyOf(value: unknown): Copy {
  const [path, format] = ['path', 'format'].map((name) => memberOf(value, name));
  const [samples, sampleRateHz, channels] = ['samples', 'sampleRateHz', 'channels'].map((name) => memberOf(value, name));
  if (typeof path !== 'string' || !/^[a-z0-9][a-z0-9.-]*$/.test(path) || typeof format !== 'string') throw new TypeError('no name');
  if (typeof samples !== 'number' || typeof sampleRateHz !== 'number' || typeof channels !== 'number') throw new TypeError('no numbers');
  return { path, format, samples, sampleRateHz, channels };
}

/** Opus is always decoded at this rate (RFC 7845 section 5.1). */
const opusRateHz = 48_000;

/**
 * Decodes a copy with a third-party decoder and counts its samples; returns null if the number is as recorded, else the fault.
 * @param input path of the copy, or the decrypted bytes of a sealed one
 */
async function decodeFault(input: string | Readable, copy: Copy, { opusdec, ffmpeg }: ValidationTools, signal: AbortSignal): Promise<string | null> {
  const opus = copy.format === 'opus';
  const byOpusdec = opus && opusdec !== null;
  const program = byOpusdec ? opusdec : ffmpeg;
  if (program === null) throw noJudge(['ffmpeg (package ffmpeg)']);
  const stream = typeof input === 'string' ? null : input;
  const args = byOpusdec
    ? ['--quiet', '--rate', String(opusRateHz), typeof input === 'string' ? input : '-', '-']
    : ['-v', 'error', '-nostdin', '-xerror', '-i', typeof input === 'string' ? `file:${input}` : 'pipe:0', '-map', '0:a:0', '-f', 's16le', '-'];
  const { code, bytes, errors, refused } = await output(program, args, '/', signal, stream);
  if (refused !== null) return refused;
  const name = byOpusdec ? 'opusdec' : 'ffmpeg';
  if (code !== 0) return `${name} ended with ${code}: ${errors.trim().split('\n').at(-1)?.slice(0, 200) ?? ''}`;
  const expected = opus ? (copy.samples * opusRateHz) / copy.sampleRateHz : copy.samples;
  const samples = bytes / 2 / copy.channels;
  return samples === expected ? null : agree`${name} decodes ${samples} sample[s] per channel, recording.json says ${expected}`;
}

/** Largest amount of program output that is kept as text. Of samples only the number is kept. */
const mostText = 4 * 1024 * 1024;

async function output(
  program: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
  input: Readable | null = null,
): Promise<{
  readonly code: number | null;
  readonly text: string;
  readonly errors: string;
  readonly bytes: number;
  readonly refused: string | null;
}> {
  const child = spawn(program, [...args], { cwd, env: { LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'], signal });
  // A program that ends early does not read the rest; its exit code tells why.
  child.stdin.on('error', () => undefined);
  if (input === null) child.stdin.end();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // The promise is awaited below. Until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  const drain = async (stream: AsyncIterable<Buffer>): Promise<{ readonly text: string; readonly bytes: number }> => {
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream) {
      if (bytes < mostText) kept.push(chunk);
      bytes += chunk.length;
    }
    return { text: Buffer.concat(kept).toString('utf8'), bytes };
  };
  const [out, errors, refused] = await Promise.all([drain(child.stdout), drain(child.stderr), input === null ? null : fed(input, child.stdin)]);
  signal.throwIfAborted();
  return { code: await ended, text: out.text, errors: errors.text, bytes: out.bytes, refused };
}

/** Writes a stream to a program. Returns why the stream failed; null: it was written, or the program ended early, which its exit code explains. */
async function fed(input: Readable, to: Writable): Promise<string | null> {
  let refused: string | null = null;
  input.on('error', (error) => {
    refused = errorText(error);
  });
  await pipeline(input, to).catch(() => undefined);
  return refused;
}

/** Returns the versions of the programs: the first line of each one's version output. @param opened true if sealed files were opened */
export async function toolVersions({ sha256sum, opusdec, ffmpeg, age }: ValidationTools, opened: boolean, signal: AbortSignal): Promise<string[]> {
  const asked: [string, string[]][] = [
    [sha256sum, ['--version']],
    ...(opusdec === null ? [] : [[opusdec, ['--version']] satisfies [string, string[]]]),
    ...(ffmpeg === null ? [] : [[ffmpeg, ['-version']] satisfies [string, string[]]]),
    ...(age === null || !opened ? [] : [[age, ['--version']] satisfies [string, string[]]]),
  ];
  const said: string[] = [];
  for (const [program, args] of asked) said.push((await output(program, args, '/', signal)).text.split('\n')[0]?.trim() ?? program);
  if (opened && age === null) said.push(`${toolName} itself, which opened the sealed files: age is not installed`);
  return said;
}
