import { constant, written } from '../code-value.ts';
import { code, fact, type Held, hours, measured, minutes, seconds } from '../held.ts';

const followOptions = 'src/cli/options/follow-options.ts';
const usual = (name: string, pattern: string): number => written(followOptions, new RegExp(`const usual = .*\\b${name}: '${pattern}`))[0];
const retry = (name: string): number => constant('src/pipeline/follow/round-due.ts', name);

export const runningRecorder: readonly Held[] = [
  code`for \`--settle\` (${usual('settle', '(\\d+)s')} s)`,
  code`for \`--wait-rows\` (${usual('waitRows', '(\\d+)m')} minutes)`,
  code`after an hour, or after ${hours(constant('src/pipeline/follow/held-alarms.ts', 'quietMs.changing'))} hours if it still changes`,
  code`or as soon as files of ${usual('land', '1h,(\\d+)GB')} GB in total are finished`,
  ...fact('the default of --land', '`--land 1h,1GB`'),
  code`after ${seconds(retry('firstRetryMs'))} seconds, and then at growing intervals of up to ${minutes(retry('lastRetryMs'))} minutes`,
  ...fact('an example', 'for 8 hours, and again after every further 8 hours'),
  ...fact('a metric: 1 while it is so', '`longplay_follow_silent` | 1', '`longplay_follow_failing` | 1 for'),
  ...fact('docs/reference/exit-codes.md', 'ends with exit code 0; with 4 if', '(P269, A116); with 3 if', 'period; with 5 if'),
  measured('## How it was tested', 'test/bench/follow-asterisk.ts'),
];
