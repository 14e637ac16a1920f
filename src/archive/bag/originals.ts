import { byCodePoint } from '../../core/base/order.ts';
import type { Codec, Format, FreeReading } from '../../core/model/format.ts';
import { isDoubtful, type RecordingDocument, type StoredMedium } from '../../core/model/recording-document.ts';

/** An original in a bag, with the facts needed to read it without longplay. */
export interface OriginalOfBag extends Pick<StoredMedium, 'format' | 'codec' | 'decoder' | 'state'> {
  /** PRONOM id of its format; null if PRONOM has none. */
  readonly pronom: string | null;
  /** Path relative to the bag. */
  readonly path: string;
  /** Path of its access copy relative to the bag; null if it has none. */
  readonly copy: string | null;
  /** True if the original has no findings. */
  readonly ordinary: boolean;
}

/** Formats, codecs and programs that longplay knows. */
export interface FormatRegister {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
}

/** How a free program opens originals of one kind. */
export interface FreeCommand {
  readonly program: FreeReading['program'];
  /** Arguments that name the file format. */
  readonly args: string;
}

/** All originals of a bag with the same coding. */
export interface KindOfOriginal {
  /** Format; null if unknown. */
  readonly format: Format | null;
  /** Coding that the files state; null if they contain no audio or their coding is unknown. */
  readonly coding: StoredMedium['codec'];
  /** Codec; null if unknown. */
  readonly codec: Codec | null;
  readonly pronom: readonly string[];
  /** Programs that decoded the originals, with versions. */
  readonly decoders: readonly string[];
  readonly files: number;
  readonly withCopy: number;
  /** Number of originals that were incomplete or damaged at import. */
  readonly damaged: number;
  /** The first original without findings or, if there is none, the first original. */
  readonly example: OriginalOfBag;
  readonly commands: readonly FreeCommand[];
}

/** Returns a medium as an original of a bag. Its paths are relative to the folder of its recording. */
export function originalOf(medium: StoredMedium): OriginalOfBag {
  const { format, codec, decoder, state, original, access } = medium;
  const ordinary = state === 'ok' && medium.findings.length === 0 && !isDoubtful(medium) && medium.continues !== true;
  return { format, codec, decoder, state, pronom: medium.pronom ?? null, path: original.path, copy: access?.path ?? null, ordinary };
}

/** Returns those originals of a recording that its own bag contains. An amendment may refer to files in other bags. */
export function originalsOf({ recordingId, media }: RecordingDocument): OriginalOfBag[] {
  const inBag = (path: string): string => `data/${recordingId}/${path}`;
  return media
    .filter(({ original: { bag, erased } }) => bag === undefined && erased === undefined)
    .map((medium) => {
      const one = originalOf(medium);
      return { ...one, path: inBag(one.path), copy: one.copy === null || medium.access?.erased !== undefined ? null : inBag(one.copy) };
    });
}

/** Returns the kinds of originals in a bag in a fixed order. Equal originals give equal kinds. */
export function kindsOfOriginals(originals: readonly OriginalOfBag[], register: FormatRegister): KindOfOriginal[] {
  const groups = new Map<string, OriginalOfBag[]>();
  for (const original of [...originals].sort((a, b) => byCodePoint(a.path, b.path))) {
    const key = JSON.stringify([original.format, original.codec]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [original]);
    else group.push(original);
  }
  return [...groups]
    .sort(([a], [b]) => byCodePoint(a, b))
    .flatMap(([, all]) => {
      const [first] = all;
      return first === undefined ? [] : [kindOf(first, all, register)];
    });
}

function kindOf(first: OriginalOfBag, all: readonly OriginalOfBag[], { formats, codecs }: FormatRegister): KindOfOriginal {
  const format = formats.find(({ id }) => id === first.format) ?? null;
  return {
    format,
    coding: first.codec,
    codec: codecs.get(first.codec?.id ?? '') ?? null,
    pronom: distinct(all.map((one) => one.pronom)),
    decoders: distinct(all.map((one) => one.decoder)),
    files: all.length,
    withCopy: all.filter((one) => one.copy !== null).length,
    damaged: all.filter(({ state }) => state === 'header-only' || state === 'truncated' || state === 'damaged').length,
    example: all.find((one) => one.ordinary) ?? first,
    commands: commandsOf(format, first.codec),
  };
}

function distinct(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.flatMap((text) => text ?? []))].sort(byCodePoint);
}

function commandsOf(format: Format | null, coding: StoredMedium['codec']): FreeCommand[] {
  if (format?.readings === undefined || coding === null) return [];
  return format.readings
    .filter(({ codecs }) => codecs.includes(coding.id))
    .map(({ program, args }) => ({
      program,
      args: args.replace('RATE', String(coding.sampleRateHz)).replace('CHANNELS', String(coding.channels)),
    }));
}
