import { randomBytes } from 'node:crypto';
import { pageInMarker } from '../../archive/layout.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { SealingRecord } from '../../core/model/sealing.ts';
import { AgeError } from '../../sealing/age/age-error.ts';
import { openAgeBytes } from '../../sealing/age/open-now.ts';
import { generateIdentity, x25519Identity } from '../../sealing/age/x25519.ts';
import type { Keyring } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { tryKeys, unlockKeys } from '../../sealing/open-keys.ts';
import { createSealer, sealedBytes } from '../../sealing/sealer.ts';
import { archiveCell, foreignKeyring } from '../../sealing/stored/archive-secrets.ts';
import { tileWidth } from '../tree/tile-tree.ts';

// Details in a sealed archive. Each line is a JSON object that contains an age file; the entry has the digest of this line. Lines can therefore be
// checked, copied, repaired and deleted without a key. One page of the keyring has the secrets of a bundle, in one cell per entry. The cells are made
// in advance, because a page per line would be too many.
// A line that was in clear when its entries were made keeps their digest: the sealed line names it in `plain`, and an entry `details-sealed` has the digest of the sealed line.
// The plain line has a random salt, so its digest confirms no guess.

/** Name of the secret in the cell of an entry. */
const secretName = 'details';

/** A line of sealed details. */
interface SealedLine {
  /** The age file in base64. */
  readonly age: string;
  readonly page: string;
  /** Number of the first entry that has the line. */
  readonly cell: string;
  /** SHA-256 of the plain line, which its entries have; null: they have that of the sealed line. */
  readonly plain: string | null;
}

/** Parses a line of sealed details; null: the line is in clear, or is not a line of details. */
function sealedLineIn(line: Uint8Array): SealedLine | null {
  try {
    const { age, page, cell, plain } = JSON.parse(Buffer.from(line).toString('utf8')) as Readonly<Record<string, unknown>>; // checked below
    return typeof age === 'string' && typeof page === 'string' && /^[0-9a-f]{32}$/.test(page) && typeof cell === 'string'
      ? { age, page, cell, plain: typeof plain === 'string' && /^[0-9a-f]{64}$/.test(plain) ? plain : null }
      : null;
  } catch (error) {
    // `null` as a whole line has no members.
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Returns the place of the secret of a stored line; null: the line is in clear. */
export function secretOfLine(line: Uint8Array): { readonly page: string; readonly cell: string } | null {
  const sealed = sealedLineIn(line);
  return sealed === null ? null : { page: sealed.page, cell: sealed.cell };
}

/** Returns the digest by which entries name a stored line: of the plain line, if that was sealed after its entries were made. */
export function entryDigestOf(line: Uint8Array): string {
  return sealedLater(line) ?? sha256Hex(line);
}

/** Returns the digest of the plain line that a stored one replaced; null: its entries have the digest of the line as it is stored. */
export function sealedLater(line: Uint8Array): string | null {
  // Most lines are no such lines, and need no parser.
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).includes('"plain":"') ? (sealedLineIn(line)?.plain ?? null) : null;
}

/** Returns a sealed line in place of a plain one, under a new secret. @param login pseudonym of the login name in it; null: it has none */
export function sealLine(
  line: Uint8Array,
  { page, cell, login }: { readonly page: string; readonly cell: string; readonly login: string | null },
): { readonly stored: Uint8Array; readonly secrets: FileSecrets } {
  const sealer = createSealer();
  const age = Buffer.from(sealedBytes(sealer, secretName, line)).toString('base64');
  const stored = Buffer.from(canonicalJson({ age, page, cell, plain: sha256Hex(line), ...(login === null ? {} : { login }) }), 'utf8');
  return { stored, secrets: sealer.secretsOf([secretName]) };
}

/** Opens a stored line. @returns the plain line; 'sealed' without the keyring; null if its secret was destroyed, or does not open the line */
export async function plainLine(line: Uint8Array): Promise<Uint8Array | 'sealed' | null> {
  const sealed = sealedLineIn(line);
  if (sealed === null) return line;
  const keys = await tryKeys();
  if (keys === null) return 'sealed';
  const secrets = secretsOrNull(keys, sealed.page, sealed.cell);
  if (secrets === null) return 'sealed';
  return secrets === 'erased' ? null : openSealedLine(line, secrets);
}

/** Opens a stored line with the secrets of its cell; null if they do not open it, or the line is in clear. */
export function openSealedLine(line: Uint8Array, secrets: FileSecrets): Uint8Array | null {
  const secret = secrets[secretName];
  const sealed = sealedLineIn(line);
  if (secret === undefined || sealed === null) return null;
  try {
    const opened = openAgeBytes(Buffer.from(sealed.age, 'base64'), x25519Identity(secret));
    return sealed.plain === null || sealed.plain === sha256Hex(opened) ? opened : null;
  } catch (error) {
    if (error instanceof AgeError) return null;
    throw error;
  }
}

/** A line that is to be stored. */
export interface LineToStore {
  readonly bundle: number;
  /** Number of the first entry that has the line. */
  readonly seq: number;
  readonly plain: Uint8Array;
  /** Pseudonym of the login name in the line; null: the line has none. */
  readonly login: string | null;
  /** True if the line has more than the author, so that the entry is incomplete without it. */
  readonly isNeeded: boolean;
}

/** Converts lines of details to the form in which they are stored. The caller holds the log's lock. */
export interface DetailsSealer {
  /**
   * Returns the line in its stored form. Null: the keyring is unavailable, and the entry gets only the pseudonym of its author.
   * @throws LongplayError K200, or an error of opening the keyring, for a line that is needed
   */
  stored(line: LineToStore): Promise<Uint8Array | null>;
  /** Forgets secrets, because an erasure may have destroyed them. */
  startAnew(): void;
}

/**
 * Creates a sealer for the details of one archive; lines of an open archive are stored as they are.
 * @param linesOf reads the stored lines of a bundle, in order
 */
export function createDetailsSealer(
  { dir, sealing }: { readonly dir: string; readonly sealing: Pick<SealingRecord, 'stage' | 'page'> },
  linesOf: (bundle: number) => Promise<readonly Uint8Array[]>,
): DetailsSealer {
  let marker: Promise<string | null | LongplayError> | null = null;
  /**
   * Decides whether lines are sealed: if the log or the archive's marker says so. If the marker is lost or damaged, which is reported elsewhere, the last
   * stored line decides.
   * @throws the marker's error if there is no such line: longplay never writes data in clear on a guess
   */
  const isSealed = async (bundle: number): Promise<boolean> => {
    if (sealing.stage() !== null) return true;
    marker ??= pageInMarker(dir).catch(asLongplayError);
    const found = await marker;
    // An open archive may be sealed while this process runs.
    if (found === null) marker = null;
    if (!(found instanceof LongplayError)) return found !== null;
    const last = (await linesOf(bundle)).at(-1);
    if (last === undefined) throw found;
    return sealedLineIn(last) !== null;
  };
  let isOwn = false;
  /** Refuses a keyring that does not have the archive's own page: details sealed into it would open for nobody who has the archive's keyring. @throws LongplayError K201 */
  const refuseForeign = async ({ session, secretsOf }: Keyring): Promise<void> => {
    marker ??= pageInMarker(dir).catch(asLongplayError);
    const page = sealing.page() ?? (await marker);
    // A key agent gives secrets of this archive alone.
    isOwn ||= session === null || typeof page !== 'string' || !isLacking(secretsOf, page);
    if (!isOwn) throw foreignKeyring();
  };
  let now: { readonly bundle: number; readonly page: string } | null = null;
  /** Returns the page of a bundle, and the secrets of an entry's cell in it; adds a page if there is none. */
  const cellFor = async (bundle: number, seq: number): Promise<{ readonly page: string; readonly secrets: FileSecrets }> => {
    const keys = await unlockKeys();
    await refuseForeign(keys);
    const page = now?.bundle === bundle ? now.page : pageInUse(await linesOf(bundle));
    const known = page === null ? null : secretsOrNull(keys, page, String(seq));
    if (page !== null && known !== null && known !== 'erased') {
      now = { bundle, page };
      return { page, secrets: known };
    }
    const made = randomBytes(16).toString('hex');
    const cells = new Map<string, FileSecrets>();
    for (let cell = seq; cell <= (bundle + 1) * tileWidth; cell++) cells.set(String(cell), { [secretName]: generateIdentity() });
    await keys.addPage({ page: made, of: `details ${bundle}`, cells });
    now = { bundle, page: made };
    return { page: made, secrets: cells.get(String(seq)) ?? {} };
  };
  return {
    stored: async ({ bundle, seq, plain, login, isNeeded }) => {
      try {
        if (!(await isSealed(bundle))) return plain;
        const { page, secrets } = await cellFor(bundle, seq);
        const sealer = { ...createSealer(), newSecret: () => secrets[secretName] ?? '' };
        const age = Buffer.from(sealedBytes(sealer, secretName, plain)).toString('base64');
        return Buffer.from(canonicalJson({ age, page, cell: String(seq), ...(login === null ? {} : { login }) }), 'utf8');
      } catch (error) {
        if (isNeeded || !(error instanceof LongplayError)) throw error;
        return null;
      }
    },
    startAnew: () => {
      now = null;
    },
  };
}

/** Returns the secrets of a cell; null if the keyring has none, or no copy opens the page: a lost page must not keep entries from being read and made. */
function secretsOrNull(keys: Keyring, page: string, cell: string): ReturnType<Keyring['secretsOf']> {
  try {
    return keys.secretsOf(page, cell);
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K103') return null;
    throw error;
  }
}

/** Returns true if a keyring does not know the archive's own page; one that has it damaged knows it. */
function isLacking(secretsOf: Keyring['secretsOf'], page: string): boolean {
  try {
    return secretsOf(page, archiveCell) === null;
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K103') return false;
    throw error;
  }
}

function asLongplayError(error: unknown): LongplayError {
  if (error instanceof LongplayError) return error;
  throw error;
}

/** Returns the page of the last sealed line of a bundle; null: there is no such line. */
function pageInUse(lines: readonly Uint8Array[]): string | null {
  for (const line of lines.toReversed()) {
    const sealed = sealedLineIn(line);
    if (sealed !== null) return sealed.page;
  }
  return null;
}
