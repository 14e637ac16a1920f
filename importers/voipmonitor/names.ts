import { createHash } from 'node:crypto';
import type { SoundKind } from '../../src/core/base/media-judge.ts';
import { extension } from '../../src/core/base/safe-path.ts';
import type { KindByName } from '../engine/records/family.ts';

/** Kinds of folders in the spool, in the order in which a call's media are listed: audible ones first. */
export const spoolKinds = ['AUDIO', 'RTP', 'ALL', 'SIP', 'AUDIOGRAPH', 'GRAPH', 'REG'] as const;
export type SpoolKind = (typeof spoolKinds)[number];

/** Facts in the path of a file in the spool. */
export interface SpoolFile {
  readonly path: string;
  /** Folders above the folder of the day, or of the kind if there is no day. */
  readonly above: string;
  /** Number of the sensor, if a folder or the archive's name states one. */
  readonly sensor: string | null;
  /** Day or minute in which the call began, by the sniffer's clock: `2025-10-26 00:29`, `2025-10-26`; null if not stated. */
  readonly began: string | null;
  readonly kind: SpoolKind | null;
  /** The archive or folder that contains the file. */
  readonly home: string;
  readonly inArchive: boolean;
  /** Position among the archives of one minute: when the sniffer restarts, it renames existing archives to `.1`, `.2` …; the newest has no number. */
  readonly generation: number;
  /** The call: its Call-ID in the form used by the spool, which shortens long ones. */
  readonly call: string;
  /** Distinguishes several files of a call in one archive or folder: the stream of a graph, the raw stream. */
  readonly part: string;
  /** Number of a piece, counted over the whole archive; null: the last piece, or a file that was not split. */
  readonly piece: number | null;
  /** Number among files with one name in one archive or folder: 1, 2 … */
  readonly twin: number;
}

const dayFolder = /(?:^|[/!])(\d{4}-\d{2}-\d{2})[/!](?:(\d{2})[/!](?:(\d{2})[/!])?)?(?:(SIP|RTP|GRAPH|AUDIO|AUDIOGRAPH|REG|ALL)[/!])?/g;
const archiveName =
  /(?:^|[/!])(sip|rtp|graph|audio|audiograph|reg|all)_(?:(\w+?)_)?(?:(\d{4}-\d{2}-\d{2})-(\d{2})-(\d{2})|\d{9,10})\.tar(?:\.[a-z]\w{1,3})?(?:\.(\d{1,2}))?(?:#\d+)?!/g;
/** Matches archives that could not be opened. */
const archive = /\.tar(\.\w{1,4})*(#\d+)?$/i;
const shortened = /_hash_[0-9a-f]{32}/;
const interim = /^(.*)\.(i[01]\.(?:rawInfo|-?\d+\.-?\d+\.-?\d+\.\d+\.\d+\.raw))$/;

/** Returns the facts in a path about a file's place in the spool. */
export function spoolFile(path: string): SpoolFile {
  const day = [...path.matchAll(dayFolder)].at(-1);
  const tar = [...path.matchAll(archiveName)].at(-1);
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('!'));
  const kindFolder = /(?:^|[/!])(?:SIP|RTP|GRAPH|AUDIO|AUDIOGRAPH|REG|ALL)[/!]/.exec(path);
  const [found] =
    day !== undefined ? [day] : [kindFolder, tar].filter((each) => each !== null && each !== undefined).sort((a, b) => a.index - b.index);
  const above = found === undefined ? path.slice(0, end + 1) : path.slice(0, found.index + (/^[/!]/.test(found[0]) ? 1 : 0));
  const folder = day === undefined ? null : [day[1], ...(day[2] !== undefined && day[3] !== undefined ? [`${day[2]}:${day[3]}`] : [])].join(' ');
  const named = tar?.[3] === undefined ? null : `${tar[3]} ${tar[4]}:${tar[5]}`;
  const kind = spoolKinds.find((each) => each === (day?.[4] ?? tar?.[1]?.toUpperCase())) ?? null;
  return {
    path,
    above,
    sensor: tar?.[2] ?? /(?:^|[/!])(\d{1,6})[/!]$/.exec(above)?.[1] ?? null,
    began: folder === null || folder.length < 16 ? (named ?? folder) : folder,
    kind,
    home: path.slice(0, end + 1),
    inArchive: path[end] === '!',
    generation: tar?.[6] === undefined ? Number.POSITIVE_INFINITY : Number(tar[6]),
    ...memberName(path.slice(end + 1), kind),
  };
}

/** Parses a member's name. A piece is `NAME#3`, in older versions `NAME_3`; the number that distinguishes equal names precedes the extension. */
function memberName(name: string, kind: SpoolKind | null): Pick<SpoolFile, 'call' | 'part' | 'piece' | 'twin'> {
  const cut = /^(.*)#(\d{1,9})$/.exec(name) ?? /^(.*(?:\.pcap|\.graph))_(\d{1,9})$/.exec(name);
  const whole = cut?.[1] ?? name;
  const twin = /#(\d{1,9})/.exec(whole);
  const plain = whole.replace(/#\d{1,9}/, '');
  const numbers = { piece: cut?.[2] === undefined ? null : Number(cut[2]), twin: twin === null ? 1 : Number(twin[1]) };
  const raw = interim.exec(plain);
  if (raw !== null) return { call: short(raw[1] ?? ''), part: raw[2] ?? '', ...numbers };
  const graph = /^(.*?)(?:\.(\d+))?\.graph(?:\.gz)?$/.exec(plain);
  if (graph !== null) return { call: short(graph[1] ?? ''), part: `graph ${graph[2] ?? ''}`, ...numbers };
  const ending = extension(plain);
  const isEnding = ending === '.pcap' || ending === '.pcapng' || (kind?.startsWith('AUDIO') ?? /^\.[a-z][a-z0-9]{1,4}$/i.test(ending));
  return { call: short(isEnding ? plain.slice(0, plain.length - ending.length) : plain), part: isEnding ? ending : '', ...numbers };
}

/** Returns the kind of a file in the spool. `none`: it belongs to no call; null: neither the spool nor the extension shows its kind. */
export function spoolMedium(path: string, usual: SoundKind | null): KindByName {
  const { kind, part, piece } = spoolFile(path);
  if (archive.test(path) || kind === 'REG') return 'none';
  if (kind === 'GRAPH' || kind === 'AUDIOGRAPH' || part.startsWith('graph ') || part.endsWith('.rawInfo')) return 'other';
  if (kind === 'AUDIO') return usual;
  if (kind !== null || (piece !== null && part === '.pcap') || shortened.test(path.slice(path.lastIndexOf('/') + 1))) return 'pcap';
  return usual;
}

/** Returns true for a path that only VoIPmonitor creates. */
export function isSpoolName(path: string): boolean {
  const { kind, began, part, piece } = spoolFile(path);
  // The path itself is tested, because any long name is shortened to find its row.
  const isShortened = shortened.test(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1));
  return (kind !== null && began !== null && began.length > 10) || (piece !== null && part === '.pcap') || isShortened;
}

/** Returns names under which the files of a Call-ID may lie. There may be several, because a database does not keep the bytes of its letters. */
export function spoolNames(callId: string): string[] {
  const texts = [Buffer.from(callId, 'utf8'), Buffer.from(callId, 'latin1')];
  const written = texts.map((bytes) => bytes.toString('latin1').replace(/[^A-Za-z0-9:.@-]/g, '_'));
  // Versions that did not shorten names cut them at the 99 bytes that a tar allows.
  return [...new Set(written.flatMap((name) => [short(name), short(`${name}.pcap`.slice(0, 99).replace(/\.pcap$/, ''))]))];
}

const mostBytes = 92;
const hashBytes = 38;

/**
 * Returns the name of a call in an archive. A name that is, with `.pcap`, too long for a tar is cut and ends in the MD5 of the removed part: seen in a run of
 * 2ec3c37, whose captures have 92 bytes; the audio of the same call keeps the long name.
 */
function short(name: string): string {
  const file = `${name}.pcap`;
  if (file.length <= mostBytes || shortened.test(name)) return name;
  const kept = mostBytes - hashBytes;
  return `${file.slice(0, kept)}_hash_${createHash('md5').update(file.slice(kept), 'latin1').digest('hex')}`;
}

/** Returns true if a name in the spool is the Call-ID itself: no byte was replaced and nothing was cut off. */
export function isCallId(name: string): boolean {
  return !name.includes('_') && name.length < 90;
}
