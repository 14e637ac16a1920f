import { constant, written } from '../code-value.ts';
import { code, fact, type Held } from '../held.ts';

const [longestName] = written('src/policy/rules/policy.ts', /\[a-z0-9\]\[a-z0-9-\]\{0,(\d+)\}\$/);

export const retentionPolicy: readonly Held[] = [
  code`| ${1} to ${longestName + 1} lower-case letters, digits and hyphens; unique`,
  ...fact(
    'Regulation (EEC, Euratom) No 1182/71, Article 3; test/policy/rules/period.test.ts',
    'Regulation (EEC, Euratom) No 1182/71, Article 3, says',
    'Five years from a call of 12 March 2020, 10:15, end when 12 March 2025 ends.',
  ),
  ...fact('the examples below the sentences', 'five years, seven where the authority asks', 'calls before 2018 for ever'),
];

export const legalHold: readonly Held[] = [
  code`shows the first ${constant('src/report/retention/page.ts', 'recordingsOfPage')} recordings that are past`,
];

export const erasure: readonly Held[] = [
  ...fact('Regulation (EU) 2016/679, Article 12(3); test/erasure/one-month.test.ts', 'one month unless', 'GDPR, Article 12(3)'),
  ...fact('src/cli/commands/retention/erase.ts: --wait', 'The execution waits three days'),
  ...fact('exitCodes.partly', '`longplay erase status` ends with 3'),
  ...fact('exitCodes.integrity', 'and with 4 if an older state of a copy of the keyring was restored (K128)'),
  ...fact('exitCodes.usage', 'E104, exit code 2'),
  ...fact('status codes of HTTP (RFC 9110)', '`longplay serve` answers 410'),
];
