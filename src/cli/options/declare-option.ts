import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { compileGlob } from '../../core/base/glob.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { Codec } from '../../core/model/format.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { option, optionGroups } from './options.ts';

const telephoneRateHz = 8_000;
const leastRateHz = 1_000;
const mostRateHz = 192_000;
const syntax = "write 'GLOB=codec,rate,channels', e.g. '*.vox=oki-adpcm,6000,1'; rate and channels may be omitted";

/** Adds `--declare`, repeatable. */
export function declareOption(command: Command): Command {
  return command.optionsGroup(optionGroups.source).addOption(
    option('--declare <declaration>', "GLOB=CODEC,RATE,CHANNELS of files without header, e.g. '*.vox=oki-adpcm,6000,1'; repeatable").argParser(
      // The environment variable holds one declaration per line.
      (value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), ...value.split('\n').filter((line) => line.trim() !== '')],
    ),
  );
}

/** Parsed value of `declareOption`. */
export interface DeclareOptions {
  readonly declare?: readonly string[];
}

/** Parses and checks the user's declarations. @throws LongplayError U205 (syntax), U206 (codec), U207 (glob), U208 (rate or channels) */
export function declarationsOf({ declare = [] }: DeclareOptions, codecs: ReadonlyMap<string, Codec>): Declaration[] {
  return declare.map((text) => {
    // The last equals sign counts: file names may contain one, codec ids do not.
    const equals = text.lastIndexOf('=');
    const glob = text.slice(0, Math.max(0, equals)).trim();
    const [id = '', rate = '', channels = '', ...more] = text
      .slice(equals + 1)
      .split(',')
      .map((part) => part.trim());
    if (equals < 0 || glob === '' || id === '' || more.length > 0) throw usage('U205', `--declare does not understand '${text}'`, syntax);
    const codec = codecs.get(id);
    if (codec === undefined || codec.decode.by === 'nobody' || codec.needsContainer === true) throw unknownCodec(text, id, codecs);
    try {
      compileGlob(glob);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw usage(
        'U207',
        `the pattern '${glob}' of --declare cannot be used: ${cause.message}`,
        'give several --declare with a simpler pattern each',
      );
    }
    return {
      glob,
      codec: id,
      codecName: codec.title,
      sampleRateHz: numberOf(text, rate, { what: 'rate', usual: codec.rateHz ?? telephoneRateHz, least: leastRateHz, most: mostRateHz }),
      channels: numberOf(text, channels, { what: 'channels', usual: 1, least: 1, most: limits.channels }),
    };
  });
}

/**
 * Other names of codecs (from programs, file extensions and RFC 3551) with their ids here: by similar spelling alone, `ulaw` would lead to `alaw`.
 */
const otherNames: ReadonlyMap<string, string> = new Map([
  ...['ulaw', 'u-law', 'ul', 'pcmu', 'pcm_mulaw', 'mu-law', 'g711u', 'g711-ulaw'].map((name) => [name, 'mulaw'] as const),
  ...['a-law', 'al', 'pcma', 'pcm_alaw', 'g711a', 'g711-alaw'].map((name) => [name, 'alaw'] as const),
  ...['slin', 'sln', 's16le', 'pcm_s16le', 'linear', 'l16le'].map((name) => [name, 'pcm-s16le'] as const),
  ...['vox', 'oki', 'dialogic', 'adpcm_ima_oki'].map((name) => [name, 'oki-adpcm'] as const),
]);

function unknownCodec(text: string, id: string, codecs: ReadonlyMap<string, Codec>): LongplayError {
  const usable = [...codecs.values()].filter((codec) => codec.decode.by !== 'nobody' && codec.needsContainer !== true).map((codec) => codec.id);
  const known = codecs.get(id);
  const why =
    known === undefined
      ? `there is no codec '${id}'`
      : known.decode.by === 'nobody'
        ? `there is no decoder for '${id}'`
        : `'${id}' needs the block size that only a header states`;
  const named = otherNames.get(id.toLowerCase());
  const meant = known === undefined && named !== undefined && usable.includes(named) ? `did you mean ${named}? ` : didYouMean(id, usable);
  return usage('U206', `--declare '${text}': ${why}`, `${meant}there are ${usable.join(', ')}`);
}

/** A number that a declaration may state. */
interface DeclaredNumber {
  readonly what: 'rate' | 'channels';
  /** Value if the number is omitted. */
  readonly usual: number;
  readonly least: number;
  readonly most: number;
}

/** Parses one number of the declaration `text`. @throws LongplayError U208 */
function numberOf(text: string, given: string, { what, usual, least, most }: DeclaredNumber): number {
  if (given === '') return usual;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usage('U208', `--declare '${text}': '${given}' cannot be the ${what}`, `give a whole number from ${least} to ${most}`);
}

function usage(code: FindingCode, message: string, hint: string): LongplayError {
  return new LongplayError('usage', code, message, hint);
}
