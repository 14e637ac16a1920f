import { createHash } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { baseName } from '../../core/base/safe-path.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Entry, Source } from '../../core/model/source.ts';

import { isLoose, type KeptMedia, type KeptMedium } from '../../store/catalog/kept-media.ts';
import type { AlikeRecording, Lookup } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { salvagedFingerprint } from './place-recording.ts';
import { followDamage } from './source-notes.ts';

/** Result of comparing the files of a recording with archived files of the same names and sizes. */
export type Compared =
  /** The archive has the same files. `read`: their bytes were compared, not only their time stamps. */
  | { readonly kind: 'same'; readonly read: boolean }
  /** The bytes of the files differ. `contents` is a digest of all files. */
  | { readonly kind: 'changed'; readonly contents: string; readonly paths: readonly string[] }
  /** A file could not be read in this run. */
  | { readonly kind: 'unknown'; readonly path: string; readonly reason: string };

/** Place of a loose file: it is archived, it is a call of its own beside another one of the same name, or its key decides. */
export type LoosePlace =
  | { readonly kind: 'archived'; readonly file: AlikeRecording; readonly read: boolean }
  | { readonly kind: 'other-call'; readonly contents: string }
  | { readonly kind: 'by-key' };

/** Compares files of a source with archived ones. Reads a file only if name, size and time stamp do not decide. */
export interface FileComparison {
  /** Compares a recording that the archive has with the same rows, names and sizes. @param recordingId id of its first state */
  compare(recording: Recording, recordingId: string): Promise<Compared>;
  /** Finds the place of a recording that is known only by the path of its file. @param idOf returns the id that follows from its key */
  placeLoose(recording: Recording, idOf: () => string, site: string, fingerprint: string): Promise<LoosePlace>;
  /**
   * Returns true if the files of a recording are archived files, in any order. Each must have the same name, size and end of its path as an archived
   * one, and either equal bytes, or the same source, path and time stamp.
   */
  hasFiles(recording: Recording, files: KeptMedia): Promise<boolean>;
  /** Returns the total size of the archived files of a recording's newest state. */
  keptBytes(recordingId: string): number;
  /** Returns true if a recording's newest state has files. False: it has only rows, or is not in the archive. */
  hasKeptFiles(recordingId: string): boolean;
}

/** What a comparison needs. */
export interface ComparisonTools {
  readonly source: Source;
  readonly ledger: Ledger;
  readonly lookup: Pick<Lookup, 'filesOf' | 'alikeTo' | 'newestOf'>;
  /** True: bytes are compared even if names, sizes and time stamps agree. */
  readonly compareBytes: boolean;
}

/**
 * Creates a comparison.
 * One function: the digest of each file is computed once, and all comparisons share it.
 */
export function openComparison({ source, ledger, lookup, compareBytes }: ComparisonTools, signal: AbortSignal): FileComparison {
  const damageOf = followDamage(source);

  const entriesOf = (recording: Recording): Entry[] | null => {
    const entries = recording.media.flatMap(({ path }) => source.entry(path) ?? []);
    return entries.length === recording.media.length ? entries : null;
  };

  let last: { readonly path: string; readonly digest: string } | null = null;
  /** Returns the digest of a file, or a result that says why it cannot be read now. A loose file may be requested twice. */
  const digestOf = async (entry: Entry): Promise<string | Compared> => {
    if (last?.path === entry.path) return last.digest;
    try {
      const reader = await source.open(entry, signal);
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const piece of reader.stream(0, entry.size, signal)) {
        hash.update(piece);
        sizeBytes += piece.length;
      }
      const damage = damageOf(entry.path);
      if (damage !== null) return { kind: 'unknown', path: entry.path, reason: damage.message };
      if (sizeBytes !== entry.size) return { kind: 'unknown', path: entry.path, reason: agree`it gave ${sizeBytes} of ${entry.size} byte[s]` };
      last = { path: entry.path, digest: hash.digest('hex') };
      return last.digest;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { kind: 'unknown', path: entry.path, reason: error.message };
    }
  };

  /** Returns the path that the user named and that contains a path of the source; null if the user named only one. */
  const partOf = (path: string): string | null =>
    source.parts?.find((name) => path === name || path.startsWith(`${name}/`) || path.startsWith(`${name}!`)) ?? null;

  /** Returns true if a file is a certain archived file. */
  const isFile = async ({ path, size, modifiedMs }: Entry, medium: KeptMedium, archivedFrom: string): Promise<boolean> => {
    if (medium.sizeBytes !== size || !isSameName(medium.path, path)) return false;
    const isStamped = medium.path === path && archivedFrom === source.name && keptStamp(medium) === stampText(path, size, modifiedMs);
    if (isStamped && modifiedMs !== null && !compareBytes) return true;
    const entry = source.entry(path);
    return entry !== null && (await digestOf(entry)) === medium.sha256;
  };

  return {
    hasFiles: async (recording, files) => {
      const entries = entriesOf(recording);
      const left = [...files.media];
      if (entries === null || entries.length === 0 || entries.length !== left.length) return false;
      for (const entry of entries) {
        let at = 0;
        for (; at < left.length; at++) if (await isFile(entry, left[at] as KeptMedium, files.source)) break;
        if (at === left.length) return false;
        left.splice(at, 1);
      }
      return true;
    },
    keptBytes: (recordingId) => lookup.filesOf(recordingId)[0]?.media.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0,
    hasKeptFiles: (recordingId) => (lookup.filesOf(recordingId)[0]?.media.length ?? 0) > 0,
    compare: async (recording, recordingId) => {
      const entries = entriesOf(recording);
      if (entries === null || entries.length === 0) return { kind: 'same', read: false };
      const states = lookup.filesOf(recordingId);
      const stamped = setText(entries.map((entry) => stampText(entry.path, entry.size, entry.modifiedMs)));
      if (!compareBytes && states.some((state) => setText(state.media.map(keptStamp)) === stamped)) return { kind: 'same', read: false };
      const lines: { readonly path: string; readonly line: string }[] = [];
      for (const entry of entries) {
        const digest = await digestOf(entry);
        if (typeof digest !== 'string') return digest;
        lines.push({ path: entry.path, line: bytesText(entry.path, entry.size, digest) });
      }
      const whole = setText(lines.map(({ line }) => line));
      if (states.some((state) => setText(state.media.map(keptBytes)) === whole)) return { kind: 'same', read: true };
      const newest = new Set(states[0]?.media.map(keptBytes));
      const paths = lines.filter(({ line }) => !newest.has(line)).map(({ path }) => path);
      return { kind: 'changed', contents: sha256Hex(whole), paths };
    },
    placeLoose: async (recording, idOf, site, fingerprint) => {
      const entry = recording.media.length === 1 && isLoose(recording) ? entriesOf(recording)?.[0] : undefined;
      if (entry === undefined) return { kind: 'by-key' };
      const { path, size } = entry;
      // An archived part of a damaged container is not a complete file.
      const salvaged = salvagedFingerprint(fingerprint);
      const alike = lookup
        .alikeTo(path, size)
        .filter(({ files, importer }) => files.isLoose && importer === recording.importer)
        .filter((file) => file.site === site && file.fingerprint !== salvaged && isSameName(pathOf(file), path));
      const fitting = alike.filter(({ recordingId: id }) => ledger.takenBy(id) === null);
      const isOwn = (file: AlikeRecording): boolean => pathOf(file) === path && file.files.source === source.name;
      const own = fitting.find((file) => isOwn(file) && setText(file.files.media.map(keptStamp)) === stampText(path, size, entry.modifiedMs));
      const part = partOf(path);
      const archivedAs = (file: AlikeRecording, read: boolean): LoosePlace => {
        if (part !== null) ledger.takeIn(part, file.recordingId);
        return { kind: 'archived', file, read };
      };
      if (own !== undefined && !compareBytes) return archivedAs(own, false);
      const recordingId = idOf();
      const isFirst = lookup.newestOf(recordingId) === null;
      // Returns true for a copy of a file under another path that the user named. Imported alone the copy would add nothing, so it adds nothing here
      // either.
      const isCopied = (id: string): boolean => {
        const parts = part === null ? [] : ledger.partsWith(id);
        return part !== null && parts.length > 0 && !parts.includes(part);
      };
      const copied = alike.filter(({ recordingId: id }) => isCopied(id));
      const digest = fitting.length + copied.length === 0 ? null : await digestOf(entry);
      if (digest !== null && typeof digest !== 'string') return { kind: 'by-key' };
      const equal = fitting.filter(({ files }) => files.media[0]?.sha256 === digest);
      // An archived file whose path the source still has is another file than this one.
      const found =
        equal.find(isOwn) ??
        equal.find((file) => pathOf(file) === path) ??
        equal.find((file) => ledger.sizeOf(pathOf(file)) === null) ??
        copied.find(({ files }) => files.media[0]?.sha256 === digest);
      if (found !== undefined) return archivedAs(found, true);
      if (isFirst || lookup.filesOf(recordingId).some((state) => state.source === source.name)) return { kind: 'by-key' };
      return { kind: 'other-call', contents: sha256Hex(`${path}\n${size}\n${digest ?? source.name}`) };
    },
  };
}

/** Returns true if one path is the end of the other, which means the same file below another root. Containers count as folders. */
function isSameName(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => `/${path.replaceAll('!', '/')}`);
  return one !== undefined && other !== undefined && (one.endsWith(other) || other.endsWith(one));
}

function pathOf({ files }: AlikeRecording): string {
  return files.media[0]?.path ?? '';
}

function keptStamp({ path, sizeBytes, modifiedMs }: KeptMedia['media'][number]): string {
  return stampText(path, sizeBytes, modifiedMs);
}

function keptBytes({ path, sizeBytes, sha256 }: KeptMedia['media'][number]): string {
  return bytesText(path, sizeBytes, sha256);
}

/** Returns name, size and time stamp as a text: without folders, which may move, and in whole milliseconds, as the archive stores times. */
function stampText(path: string, sizeBytes: number, modifiedMs: number | null): string {
  return `${baseName(path)} ${sizeBytes} ${modifiedMs === null ? '' : Math.floor(modifiedMs)}`;
}

function bytesText(path: string, sizeBytes: number, sha256: string): string {
  return `${baseName(path)} ${sizeBytes} ${sha256}`;
}

function setText(lines: readonly string[]): string {
  return [...lines].sort(byCodePoint).join('\n');
}
