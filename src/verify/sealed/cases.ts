import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseIdPattern, casesFolder } from '../../archive/documents/case-json.ts';
import { commitmentName, documentCell } from '../../archive/documents/case-secrets.ts';
import { commitmentOf } from '../../archive/documents/public-json.ts';
import type { SealedCase, SealedCaseFile } from '../../archive/documents/sealed-case.ts';
import { readStoredCase } from '../../archive/documents/stored-case.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { secretBytes } from '../../sealing/age/x25519.ts';
import { plainName, type SealedFile, type SealedThing } from './try-sealed.ts';

/** The sealed files of a case, by cell of the keyring. */
export interface SealedCaseThings {
  /** Relative to the archive. */
  readonly place: string;
  readonly things: readonly SealedThing[];
}

/** Returns the sealed files of each case. The check of cases reports a case.json that cannot be read. */
export function sealedCases(dir: string): SealedCaseThings[] {
  return namesIn(join(dir, casesFolder))
    .filter((name) => caseIdPattern.test(name))
    .flatMap((name) => {
      const place = `${casesFolder}/${name}`;
      const stored = readCaseJson(join(dir, place));
      return stored === null ? [] : [{ place, things: thingsOf(dir, place, stored) }];
    });
}

function readCaseJson(folder: string): SealedCase | null {
  try {
    const stored = readStoredCase(folder);
    return stored.version === 2 ? stored : null;
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

function thingsOf(dir: string, place: string, { document, messages, comparisons }: SealedCase): SealedThing[] {
  const thing = (page: string, cell: string, files: readonly SealedCaseFile[]): SealedThing => ({
    place,
    page,
    cell,
    files: files.map((file): SealedFile => {
      const name = cell === documentCell ? documentCell : plainName(file.path.slice(file.path.lastIndexOf('/') + 1));
      return {
        path: join(dir, place, file.path),
        place: `${place}/${file.path}`,
        name,
        compare: (secrets) => comparison(file, secrets[commitmentName]),
      };
    }),
  });
  return [
    thing(document.page, documentCell, [document.file]),
    ...messages.map(({ set, page, files }) => thing(page, `messages/${set}`, files)),
    ...comparisons.map(({ set, page, file }) => thing(page, `comparisons/${set}`, [file])),
  ];
}

/** Returns a function that compares the plain bytes of a file with its commitment in case.json. */
function comparison({ commitment }: SealedCaseFile, key: string | undefined): ReturnType<NonNullable<SealedFile['compare']>> {
  const digest = createHash('sha256');
  return {
    push: (piece) => void digest.update(piece),
    wrong: () =>
      key !== undefined && commitmentOf(digest.digest('hex'), secretBytes(key)) === commitment
        ? null
        : 'it is not the file that case.json commits to',
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
