import type { Recording, Side } from '../../src/core/model/recording.ts';

// Enumerations of the interaction database, from beniregev/tool-elastic-search-injector a9cf742 (Consts.java, an injector by NICE itself). Exports contain the
// number or the word.

/** 4 (block) and 6 (external) have no direction here: the source does not state who called whom. */
export const directions: Readonly<Record<string, Recording['direction']['value']>> = {
  1: 'inbound',
  incoming: 'inbound',
  2: 'outbound',
  outgoing: 'outbound',
  3: 'internal',
  internal: 'internal',
  5: 'tandem',
  tandem: 'tandem',
};

const sides: Readonly<Record<string, Side>> = {
  1: 'in',
  in: 'in',
  2: 'out',
  out: 'out',
  3: 'mixed',
  summed: 'mixed',
  5: 'stereo',
  stereo: 'stereo',
};

export function sideOf(raw: string | null): Side {
  return sides[raw?.toLowerCase() ?? ''] ?? 'unknown';
}

/** Returns whether something was recorded: 1 yes, 2 no, 3 partly. */
export function recordedOf(raw: string | null): 'yes' | 'no' | 'partial' | null {
  return ({ 1: 'yes', yes: 'yes', 2: 'no', no: 'no', 3: 'partial', partial: 'partial' } as const)[raw?.toLowerCase() ?? ''] ?? null;
}

const mediaNames: Readonly<Record<number, string>> = {
  1: 'screen',
  2: 'voice',
  4: 'e-mail',
  8: 'chat',
  16: 'web',
  32: 'video',
  64: 'SMS',
  100: 'verbatim',
  128: 'original e-mail',
  256: 'survey',
  512: 'web complaint',
  1024: 'verbatim of a survey',
};

/** Returns the media denoted by a number of iMediaTypesId: a single value, or bits; null if the number has no meaning. */
export function mediaOf(raw: string | null): readonly string[] | null {
  if (raw === null || !/^\d{1,4}$/.test(raw)) return wordOf(raw);
  const code = Number(raw);
  const own = mediaNames[code];
  if (code === 0) return null;
  if (own !== undefined) return [own];
  return [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].flatMap((bit) => ((code & bit) === 0 ? [] : (mediaNames[bit] ?? [])));
}

function wordOf(raw: string | null): readonly string[] | null {
  const word = raw?.toLowerCase() ?? '';
  if (word === 'email') return ['e-mail'];
  return Object.values(mediaNames).includes(word) ? [word] : null;
}

/** Returns true if any of these media is audible or visible. */
export function isRecordable(media: readonly string[]): boolean {
  return media.some((name) => name === 'voice' || name === 'screen' || name === 'video');
}

const reasons: readonly (readonly [bit: number, words: string])[] = [
  [1, 'normal start'],
  [2, 'normal end'],
  [4, 'transfer start'],
  [8, 'transfer end'],
  [16, 'conference'],
  [32, 'inter-queue'],
  [64, 'networking'],
  [128, 'segment'],
  [256, 'compound'],
  [512, 'block'],
  [1024, 'clip recording'],
  [4096, 'TRS'],
  [8192, 'compound opened by the call server'],
  [16384, 'fake compound'],
  [32768, 'split compound'],
  [65536, 'end without start'],
  [262144, 'longest duration, closed by the driver'],
  [524288, 'ScreenSense'],
  [1048576, 'media interconnect'],
];

/** Returns why an interaction was opened or closed; several bits may be set. */
export function reasonsOf(raw: string | null): readonly string[] {
  if (raw === null || !/^\d{1,9}$/.test(raw)) return [];
  return reasons.flatMap(([bit, words]) => ((Number(raw) & bit) === 0 ? [] : [words]));
}

/** Exception codes and their meanings. */
const exceptions: Readonly<Record<string, string>> = {
  1: 'duplicate call start',
  2: 'maximum duration exceeded',
  3: 'call flushed while open',
  5: 'call start not reported',
  7: 'no available recording resource',
  9: 'unspecified recording failure',
  10: 'agent logout during call',
  11: 'too many calls for agent or extension',
  12: 'voice recording failed',
  13: 'screen logger not responding',
  14: 'screen recording failed',
  15: 'unmapped voice recording',
  16: 'unmapped screen recording',
  17: 'voice recorded after a retry',
  18: 'call server shut down',
  20: 'logger not responding',
  24: 'error in stop record request',
  25: 'too many requests for the channel',
  26: 'recording manager down during call',
  27: 'contact started after its segment',
  29: 'segment was open when the contact closed',
  30: 'time interval recording aborted',
  33: 'stop on demand not by the initiator',
  34: 'invalid call time report',
};

export function exceptionWords(code: string): string {
  return exceptions[code] === undefined ? code : `${code} (${exceptions[code]})`;
}

/** Exceptions that explain why expected voice is missing. */
export const failedRecording: ReadonlySet<string> = new Set(['7', '9', '12', '15', '20', '25', '26']);
