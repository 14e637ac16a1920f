import { baseName, extension } from '../../src/core/base/safe-path.ts';

/** An extension has a letter: `.wav`, `.sln16`, `.g726-40`. What follows the last dot of `…-1795559992.4` is none, nor is that of `…-1795559992.4-in`. */
const lettered = /^\.(?=\d*[a-z])[a-z0-9]+(?:-\d+)?$/i;

/** `<epoch>.<n>`, the part of a uniqueid that every system has (recorder facts 1.1). */
const idCore = /(?<![\d.])(\d{9,11})\.(\d+)(?!\d)/g;

/** A uniqueid without the name of its system. */
const bareId = /^\d{9,11}\.\d+$/;

/** A whole uniqueid: `1795559992.4` or `demo-1795559992.4`. */
const wholeId = /^(?:.+-)?\d{9,11}\.\d+$/s;

/** Read from the right, for numbers and names hold dashes: rest, date, time, uniqueid (FreePBX callrecording, functions.inc.php, `__CALLFILENAME`). */
const freePbxName = /^(?:(.*)-)?(\d{8})-(\d{6})-((?:.+-)?\d{9,11}\.\d+)$/s;

/** Types of FreePBX's names: its source has the first row, older and related systems the second. */
const freePbxTypes = new Set(
  ['in out exten q rg conf generic parking parked ondemand page', 'force internal external group'].flatMap((line) => line.split(' ')),
);

/** What the name of an audio file says. Nothing here is looked up; a null is a part that the name does not have. */
export interface AudioName {
  /** Base name as stored. */
  readonly base: string;
  /** Without extension and without the side. */
  readonly stem: string;
  /** Side that a trailing `-in` or `-out` names: Monitor() and r()/t() of MixMonitor write such. */
  readonly side: 'in' | 'out' | null;
  /** `in`, `out`, `q` … of FreePBX's grammar. */
  readonly type: string | null;
  /** Destination, as dialled or reached; null where dashes leave it open where it ends. */
  readonly destination: string | null;
  readonly source: string | null;
  /** `20261124-223953`, local time without zone. */
  readonly stamp: string | null;
  /** The whole uniqueid, where the grammar says where it begins. */
  readonly uniqueid: string | null;
  /** `<epoch>.<n>` wherever it stands in the name. */
  readonly idCore: string | null;
}

/** The name that was taken apart last: an importer asks several times for one before it goes on. */
let last: { readonly path: string; readonly name: AudioName } | null = null;

/** Takes a file's name apart. Never fails: a name of another grammar has a stem and nothing else. */
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

/** Whether text is a uniqueid or linkedid of Asterisk. */
export function isUniqueId(text: string): boolean {
  return wholeId.test(text) && epochSeconds(text) !== null;
}

/** UTC seconds since 1970 in a uniqueid: when its channel was made. Null where there is none, or none of a time with Asterisk (1999) in it. */
export function epochSeconds(uniqueid: string): number | null {
  const core = coreOf(uniqueid);
  return core === null ? null : Number(core.slice(0, core.indexOf('.')));
}

/** The `<epoch>.<n>` in a text, the last one where several stand there. */
export function coreOf(text: string): string | null {
  // Most uniqueids are nothing else, and are asked for several times in each row.
  if (bareId.test(text)) return isEpoch(text.slice(0, text.indexOf('.'))) ? text : null;
  let found: string | null = null;
  for (const [core, epoch] of text.matchAll(idCore)) if (isEpoch(epoch)) found = core;
  return found;
}

/** Seconds since 1970 from 1999 to 2100. */
function isEpoch(seconds: string | undefined): boolean {
  return Number(seconds) >= 915_148_800 && Number(seconds) < 4_102_444_800;
}

/** Whether a file's name carries this uniqueid: exactly where the grammar shows it, else as a whole word. */
export function namesId(name: AudioName, uniqueid: string): boolean {
  if (name.uniqueid !== null) return name.uniqueid === uniqueid;
  const at = name.stem.indexOf(uniqueid);
  if (at < 0) return false;
  return !/[\p{L}\d.]$/u.test(name.stem.slice(0, at)) && !/^\d/.test(name.stem.slice(at + uniqueid.length));
}

/** Whether a file of this name and size has no room for audio: FreePBX itself takes 44 bytes for empty; the header of wav49 is 60 (sample). */
export function isEmptyAudio(path: string, sizeBytes: number): boolean {
  const ending = extension(path).slice(1);
  if (ending === 'WAV' || ending === 'wav49') return sizeBytes <= 60;
  return ending.toLowerCase() === 'wav' ? sizeBytes <= 44 : sizeBytes === 0;
}

/** `<type>-<dest>-<from>`; `<conf>-<conf>-<policy>` for conferences of FreePBX 12 and later (`recconf`). */
function parseRest(rest: string): Pick<AudioName, 'type' | 'destination' | 'source'> {
  const parts = rest.split('-');
  const [first, second, third] = parts;
  if (parts.length === 3 && first === second && /^\d+$/.test(first ?? '') && /^[a-z]*$/i.test(third ?? '')) {
    return { type: 'conf', destination: first ?? null, source: null };
  }
  if (first === undefined || !freePbxTypes.has(first)) return { type: null, destination: null, source: null };
  // `vm-200` is a destination of its own: a voice mailbox.
  const numbers = second === 'vm' && third !== undefined ? [`vm-${third}`, ...parts.slice(3)] : parts.slice(1);
  const [destination, source] = numbers;
  // More dashes than two numbers need: where one ends is not known, and a wrong guess is worse than none.
  if (numbers.length !== 2 || destination === undefined || source === undefined) return { type: first, destination: null, source: null };
  return { type: first, destination: destination || null, source: source === '' || source === 'unknown' ? null : source };
}
