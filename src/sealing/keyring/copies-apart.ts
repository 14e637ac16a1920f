import { makeFolderDurable } from '../../archive/files/durable.ts';
import { nestedFolders } from '../../archive/files/nested-folders.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Domain } from './domain.ts';
import type { KeyringSession } from './session.ts';

// Two copies protect against the loss of a folder only if they are two folders, and neither is inside the other.

/**
 * Refuses copies that are one folder, or nested in one another, whatever names lead to them: the loss of one folder would take both.
 * @throws LongplayError usage K101
 */
export function refuseNested(folders: readonly string[]): void {
  const [nested] = nestedFolders(folders);
  if (nested === undefined) return;
  const { isSame } = nested;
  const [outer, inner] = [folders[nested.outer], folders[nested.inner]];
  throw new LongplayError(
    'usage',
    'K101',
    isSame ? `${outer} and ${inner} are one folder, so they would be one copy` : `${inner} is in ${outer}: both copies would be lost together`,
    'name a folder on another disk',
  );
}

/**
 * Creates the folders of copies, and refuses those that turn out to be nested only now, e.g. because their file system does not distinguish upper and lower case.
 * @param others folders of further copies
 * @throws LongplayError usage K101, A107
 */
export async function makeApart(folders: readonly string[], others: readonly string[] = []): Promise<void> {
  for (const folder of folders) await makeFolderDurable(folder, 0o700);
  refuseNested([...others, ...folders]);
}

/** Returns a finding for each pair of copies that are one folder or nested: links or mounts may have been changed after the copies were made. */
export function apartFindings({ description, domains, main }: KeyringSession): readonly Finding[] {
  return nestedFolders(domains.map(({ folder }) => folder)).flatMap(({ outer, inner, isSame }) => {
    const [one, other] = [domains[outer], domains[inner]];
    if (one === undefined || other === undefined) return [];
    // The folder that was opened may have another name than the keyring knows.
    const path = ({ name, folder }: Domain): string => description.domains.find((listed) => listed.name === name)?.path ?? folder;
    const why = isSame ? `${path(one)} and ${path(other)} are one folder` : `${path(other)} is in ${path(one)}`;
    const gone = one === main ? other : one;
    const next = `longplay keyring remove-copy ${gone.name}, then longplay keyring add-copy PATH, on another disk`;
    return [finding('K136', path(gone), `copies ${one.name} and ${other.name} would be lost together: ${why}; to replace one: ${next}`)];
  });
}
