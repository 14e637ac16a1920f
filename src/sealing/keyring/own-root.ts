import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { AgeError } from '../age/age-error.ts';
import { plainSizeOf } from '../age/form.ts';
import { checkOf, type Domain } from './domain.ts';
import { identityTextBytes, noAccess, type RootAccess, readFileRoot, readRootFile, rootFile, rootFiles, rootTextBytes } from './root.ts';
import { awayBecause, type KeyringSession } from './session.ts';

/** Returns no passphrase and no identity, so that no root is tried that needs a person. */
export const nobody: RootAccess = { passphrase: async () => null, identities: async () => null };

/**
 * Returns a finding for each copy whose root does not open in the copy's own way, as far as that shows without a person, with the step that gives it a new root. To
 * be called before roots are opened otherwise: a program is not asked for a root that is open.
 * @param asksPrograms true: the programs that keep roots are started
 */
export async function rootFindings(session: KeyringSession, asksPrograms: boolean): Promise<readonly Finding[]> {
  const { domains, description } = session;
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  const faults = new Map<Domain, LongplayError>();
  for (const domain of reachable) {
    const fault = ownRootFault(domain) ?? (asksPrograms ? await programFault(session, domain) : null);
    if (fault !== null) faults.set(domain, fault);
  }
  const isAny = faults.size < reachable.length;
  return [...faults].map(([domain, { code, message, hint }]) => {
    if (code !== 'K102') return finding(code, domain.folder, `${message}; next: ${hint}`);
    // The identity of a passphrase may be lost with the root.
    const kind = domain.describe().kind.kind === 'passphrase' ? ' --root passphrase' : '';
    const others =
      description.recovery === null
        ? 'no copy that can be reached opens; restore its root from a backup'
        : 'no copy that can be reached opens; the shares do: longplay keyring recovery use';
    return finding(
      code,
      domain.folder,
      `${message}; ${isAny ? `to give it a new root: longplay keyring rotate --copy ${domain.name}${kind}` : others}`,
    );
  });
}

async function programFault({ signal }: KeyringSession, domain: Domain): Promise<LongplayError | null> {
  if (domain.describe().kind.kind !== 'command') return null;
  try {
    await domain.unlock(nobody, signal);
    return null;
  } catch (error) {
    if (error instanceof LongplayError) return error;
    throw error;
  }
}

/**
 * Returns what is wrong with the files that keep the root of a copy, as far as that shows without a person and without a program; null: nothing. A root in a file is
 * read and compared, even if another copy that holds it has opened it already; of other roots, the form of their files is checked.
 * @throws LongplayError K103, K104: the copy cannot be reached
 */
export function ownRootFault(domain: Domain): LongplayError | null {
  for (;;) {
    const { root } = domain.describe();
    const fault = rootFault(domain);
    // Another run may have replaced the root meanwhile.
    if (fault === null || domain.describe().root === root) return fault;
  }
}

function rootFault(domain: Domain): LongplayError | null {
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
