import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { AgeError } from '../age/age-error.ts';
import { plainSizeOf } from '../age/form.ts';
import { checkOf, type Domain } from './domain.ts';
import { identityTextBytes, noAccess, readFileRoot, readRootFile, rootFile, rootFiles, rootTextBytes } from './root.ts';

/**
 * Returns what is wrong with the files that keep the root of a copy, as far as that shows without a person and without a program; null: nothing. A root in a file is
 * read and compared, even if another copy that holds it has opened it already; of other roots, the form of their files is checked.
 * @throws LongplayError K103, K104: the copy cannot be reached
 */
export function ownRootFault(domain: Domain): LongplayError | null {
  const place = domain.place();
  const { kind, check } = domain.describe();
  const own = rootFile(place, kind);
  try {
    const key = readFileRoot(place, kind);
    if (key === null) for (const file of rootFiles(place, kind)) checkForm(domain.name, file, kind.kind === 'command' ? null : sizeOf(file === own));
    else if (checkOf({ ...place, key }) !== check) return noAccess(domain.name, `${own} holds another root`);
    key?.fill(0);
    return null;
  } catch (error) {
    if (error instanceof LongplayError) return error;
    throw error;
  }
}

function sizeOf(isRoot: boolean): number {
  return isRoot ? rootTextBytes : identityTextBytes;
}

/** Refuses a file that cannot be what was written. @param plainBytes size of what the age file holds; null: it is what a program answered */
function checkForm(domain: string, file: string, plainBytes: number | null): void {
  const stored = readRootFile(file, domain);
  if (stored.length === 0) throw noAccess(domain, `${file} is empty`);
  if (plainBytes === null) return;
  try {
    const found = plainSizeOf(stored);
    if (found !== plainBytes) throw noAccess(domain, agree`${file} holds ${found} byte[s] instead of ${plainBytes}`);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw noAccess(domain, `${file}: ${error.message}`, error);
  }
}
