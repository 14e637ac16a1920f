import type { Option } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { option } from './options.ts';

/** Creates the option `--zone`: an IANA name. */
export function zoneOption(description: string): Option {
  return option('--zone <zone>', description).argParser(zone);
}

/** Checks a zone name. @throws LongplayError usage U106 */
function zone(name: string): string {
  try {
    // The only possible error is an unknown name.
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch (cause) {
    throw new LongplayError(
      'usage',
      'U106',
      `there is no time zone '${name}'`,
      `${didYouMean(name, Intl.supportedValuesOf('timeZone'))}give an IANA name such as Europe/Stockholm or America/New_York`,
      cause,
    );
  }
}
