import { baseName, extension } from '../../src/core/base/safe-path.ts';

/**
 * Matches an extension, which has a letter: `.wav`, `.sln16`, `.g726-40`. The text after the last dot of `…-1795559992.4` or `…-1795559992.4-in` is not an
 * extension.
 */
const lettered = /^\.(?=\d*[a-z])[a-z0-9]+(?:-\d+)?$/i;

/** Matches `<epoch>.<n>`, the part of a uniqueid that every system has (recorder facts 1.1). */
const idCore = /(?<![\d.])(\d{9,11})\.(\d+)(?!\d)/g;

/** Matches a uniqueid without the name of its system. */
const bareId = /^\d{9,11}\.\d+$/;

/** Matches a complete uniqueid: `1795559992.4` or `demo-1795559992.4`. */
const wholeId = /^(?:.+-)?\d{9,11}\.\d+$/s;

/**
 * Matches a name from the right, since numbers and names may contain dashes: rest, date, time, uniqueid (FreePBX callrecording, functions.inc.php,
 * `__CALLFILENAME`).
 */
const freePbxName = /^(?:(.*)-)?(\d{8})-(\d{6})-((?:.+-)?\d{9,11}\.\d+)$/s;

/** Types in FreePBX's names: those of the first line from its source, those of the second from older and related systems. */
const freePbxTypes = new Set(
  ['in out exten q rg conf generic parking parked ondemand page', 'force internal external group'].flatMap((line) => line.split(' ')),
);

/** The parts of an audio file's name, without any look-up; null for a part that the name does not have. */
export interface AudioName {
  /** Base name as stored. */
  readonly base: string;
  /** Name without extension and without the side. */
  readonly stem: string;
  /** Side from a trailing `-in` or `-out`, as written by Monitor() and by r()/t() of MixMonitor. */
  readonly side: 'in' | 'out' | null;
  /** Type in FreePBX's grammar: `in`, `out`, `q` … */
  readonly type: string | null;
  /** Destination, as dialled or reached; null if dashes make its end ambiguous. */
  readonly destination: string | null;
  readonly source: string | null;
  /** Local time without zone, e.g. `20261124-223953`. */
  readonly stamp: string | null;
  /** The complete uniqueid, if the grammar shows where it begins. */
  readonly uniqueid: string | null;
  /** `<epoch>.<n>` wherever the name contains it. */
  readonly idCore: string | null;
}

/** The name that was parsed last: importers request the same name several times in a row. */
let last: { readonly path: string; readonly name: AudioName } | null = null;

/** Parses a file's name. Never fails: a name of another grammar has only a stem. */
export function parseAudioName(path: string): AudioName {
  if (last?.path !== path) last = { path, name: parsed(path) };
  return last.name;
}

function parsed(path: string): AudioName {
  const base = baseName(path);
  const bare = withoutExtension(base);
  const sided = /^(.+)[-_](in|out|rx|tx)$/is.exec(bare);
  const stem = sided?.[1] ?? bare;
  const side = sided === null ? null : /^(in|rx)$/i.test(sided[2] ?? '') ? 'in' : 'out';
  const grammar = freePbxName.exec(stem);
  const [, rest, date, time, uniqueid] = grammar ?? [];
  return {
    base,
    stem,
    side,
    ...(rest === undefined ? { type: null, destination: null, source: null } : parseRest(rest)),
    stamp: date !== undefined && time !== undefined ? `${date}-${time}` : null,
    uniqueid: uniqueid ?? null,
    idCore: coreOf(uniqueid ?? stem),
  };
}

/** Returns a name without its extension, whatever the extension says. */
export function withoutExtension(name: string): string {
  const ending = extension(name);
  return lettered.test(ending) ? name.slice(0, -ending.length) : name;
}

/** Returns true if the text is a uniqueid or linkedid of Asterisk. */
export function isUniqueId(text: string): boolean {
  return wholeId.test(text) && epochSeconds(text) !== null;
}

/**
 * Returns the UTC seconds since 1970 in a uniqueid: the time at which its channel was created. Null if it has none, or if the time lies before Asterisk existed
 * (1999).
 */
export function epochSeconds(uniqueid: string): number | null {
  const core = coreOf(uniqueid);
  return core === null ? null : Number(core.slice(0, core.indexOf('.')));
}

/** Returns the `<epoch>.<n>` in a text; the last one if there are several; null if there is none. */
export function coreOf(text: string): string | null {
  // Most uniqueids consist only of this part, and each row is tested several times.
  if (bareId.test(text)) return isEpoch(text.slice(0, text.indexOf('.'))) ? text : null;
  let found: string | null = null;
  for (const [core, epoch] of text.matchAll(idCore)) if (isEpoch(epoch)) found = core;
  return found;
}

/** Returns true for seconds since 1970 that lie between 1999 and 2100. */
function isEpoch(seconds: string | undefined): boolean {
  return Number(seconds) >= 915_148_800 && Number(seconds) < 4_102_444_800;
}

/** Returns true if a file's name contains this uniqueid: as its id if the grammar shows where the id is, otherwise as a whole word. */
export function namesId(name: AudioName, uniqueid: string): boolean {
  if (name.uniqueid !== null) return name.uniqueid === uniqueid;
  const at = name.stem.indexOf(uniqueid);
  if (at < 0) return false;
  return !/[\p{L}\d.]$/u.test(name.stem.slice(0, at)) && !/^\d/.test(name.stem.slice(at + uniqueid.length));
}

/** Returns true if a file of this name and size has no room for audio: FreePBX itself treats 44 bytes as empty; the header of wav49 has 60 (sample). */
export function isEmptyAudio(path: string, sizeBytes: number): boolean {
  const ending = extension(path).slice(1);
  if (ending === 'WAV' || ending === 'wav49') return sizeBytes <= 60;
  return ending.toLowerCase() === 'wav' ? sizeBytes <= 44 : sizeBytes === 0;
}

/** Parses `<type>-<dest>-<from>`, or `<conf>-<conf>-<policy>` for conferences of FreePBX 12 and later (`recconf`). */
function parseRest(rest: string): Pick<AudioName, 'type' | 'destination' | 'source'> {
  const parts = rest.split('-');
  const [first, second, third] = parts;
  if (parts.length === 3 && first === second && /^\d+$/.test(first ?? '') && /^[a-z]*$/i.test(third ?? '')) {
    return { type: 'conf', destination: first ?? null, source: null };
  }
  if (first === undefined || !freePbxTypes.has(first)) return { type: null, destination: null, source: null };
  // `vm-200` is one destination: a voice mailbox.
  const numbers = second === 'vm' && third !== undefined ? [`vm-${third}`, ...parts.slice(3)] : parts.slice(1);
  const [destination, source] = numbers;
  // There are more dashes than between two numbers: it is unknown where each number ends, and a wrong guess is worse than none.
  if (numbers.length !== 2 || destination === undefined || source === undefined) return { type: first, destination: null, source: null };
  return { type: first, destination: destination || null, source: source === '' || source === 'unknown' ? null : source };
}
