import { objectBlockBytes } from '../../../src/core/model/object-blocks.ts';
import { headBytes } from '../../../src/source/read/container-kind.ts';
import { constant, written } from '../code-value.ts';
import { code, everyExit, fact, type Held, kib } from '../held.ts';

export const objectStores: readonly Held[] = [
  everyExit,
  ...fact(
    'Amazon S3 User Guide, "Checking object integrity"',
    'SHA-256, SHA-1, CRC-64/NVME, CRC-32C or CRC-32',
    'otherwise the MD5 in',
    'to be an MD5 once',
  ),
  ...fact('an example', 's3://b/2026'),
  ...fact('regions of AWS', 'the usual one is us-east-1'),
  code`default: ${constant('src/objects/settings.ts', 'usualAttempts')} |`,
  code`The objects are listed, ${written('src/objects/object-store.ts', /most = ([\d_]+)\)/)[0]} per request`,
  code`An object of at most ${kib(objectBlockBytes)} KiB`,
  code`the first ${headBytes} bytes are requested`,
  code`pauses of up to ${constant('src/objects/retries.ts', 'usualPauses.mostMs') / 1_000} seconds`,
];
