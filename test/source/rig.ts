import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Source } from '../../src/core/model/source.ts';
import { openSource } from '../../src/source/open-source.ts';
import { readLocation } from '../../src/source/read/location-reader.ts';

/** A signal that is never aborted. */
export const never = new AbortController().signal;

/** A folder for one test; removed when it is disposed of. */
export function temporaryFolder(): { path: string; file(name: string, bytes: Uint8Array | string): string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'longplay-source-'));
  return {
    path,
    file: (name, bytes) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Everything that a source reports: path and size of each entry, code and place of each finding, content by path. */
export interface Listed {
  readonly entries: readonly string[];
  readonly findings: readonly string[];
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** Opens paths, reads every entry in both ways, which must agree, and closes. Nothing may remain in scratch. */
export async function listed(...paths: string[]): Promise<Listed> {
  using scratch = temporaryFolder();
  const source = await openSource(paths, { scratch: scratch.path }, never);
  const entries: string[] = [];
  const contents = new Map<string, Buffer>();
  try {
    for await (const entry of source.entries(never)) {
      entries.push(`${entry.path} ${entry.size}`);
      if (JSON.stringify(source.entry(entry.path)) !== JSON.stringify(entry)) throw new Error(`${entry.path} is not found by its path`);
      contents.set(entry.path, await contentOf(source, entry.path));
    }
  } finally {
    await source.close();
  }
  const left = execFileSync('find', [scratch.path, '-mindepth', '1'], { encoding: 'utf8' });
  if (left !== '') throw new Error(`left in scratch: ${left}`);
  return { entries, findings: source.findings.map(({ code, place }) => `${code} ${place}`), contents };
}

/** An entry's bytes through `open`; throws if those of `locate` differ. */
export async function contentOf(source: Source, path: string): Promise<Buffer> {
  const entry = source.entry(path);
  if (entry === null) throw new Error(`no entry ${path}`);
  const reader = await source.open(entry, never);
  const streamed: Uint8Array[] = [];
  for await (const piece of reader.stream(0, reader.size, never)) streamed.push(piece.slice());
  const location = await source.locate(entry, never);
  const located = readLocation(location);
  await source.release(location);
  const whole = Buffer.concat(streamed);
  if (!whole.equals(located)) throw new Error(`open and locate of ${path} differ`);
  if (!whole.equals(await reader.read(0, reader.size))) throw new Error(`read and stream of ${path} differ`);
  return whole;
}

/** Runs a program with a fixed environment; returns its output. */
export function run(program: string, args: readonly string[], options: { cwd?: string; input?: Uint8Array } = {}): Buffer {
  return execFileSync(program, [...args], {
    ...options,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
}

/** Whether a program is installed. */
export function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

/** Bytes that do not repeat, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
