import { limits } from '../../../src/core/base/limits.ts';
import { keyBytes, nonceBytes, tagBytes } from '../../../src/sealing/keyring/page.ts';
import { recordBytes } from '../../../src/sealing/keyring/page-keys.ts';
import { timesIn, written } from '../code-value.ts';
import { code, fact, type Held, inWords } from '../held.ts';

const create = 'src/sealing/keyring/create.ts';
const [drillDays, epochDays, silentDays] = written(create, /drillDays: (\d+), epochDays: (\d+), silentDays: (\d+)/) as readonly [
  number,
  number,
  number,
];
/** Position of a name, and an identity. */
const entryBytes = 2 + keyBytes;
const examples = 'examples of names and sizes, as the page chooses them';

export const keyringHowTo: readonly Held[] = [
  code`if a drill is overdue (${drillDays} days), a copy has been out of reach for too long (${silentDays} days), a recovery epoch is overdue (${epochDays} days)`,
  code`Make new shares, i.e. a new recovery epoch, every ${epochDays} days`,
  ...fact(
    examples,
    'It ends with exit code 4 if',
    'copy-1',
    'which also accepts `/dev/fd/3`',
    'restored (K128)',
    '`watch` then ends with 4 (K131) and `verify --play` with 5 (K203)',
    'writes five files, the shares; any three open the keyring, and two reveal nothing',
  ),
];

/** Of a recording in the example: original, two access copies, source rows, `recording.json`. */
const files = 5;
const layout = 'the layout, which test/sealing/keyring/judge/judge.go reads as the page says it';

export const keyringFormat: readonly Held[] = [
  code`keys of ${keyBytes} bytes, nonces of ${nonceBytes} and tags of ${tagBytes};`,
  code`A root is ${keyBytes} random bytes.`,
  code`is a sequence of records of ${recordBytes} bytes`,
  code`is a sequence of entries of ${entryBytes} bytes`,
  code`One recording with ${inWords(files)} files takes ${files * entryBytes + tagBytes} bytes`,
  code`within ${limits.keyCommandWaitMs / 1_000} seconds`,
  ...fact(examples, '`copy-1`, `copy-2`'),
  ...fact(
    layout,
    'id (32 hexadecimal digits), copies',
    'Its text is 64 hexadecimal digits',
    'the first 8 digits of the keyring',
    'the first 32 hexadecimal digits of HMAC-SHA-256',
    '| 0 | 16 | page id |',
    '| 16 | 4 | generation |',
    '| 20 | 12 | nonce, random |',
    '| 32 | 48 | key of the page',
    'a random id of 32 hexadecimal digits',
    '| 0 | 8 |',
    '| 8 | 16 | page id |',
    '| 24 | 4 | generation, from 1 on |',
    '| 28 | 4 | H, size',
    '| 32 | H | head |',
    '| 32 + H |',
    'in the page; 0 means',
    'Its nonce is 8 zero bytes and FFFFFFFF',
    '(2 bytes), and the 32 bytes of its age identity',
    'The nonce of a cell is 8 zero bytes and its position in `cells` (4 bytes)',
    'over 48 bytes: version 1, the first 8 bytes of the keyring',
    'epoch (4), index (1), number needed (1), and 33 bytes of',
    'over GF(2^8)',
    'the shares give the 32 bytes of the identity',
    'N, epoch, recipient, and 1, 2 or 3',
    'and ends with 0',
    'Files have the mode 0600, folders 0700',
    'a root N+1 is made',
    'names root N+1. From this moment root N+1 is in force',
  ),
];

/** The keyring itself and its side files. */
const keyringCopies = 1 + timesIn('test/cli/sealed/erased-everywhere.test.ts', /'copy-\d'/g);
/** Days and calls of the short and the long form, and the numbers of erasures. */
const erasures = written(
  'test/cli/sealed/erased-everywhere.test.ts',
  /everything \? \[(\d+), (\d+), ([\d_]+)\] : \[(\d+), (\d+), (\d+)\]/,
) as readonly number[];
const [longDays = 0, longCalls = 0, longErased = 0, days = 0, calls = 0, erased = 0] = erasures;

export const sealingPage: readonly Held[] = [
  ...fact('version of the format, c2sp.org/age', 'Files are age version 1'),
  code`erases ${erased} of ${days * calls} recordings with ${inWords(keyringCopies)} copies`,
  code`erases ${longErased} of ${longDays * longCalls} and passed on 2026-12-01`,
];
