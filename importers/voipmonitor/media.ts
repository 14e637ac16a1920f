import { agree } from '../../src/core/base/agree.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { MediaRef } from '../../src/core/model/recording.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import { type SpoolFile, spoolFile, spoolKinds } from './names.ts';

/** A call's files in order, and the facts about each. */
export interface SpoolMedia {
  readonly files: readonly ClaimedFile[];
  medium(file: ClaimedFile): Partial<Omit<MediaRef, 'path'>>;
  /** Number of captures and audio files with the call's audio; each comes from one run of the sniffer. */
  readonly sounds: number;
  /** Number of pieces of captures with RTP. */
  readonly rtpPieces: number;
  readonly findings: readonly Finding[];
}

/** Sorts a call's files: pieces of one capture follow each other, so that they form one recording. @param key key of the recording, for findings */
export function spoolMedia(files: readonly ClaimedFile[], key: string): SpoolMedia {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const sets = new Map<string, SpoolFile[]>();
  for (const file of files.map(({ path }) => spoolFile(path)).sort(inOrder)) {
    const set = `${file.home}\n${file.part}`;
    const known = sets.get(set);
    if (known === undefined) sets.set(set, [file]);
    else known.push(file);
  }
  const continuing = new Set<string>();
  const findings: Finding[] = [];
  const ordered: SpoolFile[] = [];
  for (const set of sets.values()) {
    ordered.push(...set);
    const pieces = set.filter(({ piece }) => piece !== null);
    const ends = set.length - pieces.length;
    const [first] = set;
    if (ends > 1 || set.some(({ twin }) => twin > 1)) {
      findings.push(finding('I241', key, agree`${ends} capture[s] and ${pieces.length} piece[s] have one name in ${first?.kind ?? 'a folder'}`));
      continue;
    }
    if (ends === 0) findings.push(finding('I242', key, agree`${pieces.length} piece[s] [is|are] in the source, without the last one`));
    for (const { path } of set.slice(1)) continuing.add(path);
  }
  const heads = ordered.filter(({ path, kind }) => !continuing.has(path) && kind !== 'SIP' && byPath.get(path)?.kind !== 'other');
  const sounding = heads.filter(({ kind }) => kind === heads[0]?.kind);
  return {
    files: ordered.flatMap(({ path }) => byPath.get(path) ?? []),
    medium: ({ path }) => mediumOf(spoolFile(path), continuing.has(path)),
    sounds: sounding.length,
    rtpPieces: ordered.filter(({ kind }) => kind === 'RTP').length,
    findings,
  };
}

/** Sorts audio first, then captures; older runs of the sniffer before newer ones; pieces by their number, the one without a number last. */
function inOrder(a: SpoolFile, b: SpoolFile): number {
  return (
    rank(a) - rank(b) ||
    compare(a.generation, b.generation) ||
    byCodePoint(a.home, b.home) ||
    byCodePoint(a.part, b.part) ||
    compare(a.piece ?? Number.POSITIVE_INFINITY, b.piece ?? Number.POSITIVE_INFINITY) ||
    a.twin - b.twin ||
    byCodePoint(a.path, b.path)
  );
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function rank({ kind }: SpoolFile): number {
  return kind === null ? 2.5 : spoolKinds.indexOf(kind);
}

function mediumOf({ kind, part }: SpoolFile, continues: boolean): Partial<Omit<MediaRef, 'path'>> {
  const piece = continues ? { continues } : {};
  const raw = /^i([01])\..*\.raw$/.exec(part);
  if (raw !== null) return { channels: [{ index: 0, role: raw[1] === '0' ? 'caller' : 'callee' }], ...piece };
  if (kind !== 'AUDIO') return piece;
  const channels = [{ index: 0, role: 'caller' } as const, { index: 1, role: 'callee' } as const];
  // Its first sample belongs to the moment of the first INVITE.
  return { side: 'stereo', channels, startOffsetMs: 0, ...piece };
}
