import { of } from './meaning.ts';

/** Entries of legal holds and the retention policy. */
export const retentionEntries = {
  hold: of('before recordings are protected by a [legal hold](../how-to/legal-hold.md)', {
    members: {
      hold: 'its id',
      'recordings, parts': 'the number of recordings, and of the lists of them',
      case: 'the case, if the hold covers its recordings',
      following: 'the hold also covers what its query finds later',
      until: 'when it ends by itself',
    },
    beside: '`reason`',
  }),
  'hold-list': of(
    'the recordings of a `hold`, up to 2,000 with each entry: `part`, from 1, and the number of `recordings`. `log forget` erases these details only with `--entry`, once the hold is over',
    { beside: '`recordings`, their ids; with the first part the `query`' },
  ),
  release: of('a `hold` ends', { beside: '`reason`' }),
  retain: of(
    'a version of the [retention policy](../reference/retention-policy.md) is in force from here on: `version`, the number of its `rules`, and `policyMark`, a keyed digest of its file',
    { beside: '`reason`' },
  ),
  'retain-rules': of('the rules of a `version` of the retention policy. `log forget` does not erase these details', {
    beside: '`policy`, its values as JSON; `text`, its file',
  }),
} as const;
