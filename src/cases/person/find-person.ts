import { refusalOf } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Judgement, judgeParty, type PartyPlace } from '../../core/identity/judge-party.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import { type Person, personAt, type Spelling } from '../../core/identity/person.ts';
import type { Party } from '../../core/model/recording.ts';
import type { RecordingDocument, StoredFile } from '../../core/model/recording-document.ts';
import { vconImporter } from '../../pipeline/make/shared-vcon.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import { isErasedAlone, openStoredFile, readStored } from '../../sealing/stored/stored-bytes.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { parsePhone } from '../../tables/values/phone.ts';
import { withoutEscapes } from '../messages/escapes.ts';
import { largeVconJson, textsIn, vconTexts } from '../messages/vcon-texts.ts';
import { readable, type SearchedArchive } from '../store/searched-archive.ts';
import { callSpan, placeOf } from './call-span.ts';
import { likeRow } from './rows-of.ts';
import { decodeText, type Hit, likeLines, mentioned, type TextJudge, textJudge } from './text-hits.ts';

/** Result of searching one recording for a person. */
export interface SearchedRecording {
  readonly found: Found;
  /** The recording's document; null: `recording.json` is damaged, missing or unreadable, and nothing is known about the recording. */
  readonly document: RecordingDocument | null;
  /** Files that cannot be read, with the system's error code. */
  readonly refused: readonly { readonly path: string; readonly code: string }[];
  /** Hits, certain ones first. */
  readonly hits: readonly Hit[];
  /** Number of masked or truncated telephone numbers, whose owner is unknown. */
  readonly closedNumbers: number;
  /** Number of rows and sidecars that could not be read as text. */
  readonly closedSources: number;
}

/** Returns the highest certainty of some hits; null if there are none. */
export function surenessOf(hits: readonly Hit[]): Sureness | null {
  return hits.some(({ sureness }) => sureness === 'certain') ? 'certain' : hits.length > 0 ? 'uncertain' : null;
}

/** Searches every recording that a query finds for a person: all texts of `recording.json`, and the original rows and sidecars. */
export async function* findPerson(
  searched: SearchedArchive,
  query: CatalogQuery,
  person: Person,
  signal: AbortSignal,
): AsyncGenerator<SearchedRecording> {
  for await (const found of readable(searched, searched.catalog.search(query))) {
    signal.throwIfAborted();
    yield searchRecording(searched.archive.dir, found, person);
  }
}

/** Searches one recording for a person. */
export function searchRecording(archiveDir: string, found: Found, asked: Person): SearchedRecording {
  const shown = tryRecording(archiveDir, found);
  if ('refused' in shown) {
    const refused = shown.refused === null ? [] : [{ path: 'recording.json', code: shown.refused }];
    return { found, document: null, refused, hits: [], closedNumbers: 0, closedSources: 0 };
  }
  const { document, folder } = shown;
  const person = personAt(asked, document.site);
  const decision = asked.decided?.(found.recordingId, null) ?? null;
  if (decision === 'is-not') return { found, document, refused: [], hits: [], closedNumbers: 0, closedSources: 0 };
  const { hits: named, doubtful } = partyHits(document, person);
  const why = `a reviewer decided that it ${decision === 'concerns' ? 'concerns the data subject, who is no party of it' : 'is the data subject'}`;
  const decided: Hit[] = decision === null ? [] : [{ sureness: 'certain', why, field: 'decision' }];
  const { theirs, asTold } = textJudge(person, { site: document.site, span: callSpan(document) }, doubtful);
  const inTexts = textHits(document, theirs, asTold);
  let closedSources = 0;
  const refused: { readonly path: string; readonly code: string }[] = [];
  for (const file of document.sources) {
    const text = sourceText(folder, file, document.recording.importer);
    if (text === null) closedSources++;
    else if (typeof text !== 'string') refused.push({ path: file.path, code: text.refused });
    else {
      const like = likeRow(theirs, text) ?? likeLines(theirs, decodedIn(text));
      if (like !== null) inTexts.push(asTold(like, file.path));
    }
  }
  const hits = [...decided, ...named, ...inTexts.map(mentioned)];
  const order = { certain: 0, uncertain: 1 } as const;
  hits.sort((a, b) => order[a.sureness] - order[b.sureness]);
  return { found, document, refused, hits: hits.slice(0, mostHits), closedNumbers: closedNumbersOf(document), closedSources };
}

/** Returns the texts that JSON has under escapes and in base64; '' if a text is not JSON. */
function decodedIn(text: string): string {
  if (!/^\ufeff?\s*[{[]/.test(text)) return '';
  try {
    const vcon = vconTexts(text);
    return vcon === null ? textsIn(JSON.parse(text.replace(/^\ufeff/, ''))) : [...vcon.dialogs, vcon.whole, ...vcon.parties].join('\n');
  } catch {
    return ''; // not JSON as a whole, e.g. several documents
  }
}

/** Largest number of hits that are kept per recording. */
const mostHits = 50;

/** Returns true if nothing is known about a recording because its document is damaged or missing. */
export function isDamaged({ document, refused }: Pick<SearchedRecording, 'document' | 'refused'>): boolean {
  return document === null && refused.length === 0;
}

/** Reports the files of a recording that cannot be read (P175). */
export function refusedFindings({ found, refused }: Pick<SearchedRecording, 'found' | 'refused'>): Finding[] {
  return refused.map(({ path, code }) =>
    finding('P175', `bags/${found.bag}/data/${found.recordingId}/${path}`, `it cannot be read (${code}); it was not searched`),
  );
}

/** Yields every party that a recording names, with its place. */
export function* partiesOf({ recording }: RecordingDocument): Generator<{ readonly field: string; readonly party: Party }> {
  for (const [index, party] of recording.parties.entries()) yield { field: `parties[${index}]`, party };
  for (const [account, { parties }] of (recording.accounts ?? []).entries())
    for (const [index, party] of parties.entries()) yield { field: `accounts[${account}].parties[${index}]`, party };
}

/** Finds the parties that certainly or possibly are the person, and the spellings that also occur with another person's number, name or id. */
function partyHits(document: RecordingDocument, person: Person): { readonly hits: Hit[]; readonly doubtful: ReadonlySet<Spelling> } {
  const judged = judgedParties(document, person);
  const contradicted = judged.filter(({ judgement }) => judgement.against.length > 0);
  const doubtful = new Set(contradicted.flatMap(({ judgement }) => judgement.by));
  return { hits: judged.map(({ field, judgement: { sureness, why, field: of } }) => ({ sureness, why, field: `${field}.${of}` })), doubtful };
}

/** Judges each party that certainly or possibly is the person. Combines the statements of two exports about the same party of a call. See `judgeParty`. */
export function judgedParties(
  document: RecordingDocument,
  person: Person,
): { readonly field: string; readonly party: Party; readonly judgement: Judgement }[] {
  const here = personAt(person, document.site);
  const judged = [...partiesOf(document)].flatMap(({ field, party }) => {
    const place = placeOf(document, field);
    const judgement = judgeParty(here, party, place) ?? judgeEscaped(here, party, place);
    return judgement === null ? [] : [{ field, party, judgement }];
  });
  return judged.map((one) => {
    const { judgement } = one;
    // Another export of the same call states the matching value together with another name.
    const other = judged.find((two) => two.judgement.against.length > 0 && judgement.by.every((by) => two.judgement.by.includes(by)));
    if (judgement.sureness === 'uncertain' || judgement.by.length === 0 || other === undefined) return one;
    const why = `${judgement.why}; but in ${other.field} the ${other.judgement.against.join(' and the ')} next to it matches none of the given values`;
    return { ...one, judgement: { ...judgement, sureness: 'uncertain', why, against: other.judgement.against } };
  });
}

/** Judges a party as its values read without the escapes that an export left in them, e.g. `M&uuml;ller`; null: it has none, or is another person. */
function judgeEscaped(person: Person, party: Party, place: PartyPlace): Judgement | null {
  const plain = (text: string | null): string | null => (text === null ? null : withoutEscapes(text));
  const [name, agentId] = [plain(party.name), plain(party.agentId)];
  const raw = party.phone === null ? null : withoutEscapes(party.phone.raw);
  if (name === party.name && agentId === party.agentId && raw === (party.phone?.raw ?? null)) return null;
  const phone = raw === null || raw === party.phone?.raw ? party.phone : parsePhone(raw);
  const judgement = judgeParty(person, { ...party, name, agentId, phone }, place);
  return judgement === null ? null : { ...judgement, sureness: 'uncertain', why: `${judgement.why}, written with escapes` };
}

function closedNumbersOf(document: RecordingDocument): number {
  let closed = 0;
  for (const { party } of partiesOf(document))
    if (party.phone?.damage === 'masked' || party.phone?.damage === 'overflow' || party.phone?.damage === 'scientific') closed++;
  return closed;
}

/** Matches members without words about persons: digests, waveforms, generated ids. Parties are judged separately. */
const wordless = /^(?:sha\d+|pcmSha256|peaks|fingerprint|recordingId|supersedes|parties|format|version|tool|rawName)$/;

function textHits(document: RecordingDocument, person: Person, asTold: TextJudge['asTold']): Hit[] {
  const hits: Hit[] = [];
  const look = (value: unknown, field: string, depth: number): void => {
    if (hits.length >= mostHits || depth > limits.depth) return;
    if (typeof value === 'string') {
      const like = value.length < 2 ? null : likeLines(person, value);
      if (like !== null) hits.push(asTold(like, field));
    } else if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) look(one, isNamed(one) ? `${field}.${one.name}` : `${field}[${index}]`, depth + 1);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (wordless.test(name)) continue;
        // In a pair of name and value, the path already contains the name.
        const inPair = isNamed(value) && name === 'value';
        if (isNamed(value) && name === 'name') continue;
        look(member, inPair ? field : field === '' ? name : `${field}.${name}`, depth + 1);
      }
    }
  };
  look({ ...document.recording, media: document.media, findings: document.findings, site: document.site, source: document.source }, '', 0);
  return hits;
}

function isNamed(value: unknown): value is { readonly name: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'name' in value && 'value' in value && typeof value.name === 'string';
}

/** Reads rows and sidecars as text. Returns null if they are not text, too large or missing; the system's error code if they cannot be read. */
function sourceText(folder: string, file: StoredFile, importer: string): string | { readonly refused: string } | null {
  // The file was erased, so nobody can read it any more.
  if (isErasedAlone(folder, file)) return null;
  let bytes: Buffer;
  try {
    if (file.sizeBytes > limits.sidecarBytes && importer === vconImporter) return largeVcon(folder, file);
    bytes = readStored(folder, file, limits.sidecarBytes).plain;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const refused = refusalOf(error);
    return refused === null ? null : { refused };
  }
  return decodeText(bytes);
}

/** Reads a vCon of any size; null if it cannot be read, or has too many texts. */
function largeVcon(folder: string, file: StoredFile): string | null {
  const opened = openStoredFile(folder, file);
  try {
    return largeVconJson(opened);
  } finally {
    opened.close();
  }
}
