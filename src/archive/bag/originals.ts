import { byCodePoint } from '../../core/base/order.ts';
import type { Codec, Format, FreeReading } from '../../core/model/format.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';

/** An original of a bag, as far as whoever has to read it without longplay must know. */
export interface OriginalOfBag extends Pick<StoredMedium, 'format' | 'codec' | 'decoder' | 'state'> {
  /** Null where PRONOM has none. */
  readonly pronom: string | null;
  /** Relative to the bag. */
  readonly path: string;
  /** Its access copy, relative to the bag; or null. */
  readonly copy: string | null;
  /** True where nothing was found to say of it. */
  readonly ordinary: boolean;
}

/** The lists in which the facts stand. */
export interface FormatRegister {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
}

/** How a free program opens originals of a kind. */
export interface FreeCommand {
  readonly program: FreeReading['program'];
  /** What tells it the kind of file. */
  readonly args: string;
}

/** All originals of a bag that are coded alike. */
export interface KindOfOriginal {
  /** Null: no format knew the file. */
  readonly format: Format | null;
  /** What the files say of their coding; null where there is no sound in them, or nobody can tell. */
  readonly coding: StoredMedium['codec'];
  /** Null where nobody knows the coding. */
  readonly codec: Codec | null;
  readonly pronom: readonly string[];
  /** What decoded them, with version. */
  readonly decoders: readonly string[];
  readonly files: number;
  readonly withCopy: number;
  /** Not whole, or damaged, as they came. */
  readonly damaged: number;
  /** The first of them, an ordinary one where there is one. */
  readonly example: OriginalOfBag;
  readonly commands: readonly FreeCommand[];
}

/** The kinds of originals that a bag holds, in an order of their own: equal originals give equal kinds. */
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
