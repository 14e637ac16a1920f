import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** Collects garbage, so that the remaining memory is in use, whatever ran in this process before. */
export const collectGarbage = runInNewContext('gc') as () => void; // V8's own function, by the flag above
