import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BagCheckOptions, type BagSummary, checkBag } from '../../src/archive/bag/check.ts';
import { createBagDraft, finishBag, type PayloadFile } from '../../src/archive/bag/writer.ts';
import type { Verdict } from '../../src/core/model/verdict.ts';

/** A signal that is never aborted. */
export const calm = new AbortController().signal;

/** A folder that is removed with the scope. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'longplay-archive-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Hexadecimal digest. */
export function digest(algorithm: string, bytes: Uint8Array | string): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** Writes a payload file into a draft. */
export function putPayload(draft: string, path: string, bytes: Uint8Array | string): PayloadFile {
  put(draft, path, bytes);
  const all = Buffer.from(bytes);
  return { path, sizeBytes: all.length, sha256: digest('sha256', all), sha512: digest('sha512', all) };
}

/** Writes a file, with its folders. */
export function put(folder: string, path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

export const first = 'data/0a0a0a0a-0000-8000-8000-000000000001';
export const second = 'data/0a0a0a0a-0000-8000-8000-000000000002';

/** A small bag of two recordings, finished. */
export async function makeBag(folder: string): Promise<void> {
  await createBagDraft(folder);
  const files = [first, second].flatMap((recording, index) => [
    putPayload(folder, `${recording}/recording.json`, `{"number":${index}}\n`),
    putPayload(folder, `${recording}/original-1.wav`, `sound of call ${index}, not really`),
  ]);
  const info = {
    baggingDate: '2024-05-06',
    externalIdentifier: '20190312-00',
    description: '2 recordings',
    recordings: 2,
    tool: 'longplay 0.1.0',
    formats: 'What the originals are\n',
  };
  await finishBag(folder, files, info, calm);
}

/** Rebuilds the tag manifests of a bag, so that a change of a tag file is its only fault. */
export function renewTagManifests(folder: string, algorithms: readonly string[] = ['sha256', 'sha512']): void {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && !entry.name.startsWith('tagmanifest-') ? [entry.name] : [],
  );
  for (const algorithm of algorithms) {
    put(
      folder,
      `tagmanifest-${algorithm}.txt`,
      names
        .sort()
        .map((name) => `${digest(algorithm, readFileSync(join(folder, name)))}  ${name}\n`)
        .join(''),
    );
  }
}

/** Makes a bag from texts: `files` by path; the manifest of the payload is made unless one is given, tag manifests always. */
export function writeBag(folder: string, version: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const all: Record<string, string> = { 'bagit.txt': `BagIt-Version: ${version}\nTag-File-Character-Encoding: UTF-8\n`, ...files };
  for (const [path, text] of Object.entries(all)) put(folder, path, text);
  if (!Object.keys(files).some((path) => /^manifest-/.test(path))) {
    const payload = Object.entries(files).filter(([path]) => path.startsWith('data/'));
    put(folder, 'manifest-sha256.txt', payload.map(([path, text]) => `${digest('sha256', text)}  ${path}\n`).join(''));
  }
  renewTagManifests(folder, ['sha256']);
}

/** A line of a manifest. */
export function line(text: string, path: string, algorithm = 'sha256'): string {
  return `${digest(algorithm, text)}  ${path}\n`;
}

/** Lists all results of a check: `A131 data/x`, warnings with a question mark after the code, and its summary. */
export async function checked(
  folder: string,
  options: BagCheckOptions = {},
): Promise<{ readonly said: string[]; readonly verdicts: Verdict[]; readonly summary: BagSummary }> {
  const verdicts: Verdict[] = [];
  const work = checkBag(folder, { place: 'BAG', ...options }, calm);
  for (;;) {
    const step = await work.next();
    if (step.done === true) {
      const said = verdicts.map((one) => `${one.code}${one.severity === 'warning' ? '?' : ''} ${one.path.replace(/^BAG\/?/, '')}`.trim());
      return { said, verdicts, summary: step.value };
    }
    if (step.value !== null) verdicts.push(step.value);
  }
}
