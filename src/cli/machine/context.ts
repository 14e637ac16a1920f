import { codecs } from '../../../formats/codecs/index.ts';
import { formats } from '../../../formats/index.ts';
import { importers } from '../../../importers/index.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Codec, Format } from '../../core/model/format.ts';
import type { Importer } from '../../core/model/importer.ts';
import { createMediaJudge } from '../../media/identify/media-judge.ts';
import { byId } from './media-tools.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';

/** Everything that commands take from outside: the surroundings, and the lists of formats, codecs and importers, which take a while to load. */
export interface Context extends Surroundings {
  readonly formats: readonly Format[];
  readonly importers: readonly Importer[];
  readonly codecs: ReadonlyMap<string, Codec>;
  readonly media: MediaJudge;
}

/** Creates the context. Commands get the lists of formats, codecs and importers only from here. */
export function createContext(surroundings: Surroundings = createSurroundings()): Context {
  return { ...surroundings, formats, importers, codecs: codecMap(), media: createMediaJudge(formats) };
}

/** Returns the codecs by id. */
export function codecMap(): ReadonlyMap<string, Codec> {
  return byId(codecs);
}
