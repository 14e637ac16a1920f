import { join } from 'node:path';
import type { BlockingBytes } from '../../core/base/bytes.ts';
import { keyedUuid } from '../../core/base/identifier.ts';
import type { ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { keysInVcon, vconImporter } from '../make/shared-vcon.ts';
import { documentsOf } from '../open/query.ts';
import { identityOf } from '../read/place-recording.ts';

/** Returns true if a recording of a vCon, or sound of one, was erased. @param site site of the import @param file the vCon */
export type CutsVcon = (site: string, file: BlockingBytes) => boolean;

/** What the erasures of an archive are looked up in. */
interface ErasedIn {
  readonly dir: string;
  readonly salt: string;
  readonly catalog: Pick<Catalog, 'search'>;
  readonly erased: ErasedLookup;
  /** True if files of recordings were erased alone. */
  readonly hasErasedFiles: boolean;
}

/** Creates the test whether vCons of an import have something of an erased recording. The ids of all recordings of a vCon follow from its dialogs. */
export function createCutsVcon({ dir, salt, catalog, erased, hasErasedFiles }: ErasedIn): CutsVcon {
  const documentOf = documentsOf(dir);
  const isWithoutSound = (recordingId: string): boolean => {
    const [found] = hasErasedFiles ? catalog.search({ recordingId, limit: 1 }) : [];
    if (found === undefined) return false;
    const folder = join(dir, 'bags', found.bag, 'data', recordingId);
    return documentOf(found)?.media.some(({ original }) => isErasedAlone(folder, original)) === true;
  };
  return (site, file) =>
    keysInVcon(file).some((key) => {
      const id = keyedUuid(salt, identityOf({ importer: vconImporter }, site, key));
      return erased(id) !== null || isWithoutSound(id);
    });
}
