import type { Landing } from '../../archive/bag/landing.ts';
import { findTagManifests, type TagManifestDigests } from '../place/history.ts';
import type { CheckedBag } from './check-bag.ts';

/** Result of a vote between copies of a bag that the log does not know. */
export type Vote = { readonly decided: true; readonly landing: Landing; readonly by: string } | { readonly decided: false; readonly why: string };

/** The vote of one copy. */
interface Voice {
  readonly copy: string;
  readonly found: TagManifestDigests;
}

/**
 * Decides between copies of a bag that the log does not know. Copies that are consistent in themselves vote; if there are none, those whose text files match
 * each other. The majority wins; a tie decides nothing.
 */
export function voteOn(bag: string, checked: readonly CheckedBag[]): Vote {
  const there = checked.filter(({ place }) => place === 'folder');
  const sound = there.filter((one) => one.sound);
  const voters = sound.length > 0 ? sound : there.filter(textFilesAgree);
  const voices = voters.flatMap(({ copy }): Voice[] => {
    const look = findTagManifests(`${copy.dir}/bags/${bag}`);
    return 'error' in look ? [] : [{ copy: copy.name, found: look.digests }];
  });
  const sides = new Map<string, Voice[]>();
  for (const voice of voices) {
    if (voice.found.size === 0 || [...voice.found.values()].includes(null)) continue;
    const key = [...voice.found].map(([name, digest]) => `${name}=${digest}`).join(' ');
    sides.set(key, [...(sides.get(key) ?? []), voice]);
  }
  const [first, second] = [...sides.values()].sort((a, b) => b.length - a.length);
  if (first === undefined)
    return { decided: false, why: 'the log has no digests of it, and no copy of it is consistent in itself or has text files that match' };
  if (second !== undefined && second.length === first.length) {
    const sayings = [first, second].map((side) => side.map(({ copy }) => copy).join(' and '));
    return { decided: false, why: `the log has no digests of it, and ${sayings.join(' contradicts ')}` };
  }
  const names = first.map(({ copy }) => copy).join(' and ');
  return {
    decided: true,
    landing: landingFrom(first[0]?.found ?? new Map()),
    by: sound.length > 0 ? `${names}, consistent in itself` : `${names}, whose text files match`,
  };
}

/** Returns true if only the payload is wrong. The total size (A146) may be wrong, too, because it follows from the payload. */
function textFilesAgree({ verdicts }: CheckedBag): boolean {
  return verdicts.every(({ path, severity, code }) => severity !== 'error' || code === 'A146' || /\/data(\/|$)/.test(path));
}

/** Returns the landing to which these tag manifests would belong; unreadable ones are left out. */
export function landingFrom(found: TagManifestDigests): Landing {
  return new Map(
    [...found].flatMap(([name, digest]) => {
      const algorithm = /^tagmanifest-([a-z0-9]+)\.txt$/.exec(name)?.[1];
      return algorithm === undefined || digest === null ? [] : [[name, { algorithm, digest }]];
    }),
  );
}
