import { LongplayError } from '../../core/base/error.ts';
import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Importer, ImportOptions } from '../../core/model/importer.ts';
import type { Source } from '../../core/model/source.ts';
import type { Claims } from '../events/events.ts';
import { importOptions, type OpenedSource } from './open-sources.ts';
import { partsOf } from './part-source.ts';
import type { ReadRequest } from './read-source.ts';
import {
  claimsOn,
  namedImporter,
  type RecognisedPart,
  type Recognition,
  recogniseParts,
  requestedParts,
  standingClaim,
  takeClaim,
} from './recognise.ts';

/** Importers that recognise a source, and the one that is used. */
export interface WeighedClaims {
  readonly claims: readonly Claims[];
  /** Parts with their importers; null if the user must choose first. */
  readonly parts: readonly RecognisedPart[] | null;
}

/** Largest number of parts that are examined separately: each requires a pass over the whole listing. */
const partsAsked = 8;

/**
 * Asks every importer about a listed source, even if the user named one, and about each of several named sources separately. It is no error here if
 * two recognise the source: both are shown.
 * @throws LongplayError U110, U112, U118, U119, I155, as an import would
 */
export async function weighClaims(
  { source, scratch }: OpenedSource,
  request: ReadRequest,
  { importers, media }: { readonly importers: readonly Importer[]; readonly media: MediaJudge },
  signal: AbortSignal,
): Promise<WeighedClaims> {
  const options = importOptions(request, scratch, media);
  const { importer: asked } = request;
  if (request.joinSources === true) return weighParts(partsOf(source), importers, asked, options, signal);
  const claims = await claimsOn(source, importers, options, signal);
  const named = asked === null ? null : await namedImporter(source, importers, asked, options, signal);
  const taken = named ?? standingClaim(claims, options);
  const whole = claimsOf(source, 'whole', claims, taken, whyTaken(claims, asked, taken));
  const alone: Claims[] = [];
  for (const part of (source.parts?.length ?? 0) > 1 ? partsOf(source).slice(0, partsAsked) : []) {
    const own = await claimsOnPart(part, importers, options, signal);
    const standing = standingClaim(own, options);
    alone.push(claimsOf(part, 'part', own, standing, whyAlone(own, standing)));
  }
  if (taken === null && claims.length > 1) return { claims: [whole, ...alone], parts: null };
  const sure = taken ?? (await takeClaim(claims, source, importers, options, signal));
  return { claims: [whole, ...alone], parts: [{ ...sure, source, options }] };
}

async function weighParts(
  parts: readonly Source[],
  importers: readonly Importer[],
  asked: string | null,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<WeighedClaims> {
  const askedOf = requestedParts(asked, parts);
  const claims: Claims[] = [];
  let isOpen = false;
  for (const part of parts) {
    const own = await claimsOnPart(part, importers, options, signal);
    const id = askedOf.get(part.name) ?? null;
    const taken = id === null ? standingClaim(own, options) : await namedImporter(part, importers, id, { ...options, mapping: null }, signal);
    if (taken === null && own.length > 1) isOpen = true;
    claims.push(claimsOf(part, 'part', own, taken, whyTaken(own, id, taken, `--importer ${part.name}=ID`)));
  }
  return { claims, parts: isOpen ? null : await recogniseParts(parts, importers, asked, options, signal) };
}

/** Returns the claims on one part. A mapping file that does not fit this part may be meant for another one. */
async function claimsOnPart(
  part: Source,
  importers: readonly Importer[],
  options: ImportOptions,
  signal: AbortSignal,
): Promise<readonly Recognition[]> {
  try {
    return await claimsOn(part, importers, options, signal);
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'I155') throw error;
    return await claimsOn(part, importers, { ...options, mapping: null }, signal);
  }
}

function claimsOf(source: Source, of: Claims['of'], claims: readonly Recognition[], taken: Recognition | null, reason: string): Claims {
  return {
    type: 'claims',
    source: source.name,
    of,
    claims: claims.map(({ importer: { id, title, grade }, evidence }) => ({ importer: id, title, grade, evidence })),
    taken: taken?.importer.id ?? null,
    reason,
  };
}

function whyTaken(claims: readonly Recognition[], asked: string | null, taken: Recognition | null, choice = '--importer ID'): string {
  if (taken === null) return claims.length === 0 ? 'no importer takes it' : `none is preferred: choose with ${choice}`;
  if (asked !== null) return `${taken.importer.id} is used, because of --importer`;
  if (claims.length > 1) return `${taken.importer.id} is used, because a mapping file was given`;
  return `${taken.importer.id} is used, ${taken.importer.fallback === true ? 'because no recorder was recognised' : 'because no other importer recognises it'}`;
}

function whyAlone(claims: readonly Recognition[], standing: Recognition | null): string {
  if (standing !== null) return `${standing.importer.id} would be used`;
  return claims.length === 0 ? 'no importer would take it' : 'the user would have to choose';
}
