import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurable } from '../archive/files/durable.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { byCodePoint } from '../core/base/order.ts';
import { detailsSealed } from '../core/model/sealing.ts';
import { parseEntry } from '../log/entries/log-entry.ts';
import { readBundle } from '../log/files/files.ts';
import { lockLog } from '../log/files/lock.ts';
import { tileWidth } from '../log/tree/tile-tree.ts';
import { bundleOfDetails, detailsFile, detailsFolder, digestMember, loginOf, readDetailLines, removeUnfinished } from '../log/who/entry-details.ts';
import { entryDigestOf, sealLine, secretOfLine } from '../log/who/sealed-details.ts';
import type { FileSecrets } from '../sealing/keyring/page.ts';
import { keepPage, newPageId } from '../sealing/stored/page-secrets.ts';
import type { ArchiveSealer } from './exchange-bag.ts';

/** What sealing details needs in addition. */
export interface DetailsTools {
  /** Returns the pseudonym of a login name. */
  readonly pseudonymOf: (login: string) => Promise<string>;
  /** Bundles that stay in clear, because their files are damaged. */
  readonly damaged: ReadonlySet<number>;
}

/**
 * Seals the private details of entries that are in clear. The entries keep the digests of the plain lines. A new entry records the digests of the sealed lines
 * before these replace the plain ones. Drops lines that no entry names, because they are leftovers of stopped runs.
 * @returns number of sealed lines
 */
export async function sealDetails(sealer: Pick<ArchiveSealer, 'archive' | 'enter'>, tools: DetailsTools, signal: AbortSignal): Promise<number> {
  const { archive } = sealer;
  let sealed = 0;
  {
    await using _lock = await lockLog(archive, signal);
    await removeUnfinished(archive.dir);
  }
  for (const bundle of bundlesIn(archive.dir)) {
    if (tools.damaged.has(bundle)) continue;
    // A process that opened the archive before it was sealed may still add lines.
    for (let added = await sealBundle(bundle, sealer, tools, signal); added > 0; added = await sealBundle(bundle, sealer, tools, signal))
      sealed += added;
  }
  return sealed;
}

function bundlesIn(dir: string): number[] {
  const folder = join(dir, detailsFolder);
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort(byCodePoint);
  return paths.flatMap((path) => bundleOfDetails(`${detailsFolder}/${path}`) ?? []);
}

/** Seals the lines of a bundle that are in clear now. @returns their number */
async function sealBundle(
  bundle: number,
  { archive, enter }: Pick<ArchiveSealer, 'archive' | 'enter'>,
  { pseudonymOf }: DetailsTools,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const firsts = await firstEntries(archive.dir, bundle);
  const page = newPageId();
  const cells = new Map<string, FileSecrets>();
  const stored = new Map<string, Uint8Array>();
  for (const [digest, line] of (await readDetailLines(archive.dir, bundle)) ?? []) {
    const seq = firsts.get(digest);
    if (seq === undefined || secretOfLine(line) !== null) continue;
    const login = loginOf(line);
    const cell = String(seq);
    const made = sealLine(line, {
      page,
      cell,
      login: login === null ? null : await pseudonymOf(JSON.parse(`"${Buffer.from(login, 'latin1').toString('utf8')}"`) as string),
    });
    cells.set(cell, made.secrets);
    stored.set(digest, made.stored);
  }
  if (stored.size > 0) {
    await keepPage(page, `details ${bundle}`, cells);
    await enter([{ type: detailsSealed, detail: { bundle, lines: [...stored.values()].map((line) => sha256Hex(line)).join(' ') } }]);
  }
  await replaceLines(archive, bundle, stored, signal);
  return stored.size;
}

/** Returns, by digest of a line, the number of the first entry of a bundle that has it. */
async function firstEntries(dir: string, bundle: number): Promise<ReadonlyMap<string, number>> {
  const entries = (await readBundle(join(dir, 'log'), bundle))?.entries ?? [];
  const firsts = new Map<string, number>();
  for (const [at, bytes] of entries.entries()) {
    const seq = bundle * tileWidth + at + 1;
    const digest = parseEntry(bytes, seq)?.detail[digestMember];
    if (typeof digest === 'string' && !firsts.has(digest)) firsts.set(digest, seq);
  }
  return firsts;
}

/** Replaces lines in clear by sealed ones, and drops lines in clear that no entry names. Keeps all others. */
async function replaceLines(
  archive: ArchiveSealer['archive'],
  bundle: number,
  stored: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await using _lock = await lockLog(archive, signal);
  const named = await firstEntries(archive.dir, bundle);
  const lines = [...((await readDetailLines(archive.dir, bundle)) ?? new Map<string, Uint8Array>()).values()];
  const next = lines.flatMap((line) => {
    const digest = entryDigestOf(line);
    if (secretOfLine(line) !== null) return [line];
    return named.has(digest) ? [stored.get(digest) ?? line] : [];
  });
  if (next.length === lines.length && next.every((line, at) => line === lines[at])) return;
  await writeDurable(join(archive.dir, detailsFile(bundle)), Buffer.concat(next.flatMap((line) => [Buffer.from(line), Buffer.of(0x0a)])));
}
